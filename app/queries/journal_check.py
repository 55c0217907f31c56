"""Finding what was altered in the journal, and saying where. Everything is read in streams and in sets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Subquery

from app.extensions import db
from app.models import (
    Case,
    CaseEvent,
    JournalAction,
    JournalDrop,
    JournalEntry,
    JournalHead,
    JournalSeal,
    JournalSealHead,
    ObjectKind,
)
from app.models.digests import GENESIS, digest
from app.models.journal import ACCESS, ACCOUNTS, HAPPENED, LINKED, SEALED, chain_label, digest_heads, digest_of
from app.queries.journal_access import BATCH, EPOCH, digest_access, plain

MOST = 200
"""How many findings are worded; the others are counted."""

IN_BATCHES = {"yield_per": BATCH}
Outside = Mapping[int, str]
"""The seals that were kept out of the database: digest by number."""


@dataclass
class Report:
    """What was read, and what is wrong."""

    chains: int = 0
    entries: int = 0
    seals: int = 0
    accesses: int = 0
    count: int = 0
    findings: list[str] = field(default_factory=list)
    place: str = "le début"

    def note(self, where: str, what: str) -> None:
        self.count += 1
        if len(self.findings) < MOST:
            self.findings.append(f"{where} : {what}")


def check_journal(outside: Outside | None = None) -> Report:
    """Read the whole journal in the transaction under way, and compare it with the seals kept elsewhere, if given.

    The transaction must be one that sees a single state (SQLite always; PostgreSQL: REPEATABLE READ).
    """
    report = Report()
    try:
        for check in (_check_seals, _check_entries, _check_tails, _check_threads, _check_drops):
            check(report)
    except (ValueError, LookupError, TypeError) as error:
        report.note("Journal", f"une ligne est illisible après {report.place} ({type(error).__name__}).")
    if outside is not None:
        _check_outside(report, outside)
    return report


# --- Seals ------------------------------------------------------------------------------------------------


def _check_seals(report: Report) -> None:
    heads = _heads_by_seal()
    last: JournalSeal | None = None
    dropped = db.session.scalar(select(func.max(JournalDrop.number)).where(JournalDrop.chain == ACCESS)) or 0
    for seal in db.session.scalars(select(JournalSeal).order_by(JournalSeal.number)):
        where = report.place = f"Sceau n° {seal.number} du {seal.day:%d/%m/%Y}"
        report.seals += 1
        _check_link(report, where, seal, last)
        if (seal.head_count, seal.heads) != heads.pop(seal.number, digest_heads(())):
            report.note(where, "la liste des têtes de chaînes qu’il a gardée a été modifiée.")
        if seal.number > dropped:
            _check_window(report, where, seal, last)
        last = seal
    for number in sorted(heads):
        report.note(f"Sceau n° {number}", "il n’existe plus, ses têtes de chaînes sont restées.")


def _check_link(report: Report, where: str, seal: JournalSeal, last: JournalSeal | None) -> None:
    number, previous = (last.number, last.digest) if last else (0, GENESIS)
    if seal.number != number + 1:
        report.note(where, f"il manque {_span(number + 1, seal.number - 1)} avant lui.")
    elif seal.previous != previous:
        report.note(where, "il ne suit pas le sceau précédent.")
    if digest_of(SEALED, {name: getattr(seal, name) for name in SEALED}) != seal.digest:
        report.note(where, "il a été modifié.")


def _check_window(report: Report, where: str, seal: JournalSeal, last: JournalSeal | None) -> None:
    count, whole = digest_access(last.access_until if last else EPOCH, seal.access_until)
    report.accesses += count
    if count != seal.access_count:
        report.note(where, f"consultations scellées : {seal.access_count}, présentes : {count}.")
    elif whole != seal.access:
        report.note(where, "une des consultations de cette période a été modifiée.")


def _heads_by_seal() -> dict[int, tuple[int, str]]:
    """Return for each seal how many heads it has, and their digest."""
    columns = (JournalSealHead.seal, JournalSealHead.chain, JournalSealHead.number, JournalSealHead.digest)
    rows = db.session.execute(select(*columns).order_by(*columns[:2]), execution_options=IN_BATCHES)
    found: dict[int, tuple[int, str]] = {}
    for seal, heads in groupby(rows, key=itemgetter(0)):
        found[seal] = digest_heads(head[1:] for head in heads)
    return found


def _check_outside(report: Report, outside: Outside) -> None:
    rows = db.session.execute(select(JournalSeal.number, JournalSeal.digest))
    stored = {number: whole for number, whole in rows}
    for number in sorted(outside):
        where = f"Sceau n° {number}"
        if number not in stored:
            report.note(where, "gardé hors de la base, il n’y est plus : la fin du journal a été retirée.")
        elif stored[number] != outside[number]:
            report.note(where, "celui de la base n’est pas celui qui a été gardé hors d’elle.")
    if outside:
        for number in sorted(set(range(1, max(outside))) - outside.keys()):
            report.note(f"Sceau n° {number}", "il manque parmi ceux qui ont été gardés hors de la base.")


# --- Chains -----------------------------------------------------------------------------------------------


@dataclass
class Place:
    """Where the reading of a chain stands."""

    chain: int
    number: int
    digest: str


def _check_entries(report: Report) -> None:
    place: Place | None = None
    for row in db.session.execute(_entries(), execution_options=IN_BATCHES).mappings():
        if place is None or row["chain"] != place.chain:
            place = Place(row["chain"], row["base_number"] or 0, row["base_digest"] or GENESIS)
            report.chains += 1
        report.entries += 1
        where = report.place = f"{chain_label(row['chain'])}, n° {row['number']}"
        for what in (*_faults_of_link(row, place), *_faults_of_content(row)):
            report.note(where, what)
        place.number, place.digest = row["number"], row["digest"]


def _entries() -> Select[Any]:
    """Each entry, beside the head from which its chain goes on, its seal, and the event that it tells of."""
    base, erasure = _bases(), aliased(JournalEntry)
    erased = exists().where(
        erasure.chain == JournalEntry.chain,
        erasure.action == JournalAction.CONTENT_ERASED,
        erasure.object_kind == ObjectKind.CASE_EVENT,
        erasure.object_id == JournalEntry.object_id,
    )
    sealed = and_(JournalSealHead.chain == JournalEntry.chain, JournalSealHead.number == JournalEntry.number)
    told = and_(
        JournalEntry.object_kind == ObjectKind.CASE_EVENT,
        JournalEntry.action != JournalAction.CONTENT_ERASED,
        CaseEvent.id == JournalEntry.object_id,
    )
    return (
        select(
            *plain(JournalEntry, LINKED),
            JournalEntry.digest,
            base.c.number.label("base_number"),
            base.c.digest.label("base_digest"),
            JournalSealHead.seal.label("seal"),
            JournalSealHead.digest.label("sealed"),
            CaseEvent.id.label("event"),
            erased.correlate(JournalEntry).label("is_erased"),
            *plain(CaseEvent, HAPPENED, "event_"),
        )
        .outerjoin(base, base.c.chain == JournalEntry.chain)
        .outerjoin(JournalSealHead, sealed)
        .outerjoin(CaseEvent, told)
        .order_by(JournalEntry.chain, JournalEntry.number)
    )


def _bases() -> Subquery:
    """The head that the latest drop of each chain left."""
    last = (
        select(JournalDrop.chain, func.max(JournalDrop.number).label("number")).group_by(JournalDrop.chain).subquery()
    )
    same = and_(last.c.chain == JournalDrop.chain, last.c.number == JournalDrop.number)
    return select(JournalDrop.chain, JournalDrop.number, JournalDrop.digest).join(last, same).subquery()


def _faults_of_link(row: Any, place: Place) -> Iterator[str]:
    if row["number"] > place.number + 1:
        yield f"il manque {_span(place.number + 1, row['number'] - 1)} avant elle."
    elif row["previous"] != place.digest:
        yield "elle ne suit pas la précédente : une entrée a été remplacée, ou l’ordre changé."
    if digest_of(LINKED, row) != row["digest"]:
        yield "elle a été modifiée."
    if row["sealed"] and row["sealed"] != row["digest"]:
        yield f"elle n’est pas celle que le sceau n° {row['seal']} a gardée."


def _faults_of_content(row: Any) -> Iterator[str]:
    if row["object_kind"] != ObjectKind.CASE_EVENT or row["action"] == JournalAction.CONTENT_ERASED:
        return
    if row["is_erased"]:
        return
    if row["event"] is None:
        yield f"l’événement n° {row['object_id']} du dossier n’existe plus."
    elif digest_of(HAPPENED, {name: row[f"event_{name}"] for name in HAPPENED}) != row["content"]:
        yield f"l’événement n° {row['object_id']} du dossier a été modifié."


def _span(first: int, last: int) -> str:
    return f"le n° {first}" if first == last else f"les n° {first} à {last}"


# --- What is missing at the end ---------------------------------------------------------------------------


def _lasts() -> Subquery:
    """Where each chain stops: its last entry, or the head that a drop left."""
    ends = union_all(
        select(JournalEntry.chain, JournalEntry.number), select(JournalDrop.chain, JournalDrop.number)
    ).subquery()
    return select(ends.c.chain, func.max(ends.c.number).label("number")).group_by(ends.c.chain).subquery()


def _check_tails(report: Report) -> None:
    """The heads that cases, chains and seals remember are those of the entries."""
    last = _lasts()
    reached = func.coalesce(last.c.number, 0)
    heads = union_all(
        select(Case.id.label("chain"), Case.journal_number.label("number"), Case.journal_digest.label("digest")),
        select(JournalHead.chain, JournalHead.number, JournalHead.digest),
    ).subquery()
    entry = and_(JournalEntry.chain == heads.c.chain, JournalEntry.number == heads.c.number)
    wrong = or_(heads.c.number != reached, JournalEntry.digest != heads.c.digest)
    statement = (
        select(heads.c.chain, heads.c.number, reached)
        .outerjoin(last, last.c.chain == heads.c.chain)
        .outerjoin(JournalEntry, entry)
        .where(wrong)
        .order_by(heads.c.chain)
    )
    for chain, number, found in db.session.execute(statement, execution_options=IN_BATCHES):
        what = f"la tête connue est le n° {number}, la chaîne s’arrête au n° {found}."
        report.note(chain_label(chain), what if number != found else f"la tête connue n’est pas son n° {number}.")
    _check_sealed_tails(report, last)


def _check_sealed_tails(report: Report, last: Subquery) -> None:
    lost = (
        select(JournalSealHead.chain, JournalSealHead.number, func.min(JournalSealHead.seal))
        .outerjoin(last, last.c.chain == JournalSealHead.chain)
        .where(JournalSealHead.number > func.coalesce(last.c.number, 0))
        .group_by(JournalSealHead.chain, JournalSealHead.number)
        .order_by(JournalSealHead.chain, JournalSealHead.number)
    )
    for chain, number, seal in db.session.execute(lost):
        report.note(f"{chain_label(chain)}, n° {number}", f"scellée (sceau n° {seal}), elle n’existe plus.")


def _check_threads(report: Report) -> None:
    """No event stands in the thread of a case without its entry, from the first one that the journal tells of."""
    first = (
        select(JournalEntry.chain, func.min(JournalEntry.object_id).label("event"))
        .where(JournalEntry.object_kind == ObjectKind.CASE_EVENT)
        .group_by(JournalEntry.chain)
        .subquery()
    )
    told = exists().where(JournalEntry.object_kind == ObjectKind.CASE_EVENT, JournalEntry.object_id == CaseEvent.id)
    untold = (
        select(CaseEvent.case_id, CaseEvent.id)
        .join(first, and_(first.c.chain == CaseEvent.case_id, CaseEvent.id > first.c.event))
        .where(~told.correlate(CaseEvent))
        .order_by(CaseEvent.case_id, CaseEvent.id)
    )
    for case_id, event_id in db.session.execute(untold, execution_options=IN_BATCHES):
        report.note(chain_label(case_id), f"l’événement n° {event_id} du dossier n’est pas passé par le journal.")


# --- What was dropped -------------------------------------------------------------------------------------


def _check_drops(report: Report) -> None:
    """Each drop left a sealed head and was told in the accounts' chain, or in what that chain has dropped since."""
    columns = (JournalDrop.told, JournalDrop.chain, JournalDrop.number, JournalDrop.digest)
    base = db.session.scalar(select(func.max(JournalDrop.number)).where(JournalDrop.chain == ACCOUNTS)) or 0
    rows = db.session.execute(select(*columns).order_by(JournalDrop.told, JournalDrop.chain)).all()
    for told, drops in groupby(rows, key=itemgetter(0)):
        heads = [drop[1:] for drop in drops]
        if told > base and _content_of(told) != digest(digest_heads(heads)):
            names = ", ".join(chain_label(chain) for chain, *_ in heads[:5])
            report.note(
                f"{chain_label(ACCOUNTS)}, n° {told}", f"un retrait n’y est pas dit comme il a été fait ({names})."
            )
    for chain, number in db.session.execute(_unsealed_drops()):
        report.note(f"{chain_label(chain)}, n° {number}", "elle a été retirée sans être scellée.")


def _content_of(number: int) -> str | None:
    wanted = select(JournalEntry.content).where(JournalEntry.chain == ACCOUNTS, JournalEntry.number == number)
    return db.session.scalar(wanted.where(JournalEntry.action == JournalAction.JOURNAL_DROPPED))


def _unsealed_drops() -> Any:
    head = exists().where(
        JournalSealHead.chain == JournalDrop.chain,
        JournalSealHead.number == JournalDrop.number,
        JournalSealHead.digest == JournalDrop.digest,
    )
    seal = exists().where(
        JournalDrop.chain == ACCESS,
        JournalSeal.number == JournalDrop.number,
        JournalSeal.digest == JournalDrop.digest,
    )
    return select(JournalDrop.chain, JournalDrop.number).where(
        ~head.correlate(JournalDrop), ~seal.correlate(JournalDrop)
    )
