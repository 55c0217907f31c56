"""WeasyPrint, loaded at the first document, with the fonts and style sheets that a process keeps."""

import atexit
import os
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from reports.conformance import VARIANT, conform, mark_stream_ends
from reports.fonts import FOLDERS, font_faces
from reports.resources import ClosedFetcher, ForbiddenResource

NO_PANGO = (
    "Les documents PDF ne peuvent pas être produits ici : la bibliothèque Pango n’est pas installée. "
    "Sous Debian : apt-get install libpango-1.0-0 libpangoft2-1.0-0."
)
NO_FONT = (
    "Les documents PDF ne peuvent pas être produits ici : aucune police de caractères n’est installée. "
    "Sous Debian : apt-get install fonts-dejavu-core."
)


class PdfUnavailable(RuntimeError):
    """This machine cannot make PDF files; the message, in French, says what to install."""


@dataclass(frozen=True)
class AttachedFile:
    """A file embedded in the PDF. `created_at` is aware; the media type follows from the name."""

    name: str
    content: bytes
    created_at: datetime
    description: str = ""
    relationship: str = "Supplement"


@dataclass(frozen=True)
class Engine:
    """What is costly to prepare: the library, its fonts, the parsed style sheets. One per process and fonts folder."""

    weasyprint: Any
    font_config: Any
    fetcher: ClosedFetcher
    faces: Any
    _parsed: dict[Path, Any] = field(default_factory=dict)

    def write(
        self, html: str, stylesheets: Iterable[Path], attachments: Sequence[AttachedFile]
    ) -> tuple[bytes, set[int]]:
        """The PDF, and the code points that no font could draw (the PDF is then not valid)."""
        from weasyprint.urls import FatalURLFetchingError

        content, missing = b"", set[int]()
        self.fetcher.refused.clear()
        with suppress(FatalURLFetchingError):
            content, missing = self._draw(html, stylesheets, attachments)
        if self.fetcher.refused:
            raise ForbiddenResource(f"ressource interdite dans un rapport : {self.fetcher.refused[0][:200]}")
        return mark_stream_ends(content), missing

    def _draw(
        self, html: str, stylesheets: Iterable[Path], attachments: Sequence[AttachedFile]
    ) -> tuple[bytes, set[int]]:
        missing: set[int] = set()

        def finish(document: Any, pdf: Any) -> None:
            missing.update(*(font.missing for font in document.fonts.values()))
            conform(pdf)

        content: bytes = self.weasyprint.HTML(string=html, url_fetcher=self.fetcher).write_pdf(
            finisher=finish,
            font_config=self.font_config,
            stylesheets=[self.faces, *map(self._stylesheet, stylesheets)],
            attachments=[self._attachment(file) for file in attachments],
            pdf_variant=VARIANT,
            pdf_identifier=sha256(html.encode()).hexdigest()[:32].encode(),
        )
        return content, missing

    def _stylesheet(self, path: Path) -> Any:
        if path not in self._parsed:
            self._parsed[path] = self.weasyprint.CSS(
                filename=path, font_config=self.font_config, url_fetcher=self.fetcher
            )
        return self._parsed[path]

    def _attachment(self, file: AttachedFile) -> Any:
        instant = file.created_at.astimezone(UTC)
        return self.weasyprint.Attachment(
            string=file.content,
            name=file.name,
            description=file.description,
            created=instant,
            modified=instant,
            relationship=file.relationship,
        )


@cache
def get_engine(fonts: Path | None = None) -> Engine:
    """The engine of this process. Raises PdfUnavailable without Pango or without any font."""
    weasyprint = _load_weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    # A variable font is cut for each document and fontTools stamps it with the hour, unless told which.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    font_config = FontConfiguration()
    rules = font_faces(fonts)
    if not rules and not _system_has_fonts():
        raise PdfUnavailable(NO_FONT)  # Pango would end the whole process
    fetcher = ClosedFetcher(*((fonts,) if fonts else FOLDERS))
    faces = weasyprint.CSS(string=rules, font_config=font_config, url_fetcher=fetcher)
    return Engine(weasyprint, font_config, fetcher, faces)


# Before the interpreter takes its modules apart, or the unpacked fonts stay in the temporary folder.
atexit.register(get_engine.cache_clear)


def _load_weasyprint() -> Any:
    try:
        with redirect_stdout(StringIO()):  # it prints a page of advice in English before failing
            import weasyprint
    except (OSError, ImportError) as error:
        raise PdfUnavailable(NO_PANGO) from error
    return weasyprint


def _system_has_fonts() -> bool:
    from weasyprint.text.ffi import ffi, fontconfig

    config = ffi.gc(fontconfig.FcInitLoadConfigAndFonts(), fontconfig.FcConfigDestroy)
    fonts = fontconfig.FcConfigGetFonts(config, fontconfig.FcSetSystem)
    return fonts != ffi.NULL and bool(fonts.nfont > 0)
