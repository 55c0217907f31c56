"""Absences: those of a person, those of a day, and who stands in for whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.extensions import at_most, db
from app.models import Absence, Capacity, Case, CaseOfficer, User
from app.permissions import Actor
from app.queries.users import is_working


def is_away(today: date, of: Any = Absence) -> ColumnElement[bool]:
    """Condition on `Absence`, as `Absence.is_running`."""
    return and_(of.withdrawn_on.is_(None), of.starts_on <= today, of.ends_on >= today)


def is_ahead(today: date) -> ColumnElement[bool]:
    """Condition on `Absence`: it runs, or is still to come."""
    return and_(Absence.withdrawn_on.is_(None), Absence.ends_on >= today)


@dataclass(frozen=True)
class Officer:
    """Somebody in charge of a case; when away today, until when and who stands in."""

    name: str
    away_until: date | None = None
    stand_in: str = ""
    stand_in_away_until: date | None = None


def list_officers(case_ids: Iterable[int], *, today: date) -> dict[int, list[Officer]]:
    """Return the officers of each case, in one statement; a stand-in who has left its post is not named."""
    post, stand_in, away_too = aliased(Capacity), aliased(User), aliased(Absence)
    rows = db.session.execute(
        select(
            CaseOfficer.case_id,
            User.given_name,
            User.family_name,
            Absence.ends_on,
            stand_in.given_name,
            stand_in.family_name,
            away_too.ends_on,
        )
        .join(User, CaseOfficer.user_id == User.id)
        .join(Case, Case.id == CaseOfficer.case_id)
        .outerjoin(
            Absence,
            and_(
                Absence.user_id == CaseOfficer.user_id,
                Absence.organisation_id == Case.lead_organisation_id,
                is_away(today),
            ),
        )
        .outerjoin(post, _holds_post(post, Absence.stand_in_id, Absence.organisation_id, today))
        .outerjoin(stand_in, and_(stand_in.id == post.user_id, stand_in.is_enabled))
        .outerjoin(
            away_too,
            and_(
                away_too.user_id == stand_in.id,
                away_too.organisation_id == post.organisation_id,
                is_away(today, away_too),
            ),
        )
        .where(CaseOfficer.case_id.in_(case_ids))
        .order_by(User.family_name, User.given_name, User.id)
    )
    officers: dict[int, list[Officer]] = {}
    for case_id, given, family, until, other_given, other_family, other_until in rows:
        other = f"{other_given} {other_family}" if other_given is not None else ""
        officers.setdefault(case_id, []).append(Officer(f"{given} {family}", until, other, other_until))
    return officers


def _holds_post(post: Any, user_id: Any, organisation_id: Any, today: date) -> ColumnElement[bool]:
    return and_(post.user_id == user_id, post.organisation_id == organisation_id, is_working(today, post))


def _of(user_id: int, organisation_id: int | None) -> Select[Absence]:
    own = select(Absence).where(Absence.user_id == user_id, Absence.organisation_id == organisation_id)
    return own.options(joinedload(Absence.stand_in), joinedload(Absence.user))


def list_absences(user_id: int, organisation_id: int | None, *, today: date) -> Sequence[Absence]:
    """Return the absences of somebody that run or are to come, the nearest first."""
    return db.session.scalars(_of(user_id, organisation_id).where(is_ahead(today)).order_by(Absence.starts_on)).all()


def get_absence(absence_id: int, user_id: int, organisation_id: int | None) -> Absence | None:
    """Return an absence of this very person in this organisation; None for any other."""
    return db.session.scalars(_of(user_id, organisation_id).where(Absence.id == absence_id)).one_or_none()


def find_overlap(absence: Absence) -> Absence | None:
    """Return another absence of the same person that has a day in common with this one."""
    other = _of(absence.user_id, absence.organisation_id).where(
        Absence.withdrawn_on.is_(None), Absence.starts_on <= absence.ends_on, Absence.ends_on >= absence.starts_on
    )
    if absence.id is not None:
        other = other.where(Absence.id != absence.id)
    return db.session.scalars(other.order_by(Absence.starts_on).limit(at_most(1))).first()


def find_absence_of_stand_in(absence: Absence) -> Absence | None:
    """Return an absence of the stand-in during this one."""
    if absence.stand_in_id is None:
        return None
    away = _of(absence.stand_in_id, absence.organisation_id).where(
        Absence.withdrawn_on.is_(None), Absence.starts_on <= absence.ends_on, Absence.ends_on >= absence.starts_on
    )
    return db.session.scalars(away.order_by(Absence.starts_on).limit(at_most(1))).first()


def list_for_desk(actor: Actor, *, today: date) -> Sequence[Absence]:
    """Return the actor's own absences, running or to come, and those in which the actor stands in today."""
    own = and_(Absence.user_id == actor.user_id, is_ahead(today))
    others = and_(Absence.stand_in_id == actor.user_id, is_away(today))
    found = select(Absence).where(Absence.organisation_id == actor.organisation_id, or_(own, others))
    people = (joinedload(Absence.user), joinedload(Absence.stand_in))
    return db.session.scalars(found.options(*people).order_by(Absence.starts_on, Absence.id)).all()


def stands_in_on_case(user_id: int, case_id: int, *, today: date) -> bool:
    """Tell whether a person stands in today for an officer of a case, in the organisation that leads it."""
    found = exists().where(
        Case.id == case_id,
        CaseOfficer.case_id == Case.id,
        Absence.user_id == CaseOfficer.user_id,
        Absence.organisation_id == Case.lead_organisation_id,
        Absence.stand_in_id == user_id,
        is_away(today),
    )
    return bool(db.session.scalar(select(found)))
