"""The diagram of a procedure, drawn from its declaration: a new state or step needs no change here."""

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from reports.charts.procedure_lanes import Route, find_heights, find_ports, trace
from reports.charts.procedure_layout import BOX_HEIGHT, BOX_WIDTH, LANE, Box, Layout, Path
from reports.charts.shapes import INK, RADIUS, WHITE, Point, arrow, curve, number_disc, words

if TYPE_CHECKING:
    from workflows.core import Step, Workflow
    from workflows.labels import LabelledEnum

BRAND, TINT, GREY, PALE = "#24318a", "#eef0fa", "#565668", "#ecebf2"
MARGIN, STUB, LINE_HEIGHT = 14, 54, 20
LABEL, NOTE = 15, 135
"""Characters of a line in a box, and of a line of the notes."""

Disc = tuple[int, Point, str]


@dataclass(frozen=True)
class Drawing:
    """Everything placed, before it becomes SVG."""

    layout: Layout
    boxes: "dict[LabelledEnum, Box]"
    routes: list[Route]

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what is drawn, in pixels."""
        boxes, lanes = self.boxes.values(), [route.lane for route in self.routes]
        stub = {state: STUB for state in self.layout.aside}
        return (
            min(box.x - stub.get(box.state, 0) for box in boxes) - MARGIN,
            min([box.y for box in boxes] + lanes) - MARGIN - RADIUS,
            max(box.right + stub.get(box.state, 0) for box in boxes) + MARGIN,
            max([box.bottom for box in boxes] + lanes) + MARGIN,
        )


def procedure_svg(workflow: "Workflow", main_path: Path, *, title: str = "Schéma de la procédure") -> str:
    """Return the diagram of a procedure as an SVG element to be set in a page, sizes in pixels.

    The states of `main_path` stand from left to right, those reached by several roads one above the other, the
    others below. Every step bears its number in the order of the declaration; a step open from many states, or
    that leads back to a remembered one, is written under the drawing. The description says it all in words.
    """
    drawing = place(Layout(workflow, main_path))
    notes = _notes(drawing.layout)
    left, top, right, bottom = drawing.edges
    svg = _frame(workflow.name, left, top, right - left, bottom - top + LINE_HEIGHT * len(notes) + MARGIN)
    ET.SubElement(svg, "title", {"id": f"{workflow.name}-title"}).text = title
    ET.SubElement(svg, "desc", {"id": f"{workflow.name}-desc"}).text = description(drawing.layout)
    _draw(svg, drawing)
    for row, line in enumerate(notes, start=1):
        words(svg, line, (left + MARGIN, bottom + LINE_HEIGHT * row), anchor="start", fill=GREY)
    return ET.tostring(svg, encoding="unicode")


def _frame(name: str, left: float, top: float, width: float, height: float) -> ET.Element:
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "role": "img",
        "aria-labelledby": f"{name}-title",
        "aria-describedby": f"{name}-desc",
        "viewBox": f"{left:g} {top:g} {width:g} {height:g}",
        "width": f"{width:g}",
        "height": f"{height:g}",
        "focusable": "false",
    }
    return ET.Element("svg", attributes)


def place(layout: Layout) -> Drawing:
    """Return the boxes, then the lanes between them; the side states go below the lowest lane."""
    strands, main = layout.strands(), layout.main_boxes()
    boxes = main | layout.aside_boxes(0.0)
    ports = find_ports(layout, strands, boxes)
    heights = {
        strand: height
        for above in (True, False)
        for strand, height in find_heights(strands, ports, list(main.values()), above=above).items()
    }
    lowest = max([box.bottom for box in main.values()] + list(heights.values()))
    boxes = main | layout.aside_boxes(lowest + 1.5 * LANE)
    return Drawing(layout, boxes, trace(layout, boxes, ports, heights))


def description(layout: Layout) -> str:
    """Return the whole diagram in French words, for those who do not see it."""
    road = ", ".join(" ou ".join(state.label for state in states) for states in layout.main_path)
    aside = ", ".join(state.label for state in layout.aside)
    steps = " ".join(_sentence(step, layout) for step in layout.workflow.steps)
    return f"Chemin principal : {road}." + (f" À côté : {aside}." if aside else "") + f" Étapes : {steps}"


def _notes(layout: Layout) -> list[str]:
    return [line for step in layout.noted() for line in wrap(_sentence(step, layout), NOTE)]


def _sentence(step: "Step", layout: Layout) -> str:
    everywhere = set(step.sources) == set(layout.workflow.states)
    sources = "n’importe quel état" if everywhere else _any_of(step.sources)
    target = step.target.label if step.target else "l’état d’avant"
    return f"{layout.numbers[step.slug]}. {step.label} : de {sources} vers {target}."


def _any_of(states: "Iterable[LabelledEnum]") -> str:
    *others, last = [state.label for state in states]
    return f"{', '.join(others)} ou {last}" if others else last


def _draw(svg: ET.Element, drawing: Drawing) -> None:
    discs: list[Disc] = []
    for route in drawing.routes:
        for line in route.lines:
            arrow(svg, line, GREY)
        discs.append((route.strand.number, route.disc, GREY))
    for number, source, target in drawing.layout.direct_arrows():
        discs.append((number, _ahead(svg, drawing.boxes[source], drawing.boxes[target]), BRAND))
    discs += _stubs(svg, drawing)
    for box in drawing.boxes.values():
        _box(svg, box, drawing.layout)
    for number, centre, colour in discs:
        number_disc(svg, number, centre, colour)


def _ahead(svg: ET.Element, source: Box, target: Box) -> Point:
    """Draw an arrow to a box further right; return the place of its number."""
    start, end = (source.right, source.middle), (target.x, target.middle)
    if source.middle == target.middle:
        arrow(svg, (start, end), BRAND)
    else:
        curve(svg, start, end, BRAND)
    return (start[0] + end[0]) / 2 - 3, (start[1] + end[1]) / 2


def _stubs(svg: ET.Element, drawing: Drawing) -> list[Disc]:
    """Draw a short arrow into or out of the side state that a noted step reaches, or leaves alone."""
    discs, layout = [], drawing.layout
    for step in layout.noted():
        is_only_source = step.target is None and len(step.sources) == 1
        state = step.sources[0] if is_only_source else step.target
        if state is None or state not in layout.aside:
            continue
        box = drawing.boxes[state]
        start = box.right if is_only_source else box.x - STUB
        arrow(svg, ((start, box.middle), (start + STUB, box.middle)), GREY)
        discs.append((layout.numbers[step.slug], (start + STUB / 2 - 4, box.middle), GREY))
    return discs


def _box(svg: ET.Element, box: Box, layout: Layout) -> None:
    """Full where the procedure begins, with a double border where it ends."""
    is_first, is_last = box.state == layout.workflow.initial, box.state in layout.workflow.ended
    stroke = BRAND if box.state in layout.column else GREY
    _rect(svg, box, 0, BRAND if is_first else PALE if is_last else TINT, stroke)
    if is_last:
        _rect(svg, box, 4, "none", stroke)
    lines = wrap(box.state.label, LABEL)
    centre, first = box.x + BOX_WIDTH / 2, box.middle - 9 * (len(lines) - 1) + 5
    label = words(svg, "", (centre, first), fill=WHITE if is_first else INK, weight="600", size="13.5")
    for row, content in enumerate(lines):
        line = ET.SubElement(label, "tspan", {"x": f"{centre:g}", "y": f"{first + 18 * row:g}"})
        line.text = content if row == len(lines) - 1 else f"{content} "


def _rect(svg: ET.Element, box: Box, inset: float, fill: str, stroke: str) -> None:
    size = {"x": box.x + inset, "y": box.y + inset, "width": BOX_WIDTH - 2 * inset, "height": BOX_HEIGHT - 2 * inset}
    look = {"rx": f"{10 - inset:g}", "fill": fill, "stroke": stroke, "stroke-width": "1" if inset else "1.5"}
    ET.SubElement(svg, "rect", {**{name: f"{value:g}" for name, value in size.items()}, **look})
