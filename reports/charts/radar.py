"""A radar: themes around a circle, from 0 at its middle to 100; a theme of which too little is known leaves a gap."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from textwrap import wrap
from xml.etree import ElementTree as ET

from figures.words import NBSP
from reports.charts.chart import Chart, DataTable, canvas, finished, mark, path, write

RADIUS, MARGIN, TOP = 98, 36, 100
RINGS = (25, 50, 75, 100)
LETTERS, LINE = 13, 13
UNKNOWN = "trop peu de réponses"
Point = tuple[float, float]


@dataclass(frozen=True)
class Spoke:
    """One theme: where it stands from 0 to 100, in words, and where it stood before; None when too little is known."""

    label: str
    value: int | None
    words: str = ""
    before: int | None = None


def radar(name: str, title: str, spokes: Sequence[Spoke], *, source: str, before: str = "", width: int = 364) -> Chart:
    """Return the radar of three themes or more; `before` names the earlier answers drawn behind, if there are any."""
    if len(spokes) < 3:
        raise ValueError("un radar a trois thèmes au moins")
    height = 2 * (RADIUS + MARGIN) + (24 if before else 0)
    svg = canvas(name, title, description(spokes, before), width, height)
    middle = (width / 2, RADIUS + MARGIN)
    _draw_grid(svg, middle, len(spokes))
    if before:
        _draw_shape(svg, middle, [one.before for one in spokes], "median", "")
    _draw_shape(svg, middle, [one.value for one in spokes], "mine", "mine-dot")
    for place, one in enumerate(spokes):
        _draw_name(svg, middle, place, len(spokes), one.label)
    if before:
        _draw_key(svg, before, height)
    return finished(title, source, svg, table(title, spokes, before))


def _at(middle: Point, place: int, of: int, value: float) -> Point:
    angle = 2 * pi * place / of - pi / 2
    reach = RADIUS * value / TOP
    return middle[0] + reach * cos(angle), middle[1] + reach * sin(angle)


def _draw_grid(svg: ET.Element, middle: Point, of: int) -> None:
    for ring in RINGS:
        ends = [_at(middle, place, of, ring) for place in range(of)]
        kind = "axis" if ring == TOP else "grid"
        mark(svg, "path", kind, d=path(ends, closed=True), fill="none")
    for place in range(of):
        (x1, y1), (x2, y2) = middle, _at(middle, place, of, TOP)
        mark(svg, "line", "grid", x1=x1, y1=y1, x2=x2, y2=y2)


def _draw_shape(svg: ET.Element, middle: Point, values: Sequence[int | None], line: str, dot: str) -> None:
    """Join the themes that are known and stand side by side; a lone one is a dot."""
    of = len(values)
    known = {place: _at(middle, place, of, value) for place, value in enumerate(values) if value is not None}
    if len(known) == of:
        mark(svg, "path", line, d=path(list(known.values()), closed=True))
    else:
        for place, point in known.items():
            if (after := (place + 1) % of) in known:
                mark(svg, "path", line, d=path([point, known[after]]))
    if dot:
        for x, y in known.values():
            mark(svg, "circle", dot, cx=x, cy=y, r=4.5)


def _draw_name(svg: ET.Element, middle: Point, place: int, of: int, label: str) -> None:
    x, y = _at(middle, place, of, TOP * 1.08)
    side = round(x - middle[0], 1)
    anchor = "middle" if side == 0 else ("start" if side > 0 else "end")
    lines = wrap(label, LETTERS, break_on_hyphens=False)
    above = y < middle[1]
    first = y - LINE * (len(lines) - 1) if side == 0 and above else y - LINE * (len(lines) - 1) / 2
    first += 4 if side else (0 if above else 10)
    for row, text in enumerate(lines):
        write(svg, "label", text, x, first + LINE * row, text_anchor=anchor)


def _draw_key(svg: ET.Element, before: str, height: float) -> None:
    mark(svg, "line", "median", x1=8, y1=height - 8, x2=36, y2=height - 8)
    write(svg, "note", before, 44, height - 4)


def in_words(value: int | None) -> str:
    """Return « 67 sur 100 », or that too little is known."""
    return UNKNOWN if value is None else f"{value}{NBSP}sur{NBSP}{TOP}"


def description(spokes: Sequence[Spoke], before: str) -> str:
    """Return the whole chart in a sentence by theme, for those who do not see it."""
    return " ".join(_sentence(one, before) for one in spokes)


def _sentence(one: Spoke, before: str) -> str:
    level = f", {one.words.lower()}" if one.words else ""
    then = f" ({before[:1].lower()}{before[1:]} : {in_words(one.before)})" if before and one.before is not None else ""
    return f"{one.label}{NBSP}: {in_words(one.value)}{level}{then}."


def table(title: str, spokes: Sequence[Spoke], before: str) -> DataTable:
    """Return a line by theme, with where it stood before when that is drawn."""
    head = ("Thème", "Repère", "En mots", *((before,) if before else ()))
    rows = tuple(
        (one.label, in_words(one.value), one.words or "—", *((in_words(one.before),) if before else ()))
        for one in spokes
    )
    return DataTable(title, head, rows)
