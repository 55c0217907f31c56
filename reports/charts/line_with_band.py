"""One indicator over the years: this structure as a line, the middle half of its peers as a band with its median."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree as ET

from figures.absence import NoFigure
from figures.rates import Rate
from figures.words import NBSP
from reports.charts.axes import draw_gap, draw_graduations, draw_reason, draw_years
from reports.charts.chart import Chart, DataTable, Frame, canvas, finished, mark, path, write
from reports.charts.measure import Measure, Shown, in_words, known, position
from reports.charts.scale import Scale, graduate, spread, straight

HEIGHT, LEFT, RIGHT, INSET = 240, 44, 122, 28
TOO_FEW = "trop peu de pairs"
FOOT = 11
"""Half the width of what lasts one year alone."""
LINE = 15
"""Height of a line of the labels."""


@dataclass(frozen=True)
class PeerFigures:
    """The peers of one year: their quartiles, and how many they are."""

    first_quartile: Measure
    median: Measure
    third_quartile: Measure
    count: int


@dataclass(frozen=True)
class YearFigure:
    """One year: the figure of the structure or why there is none; its peers, or None when they are too few."""

    year: int
    value: Shown
    peers: PeerFigures | None = None


@dataclass(frozen=True)
class _Plot:
    """The picture under way: where each year and each figure stands."""

    svg: ET.Element
    frame: Frame
    xs: list[float]
    pitch: float
    scale: Scale

    def y(self, figure: Measure) -> float:
        return self.scale(position(figure))


def line_with_band(
    name: str,
    title: str,
    years: Sequence[YearFigure],
    *,
    source: str,
    who: str = "cet établissement",
    unit: str = "",
    width: int = 364,
) -> Chart:
    """Return the chart of an indicator. `years` follow one another, oldest first (ValueError otherwise).

    `name` is a slug unique in its page, `who` the short name written by the line, `unit` that of quantities.
    """
    if not years or any(after.year != before.year + 1 for before, after in pairwise(years)):
        raise ValueError("des années qui se suivent, au moins une")
    svg = canvas(name, title, description(years, who, unit), width, HEIGHT)
    frame = Frame(LEFT, 32 if unit else 14, width - RIGHT, HEIGHT - 46)
    plot = _prepare(svg, frame, years)
    empty = [(x, year.value) for x, year in zip(plot.xs, years, strict=True) if isinstance(year.value, NoFigure)]
    for x, _ in empty:
        draw_gap(svg, frame, x, plot.pitch)
    _draw_peers(plot, years)
    _draw_mine(plot, years)
    for x, reason in empty:
        draw_reason(svg, frame, x, plot.pitch, reason)
    _draw_labels(plot, years, who)
    if unit:
        write(svg, "note", unit, 0, 12)
    return finished(title, source, svg, table(title, years, who, unit))


def _prepare(svg: ET.Element, frame: Frame, years: Sequence[YearFigure]) -> _Plot:
    figures = known(figure for year in years for figure in (year.value, *_quartiles(year)))
    heights = [position(figure) for figure in figures]
    marks = graduate(min(heights, default=0), max(heights, default=0))
    scale = straight(marks.values[0], marks.values[-1], frame.bottom, frame.top)
    pitch = (frame.right - frame.left - INSET - FOOT) / max(len(years) - 1, 1)
    xs = [frame.left + INSET + pitch * place for place in range(len(years))]
    draw_graduations(svg, frame, scale, marks, is_rate=all(isinstance(figure, Rate) for figure in figures))
    draw_years(svg, frame, [year.year for year in years], xs)
    return _Plot(svg, frame, xs, pitch, scale)


def _quartiles(year: YearFigure) -> tuple[Measure, ...]:
    return (year.peers.first_quartile, year.peers.median, year.peers.third_quartile) if year.peers else ()


def _draw_peers(plot: _Plot, years: Sequence[YearFigure]) -> None:
    """Draw the band and its median over each run of years that have peers, and the number of peers under each year."""
    for run in _runs([year.peers is not None for year in years]):
        points = [(plot.xs[place], *map(plot.y, _quartiles(years[place]))) for place in run]
        if len(points) == 1:
            x, *heights = points[0]
            points = [(x - FOOT, *heights), (x + FOOT, *heights)]
        low, high = [(x, q1) for x, q1, _, _ in points], [(x, q3) for x, _, _, q3 in points]
        mark(plot.svg, "path", "band", d=path([*low, *reversed(high)], closed=True))
        mark(plot.svg, "path", "median", d=path([(x, median) for x, _, median, _ in points]))
    foot = plot.frame.bottom + 36
    write(plot.svg, "note", "pairs", plot.frame.left - 7, foot, text_anchor="end")
    for x, year in zip(plot.xs, years, strict=True):
        write(plot.svg, "note", str(year.peers.count) if year.peers else "–", x, foot, text_anchor="middle")


def _draw_mine(plot: _Plot, years: Sequence[YearFigure]) -> None:
    """Draw the line of the structure, broken where a year has no figure, and a dot for each year."""
    heights = [None if isinstance(year.value, NoFigure) else plot.y(year.value) for year in years]
    points = list(zip(plot.xs, heights, strict=True))
    for run in _runs([height is not None for height in heights]):
        if len(run) > 1:
            mark(plot.svg, "path", "mine", d=path([(x, y) for x, y in points[run[0] : run[-1] + 1] if y is not None]))
    for x, y in points:
        if y is not None:
            mark(plot.svg, "circle", "mine-dot", cx=x, cy=y, r=4.5)


def _runs(flags: Sequence[bool]) -> list[list[int]]:
    """Return the places of neighbours that are true, together."""
    runs: list[list[int]] = []
    for place, flag in enumerate(flags):
        if flag and place and flags[place - 1]:
            runs[-1].append(place)
        elif flag:
            runs.append([place])
    return runs


def _draw_labels(plot: _Plot, years: Sequence[YearFigure], who: str) -> None:
    """Name the line, the median and the band at their right end, with their latest figures; a unit is told once."""
    mine, peers = _latest(years), next((year for year in reversed(years) if year.peers), None)
    labels: list[tuple[float, str, list[str]]] = []
    if mine and not isinstance(mine.value, NoFigure):
        labels.append((plot.y(mine.value), "mine", [in_words(mine.value), who, *_when(mine, years)]))
    if peers and peers.peers:
        q1, median, q3 = _quartiles(peers)
        is_under = not labels or labels[0][0] < plot.y(median)
        labels.append((plot.y(median), "peers", [in_words(median), "médiane", *_when(peers, years)]))
        band = f"{in_words(q1).removesuffix(f'{NBSP}%')} à {in_words(q3)}"
        labels.append((plot.y(q1 if is_under else q3), "peers", [band, "moitié des pairs"]))
    bottom = plot.frame.bottom + (-28 if isinstance(years[-1].value, NoFigure) else 8)
    heights = [LINE * len(lines) + 6 for *_, lines in labels]
    middles = spread([y for y, *_ in labels], heights, 0, bottom)
    for middle, height, (_, kind, lines) in zip(middles, heights, labels, strict=True):
        for row, line in enumerate(lines):
            look = f"{kind}-label" if row else f"{kind}-value"
            write(plot.svg, look, line, plot.frame.right + 10, middle - height / 2 + 14 + LINE * row)


def _when(latest: YearFigure, years: Sequence[YearFigure]) -> list[str]:
    return [] if latest is years[-1] else [f"en {latest.year}"]


def _latest(years: Sequence[YearFigure]) -> YearFigure | None:
    return next((year for year in reversed(years) if not isinstance(year.value, NoFigure)), None)


def description(years: Sequence[YearFigure], who: str, unit: str = "") -> str:
    """Return the whole chart in a sentence by year, for those who do not see it."""
    return " ".join(_sentence(year, who, unit) for year in years)


def _sentence(year: YearFigure, who: str, unit: str) -> str:
    peers = TOO_FEW
    if year.peers:
        peers = (
            f"médiane de {year.peers.count} pairs {in_words(year.peers.median, unit)}, leur moitié centrale de "
            f"{in_words(year.peers.first_quartile, unit)} à {in_words(year.peers.third_quartile, unit)}"
        )
    return f"{year.year}{NBSP}: {who} {in_words(year.value, unit)}, {peers}."


def table(title: str, years: Sequence[YearFigure], who: str, unit: str = "") -> DataTable:
    """Return a line by year."""
    head = ("Année", who[:1].upper() + who[1:], "Médiane des pairs", "Moitié centrale des pairs", "Nombre de pairs")
    return DataTable(title, head, tuple(_row(year, unit) for year in years), numeric=(1, 2, 3, 4))


def _row(year: YearFigure, unit: str) -> tuple[str, ...]:
    value = in_words(year.value, unit)
    if not year.peers:
        return (str(year.year), value, TOO_FEW, TOO_FEW, TOO_FEW)
    q1, median, q3 = (in_words(figure, unit) for figure in _quartiles(year))
    return (str(year.year), value, median, f"de {q1} à {q3}", str(year.peers.count))
