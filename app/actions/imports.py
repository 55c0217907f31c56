"""Bringing a file in, as the person who does it says: received, its columns named, checked, confirmed, undone.

The scheduler does the work in between (`app.jobs.imports`); nothing commits here.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from sqlalchemy import insert, literal, select

from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.incoming import HANDLERS, recognise
from app.actions.incoming.handling import best_layout, layout_of, open_unknown, propose
from app.actions.journal import record
from app.extensions import db
from app.models import Import, ImportChunk, ImportMapping, JournalAction, ObjectKind
from app.permissions import Actor, kinds_brought_in
from app.readers.layouts import Layout, missing
from app.readers.problems import InvalidCell
from app.readers.reading import options_of
from app.readers.tables import Table
from workflows.import_run import WORKFLOW, ImportKind, ImportState

CHUNK = 1024 * 1024
LARGEST = 200 * CHUNK


@dataclass(frozen=True)
class Received:
    """A file that somebody gives: its bytes, read once and never held whole."""

    stream: IO[bytes]
    name: str


def receive(
    file: Received,
    kind: ImportKind | None,
    *,
    actor: Actor,
    now: datetime,
    submission: str | None = None,
) -> Import:
    """Keep a file as it is and say what it looks like; without a kind, it is recognised by its columns.

    Raises Forbidden for a kind that is not the actor's organisation's own, Unacceptable for a file that cannot be
    read, with what to do.
    """
    offered = kinds_brought_in(actor)
    if kind is not None and kind not in offered:
        raise Forbidden("Ces fichiers sont repris par l’organisme à qui appartiennent les données.")
    import_, mapping = prepare(file, kind, offered, actor=actor, now=now)
    import_.mapping, import_.submission = mapping, submission
    keep(import_, file.stream)
    return import_


def prepare(
    file: Received,
    kind: ImportKind | None,
    offered: tuple[ImportKind, ...],
    *,
    actor: Actor | None,
    now: datetime,
) -> tuple[Import, dict[str, int]]:
    """Return what a file looks like, not kept yet, and the column of each field as proposed."""
    size, digest = _weigh(file.stream)
    found, layout, table = _look_into(file, kind, offered)
    import_ = Import(
        kind=found,
        state=ImportState.RECEIVED,
        organisation_id=actor.organisation_id if actor else None,
        author_id=actor.user_id or None if actor else None,
        created_at=now,
        file_name=file.name[-200:],
        size=size,
        sha256=digest,
        format=table.format[:80] if table else "",
        head=list(table.head) if table else [],
        records=table.records if table else 0,
        options={"layout": layout.name, **_answers(layout, table)} if layout and table else {},
    )
    mapping = propose(layout, table.head, kept_columns(import_)) if layout and table else {}
    return import_, mapping


def keep(import_: Import, stream: IO[bytes]) -> None:
    """Keep an import and the bytes of its file, a piece at a time."""
    db.session.add(import_)
    db.session.flush()
    for number, piece in enumerate(_pieces(stream)):
        db.session.execute(insert(ImportChunk), [{"import_id": import_.id, "number": number, "data": piece}])


def take_contracts(source: Import, *, actor: Actor, today: date, now: datetime) -> Import:
    """Have the contracts (CPOM) that a « tableau de bord » tells checked, as another import of the same bytes.

    They then go the way of any file: what each row does, the confirmation, the undoing. Raises Forbidden for who does
    not bring contracts in, Unacceptable when the file tells none or is no longer kept.
    """
    if ImportKind.CPOM not in kinds_brought_in(actor):
        raise Forbidden("Les CPOM sont repris par l’ARS et les départements.")
    variant = layout_of(HANDLERS[source.kind].layouts, source).variant
    layout = next(
        (one for one in HANDLERS[ImportKind.CPOM].layouts if one.is_borrowed and one.variant == variant), None
    )
    chunks = select(ImportChunk.number, ImportChunk.data).where(ImportChunk.import_id == source.id)
    if layout is None or not source.options.get("contracts") or not db.session.scalar(select(chunks.exists())):
        raise Unacceptable("Ce fichier ne dit aucun CPOM, ou n’est plus gardé : importez-le de nouveau.")
    same = ("file_name", "size", "sha256", "format", "head", "records", "organisation_id")
    import_ = Import(
        kind=ImportKind.CPOM,
        state=ImportState.RECEIVED,
        author_id=actor.user_id,
        created_at=now,
        options={"layout": layout.name},
        **{name: getattr(source, name) for name in same},
    )
    db.session.add(import_)
    db.session.flush()
    copied = select(literal(import_.id), ImportChunk.number, ImportChunk.data).where(ImportChunk.import_id == source.id)
    db.session.execute(insert(ImportChunk).from_select(["import_id", "number", "data"], copied))
    mapping = {one.name: source.mapping[one.name] for one in layout.fields if one.name in source.mapping}
    check(import_, Terms(mapping, {}, is_strict=False), version=import_.version, actor=actor, today=today)
    return import_


def _weigh(stream: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(stream):
        digest.update(piece)
        size += len(piece)
    if not size:
        raise Unacceptable("Ce fichier est vide : vérifiez que vous avez choisi le bon.", "file")
    if size > LARGEST:
        raise Unacceptable("Ce fichier dépasse 200 Mo : coupez-le par année, ou compressez-le en ZIP.", "file")
    return size, digest.hexdigest()


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(CHUNK):
        yield piece


def _look_into(
    file: Received, kind: ImportKind | None, offered: tuple[ImportKind, ...]
) -> tuple[ImportKind, Layout | None, Table | None]:
    """Return the kind, the layout and the columns of a file; a FINESS file has no line of titles."""
    kinds = (kind,) if kind else offered
    if ImportKind.FINESS in kinds and (why := HANDLERS[ImportKind.FINESS].refusal(file.stream)) is None:
        return ImportKind.FINESS, None, None
    if kind is ImportKind.FINESS:
        raise Unacceptable(why or "", "file")
    layouts = [layout for one in kinds for layout in HANDLERS[one].layouts]
    table = open_unknown(file.stream, file.name, layouts)
    if table.refusal:
        raise Unacceptable(table.refusal.message, "file")
    found = kind or recognise(table.head, file.name, offered)
    if found is None:
        raise Unacceptable(
            "Les colonnes de ce fichier ne ressemblent à aucun modèle connu : dites ce qu’il contient.", "kind"
        )
    return found, best_layout(HANDLERS[found], table.head, file.name)[0], table


def _answers(layout: Layout, table: Table) -> dict[str, str]:
    given, _ = options_of(layout, table, {})
    return {name: str(value) for name, value in given.items()}


def kept_columns(import_: Import) -> dict[str, str]:
    """Return the titles by which the organisation named the fields of such files last time, the latest year first."""
    statement = select(ImportMapping.columns).where(
        ImportMapping.organisation_id == import_.organisation_id, ImportMapping.kind == import_.kind
    )
    found = db.session.scalars(statement.order_by(ImportMapping.year.desc()).limit(1)).first()
    return dict(found or {})


@dataclass(frozen=True)
class Terms:
    """How a file is to be read: the column of each field, what was answered, and whether one reject stops it all."""

    mapping: Mapping[str, int]
    options: Mapping[str, str]
    is_strict: bool


def check(import_: Import, terms: Terms, *, version: int, actor: Actor | None, today: date) -> None:
    """Keep how the file is to be read, and have it checked: nothing is written to the register meanwhile.

    Raises Stale, Refused, or Unacceptable naming the field whose column or answer is lacking.
    """
    _refuse_stale(import_, version)
    layout = layout_of(HANDLERS[import_.kind].layouts, import_) if import_.head else None
    if layout:
        _refuse_incomplete(layout, import_, terms)
    WORKFLOW.fire(import_, "check", today=today, effective_on=None)
    import_.mapping = dict(terms.mapping)
    import_.options = {**import_.options, **terms.options}
    import_.is_strict = terms.is_strict
    _begin_again(import_)
    if layout and actor and not layout.is_borrowed:
        _keep_columns(import_, actor, today)


def _refuse_incomplete(layout: Layout, import_: Import, terms: Terms) -> None:
    if lacking := missing(layout, terms.mapping):
        raise Unacceptable(f"Désignez une colonne pour : {', '.join(lacking)}.")
    if len(set(terms.mapping.values())) < len(terms.mapping):
        raise Unacceptable("Une même colonne est désignée deux fois : chaque rubrique a la sienne.")
    for option in layout.options:
        try:
            option.parse(terms.options.get(option.name, ""))
        except InvalidCell as why:
            message = str(why) if terms.options.get(option.name) else f"« {option.label} » : précisez-la."
            raise Unacceptable(message, option.name) from why


def _begin_again(import_: Import) -> None:
    import_.read = import_.created = import_.updated = import_.unchanged = import_.rejected = import_.remarks = 0
    import_.at_line, import_.preview, import_.failure = 0, [], ""
    import_.started_at = import_.claimed_at = import_.ended_at = None


def _keep_columns(import_: Import, actor: Actor, today: date) -> None:
    year = str(import_.options.get("year") or "")
    key = (actor.organisation_id, import_.kind, int(year) if year.isdecimal() else 0)
    columns = {field: import_.head[place] for field, place in import_.mapping.items()}
    known = db.session.get(ImportMapping, key)
    if known:
        known.columns, known.saved_on = columns, today
        return
    organisation_id, kind, of = key
    assert organisation_id
    db.session.add(ImportMapping(organisation_id=organisation_id, kind=kind, year=of, columns=columns, saved_on=today))


def confirm(import_: Import, *, version: int, actor: Actor | None, today: date, now: datetime) -> None:
    """Have what was checked written. The one who confirms is the author of what enters."""
    _refuse_stale(import_, version)
    WORKFLOW.fire(import_, "confirm", today=today, effective_on=None)
    _begin_again(import_)
    import_.confirmed_at = now
    record(JournalAction.IMPORT_CONFIRMED, ObjectKind.IMPORT, import_.id, told(import_), actor=actor, now=now)


def abandon(import_: Import, *, version: int, today: date, now: datetime) -> None:
    """Leave a file aside: nothing of it enters."""
    _refuse_stale(import_, version)
    WORKFLOW.fire(import_, "abandon", today=today, effective_on=None)
    import_.ended_at = now


def undo(import_: Import, *, version: int, actor: Actor, today: date, now: datetime) -> None:
    """Have what an import brought in taken out again, when nothing has been built on it."""
    _refuse_stale(import_, version)
    WORKFLOW.fire(import_, "undo", today=today, effective_on=None)
    import_.undone_at, import_.undone_by_id, import_.claimed_at, import_.failure = now, actor.user_id, None, ""


def _refuse_stale(import_: Import, version: int) -> None:
    if import_.version != version:
        raise Stale(import_)


def told(import_: Import) -> dict[str, Any]:
    """Return what the journal keeps of an import: its kind, the digest of its bytes, what became of its rows."""
    counts = ("records", "read", "created", "updated", "unchanged", "rejected")
    return {"kind": import_.kind.value, "sha256": import_.sha256} | {name: getattr(import_, name) for name in counts}
