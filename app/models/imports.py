"""Files brought in: what was received, what became of each row, and what it takes to undo it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, Versioned, digest, key, short
from app.models.columns import line as short_line
from app.models.columns import text as long_text
from app.models.organisations import Organisation
from app.models.users import User
from workflows.import_run import ImportKind, ImportState

_RUNNING = text("state = 'running'")


class Import(Versioned, Submitted, Model):
    """One file brought in by somebody: the permanent record of who, when, which file and what it did.

    `at_line` is the last line whose rows are committed: an import that was stopped goes on from there. `claimed_at` is
    the last sign of life of who works on it. A file that the command line brings in has neither organisation nor
    author.
    """

    __tablename__ = "imports"
    __table_args__ = (
        # One at a time of each kind: the next one waits, and is told.
        Index("uq_imports_running", "kind", unique=True, postgresql_where=_RUNNING, sqlite_where=_RUNNING),
        Index("ix_imports_organisation", "organisation_id", "id"),
    )

    id: Mapped[key]
    kind: Mapped[ImportKind]
    state: Mapped[ImportState] = mapped_column(default=ImportState.RECEIVED, index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    file_name: Mapped[short_line]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[digest]
    format: Mapped[short] = mapped_column(default="")
    head: Mapped[list[str]] = mapped_column(JSON, default=list)
    mapping: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    preview: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    is_strict: Mapped[bool] = mapped_column(default=False)
    records: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    remarks: Mapped[int] = mapped_column(default=0)
    at_line: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    failure: Mapped[long_text] = mapped_column(default="")
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    organisation: Mapped[Organisation | None] = relationship()
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])


class ImportChunk(Model):
    """A piece of the file as received, forgotten once the import has ended."""

    __tablename__ = "import_chunks"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ImportProblem(Model):
    """A remark on a row that is kept, or a row that is not: `cells` are its own, for the file of rejects.

    `reason` is the message without what it quotes: what problems of one sort have in common.
    """

    __tablename__ = "import_problems"
    __table_args__ = (Index("ix_import_problems_import", "import_id", "id"),)

    id: Mapped[key]
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    line: Mapped[int]
    column: Mapped[short_line | None] = mapped_column("column_name")
    severity: Mapped[short]
    message: Mapped[long_text]
    reason: Mapped[short_line] = mapped_column(default="")
    cells: Mapped[list[str] | None] = mapped_column(JSON)


class ImportChange(Model):
    """What a row was before: without it, the row was created. An import is undone from its last change to its first.

    `row_version` is the version that the import left, for a case the length of its chain in the journal: if it is no
    longer that, somebody has built on it.
    """

    __tablename__ = "import_changes"
    __table_args__ = (Index("ix_import_changes_import", "import_id", "id"),)

    id: Mapped[key]
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    table: Mapped[str] = mapped_column("table_name", String(40))
    row_id: Mapped[int]
    row_version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ImportMapping(Model):
    """Which column holds what in the files of an organisation: offered the next time a file has the same head."""

    __tablename__ = "import_mappings"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, default=0)
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    saved_on: Mapped[date]
