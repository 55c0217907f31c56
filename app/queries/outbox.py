"""The outbox: which reminders are due and to whom, what waits to leave, what was said before."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, and_, case, cast, exists, func, or_, select, text, union
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.extensions import db
from app.models import (
    Absence,
    Capacity,
    Case,
    CaseDeadline,
    CaseOfficer,
    CaseReminder,
    CaseStructure,
    Organisation,
    OrganisationDepartement,
    OutboxMail,
    Structure,
    User,
)
from app.permissions import Actor, case_relations, relation_columns, relations_in
from app.queries.absences import is_away
from app.queries.cases import is_, visible_cases
from app.queries.users import is_working
from workflows.roles import Role

DEADLINE = "case_deadline"
"""The kind of object that a reminder is about."""


def reminders_to_queue(today: date) -> Select[Any]:
    """Select (deadline_id, rule, cycle, user_id) of the reminders due, one row for each person to be told.

    Of several reminders of one deadline, the latest stands for all. A reminder goes to the officers and, for who is
    away, to its stand-in as well; when nobody of these is there, to the coordinators of the lead besides; failing an
    officer and these, to those of the ARS on whose territory a structure lies.
    """
    due = _latest_due(today)
    officers = _officers(due, today).cte("told_officers")
    stand_ins = _stand_ins(due, today).cte("told_stand_ins")
    there = select(officers.c.deadline_id).where(~officers.c.is_away).union(select(stand_ins.c.deadline_id))
    of_the_lead = _lead_coordinators(due, there, today).cte("told_lead")
    of_the_territory = _territory_coordinators(due, officers, of_the_lead, today)
    in_charge = select(*_mail(officers), officers.c.user_id)
    told = union(in_charge, select(stand_ins), select(of_the_lead), of_the_territory).subquery("told")
    # In order: of two schedulers that insert the same rows, one then waits for the other instead of a deadlock.
    # SQLite needs a WHERE, without which it takes the ON of ON CONFLICT for that of a join.
    return select(told).where(text("true")).order_by(told.c.deadline_id, told.c.user_id)


def reminder_is_due(today: date) -> ColumnElement[bool]:
    """Condition on `CaseReminder`: its day has come and nobody has been told."""
    return and_(CaseReminder.queued_on.is_(None), CaseReminder.remind_on <= today)


def rule_of_reminder() -> ColumnElement[str]:
    """The name of a reminder in the outbox, « visit-30 », « visit+1 »: its deadline's rule and signed offset."""
    sign = case((CaseReminder.offset < 0, ""), else_="+")
    return CaseDeadline.rule + sign + cast(CaseReminder.offset, String)


def _latest_due(today: date) -> CTE:
    # The « + 0 » hides the index on this column: SQLite would read all the reminders in its order.
    deadline_id = CaseReminder.deadline_id + 0
    rank = func.row_number().over(partition_by=deadline_id, order_by=CaseReminder.offset.desc())
    due = (
        select(
            CaseReminder.deadline_id,
            rule_of_reminder().label("rule"),
            CaseReminder.cycle,
            CaseDeadline.case_id,
            rank.label("rank"),
        )
        .join(CaseDeadline, CaseDeadline.id == deadline_id)
        .where(reminder_is_due(today), CaseDeadline.ended_on.is_(None), CaseDeadline.paused_on.is_(None))
        .subquery()
    )
    return select(due).where(due.c.rank == 1).cte("due")


def _holds(organisation_id: Any, today: date) -> tuple[Any, ...]:
    """Conditions on `Capacity`, `User`, `Organisation`: the person acts for that organisation today."""
    return (
        Capacity.organisation_id == organisation_id,
        is_working(today),
        Capacity.user_id == User.id,
        User.is_enabled,
        Organisation.id == organisation_id,
        Organisation.is_active,
    )


def _mail(due: Any) -> tuple[ColumnElement[Any], ...]:
    return due.c.deadline_id, due.c.rule, due.c.cycle


def _away(user_id: Any, today: date) -> ColumnElement[bool]:
    """Condition that somebody is away today from its post in the lead of `Case`."""
    away = aliased(Absence)
    found = exists().where(away.user_id == user_id, away.organisation_id == Case.lead_organisation_id)
    return found.where(is_away(today, away)).correlate_except(away)


def _officers(due: CTE, today: date) -> Select[Any]:
    in_charge = exists().where(*_holds(Case.lead_organisation_id, today), User.id == CaseOfficer.user_id)
    return (
        select(*_mail(due), CaseOfficer.user_id, _away(CaseOfficer.user_id, today).label("is_away"))
        .join(CaseOfficer, CaseOfficer.case_id == due.c.case_id)
        .join(Case, Case.id == due.c.case_id)
        .where(in_charge.correlate(Case, CaseOfficer))
    )


def _stand_ins(due: CTE, today: date) -> Select[Any]:
    """Those who stand in today for an officer who is away, and are there themselves."""
    return (
        select(*_mail(due), Capacity.user_id)
        .join(CaseOfficer, CaseOfficer.case_id == due.c.case_id)
        .join(Case, Case.id == due.c.case_id)
        .join(
            Absence,
            and_(Absence.user_id == CaseOfficer.user_id, Absence.organisation_id == Case.lead_organisation_id),
        )
        .join(Capacity, Capacity.user_id == Absence.stand_in_id)
        .join(User, User.id == Capacity.user_id)
        .join(Organisation, Organisation.id == Capacity.organisation_id)
        .where(is_away(today), *_holds(Case.lead_organisation_id, today), ~_away(Capacity.user_id, today))
    )


def _lead_coordinators(due: CTE, there: Any, today: date) -> Select[Any]:
    return (
        select(*_mail(due), Capacity.user_id)
        .distinct()
        .where(
            due.c.deadline_id.not_in(there),
            Case.id == due.c.case_id,
            Capacity.is_coordinator,
            *_holds(Case.lead_organisation_id, today),
        )
    )


def _territory_coordinators(due: CTE, officers: CTE, of_the_lead: CTE, today: date) -> Select[Any]:
    return (
        select(*_mail(due), Capacity.user_id)
        .distinct()
        .where(
            due.c.deadline_id.not_in(select(officers.c.deadline_id)),
            due.c.deadline_id.not_in(select(of_the_lead.c.deadline_id)),
            CaseStructure.case_id == due.c.case_id,
            CaseStructure.structure_id == Structure.id,
            OrganisationDepartement.departement == Structure.departement,
            is_(Organisation.kind, Role.ARS),
            Capacity.is_coordinator,
            *_holds(OrganisationDepartement.organisation_id, today),
        )
    )


def may_leave(now: datetime, stale_before: datetime) -> ColumnElement[bool]:
    """Condition on `OutboxMail`: its hour has come and nobody holds it, or whoever did has died since."""
    return and_(
        OutboxMail.sent_at.is_(None),
        OutboxMail.cancelled_at.is_(None),
        OutboxMail.send_after <= now,
        or_(OutboxMail.claimed_at.is_(None), OutboxMail.claimed_at < stale_before),
    )


def has_waiting_mail(now: datetime, stale_before: datetime) -> bool:
    """Tell whether a mail may leave now."""
    return db.session.scalar(select(OutboxMail.id).where(may_leave(now, stale_before)).limit(1)) is not None


def count_waiting_mails() -> int:
    """Return how many mails are neither sent nor cancelled."""
    waiting = select(func.count()).where(OutboxMail.sent_at.is_(None), OutboxMail.cancelled_at.is_(None))
    return db.session.scalar(waiting) or 0


def get_running_deadline(deadline_id: int, cycle: int) -> CaseDeadline | None:
    """Return a deadline that still runs, in this very cycle: neither answered, ended, paused nor shifted since."""
    return db.session.scalar(
        select(CaseDeadline).where(
            CaseDeadline.id == deadline_id,
            CaseDeadline.cycle == cycle,
            CaseDeadline.ended_on.is_(None),
            CaseDeadline.paused_on.is_(None),
        )
    )


def get_case_to_name(actor: Actor, case_id: int) -> Case | None:
    """Return what a reminder names of a case in sight, with the reader's relations; else None.

    No visit, no block: the scheduler's role may read neither.
    """
    statement = visible_cases(actor).where(Case.id == case_id).add_columns(*relation_columns(case_relations(actor)))
    named = (contains_eager(Case.employer), joinedload(Case.main_structure))
    row = db.session.execute(statement.options(*named)).first()
    if row is None:
        return None
    found: Case = row[0]
    found.relations = relations_in(row)
    return found


def is_officer(case_id: int, user_id: int) -> bool:
    """Tell whether a person is in charge of a case."""
    return db.session.get(CaseOfficer, (case_id, user_id)) is not None


def get_last_reminder_at(deadline_id: int, user_id: int) -> datetime | None:
    """Return when this person was last reminded of this deadline."""
    return db.session.scalar(
        select(func.max(OutboxMail.sent_at)).where(
            OutboxMail.object_kind == DEADLINE, OutboxMail.object_id == deadline_id, OutboxMail.user_id == user_id
        )
    )
