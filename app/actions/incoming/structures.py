"""What the files of indicators per structure and year share, and what tells each from the others."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from app.actions.incoming.figures import Figures, bring_in
from app.actions.incoming.handling import (
    UNKNOWN_STRUCTURE,
    Context,
    Effect,
    Opened,
    TableHandler,
    Verdict,
    layout_of,
)
from app.actions.incoming.register import refusal_of_place, structures_by_finess
from app.models import FigureSource, Import, Quality
from app.readers.kinds import tdb
from app.readers.kinds.cpom import TDB_DATES
from app.readers.kinds.home_care import HOME_CARE
from app.readers.layouts import Layout, RowReading
from app.readers.reading import Reading
from workflows.import_run import ImportKind

NOT_SAID = (
    "Ce format ne dit pas si les valeurs sont validées : elles entrent dans les calculs comme données à la source."
)


class StructureYear(Protocol):
    """One structure, one year: values in millionths, the doubtful ones marked."""

    finess: str
    year: int
    values: Mapping[str, int]
    flags: Mapping[str, Any]


class StructureHandler(TableHandler):
    """Rows of a structure and a year."""

    source: FigureSource

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each row does, and do it unless the context is a dry run."""
        places = structures_by_finess({reading.row.finess for reading in rows})
        verdicts, kept = [], []
        for reading in rows:
            row: StructureYear = reading.row
            place = places.get(row.finess)
            why = refusal_of_place(place, context) if place else UNKNOWN_STRUCTURE.format(finess=row.finess)
            if why or place is None:
                verdicts.append(Verdict(reading.number, Effect.REJECT, row.finess, why))
                continue
            values = {code: (value, _quality(row, code)) for code, value in row.values.items()}
            kept.append(Figures(reading.number, place.name, place.employer_id, place.id, None, row.year, values))
        return verdicts + bring_in(kept, self.source, context)


def _quality(row: StructureYear, code: str) -> Quality:
    if getattr(row, "is_validated", None) is False:
        return Quality.UNVALIDATED
    return Quality.DOUBTFUL if code in row.flags else Quality.GOOD


class TdbHandler(StructureHandler):
    """The « tableau de bord de la performance », in either of its two formats."""

    kind = ImportKind.TDB
    layouts: tuple[Layout, ...] = (tdb.DIAMANT, tdb.ATIH)
    source = FigureSource.TDB

    def remarks(self, import_: Import) -> list[str]:
        """Say that a format without a level of validation has none."""
        return [NOT_SAID] if layout_of(self.layouts, import_) is tdb.DIAMANT else []

    def count_contracts(self, opened: Opened) -> int:
        """Return of how many establishments the columns about the contract are filled."""
        assert isinstance(opened, Reading)
        columns = [opened.mapping[name] for name in TDB_DATES if name in opened.mapping]
        if not columns:
            return 0
        number = opened.mapping["finess"]
        rows = (row.cells for row in opened.table.rows() if row.problem is None)
        return len({cells[number].strip() for cells in rows if any(cells[place].strip() for place in columns)})


class HomeCareHandler(StructureHandler):
    """What home-care services declare."""

    kind = ImportKind.HOME_CARE
    layouts = (HOME_CARE,)
    source = FigureSource.HOME_CARE
