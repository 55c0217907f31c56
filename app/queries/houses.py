"""What the managers of an employer read of its support, all cases together."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Case, CaseEvent, CaseOfficer, User, VisitAgreedStep
from app.permissions import Actor
from app.queries.cases import visible_cases


@dataclass(frozen=True)
class Reachable:
    """Somebody in charge of a case, with the address at which that person signs in."""

    name: str
    email: str


def list_house_cases(actor: Actor) -> Sequence[Case]:
    """Return the cases of the actor's house that it was told of, those that run first, the latest first."""
    statement = visible_cases(actor).where(Case.employer_id == actor.employer_id)
    around = (joinedload(Case.main_structure), joinedload(Case.lead_organisation), joinedload(Case.employer))
    found = db.session.scalars(statement.options(*around).order_by(Case.id.desc())).all()
    return sorted(found, key=lambda case: case.is_ended)


def list_events_of(cases: Sequence[Case]) -> dict[int, list[CaseEvent]]:
    """Return the events of cases in sight by case, newest first."""
    found: dict[int, list[CaseEvent]] = {case.id: [] for case in cases}
    statement = select(CaseEvent).where(CaseEvent.case_id.in_(found)).order_by(CaseEvent.id.desc())
    for event in db.session.scalars(statement) if found else ():
        found[event.case_id].append(event)
    return found


def list_reachable(cases: Sequence[Case]) -> dict[int, list[Reachable]]:
    """Return who is in charge of cases in sight, by case: their house knows whom to call."""
    found: dict[int, list[Reachable]] = {case.id: [] for case in cases}
    statement = (
        select(CaseOfficer.case_id, User.given_name, User.family_name, User.email)
        .join(User, CaseOfficer.user_id == User.id)
        .where(CaseOfficer.case_id.in_(found), User.is_enabled)
        .order_by(User.family_name, User.given_name, User.id)
    )
    for case_id, given, family, email in db.session.execute(statement) if found else ():
        found[case_id].append(Reachable(f"{given} {family}", email))
    return found


def list_agreed_steps(visit_ids: Sequence[int]) -> Sequence[VisitAgreedStep]:
    """Return what was agreed at visits that the caller read, by date, without a date last."""
    if not visit_ids:
        return []
    steps = VisitAgreedStep
    order = (steps.due_on.is_(None), steps.due_on, steps.visit_id, steps.position)
    return db.session.scalars(select(steps).where(steps.visit_id.in_(visit_ids)).order_by(*order)).all()
