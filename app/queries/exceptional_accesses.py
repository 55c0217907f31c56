"""Exceptional accesses: those that run for a person, those of an organisation, the case that a number names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from app.extensions import at_most, db
from app.models import Case, CaseOfficer, CaseStructure, Employer, ExceptionalAccess, Structure, User
from app.models.search import case_number
from app.permissions import Actor, Opening, sees_case
from app.queries.cases import ENDED, visible_cases

MOST = 200
"""How many accesses the page of an organisation shows, the latest first."""

NUMBER = re.compile(r"[0-9]{9}|2[AB][0-9]{7}")
"""A SIREN, or a FINESS number."""


def is_running(now: datetime) -> ColumnElement[bool]:
    """Condition on `ExceptionalAccess`: it opens its case at that instant."""
    return and_(ExceptionalAccess.closed_at.is_(None), ExceptionalAccess.expires_at > now)


def list_openings(actor: Actor, *, now: datetime) -> tuple[Opening, ...]:
    """Return what is opened exceptionally to the actor in this very organisation, in one statement.

    Of the cases that the whole organisation no longer reads, nothing: a convention may have ended meanwhile. Judged
    here, once for each request, so that lists only have to compare numbers.
    """
    columns = (ExceptionalAccess.id, ExceptionalAccess.case_id, ExceptionalAccess.expires_at)
    own = (
        select(*columns)
        .join(Case, Case.id == ExceptionalAccess.case_id)
        .join(Employer, Employer.id == Case.employer_id)
    )
    own = own.where(
        ExceptionalAccess.user_id == actor.user_id,
        ExceptionalAccess.organisation_id == actor.organisation_id,
        is_running(now),
        sees_case(_with_the_eyes_of_all(actor)),
    )
    return tuple(Opening(*row) for row in db.session.execute(own.order_by(ExceptionalAccess.id)))


def _with_the_eyes_of_all(actor: Actor) -> Actor:
    """Return the actor as if the whole territory of the organisation were its own."""
    return replace(actor, territory=actor.whole_territory, openings=())


def exact_number(text: str) -> str | None:
    """Return « D-00012 », a SIREN or a FINESS number as it is stored; None for anything else."""
    number = case_number(text)
    if number is not None:
        return f"D{number}"
    packed = re.sub(r"[\s.\u00a0\u202f-]", "", text).upper()
    return packed if NUMBER.fullmatch(packed) else None


@dataclass(frozen=True)
class Found:
    """The case that a number names among those that the organisation reads."""

    case: Case
    is_in_sight: bool


def find_case(actor: Actor, number: str) -> Found | None:
    """Return a case that the actor's whole organisation reads, by its exact number: in one statement, whether or not.

    Of several, first those out of the actor's sight, then those that run, then the latest.
    """
    in_sight = sees_case(actor)
    row = db.session.execute(
        visible_cases(_with_the_eyes_of_all(actor))
        .where(_is_named(number))
        .add_columns(in_sight.label("in_sight"))
        .order_by(in_sight, Case.state.in_(ENDED), Case.id.desc())
        .limit(at_most(1))
    ).first()
    return Found(row[0], bool(row.in_sight)) if row else None


def _is_named(number: str) -> ColumnElement[bool]:
    if number.startswith("D"):
        return and_(Case.id == int(number[1:]))
    of_the_case = exists().where(
        CaseStructure.case_id == Case.id, CaseStructure.structure_id == Structure.id, Structure.finess == number
    )
    return or_(Employer.siren == number, Employer.finess == number, of_the_case.correlate(Case))


def find_running(actor: Actor, case_id: int, *, now: datetime) -> ExceptionalAccess | None:
    """Return the access that the actor already has to a case."""
    own = select(ExceptionalAccess).where(
        ExceptionalAccess.user_id == actor.user_id,
        ExceptionalAccess.organisation_id == actor.organisation_id,
        ExceptionalAccess.case_id == case_id,
        is_running(now),
    )
    return db.session.scalars(own.limit(at_most(1))).first()


def list_accesses(actor: Actor) -> Sequence[ExceptionalAccess]:
    """Return the accesses of the actor's organisation, the latest first."""
    people = (ExceptionalAccess.user, ExceptionalAccess.closed_by, ExceptionalAccess.seen_by)
    own = select(ExceptionalAccess).where(ExceptionalAccess.organisation_id == actor.organisation_id)
    own = own.options(*(joinedload(one) for one in people))
    return db.session.scalars(own.order_by(ExceptionalAccess.id.desc()).limit(at_most(MOST))).all()


def get_access(actor: Actor, access_id: int) -> ExceptionalAccess | None:
    """Return an access of the actor's organisation; None for any other."""
    return db.session.scalars(
        select(ExceptionalAccess).where(
            ExceptionalAccess.id == access_id, ExceptionalAccess.organisation_id == actor.organisation_id
        )
    ).one_or_none()


def count_unseen(actor: Actor) -> int:
    """Return how many accesses of colleagues nobody who manages the access has looked at yet."""
    unseen = select(func.count()).where(
        ExceptionalAccess.organisation_id == actor.organisation_id,
        ExceptionalAccess.user_id != actor.user_id,
        ExceptionalAccess.seen_at.is_(None),
    )
    return db.session.scalar(unseen) or 0


def list_officers_to_tell(case_id: int) -> Sequence[User]:
    """Return those in charge of a case, with an account that is open."""
    found = select(User).join(CaseOfficer, CaseOfficer.user_id == User.id)
    return db.session.scalars(found.where(CaseOfficer.case_id == case_id, User.is_enabled).order_by(User.id)).all()


@dataclass(frozen=True)
class AccessToTell:
    """What a mail may say of an access: no reason, no explanation."""

    case_id: int
    person: str
    organisation_id: int
    opened_at: datetime
    expires_at: datetime


def get_access_to_tell(access_id: int) -> AccessToTell | None:
    """Return an access as a mail tells of it, by columns: the scheduler's role reads no more."""
    row = db.session.execute(
        select(
            ExceptionalAccess.case_id,
            User.given_name + " " + User.family_name,
            ExceptionalAccess.organisation_id,
            ExceptionalAccess.opened_at,
            ExceptionalAccess.expires_at,
        )
        .join(User, User.id == ExceptionalAccess.user_id)
        .where(ExceptionalAccess.id == access_id)
    ).first()
    return AccessToTell(*row) if row else None
