"""Pluriannual contracts (CPOM): one for each employer and dates, from rows that each tell a part of it.

What a file leaves empty erases nothing, and an establishment that it does not name stays covered. The « tableau de
bord » is what the employer declares: it completes what its organisation knows, and never corrects it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import selectinload

from app.actions.incoming.handling import (
    ELSEWHERE,
    UNKNOWN_STRUCTURE,
    Change,
    Context,
    Effect,
    TableHandler,
    Verdict,
    kept,
)
from app.actions.incoming.register import (
    Body,
    Place,
    employers_by,
    refusal_of_place,
    structures_by_finess,
)
from app.extensions import db
from app.models import Cpom, CpomSignatory, CpomStructure, Employer, SignatoryBody
from app.permissions.relations import numbers
from app.readers.kinds.cpom import CPOM, CPOM_IN_ATIH, CPOM_IN_DIAMANT, CpomRow, TdbCpomRow, bodies_in
from app.readers.layouts import RowReading
from workflows.import_run import ImportKind

DATES = ("in_force_on", "signed_on", "ends_on", "extended_until")
WORDS = {
    "in_force_on": "entrée en vigueur",
    "signed_on": "signature",
    "ends_on": "échéance",
    "extended_until": "prorogation",
}
UNKNOWN = "FINESS {finess} inconnu du répertoire : importez d’abord FINESS, puis ce fichier."
NOT_AN_ENTITY = "{finess} est le numéro d’un établissement : donnez celui de son entité juridique (FINESS EJ)."
FOREIGN = "Établissements laissés de côté, car ils ne sont pas de cette entité au répertoire : {numbers}."
OTHERS = "« {names} » : compté comme autre autorité signataire, sans son nom."
OVERLAPS = "Cet employeur a déjà un CPOM sur cette période ({other}) : vérifiez s’il s’agit du même."
TWICE = "Ce fichier donne deux fois une {what} à ce CPOM, {known} puis {told} : la dernière est retenue."
KEPT = "Le fichier donne une autre {what} ({told}) que celle déjà notée ({known}), qui est gardée."
TOO_LONG = "Ce fichier dépasse 50 000 lignes : coupez-le par département."
LAST = date(9999, 12, 31)


@dataclass(frozen=True)
class Told:
    """What one row says: of which employer, which contract, whom and what it binds."""

    line: int
    employer_id: int
    name: str
    dates: dict[str, date | None]
    bodies: frozenset[str]
    structures: frozenset[int]
    remarks: tuple[str, ...] = ()
    only_completes: bool = False


@dataclass
class Draft:
    """A contract as known before the file, or as the file makes it; `cpom` None: it is new.

    `told` are the dates that the file itself gave.
    """

    employer_id: int
    dates: dict[str, date | None]
    bodies: set[str] = field(default_factory=set)
    structures: set[int] = field(default_factory=set)
    cpom: Cpom | None = None
    is_changed: bool = False
    told: set[str] = field(default_factory=set)

    def is_same(self, dates: dict[str, date | None]) -> bool:
        """The first date that both give decides: they rarely give all of them."""
        both = ((self.dates[name], dates[name]) for name in DATES)
        return next((mine == theirs for mine, theirs in both if mine and theirs), False)

    def overlaps(self, other: "Draft") -> bool:
        mine, theirs = self._span(), other._span()
        return mine[0] <= theirs[1] and theirs[0] <= mine[1]

    def _span(self) -> tuple[date, date]:
        start = self.dates["in_force_on"] or self.dates["signed_on"]
        end = self.dates["extended_until"] or self.dates["ends_on"]
        return start or end or LAST, end or LAST

    def words(self) -> str:
        """Return « du 01/01/2023 au 31/12/2027 », of what is known."""
        start, end = self.dates["in_force_on"] or self.dates["signed_on"], self._span()[1]
        told = [f"du {start:%d/%m/%Y}"] if start else []
        return " ".join([*told, f"au {end:%d/%m/%Y}"] if end != LAST else [*told, "sans échéance connue"])


class CpomHandler(TableHandler):
    """Rows of a contract, or of what one of its establishments says of it."""

    kind = ImportKind.CPOM
    layouts = (CPOM, CPOM_IN_ATIH, CPOM_IN_DIAMANT)
    in_one_batch = True
    most_rows = 50_000
    too_long = TOO_LONG

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each row does, and do it unless the context is a dry run."""
        found = _read(rows, context)
        employers = {told.employer_id for told in found if isinstance(told, Told)}
        drafts = _known(employers, context)
        verdicts = [one if isinstance(one, Verdict) else _merge(one, drafts) for one in found]
        if not context.is_dry_run:
            for draft in (draft for drafts_of in drafts.values() for draft in drafts_of if draft.is_changed):
                _write(draft, context)
        return verdicts


def _read(rows: Sequence[RowReading], context: Context) -> list[Told | Verdict]:
    """Return what each row tells, or its verdict when it tells nothing that enters."""
    own = [reading.row for reading in rows if isinstance(reading.row, CpomRow)]
    declared = [reading.row for reading in rows if isinstance(reading.row, TdbCpomRow)]
    named = {number for row in own for number in (row.legal_entity_finess, *row.structures)}
    places = structures_by_finess(named | {row.finess for row in declared})
    bodies = employers_by(Employer.finess, {row.legal_entity_finess for row in own})
    last = {row.finess: row.year for row in sorted(declared, key=lambda row: row.year or 0) if _tells(row)}
    return [
        *(_told(row, bodies.get(row.legal_entity_finess), places, context) for row in own),
        *(_declared(row, places.get(row.finess), last, context) for row in declared),
    ]


def _told(row: CpomRow, body: Body | None, places: dict[str, Place], context: Context) -> Told | Verdict:
    if body is None:
        why = NOT_AN_ENTITY if row.legal_entity_finess in places else UNKNOWN
        finess = row.legal_entity_finess
        return Verdict(row.line, Effect.REJECT, finess, why.format(finess=finess))
    if all(context.is_elsewhere(place) for place in body.places):
        where = ", ".join(sorted(body.places)) or "inconnu"
        return Verdict(row.line, Effect.REJECT, body.name, ELSEWHERE.format(departement=where))
    covered = {number: places.get(number) for number in row.structures}
    here = {number: place.id for number, place in covered.items() if place and place.employer_id == body.id}
    signing, others = bodies_in(row.signatories)
    remarks = [FOREIGN.format(numbers=", ".join(sorted(covered.keys() - here)))] if len(here) < len(covered) else []
    remarks += [OTHERS.format(names=", ".join(others))] if others else []
    dates = {name: getattr(row, name) for name in DATES}
    return Told(row.line, body.id, body.name, dates, signing, frozenset(here.values()), tuple(remarks))


def _tells(row: TdbCpomRow) -> bool:
    return bool(row.in_force_on or row.ends_on) and row.is_running is not False


def _declared(row: TdbCpomRow, place: Place | None, last: dict[str, int | None], context: Context) -> Told | Verdict:
    """The establishment is where the register has it: the number of its entity may be old."""
    why = refusal_of_place(place, context) if place else UNKNOWN_STRUCTURE.format(finess=row.finess)
    if why or place is None:
        return Verdict(row.line, Effect.REJECT, row.finess, why)
    if not _tells(row):
        return Verdict(row.line, Effect.UNCHANGED, f"{place.name} : aucun CPOM en cours déclaré")
    if row.year != last[row.finess]:
        return Verdict(row.line, Effect.UNCHANGED, f"{place.name} : une année plus récente dit son CPOM")
    signing, others = bodies_in(row.signatories)
    remarks = (OTHERS.format(names=", ".join(others)),) if others else ()
    dates = dict.fromkeys(DATES) | {"in_force_on": row.in_force_on, "ends_on": row.ends_on}
    return Told(row.line, place.employer_id, place.name, dates, signing, frozenset({place.id}), remarks, True)


def _known(employer_ids: set[int], context: Context) -> dict[int, list[Draft]]:
    """Return the contracts of these employers that the organisation itself knows, the latest first."""
    drafts: dict[int, list[Draft]] = {number: [] for number in employer_ids}
    own = (Cpom.organisation_id == context.organisation_id, Cpom.employer_id.in_(numbers(employer_ids)))
    whole = (selectinload(Cpom.signatories), selectinload(Cpom.structure_links))
    for cpom in db.session.scalars(select(Cpom).where(*own).options(*whole).order_by(Cpom.id.desc())):
        dates = {name: getattr(cpom, name) for name in DATES}
        bodies = {one.body.value for one in cpom.signatories}
        covered = {link.structure_id for link in cpom.structure_links}
        drafts[cpom.employer_id].append(Draft(cpom.employer_id, dates, bodies, covered, cpom))
    return drafts


def _merge(told: Told, drafts: dict[int, list[Draft]]) -> Verdict:
    """Add what a row tells to its contract, a new one if no other has its dates."""
    of_employer, remarks = drafts[told.employer_id], [*told.remarks]
    draft = next((one for one in of_employer if one.is_same(told.dates)), None)
    if draft is None:
        draft = Draft(told.employer_id, dict(told.dates), set(told.bodies), set(told.structures), is_changed=True)
        draft.told = {name for name, value in told.dates.items() if value}
        other = next((one for one in of_employer if one.overlaps(draft)), None)
        remarks += [OVERLAPS.format(other=other.words())] if other else []
        of_employer.append(draft)
        effect = Effect.CREATE
    else:
        effect = Effect.UPDATE if _complete(draft, told, remarks) else Effect.UNCHANGED
        draft.is_changed = draft.is_changed or effect is Effect.UPDATE
    return Verdict(told.line, effect, f"{told.name} : CPOM {draft.words()}{_detail(told)}", remark=" ".join(remarks))


def _complete(draft: Draft, told: Told, remarks: list[str]) -> bool:
    """Add to a contract what a row says more of it; tell whether that changed anything."""
    is_changed = not (told.bodies <= draft.bodies and told.structures <= draft.structures)
    draft.bodies |= told.bodies
    draft.structures |= told.structures
    for name in DATES:
        known, new = draft.dates[name], told.dates[name]
        if new is None or new == known:
            continue
        if known and (told.only_completes or name in draft.told):
            words = KEPT if told.only_completes else TWICE
            remarks.append(words.format(what=WORDS[name], told=f"{new:%d/%m/%Y}", known=f"{known:%d/%m/%Y}"))
        if not known or not told.only_completes:
            draft.dates[name], is_changed = new, True
        draft.told.add(name)
    return is_changed


def _detail(told: Told) -> str:
    bodies = " et ".join(one.label for one in SignatoryBody if one.value in told.bodies)
    count = len(told.structures)
    covered = "" if told.only_completes or not count else f"{count} établissement{'s' if count > 1 else ''}"
    return "".join(f", {words}" for words in (bodies, covered) if words)


def _write(draft: Draft, context: Context) -> None:
    """Write a contract and its parts, each with what undoes it; a part that is added changes the whole's version."""
    cpom = draft.cpom or Cpom(employer_id=draft.employer_id, organisation_id=context.organisation_id)
    before = kept(draft.cpom, (*DATES, "noted_on", "import_id")) if draft.cpom else None
    known_bodies = {one.body.value for one in cpom.signatories}
    covered = {link.structure_id for link in cpom.structure_links}
    for name, value in draft.dates.items():
        setattr(cpom, name, value)
    cpom.noted_on, cpom.import_id = context.today, context.import_id
    db.session.add(cpom)
    db.session.flush()
    context.changes.append(Change(Cpom.__tablename__, cpom.id, cpom.version, before))
    _add_parts(CpomSignatory, cpom, "body", sorted(draft.bodies - known_bodies), context)
    _add_parts(CpomStructure, cpom, "structure_id", sorted(draft.structures - covered), context)


def _add_parts(
    model: type[CpomSignatory | CpomStructure], cpom: Cpom, column: str, values: Sequence[str | int], context: Context
) -> None:
    table: Table = model.__table__  # type: ignore[assignment]
    for value in values:
        number = db.session.scalar(insert(table).values(cpom_id=cpom.id, **{column: value}).returning(table.c.id))
        assert number
        context.changes.append(Change(table.name, number))
