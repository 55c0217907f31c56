"""What happened with an employer or on a case: events, notes, visits, documents, each filtered by its audience."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy import case as when
from sqlalchemy.orm import joinedload

from app.extensions import at_most, db
from app.models import Case, CaseEvent, Document, DocumentContent, DocumentKind, Employer, Exchange, Visit
from app.permissions import (
    Act,
    Actor,
    Kind,
    case_relations,
    employer_relations,
    entry_convention,
    may,
    reads_entry,
    relation_columns,
    relations_in,
    sees_case,
    sees_employer,
)

THREAD = 100
"""How many entries of each kind a thread shows at most."""


def list_events(case: Case) -> Sequence[CaseEvent]:
    """Return the events of a case, newest first."""
    return db.session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case.id)
        .options(joinedload(CaseEvent.actor), joinedload(CaseEvent.organisation))
        .order_by(CaseEvent.id.desc())
        .limit(at_most(THREAD))
    ).all()


def list_exchanges(actor: Actor, record: Case | Employer, viewer: Actor | None = None) -> Sequence[Exchange]:
    """Return the notes about a case, or about an employer (those of cases out of sight left out), newest first."""
    return _entries(actor, Kind.EXCHANGE, Exchange, record, Exchange.held_on, viewer)


def list_visits(actor: Actor, record: Case | Employer, viewer: Actor | None = None) -> Sequence[Visit]:
    """Return the visits of a case or an employer that the actor may read, newest first."""
    return _entries(actor, Kind.VISIT, Visit, record, Visit.visited_on, viewer)


def list_documents(actor: Actor, record: Case | Employer, viewer: Actor | None = None) -> Sequence[Document]:
    """Return the files (visit reports go with their visit) that the actor may read, newest first."""
    return _entries(
        actor, Kind.DOCUMENT, Document, record, Document.created_at, viewer, Document.kind != DocumentKind.VISIT_REPORT
    )


def _entries(
    actor: Actor,
    kind: Kind,
    entry: Any,
    record: Case | Employer,
    order: Any,
    viewer: Actor | None,
    *conditions: ColumnElement[bool],
) -> Sequence[Any]:
    """What `actor` reads; of it only what `viewer` reads too, when somebody looks with that actor's eyes."""
    if not may(actor, Act.READ, kind, record):
        return []
    statement = readable(actor, kind, entry).where(*conditions)
    if viewer:
        statement = statement.where(*_readable_by(viewer, kind))
    if isinstance(record, Case):
        statement = statement.where(entry.case_id == record.id)
    else:
        statement = statement.where(entry.employer_id == record.id)
    statement = statement.options(joinedload(entry.author), joinedload(entry.organisation), *_parents(entry, record))
    return _read(statement.order_by(order.desc(), entry.id.desc()).limit(at_most(THREAD)), actor, kind)


def _parents(entry: Any, record: Case | Employer) -> list[Any]:
    """On the page of an employer, entries lie on several cases."""
    return [] if isinstance(record, Case) else [joinedload(entry.case)]


def _read(statement: Select[Any], actor: Actor, kind: Kind) -> list[Any]:
    rows = db.session.execute(statement.add_columns(entry_convention(actor, kind)))
    return [_opened(entry, convention_id, actor) for entry, convention_id in rows]


def _opened(entry: Any, convention_id: int | None, actor: Actor) -> Any:
    """The entry, with the number of the convention that opens it when it is another organisation's."""
    entry.convention_id = None if entry.organisation_id == actor.organisation_id else convention_id
    return entry


def get_exchange(actor: Actor, exchange_id: int) -> Exchange | None:
    """Return a note the actor may read, or None."""
    found: Exchange | None = _get(actor, Kind.EXCHANGE, Exchange, exchange_id)
    return found


def get_visit(actor: Actor, visit_id: int) -> Visit | None:
    """Return a visit the actor may read, or None."""
    found: Visit | None = _get(actor, Kind.VISIT, Visit, visit_id, joinedload(Visit.report))
    return found


def find_visit_of_note(actor: Actor, exchange: Exchange) -> Visit | None:
    """Return the visit made from a note, its latest version that the actor may read; None while there is none."""
    statement = readable(actor, Kind.VISIT, Visit).where(Visit.exchange_id == exchange.id)
    return db.session.scalars(statement.order_by(Visit.id.desc()).limit(at_most(1))).first()


def get_document(actor: Actor, document_id: int) -> Document | None:
    """Return the description of a file the actor may read, or None."""
    found: Document | None = _get(actor, Kind.DOCUMENT, Document, document_id)
    return found


def get_content(document: Document) -> bytes:
    """Return the bytes of a document that was read through `get_document`."""
    return db.session.scalars(select(DocumentContent.data).where(DocumentContent.document_id == document.id)).one()


def _get(actor: Actor, kind: Kind, entry: Any, entry_id: int, *options: Any) -> Any:
    statement = readable(actor, kind, entry).where(entry.id == entry_id).add_columns(entry_convention(actor, kind))
    options = (joinedload(entry.author), joinedload(entry.organisation), joinedload(entry.case), *options)
    row = db.session.execute(statement.add_columns(*_relations(actor)).options(*options)).first()
    if row is None:
        return None
    found = _opened(row[0], row[1], actor)
    found.relations = relations_in(row)
    return found


def _relations(actor: Actor) -> list[ColumnElement[bool]]:
    """The relations to the entry's parent: its case when it has one, its employer otherwise."""
    of_case, of_employer = case_relations(actor), employer_relations(actor)
    both = {one: when((Case.id.is_not(None), of_case[one]), else_=of_employer[one]) for one in of_case}
    return relation_columns(both)


def readable(actor: Actor, kind: Kind, entry: Any) -> Select[Any]:
    """The entries of one kind that the actor may read, joined to their employer and case."""
    return (
        select(entry)
        .join(Employer, entry.employer_id == Employer.id)
        .outerjoin(Case, entry.case_id == Case.id)
        .where(*_readable_by(actor, kind))
    )


def _readable_by(actor: Actor, kind: Kind) -> tuple[ColumnElement[bool], ...]:
    """The entry's parent must be in sight: its case when it has one, its employer otherwise."""
    in_sight = or_(Case.id.is_not(None) & sees_case(actor), Case.id.is_(None) & sees_employer(actor))
    return reads_entry(actor, kind), in_sight


def find_submission(model: Any, submission: str, actor: Actor) -> Any:
    """Return what this person's form already made, when it is sent twice; else None."""
    statement = select(model).where(model.submission == submission)
    if hasattr(model, "author_id"):
        statement = statement.where(model.author_id == actor.user_id)
    return db.session.scalars(statement).first()
