"""Conventions: those of an organisation, and what those in force let through."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, String, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.extensions import db
from app.models import Convention, ConventionDepartement, ConventionFamily, ConventionParty, Organisation
from app.permissions import Actor, Flow
from app.queries.choices import organisations_around

TODAY, ORGANISATION = bindparam("today", type_=Date), bindparam("organisation_id", type_=Integer)


def is_in_force(today: Any) -> ColumnElement[bool]:
    """Condition on `Convention`: it runs on that day."""
    is_open = or_(Convention.closed_on.is_(None), Convention.closed_on > today)
    return and_(Convention.valid_from <= today, Convention.valid_until >= today, is_open)


def is_bound(party: Any, today: Any) -> ColumnElement[bool]:
    """Condition on `ConventionParty`: it has confirmed by that day, and has not left."""
    return and_(party.confirmed_on <= today, or_(party.left_on.is_(None), party.left_on > today))


def as_text(column: Any, *conditions: ColumnElement[bool], of: Any = Convention) -> ColumnElement[str]:
    """Return the values of a column of a child table, joined by commas, beside each `of`."""
    told = func.aggregate_strings(cast(column, String), ",")
    return select(told).where(*conditions).correlate(of).scalar_subquery()


def opened_to(party: Any) -> tuple[Any, ...]:
    """What a convention opens to one of its parties: families, organisations and départements, each as one text."""
    other = aliased(ConventionParty)
    return (
        Convention.id,
        Convention.reference,
        as_text(ConventionFamily.family, ConventionFamily.convention_id == Convention.id).label("kinds"),
        as_text(other.organisation_id, and_(other.convention_id == Convention.id), is_bound(other, TODAY)).label(
            "parties"
        ),
        as_text(ConventionDepartement.departement, ConventionDepartement.convention_id == Convention.id).label(
            "departements"
        ),
        party.organisation_id,
    )


# Put together once: each request asks.
_FLOWS = (
    select(*opened_to(ConventionParty))
    .join(ConventionParty, ConventionParty.convention_id == Convention.id)
    .where(ConventionParty.organisation_id == ORGANISATION, is_bound(ConventionParty, TODAY), is_in_force(TODAY))
    .order_by(Convention.id)
)


def flows_of(organisation_id: int | None, today: date) -> tuple[Flow, ...]:
    """Return what the conventions in force open to an organisation, in one statement; nothing for who has none."""
    if organisation_id is None:
        return ()
    rows = db.session.execute(_FLOWS, {"organisation_id": organisation_id, "today": today})
    return tuple(flow for row in rows if (flow := flow_of(row)).sources)


def flow_of(row: Any) -> Flow:
    """Return a row of what a convention opens to one party as a flow: from the others to it."""
    parties = {int(number) for number in (row.parties or "").split(",") if number}
    return Flow(
        convention_id=row.id,
        reference=row.reference,
        kinds=frozenset((row.kinds or "").split(",")),
        sources=frozenset(parties - {row.organisation_id}),
        departements=frozenset((row.departements or "").split(",")),
    )


def _of(actor: Actor) -> Any:
    mine = select(ConventionParty.convention_id).where(ConventionParty.organisation_id == actor.organisation_id)
    return select(Convention).where(Convention.id.in_(mine)).options(joinedload(Convention.organisation))


def list_conventions(actor: Actor) -> Sequence[Convention]:
    """Return the conventions to which the actor's organisation is a party, the latest first."""
    statement = _of(actor).options(selectinload(Convention.parties), selectinload(Convention.departements))
    found: Sequence[Convention] = db.session.scalars(
        statement.order_by(Convention.valid_until.desc(), Convention.id.desc())
    ).all()
    return found


def get_convention(actor: Actor, convention_id: int) -> Convention | None:
    """Return a convention of the actor's organisation with its parties and scope; None for any other."""
    parties = selectinload(Convention.parties)
    found: Convention | None = db.session.scalars(
        _of(actor)
        .where(Convention.id == convention_id)
        .options(
            parties.joinedload(ConventionParty.organisation),
            parties.joinedload(ConventionParty.confirmed_by),
            selectinload(Convention.families),
            selectinload(Convention.departements),
            joinedload(Convention.recorded_by),
        )
    ).first()
    return found


def is_known_reference(reference: str, but: int | None = None) -> bool:
    """Tell whether a convention of this reference exists."""
    statement = select(Convention.id).where(func.lower(Convention.reference) == reference.lower())
    if but is not None:
        statement = statement.where(Convention.id != but)
    return db.session.scalar(statement.limit(1)) is not None


def list_possible_parties(actor: Actor) -> Sequence[Organisation]:
    """Return the organisations that a convention of the actor may name besides its own."""
    return [o for o in organisations_around(actor.territory) if o.id != actor.organisation_id]
