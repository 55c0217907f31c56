"""What a chart gives: a picture that says in words what it shows, and the same figures as a table."""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from markupsafe import Markup

from reports.charts.looks import CLASS, FONT, look


@dataclass(frozen=True)
class DataTable:
    """The figures of a chart, ready to read. `numeric` holds the numbers of the columns set to the right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A picture with its title, its source and its table; `svg` is the same for a page and a document."""

    title: str
    source: str
    svg: Markup
    table: DataTable


@dataclass(frozen=True)
class Frame:
    """Where the figures are drawn inside a picture: pixels from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float


def canvas(name: str, title: str, description: str, width: float, height: float) -> ET.Element:
    """Return an empty picture. `name` is a slug, unique in its page: its title and description take their id of it."""
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": CLASS,
        "role": "img",
        "lang": "fr",
        "aria-labelledby": f"{name}-title",
        "aria-describedby": f"{name}-desc",
        "viewBox": f"0 0 {width:g} {height:g}",
        "width": f"{width:g}",
        "height": f"{height:g}",
        "font-family": FONT,
        "focusable": "false",
    }
    svg = ET.Element("svg", attributes)
    ET.SubElement(svg, "title", {"id": f"{name}-title"}).text = title
    ET.SubElement(svg, "desc", {"id": f"{name}-desc"}).text = description
    return svg


def mark(parent: ET.Element, tag: str, kind: str, **attributes: float | str) -> ET.Element:
    """Draw a shape with the look of its kind; numbers are rounded to the hundredth of a pixel."""
    written = {
        name.rstrip("_").replace("_", "-"): value if isinstance(value, str) else f"{round(value, 2):g}"
        for name, value in attributes.items()
    }
    return ET.SubElement(parent, tag, look(kind) | written)


def write(parent: ET.Element, kind: str, text: str, x: float, y: float, **attributes: float | str) -> ET.Element:
    """Write a line whose baseline passes by a point."""
    line = mark(parent, "text", kind, x=x, y=y, **attributes)
    line.text = text
    return line


def written_over(parent: ET.Element, kind: str, text: str, x: float, y: float, **attributes: float | str) -> None:
    """Write a line over what is already drawn: a white edge keeps it legible, in print too."""
    edge = write(parent, "halo", text, x, y, **attributes)
    line = write(parent, kind, text, x, y, **attributes)
    for name in ("font-size", "font-weight", "font-style", "text-anchor"):
        if shape := line.get(name):
            edge.set(name, shape)
    edge.set("aria-hidden", "true")


def finished(title: str, source: str, svg: ET.Element, table: DataTable) -> Chart:
    return Chart(title, source, Markup(ET.tostring(svg, encoding="unicode")), table)


def path(points: list[tuple[float, float]], *, closed: bool = False) -> str:
    """Return the path that joins points."""
    steps = "L".join(f"{round(x, 2):g} {round(y, 2):g}" for x, y in points)
    return f"M{steps}{'Z' if closed else ''}"
