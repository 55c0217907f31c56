"""The work on a file that was received: claimed by one worker, treated batch by batch, ended. Nothing commits here.

Each batch is one transaction: rows, problems, what it takes to undo them, counts and the line reached together. A
worker that stops, however it does, leaves whole batches, and the next one goes on from the last line.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import IO, Any

from sqlalchemy import Table, delete, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from app.actions.imports import told
from app.actions.incoming import HANDLERS
from app.actions.incoming.handling import Context, Effect, Handler, Opened, Verdict
from app.actions.journal import record
from app.extensions import db, switch_role
from app.models import Import, ImportChange, ImportChunk, ImportProblem, JournalAction, ObjectKind, Observation
from app.permissions import Actor
from app.readers.layouts import RowReading
from app.readers.problems import Severity
from app.second_wall.rules import APP, IMPORTER
from workflows.import_run import TO_WORK, WORKFLOW, ImportState

MOST_ROWS, MOST_VALUES, MOST_ACTS = 5_000, 50_000, 25
"""Acts of a person are slower than rows of figures, and people wait for them on an embedded database."""
SHOWN = 20
STALE = timedelta(minutes=2)
"""A worker that gives no sign of life for so long is dead: another takes its import up."""

QUOTED = re.compile(r"«[^»]*»|\d[\d\s.,]*(?:%|\b)")
"""What a message says of one row only: what it quotes, and numbers."""

IMPORTS: Table = Import.__table__  # type: ignore[assignment]
COUNTED = {
    Effect.CREATE: "created",
    Effect.UPDATE: "updated",
    Effect.UNCHANGED: "unchanged",
    Effect.REJECT: "rejected",
    Effect.CONFLICT: "rejected",
}


CHANGED_MEANWHILE = (
    "Des lignes acceptées à la vérification ne le sont plus : vous avez demandé tout ou rien, rien n’est écrit. "
    "Vérifiez le fichier à nouveau."
)


class TakenOver(Exception):
    """Somebody else works on this import: what was under way here is to be rolled back."""


def claim(*, now: datetime) -> Import | None:
    """Take up the oldest import that waits for its turn, or whose worker died; None when there is none.

    Of each kind one is written at a time: the unique index on the running ones has the last word.
    """
    other = aliased(Import)
    busy = exists().where(other.kind == Import.kind, other.state == ImportState.RUNNING)
    statement = (
        select(Import)
        .where(Import.state.in_(TO_WORK), or_(Import.claimed_at.is_(None), Import.claimed_at < now - STALE))
        .where(or_(Import.state != ImportState.CONFIRMED, ~busy))
        .order_by(Import.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    import_ = db.session.scalars(statement).first()
    if import_ is None:
        return None
    try:
        take(import_, now=now)
    except IntegrityError:  # another scheduler began one of the same kind meanwhile
        db.session.rollback()
        return None
    return import_


def take(import_: Import, *, now: datetime) -> None:
    """Make an import this worker's; raises IntegrityError when one of its kind is under way."""
    if import_.state is ImportState.CONFIRMED:
        WORKFLOW.fire(import_, "begin", today=now.date(), effective_on=None)
    import_.claimed_at = now
    db.session.flush()


def release(import_id: int) -> None:
    """Leave an import for the next worker: this one stops."""
    db.session.execute(update(IMPORTS).where(IMPORTS.c.id == import_id).values(claimed_at=None))


def spooled(import_id: int) -> IO[bytes]:
    """Return the bytes of an import as a file on disk, a piece in memory at a time."""
    stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the reading)
    chunks = select(ImportChunk.data).where(ImportChunk.import_id == import_id).order_by(ImportChunk.number)
    for data in db.session.scalars(chunks.execution_options(yield_per=1)):
        stream.write(data)
    stream.seek(0)
    return stream


def begin(import_: Import, opened: Opened, *, now: datetime) -> None:
    """Forget what an earlier pass said of the file; to be called when no line of it is committed yet."""
    db.session.execute(delete(ImportProblem).where(ImportProblem.import_id == import_.id))
    values = {name: 0 for name in {*COUNTED.values(), "read", "remarks"}}
    moved = update(IMPORTS).where(IMPORTS.c.id == import_.id)
    db.session.execute(moved.values(started_at=now, records=opened.records, preview=[], **values))


def batches(results: Iterable[RowReading], handler: Handler) -> Iterator[list[RowReading]]:
    """Cut a reading into batches of a size that one transaction bears, unless its rows only go together."""
    batch: list[RowReading] = []
    weight = 0
    most = MOST_ACTS if handler.for_author else MOST_ROWS
    for result in results:
        batch.append(result)
        weight += len(getattr(result.row, "values", ())) or 1
        if not handler.in_one_batch and (len(batch) >= most or weight >= MOST_VALUES):
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def treat(batch: Sequence[RowReading], after: int, context: Context, handler: Handler, *, now: datetime) -> int:
    """Treat one batch and note what became of it; return the line reached.

    Raises TakenOver when the import is not where this worker left it.
    """
    reached = batch[-1].number
    _hold(context, after, reached, now)
    _note(batch, judge(batch, context, handler), after, context)
    return reached


def judge(batch: Sequence[RowReading], context: Context, handler: Handler) -> list[Verdict]:
    """Say what each row of a batch does, those that the reader refused too; and do it, unless it is a dry run."""
    verdicts = [Verdict(one.number, Effect.REJECT, "", _why(one)) for one in batch if one.row is None]
    kept = [one for one in batch if one.row is not None]
    return verdicts + _judged(kept, context, handler) if kept else verdicts


def _hold(context: Context, after: int, reached: int, now: datetime) -> None:
    state = ImportState.CHECKING if context.is_dry_run else ImportState.RUNNING
    held: Any = db.session.execute(
        update(IMPORTS)
        .where(IMPORTS.c.id == context.import_id, IMPORTS.c.state == state, IMPORTS.c.at_line == after)
        .values(at_line=reached, claimed_at=now)
    )
    if not held.rowcount:
        raise TakenOver


def _judged(rows: Sequence[RowReading], context: Context, handler: Handler) -> list[Verdict]:
    if not handler.for_author:
        return handler.treat(rows, context)
    switch_role(APP)  # the rules of rows then apply as on a page of the author's
    verdicts = handler.treat(rows, context)
    db.session.flush()
    switch_role(IMPORTER)
    return verdicts


def _why(result: RowReading) -> str:
    return " ".join(problem.message for problem in result.problems if problem.severity is Severity.REJECT)


def _note(batch: Sequence[RowReading], verdicts: Sequence[Verdict], after: int, context: Context) -> None:
    found = [*_problems(batch, verdicts)]
    if found:
        db.session.execute(insert(ImportProblem), [{**one, "import_id": context.import_id} for one in found])
    _keep_changes(context)
    counts = Counter(COUNTED[verdict.effect] for verdict in verdicts)
    counts["read"] = len(batch)
    counts["remarks"] = sum(1 for one in found if one["severity"] != Severity.REJECT.value)
    values: dict[str, Any] = {name: IMPORTS.c[name] + number for name, number in counts.items()}
    if after == 0:
        values["preview"] = [_shown(verdict) for verdict in sorted(verdicts, key=lambda one: one.line)[:SHOWN]]
    db.session.execute(update(IMPORTS).where(IMPORTS.c.id == context.import_id).values(**values))


def _keep_changes(context: Context) -> None:
    if context.changes:
        rows = [{**_columns(change), "import_id": context.import_id} for change in context.changes]
        db.session.execute(insert(ImportChange), rows)
        context.changes.clear()


def _columns(change: Any) -> dict[str, Any]:
    return {
        "table": change.table,
        "row_id": change.row_id,
        "row_version": change.row_version,
        "before": change.before,
    }


def _problems(batch: Sequence[RowReading], verdicts: Sequence[Verdict]) -> Iterator[dict[str, Any]]:
    """What is told of the rows: every remark of the reader, and once why a row does not enter, with its cells."""
    lost = {verdict.line: verdict for verdict in verdicts if verdict.effect.is_lost}
    for one in verdicts:
        if one.remark:
            yield _problem(one.line, None, Severity.WARNING, one.remark)
    for result in batch:
        verdict = lost.get(result.number)
        for problem in result.problems:
            if problem.severity is not Severity.REJECT:
                yield _problem(result.number, problem.column, problem.severity, problem.message)
        if verdict:
            column = next((one.column for one in result.problems if one.severity is Severity.REJECT), None)
            cells = list(result.cells) or [result.raw]
            yield _problem(result.number, column, Severity.REJECT, verdict.reason, cells)


def _problem(
    line: int, column: str | None, severity: Severity, message: str, cells: list[str] | None = None
) -> dict[str, Any]:
    return {
        "line": line,
        "column": column,
        "severity": severity.value,
        "message": message,
        "reason": QUOTED.sub("…", message)[:255],
        "cells": cells,
    }


def _shown(verdict: Verdict) -> dict[str, Any]:
    return {
        "line": verdict.line,
        "effect": verdict.effect.value,
        "summary": verdict.summary,
        "reason": verdict.reason,
    }


def note_remarks(import_: Import, remarks: Iterable[str]) -> None:
    """Keep what is said of the file as a whole, at line 0."""
    rows = [_problem(0, None, Severity.NOTICE, remark) for remark in remarks]
    if rows:
        db.session.execute(insert(ImportProblem), [{**row, "import_id": import_.id} for row in rows])


def remarks_of(import_: Import, opened: Opened) -> list[str]:
    """Return what is to be said of the file as a whole."""
    table = getattr(opened, "table", None)
    return [*(remark.message for remark in getattr(table, "remarks", ())), *handler_of(import_).remarks(import_)]


def finish(import_: Import, opened: Opened, context: Context) -> None:
    """Do what waited for the last row, and keep what is said of it."""
    handler = handler_of(import_)
    note_remarks(import_, handler.finish(opened, context, import_.rejected))
    _keep_changes(context)
    if not context.is_dry_run and (contracts := handler.count_contracts(opened)):
        import_.options = {**import_.options, "contracts": contracts}


def end_check(import_: Import, *, today: date, now: datetime) -> None:
    """Say what would be done; a file that must be whole is refused when one of its rows is."""
    import_.claimed_at = None
    if import_.is_strict and import_.rejected:
        fail(import_, f"{_lines(import_.rejected)} : vous avez demandé tout ou rien, rien n’est écrit.", now=now)
        return
    WORKFLOW.fire(import_, "show", today=today, effective_on=None)


def _lines(count: int) -> str:
    return f"{count} lignes refusées" if count > 1 else "Une ligne refusée"


def end_run(import_: Import, *, actor: Actor | None, today: date, now: datetime) -> None:
    """Close an import whose last row is written, and say so in the journal."""
    WORKFLOW.fire(import_, "finish", today=today, effective_on=None)
    import_.claimed_at, import_.ended_at = None, now
    record(JournalAction.IMPORT_FINISHED, ObjectKind.IMPORT, import_.id, told(import_), actor=actor, now=now)


def fail(import_: Import, why: str, *, now: datetime) -> None:
    """Stop an import and say why. What whole batches had written stays; checking again goes over them in vain."""
    WORKFLOW.fire(import_, "fail", today=now.date(), effective_on=None)
    import_.failure, import_.claimed_at, import_.ended_at = why, None, now


def years_of(import_id: int) -> list[int]:
    """Return the years of the values that an import brought in and that are still there."""
    return sorted(db.session.scalars(select(Observation.year).where(Observation.import_id == import_id).distinct()))


def handler_of(import_: Import) -> Handler:
    """Return what brings this kind of file in."""
    found: Handler = HANDLERS[import_.kind]
    return found
