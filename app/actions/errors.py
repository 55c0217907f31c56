"""Why an action is not done: each becomes a clear page, never a 500."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class Forbidden(Exception):
    """The actor sees the record but may not do this; the message says whose task it is (403)."""


@dataclass(frozen=True)
class Difference:
    """One field that two people wrote differently, as each reads it."""

    label: str
    yours: str
    theirs: str


class Stale(Exception):
    """The record changed since the form was shown; nothing typed is lost (409)."""

    def __init__(self, record: Any, differences: Sequence[Difference] = ()) -> None:
        super().__init__("Cette fiche a changé depuis que vous l’avez ouverte.")
        self.record = record
        self.differences = tuple(differences)


class Unacceptable(Exception):
    """What was given cannot be taken as it is; the message says what to do, `field` where (422)."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
