"""A case adopts what was noted about its employer before it existed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, func, or_, select, update

from app.actions.errors import Forbidden
from app.actions.opening import record
from app.extensions import db
from app.models import Case, CaseStructure, Document, DocumentKind, EventKind, Exchange, Visibility, Visit
from app.permissions import Act, Actor, Kind, may

ENTRIES: tuple[tuple[Kind, Any], ...] = (
    (Kind.EXCHANGE, Exchange),
    (Kind.VISIT, Visit),
    (Kind.DOCUMENT, Document),
)


def count_adoptable(case: Case, actor: Actor) -> int:
    """Return how many notes, visits and documents of the actor's organisation could join the case."""
    counts = [
        select(func.count()).select_from(entry).where(*_waiting(case, actor, entry)).scalar_subquery()
        for kind, entry in ENTRIES
        if may(actor, Act.WRITE, kind, case)
    ]
    if not counts:
        return 0
    total: ColumnElement[int] = counts[0]
    for count in counts[1:]:
        total = total + count
    return db.session.scalar(select(total)) or 0


def adopt_entries(case: Case, *, actor: Actor, today: date, now: datetime) -> int:
    """Attach to the case what the actor's organisation noted about the employer outside any case.

    A visit to a structure that the case does not concern stays where it is, and so does what is open to an
    employer that has not been told of the case: it would lose sight of it. A visit takes its report along.
    Raises Forbidden when the organisation writes nothing on the case.
    """
    open_kinds = [(kind, entry) for kind, entry in ENTRIES if may(actor, Act.WRITE, kind, case)]
    if not open_kinds:
        raise Forbidden("Votre organisme ne dépose rien sur ce dossier.")
    adopted = sum(_adopt(case, actor, entry) for _, entry in open_kinds)
    _bring_reports(case)
    if adopted:
        summary = f"{adopted} note, visite ou document rattaché" if adopted == 1 else f"{adopted} éléments rattachés"
        record(case, EventKind.ADOPTION, summary, actor=actor, on=today, now=now)
    return adopted


def _adopt(case: Case, actor: Actor, entry: Any) -> int:
    statement: Update = update(entry).where(*_waiting(case, actor, entry)).values(case_id=case.id)
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


def _bring_reports(case: Case) -> None:
    reports = select(Visit.report_id).where(Visit.case_id == case.id, Visit.report_id.is_not(None))
    statement = update(Document).where(Document.id.in_(reports), Document.case_id.is_(None)).values(case_id=case.id)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _waiting(case: Case, actor: Actor, entry: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        entry.employer_id == case.employer_id,
        entry.case_id.is_(None),
        entry.organisation_id == actor.organisation_id,
    ]
    if case.employer_informed_on is None:
        found.append(entry.visibility != Visibility.EMPLOYER)
    if entry is Document:
        found.append(Document.kind == DocumentKind.ATTACHMENT)
    if entry is Visit:
        scope = select(CaseStructure.structure_id).where(CaseStructure.case_id == case.id)
        found.append(or_(Visit.structure_id.is_(None), Visit.structure_id.in_(scope)))
    return found
