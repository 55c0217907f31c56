"""Opening many cases at once from what was prepared: a fixed number of statements, whatever the number of cases.

What `app.actions.opening` does for one: the case, its structures, its officer, who is invited, its event in the
journal, its deadlines and reminders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy import case as when

from app.actions.deadlines import REMINDERS, Settings
from app.actions.journal import begin_chains
from app.actions.outbox import queue_for
from app.extensions import Instant, db
from app.models import (
    OPEN_FOLLOW_UPS,
    Case,
    CaseDeadline,
    CaseEvent,
    CaseOfficer,
    CasePartner,
    CaseStructure,
    Employer,
    EventKind,
    Organisation,
    OrganisationDepartement,
    PartnerStatus,
    Priority,
    Source,
    Structure,
    TargetingCampaign,
    TargetingOpening,
)
from app.permissions import Actor
from app.queries.targeting import has_route
from app.queries.targeting_openings import in_scope
from app.queries.targeting_recipients import concerned_by
from workflows.support_case import WORKFLOW, State
from workflows.targeting_opening import INVITED

MAIL, ABOUT, RULE = "cases_opened", "targeting_opening", "opened"


@dataclass(frozen=True)
class Opening:
    """One opening of a list: its number, and the categories of structures that the list is about."""

    campaign: TargetingCampaign
    round: int
    categories: Sequence[str]

    @property
    def is_ours(self) -> ColumnElement[bool]:
        """Condition on `TargetingOpening`: what this very opening deals with."""
        return and_(TargetingOpening.campaign_id == self.campaign.id, TargetingOpening.round == self.round)


def open_prepared(opening: Opening, *, actor: Actor, today: date, now: datetime, settings: Settings) -> int:
    """Open the cases of a round and queue a mail to each person concerned; return how many. Set-based."""
    _write_cases(opening, actor=actor, today=today, settings=settings)
    _tie(opening, now)
    _write_structures(opening, actor)
    _write_officers(opening, today)
    _write_partners(opening)
    opened = _write_events(opening, actor=actor, today=today, now=now)
    _write_deadlines(opening, today=today, settings=settings)
    if opened:
        told = concerned_by(opening.campaign.id, opening.round, but=actor.user_id, today=today)
        queue_for(told, MAIL, ABOUT, opening.campaign.id, RULE, opening.round, now=now)
    return opened


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))


def _insert(model: Any, values: dict[str, Any], source: Select[Any]) -> None:
    """Insert these columns, by name, of what a statement selects from."""
    columns = [value.label(f"v{place}") for place, value in enumerate(values.values())]
    _run(insert(model.__table__).from_select(list(values), source.with_only_columns(*columns)))


def _is_free() -> ColumnElement[bool]:
    """Condition on `Structure`: no open case follows it, whoever may see that case."""
    followed = exists().where(OPEN_FOLLOW_UPS.c.structure_id == Structure.id)
    return ~followed.correlate(Structure)


def _key() -> ColumnElement[str]:
    """What a case opened from a list is submitted by: unique, whoever opens it and however often."""
    numbers = (cast(TargetingOpening.campaign_id, String), cast(TargetingOpening.employer_id, String))
    return literal("ciblage-") + numbers[0] + "-" + numbers[1]


def _write_cases(opening: Opening, *, actor: Actor, today: date, settings: Settings) -> None:
    one_place = func.count(Structure.departement.distinct()) == 1
    rules = WORKFLOW.deadlines_of(State.IDENTIFIED, settings)
    due_on, label = min((rule.due_on(today), rule.label) for rule in rules)
    table = Case.__table__.c
    values = {
        "employer_id": TargetingOpening.employer_id,
        "main_structure_id": func.min(Structure.id),
        "departement": when((one_place, func.min(Structure.departement))),
        "source": literal(Source.TARGETING_LIST, table.source.type),
        "state": literal(State.IDENTIFIED, table.state.type),
        "lead_organisation_id": TargetingOpening.lead_organisation_id,
        "opening_organisation_id": literal(actor.organisation_id),
        "due_on": literal(due_on),
        "due_label": literal(label),
        "submission": _key(),
        "version": literal(1),
        **{name: literal(today) for name in ("episode_started_on", "entered_on", "last_step_on", "last_activity_on")},
    }
    source = (
        select(TargetingOpening.id)
        .join(Structure, Structure.employer_id == TargetingOpening.employer_id)
        .where(opening.is_ours, in_scope(actor, opening.campaign, opening.categories), _is_free())
        .group_by(TargetingOpening.campaign_id, TargetingOpening.employer_id, TargetingOpening.lead_organisation_id)
    )
    _insert(Case, values, source)


def _tie(opening: Opening, now: datetime) -> None:
    """Write the case beside what was prepared; what found no structure left waits for another opening."""
    number = select(Case.id).where(Case.submission == _key()).correlate(TargetingOpening).scalar_subquery()
    _run(update(TargetingOpening).where(opening.is_ours).values(case_id=number, opened_at=now))
    lost = and_(opening.is_ours, TargetingOpening.case_id.is_(None))
    _run(update(TargetingOpening).where(lost).values(round=None, opened_at=None))


def _cases(opening: Opening) -> Select[Any]:
    return select(Case.id).join(TargetingOpening, TargetingOpening.case_id == Case.id).where(opening.is_ours)


def _write_structures(opening: Opening, actor: Actor) -> None:
    """A structure that somebody has just put in another case breaks the unique key: everything is then done again."""
    source = (
        _cases(opening)
        .join(Structure, Structure.employer_id == Case.employer_id)
        .where(
            in_scope(actor, opening.campaign, opening.categories),
            or_(Structure.id == Case.main_structure_id, _is_free()),
        )
    )
    _insert(CaseStructure, {"case_id": Case.id, "structure_id": Structure.id, "is_open": literal(True)}, source)


def _write_officers(opening: Opening, today: date) -> None:
    source = _cases(opening).where(TargetingOpening.officer_id.is_not(None))
    _insert(CaseOfficer, {"case_id": Case.id, "user_id": TargetingOpening.officer_id, "since": literal(today)}, source)


def _write_partners(opening: Opening) -> None:
    """Invite those who act where the branch AT-MP does not: the prevention of the public sector, the MSA."""
    suits = or_(*(and_(has_route(route), Organisation.kind == kind) for route, kind in INVITED.items()))
    table = CasePartner.__table__.c
    values = {
        "case_id": Case.id,
        "organisation_id": Organisation.id,
        "status": literal(PartnerStatus.INFORMED, table.status.type),
        "priority": literal(Priority.NORMAL, table.priority.type),
        "version": literal(1),
    }
    source = (
        _cases(opening)
        .join(Employer, Case.employer_id == Employer.id)
        .join(Structure, Structure.id == Case.main_structure_id)
        .join(OrganisationDepartement, OrganisationDepartement.departement == Structure.departement)
        .join(Organisation, OrganisationDepartement.organisation_id == Organisation.id)
        .where(Organisation.is_active, suits)
    )
    _insert(CasePartner, values, source)


def _write_events(opening: Opening, *, actor: Actor, today: date, now: datetime) -> int:
    """Write the first event of each thread, and begin its chain in the journal."""
    table = CaseEvent.__table__.c
    lead = select(Organisation.short_name).where(Organisation.id == Case.lead_organisation_id).scalar_subquery()
    values = {
        "case_id": Case.id,
        "episode": literal(1),
        "kind": literal(EventKind.OPENED, table.kind.type),
        "effective_on": literal(today),
        "recorded_at": literal(now, Instant()),
        "actor_id": literal(actor.user_id),
        "organisation_id": literal(actor.organisation_id),
        "summary": literal(f"{Source.TARGETING_LIST.label}, chef de file : ") + lead.correlate(Case),
        "motive": literal(f"Liste « {opening.campaign.title} »."),
        "facts": literal({}, JSON),
        "case_version": literal(1),
    }
    _insert(CaseEvent, values, _cases(opening))
    return begin_chains(_cases(opening), actor=actor, now=now)


def _write_deadlines(opening: Opening, *, today: date, settings: Settings) -> None:
    for rule in WORKFLOW.deadlines_of(State.IDENTIFIED, settings):
        due_on = rule.due_on(today)
        values = {
            "case_id": Case.id,
            "rule": literal(rule.slug),
            "label": literal(rule.label),
            "started_on": literal(today),
            "due_on": literal(due_on),
            "original_due_on": literal(due_on),
        }
        _insert(CaseDeadline, values, _cases(opening))
        written = (
            select(CaseDeadline.id)
            .join(TargetingOpening, TargetingOpening.case_id == CaseDeadline.case_id)
            .where(opening.is_ours, CaseDeadline.rule == rule.slug)
        )
        planned = [
            written.with_only_columns(CaseDeadline.id, literal(offset), literal(1), literal(day))
            for offset, day in rule.reminders(due_on, today=today)
        ]
        if planned:
            names = ["deadline_id", "offset", "cycle", "remind_on"]
            _run(insert(REMINDERS).from_select(names, union_all(*planned)))
