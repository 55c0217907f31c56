"""Columns that several tables share, each with one meaning."""

from datetime import date, datetime
from typing import Annotated

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

NO_DUE_DATE = date(9999, 12, 31)
"""Stored when nothing is expected: lists sorted by due date then need no special case."""

NO_CONVENTION: int | None = None
"""What a record is read by, unless the query that loads it finds that a convention opens it to the reader."""

NO_FILE: str | None = None
"""The same for the name of the file that brought a record in: its organisation’s, and nobody else’s."""

key = Annotated[int, mapped_column(primary_key=True)]
short = Annotated[str, mapped_column(String(80))]
line = Annotated[str, mapped_column(String(255))]
text = Annotated[str, mapped_column(Text)]
departement_code = Annotated[str, mapped_column(String(3))]
digest = Annotated[str, mapped_column(String(64))]


class Versioned:
    """A record that people edit: its version travels in the form, and a stale one answers 409."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


class Submitted:
    """A record made by a form: the form's own token makes a double click harmless."""

    submission: Mapped[str | None] = mapped_column(String(36), unique=True)


class Authored:
    """Who wrote it, for which organisation, when."""

    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime]

    relations = frozenset[str]()  # those to its parent, set by the query that loads it for a reader
