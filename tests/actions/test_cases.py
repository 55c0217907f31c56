"""Moving a case: what is written at each step, and that a refusal writes nothing."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.actions.errors import Forbidden, Stale
from app.extensions import db
from app.models import Case, CaseEvent, CaseStructure, EventKind
from tests.actions.moves import (
    LONG_AGO,
    TODAY,
    case_in,
    deadlines,
    events,
    everything,
    morning,
    open_links,
    opened,
    reminders,
    take,
)
from tests.factories import make_structure, make_user
from tests.world import World
from workflows.core import Refused
from workflows.support_case import WORKFLOW, Outcome, State

STATEMENTS = 8
LIFE = (
    ("contact", "2026-02-02"),
    ("start_diagnostic", "2026-03-02"),
    ("sign_cpom_objective", "2026-04-01"),
    ("start_accompaniment", "2026-05-04"),
    ("suspend", "2026-06-01"),
    ("resume", "2026-07-01"),
    ("evaluate", "2026-09-01"),
    ("resume_accompaniment", "2026-09-07"),
    ("correct", "2026-09-08"),
    ("close", "2026-10-01"),
    ("reopen", "2026-11-02"),
)


def test_a_step_writes_the_state_the_event_and_what_comes_next(world: World) -> None:
    actor = world.actor("preventeur")
    case = opened(actor, world.employer("Clain").id, today=LONG_AGO)
    version = case.version
    case = take(
        actor,
        case.id,
        "contact",
        on=date(2026, 11, 20),
        motive="  Courrier envoyé ",
        employer_informed_on=date(2026, 11, 19),
    )
    assert (case.state, case.entered_on) == (State.CONTACTED, date(2026, 11, 20))
    assert (case.previous_state, case.previous_entered_on) == (State.IDENTIFIED, LONG_AGO)
    assert (case.last_step, case.last_step_on, case.last_step_by_id) == ("contact", TODAY, actor.user_id)
    assert case.employer_informed_on == date(2026, 11, 19)
    assert case.last_activity_on == date(2026, 11, 20)
    assert case.version == version + 1
    assert (case.due_on, case.due_label) == (date(2027, 1, 4), "Obtenir une réponse de l’employeur")
    event = events(case.id)[-1]
    assert (event.kind, event.step) == (EventKind.STEP, "contact")
    assert (event.from_state, event.to_state) == (State.IDENTIFIED, State.CONTACTED)
    assert (event.effective_on, event.recorded_at) == (date(2026, 11, 20), morning(TODAY))
    assert (event.actor_id, event.organisation_id) == (actor.user_id, actor.organisation_id)
    assert (event.motive, event.facts) == ("Courrier envoyé", {"employer_informed_on": [None, "2026-11-19"]})
    assert (event.episode, event.case_version) == (1, case.version)
    [ended] = deadlines(case.id, is_open=False).values()
    assert (ended.rule, ended.ended_on, ended.was_answered) == ("first_contact", TODAY, False)
    assert {rule: one.due_on for rule, one in deadlines(case.id).items()} == {
        "reply": date(2027, 1, 4),
        "contact_review": date(2027, 2, 18),
    }
    assert reminders(case.id, "reply") == [
        (1, -15, date(2026, 12, 20)),
        (1, 0, date(2027, 1, 4)),
        (1, 5, date(2027, 1, 9)),
    ]


def test_no_step_takes_more_than_eight_statements(world: World, statements: list[str]) -> None:
    actor = world.actor("referent")
    case_id = opened(actor, world.employer("Clain").id, today=LONG_AGO).id
    spent = {}
    for step, day in LIFE:
        db.session.expunge_all()
        statements.clear()
        take(actor, case_id, step, today=date.fromisoformat(day))
        spent[step] = len(statements)
    corrections = {step: spent.pop(step) for step in list(spent) if WORKFLOW.step(step).takes_back}
    assert max(spent.values()) <= STATEMENTS, spent
    assert max(corrections.values()) <= STATEMENTS + 3, corrections


def test_each_step_of_a_life_moves_the_version_by_one_and_keeps_a_trace(world: World) -> None:
    actor = world.actor("referent")
    case = opened(actor, world.employer("Clain").id, today=LONG_AGO)
    for step, day in LIFE:
        before = (case.version, case.state)
        case = take(actor, case.id, step, today=date.fromisoformat(day))
        event = events(case.id)[-1]
        assert case.version == before[0] + 1, step
        assert (event.step, event.from_state, event.to_state, event.case_version) == (
            step,
            before[1],
            case.state,
            case.version,
        )
    assert len(events(case.id)) == len(LIFE) + 1


def test_a_double_click_changes_nothing(world: World, subtests: pytest.Subtests) -> None:
    actor = world.actor("referent")
    case = opened(actor, world.employer("Clain").id, today=LONG_AGO)
    for step, day in LIFE:
        shown, today = case.version, date.fromisoformat(day)
        case = take(actor, case.id, step, today=today)
        before = everything()
        with subtests.test(step):
            take(actor, case.id, step, today=today, version=shown)
            assert everything() == before
        db.session.rollback()


def test_somebody_else_who_had_the_page_open_is_told(world: World) -> None:
    case = case_in(world, State.CONTACTED, by="preventeur")
    make_user("collegue", world.organisation("Carsat Poitou"))
    db.session.commit()
    shown = case.version
    take(world.actor("preventeur"), case.id, "suspend")
    before = everything()
    for name, step in (("collegue", "suspend"), ("preventeur", "refuse")):
        with pytest.raises(Stale) as stale:
            take(world.actor(name), case.id, step, version=shown)
        assert stale.value.record.id == case.id
        assert everything() == before, (name, step)


REFUSALS: tuple[tuple[str, str, dict[str, Any], type[Exception]], ...] = (
    ("referent", "contact", {"on": date(2026, 11, 25)}, Refused),
    ("referent", "contact", {"on": date(2026, 11, 1)}, Refused),
    ("referent", "contact", {"employer_informed_on": None}, Refused),
    ("referent", "contact", {"employer_informed_on": date(2026, 11, 25)}, Refused),
    ("referent", "declare_out_of_scope", {"motive": " "}, Refused),
    ("referent", "close", {"outcome": "redirected"}, Refused),
    ("referent", "correct", {}, Refused),
    ("referent", "contact", {"version": 7}, Stale),
    ("preventeur", "contact", {}, Forbidden),
    ("departement", "contact", {}, Forbidden),
    ("referent", "sign_contract", {}, Forbidden),
)


def test_a_refusal_leaves_nothing_behind(world: World, subtests: pytest.Subtests) -> None:
    clain = world.employer("Clain")
    make_structure(clain, "Antenne de Niort", "79")  # so that the département 79 sees the case too
    db.session.commit()
    case = opened(world.actor("referent"), clain.id, today=date(2026, 11, 2))
    before, version = everything(), case.version
    for name, step, given, expected in REFUSALS:
        with subtests.test(f"{name}, {step}, {given}"):
            with pytest.raises(expected):
                take(world.actor(name), case.id, step, **given)
            assert not db.session.new and not db.session.dirty and not db.session.deleted
            assert everything() == before
            assert (case.state, case.version) == (State.IDENTIFIED, version)
        db.session.rollback()


def test_an_effective_date_in_the_past_sets_the_clock_and_the_late_reminders_merge(world: World) -> None:
    case = opened(world.actor("referent"), world.employer("Clain").id, today=LONG_AGO)
    case = take(world.actor("referent"), case.id, "contact", on=date(2026, 10, 5))
    assert case.due_on == date(2026, 11, 19)
    assert reminders(case.id, "reply") == [(1, 5, TODAY)]
    assert reminders(case.id, "contact_review") == [(1, 0, date(2027, 1, 3))]


def test_a_step_never_takes_effect_before_the_one_it_follows(world: World) -> None:
    actor = world.actor("referent")
    case = opened(actor, world.employer("Clain").id, today=LONG_AGO)
    take(actor, case.id, "contact", on=date(2026, 10, 5))
    with pytest.raises(Refused, match="prise le 05/10/2026"):
        take(actor, case.id, "start_diagnostic", on=date(2026, 10, 4))
    db.session.rollback()
    assert take(actor, case.id, "start_diagnostic", on=date(2026, 10, 5)).entered_on == date(2026, 10, 5)


def test_a_correction_gives_back_the_state_its_dates_and_what_was_awaited(world: World) -> None:
    actor = world.actor("referent")
    case = case_in(world, State.CONTACTED, since=date(2026, 11, 2))
    awaited = {rule: (one.due_on, one.started_on) for rule, one in deadlines(case.id).items()}
    take(actor, case.id, "start_diagnostic", today=date(2026, 11, 20))
    case = take(actor, case.id, "correct", motive="Erreur de dossier")
    assert (case.state, case.entered_on) == (State.CONTACTED, date(2026, 11, 2))
    assert (case.previous_state, case.previous_entered_on) == (None, None)
    assert {rule: (one.due_on, one.started_on) for rule, one in deadlines(case.id).items()} == awaited
    assert case.due_on == min(due_on for due_on, _ in awaited.values())
    event = events(case.id)[-1]
    assert (event.kind, event.from_state, event.to_state) == (EventKind.CORRECTION, State.DIAGNOSTIC, State.CONTACTED)
    assert [one.step for one in events(case.id)] == [None, "contact", "start_diagnostic", "correct"]


def test_a_correction_is_not_corrected(world: World) -> None:
    actor = world.actor("referent")
    case = case_in(world, State.CONTACTED)
    take(actor, case.id, "correct")
    with pytest.raises(Refused, match="pas d’état antérieur"):
        take(actor, case.id, "correct")


def test_only_the_author_corrects_or_the_coordinator(world: World) -> None:
    case = case_in(world, State.CONTACTED, by="referent")
    with pytest.raises(Refused, match="La correction revient à l’auteur"):
        take(world.actor("preventeur"), case.id, "correct")
    db.session.rollback()
    assert take(world.actor("coordinatrice"), case.id, "correct").state is State.IDENTIFIED


def test_a_closing_that_is_corrected_takes_its_structures_and_its_outcome_back(world: World) -> None:
    actor = world.actor("referent")
    case = case_in(world, State.DIAGNOSTIC)
    case = take(actor, case.id, "close")
    assert (case.outcome, open_links(case.id)) == (Outcome.REDIRECTED, [False])
    case = take(actor, case.id, "correct")
    assert (case.state, case.outcome, open_links(case.id)) == (State.DIAGNOSTIC, None, [True])


def test_reopening_starts_an_episode_and_keeps_the_history(world: World) -> None:
    actor = world.actor("referent")
    case = case_in(world, State.CLOSED, since=date(2026, 3, 2))
    case = take(actor, case.id, "reopen", on=date(2026, 11, 20), motive="Nouvelle direction")
    assert (case.state, case.episode, case.episode_started_on) == (State.IDENTIFIED, 2, date(2026, 11, 20))
    assert open_links(case.id) == [True]
    assert set(deadlines(case.id)) == {"first_contact"}
    assert [event.episode for event in events(case.id)] == [1, 1, 1, 1, 2]
    with pytest.raises(Refused, match="l’employeur a été informé"):
        take(actor, case.id, "contact", employer_informed_on=None)


def test_correcting_a_reopening_gives_the_episode_back(world: World) -> None:
    actor = world.actor("referent")
    case = case_in(world, State.CLOSED, since=date(2026, 3, 2))
    before = (case.state, case.episode, case.episode_started_on, case.entered_on, case.outcome)
    take(actor, case.id, "reopen", on=date(2026, 11, 20))
    case = take(actor, case.id, "correct")
    assert (case.state, case.episode, case.episode_started_on, case.entered_on, case.outcome) == before
    assert open_links(case.id) == [False]
    assert take(actor, case.id, "reopen").episode == 2


def test_correcting_a_second_reopening_goes_back_to_the_start_of_the_second_episode(world: World) -> None:
    actor = world.actor("referent")
    case = case_in(world, State.CLOSED, since=date(2026, 3, 2))
    take(actor, case.id, "reopen", today=date(2026, 6, 1))
    for step in ("contact", "start_diagnostic", "close", "reopen"):
        take(actor, case.id, step, today=date(2026, 11, 2))
    case = take(actor, case.id, "correct", today=date(2026, 11, 3))
    assert (case.state, case.episode, case.episode_started_on) == (State.CLOSED, 2, date(2026, 6, 1))


def test_closing_frees_the_structures_for_another_case(world: World) -> None:
    case = case_in(world, State.DIAGNOSTIC)
    clain = world.employer("Clain").id
    with pytest.raises(Refused, match="déjà suivi"):
        opened(world.actor("preventeur"), clain)
    db.session.rollback()
    take(world.actor("referent"), case.id, "close")
    opened(world.actor("preventeur"), clain)


def test_reopening_is_refused_while_somebody_else_follows_and_names_the_lead_only(world: World) -> None:
    case = case_in(world, State.CLOSED)
    other = opened(world.actor("preventeur"), world.employer("Clain").id)
    before = everything()
    with pytest.raises(Refused) as refused:
        take(world.actor("referent"), case.id, "reopen")
    assert everything() == before
    [reason] = refused.value.reasons
    assert reason.at == "structures"
    assert reason.why == (
        "EHPAD du Clain est déjà suivi dans un dossier ouvert (chef de file : Carsat Poitou). "
        "Rapprochez-vous de cet organisme."
    )
    take(world.actor("preventeur"), other.id, "declare_out_of_scope")
    assert take(world.actor("referent"), case.id, "reopen").state is State.IDENTIFIED


def test_out_of_scope_is_left_by_the_coordinator_alone(world: World) -> None:
    case = case_in(world, State.OUT_OF_SCOPE)
    with pytest.raises(Forbidden, match="Cette étape revient à : Coordination du territoire"):
        take(world.actor("referent"), case.id, "reinstate")
    assert take(world.actor("coordinatrice"), case.id, "reinstate").episode == 2


def test_a_structure_is_in_one_open_case_even_behind_the_action_s_back(world: World) -> None:
    tilleuls, clain = world.case("Tilleuls"), case_in(world, State.IDENTIFIED)
    structure_id = tilleuls.main_structure_id
    db.session.add(CaseStructure(case_id=clain.id, structure_id=structure_id, is_open=False))
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(update(CaseStructure).where(CaseStructure.case_id == clain.id).values(is_open=True))
    db.session.rollback()
    db.session.execute(update(CaseStructure).where(CaseStructure.case_id == tilleuls.id).values(is_open=False))
    db.session.execute(update(CaseStructure).where(CaseStructure.case_id == clain.id).values(is_open=True))
    db.session.commit()


@pytest.mark.parametrize(
    "rewriting",
    [
        update(CaseEvent).values(motive="Autre"),
        delete(CaseEvent),
        text("UPDATE case_events SET motive = 'Autre'"),
        text("DELETE FROM case_events"),
    ],
    ids=["update", "delete", "raw update", "raw delete"],
)
def test_what_happened_is_never_rewritten(world: World, rewriting: Any) -> None:
    case_in(world, State.CONTACTED)
    before = everything()["case_events"]
    with pytest.raises(DBAPIError, match="ne se modifie pas"):
        db.session.execute(rewriting)
    db.session.rollback()
    assert everything()["case_events"] == before


def test_an_event_is_not_rewritten_through_its_record_either(world: World) -> None:
    event = events(case_in(world, State.CONTACTED).id)[0]
    event.summary = "Autre"
    with pytest.raises(DBAPIError, match="ne se modifie pas"):
        db.session.flush()


def test_a_step_needs_the_case_in_sight_with_its_relations(world: World) -> None:
    case = case_in(world, State.CONTACTED, by="preventeur")
    with pytest.raises(AssertionError, match="out of sight"):
        take(world.actor("ailleurs"), case.id, "suspend")
    blind = replace(world.actor("preventeur"), territory=frozenset(), organisation_id=None)
    with pytest.raises(AssertionError, match="out of sight"):
        take(blind, case.id, "suspend")


def test_the_contract_needs_a_final_visit_report(world: World) -> None:
    case = case_in(world, State.DIAGNOSTIC, by="preventeur")
    world.employer("Clain").headcount = 62
    db.session.commit()
    with pytest.raises(Refused) as refused:
        take(world.actor("preventeur"), case.id, "sign_contract", risk_document_on=TODAY, cse_opinion_on=TODAY)
    assert [reason.at for reason in refused.value.reasons] == ["visit"]


def test_the_lead_s_own_steps_are_refused_to_the_others(world: World) -> None:
    case = case_in(world, State.CONTACTED, by="preventeur")
    with pytest.raises(Forbidden, match="Cette étape revient à l’organisme chef de file : Carsat Poitou"):
        take(world.actor("referent"), case.id, "suspend")
    assert db.session.get_one(Case, case.id).state is State.CONTACTED
