"""Situation sheet: two pages on one structure, with no more than its recipient may read."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reports.charts.chart import Chart
from reports.digest import content_digest
from reports.layout import PageFrame
from reports.rendering import render_html, render_pdf
from reports.typography import typeset

FOLDER = Path(__file__).resolve().parent
KIND = "Fiche de situation"


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator: a value by year of the sheet (or why there is none), its peers for the last one, what to know."""

    label: str
    values: tuple[str, ...]
    median: str
    middle: str
    peers: str
    flags: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class AccidentsBlock:
    """What accidents at work say of the site, as its reader may know it."""

    years: str
    band: str
    counts: str
    interval: str
    cautions: tuple[str, ...]


@dataclass(frozen=True)
class FieldNote:
    """What a partner noted: by which organisation, on which day, in its words."""

    organisation: str
    day: str
    text: str


@dataclass(frozen=True)
class SituationSheet:
    """A structure, its figures beside its peers', where its case stands; all in words that are ready to print.

    `recipient` is the organisation (or the employer) for whom it was made: what it may not read is not here.
    `years` are those of the values of each line, oldest first; `closed` says which families are not open, or not
    concerned. `made_at` is aware.
    """

    structure_name: str
    employer_name: str
    case_reference: str
    identity: tuple[tuple[str, str], ...]
    regulatory: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    years: tuple[int, ...]
    lines: tuple[IndicatorLine, ...]
    group: str
    closed: tuple[str, ...]
    accidents: AccidentsBlock | None
    charts: tuple[Chart, ...]
    notes: tuple[FieldNote, ...]
    progress: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    recipient: str
    author: str
    made_at: datetime

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise ValueError("made_at needs a time zone")
        if any(len(line.values) != len(self.years) for line in self.lines):
            raise ValueError("une valeur par année")


def html(sheet: SituationSheet) -> str:
    """The sheet as one HTML document."""
    return render_html(FOLDER, {"sheet": sheet, "page": _frame(sheet)})


def pdf(sheet: SituationSheet) -> bytes:
    """The sheet as an archived and accessible PDF; see `reports.rendering.render_pdf` for the errors."""
    return render_pdf(html(sheet), stylesheets=(FOLDER / "style.css",))


def _frame(sheet: SituationSheet) -> PageFrame:
    return PageFrame(
        title=typeset(f"{KIND} – {sheet.structure_name}"),
        kind=KIND,
        organisation=sheet.recipient,
        author=sheet.author,
        version=1,
        digest=content_digest(sheet),
        confidentiality=f"Document confidentiel, établi pour {sheet.recipient} et limité à ce qui lui est ouvert.",
        created_at=sheet.made_at,
    )
