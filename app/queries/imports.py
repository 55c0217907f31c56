"""The imports of one's organisation: what runs, what was brought in, what was refused and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from app.extensions import at_most, db
from app.models import RUNNING_IMPORTS, Import, ImportChunk, ImportProblem, Organisation
from app.permissions import Actor
from app.permissions.relations import is_own
from workflows.import_run import ImportKind, ImportState

PAGE = 25
REASONS = 30


def _own(actor: Actor) -> ColumnElement[bool]:
    return is_own(Import.organisation_id, actor)  # never those of the command line, which are nobody's


def get_import(actor: Actor, import_id: int, *, lock: bool = False) -> Import | None:
    """Return an import of the actor's organisation, or None."""
    statement = select(Import).where(Import.id == import_id, _own(actor))
    return db.session.scalars(statement.with_for_update() if lock else statement).first()


def list_imports(actor: Actor, *, before: int | None = None, limit: int = PAGE + 1) -> Sequence[Import]:
    """Return a page of the organisation's imports and one more, the latest first."""
    statement = select(Import).where(_own(actor)).options(joinedload(Import.author)).order_by(Import.id.desc())
    if before is not None:
        statement = statement.where(Import.id < before)
    return db.session.scalars(statement.limit(at_most(limit))).all()


def last_of_each_kind(actor: Actor) -> dict[ImportKind, Import]:
    """Return the last finished import of each kind."""
    latest = select(func.max(Import.id)).where(_own(actor), Import.state == ImportState.DONE).group_by(Import.kind)
    statement = select(Import).where(Import.id.in_(latest)).options(joinedload(Import.author))
    return {import_.kind: import_ for import_ in db.session.scalars(statement)}


def find_same_bytes(actor: Actor, import_: Import) -> Import | None:
    """Return the last finished import of the very same file, if there is one."""
    statement = (
        select(Import)
        .where(_own(actor), Import.kind == import_.kind, Import.sha256 == import_.sha256)
        .where(Import.state == ImportState.DONE, Import.id != import_.id)
        .order_by(Import.id.desc())
        .limit(1)
    )
    return db.session.scalars(statement).first()


def find_contracts_taken(actor: Actor, import_: Import) -> Import | None:
    """Return the import by which the contracts of a « tableau de bord » were taken since, or are being taken."""
    given_up = (ImportState.ABANDONED, ImportState.FAILED, ImportState.UNDONE)
    statement = (
        select(Import)
        .where(_own(actor), Import.kind == ImportKind.CPOM, Import.sha256 == import_.sha256, Import.id > import_.id)
        .where(Import.state.not_in(given_up))
        .order_by(Import.id.desc())
        .limit(1)
    )
    return db.session.scalars(statement).first()


def has_bytes(import_: Import) -> bool:
    """Tell whether the file itself is still kept."""
    return (
        db.session.scalar(select(ImportChunk.import_id).where(ImportChunk.import_id == import_.id).limit(1)) is not None
    )


@dataclass(frozen=True)
class Under:
    """An import under way: whose, since when."""

    organisation: str
    started_at: datetime | None


def running_of(kind: ImportKind) -> Under | None:
    """Return which import of a kind is being written, whoever's it is: the next one waits for it."""
    running = RUNNING_IMPORTS.c
    statement = (
        select(Organisation.short_name, running.started_at)
        .outerjoin_from(RUNNING_IMPORTS, Organisation, Organisation.id == running.organisation_id)
        .where(running.kind == kind.value)
    )
    row = db.session.execute(statement).first()
    return Under(row[0] or "l’exploitation", row[1]) if row else None


@dataclass(frozen=True)
class Reason:
    """Problems of one sort: how many, the first line, and what was said there."""

    severity: str
    count: int
    line: int
    example: str


def list_reasons(import_: Import) -> list[Reason]:
    """Return the problems of an import by reason, the refused rows first, then the most frequent."""
    problem = ImportProblem
    statement = (
        select(problem.severity, func.count(), func.min(problem.line), func.min(problem.message))
        .where(problem.import_id == import_.id)
        .group_by(problem.severity, problem.reason)
        .order_by(problem.severity.desc(), func.count().desc(), func.min(problem.line))
        .limit(at_most(REASONS))
    )
    found = [Reason(*row) for row in db.session.execute(statement)]
    ranks = {"reject": 0, "warning": 1, "notice": 2}
    return sorted(found, key=lambda one: (ranks[one.severity], -one.count, one.line))


def list_rejects(import_: Import) -> Iterator[Any]:
    """Return the refused rows of an import: line, reason, cells, in the order of the file."""
    problem = ImportProblem
    statement = (
        select(problem.line, problem.message, problem.cells)
        .where(problem.import_id == import_.id, problem.severity == "reject")
        .order_by(problem.line, problem.id)
    )
    return iter(db.session.execute(statement.execution_options(yield_per=1_000)))
