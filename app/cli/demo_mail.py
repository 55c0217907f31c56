"""`flask demo mail-sink`: takes the mails of the demonstration and keeps them in a folder."""

import secrets
import signal
from pathlib import Path
from threading import Event

import click
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import current_app
from flask.cli import with_appcontext

from app import clock, mail
from app.demo.mail_folder import keep_mail


class Sink:
    """Takes everything and sends nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        keep_mail(self._folder, envelope.original_content or b"", key=secrets.token_hex(4), now=clock.now())
        return "250 gardé"


@click.command("mail-sink")
@click.option("--folder", type=click.Path(file_okay=False), help="Où garder les courriels (celui de la démonstration).")
@with_appcontext
def mail_sink(folder: str | None) -> None:
    """Reçoit les courriels de la démonstration ; ils se lisent sur /demo/courriels."""
    folder = folder or current_app.config["MAIL_FOLDER"]
    if folder is None:
        raise click.ClickException("La boîte à courriels est celle de la démonstration : JALON_ENV=demo, ou --folder.")
    try:
        server = mail.Server.from_url(current_app.config["SMTP_URL"])
    except mail.BadAddress as error:
        raise click.ClickException(f"JALON_SMTP_URL : {error}.") from None
    receive(Path(folder), server.host, server.port)


def receive(folder: Path, host: str, port: int) -> None:
    """Listen until SIGTERM or Ctrl-C."""
    ended = Event()
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, lambda *_: ended.set())
    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(Sink(folder), hostname=host, port=port, enable_SMTPUTF8=True)
    try:
        controller.start()
    except OSError as error:
        raise click.ClickException(f"Impossible d’écouter sur {host}:{port} ({error.strerror}).") from error
    try:
        ended.wait()
    finally:
        controller.stop()


DEMO_COMMANDS = (mail_sink,)
"""Commands of the group `flask demo`."""
