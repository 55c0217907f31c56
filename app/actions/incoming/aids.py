"""Aids to employers, as their payer keeps them: each row an act of who brings it in, about its own money."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.actions.incoming.employers import Known, one_by_one, refusal_to_write
from app.actions.incoming.handling import ELSEWHERE, Change, Context, Effect, TableHandler, Verdict, kept
from app.extensions import db
from app.models import Aid, Employer, Organisation
from app.permissions import Kind
from app.readers.cells import folded
from app.readers.kinds.aids import AIDS, AidRow
from app.readers.layouts import RowReading
from workflows.import_run import ImportKind

AMOUNTS = ("requested_cents", "granted_cents", "paid_cents")
FIELDS = (*AMOUNTS, "source", "reference", "year", "requested_on", "granted_on", "paid_on")
TOLD_APART_BY = ("reference", "requested_on", "granted_on", "year")
ANOTHER_S = (
    "Financeur « {payer} » : chaque financeur n’apporte que ses propres aides. Laissez cette ligne à l’organisme qui "
    "paie."
)
TOO_MUCH = "Le montant payé dépasserait le montant accordé, compte tenu de ce qui est déjà noté : vérifiez-les."
NAMES = {
    "ars": ("ars", "agence regionale de sante"),
    "carsat": ("carsat", "cramif", "cgss", "cssm", "caisse"),
    "dept": ("cd", "departement", "conseil departemental"),
}
"""What a payer of each kind is called in its own files, when it is not named as in Jalon."""


class AidsHandler(TableHandler):
    """Rows of an aid to an employer."""

    kind = ImportKind.AIDS
    layouts = (AIDS,)
    for_author = True

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each row does, and do it unless the context is a dry run."""
        payer = db.session.get_one(Organisation, context.organisation_id)

        def act(reading: RowReading, employer: Employer, known: Known) -> Verdict:
            return _bring_in(reading.row, employer, known, payer, context)

        return one_by_one(rows, context, act)


def _bring_in(row: AidRow, employer: Employer, known: Known, payer: Organisation, context: Context) -> Verdict:
    shown = f"{employer.name} : {row.source[:120]}" + (f", {row.year}" if row.year else "")
    place = known.places.get(row.employer.finess or "")
    if row.payer and not _is_meant(row.payer, payer):
        return Verdict(row.line, Effect.REJECT, shown, ANOTHER_S.format(payer=row.payer[:80]))
    if why := refusal_to_write(Kind.FINANCING, employer, context):
        return Verdict(row.line, Effect.REJECT, shown, why)
    if place and context.is_elsewhere(place.departement):
        return Verdict(row.line, Effect.REJECT, shown, ELSEWHERE.format(departement=place.departement))
    aid, given = _like(row, employer, context), _given(row)
    given |= {"structure_id": place.id} if place else {}
    if aid is None:
        return Verdict(row.line, _create(given, employer, context), shown)
    granted, paid = (given.get(name, getattr(aid, name)) for name in ("granted_cents", "paid_cents"))
    if paid and granted is not None and paid > granted:
        return Verdict(row.line, Effect.REJECT, shown, TOO_MUCH)
    return Verdict(row.line, _change(aid, given, context), shown)


def _is_meant(name: str, payer: Organisation) -> bool:
    """Tell whether the payer that a row names is the organisation that brings the file in."""
    words = folded(name)
    if words in (folded(payer.short_name), folded(payer.name)):
        return True
    return words in NAMES.get(payer.kind.value, ())


def _given(row: AidRow) -> dict[str, Any]:
    """Return the columns that the row fills: what a file leaves empty erases nothing."""
    found = {name: getattr(row, name) for name in FIELDS}
    found |= {"source": row.source[:255], "reference": row.reference[:80] if row.reference else None}
    return {name: value for name, value in found.items() if value is not None}


def _like(row: AidRow, employer: Employer, context: Context) -> Aid | None:
    """Return the organisation's own line about the same aid: its source, then the first mark that both give."""
    own = (Aid.employer_id == employer.id, Aid.organisation_id == context.organisation_id)
    found = db.session.scalars(select(Aid).where(*own).order_by(Aid.id)).all()
    same = [one for one in found if folded(one.source) == folded(row.source[:255])]
    given = _given(row)
    return next((one for one in same if _is_same(one, given)), None)


def _is_same(aid: Aid, given: Mapping[str, Any]) -> bool:
    pairs = [(getattr(aid, name) or None, given.get(name)) for name in TOLD_APART_BY]
    decided = next((mine == theirs for mine, theirs in pairs if mine and theirs), None)
    return all(mine is theirs is None for mine, theirs in pairs) if decided is None else decided


def _create(given: Mapping[str, Any], employer: Employer, context: Context) -> Effect:
    aid = Aid(employer_id=employer.id, organisation_id=context.organisation_id, **given)
    aid.noted_on, aid.import_id = context.today, context.import_id or None
    db.session.add(aid)
    db.session.flush()
    context.changes.append(Change(Aid.__tablename__, aid.id, aid.version))
    return Effect.CREATE


def _change(aid: Aid, given: Mapping[str, Any], context: Context) -> Effect:
    if all(getattr(aid, name) == value for name, value in given.items()):
        return Effect.UNCHANGED
    before = kept(aid, (*FIELDS, "structure_id", "noted_on", "import_id"))
    for name, value in given.items():
        setattr(aid, name, value)
    aid.noted_on, aid.import_id = context.today, context.import_id or None
    db.session.flush()
    context.changes.append(Change(Aid.__tablename__, aid.id, aid.version, before))
    return Effect.UPDATE
