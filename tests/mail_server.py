"""A real mail server for the tests: it takes mails, slowly or not, or refuses them."""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
SECONDS_TO_MEET = 15


class MailServer:
    """What it received, in order; `answer` decides what it says to each address, after so many seconds.

    With `waits_for_senders` at two it keeps the first sender waiting until there is a second one.
    """

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.answer: Callable[[str], str] = lambda address: "250 ok"
        self.on_mail: Callable[[], object] = lambda: None
        self.seconds_before_answer = 0.0
        self.waits_for_senders = 1
        self.senders: set[object] = set()
        self.url = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.answer(address)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.senders.add(session.peer)
        envelope.mail_from = address
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.received.append(message_from_bytes(envelope.original_content or b"", policy=policy.default))
        self.on_mail()
        # Accepted but not yet said so: whoever is killed now cannot know.
        await asyncio.sleep(self.seconds_before_answer)
        deadline = time.monotonic() + SECONDS_TO_MEET
        while len(self.senders) < self.waits_for_senders and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        return "250 ok"

    @property
    def identifiers(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.received]

    @property
    def recipients(self) -> list[str]:
        return [str(message["To"].addresses[0].addr_spec) for message in self.received]


@contextmanager
def mail_server(port: int = 0, *, context: ssl.SSLContext | None = None, password: str = "") -> Iterator[MailServer]:
    """Run a server on a port of this machine; with a context it asks for STARTTLS, with a password for it."""
    server = MailServer()
    options: dict[str, Any] = {}
    if context:
        options |= {"tls_context": context, "require_starttls": True}
    if password:
        options |= {"authenticator": _authenticator(password), "auth_required": True}
    controller = _AnyPort(server, hostname=HOST, port=port, **options)
    controller.start()
    scheme = "smtp+starttls" if context else "smtp"
    server.url = f"{scheme}://{HOST}:{controller.port}"
    try:
        yield server
    finally:
        controller.stop()


class _AnyPort(Controller):
    """Port 0 asks the system for a free one; the controller then checks itself at the port it was given."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _authenticator(password: str) -> Callable[..., AuthResult]:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        given = data.password.decode() if isinstance(data, LoginPassword) else ""
        return AuthResult(success=given == password, handled=False)

    return check
