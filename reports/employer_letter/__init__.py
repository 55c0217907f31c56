"""Letter to an employer whose case a signed list opened: why it, what is held of it, how to correct it or say no."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reports.digest import content_digest
from reports.layout import PageFrame
from reports.rendering import render_html, render_pdf
from reports.typography import PARIS, date_in_words, typeset

FOLDER = Path(__file__).resolve().parent
KIND = "Proposition d’appui"


@dataclass(frozen=True)
class HeldFigure:
    """A figure that the employer declared, ready to print."""

    label: str
    value: str
    year: int
    source: str


@dataclass(frozen=True)
class StructureFigures:
    """What is held of one structure; `more` says what there was no room for."""

    name: str
    figures: tuple[HeldFigure, ...]
    more: str = ""


@dataclass(frozen=True)
class Correspondent:
    """Somebody to call or write to."""

    name: str
    email: str


@dataclass(frozen=True)
class EmployerLetter:
    """What one employer is told. `register` is its own public entry; `pause` the time before anything is proposed
    again; `made_at` is aware."""

    reference: str
    lead_name: str
    employer_name: str
    address: tuple[str, ...]
    register: tuple[tuple[str, str], ...]
    structures: tuple[StructureFigures, ...]
    more: str
    correspondents: tuple[Correspondent, ...]
    pause: str
    home: str
    notice: str
    made_at: datetime

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise ValueError("made_at needs a time zone")
        if not self.correspondents:
            raise ValueError("a letter names whom to call")


def html(values: EmployerLetter) -> str:
    """The letter as one HTML document."""
    written_on = date_in_words(values.made_at.astimezone(PARIS).date())
    return render_html(FOLDER, {"values": values, "page": _frame(values), "written_on": written_on})


def pdf(values: EmployerLetter) -> bytes:
    """The letter as an archived and accessible PDF; see `reports.rendering.render_pdf` for the errors."""
    return render_pdf(html(values), stylesheets=(FOLDER / "style.css",))


def _frame(values: EmployerLetter) -> PageFrame:
    return PageFrame(
        title=typeset(f"{KIND} – {values.employer_name} – {values.reference}"),
        kind=KIND,
        organisation=values.lead_name,
        author=values.lead_name,
        version=1,
        digest=content_digest(values),
        confidentiality=f"De {values.lead_name} à {values.employer_name}, pour son seul usage.",
        created_at=values.made_at,
    )
