"""The audit of the libraries tells three things apart: nothing found, a flaw, and nobody to ask."""

import pytest

from launcher import ROOT, audit
from launcher.audit import NOT_RUN, Verdict, read_npm, read_uv, report

OFFLINE = "error: Request failed after 3 retries\n  cause: dns error"
REFUSED = '{"message": "405 Method Not Allowed", "statusCode": 405, "error": {"summary": "", "detail": ""}}'
FLAW = '{"vulnerabilities": {"htmx": {"severity": "high"}}, "metadata": {"vulnerabilities": {"total": 1, "high": 1}}}'


def test_what_uv_answers_is_read() -> None:
    assert read_uv(0, "Resolved 80 packages") == Verdict("Python", "aucune faille connue")
    assert read_uv(2, OFFLINE) == read_uv(1, OFFLINE) == Verdict("Python", NOT_RUN)
    found = read_uv(1, "Found 1 known vulnerability in 1 package\n\nflask 3.0.0 GHSA-1")
    assert found.has_flaws and "GHSA-1" in found.words


def test_what_npm_answers_is_read() -> None:
    assert read_npm("") == read_npm("pas du JSON") == read_npm(REFUSED) == Verdict("Pages", NOT_RUN)
    assert read_npm('{"vulnerabilities": {}, "metadata": {"vulnerabilities": {"total": 0}}}').has_flaws is False
    found = read_npm(FLAW)
    assert found.has_flaws and "htmx (high)" in found.words


def test_only_a_flaw_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([Verdict("Python", NOT_RUN), Verdict("Pages", NOT_RUN)]) == 0
    assert capsys.readouterr().out == "Python : non exécuté : hors ligne\nPages : non exécuté : hors ligne\n"
    assert report([Verdict("Python", "aucune faille connue"), Verdict("Pages", "1", has_flaws=True)]) == 1


def test_every_pinned_version_is_asked_about() -> None:
    asked = audit.pins()
    lines = [line for name in audit.PINNED for line in (ROOT / name).read_text().splitlines()]
    assert len(asked) == len({line.split()[0] for line in lines if "==" in line and not line.startswith((" ", "#"))})
    assert "pillow==13.0.0" in audit.project(asked)
