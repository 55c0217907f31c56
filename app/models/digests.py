"""What the journal hashes, always written the same way, whichever database gives the values back."""

import json
from datetime import UTC, date, datetime
from enum import Enum
from hashlib import sha256
from typing import Any

GENESIS = "0" * 64
"""What the first link of a chain holds in place of the digest before it."""


def canonical(value: Any) -> str:
    """Return a value as JSON with sorted keys: dates in ISO 8601, instants in UTC to the microsecond."""
    return _ENCODER.encode(value)


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of a value, in hexadecimal."""
    return sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"ni texte, ni nombre, ni date : {type(value).__name__}")


# Made once: opening the cases of a region hashes thousands of rows.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
