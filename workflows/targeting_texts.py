"""The canonical texts of a list: what is hashed, signed and kept. Standard library; the same input, the same bytes.

A text is JSON with sorted keys, without spaces, in composed Unicode (NFC), without a number that is not whole: nothing
that could be written in two ways. One text holds the method, one the employers of each federation, one those of none;
the root digest is that of their digests and of the version.
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any

METHOD = "methode"
WITHOUT_FEDERATION = "sans-federation"


@dataclass(frozen=True)
class Entry:
    """An employer of the list, without any figure: what everybody who signs its part may read.

    `federations` are the keys of the sub-lists on which it stands; none: the one that no federation signs.
    `facts` are its place, its structures, its class as decided, its route: plain values. `territories` are the keys of
    the texts of bodies that cover a part of the territory only, on which it stands besides.
    """

    number: str
    name: str
    federations: tuple[str, ...]
    facts: Mapping[str, Any]
    territories: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return (*(self.federations or (WITHOUT_FEDERATION,)), *self.territories)


@dataclass(frozen=True)
class Part:
    """One text and its digest."""

    key: str
    label: str
    text: str
    digest: str


@dataclass(frozen=True)
class FrozenList:
    """A version: its texts, the method first, then by key; `root` is the digest that everybody confirms."""

    version: int
    parts: tuple[Part, ...]
    root: str

    def part(self, key: str) -> Part | None:
        """Return one text, None when this version has none of that name."""
        return next((part for part in self.parts if part.key == key), None)


@dataclass(frozen=True)
class Difference:
    """What one version has and another has not, by number of employer: names, in their order."""

    entrants: tuple[str, ...]
    leavers: tuple[str, ...]
    staying: tuple[str, ...]
    changed: tuple[str, ...]
    """Among those who stay, whose facts are no longer the same."""


def canonical(value: Any) -> str:
    """Return plain values as the one text that stands for them; TypeError for what has several."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def freeze(version: int, method: Mapping[str, Any], entries: Iterable[Entry], labels: Mapping[str, str]) -> FrozenList:
    """Return the texts of a version; `labels` names the federations and territories by key.

    ValueError for an employer told twice.
    """
    listed = sorted(entries, key=lambda entry: entry.number)
    if len({entry.number for entry in listed}) < len(listed):
        raise ValueError("un employeur figure deux fois")
    held = {key for entry in listed for key in entry.keys}
    parts = [_part(METHOD, "Méthode", method)]
    for key in sorted(held):
        own = [entry for entry in listed if key in entry.keys]
        label = labels.get(key, "Employeurs sans fédération")
        parts.append(_part(key, label, {"part": key, "employers": [_told(entry) for entry in own]}))
    return FrozenList(version, tuple(parts), root_of(version, parts))


def root_of(version: int, parts: Iterable[Part]) -> str:
    """Return the root digest of texts by their digests, whatever their order."""
    return digest_of(canonical({"version": version, "parts": {part.key: part.digest for part in parts}}))


def tampered(frozen: FrozenList) -> tuple[str, ...]:
    """Return the texts that are not those that were frozen, « racine » when their whole is not; empty: all is well."""
    found = [part.key for part in frozen.parts if digest_of(part.text) != part.digest]
    if root_of(frozen.version, frozen.parts) != frozen.root or len({p.key for p in frozen.parts}) < len(frozen.parts):
        found.append("racine")
    return tuple(found)


def difference(before: FrozenList | None, after: FrozenList) -> Difference:
    """Return who comes in, who goes out and who stays; all come in without a version before."""
    old, new = _employers(before) if before else {}, _employers(after)
    return Difference(
        entrants=_names(new, new.keys() - old.keys()),
        leavers=_names(old, old.keys() - new.keys()),
        staying=_names(new, new.keys() & old.keys()),
        changed=_names(new, {number for number in new.keys() & old.keys() if new[number] != old[number]}),
    )


def _part(key: str, label: str, content: Any) -> Part:
    text = canonical(content)
    return Part(key, label, text, digest_of(text))


def _told(entry: Entry) -> dict[str, Any]:
    return {"number": entry.number, "name": entry.name, "facts": entry.facts}


def _employers(frozen: FrozenList) -> dict[str, dict[str, Any]]:
    told = (one for part in frozen.parts if part.key != METHOD for one in json.loads(part.text)["employers"])
    return {one["number"]: one for one in told}


def _names(employers: Mapping[str, dict[str, Any]], numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(employers[number]["name"] for number in sorted(numbers))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, date) and not hasattr(value, "hour"):
        return value.isoformat()
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        named = {_plain(name): _plain(one) for name, one in value.items()}
        if len(named) < len(value) or not all(isinstance(name, str) for name in named):
            raise TypeError("des noms distincts, en texte")
        return named
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    raise TypeError(f"rien qui s’écrive de deux façons : {type(value).__name__}")
