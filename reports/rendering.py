"""From plain values to HTML, from HTML to an archived and accessible PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports import typography
from reports.characters import name_undrawable, printable
from reports.engine import NO_FONT, AttachedFile, PdfUnavailable, get_engine
from reports.resources import ForbiddenResource

__all__ = [
    "AttachedFile",
    "ForbiddenResource",
    "PdfJob",
    "PdfUnavailable",
    "render_html",
    "render_job",
    "render_pdf",
]

FOLDER = Path(__file__).resolve().parent
SHARED_STYLE = FOLDER / "style.css"
_one_at_a_time = Lock()  # Pango's font map, shared by the whole process, is not thread-safe


@dataclass(frozen=True)
class PdfJob:
    """All that is needed to draw one document, here or in another process."""

    html: str
    stylesheets: tuple[Path, ...] = ()
    attachments: tuple[AttachedFile, ...] = ()
    fonts: Path | None = None


def render_html(template_folder: Path, values: Mapping[str, object]) -> str:
    """`template.html` of a report filled with `values`; raises UndefinedError on a missing value."""
    return printable(_environment(template_folder).get_template("template.html").render(values))


def render_pdf(
    html: str,
    *,
    stylesheets: Sequence[Path] = (),
    attachments: Sequence[AttachedFile] = (),
    fonts: Path | None = None,
) -> bytes:
    """A PDF/A-3a and PDF/UA-1 file drawn from the HTML of a report.

    The shared style sheet always applies, `stylesheets` (files of this package) after it; `fonts` is a folder
    holding Inter (see `reports.fonts`). The same HTML gives the same bytes with the same fonts and libraries:
    dates come from its `dcterms.created` and `dcterms.modified`. Raises PdfUnavailable without Pango or
    without any font, ForbiddenResource when the HTML asks for anything outside this package.
    """
    sheets = (SHARED_STYLE, *stylesheets)
    with _one_at_a_time:
        engine = get_engine(fonts)
        content, missing = engine.write(html, sheets, attachments)
        if missing:
            content, missing = engine.write(name_undrawable(html, missing), sheets, attachments)
    if missing:
        raise PdfUnavailable(NO_FONT)
    return content


def render_job(job: PdfJob) -> bytes:
    """`render_pdf` of a job."""
    return render_pdf(job.html, stylesheets=job.stylesheets, attachments=job.attachments, fonts=job.fonts)


@cache
def _environment(template_folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader((template_folder, FOLDER)),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        typeset=typography.typeset,
        paragraphs=typography.paragraphs,
        filled=typography.filled,
        date=typography.date_in_words,
        instant=typography.instant_in_words,
        siren=typography.siren,
    )
    return environment
