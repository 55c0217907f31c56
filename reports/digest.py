"""The digest printed at the foot of a report: two reports with the same content have the same one."""

import json
import unicodedata
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from hashlib import sha256

SHORT = 16  # hexadecimal digits printed: 64 bits, enough to tell versions of a document apart


def content_digest(values: object) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of a dataclass of plain values.

    Keys sorted, text composed (NFC), dates in ISO 8601, instants in UTC. Raises TypeError on a value
    without one certain writing (float, set, arbitrary object, instant without time zone).
    """
    return sha256(canonical_json(values).encode("ascii")).hexdigest()


def canonical_json(values: object) -> str:
    """The text that is digested: no space, ASCII only."""
    return json.dumps(_plain(values), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"no canonical writing for {type(value).__name__}")


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("an instant needs a time zone")
    return value.astimezone(UTC).isoformat()
