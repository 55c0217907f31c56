"""Accidents and diseases of work: counts of a SIRET or of a whole employer, one year, brought in by the Carsat."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from app.actions.incoming.figures import Figures, Value, bring_in
from app.actions.incoming.handling import ELSEWHERE, Context, Effect, TableHandler, Verdict
from app.actions.incoming.register import Body, Place, employers_by, structures_by_siret
from app.models import Employer, FigureSource, Quality, Sector
from app.models.observations import MILLION
from app.readers.kinds.atmp import ATMP, AtmpRow
from app.readers.layouts import RowReading
from workflows.import_run import ImportKind

INDICATORS = {
    "at_first_payment": "at_first_payment",
    "commuting": "at_commuting",
    "diseases": "at_disease",
    "headcount": "at_headcount",
    "days_off": "at_days_off",
}
"""What a row calls it → the code of the indicator. Those of accidents begin with « at_ »: the wall goes by that."""
UNKNOWN = "Ni ce SIRET ni ce SIREN ne sont au répertoire : importez d’abord FINESS, ou la correspondance ET – SIRET."
PUBLIC = "Employeur public : en matière de prévention, la branche AT-MP n’agit pas sur les agents publics."


class AtmpHandler(TableHandler):
    """Rows of a SIRET, or of a SIREN, and a year."""

    kind = ImportKind.ATMP
    layouts = (ATMP,)

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each row does, and do it unless the context is a dry run."""
        places = structures_by_siret({reading.row.siret for reading in rows if reading.row.siret})
        bodies = employers_by(Employer.siren, {reading.row.siren for reading in rows})
        verdicts, kept = [], []
        for reading in rows:
            row: AtmpRow = reading.row
            found = _figures(row, places.get(row.siret or "", []), bodies.get(row.siren), context)
            if isinstance(found, str):
                verdicts.append(Verdict(reading.number, Effect.REJECT, row.siret or row.siren, found))
            else:
                kept.append(found)
        return verdicts + bring_in(kept, FigureSource.ATMP, context)


def _figures(row: AtmpRow, places: list[Place], body: Body | None, context: Context) -> Figures | str:
    """Return whose counts these are, or why they do not enter.

    A SIRET that several structures share is the employer's: nothing says whose accidents they are.
    """
    if not places and body is None:
        return UNKNOWN
    sector = places[0].sector if places else body.sector if body else Sector.TO_CONFIRM
    if sector is Sector.PUBLIC:
        return PUBLIC
    where = {place.departement for place in places} or (body.places if body else frozenset())
    if all(context.is_elsewhere(departement) for departement in where):
        return ELSEWHERE.format(departement=", ".join(sorted(where)) or "inconnu")
    if len(places) == 1:
        only = places[0]
        return Figures(row.line, only.name, only.employer_id, only.id, row.siret, row.year, _values(row))
    owner = places[0].employer_id if places else body.id if body else 0
    name = body.name if body else places[0].name
    return Figures(row.line, name, owner, None, row.siret, row.year, _values(row))


def _values(row: AtmpRow) -> dict[str, Value]:
    found = {code: getattr(row, name) for name, code in INDICATORS.items()}
    return {code: (_millionths(value), Quality.GOOD) for code, value in found.items() if value is not None}


def _millionths(value: int | Decimal) -> int:
    return int((Decimal(value) * MILLION).to_integral_value(ROUND_HALF_EVEN))
