"""Which SIRET an establishment has: completed in the register, one at most for each establishment."""

from collections.abc import Sequence

from sqlalchemy import Table, bindparam, select, update

from app.actions.incoming.handling import UNKNOWN_STRUCTURE, Change, Context, Effect, TableHandler, Verdict
from app.actions.incoming.register import Place, refusal_of_place, structures_by_finess, texts
from app.extensions import db
from app.models import Employer, Structure
from app.readers.kinds.links import LINKS, LinkRow
from app.readers.layouts import RowReading
from workflows.import_run import ImportKind

STRUCTURES: Table = Structure.__table__  # type: ignore[assignment]
TWICE = "Cet établissement a déjà un autre SIRET ligne {line} : un seul est gardé, choisissez lequel."
FOREIGN = "Le SIRET {siret} n’est pas du SIREN de son employeur ({siren}) : vérifiez-les."


class LinksHandler(TableHandler):
    """Rows of an establishment and its SIRET."""

    kind = ImportKind.LINKS
    layouts = (LINKS,)

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each row does, and do it unless the context is a dry run."""
        places = structures_by_finess({reading.row.finess for reading in rows})
        sirens = _sirens(places)
        lines: dict[str, int] = {}
        verdicts, changed = [], []
        for reading in rows:
            row: LinkRow = reading.row
            place = places.get(row.finess)
            verdict = _verdict(row, place, sirens, lines, context)
            verdicts.append(verdict)
            if verdict.effect in (Effect.CREATE, Effect.UPDATE) and place:
                changed.append((place, row.siret))
        if changed and not context.is_dry_run:
            _write(changed, context)
        return verdicts


def _sirens(places: dict[str, Place]) -> dict[int, str | None]:
    known = (
        select(Employer.id, Employer.siren)
        .join(Structure, Structure.employer_id == Employer.id)
        .where(Structure.finess.in_(texts(places)))
    )
    return {number: siren for number, siren in db.session.execute(known)}


def _verdict(
    row: LinkRow, place: Place | None, sirens: dict[int, str | None], lines: dict[str, int], context: Context
) -> Verdict:
    if place is None:
        return Verdict(row.line, Effect.REJECT, row.finess, UNKNOWN_STRUCTURE.format(finess=row.finess))
    siren = sirens.get(place.employer_id)
    if why := refusal_of_place(place, context):
        return Verdict(row.line, Effect.REJECT, place.name, why)
    if siren and siren != row.siret[:9]:
        return Verdict(row.line, Effect.REJECT, place.name, FOREIGN.format(siret=row.siret, siren=siren))
    if row.finess in lines:
        return Verdict(row.line, Effect.CONFLICT, place.name, TWICE.format(line=lines[row.finess]))
    lines[row.finess] = row.line
    if place.siret == row.siret:
        return Verdict(row.line, Effect.UNCHANGED, f"{place.name} : SIRET {row.siret}")
    before = f"{place.siret} → " if place.siret else ""
    effect = Effect.UPDATE if place.siret else Effect.CREATE
    return Verdict(row.line, effect, f"{place.name} : SIRET {before}{row.siret}")


def _write(changed: list[tuple[Place, str]], context: Context) -> None:
    statement = update(STRUCTURES).where(STRUCTURES.c.id == bindparam("number"))
    values = statement.values(siret=bindparam("given"), version=STRUCTURES.c.version + 1)
    db.session.connection().execute(values, [{"number": place.id, "given": siret} for place, siret in changed])
    context.changes += [
        Change("structures", place.id, place.version + 1, {"siret": place.siret}) for place, _ in changed
    ]
