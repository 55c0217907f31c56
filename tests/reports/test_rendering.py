"""The engine: same input same bytes, nothing fetched, and a plain word when the machine lacks something."""

import hashlib
import io
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import escape
from pypdf import PdfReader

from reports import visit_report
from reports.characters import printable
from reports.conformance import mark_stream_ends
from reports.fonts import font_faces
from reports.rendering import AttachedFile, ForbiddenResource, render_html, render_job, render_pdf
from reports.visit_report import Observation
from tests.reports.conftest import failures
from tests.reports.examples import USUAL

ROOT = Path(__file__).resolve().parents[2]
FOLDER = visit_report.FOLDER


def document(body: str) -> str:
    return f'<html lang="fr"><head><title>Essai</title></head><body>{body}</body></html>'


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter at the root of the project."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_missing_value_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(UndefinedError):
        render_html(FOLDER, {"report": USUAL})


def test_another_process_draws_the_same_bytes_without_any_socket() -> None:
    code = """
import hashlib, sys
def refuse(event, args):
    if event.startswith("socket."):
        raise SystemExit(f"a report opened a socket: {event}")
sys.addaudithook(refuse)
from reports import visit_report
from tests.reports.examples import USUAL
print(hashlib.sha256(visit_report.pdf(USUAL)).hexdigest())
"""
    other = run(code)
    assert other.returncode == 0, other.stderr
    assert other.stdout.strip() == hashlib.sha256(visit_report.pdf(USUAL)).hexdigest()


def test_threads_draw_the_same_bytes() -> None:
    job = visit_report.job(USUAL)
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(render_job, [job] * 6))) == 1


@pytest.fixture
def outside() -> Iterator[tuple[str, list[str]]]:
    """A web server that notes what it is asked."""
    asked: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Noting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "body",
    [
        '<img src="{}/a.png" alt="">',
        '<link rel="stylesheet" href="{}/a.css">',
        '<style>@import url("{}/a.css");</style>',
        '<style>@font-face {{ font-family: A; src: url("{}/a.woff2") }}</style>',
        '<p style="background: url({}/a.png)">fond</p>',
        '<object data="{}/a.svg"></object>',
        '<svg><image href="{}/a.png" width="1" height="1"/></svg>',
        '<link rel="attachment" href="{}/a.txt">',
    ],
)
def test_an_outside_address_stops_the_rendering(outside: tuple[str, list[str]], body: str) -> None:
    address, asked = outside
    with pytest.raises(ForbiddenResource):
        render_pdf(document(body.format(address)))
    assert asked == []


def test_a_file_of_the_machine_stops_the_rendering(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p { color: red }")
    for address in (secret.as_uri(), f"{FOLDER.as_uri()}/../../config.py", "ftp://exemple.fr/a"):
        with pytest.raises(ForbiddenResource):
            render_pdf(document(f'<link rel="stylesheet" href="{address}">'))


def test_data_and_files_of_the_reports_are_served() -> None:
    dot = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    style = (FOLDER / "style.css").as_uri()
    body = f'<link rel="stylesheet" href="{style}"><p>Un point <img src="{dot}" alt="point"></p>'
    assert failures(render_pdf(document(body))) == []


def test_without_pango_the_message_says_what_to_install() -> None:
    code = """
import cffi
find = cffi.FFI.dlopen
def dlopen(self, name, flags=0):
    if "pango" in str(name):
        raise OSError(f"cannot load library '{name}'")
    return find(self, name, flags)
cffi.FFI.dlopen = dlopen
from reports import visit_report
from reports.rendering import PdfUnavailable
from tests.reports.examples import USUAL
assert "Compte rendu" in visit_report.html(USUAL)
for attempt in range(2):
    try:
        visit_report.pdf(USUAL)
    except PdfUnavailable as refusal:
        print(refusal)
"""
    lines = run(code).stdout.splitlines()
    assert len(lines) == 2
    assert all("Pango n’est pas installée" in line and "libpangoft2-1.0-0" in line for line in lines)


def test_a_machine_without_fonts_uses_inter_alone_or_says_so(tmp_path: Path, no_fonts: Path) -> None:
    settings_file = tmp_path / "fonts.conf"
    settings_file.write_text(f"<fontconfig><dir>{no_fonts}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    code = f"""
from pathlib import Path
from reports.rendering import PdfUnavailable, render_pdf
html = '<html lang="fr"><title>Essai</title><p>Été 漢</p></html>'
try:
    print(render_pdf(html, fonts=Path({str(no_fonts)!r}))[:5])
except PdfUnavailable as refusal:
    print(refusal)
if {bool(font_faces())!r}:
    print(render_pdf(html)[:5])
"""
    result = run(code, FONTCONFIG_FILE=str(settings_file))
    lines = result.stdout.splitlines()
    assert result.returncode == 0, result.stderr
    assert "aucune police" in lines[0]
    assert lines[1:] == (["b'%PDF-'"] if font_faces() else [])


def test_the_web_application_does_not_load_weasyprint_to_write_html() -> None:
    code = "import sys, reports.visit_report, reports.pool; print('weasyprint' in sys.modules)"
    assert run(code).stdout.strip() == "False"


def test_a_system_font_serves_when_inter_is_absent(no_fonts: Path) -> None:
    assert font_faces(no_fonts) == ""
    content = render_pdf(visit_report.html(USUAL), stylesheets=(FOLDER / "style.css",), fonts=no_fonts)
    assert failures(content) == []


def test_two_files_of_a_typeface_have_two_names(tmp_path: Path) -> None:
    for subset in ("latin", "latin-ext"):
        for weight in (400, 600):
            (tmp_path / f"inter-{subset}-{weight}-normal.woff2").write_bytes(b"")
    rules = font_faces(tmp_path).splitlines()
    assert len(rules) == 4
    families = {match[1] for rule in rules if (match := re.search('font-family: "(.+?)"', rule))}
    assert families == {"Jalon Inter", "Jalon Inter Ext"}
    (tmp_path / "inter-latin-400-normal.woff2").unlink()
    assert font_faces(tmp_path) == ""


@pytest.mark.skipif(not font_faces(), reason="Inter n’est pas installé (npm ci)")
def test_letters_of_both_files_of_inter_can_be_read_back() -> None:
    content = render_pdf(document("<p>Łódź, Œuvre, Ő, été</p>"))
    assert failures(content) == []
    with pikepdf.open(BytesIO(content)) as pdf:
        names = {
            str(item.FontName) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/FontName" in item
        }
    assert any("Jalon-Inter" in name for name in names)


def test_an_attached_file_is_embedded_and_the_archive_stays_valid() -> None:
    when = datetime(2026, 10, 23, 8, 5, tzinfo=UTC)
    table = AttachedFile("données.csv", b"a;b\n1;2\n", when, "Données du tableau", "Data")
    content = render_pdf(document("<p>Essai</p>"), attachments=(table,))
    assert failures(content) == []
    assert content == render_pdf(document("<p>Essai</p>"), attachments=(table,))
    with pikepdf.open(BytesIO(content)) as pdf:
        (name,) = pdf.attachments
        assert pdf.attachments[name].get_file().read_bytes() == table.content
        assert pdf.Root.AF[0].AFRelationship == "/Data"


def test_a_stream_that_ends_with_a_carriage_return_keeps_its_length() -> None:
    before = b"1 0 obj\n<</Length 3>>\nstream\nab\r\nendstream\nendobj\n2 0 obj\n<</Length 2>>\nstream\nab\nendstream\n"
    after = b"1 0 obj\n<</Length 3>>stream\nab\r\r\nendstream\nendobj\n2 0 obj\n<</Length 2>>\nstream\nab\nendstream\n"
    assert mark_stream_ends(before) == after


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.text(alphabet=st.characters(exclude_categories=()), min_size=1, max_size=40))
def test_any_text_gives_a_valid_file(typed: str) -> None:
    body = f"<p>{escape(typed)}</p><table><tr><th scope='row'>{escape(typed)}</th><td>é</td></tr></table>"
    assert failures(render_pdf(printable(document(body)))) == []


def test_what_people_type_is_printed_and_never_fetched(outside: tuple[str, list[str]]) -> None:
    """A note that holds markup prints as it was typed; the report still asks nobody for anything."""
    address, asked = outside
    typed = (
        f'<img src="{address}/a.png"><style>@import url({address}/a.css)</style>'
        f'<link rel=stylesheet href="{address}/b.css"> url({address}/c.png) </p><object data="{address}/d">'
    )
    report = replace(
        USUAL,
        subject=typed,
        employer_name=typed,
        units_seen=(typed,),
        people_met=(typed,),
        observations=(Observation("fact", "Constats", typed, typed),),
    )
    written = "".join(page.extract_text() for page in PdfReader(io.BytesIO(visit_report.pdf(report))).pages)
    assert "@import" in written and "<img" in written
    assert asked == []
