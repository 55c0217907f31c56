"""The yearly returns of a territory: which employers are owed one, which have theirs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import joinedload

from app.extensions import at_most, db
from app.models import Document, DocumentKind, Employer, Observation, Structure
from app.permissions import Actor, Kind, reads_figure, sees_employer
from app.permissions.relations import codes_of, is_own
from app.queries.completeness import ANSWERS

PAGE = 25
TITLE = "Retour annuel {year}"


def count_owed(actor: Actor, year: int) -> int:
    """Return how many employers of the actor's territory gave figures that year."""
    return db.session.scalar(_owed(actor, year).with_only_columns(func.count())) or 0


def next_owed(actor: Actor, year: int, after: int) -> int | None:
    """Return the next employer, by number, that has no return of that year from the actor's organisation yet."""
    has_one = exists().where(Document.employer_id == Employer.id, *_made(actor, year)).correlate(Employer)
    statement = _owed(actor, year).with_only_columns(Employer.id).where(Employer.id > after, ~has_one)
    return db.session.scalar(statement.order_by(Employer.id).limit(at_most(1)))


def _owed(actor: Actor, year: int) -> Select[Any]:
    answered = (
        exists()
        .where(
            Structure.employer_id == Employer.id,
            Structure.departement.in_(codes_of(actor.territory)),
            Structure.is_closed.is_(False),
            Observation.structure_id == Structure.id,
            Observation.year == year,
            Observation.indicator.in_(ANSWERS),
            reads_figure(actor, Kind.INDICATOR),
        )
        .correlate(Employer)
    )
    return select(Employer).where(answered, sees_employer(actor))


def _made(actor: Actor, year: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Document.kind == DocumentKind.YEARLY_RETURN,
        Document.title == TITLE.format(year=year),
        is_own(Document.organisation_id, actor),
    )


def _returns(actor: Actor, year: int) -> Select[Any]:
    return (
        select(Document)
        .join(Employer, Document.employer_id == Employer.id)
        .where(*_made(actor, year), sees_employer(actor))
    )


def count_returns(actor: Actor, year: int) -> int:
    """Return how many returns the actor's organisation has made for a year."""
    return db.session.scalar(_returns(actor, year).with_only_columns(func.count())) or 0


def list_returns(
    actor: Actor, year: int, *, before: int | None = None, limit: int | None = PAGE + 1
) -> Sequence[Document]:
    """Return them, the latest first; one more than a page when there are others."""
    statement = _returns(actor, year).options(joinedload(Document.employer), joinedload(Document.author))
    if before is not None:
        statement = statement.where(Document.id < before)
    statement = statement.order_by(Document.id.desc())
    return db.session.scalars(statement.limit(at_most(limit)) if limit else statement).all()
