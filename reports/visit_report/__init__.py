"""Visit report: what was seen, said and agreed during one advisory visit, for the employer and the partners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from reports.digest import content_digest
from reports.layout import PageFrame
from reports.rendering import PdfJob, render_html, render_job
from reports.typography import date_in_words, typeset

FOLDER = Path(__file__).resolve().parent
KIND = "Compte rendu de visite"

SHORT_TABLE = 1_200
"""Below this many characters the agreed steps hold well within a page: their table stays in one piece."""

KINDS = ("fact", "risk", "existing_measure")


@dataclass(frozen=True)
class Observation:
    """One thing seen; `unit` may be empty."""

    kind: str
    kind_label: str
    text: str
    unit: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of observation: {self.kind}")


@dataclass(frozen=True)
class AgreedStep:
    """What employer and visitor decided together."""

    text: str
    owner: str
    due_on: date | None


@dataclass(frozen=True)
class VisitReport:
    """The final text of a visit, in plain values.

    `structures` holds (name, FINESS, city); `people_met` functions, never names of employees; `corrects` the
    whole sentence that says which version is replaced and why, or None; `recipients` who may read;
    `finalised_at` is aware. The digest covers every field.
    """

    case_reference: str | None
    employer_name: str
    employer_siren: str
    structures: tuple[tuple[str, str, str], ...]
    author_name: str
    author_function: str
    author_organisation: str
    visited_on: date
    mode_label: str
    place: str
    subject: str
    units_seen: tuple[str, ...]
    people_met: tuple[str, ...]
    documents_consulted: tuple[str, ...]
    observations: tuple[Observation, ...]
    good_practices: tuple[str, ...]
    agreed_steps: tuple[AgreedStep, ...]
    employer_remarks: str
    next_visit_on: date | None
    version: int
    corrects: str | None
    finalised_at: datetime
    recipients: tuple[str, ...]
    sources_note: str

    def __post_init__(self) -> None:
        if self.finalised_at.tzinfo is None:
            raise ValueError("finalised_at needs a time zone")


def html(report: VisitReport) -> str:
    """The report as one HTML document."""
    values = {
        "report": report,
        "page": _frame(report),
        "visited": _visited(report),
        "observation_groups": _by_kind(report.observations),
        "steps_are_short": sum(len(step.text) + len(step.owner) for step in report.agreed_steps) < SHORT_TABLE,
    }
    return render_html(FOLDER, values)


def job(report: VisitReport) -> PdfJob:
    """The report ready to be drawn, here or by a `RendererPool`."""
    return PdfJob(html(report), stylesheets=(FOLDER / "style.css",))


def pdf(report: VisitReport) -> bytes:
    """The report as an archived and accessible PDF; see `reports.rendering.render_pdf` for the errors."""
    return render_job(job(report))


def _frame(report: VisitReport) -> PageFrame:
    return PageFrame(
        title=typeset(f"{KIND} – {_visited(report)} – {date_in_words(report.visited_on)}"),
        kind=KIND,
        organisation=report.author_organisation,
        author=report.author_name,
        version=report.version,
        digest=content_digest(report),
        confidentiality="Document confidentiel, réservé aux destinataires indiqués à la fin.",
        created_at=report.finalised_at,
    )


def _visited(report: VisitReport) -> str:
    """The establishment visited, or the employer when the visit was to all it runs."""
    return report.structures[0][0] if len(report.structures) == 1 else report.employer_name


def _by_kind(
    observations: Sequence[Observation],
) -> list[tuple[str, str, list[Observation]]]:
    groups = []
    for kind in KINDS:
        if found := [observation for observation in observations if observation.kind == kind]:
            groups.append((kind, found[0].kind_label, found))
    return groups
