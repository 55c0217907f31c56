"""The strokes that diagrams are made of: arrows with rounded corners, numbered discs, words.

Looks are presentation attributes: the security policy of the pages refuses any inline style.
"""

from collections.abc import Sequence
from math import dist
from xml.etree import ElementTree as ET

INK, WHITE = "#15151f", "#ffffff"
RADIUS = 10
"""Of a numbered disc, in pixels."""
TURN, HEAD, STROKE = 9, 10, "2"

Point = tuple[float, float]


def number_disc(svg: ET.Element, number: int, centre: Point, colour: str) -> None:
    """Draw a disc that bears a number, ringed in white so that lines stop before it."""
    x, y = centre
    disc = {"cx": f"{x:g}", "cy": f"{y:g}", "r": f"{RADIUS}", "fill": colour, "stroke": WHITE, "stroke-width": STROKE}
    ET.SubElement(svg, "circle", disc)
    words(svg, str(number), (x, y + 4.5), size="13", fill=WHITE, weight="600")


def words(
    svg: ET.Element,
    content: str,
    at: Point,
    *,
    anchor: str = "middle",
    size: str = "15",
    fill: str = INK,
    weight: str = "400",
) -> ET.Element:
    """Write a line whose baseline passes by a point; return it, to be filled when the content is empty."""
    look = {"text-anchor": anchor, "font-size": size, "font-weight": weight, "fill": fill}
    line = ET.SubElement(svg, "text", {"x": f"{at[0]:g}", "y": f"{at[1]:g}", **look})
    line.text = content
    return line


def arrow(svg: ET.Element, points: Sequence[Point], colour: str) -> None:
    """Draw a broken line with rounded corners, from the first point to a head at the last."""
    path = [f"M{_at(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.append(f"L{_at(_towards(corner, before, TURN))}Q{_at(corner)} {_at(_towards(corner, after, TURN))}")
    path.append(f"L{_at(_towards(points[-1], points[-2], HEAD - 3))}")
    _stroke(svg, "".join(path), colour)
    _head(svg, points[-2], points[-1], colour)


def curve(svg: ET.Element, start: Point, end: Point, colour: str) -> None:
    """Draw an arrow that leaves and arrives level, whatever the heights."""
    bend = (start[0] + end[0]) / 2
    stop = (end[0] - HEAD + 3, end[1])
    _stroke(svg, f"M{_at(start)}C{_at((bend, start[1]))} {_at((bend, end[1]))} {_at(stop)}", colour)
    _head(svg, (end[0] - 2 * HEAD, end[1]), end, colour)


def _stroke(svg: ET.Element, path: str, colour: str) -> None:
    ET.SubElement(svg, "path", {"d": path, "fill": "none", "stroke": colour, "stroke-width": STROKE})


def _head(svg: ET.Element, before: Point, tip: Point, colour: str) -> None:
    x, y = _towards(tip, before, HEAD)
    across = ((y - tip[1]) * 0.55, (tip[0] - x) * 0.55)
    corners = (tip, (x + across[0], y + across[1]), (x - across[0], y - across[1]))
    points = " ".join(f"{corner[0]:g},{corner[1]:g}" for corner in corners)
    ET.SubElement(svg, "polygon", {"points": points, "fill": colour})


def _towards(start: Point, end: Point, distance: float) -> Point:
    """The point at most `distance` from `start` on the way to `end`, half-way when they are nearer."""
    length = dist(start, end)
    share = min(distance / length, 0.5) if length else 0.0
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _at(point: Point) -> str:
    return f"{point[0]:g} {point[1]:g}"
