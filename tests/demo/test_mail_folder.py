"""The mails of the demonstration: taken by a real sink, kept as files, read on a page."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import config
from app import create_app, mail
from app.demo.mail_folder import get_mail, keep_mail, list_mails
from tests.pages import Page

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LETTER = mail.Letter(
    message_id="<outbox-1-abc@jalon.example>",
    sender="Jalon <jalon@jalon.example>",
    recipient="claire@carsat.example",
    recipient_name="Claire Morel",
    subject="EHPAD <i>Les Tilleuls</i> : à faire",
    text="Bonjour Claire,\n\nOuvrir :\nhttp://127.0.0.1:8000/dossiers/12\n\n<script>alert(1)</script>\n",
    html="<!doctype html><p>Bonjour Claire</p>",
    dated=NOW,
)
CONTENT = mail.compose(LETTER).as_bytes()


def demo_app(folder: Path | None, *, is_demo: bool = True) -> Flask:
    settings = config.Testing()
    settings.DEMO, settings.MAIL_FOLDER = is_demo, str(folder) if folder else None
    return create_app(settings)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mails"


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    return demo_app(folder).test_client()


def test_mails_are_listed_newest_first(folder: Path) -> None:
    assert list_mails(folder) == []
    for minutes, key in ((0, "0" * 8), (2, "f" * 8), (1, "a" * 8)):
        keep_mail(folder, CONTENT, key=key, now=NOW + timedelta(minutes=minutes))
    (folder / "unfinished.part").write_bytes(b"")
    (folder / "note.eml").write_bytes(b"")
    found = list_mails(folder)
    assert [kept.received_at for kept in found] == [NOW + timedelta(minutes=minutes) for minutes in (2, 1, 0)]
    assert {(kept.subject, kept.recipient) for kept in found} == {
        (LETTER.subject, "Claire Morel <claire@carsat.example>")
    }


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"Subject: seul\r\n\r\n", b"Content-Type: image/png\r\n\r\nx"]
)
def test_a_strange_mail_is_still_shown(folder: Path, client: FlaskClient, content: bytes) -> None:
    name = keep_mail(folder, content, key="0" * 8, now=NOW).name
    assert get_mail(folder, name)
    for address in ("/demo/courriels", f"/demo/courriels/{name}", f"/demo/courriels/{name}/mise-en-forme"):
        assert client.get(address).status_code == 200


def test_a_mail_is_read_on_a_page(folder: Path, client: FlaskClient) -> None:
    name = keep_mail(folder, CONTENT, key="0" * 8, now=NOW).name
    listing = Page(client.get("/demo/courriels"))
    assert listing.status == 200 and LETTER.subject in listing.text
    assert listing.links(name) == [f"/demo/courriels/{name}"]
    page = Page(client.get(f"/demo/courriels/{name}"))
    assert page.title == LETTER.subject
    assert page.links("/dossiers/12") == ["http://127.0.0.1:8000/dossiers/12"]
    assert "<script>alert(1)</script>" in page.tree.text_content()
    assert "24 novembre 2026 à 10 h 00" in page.text
    shown = client.get(f"/demo/courriels/{name}/mise-en-forme")
    assert "Bonjour Claire" in shown.text
    assert "script-src" not in shown.headers["Content-Security-Policy"]
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_an_empty_folder_says_what_to_expect(client: FlaskClient) -> None:
    assert "Aucun courriel pour l’instant" in Page(client.get("/demo/courriels")).text


@pytest.mark.parametrize("name", ["absent.eml", "20261124T090000000000-00000000.eml", "..%2f..%2fconfig.py", "%00"])
def test_nothing_else_is_read(folder: Path, client: FlaskClient, name: str) -> None:
    folder.mkdir()
    (folder.parent / "config.py").write_text("secret")
    assert client.get(f"/demo/courriels/{name}").status_code == 404
    assert client.get(f"/demo/courriels/{name}/mise-en-forme").status_code == 404


def test_the_page_exists_in_the_demonstration_only(folder: Path) -> None:
    assert demo_app(folder, is_demo=False).test_client().get("/demo/courriels").status_code == 404


def start_sink(folder: Path, url: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JALON_")}
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "mail-sink", "--folder", str(folder)],
        cwd=config.ROOT,
        env={**kept, "JALON_ENV": "testing", "JALON_SMTP_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def url() -> str:
    """The address of a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"smtp://127.0.0.1:{probe.getsockname()[1]}"


def test_the_sink_keeps_what_it_takes_and_stops_when_asked(folder: Path, url: str) -> None:
    process = start_sink(folder, url)
    try:
        deliver_patiently(url)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=10)
    finally:
        process.kill()
    assert (process.returncode, output) == (0, "")
    (kept,) = list_mails(folder)
    read = get_mail(folder, kept.name)
    assert read and read.subject == LETTER.subject and "Ouvrir :" in read.text and "Bonjour" in read.html


def deliver_patiently(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with mail.connected(mail.Server.from_url(url)) as connection:
                return mail.deliver(connection, mail.compose(LETTER))
        except mail.ServerDown:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_the_sink_says_that_its_port_is_taken(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start_sink(folder, f"smtp://127.0.0.1:{taken.getsockname()[1]}")
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Impossible d’écouter" in output and "Traceback" not in output
