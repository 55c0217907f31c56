"""A targeting list as it was frozen, with its sheet of signatures: whole for its pilots, a part for any other.

No figure of an employer is in it, and employers stand in the order of their names: nobody reads a rank here.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from reports.digest import content_digest
from reports.layout import PageFrame
from reports.rendering import PdfJob, render_html, render_job
from reports.typography import typeset

FOLDER = Path(__file__).resolve().parent
KIND = "Liste de ciblage"


@dataclass(frozen=True)
class ListedEmployer:
    """An employer of the list: who it is, where, whom it may be sent to, what put it on the list."""

    name: str
    place: str
    identity: str
    structures: tuple[str, ...]
    standing: str
    origin: str
    route: str
    part: str


@dataclass(frozen=True)
class Criterion:
    """What may count, by its weight; `caution` is printed beside it."""

    label: str
    weight: int
    caution: str = ""


@dataclass(frozen=True)
class Share:
    """Of the employers of one département, how many are owed to what people know."""

    label: str
    employers: int
    owed: int


@dataclass(frozen=True)
class SignatureRow:
    """What one organisation said of its part. `signed_at` is aware, None while its answer is awaited.

    `way`: by which way the person came (« compte », « lien »). `digest`: the root digest that was confirmed.
    """

    organisation: str
    person: str
    function: str
    delegation: str
    answer: str
    reason: str
    signed_at: datetime | None
    way: str
    digest: str


@dataclass(frozen=True)
class Copy:
    """A copy to read, without seal: the words written across each page, the digest of the sealed file once there is."""

    watermark: str
    sealed_digest: str = ""


@dataclass(frozen=True)
class TargetingList:
    """A version of a list for one reader, in words that are ready to print.

    `part` names the part that the reader has, empty for the whole list. `digests` are those of all the texts, by
    label: what the root is made of. `others` says what else the list holds, never fewer than three. `copy` is None for
    the document to be sealed. Instants are aware.
    """

    title: str
    number: int
    part: str
    facts: tuple[tuple[str, str], ...]
    criteria: tuple[Criterion, ...]
    method: tuple[tuple[str, str], ...]
    employers: tuple[ListedEmployer, ...]
    others: str
    shares: tuple[Share, ...]
    changes: tuple[tuple[str, str], ...]
    signatures: tuple[SignatureRow, ...]
    other_signatures: str
    root: str
    digests: tuple[tuple[str, str], ...]
    recipient: str
    organisation: str
    verify_at: str
    made_at: datetime
    copy: Copy | None = None

    def __post_init__(self) -> None:
        instants = [self.made_at, *(one.signed_at for one in self.signatures if one.signed_at)]
        if any(one.tzinfo is None for one in instants):
            raise ValueError("instants need a time zone")

    @property
    def standings(self) -> tuple[str, ...]:
        """The places that its employers have: one, most often."""
        return tuple(sorted({one.standing for one in self.employers}))


def html(values: TargetingList) -> str:
    """The list as one HTML document."""
    watermark = _watermark(values.copy.watermark) if values.copy else ""
    return render_html(FOLDER, {"values": values, "page": _frame(values), "watermark": watermark})


def job(values: TargetingList) -> PdfJob:
    """All that is needed to draw it, here or in another process."""
    return PdfJob(html(values), stylesheets=(FOLDER / "style.css",))


def pdf(values: TargetingList) -> bytes:
    """The list as an archived and accessible PDF; see `reports.rendering.render_pdf` for the errors."""
    return render_job(job(values))


def _frame(values: TargetingList) -> PageFrame:
    part = f" – {values.part}" if values.part else ""
    return PageFrame(
        title=typeset(f"{KIND} – {values.title}{part} – version {values.number}"),
        kind=f"{KIND}, copie de lecture" if values.copy else KIND,
        organisation=values.organisation,
        author="Jalon",
        version=values.number,
        digest=content_digest(values),
        confidentiality=f"Confidentiel. Exemplaire de {values.recipient} ; ne pas diffuser au-delà.",
        created_at=values.made_at,
    )


def _watermark(words: str) -> str:
    """A picture behind each page, as an address: a background is read aloud by nobody and moves no text."""
    lines = "".join(
        f'<text x="0" y="{y}" text-anchor="middle" font-size="{size}">{escape(line)}</text>'
        for line, y, size in zip(words.split("\n"), (0, 30, 52), (44, 16, 16), strict=False)
    )
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="595" height="842" viewBox="0 0 595 842">'
        '<g fill="#e4e6f1" font-family="Jalon Inter, DejaVu Sans, sans-serif" font-weight="600" '
        f'transform="translate(297 421) rotate(-38)">{lines}</g></svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(picture.encode()).decode()}"
