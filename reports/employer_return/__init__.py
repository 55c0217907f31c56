"""Yearly return to the employer: its own figures beside its peers', what partners did with it, what comes next."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reports.charts.chart import Chart
from reports.digest import content_digest
from reports.layout import PageFrame
from reports.rendering import render_html, render_pdf
from reports.typography import typeset

FOLDER = Path(__file__).resolve().parent
KIND = "Retour annuel à l’employeur"


@dataclass(frozen=True)
class ReturnLine:
    """One indicator: its value, and its peers' in words."""

    label: str
    value: str
    peers: str
    remark: str = ""


@dataclass(frozen=True)
class StructureReturn:
    """The figures of one structure, those of accidents in a sentence, and a picture or two."""

    name: str
    lines: tuple[ReturnLine, ...]
    group: str
    accidents: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class EmployerReturn:
    """What goes back to whoever answered, at least once a year. `made_at` is aware."""

    employer_name: str
    year: int
    structures: tuple[StructureReturn, ...]
    done: tuple[str, ...]
    to_come: tuple[str, ...]
    contacts: tuple[str, ...]
    made_at: datetime

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise ValueError("made_at needs a time zone")


def html(values: EmployerReturn) -> str:
    """The return as one HTML document."""
    return render_html(FOLDER, {"values": values, "page": _frame(values)})


def pdf(values: EmployerReturn) -> bytes:
    """The return as an archived and accessible PDF; see `reports.rendering.render_pdf` for the errors."""
    return render_pdf(html(values), stylesheets=(FOLDER / "style.css",))


def _frame(values: EmployerReturn) -> PageFrame:
    return PageFrame(
        title=typeset(f"{KIND} – {values.employer_name} – {values.year}"),
        kind=KIND,
        organisation=values.employer_name,
        author="Jalon",
        version=1,
        digest=content_digest(values),
        confidentiality=f"Établi pour {values.employer_name} : ses propres chiffres, pour son usage.",
        created_at=values.made_at,
    )
