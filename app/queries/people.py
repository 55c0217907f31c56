"""The people of an organisation, for those who manage its access."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.extensions import db
from app.models import Capacity, Case, CaseOfficer, Organisation, User, UserSession
from app.permissions import Actor
from app.queries.cases import visible_cases
from app.queries.delegations import was_lent_administration
from app.queries.users import is_open, is_working, lent_to
from workflows.roles import Role
from workflows.support_case import WORKFLOW


@dataclass(frozen=True)
class Person:
    """Somebody who acts for the organisation, and when that person last signed in for it."""

    capacity: Capacity
    last_seen_at: datetime | None


def _of(actor: Actor) -> Select[Any]:
    mine = select(Capacity).join(User, User.id == Capacity.user_id)
    return mine.where(Capacity.organisation_id == actor.organisation_id).options(
        joinedload(Capacity.user),
        joinedload(Capacity.organisation).joinedload(Organisation.departements),
        lent_to(),
    )


def list_people(actor: Actor, q: str, *, today: date, former: bool) -> list[Person]:
    """Return the people of the actor's organisation whose name, address or job holds `q`, in alphabetical order.

    `former`: those whose access is over, instead of the others. What a person does for another organisation is
    told by nothing here: sessions are those of this very capacity.
    """
    seen = select(func.max(UserSession.seen_at)).where(UserSession.capacity_id == Capacity.id)
    over = Capacity.ends_on < today
    statement = _of(actor).add_columns(seen.correlate(Capacity).scalar_subquery())
    statement = statement.where(over if former else or_(Capacity.ends_on.is_(None), ~over))
    for word in q.split():
        # The name of somebody who has not come yet may be that of an account which another organisation opened.
        known = and_(Capacity.invited_at.is_(None), or_(_holds(User.given_name, word), _holds(User.family_name, word)))
        statement = statement.where(or_(known, _holds(User.email, word), _holds(Capacity.job_title, word)))
    rows = db.session.execute(statement.order_by(User.family_name, User.given_name, Capacity.id)).unique()
    return [Person(capacity, last_seen_at) for capacity, last_seen_at in rows]


def _holds(column: Any, word: str) -> Any:
    return column.icontains(word, autoescape=True)


def get_person(actor: Actor, capacity_id: int) -> Capacity | None:
    """Return somebody of the actor's organisation; None for anybody else."""
    found: Capacity | None = db.session.scalars(_of(actor).where(Capacity.id == capacity_id)).unique().one_or_none()
    return found


def last_seen_at(capacity_id: int) -> datetime | None:
    """Return when somebody was last signed in for the organisation."""
    return db.session.scalar(select(func.max(UserSession.seen_at)).where(UserSession.capacity_id == capacity_id))


def list_colleagues(actor: Actor, *, today: date) -> Sequence[Capacity]:
    """Return those in post in the actor's organisation, who have come at least once."""
    in_post = _of(actor).where(is_working(today), Capacity.invited_at.is_(None), User.is_enabled)
    return db.session.scalars(in_post.order_by(User.family_name, User.given_name)).unique().all()


def list_to_review(actor: Actor, *, today: date) -> Sequence[Capacity]:
    """Return those whom a review asks about: who has come, and neither left nor is about to."""
    asked = _of(actor).where(is_open(today), Capacity.departs_on.is_(None), Capacity.invited_at.is_(None))
    return db.session.scalars(asked.order_by(User.family_name, User.given_name, Capacity.id)).unique().all()


def list_administrators(organisation_id: int | None, *, today: date) -> Sequence[User]:
    """Return who manages the access of an organisation today, by delegation too; of none, those of the platform."""
    whose = Organisation.kind == Role.PLATFORM if organisation_id is None else Organisation.id == organisation_id
    manages = or_(Capacity.is_administrator, was_lent_administration(today))
    return db.session.scalars(
        select(User)
        .join(Capacity, Capacity.user_id == User.id)
        .join(Organisation, Organisation.id == Capacity.organisation_id)
        .where(whose, Organisation.is_active, manages, is_working(today), User.is_enabled)
        .order_by(User.family_name, User.given_name)
    ).all()


def list_administrators_to_tell(organisation_id: int | None, *, today: date) -> Sequence[User]:
    """Return those of an organisation or, when nobody manages its access, those of the platform."""
    return list_administrators(organisation_id, today=today) or list_administrators(None, today=today)


def list_coordinators(organisation_id: int | None, *, today: date) -> Sequence[User]:
    """Return those who coordinate the territory of an organisation today."""
    held = (Capacity.organisation_id == organisation_id, Capacity.is_coordinator, is_working(today), User.is_enabled)
    people = select(User).join(Capacity, Capacity.user_id == User.id).where(*held)
    return db.session.scalars(people.order_by(User.family_name, User.given_name)).all()


def list_to_tell(organisation_id: int | None, *, today: date, but: int) -> Sequence[User]:
    """Return who learns of what engages an organisation, `but` one: its administration, else its coordination."""
    for group in (list_administrators, list_coordinators):
        if others := [user for user in group(organisation_id, today=today) if user.id != but]:
            return others
    return []


def has_other_administrator(capacity: Capacity, *, today: date) -> bool:
    """Tell whether somebody else manages the access of the same organisation, and is there to stay."""
    other = aliased(Capacity)
    found = exists().where(
        other.organisation_id == capacity.organisation_id,
        other.id != capacity.id,
        other.is_administrator,
        other.suspended_on.is_(None),
        other.departs_on.is_(None),
        or_(other.ends_on.is_(None), other.ends_on >= today),
        other.invited_at.is_(None),
        other.user_id == User.id,
        User.is_enabled,
    )
    return bool(db.session.scalar(select(found)))


@dataclass(frozen=True)
class Followed:
    """A running case of which somebody is in charge, for its own organisation."""

    case_id: int
    is_alone: bool


def list_followed(capacity: Capacity) -> list[Followed]:
    """Return the running cases, led by the organisation, of which this person is an officer.

    `is_alone`: nobody else is in charge.
    """
    other = aliased(CaseOfficer)
    shared = exists().where(other.case_id == Case.id, other.user_id != capacity.user_id).correlate(Case)
    running = (
        select(Case.id, shared)
        .join(CaseOfficer, CaseOfficer.case_id == Case.id)
        .where(
            CaseOfficer.user_id == capacity.user_id,
            Case.lead_organisation_id == capacity.organisation_id,
            Case.state.not_in(WORKFLOW.ended),
        )
        .order_by(Case.id)
    )
    return [Followed(case_id, not others) for case_id, others in db.session.execute(running)]


def list_cases(actor: Actor, numbers: Iterable[int]) -> Sequence[Case]:
    """Return those of these cases that the actor sees, with the structure that names each."""
    seen = visible_cases(actor).where(Case.id.in_(list(numbers))).order_by(Case.id)
    return db.session.scalars(seen.options(joinedload(Case.main_structure))).all()


def get_organisation(organisation_id: int) -> Organisation | None:
    """Return an active organisation."""
    return db.session.scalar(select(Organisation).where(Organisation.id == organisation_id, Organisation.is_active))
