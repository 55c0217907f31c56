"""The barometer of a house on one page, for its board: its own figures, its own costs, compared with nobody."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reports.charts.chart import Chart
from reports.digest import content_digest
from reports.layout import PageFrame
from reports.rendering import render_html, render_pdf
from reports.typography import typeset

FOLDER = Path(__file__).resolve().parent
KIND = "Baromètre de l’établissement"


@dataclass(frozen=True)
class Line:
    """A figure in words, and its formula."""

    label: str
    value: str
    formula: str


@dataclass(frozen=True)
class Barometer:
    """What the managers noted, up to a month in words. `made_at` is aware."""

    employer_name: str
    until: str
    charts: tuple[Chart, ...]
    lines: tuple[Line, ...]
    costs: tuple[Line, ...]
    made_at: datetime

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise ValueError("made_at needs a time zone")


def html(values: Barometer) -> str:
    """The page as one HTML document."""
    return render_html(FOLDER, {"values": values, "page": _frame(values)})


def pdf(values: Barometer) -> bytes:
    """The page as an archived and accessible PDF; see `reports.rendering.render_pdf` for the errors."""
    return render_pdf(html(values), stylesheets=(FOLDER / "style.css",))


def _frame(values: Barometer) -> PageFrame:
    return PageFrame(
        title=typeset(f"{KIND} – {values.employer_name} – {values.until}"),
        kind=KIND,
        organisation=values.employer_name,
        author=values.employer_name,
        version=1,
        digest=content_digest(values),
        confidentiality=f"Établi par {values.employer_name}, qui choisit à qui le remettre.",
        created_at=values.made_at,
    )
