"""A visit report against WeasyPrint alone, and two processes against one."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from reports import visit_report
from reports.conformance import VARIANT
from reports.fonts import font_faces
from reports.pool import RendererPool
from reports.rendering import SHARED_STYLE, PdfJob
from tests.bench.report import Finding, compared
from tests.bench.timing import Act, in_turn, ratio
from tests.reports.examples import USUAL

AIM, POOL_AIM = 1.1, 1.7


def measure(rounds: int, batch: int, batches: int) -> Iterator[Finding]:
    """Draw the usual report `rounds` times, then `batches` times a batch of that many reports."""
    pages = len(PdfReader(BytesIO(visit_report.pdf(USUAL))).pages)
    bare, full = in_turn(rounds, _bare_weasyprint(), lambda: visit_report.pdf(USUAL), warm_up=1)
    yield compared(
        f"un compte rendu de visite de {pages} pages, des valeurs aux octets, contre WeasyPrint seul sur le même HTML "
        f"({VARIANT}, mêmes styles et polices déjà lus)",
        ratio(full, bare),
        at_most=AIM,
    )
    yield _two_processes(batch, batches)


def _bare_weasyprint() -> Act:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    config = FontConfiguration()
    html = visit_report.html(USUAL)
    faces = weasyprint.CSS(string=font_faces(), font_config=config)
    files = (SHARED_STYLE, visit_report.FOLDER / "style.css")
    sheets = [faces, *(weasyprint.CSS(filename=file, font_config=config) for file in files)]

    def draw() -> Any:
        return weasyprint.HTML(string=html).write_pdf(font_config=config, stylesheets=sheets, pdf_variant=VARIANT)

    return draw


def _two_processes(batch: int, rounds: int) -> Finding:
    jobs = [visit_report.job(replace(USUAL, employer_name=f"Association {rank}")) for rank in range(batch)]
    with RendererPool(1) as one, RendererPool(2) as two:
        for pool in (one, two):
            _draw(pool, jobs[:4])
        spent = in_turn(rounds, lambda: _draw(two, jobs), lambda: _draw(one, jobs), warm_up=0)
    return compared(
        f"{batch} comptes rendus dessinés par un processus chaud contre les mêmes par deux",
        ratio(spent[1], spent[0]),
        at_least=POOL_AIM,
    )


def _draw(pool: RendererPool, jobs: list[PdfJob]) -> None:
    for content in pool.render_many(jobs):
        assert content.startswith(b"%PDF-")
