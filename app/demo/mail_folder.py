"""The mails of the demonstration, one file each: written by its mail sink, read by its page."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path

NAME = re.compile(r"[0-9T]+-[0-9a-f]{8}\.eml")
STAMP = "%Y%m%dT%H%M%S%f"
SHOWN = 200


@dataclass(frozen=True)
class KeptMail:
    """A mail as it was received. `text` and `html` are empty in a list, which reads the headers only."""

    name: str
    subject: str
    recipient: str
    received_at: datetime
    text: str = ""
    html: str = ""


def keep_mail(folder: Path, content: bytes, *, key: str, now: datetime) -> Path:
    """Write a mail under a name that sorts by arrival; `key` is eight hexadecimal characters. It appears whole."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now.astimezone(UTC):{STAMP}}-{key}.eml"
    part = path.with_suffix(".part")
    part.write_bytes(content)
    return part.rename(path)


def list_mails(folder: Path) -> list[KeptMail]:
    """Return the last mails received, newest first."""
    names = sorted((path.name for path in folder.glob("*.eml") if NAME.fullmatch(path.name)), reverse=True)
    parser = BytesHeaderParser(policy=policy.default)
    found = []
    for name in names[:SHOWN]:
        with (folder / name).open("rb") as file:
            found.append(_kept(name, parser.parse(file)))
    return found


def get_mail(folder: Path, name: str) -> KeptMail | None:
    """Return one mail with its two texts, or None."""
    if not NAME.fullmatch(name) or not (folder / name).is_file():
        return None
    message = message_from_bytes((folder / name).read_bytes(), policy=policy.default)
    return _kept(name, message, text=_part(message, "plain"), html=_part(message, "html"))


def _kept(name: str, message: EmailMessage, **parts: str) -> KeptMail:
    received_at = datetime.strptime(name.partition("-")[0], STAMP).replace(tzinfo=UTC)
    return KeptMail(name, str(message["Subject"] or ""), str(message["To"] or ""), received_at, **parts)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
