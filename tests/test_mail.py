"""A mail from plain values to a real server, which takes it, refuses it, or is not there."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import mail
from tests.mail_server import HOST, MailServer, mail_server

LETTER = mail.Letter(
    message_id="<outbox-1-abc@jalon.example>",
    sender="Jalon <jalon@jalon.example>",
    recipient="claire@carsat.example",
    recipient_name="Claire Morel",
    subject="EHPAD Les Tilleuls : échéance le 1er décembre",
    text="Bonjour Claire, à bientôt.\n",
    html="<p>Bonjour Claire, à bientôt.</p>",
    dated=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
)
MESSAGE = mail.compose(LETTER)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def send(url: str, letter: mail.Letter = LETTER) -> None:
    with mail.connected(mail.Server.from_url(url)) as connection:
        mail.deliver(connection, mail.compose(letter))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://relais", mail.Server("smtp", "relais", 25)),
        ("smtp://127.0.0.1:1025", mail.Server("smtp", "127.0.0.1", 1025)),
        ("smtps://relais", mail.Server("smtps", "relais", 465)),
        ("smtp+starttls://jalon:p%40sse@relais", mail.Server("smtp+starttls", "relais", 587, "jalon", "p@sse")),
        ("smtp+starttls://a%3Ab:c@[::1]:2525", mail.Server("smtp+starttls", "::1", 2525, "a:b", "c")),
    ],
)
def test_the_address_of_the_server_is_read(url: str, expected: mail.Server) -> None:
    assert mail.Server.from_url(url) == expected


@pytest.mark.parametrize("url", ["", "relais:25", "http://relais", "smtp://", "smtp://u:secret@h:port", "smtp://["])
def test_an_unreadable_address_is_said_without_its_password(url: str) -> None:
    with pytest.raises(mail.BadAddress) as raised:
        mail.Server.from_url(url)
    assert "smtp+starttls://" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "secret" not in repr(mail.Server.from_url("smtp://u:secret@h"))


def test_a_password_with_an_accent_is_refused_at_once() -> None:
    with pytest.raises(mail.BadAddress, match="sans accent"):
        mail.Server.from_url("smtp://jalon:cl%C3%A9@relais")


def test_the_message_reads_with_and_without_html(server: MailServer) -> None:
    send(server.url)
    (received,) = server.received
    assert received["Message-ID"] == LETTER.message_id
    assert received["Subject"] == LETTER.subject
    assert received["To"] == "Claire Morel <claire@carsat.example>"
    assert received["From"] == LETTER.sender
    assert received["Date"] == "Tue, 24 Nov 2026 09:00:00 +0000"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_content_type() == "multipart/alternative"
    plain, html = received.get_body(("plain",)), received.get_body(("html",))
    assert plain and plain.get_content().strip() == LETTER.text.strip()
    assert html and html.get_content().strip() == LETTER.html


def test_a_line_break_adds_no_header(server: MailServer) -> None:
    send(server.url, replace(LETTER, subject="Objet\r\nBcc: a@b.example", recipient_name="Claire\nTo: x"))
    (received,) = server.received
    assert received["Subject"] == "Objet Bcc: a@b.example"
    assert received["Bcc"] is None
    assert server.recipients == ["claire@carsat.example"]


def test_a_domain_with_accents_is_written_for_machines(server: MailServer) -> None:
    send(server.url, replace(LETTER, recipient="claire@département.example"))
    assert server.recipients == ["claire@xn--dpartement-b7a.example"]


@pytest.mark.parametrize(("reply", "is_permanent"), [("451 revenez plus tard", False), ("550 adresse inconnue", True)])
def test_a_refusal_concerns_one_mail(server: MailServer, reply: str, is_permanent: bool) -> None:
    server.answer = lambda address: reply if address.startswith("claire") else "250 ok"
    with mail.connected(mail.Server.from_url(server.url)) as connection:
        with pytest.raises(mail.NotTaken, match=reply) as raised:
            mail.deliver(connection, MESSAGE)
        mail.deliver(connection, mail.compose(replace(LETTER, recipient="paul@carsat.example")))
    assert raised.value.is_permanent is is_permanent
    assert server.recipients == ["paul@carsat.example"]


def test_a_server_that_closes_is_down(server: MailServer) -> None:
    server.answer = lambda address: "421 maintenance"
    with pytest.raises(mail.ServerDown, match="421"):
        send(server.url)


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    with pytest.raises(mail.ServerDown, match="ConnectionRefusedError"):
        send(f"smtp://{HOST}:{port}")


def test_a_silent_server_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server((HOST, 0)) as silent, pytest.raises(mail.ServerDown):
        send(f"smtp://{HOST}:{silent.getsockname()[1]}")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this machine, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    public, private = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    names = ["-addext", f"subjectAltName=IP:{HOST}", "-out", str(public), "-keyout", str(private)]
    subprocess.run([*command, *names], check=True, capture_output=True)
    return public, private


@pytest.fixture
def private_server(certificate: tuple[Path, Path]) -> Iterator[MailServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with mail_server(context=context, password="p@sse") as running:
        yield running


def with_account(url: str, password: str) -> str:
    return url.replace("//", f"//jalon:{password}@")


def test_a_private_server_takes_an_account(
    private_server: MailServer, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    send(with_account(private_server.url, "p%40sse"))
    assert private_server.identifiers == [LETTER.message_id]
    with pytest.raises(mail.ServerDown, match="identification refusée") as raised:
        send(with_account(private_server.url, "autre"))
    assert "autre" not in str(raised.value)


def test_an_unknown_certificate_gets_no_password(private_server: MailServer) -> None:
    with pytest.raises(mail.ServerDown, match="SSLCertVerificationError"):
        send(with_account(private_server.url, "p%40sse"))
    assert private_server.received == []
