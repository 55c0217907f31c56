"""Level bars: one theme a line, from 0 to 100, with the words of where it stands and the spread between answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from figures.words import NBSP
from reports.charts.chart import Chart, DataTable, canvas, finished, mark, write
from reports.charts.looks import SERIES

TOP, PITCH, THICK, HEAD = 100, 46, 14, 8
UNKNOWN = "trop peu de réponses"


@dataclass(frozen=True)
class Bar:
    """One theme; `low` and `high`: from one answerer to another, when there are several."""

    label: str
    value: int | None
    words: str = ""
    low: int | None = None
    high: int | None = None

    @property
    def is_spread(self) -> bool:
        return self.low is not None and self.high is not None and self.low != self.high


def theme_bars(name: str, title: str, bars: Sequence[Bar], *, source: str, width: int = 364) -> Chart:
    """Return the bars, in the order given; ValueError without any."""
    if not bars:
        raise ValueError("au moins un thème")
    svg = canvas(name, title, " ".join(map(_sentence, bars)), width, HEAD + PITCH * len(bars))
    for place, one in enumerate(bars):
        _draw(svg, one, HEAD + PITCH * place, width - 2)
    return finished(title, source, svg, table(title, bars))


def _draw(svg: ET.Element, one: Bar, top: float, width: float) -> None:
    write(svg, "label", one.label, 0, top + 12)
    write(svg, "value" if one.value is not None else "note", _told(one), width, top + 12, text_anchor="end")
    floor = top + 19
    mark(svg, "rect", "gap", x=0, y=floor, width=width, height=THICK, rx=3)
    if one.value:
        mark(svg, "rect", "segment", fill=SERIES[0], x=0, y=floor, width=width * one.value / TOP, height=THICK, rx=3)
    if one.is_spread and one.low is not None and one.high is not None:
        y, ends = floor + THICK / 2, [width * end / TOP for end in (one.low, one.high)]
        mark(svg, "line", "mine", x1=ends[0], y1=y, x2=ends[1], y2=y)
        for x in ends:
            mark(svg, "line", "mine", x1=x, y1=floor - 2, x2=x, y2=floor + THICK + 2)


def _told(one: Bar) -> str:
    return UNKNOWN if one.value is None else f"{one.words}, {one.value}"


def _sentence(one: Bar) -> str:
    between = f", de {one.low} à {one.high} selon les réponses" if one.is_spread else ""
    value = UNKNOWN if one.value is None else f"{one.value}{NBSP}sur{NBSP}{TOP}, {one.words.lower()}"
    return f"{one.label}{NBSP}: {value}{between}."


def table(title: str, bars: Sequence[Bar]) -> DataTable:
    """Return a line by theme."""
    spread = any(one.is_spread for one in bars)
    head = ("Thème", "Repère", "En mots", *(("D’une réponse à l’autre",) if spread else ()))
    rows = tuple(
        (
            one.label,
            UNKNOWN if one.value is None else f"{one.value}{NBSP}sur{NBSP}{TOP}",
            one.words or "—",
            *((f"de {one.low} à {one.high}" if one.is_spread else "même réponse",) if spread else ()),
        )
        for one in bars
    )
    return DataTable(title, head, rows)
