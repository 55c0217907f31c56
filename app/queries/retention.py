"""What has been kept long enough, rule by rule: one statement each, whatever the number of rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, func, or_, select
from sqlalchemy.orm import aliased

from app.extensions import Instant, db
from app.models import (
    Aid,
    BarometerEntry,
    BarometerShare,
    Capacity,
    Case,
    CaseEvent,
    Contact,
    Cpom,
    CpomObjective,
    DataRequest,
    Document,
    DocumentKind,
    Exchange,
    Organisation,
    OutboxMail,
    RetentionNotice,
    SelfDiagnostic,
    TargetingCampaign,
    User,
    Visit,
)
from workflows.retention import RULES, Rule
from workflows.roles import Role
from workflows.support_case import State
from workflows.visit_report import VisitStatus

ERASED_ADDRESS = "@efface.invalid"
"""The end of the address of an account made anonymous."""


@dataclass(frozen=True)
class Target:
    """Where a rule looks: a table, whose organisation, from which day, on which conditions."""

    model: Any
    organisation: Any
    since: Any
    conditions: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Group:
    """What one rule finds for one organisation."""

    rule: Rule
    organisation_id: int | None
    organisation_name: str
    number: int
    oldest: date


def _of_capacities(what: Any) -> ColumnElement[Any]:
    column: ColumnElement[Any] = select(what).where(Capacity.user_id == User.id).correlate(User).scalar_subquery()
    return column


def _departed() -> tuple[ColumnElement[bool], ...]:
    """Every capacity of the person has ended; somebody who never had one has not departed."""
    without_end = select(Capacity.id).where(Capacity.user_id == User.id, Capacity.ends_on.is_(None)).correlate(User)
    return (~without_end.exists(), User.email.not_like(f"%{ERASED_ADDRESS}"))


_OWN, _LAST_DAY = _of_capacities(func.max(Capacity.organisation_id)), _of_capacities(func.max(Capacity.ends_on))

TARGETS: dict[str, Callable[[], Target]] = {
    "case_never_contacted": lambda: Target(
        Case,
        Case.lead_organisation_id,
        Case.last_activity_on,
        (or_(Case.state == State.OUT_OF_SCOPE, and_(Case.state == State.IDENTIFIED, Case.episode == 1)),),
    ),
    "case_refused": lambda: Target(Case, Case.lead_organisation_id, Case.entered_on, (Case.state == State.REFUSED,)),
    "case_closed": lambda: Target(Case, Case.lead_organisation_id, Case.entered_on, (Case.state == State.CLOSED,)),
    "visit_draft": lambda: Target(Visit, Visit.organisation_id, Visit.visited_on, (Visit.status == VisitStatus.DRAFT,)),
    "exchange_alone": lambda: Target(
        Exchange, Exchange.organisation_id, Exchange.held_on, (Exchange.case_id.is_(None),)
    ),
    "visit_alone": lambda: Target(
        Visit,
        Visit.organisation_id,
        Visit.visited_on,
        (Visit.case_id.is_(None), Visit.status == VisitStatus.FINAL),
    ),
    "document_alone": lambda: Target(
        Document,
        Document.organisation_id,
        Document.created_at,
        (Document.case_id.is_(None), Document.kind == DocumentKind.ATTACHMENT),
    ),
    "contact_left": lambda: Target(Contact, Contact.organisation_id, Contact.left_on),
    "cpom_over": lambda: Target(
        Cpom, Cpom.organisation_id, func.coalesce(Cpom.extended_until, Cpom.ends_on, Cpom.noted_on)
    ),
    "objective": lambda: Target(CpomObjective, CpomObjective.organisation_id, CpomObjective.noted_on),
    "aid": lambda: Target(
        Aid, Aid.organisation_id, func.coalesce(Aid.paid_on, Aid.granted_on, Aid.requested_on, Aid.noted_on)
    ),
    "targeting_ended": lambda: Target(
        TargetingCampaign, TargetingCampaign.organisation_id, TargetingCampaign.valid_until
    ),
    "self_diagnostic_draft": lambda: Target(
        SelfDiagnostic, _nobody(), SelfDiagnostic.answered_at, (SelfDiagnostic.submitted_at.is_(None),)
    ),
    "self_diagnostic": lambda: Target(SelfDiagnostic, _nobody(), SelfDiagnostic.submitted_at),
    "barometer": lambda: Target(BarometerEntry, _nobody(), BarometerEntry.month),
    "barometer_share": lambda: Target(BarometerShare, _nobody(), BarometerShare.shared_at),
    "account_departed": lambda: Target(User, _OWN, _LAST_DAY, (User.is_enabled, *_departed())),
    "account_forgotten": lambda: Target(User, _OWN, _LAST_DAY, _departed()),
    "mail": lambda: Target(OutboxMail, _nobody(), _instant(OutboxMail)),
    "data_request": lambda: Target(DataRequest, DataRequest.organisation_id, DataRequest.answered_on),
}


def _nobody() -> Any:
    """What no organisation answers for: an employer's own, or a mail."""
    return cast(None, Capacity.id.type)


def _instant(model: Any) -> Any:
    return func.coalesce(model.sent_at, model.cancelled_at, type_=Instant())


def _is_not_the_last(model: Any) -> tuple[ColumnElement[bool], ...]:
    """SQLite gives the number of an erased last row to the next one: the journal would take it for the same."""
    if model is not Case:
        return ()
    last_case = select(func.max(aliased(Case).id)).scalar_subquery()
    last_event = select(func.max(aliased(CaseEvent).id)).scalar_subquery()
    holds_it = select(CaseEvent.id).where(CaseEvent.case_id == Case.id, CaseEvent.id == last_event).correlate(Case)
    return Case.id != last_case, ~holds_it.exists()


def eligible(rule: Rule, today: date) -> Select[Any]:
    """Select (id, organisation_id, since) of what has been kept long enough on that day."""
    target = TARGETS[rule.slug]()
    owner, since = target.organisation, target.since
    conditions = []
    for kind in (None, *rule.own_delays):
        before: Any = rule.kept_until_before(today, kind)
        if before is None:
            continue
        if isinstance(since.type, Instant):
            before = datetime.combine(before, time.max, UTC)
        whose = Organisation.kind == kind if kind else _any_other(rule)
        conditions.append(and_(since <= before, whose))
    return (
        select(target.model.id.label("id"), owner.label("organisation_id"), since.label("since"))
        .select_from(target.model)
        .outerjoin(Organisation, Organisation.id == owner)
        .where(or_(*conditions), *target.conditions, *_is_not_the_last(target.model))
    )


def _any_other(rule: Rule) -> ColumnElement[bool]:
    own: Sequence[Role] = list(rule.own_delays)
    return or_(Organisation.id.is_(None), Organisation.kind.not_in(own))


def list_groups(today: date) -> list[Group]:
    """Return what each rule would do today, by organisation."""
    return [group for rule in RULES for group in _groups_of(rule, today)]


def _groups_of(rule: Rule, today: date) -> list[Group]:
    found = eligible(rule, today).subquery()
    statement = (
        select(found.c.organisation_id, func.max(Organisation.short_name), func.count(), func.min(found.c.since))
        .outerjoin(Organisation, Organisation.id == found.c.organisation_id)
        .group_by(found.c.organisation_id)
        .order_by(found.c.organisation_id)
    )
    return [
        Group(rule, number, name or "", count, oldest.date() if isinstance(oldest, datetime) else oldest)
        for number, name, count, oldest in db.session.execute(statement)
    ]


def ids_to_treat(rule: Rule, today: date, organisation_id: int | None, limit: int) -> list[int]:
    """Return the next rows of one organisation, oldest number first."""
    found = eligible(rule, today).subquery()
    whose = found.c.organisation_id
    mine = whose.is_(None) if organisation_id is None else whose == organisation_id
    return list(db.session.scalars(select(found.c.id).where(mine).order_by(found.c.id).limit(limit)))


def list_open_notices() -> Sequence[RetentionNotice]:
    """Return the erasures announced and not yet done, the nearest first."""
    waiting = select(RetentionNotice).where(RetentionNotice.applied_at.is_(None))
    return db.session.scalars(waiting.order_by(RetentionNotice.applies_on, RetentionNotice.id)).all()
