"""Bars by year: what makes up a total, one above the other, or side by side. Each part is named at its right end."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap
from typing import NamedTuple
from xml.etree import ElementTree as ET

from figures.absence import NoFigure
from figures.rates import Rate
from figures.words import NBSP
from reports.charts.axes import draw_gap, draw_graduations, draw_reason, draw_years
from reports.charts.chart import Chart, DataTable, Frame, canvas, finished, mark, path, write
from reports.charts.looks import SERIES
from reports.charts.measure import Measure, Shown, in_words, known, position
from reports.charts.scale import Scale, graduate, spread, straight

HEIGHT, LEFT, RIGHT, WIDEST, LINE = 252, 44, 136, 46, 14
LETTERS = 19
"""Characters of a line of the names."""
INCOMPLETE = "incomplet"


@dataclass(frozen=True)
class Series:
    """A part, with one figure by year or why there is none."""

    label: str
    values: tuple[Shown, ...]


class _Block(NamedTuple):
    """One bar or one part of a bar, in pixels."""

    series: int
    year: int
    x: float
    width: float
    top: float
    bottom: float


@dataclass(frozen=True)
class _Plot:
    svg: ET.Element
    frame: Frame
    xs: list[float]
    pitch: float
    scale: Scale
    blocks: list[_Block]


def bars(
    name: str,
    title: str,
    years: Sequence[int],
    series: Sequence[Series],
    *,
    source: str,
    is_stacked: bool = True,
    unit: str = "",
    width: int = 364,
) -> Chart:
    """Return the bars of one to six series over years; figures are not negative (ValueError otherwise).

    Stacked bars bear their total, or « incomplet » when a part is missing; a year where nothing is known says why.
    """
    _check(years, series)
    svg = canvas(name, title, description(years, series, unit, is_stacked), width, HEIGHT)
    right = RIGHT if len(series) > 1 else 8
    plot = _prepare(svg, Frame(LEFT, 36 if unit else 22, width - right, HEIGHT - 28), years, series, is_stacked)
    empty = _empty_years(plot, series)
    for x, _ in empty:
        draw_gap(svg, plot.frame, x, plot.pitch)
    for block in plot.blocks:
        if block.top == block.bottom:
            continue  # a zero is told by its number
        height = max(block.bottom - block.top, 0.75)
        size = {"x": block.x, "y": block.top, "width": block.width, "height": height}
        mark(svg, "rect", "segment", fill=SERIES[block.series], **size)
    if is_stacked and len(series) > 1:
        _draw_totals(plot, series)
    else:
        _draw_values(plot, series)
    if len(series) > 1:
        _draw_names(plot, series, years, is_stacked)
    for x, reason in empty:
        draw_reason(svg, plot.frame, x, plot.pitch, reason)
    if unit:
        write(svg, "note", unit, 0, 12)
    return finished(title, source, svg, table(title, years, series, unit, is_stacked))


def _check(years: Sequence[int], series: Sequence[Series]) -> None:
    if not years or not 1 <= len(series) <= len(SERIES) or any(len(one.values) != len(years) for one in series):
        raise ValueError(f"au moins une année, de une à {len(SERIES)} séries, une valeur par année")
    if any(position(value) < 0 for value in known(value for one in series for value in one.values)):
        raise ValueError("des barres ne montrent pas de valeur négative")


def _prepare(svg: ET.Element, frame: Frame, years: Sequence[int], series: Sequence[Series], is_stacked: bool) -> _Plot:
    figures = known(value for one in series for value in one.values)
    tallest = [sum(map(position, _known_parts(series, place))) for place in range(len(years))]
    marks = graduate(0, max(tallest if is_stacked else [position(value) for value in figures], default=0))
    scale = straight(0, marks.values[-1], frame.bottom, frame.top)
    pitch = (frame.right - frame.left) / len(years)
    xs = [frame.left + pitch * (place + 0.5) for place in range(len(years))]
    draw_graduations(svg, frame, scale, marks, is_rate=all(isinstance(figure, Rate) for figure in figures))
    draw_years(svg, frame, years, xs)
    side_by_side = 1 if is_stacked else len(series)
    thick = min(WIDEST, pitch * (0.62 if is_stacked else 0.8) / side_by_side)
    blocks = [block for place, x in enumerate(xs) for block in _column(series, place, x, thick, scale, is_stacked)]
    return _Plot(svg, frame, xs, pitch, scale, blocks)


def _column(
    series: Sequence[Series], place: int, x: float, thick: float, scale: Scale, is_stacked: bool
) -> list[_Block]:
    blocks, floor = [], 0.0
    left = x - thick / 2 * (1 if is_stacked else len(series))
    for number, one in enumerate(series):
        value = one.values[place]
        if isinstance(value, NoFigure):
            continue
        top = floor + position(value)
        side = left if is_stacked else left + thick * number
        blocks.append(_Block(number, place, side, thick, scale(top), scale(floor)))
        floor = top if is_stacked else 0.0
    return blocks


def _known_parts(series: Sequence[Series], place: int) -> list[Measure]:
    return known(one.values[place] for one in series)


def _empty_years(plot: _Plot, series: Sequence[Series]) -> list[tuple[float, NoFigure]]:
    firsts = [(place, x, series[0].values[place]) for place, x in enumerate(plot.xs)]
    return [(x, why) for place, x, why in firsts if isinstance(why, NoFigure) and not _known_parts(series, place)]


def total(series: Sequence[Series], place: int, unit: str = "") -> str:
    """Return the sum of the parts of a year, « incomplet » when some are missing, why when all are."""
    parts, first = _known_parts(series, place), series[0].values[place]
    if not parts and isinstance(first, NoFigure):
        return first.label
    if len(parts) < len(series):
        return INCOMPLETE
    if all(isinstance(part, Rate) for part in parts):
        return sum((part for part in parts if isinstance(part, Rate)), Rate.from_millionths(0)).in_french()
    return in_words(sum((part for part in parts if isinstance(part, Decimal)), Decimal(0)), unit)


def _draw_totals(plot: _Plot, series: Sequence[Series]) -> None:
    for place, x in enumerate(plot.xs):
        tops = [block.top for block in plot.blocks if block.year == place]
        if tops:
            words = total(series, place)
            write(plot.svg, "note" if words == INCOMPLETE else "value", words, x, min(tops) - 6, text_anchor="middle")


def _draw_values(plot: _Plot, series: Sequence[Series]) -> None:
    """Write each figure on its bar where there is room for it."""
    for block in plot.blocks:
        value = in_words(series[block.series].values[block.year])
        if 6.6 * len(value) <= max(block.width, plot.pitch if len(series) == 1 else 0):
            write(plot.svg, "value", value, block.x + block.width / 2, block.top - 6, text_anchor="middle")


def _draw_names(plot: _Plot, series: Sequence[Series], years: Sequence[int], is_stacked: bool) -> None:
    """Name the parts beside the last year that shows them, stacked ones with a line from each to its name."""
    columns = [[block for block in plot.blocks if block.series == number] for number in range(len(series))]
    shown = [max(column, key=lambda block: block.year) for column in columns if column]
    last = max((block.year for block in shown), default=0)
    texts = [_name(series[end.series], end.year, "" if end.year == last else f"({years[end.year]})") for end in shown]
    wanted = [(end.top + end.bottom) / 2 if is_stacked else end.top for end in shown]
    middles = spread(wanted, [LINE * len(text) + 5 for text in texts], 0, plot.frame.bottom + 14)
    x = plot.frame.right + 22
    for end, text, start, middle in zip(shown, texts, wanted, middles, strict=True):
        if is_stacked:
            way = [(end.x + end.width + 2, start), (plot.frame.right + 2, start), (x - 11, middle)]
            mark(plot.svg, "path", "leader", d=path(way))
        mark(plot.svg, "rect", "segment", x=x - 11, y=middle - 5, width=10, height=10, fill=SERIES[end.series])
        first = middle - LINE * (len(text) - 1) / 2 + 4
        for row, line in enumerate(text):
            write(plot.svg, "label", line, x + 4, first + LINE * row)


def _name(series: Series, place: int, when: str) -> list[str]:
    return wrap(f"{series.label} {in_words(series.values[place])} {when}".rstrip(), LETTERS, break_on_hyphens=False)


def description(years: Sequence[int], series: Sequence[Series], unit: str, is_stacked: bool) -> str:
    """Return the whole chart in a sentence by year, for those who do not see it."""
    return " ".join(_sentence(year, place, series, unit, is_stacked) for place, year in enumerate(years))


def _sentence(year: int, place: int, series: Sequence[Series], unit: str, is_stacked: bool) -> str:
    parts = ", ".join(f"{one.label} {in_words(one.values[place], unit)}" for one in series)
    whole = f" (total {total(series, place, unit)})" if is_stacked and len(series) > 1 else ""
    return f"{year}{NBSP}: {parts}{whole}."


def table(title: str, years: Sequence[int], series: Sequence[Series], unit: str, is_stacked: bool) -> DataTable:
    """Return a line by year, a column by part, and their total when they are stacked."""
    has_total = is_stacked and len(series) > 1
    head = ("Année", *(one.label[:1].upper() + one.label[1:] for one in series), *(("Total",) if has_total else ()))
    rows = tuple(
        (
            str(year),
            *(in_words(one.values[place], unit) for one in series),
            *((total(series, place, unit),) if has_total else ()),
        )
        for place, year in enumerate(years)
    )
    return DataTable(title, head, rows, numeric=tuple(range(1, len(head))))
