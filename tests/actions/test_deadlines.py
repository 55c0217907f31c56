"""What a case awaits: paused, shifted, answered, repeated, and worded by the region."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.actions.errors import Unacceptable
from app.actions.exchanges import log_exchange
from app.actions.visits import VisitNotes, log_visit
from app.extensions import db
from app.models import Alert, Case, CaseDeadline, CaseReminder, ExchangeKind, RuleSetting, Source, Visibility
from app.models.columns import NO_DUE_DATE
from app.permissions import Actor
from app.queries.cases import get_case
from app.queries.settings import get_deadlines
from tests.actions.invariants import faults
from tests.actions.moves import TODAY, case_in, deadlines, morning, opened, reminders, take
from tests.factories import make_case, make_structure
from tests.world import World
from workflows.calendar import Unit
from workflows.support_case import WORKFLOW, State

DAY = timedelta(days=1)


def log(actor: Actor, case_id: int, act: str, on: date, *, today: date = TODAY) -> Case:
    """Log a call or a visit on a case, as the pages do."""
    case = get_case(actor, case_id, lock=True)
    assert case
    if act == "visit":
        log_visit(case.employer, case, VisitNotes(on), actor=actor, today=today, now=morning(today), settings={})
    else:
        log_exchange(
            case.employer,
            case,
            kind=ExchangeKind.CALL,
            held_on=on,
            summary="Appel à la direction",
            visibility=Visibility.ORGANISATION,
            actor=actor,
            today=today,
            now=morning(today),
            settings={},
        )
    db.session.commit()
    return case


def accompanied(world: World, since: date) -> Case:
    """A case of the préventeur’s, in accompaniment since a day: a visit is due six months later."""
    return case_in(world, State.ACCOMPANIMENT, since=since, by="preventeur")


def dues(case_id: int) -> dict[str, date]:
    return {rule: one.due_on for rule, one in deadlines(case_id).items()}


# --- Suspension ---------------------------------------------------------------------------------------


def test_a_suspension_keeps_the_due_dates_and_awaits_its_own_review(world: World) -> None:
    case = accompanied(world, date(2026, 8, 3))
    before = dues(case.id)
    case = take(world.actor("preventeur"), case.id, "suspend", on=date(2026, 11, 16))
    assert (case.state, case.suspended_from) == (State.SUSPENDED, State.ACCOMPANIMENT)
    assert dues(case.id) == before | {"suspension_review": date(2027, 5, 16)}
    assert {rule: one.paused_on for rule, one in deadlines(case.id).items()} == {
        "visit": date(2026, 11, 16),
        "evaluation_start": date(2026, 11, 16),
        "suspension_review": None,
    }
    assert (case.due_on, case.due_label) == (date(2027, 5, 16), "Revoir la suspension")


def test_a_resumption_shifts_the_due_dates_by_the_pause_and_reminds_anew(world: World) -> None:
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 8, 3))
    queue_up_to(date(2027, 1, 10))
    take(actor, case.id, "suspend", today=date(2027, 1, 11))
    case = take(actor, case.id, "resume", on=date(2027, 2, 10), today=date(2027, 2, 12))
    assert (case.state, case.suspended_from) == (State.ACCOMPANIMENT, None)
    assert dues(case.id) == {"visit": date(2027, 3, 5), "evaluation_start": date(2028, 9, 2)}  # thirty days later
    visit = deadlines(case.id)["visit"]
    assert (visit.original_due_on, visit.cycle, visit.paused_on) == (date(2027, 2, 3), 2, None)
    assert reminders(case.id, "visit") == [
        (1, -30, date(2027, 1, 4)),  # already sent, kept as it was
        (2, -30, date(2027, 2, 12)),  # its new day passed on 3 February
        (2, -7, date(2027, 2, 26)),
        (2, 1, date(2027, 3, 6)),
    ]
    assert (case.due_on, case.due_label) == (date(2027, 3, 5), "Rencontrer l’employeur")
    assert set(deadlines(case.id, is_open=False)) >= {"suspension_review"}


def queue_up_to(day: date) -> None:
    """Mark the reminders whose day has come as queued, as the sweep does."""
    db.session.execute(
        update(CaseReminder).where(CaseReminder.remind_on <= day).values(queued_on=CaseReminder.remind_on)
    )
    db.session.commit()


def test_two_pauses_add_up(world: World) -> None:
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 1, 5))
    for step, day in (
        ("suspend", date(2026, 2, 2)),
        ("resume", date(2026, 2, 12)),
        ("suspend", date(2026, 3, 2)),
        ("resume", date(2026, 3, 7)),
    ):
        take(actor, case.id, step, today=day)
    assert dues(case.id)["visit"] == date(2026, 7, 5) + 15 * DAY
    assert deadlines(case.id)["visit"].cycle == 3


def test_a_pause_of_no_day_shifts_nothing(world: World) -> None:
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 11, 2))
    before = dues(case.id)
    take(actor, case.id, "suspend")
    take(actor, case.id, "resume")
    assert dues(case.id) == before


def test_a_suspension_that_is_corrected_shifts_nothing(world: World) -> None:
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 11, 2))
    before = dues(case.id)
    take(actor, case.id, "suspend", today=date(2026, 11, 18))
    case = take(actor, case.id, "correct")
    assert (case.state, case.suspended_from, case.due_on) == (State.ACCOMPANIMENT, None, before["visit"])
    assert dues(case.id) == before


def test_a_resumption_that_is_corrected_pauses_again_from_the_first_day(world: World) -> None:
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 8, 3))
    before = dues(case.id)
    take(actor, case.id, "suspend", today=date(2026, 10, 1))
    take(actor, case.id, "resume", today=date(2026, 11, 2))
    case = take(actor, case.id, "correct", today=date(2026, 11, 4))
    assert (case.state, case.suspended_from) == (State.SUSPENDED, State.ACCOMPANIMENT)
    assert (case.entered_on, case.due_on) == (date(2026, 10, 1), date(2027, 4, 1))
    assert dues(case.id) == before | {"suspension_review": date(2027, 4, 1)}
    take(actor, case.id, "resume", today=date(2026, 12, 1))
    assert dues(case.id) == {rule: day + 61 * DAY for rule, day in before.items()}


def test_what_started_after_a_late_entry_of_a_suspension_is_paused_from_its_own_start(world: World) -> None:
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 8, 3))
    log(actor, case.id, "visit", date(2026, 11, 20))
    take(actor, case.id, "suspend", on=date(2026, 11, 2))
    take(actor, case.id, "resume", on=date(2026, 11, 30), today=date(2026, 11, 30))
    assert dues(case.id) == {"visit": date(2027, 5, 20) + 10 * DAY, "evaluation_start": date(2028, 8, 3) + 28 * DAY}


# --- Correction ---------------------------------------------------------------------------------------


def test_a_correction_awaits_again_what_the_step_had_ended_shift_included(world: World) -> None:
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 8, 3))
    take(actor, case.id, "suspend", today=date(2026, 10, 1))
    take(actor, case.id, "resume", today=date(2026, 10, 11))
    before = dues(case.id)
    take(actor, case.id, "evaluate", today=date(2026, 11, 20))
    case = take(actor, case.id, "correct")
    assert dues(case.id) == before == {"visit": date(2027, 2, 13), "evaluation_start": date(2028, 8, 13)}
    assert case.due_on == date(2027, 2, 13)
    assert [cycle for cycle, _, _ in reminders(case.id, "visit")] == [3, 3, 3]


def test_a_correction_awaits_what_came_after_the_answer(world: World) -> None:
    actor = world.actor("preventeur")
    case = opened(actor, world.employer("Clain").id, today=date(2026, 10, 5))
    log(actor, case.id, "exchange", date(2026, 10, 12), today=date(2026, 10, 12))
    take(actor, case.id, "contact", today=date(2026, 11, 20))
    case = take(actor, case.id, "correct")
    assert dues(case.id) == {"first_contact": date(2026, 12, 11)}
    assert (case.due_on, case.due_label) == (date(2026, 12, 11), "Prendre contact")


def test_a_correction_plans_what_the_case_never_awaited(world: World) -> None:
    """Cases taken over from elsewhere have no deadline of the state before."""
    actor = world.actor("preventeur")
    carsat = world.organisation("Carsat Poitou")
    case = make_case(world.employer("Clain"), lead=carsat, entered_on=date(2026, 11, 2))
    db.session.commit()
    take(actor, case.id, "contact", today=date(2026, 11, 20))
    assert take(actor, case.id, "correct").due_on == date(2027, 1, 1)


# --- Answers ------------------------------------------------------------------------------------------


def test_a_call_answers_the_first_contact_and_does_not_move_the_version(world: World) -> None:
    actor = world.actor("preventeur")
    case = opened(actor, world.employer("Clain").id, today=date(2026, 11, 2))
    version = case.version
    case = log(actor, case.id, "exchange", date(2026, 11, 20))
    [answered] = deadlines(case.id, is_open=False).values()
    assert (answered.rule, answered.ended_on, answered.was_answered) == ("first_contact", date(2026, 11, 20), True)
    # The case stays spotted: it is awaited again, from the day of the call.
    assert (case.due_on, case.due_label) == (date(2027, 1, 19), "Prendre contact")
    assert case.last_activity_on == date(2026, 11, 20)
    db.session.refresh(case)
    assert (case.version, case.state) == (version, State.IDENTIFIED)
    take(actor, case.id, "contact", version=version)


def test_a_call_does_not_answer_what_waits_for_a_visit(world: World) -> None:
    case = accompanied(world, date(2026, 11, 2))
    before = dues(case.id)
    case = log(world.actor("preventeur"), case.id, "exchange", date(2026, 11, 20))
    assert dues(case.id) == before
    assert (case.due_on, case.last_activity_on) == (before["visit"], date(2026, 11, 20))


def test_a_visit_is_awaited_again_six_months_after_the_last(world: World) -> None:
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 5, 4))
    case = log(actor, case.id, "visit", date(2026, 8, 31), today=date(2026, 9, 2))
    visit = deadlines(case.id)["visit"]
    assert (visit.started_on, visit.due_on, visit.cycle) == (date(2026, 8, 31), date(2027, 2, 28), 2)
    assert case.due_on == date(2027, 2, 28)
    log(actor, case.id, "visit", date(2026, 11, 24))
    assert (deadlines(case.id)["visit"].due_on, deadlines(case.id)["visit"].cycle) == (date(2027, 5, 24), 3)
    assert [(cycle, offset) for cycle, offset, _ in reminders(case.id, "visit")] == [(3, -30), (3, -7), (3, 1)]
    ended = db.session.scalars(
        select(CaseDeadline).where(CaseDeadline.rule == "visit", CaseDeadline.ended_on.is_not(None))
    )
    assert all(one.was_answered for one in ended)


@pytest.mark.parametrize(("on", "is_answered"), [(date(2026, 5, 3), False), (date(2026, 5, 4), True)])
def test_a_visit_made_before_the_wait_began_does_not_answer_it(world: World, on: date, is_answered: bool) -> None:
    case = accompanied(world, date(2026, 5, 4))
    log(world.actor("preventeur"), case.id, "visit", on)
    assert (deadlines(case.id)["visit"].cycle == 2) is is_answered


def test_an_older_visit_logged_late_does_not_turn_the_clock_back(world: World) -> None:
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 5, 4))
    log(actor, case.id, "visit", date(2026, 11, 16))
    case = log(actor, case.id, "visit", date(2026, 9, 1))
    assert deadlines(case.id)["visit"].due_on == date(2027, 5, 16)
    assert case.last_activity_on == date(2026, 11, 16)


def test_a_visit_during_a_suspension_leaves_the_paused_wait(world: World) -> None:
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 8, 3))
    take(actor, case.id, "suspend", today=date(2026, 11, 2))
    case = log(actor, case.id, "visit", date(2026, 11, 20))
    assert deadlines(case.id)["visit"].cycle == 1
    assert case.due_label == "Revoir la suspension"


def test_the_news_taken_a_year_after_are_awaited_once(world: World) -> None:
    case = case_in(world, State.CLOSED, since=date(2026, 3, 2), by="preventeur")
    assert (case.due_on, case.due_label) == (date(2027, 3, 2), "Prendre des nouvelles un an après")
    assert log(world.actor("preventeur"), case.id, "exchange", TODAY).due_on == NO_DUE_DATE


# --- The region’s own wording -------------------------------------------------------------------------


def set_rule(deadline: str, count: int, unit: Unit, remind: list[int]) -> None:
    db.session.add(RuleSetting(workflow="support_case", deadline=deadline, count=count, unit=unit, remind=remind))
    db.session.commit()


def test_the_region_changes_a_delay_and_its_reminders(world: World) -> None:
    set_rule("first_contact", 30, Unit.WORKING_DAYS, [-5, 1])
    settings = get_deadlines(WORKFLOW)
    assert set(settings) == {"first_contact"}
    case = opened(world.actor("preventeur"), world.employer("Clain").id, settings=settings)
    assert (case.due_on, case.due_label) == (date(2027, 1, 7), "Prendre contact")
    assert reminders(case.id, "first_contact") == [(1, -5, date(2026, 12, 30)), (1, 1, date(2027, 1, 8))]
    case = take(world.actor("preventeur"), case.id, "contact", settings=settings)
    assert case.due_on == date(2027, 1, 8), "what the region does not word keeps the declared delay"


def test_a_setting_for_a_deadline_that_no_longer_exists_is_ignored(world: World) -> None:
    set_rule("abandoned", 30, Unit.DAYS, [])
    assert get_deadlines(WORKFLOW) == {}


def test_a_repeated_wait_follows_the_region_too(world: World) -> None:
    set_rule("visit", 3, Unit.MONTHS, [])
    settings = get_deadlines(WORKFLOW)
    actor = world.actor("preventeur")
    case = accompanied(world, date(2026, 8, 3))
    found = get_case(actor, case.id, lock=True)
    assert found
    log_visit(found.employer, found, VisitNotes(TODAY), actor=actor, today=TODAY, now=morning(TODAY), settings=settings)
    assert dues(case.id)["visit"] == date(2027, 2, 24)
    assert reminders(case.id, "visit") == []


# --- The fast lane ------------------------------------------------------------------------------------


def alerted(world: World, **values: Any) -> Case:
    """A case of the préventeur's, opened today on an alert of last week."""
    told: dict[str, Any] = {"alert": Alert.RESTRUCTURING, "alerted_on": TODAY - 7 * DAY, **values}
    return opened(world.actor("preventeur"), world.employer("Clain").id, **told)


def test_an_alert_opens_a_case_whose_first_delays_are_short(world: World) -> None:
    case = alerted(world)
    assert (case.source, case.alerted_on) == (Source.ALERT, TODAY - 7 * DAY)
    assert dues(case.id) == {"alert_contact": TODAY + 15 * DAY}
    assert (case.due_on, case.due_label) == (TODAY + 15 * DAY, "Prendre contact après l’alerte")
    actor = world.actor("preventeur")
    log(actor, case.id, "call", TODAY)
    assert deadlines(case.id)["alert_contact"].cycle == 2, "an answer starts the same short delay again"
    take(actor, case.id, "contact", today=TODAY)
    open_dues = {rule: one.due_on for rule, one in deadlines(case.id).items() if one.ended_on is None}
    assert open_dues == {"alert_reply": TODAY + 15 * DAY, "alert_review": TODAY + 45 * DAY}
    take(actor, case.id, "correct", today=TODAY, motive="Trop tôt")
    assert {one.rule for one in deadlines(case.id).values() if one.ended_on is None} == {"alert_contact"}
    assert faults() == []


def test_an_episode_that_follows_has_the_usual_delays(world: World) -> None:
    case, actor = alerted(world), world.actor("preventeur")
    for step in ("contact", "refuse"):
        take(actor, case.id, step, motive="Pas maintenant")
    db.session.execute(update(Case).where(Case.id == case.id).values(employer_asked_on=TODAY))
    db.session.commit()
    case = take(actor, case.id, "reopen", motive="La direction rappelle", employer_asked_on=TODAY)
    assert case.alert is Alert.RESTRUCTURING and not case.is_fast
    assert {one.rule for one in deadlines(case.id).values() if one.ended_on is None} == {"first_contact"}


def test_the_region_changes_the_short_delays_too(world: World) -> None:
    set_rule("alert_contact", 5, Unit.WORKING_DAYS, [0])
    case = alerted(world, settings=get_deadlines(WORKFLOW))
    assert case.due_on == date(2026, 12, 1)
    assert opened(world.actor("ailleurs"), world.employer("Garonne").id, **_second(world)).due_on == TODAY + 60 * DAY


def _second(world: World) -> dict[str, Any]:
    site = make_structure(world.employer("Garonne"), "Foyer Garonne", departement="33")
    db.session.commit()
    return {"structures": [site], "settings": get_deadlines(WORKFLOW)}


@pytest.mark.parametrize("when", [None, TODAY + DAY])
def test_an_alert_has_a_day_which_is_not_to_come(world: World, when: date | None) -> None:
    with pytest.raises(Unacceptable, match="quand l’alerte est arrivée"):
        alerted(world, alerted_on=when)
