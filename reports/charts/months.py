"""One figure month by month, as a line; a month without a figure is a gap, never a zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from figures.absence import NoFigure
from figures.rates import Rate
from figures.words import NBSP
from reports.charts.axes import draw_graduations
from reports.charts.chart import Chart, DataTable, Frame, canvas, finished, mark, path, write
from reports.charts.measure import Shown, in_words, known, position
from reports.charts.scale import graduate, straight

HEIGHT, LEFT, RIGHT, TOP, FOOT = 210, 48, 14, 30, 30
TICKS = 6
"""Months named under the axis, at most."""
SHORT = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


@dataclass(frozen=True)
class MonthFigure:
    """One month, named by its first day: its figure, or why there is none; what it rests on, for the table."""

    month: date
    value: Shown
    note: str = ""


def months(
    name: str,
    title: str,
    figures: Sequence[MonthFigure],
    *,
    source: str,
    unit: str = "",
    note: str = "",
    width: int = 364,
) -> Chart:
    """Return the line of months that follow one another, oldest first (ValueError otherwise).

    `name` is a slug unique in its page, `unit` that of quantities, `note` the title of a column of notes.
    """
    if not figures or any(_place(after) != _place(before) + 1 for before, after in pairwise(figures)):
        raise ValueError("des mois qui se suivent, au moins un")
    there = known(one.value for one in figures)
    svg = canvas(name, title, description(figures, unit), width, HEIGHT)
    frame = Frame(LEFT, TOP, width - RIGHT, HEIGHT - FOOT)
    marks = graduate(0, max(map(position, there), default=0))
    scale = straight(marks.values[0], marks.values[-1], frame.bottom, frame.top)
    draw_graduations(svg, frame, scale, marks, is_rate=bool(there) and all(isinstance(one, Rate) for one in there))
    pitch = (frame.right - frame.left - 24) / max(len(figures) - 1, 1)
    xs = [frame.left + 12 + pitch * place for place in range(len(figures))]
    step = -(-len(figures) // TICKS)
    for place, one in enumerate(figures):
        if (len(figures) - 1 - place) % step == 0:
            words = f"{SHORT[one.month.month - 1]} {one.month.year % 100:02d}"
            write(svg, "tick", words, xs[place], frame.bottom + 18, text_anchor="middle")
    points = [None if isinstance(one.value, NoFigure) else scale(position(one.value)) for one in figures]
    for (x1, y1), (x2, y2) in pairwise(zip(xs, points, strict=True)):
        if y1 is not None and y2 is not None:
            mark(svg, "path", "mine", d=path([(x1, y1), (x2, y2)]))
    for x, y in zip(xs, points, strict=True):
        if y is not None:
            mark(svg, "circle", "mine-dot", cx=x, cy=y, r=3.5)
    if unit:
        write(svg, "note", unit, 0, 12)
    if not there:
        write(svg, "note", "pas encore assez de mois", (frame.left + frame.right) / 2, HEIGHT / 2, text_anchor="middle")
    return finished(title, source, svg, table(title, figures, unit, note))


def _place(one: MonthFigure) -> int:
    return one.month.year * 12 + one.month.month


def _when(one: MonthFigure) -> str:
    return f"{SHORT[one.month.month - 1]} {one.month.year}"


def description(figures: Sequence[MonthFigure], unit: str = "") -> str:
    """Return the whole chart in words, for those who do not see it."""
    return " ".join(f"{_when(one)}{NBSP}: {in_words(one.value, unit)}." for one in figures)


def table(title: str, figures: Sequence[MonthFigure], unit: str = "", note: str = "") -> DataTable:
    """Return a line by month."""
    extra = (note,) if note else ()
    rows = tuple((_when(one), in_words(one.value, unit), *((one.note,) if note else ())) for one in figures)
    return DataTable(title, ("Mois", "Valeur", *extra), rows, numeric=(1,))
