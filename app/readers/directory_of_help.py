"""Whom an employer may call for which kind of help, by the status of its staff: `app/data/directory_of_help.toml`."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.readers.reference_files import read_bytes

FILE = "directory_of_help.toml"
STATUSES = {
    "private": "Privé, régime général",
    "agricultural": "Privé, régime agricole",
    "public_hospital": "Public hospitalier",
    "public_territorial": "Public territorial",
}


@dataclass(frozen=True)
class HelpEntry:
    """One body: what it does for an employer. `body`: the kind of organisation that is it in a département, or none."""

    slug: str
    name: str
    body: str
    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    does: str
    site: str
    source: str


@lru_cache(maxsize=1)
def help_kinds() -> dict[str, str]:
    """Return the kinds of help in words, by slug."""
    found: dict[str, str] = _content()["kinds"]
    return found


@lru_cache(maxsize=1)
def help_entries() -> tuple[HelpEntry, ...]:
    """Return the directory, as it was written down."""
    return tuple(
        HelpEntry(
            one["slug"],
            one["name"],
            one.get("body", ""),
            tuple(one["help"]),
            tuple(one["status"]),
            one["does"],
            one["site"],
            one["source"],
        )
        for one in _content()["entries"]
    )


def _content() -> dict[str, Any]:
    return tomllib.loads(read_bytes(FILE).decode("utf-8"))
