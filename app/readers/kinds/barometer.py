"""The months of a house's own barometer, as its managers keep them: one line a month.

It stays out of `LAYOUTS`: the import assistant keeps files for organisations, and this is an employer's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.readers.cells import folded
from app.readers.cells_dates import MONTHS, day
from app.readers.cells_numbers import cents, count, decimal
from app.readers.layouts import Field, Layout, Parse, Values
from app.readers.problems import InvalidCell


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month; a figure that is absent is not known."""

    line: int
    month: date
    figures: dict[str, int]
    remark: str


def hundredths(cell: str) -> int:
    """A quantity with two decimals at most (« 1,5 »), in hundredths: 150."""
    found = decimal(cell) * 100
    if found != found.to_integral_value() or not 0 <= found <= 10**8:
        raise InvalidCell(f"« {cell.strip()[:40]} » n’est pas une quantité à deux décimales : corrigez la cellule.")
    return int(found)


def small_count(cell: str) -> int:
    """A number of people or days that a house may have in a month."""
    found = count(cell)
    if found > 10**6:
        raise InvalidCell(f"« {cell.strip()[:40]} » est trop grand : corrigez la cellule.")
    return found


def month(cell: str) -> date:
    """A month: « 2026-11 », « 11/2026 », « novembre 2026 », or any day of it."""
    text = folded(cell).replace("/", "-").replace(".", "-").replace(" ", "-")
    parts = text.split("-")
    if len(parts) == 2:
        first, second = parts
        number = MONTHS.index(first) + 1 if first in MONTHS else None
        year, of_year = (first, second) if len(first) == 4 and first.isdecimal() else (second, number or first)
        return _first_day(cell, str(year), str(of_year))
    return day(cell).replace(day=1)


def _first_day(cell: str, year: str, of_year: str) -> date:
    if year.isdecimal() and of_year.isdecimal() and 1 <= int(of_year) <= 12 and 1990 <= int(year) <= 2100:
        return date(int(year), int(of_year), 1)
    raise InvalidCell(f"« {cell.strip()[:40]} » n’est pas un mois : écrivez-le comme 11/2026.")


PARSERS: dict[str, Parse] = {"count": small_count, "hundredths": hundredths, "cents": cents}
"""By unit of what is noted: the whole number that a cell or a field says."""


def _row(values: Values) -> MonthRow:
    said = {one.name: values[one.name] for one in values.layout.fields if one.parse in PARSERS.values()}
    figures = {name: value for name, value in said.items() if value is not None}
    return MonthRow(values.number, values["month"], figures, values["remark"] or "")


def months_layout(measures: Iterable[tuple[str, str, str]]) -> Layout:
    """Return the layout of a file of months, of measures told by their name, their label and their unit."""
    figures = tuple(Field(name, label, PARSERS[unit]) for name, label, unit in measures)
    return Layout(
        "barometer",
        "Baromètre",
        (
            Field("month", "Mois", month, ("Date", "Période"), required=True),
            *figures,
            Field("remark", "Remarque", aliases=("Commentaire", "Observations")),
        ),
        _row,
        key=("month",),
        needs_column_of=(tuple(one.name for one in figures),),
        examples=EXAMPLES,
        is_borrowed=True,
    )


EXAMPLES = (
    {"month": "01/2026", "headcount": "42", "departures": "1", "arrivals": "2", "vacancies": "1,5", "absence": "96",
     "stopped": "1", "unstopped": "0", "agency": "1 850,00", "remark": "Grippe en janvier."},
    {"month": "02/2026", "headcount": "43", "absence": "71"},
)  # fmt: skip
"""Two invented months, for the model."""
