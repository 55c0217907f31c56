"""What a reader says about a file: every reader of `app/readers` reports with these two types."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How far a problem goes: the row is kept in the first two cases, lost in the third."""

    NOTICE = "notice"
    WARNING = "warning"
    REJECT = "reject"

    @property
    def label(self) -> str:
        """French word shown beside the message."""
        return {"notice": "Information", "warning": "À vérifier", "reject": "Ligne refusée"}[self.value]


class InvalidCell(ValueError):
    """What is written in one cell cannot be accepted; its text is the reason, in French, with what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One remark about a file.

    `line` counts physical lines from 1; 0 is the file as a whole. `column` is the official name of the
    field, or None for the whole line. `message` is French and says what to do. `raw` is the line as read.
    """

    line: int
    column: str | None
    severity: Severity
    message: str
    raw: str = ""
