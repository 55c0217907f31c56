"""No secret reaches the logs, whatever line it would come in."""

import io
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.redaction import HIDDEN, Redactor, redact

CANARY = "s3cr3t-Canari-42"
LINES = (
    "GET /mot-de-passe/{} HTTP/1.1",
    "POST https://jalon.example.fr/lien/{}?x=1",
    "password={}&email=a@b.fr",
    "{{'password': '{}', 'email': 'a'}}",
    '{{"csrf_token": "{}"}}',
    "Cookie: session={}; autre=1",
    "Set-Cookie: __Host-jalon={}; Secure",
    "Authorization: Bearer {}",
    "en-tête bearer {}",
    "GET /retour?code={}&state={} 302",
    "smtp+starttls://compte:{}@mail.example:587",
    "postgresql+psycopg://jalon:{}@db/jalon",
    "clé {}",
    "client_secret = {}",
    "totp: {}",
)


@pytest.mark.parametrize("line", LINES)
def test_a_secret_is_hidden_in_any_line(line: str) -> None:
    shown = redact(line.format(*[CANARY] * line.count("{}")), (CANARY,) if line.startswith("clé") else ())
    assert CANARY not in shown and HIDDEN in shown


def test_what_is_no_secret_is_left_as_it_is() -> None:
    for line in ("GET /dossiers/12?q=ehpad 200", "courriel 3 abandonné : 550 refusé", "Rappels préparés : 4."):
        assert redact(line) == line


@pytest.fixture
def heard(app: Flask) -> Iterator[io.StringIO]:
    """What the application's log says, traceback included."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    app.logger.addHandler(handler)
    yield said
    app.logger.removeHandler(handler)


def test_the_applications_log_hides_them_tracebacks_included(app: Flask, heard: io.StringIO) -> None:
    app.logger.error("refus de %s", f"password={CANARY}")
    try:
        raise RuntimeError(f"jeton token={CANARY}, clé {app.config['SECRET_KEY']}")
    except RuntimeError:
        app.logger.exception("panne")
    assert "RuntimeError" in heard.getvalue() and "Traceback" in heard.getvalue()
    assert CANARY not in heard.getvalue() and app.config["SECRET_KEY"] not in heard.getvalue()


def test_what_is_typed_begins_no_line_of_the_log(app: Flask, heard: io.StringIO) -> None:
    typed = "a\r\n2026-11-24 connexion refusée : compte 1\u2028b\x1b[2K"
    app.logger.warning("page %s", typed)
    assert heard.getvalue().splitlines() == [r"page a\r\n2026-11-24 connexion refusée : compte 1\u2028b\x1b[2K"]
    try:
        raise RuntimeError(typed)
    except RuntimeError:
        app.logger.exception("panne")
    told = heard.getvalue().splitlines()[2:]
    assert told[0].startswith("  Traceback") and all(line.startswith("  ") for line in told)


def test_lines_tell_universal_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        record = logging.LogRecord("jalon", logging.WARNING, "", 0, "page", (), None)
        record.created = datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()
        assert logging.Formatter("%(asctime)s").format(record).startswith("2026-07-01 12:00:00")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_failed_statement_does_not_tell_its_values(app: Flask, heard: io.StringIO) -> None:
    try:
        db.session.execute(text("SELECT :value FROM absente"), {"value": CANARY})
    except Exception:
        app.logger.exception("panne de base")
    assert "absente" in heard.getvalue() and CANARY not in heard.getvalue()


def test_every_logger_that_speaks_of_requests_has_the_filter(app: Flask) -> None:
    for name in ("gunicorn.access", "gunicorn.error", "jalon.scheduler", "werkzeug"):
        assert sum(isinstance(one, Redactor) for one in logging.getLogger(name).filters) == 1, name
