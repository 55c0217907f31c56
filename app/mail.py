"""A mail, from plain values to the server that takes it: nothing here knows the application."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20.0
"""For each exchange with the server; the five of one mail together stay far below a claim's life."""
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
EXPECTED = "l’adresse du serveur de courriel s’écrit smtp://hôte:port, smtps://… ou smtp+starttls://…"
LONGEST_LINE = 200


class ServerDown(Exception):
    """Nobody can be written to for now: unreachable, refusing us, or gone in the middle."""


class BadAddress(Exception):
    """The address of the server cannot be read; the message never repeats it, since it may hold a password."""


class NotTaken(Exception):
    """The server refuses this one mail; `is_permanent` when it says that trying again is useless (5xx)."""

    def __init__(self, message: str, *, is_permanent: bool) -> None:
        super().__init__(message)
        self.is_permanent = is_permanent


@dataclass(frozen=True)
class Letter:
    """What one person is to receive. `sender` is written « Name <address> »."""

    message_id: str
    sender: str
    recipient: str
    recipient_name: str
    subject: str
    text: str
    html: str
    dated: datetime


@dataclass(frozen=True)
class Server:
    """Where mails are handed over, and as whom."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_url(cls, url: str) -> "Server":
        """Read `smtp://`, `smtps://` or `smtp+starttls://user:password@host:port`; raises BadAddress."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
        except (KeyError, ValueError):
            raise BadAddress(EXPECTED) from None
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not parts.hostname:
            raise BadAddress(EXPECTED)
        if not (user + password).isascii():
            raise BadAddress("le compte du serveur de courriel et son mot de passe s’écrivent sans accent")
        return cls(parts.scheme, parts.hostname, port, user, password)


def compose(letter: Letter) -> EmailMessage:
    """Return the message, text first and HTML beside it; a line break in a name or a subject becomes a space."""
    message = EmailMessage()
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(letter.dated)
    message["From"] = letter.sender
    message["To"] = _address(letter.recipient_name, letter.recipient)
    message["Subject"] = _one_line(letter.subject)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(_one_line(name), local, domain.encode("idna").decode())


def _one_line(text: str) -> str:
    return " ".join(text.splitlines()).strip()


@contextmanager
def connected(server: Server) -> Iterator[smtplib.SMTP]:
    """Hold a conversation with the server; raises ServerDown when it cannot begin."""
    try:
        connection = _greet(server)
    except smtplib.SMTPAuthenticationError as error:
        raise ServerDown(f"identification refusée ({error.smtp_code})") from None
    except OSError as error:
        raise ServerDown(_words(error)) from error
    try:
        yield connection
    finally:
        with suppress(OSError):
            connection.quit()
        connection.close()


def _greet(server: Server) -> smtplib.SMTP:
    if server.scheme == "smtps":
        context = ssl.create_default_context()
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.scheme == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def deliver(connection: smtplib.SMTP, message: EmailMessage) -> None:
    """Hand one message over; raises NotTaken for this mail alone, ServerDown for all those that follow."""
    try:
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(*next(iter(error.recipients.values()))) from None
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPNotSupportedError as error:
        raise NotTaken(_words(error), is_permanent=True) from None
    except OSError as error:
        raise ServerDown(_words(error)) from error


def _refusal(code: int, reply: bytes | str) -> Exception:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    words = f"{code} {_one_line(text)}"[:LONGEST_LINE]
    if code == 421:  # the server closes the conversation, whoever the mail was for
        return ServerDown(words)
    return NotTaken(words, is_permanent=500 <= code < 600)


def _words(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"réponse {error.smtp_code} du serveur"
    return f"{type(error).__name__} {error.strerror or ''}".strip()[:LONGEST_LINE]
