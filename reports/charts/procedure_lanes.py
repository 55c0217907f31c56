"""The lanes of a procedure's diagram: which height each strand takes, where it leaves and reaches the boxes."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.charts.procedure_layout import BOX_WIDTH, LANE, Box, Layout, Strand
from reports.charts.shapes import Point

if TYPE_CHECKING:
    from workflows.labels import LabelledEnum

GUTTER = 12
"""How far from a box passes a line that cannot leave it by its own side."""
CLEAR = 15
"""Least distance between a number and a line that is not its own."""

Ports = dict[tuple[Strand, "LabelledEnum"], float]


@dataclass(frozen=True)
class Route:
    """A strand with its height: one line for each source, and the place of its number."""

    strand: Strand
    lane: float
    lines: tuple[tuple[Point, ...], ...]
    disc: Point


def find_ports(layout: Layout, strands: list[Strand], boxes: "dict[LabelledEnum, Box]") -> Ports:
    """Return the x at which each strand meets each of its boxes, spread so that none overlap or cross early."""
    sides: dict[tuple[LabelledEnum, bool], list[Strand]] = defaultdict(list)
    for strand in strands:
        for state in strand.ends:
            sides[state, _leaves_by_the_top(layout, strand, state)].append(strand)
    ports: Ports = {}
    for (state, _), met in sides.items():
        ordered = sorted(met, key=lambda strand: _far_end(strand, state, boxes))
        for place, strand in enumerate(ordered, start=1):
            ports[strand, state] = boxes[state].x + BOX_WIDTH * place / (len(ordered) + 1)
    return {
        key: x if layout.is_free(key[1], above=key[0].above) else boxes[key[1]].right + GUTTER
        for key, x in ports.items()
    }


def _leaves_by_the_top(layout: Layout, strand: Strand, state: "LabelledEnum") -> bool:
    return strand.above or state not in layout.column


def _far_end(strand: Strand, state: "LabelledEnum", boxes: "dict[LabelledEnum, Box]") -> float:
    others = [boxes[other].x for other in strand.ends if other != state]
    return sum(others) / len(others) if others else boxes[state].x


def find_heights(strands: list[Strand], ports: Ports, boxes: list[Box], *, above: bool) -> dict[Strand, float]:
    """Return the height of each lane on one side: the shortest nearest to the boxes, none over another."""
    sign = -1 if above else 1
    heights: dict[Strand, float] = {}
    for strand in sorted((s for s in strands if s.above is above), key=lambda s: _width(s, ports)):
        first, last = _span(strand, ports)
        edges = [(box.y if above else box.bottom) for box in boxes if box.x < last and box.right > first]
        height = sign * max([sign * edge for edge in edges], default=0.0) + sign * LANE
        taken = [heights[other] for other in heights if _overlap(_span(other, ports), (first, last))]
        while any(abs(height - other) < LANE for other in taken):
            height += sign * LANE
        heights[strand] = height
    return heights


def _span(strand: Strand, ports: Ports) -> tuple[float, float]:
    xs = [ports[strand, state] for state in strand.ends]
    return min(xs) - CLEAR, max(xs) + CLEAR


def _width(strand: Strand, ports: Ports) -> float:
    first, last = _span(strand, ports)
    return last - first


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def trace(layout: Layout, boxes: "dict[LabelledEnum, Box]", ports: Ports, heights: dict[Strand, float]) -> list[Route]:
    """Return the route of every strand, its number set where no other line passes."""
    routes = []
    for strand, lane in heights.items():
        down = _approach(layout, strand, strand.target, boxes, ports)
        last = tuple(reversed(down))
        lines = tuple(
            (*_approach(layout, strand, source, boxes, ports), (ports[strand, source], lane), (last[0][0], lane), *last)
            for source in strand.sources
        )
        routes.append(Route(strand, lane, lines, (_place_of_number(strand, ports, heights), lane)))
    return routes


def _approach(
    layout: Layout, strand: Strand, state: "LabelledEnum", boxes: "dict[LabelledEnum, Box]", ports: Ports
) -> tuple[Point, ...]:
    """From the edge of a box towards the lane."""
    box, x = boxes[state], ports[strand, state]
    if not layout.is_free(state, above=strand.above):
        return ((box.right, box.middle), (x, box.middle))
    return ((x, box.y if _leaves_by_the_top(layout, strand, state) else box.bottom),)


def _place_of_number(strand: Strand, ports: Ports, heights: dict[Strand, float]) -> float:
    """The place of the number along the lane, between the target and the nearest source."""
    end = ports[strand, strand.target]
    starts = sorted((ports[strand, source] for source in strand.sources), key=lambda x: abs(x - end))
    start = next((x for x in starts if abs(x - end) > 4 * CLEAR), starts[-1])
    others = [x for (other, _), x in ports.items() if other is not strand]
    places = [start + (end - start) * share for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)]
    return next((x for x in places if all(abs(x - other) >= CLEAR for other in others)), places[0])
