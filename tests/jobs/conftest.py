"""A mail server that runs, and an application that knows it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.mail_server import MailServer, mail_server


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server, its address in the configuration of the application."""
    with mail_server() as server:
        monkeypatch.setitem(app.config, "SMTP_URL", server.url)
        yield server
