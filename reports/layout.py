"""What every report prints around its content."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class PageFrame:
    """The head, the foot and the metadata of a document. `created_at` is aware; `digest` is hexadecimal."""

    title: str
    kind: str
    organisation: str
    author: str
    version: int
    digest: str
    confidentiality: str
    created_at: datetime

    @property
    def created_utc(self) -> str:
        """W3C date to the second: the same instant in the XMP packet and in the information dictionary."""
        return self.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
