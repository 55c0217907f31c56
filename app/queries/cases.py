"""Cases in sight: one of them, and what stands around it."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from app.extensions import db
from app.models import (
    CarsatBlock,
    Case,
    CaseDeadline,
    CasePartner,
    CaseReminder,
    CaseStructure,
    Employer,
    Visit,
)
from app.permissions import (
    Actor,
    Kind,
    Relation,
    case_convention,
    case_relations,
    reads_blocks,
    reads_entry,
    relation_columns,
    relations_in,
    sees_case,
)
from workflows.support_case import WORKFLOW
from workflows.visit_report import VisitStatus

ENDED = tuple(WORKFLOW.ended)


def is_(column: Any, value: Any) -> ColumnElement[bool]:
    """Return `column = value`, typed: StrEnum members compare as booleans to a type checker."""
    condition: ColumnElement[bool] = column == value
    return condition


def visible_cases(actor: Actor) -> Select[Any]:
    """Return the select on `Case` joined to its employer from which every read of cases starts."""
    return select(Case).join(Employer, Case.employer_id == Employer.id).where(sees_case(actor))


def get_case(actor: Actor, case_id: int, *, lock: bool = False) -> Case | None:
    """Return a case in sight with its employer, lead and the reader's relations, in one statement; else None."""
    row = db.session.execute(_one_case(actor, lock), {"case_id": case_id}).first()
    if row is None:
        return None
    case: Case = row[0]
    case.relations = relations_in(row)
    case.has_final_visit = row.has_final_visit
    case.may_be_followed_elsewhere = row.may_be_followed
    case.carsat_block = row.CarsatBlock if reads_blocks(actor) else None
    is_own = Relation.CASE in case.relations or case.owner_id == actor.organisation_id
    case.convention_id = None if is_own else row.convention_id
    return case


@lru_cache(maxsize=256)
def _one_case(actor: Actor, lock: bool) -> Select[Any]:
    # Kept for each person: putting the statement together takes longer than running it.
    statement = (
        visible_cases(actor)
        .where(Case.id == bindparam("case_id"))
        .options(contains_eager(Case.employer), joinedload(Case.lead_organisation))
        .add_columns(
            final_visit_exists(actor).label("has_final_visit"),
            _may_be_followed().label("may_be_followed"),
            case_convention(actor).label("convention_id"),
            *relation_columns(case_relations(actor)),
        )
    )
    if reads_blocks(actor):
        own = and_(CarsatBlock.employer_id == Case.employer_id, CarsatBlock.organisation_id == actor.organisation_id)
        statement = statement.add_columns(CarsatBlock).outerjoin(CarsatBlock, own)
    if not lock:
        return statement.options(joinedload(Case.main_structure))
    # FOR NO KEY UPDATE: a plain FOR UPDATE and two notes being written on the case would wait for one another.
    return statement.with_for_update(of=Case, key_share=True).execution_options(populate_existing=True)


def final_visit_exists(actor: Actor) -> ColumnElement[bool]:
    """Return the condition « there is a final visit report for the case, that the actor may read »."""
    final = exists().where(Visit.case_id == Case.id, Visit.status == VisitStatus.FINAL, reads_entry(actor, Kind.VISIT))
    return final.correlate(Case, Employer)


def _may_be_followed() -> ColumnElement[bool]:
    """False of a case that has ended and of which no open case follows a structure: reopening it need not ask."""
    ours, theirs = aliased(CaseStructure), aliased(CaseStructure)
    other = exists().where(ours.case_id == Case.id, theirs.structure_id == ours.structure_id, theirs.is_open)
    return or_(Case.state.not_in(ENDED), other.where(theirs.case_id != Case.id).correlate(Case))


def list_open_deadlines(case: Case) -> Sequence[CaseDeadline]:
    """Return what the case still expects, soonest first."""
    return db.session.scalars(
        select(CaseDeadline)
        .where(CaseDeadline.case_id == case.id, CaseDeadline.ended_on.is_(None))
        .order_by(CaseDeadline.due_on, CaseDeadline.id)
    ).all()


def get_reminder_days(case: Case) -> tuple[date | None, date | None]:
    """Return the day of the last reminder queued for the case, and that of the next one; None for none."""
    is_open = CaseDeadline.ended_on.is_(None) & CaseDeadline.paused_on.is_(None)
    last, following = db.session.execute(
        select(
            func.max(CaseReminder.queued_on),
            func.min(CaseReminder.remind_on).filter(CaseReminder.queued_on.is_(None), is_open),
        )
        .join(CaseDeadline, CaseReminder.deadline_id == CaseDeadline.id)
        .where(CaseDeadline.case_id == case.id)
    ).one()
    return last, following


def load_surroundings(case: Case) -> None:
    """Load what the page of a case shows around it: structures, partners, two statements each at most."""
    db.session.scalars(
        select(Case)
        .where(Case.id == case.id)
        .options(
            selectinload(Case.structure_links).joinedload(CaseStructure.structure),
            selectinload(Case.partners).joinedload(CasePartner.organisation),
        )
        .execution_options(populate_existing=False)
    ).one()
