"""The axes that charts share: graduations on the left, years below, and the word for a figure that is not there."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from figures.absence import NoFigure
from reports.charts.chart import Frame, mark, write, written_over
from reports.charts.measure import on_axis
from reports.charts.scale import Graduation, Scale

WORD_WIDTH = 58
"""Pixels that the longest line of a reason needs; where years are closer, it is written upwards."""


def draw_graduations(svg: ET.Element, frame: Frame, scale: Scale, marks: Graduation, *, is_rate: bool) -> None:
    """Draw one level line by graduation, its value on the left; the line of zero is the axis."""
    for value in marks.values:
        y = scale(value)
        mark(svg, "line", "grid" if abs(value) > 1e-9 else "axis", x1=frame.left, x2=frame.right, y1=y, y2=y)
        words = on_axis(value, marks.decimals, is_rate)
        write(svg, "tick", words, frame.left - 7, y + 4, text_anchor="end")


def draw_years(svg: ET.Element, frame: Frame, years: Sequence[int], xs: Sequence[float]) -> None:
    """Write the years; when they are too close, one in two, the last one always."""
    is_tight = len(xs) > 1 and xs[1] - xs[0] < 34
    for place, (year, x) in enumerate(zip(years, xs, strict=True)):
        if not is_tight or (len(years) - 1 - place) % 2 == 0:
            write(svg, "tick", str(year), x, frame.bottom + 18, text_anchor="middle")


def draw_gap(svg: ET.Element, frame: Frame, x: float, pitch: float) -> None:
    """Shade the column of a year that has no figure, behind the rest."""
    half = min(pitch - 6, WORD_WIDTH) / 2
    left, right = max(frame.left, x - half), min(frame.right, x + half)
    mark(svg, "rect", "gap", x=left, y=frame.top, width=right - left, height=frame.bottom - frame.top)


def draw_reason(svg: ET.Element, frame: Frame, x: float, pitch: float, reason: NoFigure) -> None:
    """Write why a year is empty at the foot of its column, over the rest; upwards when it is narrow."""
    if pitch < WORD_WIDTH:
        foot = frame.bottom - 8
        turn = f"rotate(-90 {round(x + 4, 2):g} {foot:g})"
        written_over(svg, "why", reason.label, x + 4, foot, text_anchor="start", transform=turn)
        return
    first, _, last = reason.label.rpartition(" ")
    for row, line in enumerate((first, last)):
        written_over(svg, "why", line, x, frame.bottom - 22 + 14 * row)
