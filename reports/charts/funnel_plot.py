"""The sites of a territory by what was expected of them: far from one means little for a small site, more for a large.

Others are dots without a name. Where the reader may not know small counts of accidents, a site of one to four is drawn
where two and a half would be, this one as the stretch from one to four.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree as ET

from figures.absence import NoFigure
from figures.words import NBSP, number_in_french
from reports.charts.axes import draw_graduations
from reports.charts.chart import Chart, DataTable, Frame, canvas, finished, mark, path, write, written_over
from reports.charts.measure import on_axis
from reports.charts.scale import Graduation, Scale, by_area, graduate, spread, straight

HEIGHT, LEFT, RIGHT = 300, 30, 50
FEWEST, MOST_OF_FEW, MIDDLE_OF_FEW = 1, 4, 2.5
"""Accidents that point at somebody (the threshold of five of the statistics of the social security)."""
FEW_ARE_VEILED = "Les établissements de un à quatre accidents sont tous dessinés à deux et demi."
"""To be told under a picture drawn for a reader who may not know small counts."""
HIGHEST = 6.0
"""Above so many times what is expected, sites are drawn at the edge: a tiny one must not flatten all the others."""
NAME_WIDTH, NAME_HEIGHT = 152, 38
ABSCISSAS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
ZONES = (
    "au-dessus de la limite à 99,8 %",
    "au-dessus de la limite à 95 %",
    "dans l’entonnoir",
    "au-dessous de la limite à 95 %",
    "au-dessous de la limite à 99,8 %",
)


@dataclass(frozen=True)
class FunnelSite:
    """A site: accidents expected and seen over the years; `zone` from -2 to 2, 0 within the 95 % limits.

    Others whose few accidents are told to nobody come with MIDDLE_OF_FEW of them.
    """

    expected: float
    accidents: float
    zone: int = 0


@dataclass(frozen=True)
class LimitCurve:
    """The limits of one probability: expected accidents, and the lowest and highest ratios that chance allows."""

    label: str
    expected: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class _Plot:
    svg: ET.Element
    frame: Frame
    x: Scale
    y: Scale
    tells_few: bool
    marks: Graduation

    def is_few(self, site: FunnelSite) -> bool:
        return not self.tells_few and FEWEST <= site.accidents <= MOST_OF_FEW

    def ratio(self, site: FunnelSite) -> float:
        return (MIDDLE_OF_FEW if self.is_few(site) else site.accidents) / site.expected


def funnel_plot(
    name: str,
    title: str,
    others: Sequence[FunnelSite],
    this: FunnelSite | NoFigure,
    inner: LimitCurve,
    outer: LimitCurve,
    *,
    source: str,
    tells_few: bool,
    who: str = "cet établissement",
    width: int = 364,
) -> Chart:
    """Return the funnel of a territory. `others` leave this site out; sites with nothing expected have no place.

    `inner` and `outer` are the 95 % and 99.8 % limits, up to the largest site at least. `tells_few` says whether the
    reader may know counts of one to four accidents.
    """
    mine = this if isinstance(this, FunnelSite) and this.expected > 0 else None
    sites = [site for site in (*others, *([mine] if mine else [])) if site.expected > 0]
    words = told(this, tells_few)
    said = description(sites, words, who) + ("" if tells_few else f" {FEW_ARE_VEILED}")
    svg = canvas(name, title, said, width, HEIGHT)
    plot = _prepare(svg, Frame(LEFT, 34, width - RIGHT, HEIGHT - 44), sites, inner, tells_few)
    _draw_areas(plot, inner, outer)
    _draw_axes(plot)
    ends = [_draw_limits(plot, curve, kind) for curve, kind in ((outer, "far-limit"), (inner, "limit"))]
    for y, curve in zip(spread(ends, [14, 14], 0, plot.frame.bottom), (outer, inner), strict=True):
        write(svg, "peers-label", curve.label, plot.frame.right + 6, y + 4)
    for site in sites:
        if site is not mine:
            _draw_site(plot, site)
    if mine:
        _draw_mine(plot, mine, who, words)
    else:
        write(svg, "mine-label", f"{who}{NBSP}: {words}", 0, HEIGHT - 8)
    return finished(title, source, svg, table(title, sites, this, tells_few, who))


def _prepare(svg: ET.Element, frame: Frame, sites: Sequence[FunnelSite], inner: LimitCurve, tells_few: bool) -> _Plot:
    ratios = [(site.accidents if tells_few else max(site.accidents, MOST_OF_FEW)) / site.expected for site in sites]
    marks = graduate(0, min(max([2.0, *ratios]), HIGHEST), most=4)
    y = straight(0, marks.values[-1], frame.bottom, frame.top)
    x = by_area(max(inner.expected), frame.left, frame.right)
    return _Plot(svg, frame, x, lambda ratio: max(y(ratio), frame.top), tells_few, marks)


def _draw_areas(plot: _Plot, inner: LimitCurve, outer: LimitCurve) -> None:
    """Fill what chance explains, the wider limits behind."""
    for curve, kind in ((outer, "outer"), (inner, "inner")):
        low = [(plot.x(e), plot.y(ratio)) for e, ratio in zip(curve.expected, curve.low, strict=True)]
        high = [(plot.x(e), plot.y(ratio)) for e, ratio in zip(curve.expected, curve.high, strict=True)]
        foot = [(plot.frame.left, plot.frame.top), (plot.frame.left, plot.y(0))]
        mark(plot.svg, "path", kind, d=path([*reversed(high), *foot, *low], closed=True))


def _draw_axes(plot: _Plot) -> None:
    frame = plot.frame
    draw_graduations(plot.svg, frame, plot.y, plot.marks, is_rate=False)
    mark(plot.svg, "line", "expected", x1=frame.left, x2=frame.right, y1=plot.y(1), y2=plot.y(1))
    write(plot.svg, "note", "accidents constatés pour un attendu", 0, 14)
    write(plot.svg, "note", "accidents attendus", frame.right, frame.bottom + 36, text_anchor="end")
    edge = frame.left - 20.0
    for value in ABSCISSAS:
        if edge + 20 < plot.x(value) <= frame.right:
            edge = plot.x(value)
            mark(plot.svg, "line", "axis", x1=edge, x2=edge, y1=frame.bottom, y2=frame.bottom + 4)
            write(plot.svg, "tick", on_axis(value, 0, False), edge, frame.bottom + 18, text_anchor="middle")


def _draw_limits(plot: _Plot, curve: LimitCurve, kind: str) -> float:
    """Draw both limits inside the frame; return where the upper one ends."""
    end = plot.frame.top
    for ratios in (curve.low, curve.high):
        points = [(plot.x(e), plot.y(ratio)) for e, ratio in zip(curve.expected, ratios, strict=True)]
        inside = [(x, y) for x, y in points if plot.frame.top < y < plot.frame.bottom]
        if len(inside) > 1:
            mark(plot.svg, "path", kind, d=path(inside))
            end = inside[-1][1]
    return end


def _draw_site(plot: _Plot, site: FunnelSite) -> None:
    """Draw a dot, or an arrow head at the top edge for what stands above the frame."""
    x, ratio = plot.x(site.expected), plot.ratio(site)
    if ratio > plot.marks.values[-1]:
        top = plot.frame.top
        mark(plot.svg, "polygon", "site", points=f"{x:.2f},{top:g} {x - 4:.2f},{top + 7:g} {x + 4:.2f},{top + 7:g}")
    else:
        mark(plot.svg, "circle", "site", cx=x, cy=plot.y(ratio), r=3)


def _draw_mine(plot: _Plot, site: FunnelSite, who: str, words: str) -> None:
    """Draw this site as a diamond, or as a stretch when its few accidents may not be told, then its name."""
    x, top, foot = plot.x(site.expected), plot.y(plot.ratio(site)) - 8, plot.y(plot.ratio(site)) + 8
    if plot.is_few(site):
        top, foot = plot.y(MOST_OF_FEW / site.expected), plot.y(FEWEST / site.expected)
        mark(plot.svg, "rect", "mine-dot", x=x - 4.5, y=top, width=9, height=foot - top, rx=4.5)
    else:
        corners = ((x, top), (x + 8, top + 8), (x, foot), (x - 8, top + 8))
        mark(plot.svg, "polygon", "mine-dot", points=" ".join(f"{a:.2f},{b:.2f}" for a, b in corners))
    _name_mine(plot, x, top, who, words)


def _name_mine(plot: _Plot, x: float, top: float, who: str, words: str) -> None:
    """Write the name at the top of the frame, where few sites stand, or beside a site that is there."""
    if top > plot.frame.top + NAME_HEIGHT + 8:
        mark(plot.svg, "line", "mine-leader", x1=x, x2=x, y1=top - 2, y2=plot.frame.top + NAME_HEIGHT)
        side, anchor, y = max(plot.frame.left + 4, min(x - 6, plot.frame.right - NAME_WIDTH)), "start", plot.frame.top
    else:
        is_left = x > (plot.frame.left + plot.frame.right) / 2
        side, anchor, y = (x - 14, "end", top - 8) if is_left else (x + 14, "start", top - 8)
    written_over(plot.svg, "mine-name", who, side, y + 15, text_anchor=anchor)
    written_over(plot.svg, "mine-label", words, side, y + 31, text_anchor=anchor)


def told(site: FunnelSite | NoFigure, tells_few: bool) -> str:
    """Return « 9 pour 7,4 attendus », « moins de 5 pour 7,4 attendus », or why there is nothing."""
    if isinstance(site, NoFigure):
        return site.label
    is_few = not tells_few and FEWEST <= site.accidents <= MOST_OF_FEW
    count = f"moins de {MOST_OF_FEW + 1}" if is_few else number_in_french(int(site.accidents))
    many = "attendus" if site.expected >= 2 else "attendu"
    return f"{count} pour {number_in_french(Decimal(repr(float(site.expected))), 1)}{NBSP}{many}"


def description(sites: Sequence[FunnelSite], told_of_this: str, who: str) -> str:
    """Return the picture in words: how many sites stand in each zone, and what is told of this one."""
    zones = ", ".join(f"{count} {words}" for words, count in _zones(sites) if count)
    whole = f"{len(sites)} établissements{NBSP}: {zones}." if sites else "Aucun établissement."
    return f"{whole} {who[:1].upper() + who[1:]}{NBSP}: {told_of_this}."


def _zones(sites: Sequence[FunnelSite]) -> list[tuple[str, int]]:
    return [(words, sum(site.zone == 2 - place for site in sites)) for place, words in enumerate(ZONES)]


def table(title: str, sites: Sequence[FunnelSite], this: FunnelSite | NoFigure, tells_few: bool, who: str) -> DataTable:
    """Return a line by zone: the sites are counted, never listed, and this one is told in the zone where it stands."""
    mine = told(this, tells_few)
    place = this.zone if isinstance(this, FunnelSite) else None
    rows = tuple(
        (words, str(count), mine if place == 2 - number else "") for number, (words, count) in enumerate(_zones(sites))
    )
    if place is None:
        rows += (("sans position", "", mine),)
    return DataTable(title, ("Position", "Établissements", who[:1].upper() + who[1:]), rows, numeric=(1,))
