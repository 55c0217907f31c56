"""Opening a case and moving it: `advance` is the only code that writes `Case.state`."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import false, func, or_, select, update

from app.actions.deadlines import (
    Settings,
    end_deadlines,
    pause_deadlines,
    plan_deadlines,
    restore_deadlines,
    resume_deadlines,
    undo_resumption,
)
from app.actions.errors import Forbidden, Stale
from app.actions.journal import record_step
from app.extensions import db
from app.models import OPEN_FOLLOW_UPS, Case, CaseEvent, CaseStructure, Employer, EventKind, Organisation, Structure
from app.permissions import Actor, sees_case, step_refusal
from workflows.core import Missing, Refused, Step
from workflows.support_case import WORKFLOW, Outcome, State

NEW_EPISODE = tuple(step.slug for step in WORKFLOW.steps if step.starts_episode)


@dataclass(frozen=True)
class StepTaken:
    """What a person says when taking a step: effective date, motive, the facts the step asks for."""

    effective_on: date | None = None
    motive: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def advance(
    case: Case,
    step_slug: str,
    taken: StepTaken,
    *,
    version: int,
    actor: Actor,
    today: date,
    now: datetime,
    settings: Settings,
) -> None:
    """Take one step on a case loaded under lock: right, guards, state, event, deadlines, reminders.

    Raises Forbidden, Refused (naming all that is missing) or Stale; nothing is written then. A second
    click on the same step, by the same person, from the same page, changes nothing and says nothing.
    """
    step = WORKFLOW.step(step_slug)
    if case.version == version + 1 and (case.last_step, case.last_step_by_id) == (step_slug, actor.user_id):
        return
    if why := step_refusal(actor, case, step):
        raise Forbidden(why)
    if case.version != version:
        raise Stale(case)
    effective_on = taken.effective_on or today
    before = Before.of(case)
    facts = {"motive": taken.motive, "effective_on": taken.effective_on, "today": today, "actor": actor}
    if step.starts_episode or step.takes_back:
        _refuse_if_followed_elsewhere(case, actor)
    WORKFLOW.fire(case, step_slug, **facts, **taken.facts)
    kept = _take_back_facts(case) if step.takes_back else _keep_facts(case, taken.facts)
    _remember(case, step, before, effective_on, actor=actor, today=today)
    kind = EventKind.CORRECTION if step.takes_back else EventKind.STEP
    _record(case, kind, before, effective_on, taken.motive, actor=actor, now=now, step=step, facts=kept)
    _mind_deadlines(case, step, before, today=today, settings=settings)
    if before.is_ended != case.is_ended:
        _open_links(case, is_open=not case.is_ended)


def take_up(
    case: Case,
    state: State,
    since: date,
    *,
    motive: str,
    actor: Actor,
    today: date,
    now: datetime,
    settings: Settings,
) -> None:
    """Put a case just opened where it stood when it was followed elsewhere: told as such, without the steps before.

    Nobody is reminded of what was due before it came here: delays already over count from today. Beyond the first
    state the employer had been told, as each of those steps asks.
    """
    before = Before.of(case)
    case.state, case.entered_on = state, since
    case.suspended_from = State.CONTACTED if state is State.SUSPENDED else None
    case.employer_informed_on = None if state is State.IDENTIFIED else since
    _record(case, EventKind.TAKEN_UP, before, since, motive, actor=actor, now=now)
    rules = WORKFLOW.deadlines_of(state, settings, is_fast=case.is_fast)
    start = since if all(rule.due_on(since) >= today for rule in rules) else today
    end_deadlines(case, today)
    plan_deadlines(case, start, today=today, settings=settings)


def leave_out(case: Case, *, motive: str, actor: Actor, today: date, now: datetime, settings: Settings) -> None:
    """Put out of the field a case that `take_up` opened and nobody touched since: the file was not the right one.

    The employer no longer sees it; its structures may enter another case.
    """
    before = Before.of(case)
    case.state, case.entered_on, case.last_activity_on = State.OUT_OF_SCOPE, today, today
    case.suspended_from = case.employer_informed_on = None
    _record(case, EventKind.TAKEN_UP, before, today, motive, actor=actor, now=now)
    end_deadlines(case, today)
    plan_deadlines(case, today, today=today, settings=settings)
    _open_links(case, is_open=False)


@dataclass(frozen=True)
class Before:
    """Where a case stood before a step."""

    state: State
    entered_on: date
    previous_entered_on: date | None
    is_ended: bool

    @classmethod
    def of(cls, case: Case) -> "Before":
        return cls(case.state, case.entered_on, case.previous_entered_on, case.is_ended)


Facts = dict[str, list[str | None]]
"""What a step changed, by name: [what was known before, what is known now], as text."""


def _keep_facts(case: Case, given: dict[str, Any]) -> Facts:
    kept: Facts = {}
    for name, value in given.items():
        if value:
            kept[name] = [_text(getattr(case, name)), _text(value)]
            setattr(case, name, Outcome(value) if name == "outcome" else value)
    return kept


def _take_back_facts(case: Case) -> Facts:
    """Make the case know again what it knew before the step that is corrected."""
    last = db.session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case.id, CaseEvent.kind == EventKind.STEP)
        .order_by(CaseEvent.id.desc())
        .limit(1)
        .execution_options(autoflush=False)
    ).first()
    taken_back: Facts = {}
    for name, (before, after) in (last.facts if last else {}).items():
        setattr(case, name, _value(name, before))
        taken_back[name] = [after, before]
    return taken_back


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _value(name: str, text: str | None) -> Any:
    if text is None:
        return None
    return Outcome(text) if name == "outcome" else date.fromisoformat(text)


def _remember(case: Case, step: Step, before: Before, effective_on: date, *, actor: Actor, today: date) -> None:
    """Keep what a later correction or resumption returns to; a new episode starts on reopening."""
    case.previous_state = None if step.takes_back else before.state
    case.entered_on = before.previous_entered_on or effective_on if step.takes_back else effective_on
    case.previous_entered_on = None if step.takes_back else before.entered_on
    case.suspended_from = before.state if case.state is State.SUSPENDED else None
    if step.starts_episode:
        case.episode += 1
        case.episode_started_on = effective_on
    if step.takes_back and case.last_step in NEW_EPISODE:
        case.episode -= 1
        case.episode_started_on = _start_of_episode(case)
    case.last_step, case.last_step_on, case.last_step_by_id = step.slug, today, actor.user_id
    case.last_activity_on = max(case.last_activity_on, effective_on)


def _start_of_episode(case: Case) -> date:
    """Return when the case's present episode began, as its thread tells it."""
    statement = (
        select(CaseEvent.effective_on)
        .where(CaseEvent.case_id == case.id, CaseEvent.episode == case.episode)
        .where(or_(CaseEvent.kind == EventKind.OPENED, CaseEvent.step.in_(NEW_EPISODE)))
        .order_by(CaseEvent.id.desc())
        .limit(1)
        .execution_options(autoflush=False)
    )
    return db.session.scalar(statement) or case.episode_started_on


def _record(
    case: Case,
    kind: EventKind,
    before: Before,
    effective_on: date,
    motive: str,
    *,
    actor: Actor,
    now: datetime,
    step: Step | None = None,
    facts: Facts | None = None,
) -> None:
    event = {
        "case_id": case.id,
        "episode": case.episode,
        "kind": kind,
        "step": step.slug if step else None,
        "from_state": before.state,
        "to_state": case.state,
        "effective_on": effective_on,
        "recorded_at": now,
        "actor_id": actor.user_id,
        "organisation_id": actor.organisation_id,
        "motive": motive.strip(),
        "facts": facts or {},
        "case_version": case.version + 1,
    }
    # Past the session, like the deadlines: the case is then the only record to flush.
    record_step(case, event, actor=actor, now=now)


def _mind_deadlines(case: Case, step: Step, before: Before, *, today: date, settings: Settings) -> None:
    if step.takes_back:
        _take_deadlines_back(case, before, today=today, settings=settings)
    elif case.state is State.SUSPENDED:
        pause_deadlines(case, case.entered_on)
        plan_deadlines(case, case.entered_on, today=today, settings=settings)
    elif before.state is State.SUSPENDED:
        resume_deadlines(case, case.entered_on, today=today, settings=settings)
    else:
        end_deadlines(case, today)
        plan_deadlines(case, case.entered_on, today=today, settings=settings)


def _take_deadlines_back(case: Case, before: Before, *, today: date, settings: Settings) -> None:
    if before.state is State.SUSPENDED:
        resume_deadlines(case, before.entered_on, today=today, settings=settings)
        return
    if case.state is State.SUSPENDED:
        undo_resumption(case, case.entered_on, before.entered_on)
    else:
        end_deadlines(case, today)
    restore_deadlines(case, today=today, settings=settings)


def _open_links(case: Case, *, is_open: bool) -> None:
    db.session.execute(
        update(CaseStructure)
        .where(CaseStructure.case_id == case.id)
        .values(is_open=is_open)
        .execution_options(synchronize_session=False, autoflush=False)
    )


def _refuse_if_followed_elsewhere(case: Case, actor: Actor) -> None:
    """A structure is in one open case at most."""
    if not case.is_ended or not case.may_be_followed_elsewhere:
        return
    ours = select(CaseStructure.structure_id).where(CaseStructure.case_id == case.id)
    if found := followed_structures(ours, actor, but=case.id):
        raise Refused(*found)


def followed_structures(structure_ids: Any, actor: Actor, but: int | None = None) -> list[Missing]:
    """Return one refusal for each of these structures that an open case already follows.

    It names the lead of a case that the actor sees; of another it says nothing but that this cannot be now.
    """
    followed = OPEN_FOLLOW_UPS.c
    statement = (
        select(Structure.name, Organisation.short_name, func.coalesce(sees_case(actor), false()))
        .join(OPEN_FOLLOW_UPS, followed.structure_id == Structure.id)
        .join(Employer, followed.employer_id == Employer.id)
        .outerjoin(Case, followed.case_id == Case.id)  # PostgreSQL hides the row of a case that is out of sight
        .outerjoin(Organisation, Case.lead_organisation_id == Organisation.id)
        .where(followed.structure_id.in_(structure_ids))
        .order_by(Structure.name)
    )
    if but is not None:
        statement = statement.where(followed.case_id != but)
    return [_followed(name, lead, is_seen=seen) for name, lead, seen in db.session.execute(statement)]


def _followed(name: str, lead: str | None, *, is_seen: bool) -> Missing:
    if is_seen:
        why = f"{name} est déjà suivi dans un dossier ouvert (chef de file : {lead or 'à désigner'})."
        return Missing(f"{why} Rapprochez-vous de cet organisme.", at="structures")
    why = (
        f"{name} ne peut pas entrer dans un dossier pour le moment. La coordination du territoire peut vous renseigner."
    )
    return Missing(why, at="structures")
