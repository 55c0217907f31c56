"""The support of an employer, as tables: where each step leads, what each lacks, what is awaited when."""

import re
from datetime import date
from itertools import pairwise

import pytest

from tests.workflows.bare import BareCase, complete, fired, refusals, unknown
from workflows.core import Refused, Step, unreachable_states
from workflows.labels import LabelledEnum
from workflows.roles import LEADS, Role
from workflows.support_case import EMPLOYER_LABELS, MAIN_PATH, WORKFLOW, Outcome, State

SHORT = dict(zip(State, ("id", "co", "di", "ct", "cp", "ac", "ev", "cl", "re", "hc", "su"), strict=True))
"""repéré, contacté, diagnostic, contrat, CPOM, accompagnement, évaluation, clos, refus, hors champ, suspendu"""

MOVES = """
                      id co di ct cp ac ev cl re hc su
contact               co  .  .  .  .  .  .  .  .  .  .
start_diagnostic       . di  .  .  .  .  .  .  .  .  .
sign_contract          .  . ct  .  .  .  .  .  .  .  .
sign_cpom_objective    .  . cp  .  .  .  .  .  .  .  .
start_accompaniment    .  . ac ac ac  .  .  .  .  .  .
evaluate               .  .  .  .  . ev  .  .  .  .  .
close                  .  . cl cl cl cl cl  .  .  .  .
resume_accompaniment   .  .  .  .  .  . ac  .  .  .  .
refuse                 . re re  .  . re  .  .  .  .  .
suspend                . su su su su su  .  .  .  .  .
resume                 .  .  .  .  .  .  .  .  .  . ac
declare_out_of_scope  hc hc  .  .  .  .  .  .  .  .  .
reopen                 .  .  .  .  .  .  . id id  .  .
reinstate              .  .  .  .  .  .  .  .  . id  .
correct               di di di di di di di di di di di
"""
"""Where each step leads when nothing is missing. The case remembers « accompagnement » under its suspension and
« diagnostic » as the state before its last step."""

NOTHING_MISSING = {"motive": "Direction par intérim", "outcome": "redirected", "employer_asked_on": date(2026, 11, 20)}

LACKS = """
contact (identified)
    lead: Désignez l’organisme chef de file.
    employer_informed_on: Indiquez la date à laquelle l’employeur a été informé.
start_diagnostic (contacted)
    employer_agreed_on: Il manque l’accord écrit de l’employeur.
    cse_informed_on: Il manque l’information du CSE (ou le procès-verbal de carence).
sign_contract (diagnostic)
    visit: Il manque un compte rendu de visite finalisé.
    risk_document_on: Il manque la date du document unique (DUERP).
    cse_opinion_on: Il manque l’avis du CSE (ou le procès-verbal de carence).
sign_cpom_objective (diagnostic)
    cpom_ends_on: Indiquez la date de fin du CPOM en vigueur.
start_accompaniment (diagnostic)
    support_agreed_on: Sans contrat ni objectif, il faut une convention d’accompagnement datée.
start_accompaniment (contract, cpom_objective)
    nothing
evaluate (accompaniment)
    nothing
close (diagnostic, contract, cpom_objective, accompaniment, evaluation)
    outcome: Indiquez l’issue de l’accompagnement.
    motive: Indiquez le motif.
resume_accompaniment (evaluation)
    motive: Indiquez le motif.
refuse (contacted, diagnostic, accompaniment)
    motive: Indiquez le motif.
suspend (contacted, diagnostic, contract, cpom_objective, accompaniment)
    motive: Indiquez le motif.
resume (suspended)
    : L’étape « Reprendre » n’a pas d’état antérieur auquel revenir.
declare_out_of_scope (identified, contacted)
    motive: Indiquez le motif.
reopen (closed)
    motive: Indiquez le motif.
reopen (refused)
    employer_asked_on: L’employeur a décliné : un nouvel appui peut être proposé à partir du 02/03/2027, ou dès qu’il en fait la demande.
    motive: Indiquez le motif.
reinstate (out_of_scope)
    motive: Indiquez le motif.
correct (identified, contacted, diagnostic, contract, cpom_objective, accompaniment, evaluation, closed, refused, out_of_scope, suspended)
    : L’étape « Corriger la dernière étape » n’a pas d’état antérieur auquel revenir.
"""  # noqa: E501
"""What each step asks for when nothing was written on the case yet, wherever the step is open."""

STATES_AFTER = """
identified      contacted out_of_scope
contacted       diagnostic refused out_of_scope suspended
diagnostic      contract cpom_objective accompaniment refused suspended closed
contract        accompaniment suspended closed
cpom_objective  accompaniment suspended closed
accompaniment   evaluation suspended refused closed
evaluation      closed accompaniment
closed          identified
refused         identified
out_of_scope    identified
suspended       the state it left
"""

AWAITED = """
state           rule                since 31 August 2026, due on   reminded on
identified      first_contact       2026-10-30   2026-09-30 2026-10-15 2026-10-30 2026-11-04
contacted       reply               2026-10-15   2026-09-30 2026-10-15 2026-10-20
contacted       contact_review      2026-11-29   2026-11-29
diagnostic      diagnostic          2026-12-31   2026-12-16 2026-12-28 2027-01-07
contract        contract_start      2026-11-30   2026-11-15 2026-11-30 2026-12-07
cpom_objective  management_review   2027-08-31   2027-07-02 2027-08-01
accompaniment   visit               2027-02-28   2027-01-29 2027-02-21 2027-03-01
accompaniment   evaluation_start    2028-08-31   2028-07-02 2028-08-31
evaluation      evaluation          2026-11-30   2026-11-15 2026-11-30 2026-12-07
closed          check               2027-08-31   2027-08-31
refused         propose_again       2027-08-31   2027-08-31
suspended       suspension_review   2027-02-28   2027-01-29 2027-02-28 2027-03-15
"""

BLAME = re.compile(
    "alerte|carence|contrôle|défaill|défaut|difficulté|échec|faible|faute|grave|insuffi|manqu|mauvais|non-respect|"
    "problème|rang|refus|retard|risque|sanction|score|signal|suspen|urgen",
    re.IGNORECASE,
)


def where(case: BareCase, step: str) -> str:
    """Where the step leads, or « . » when the state of the case does not open it."""
    if case.state not in WORKFLOW.step(step).sources:
        with pytest.raises(Refused):
            fired(case, step, **NOTHING_MISSING)
        return "."
    return SHORT[fired(case, step, **NOTHING_MISSING).state]


def test_where_each_step_leads_from_each_state() -> None:
    drawn = [" " * 20 + "".join(f" {SHORT[state]:>2}" for state in State)]
    for step in WORKFLOW.steps:
        cells = (where(complete(state), step.slug) for state in State)
        drawn.append(f"{step.slug:20}" + "".join(f" {cell:>2}" for cell in cells))
    assert [line.split() for line in drawn] == [line.split() for line in MOVES.strip().splitlines()]


def test_what_each_step_lacks_in_each_state() -> None:
    drawn: dict[tuple[str, str], list[str]] = {}
    for step in WORKFLOW.steps:
        for state in step.sources:
            lacks = [f"    {at}: {why}" for at, why in refusals(unknown(State(state)), step.slug)] or ["    nothing"]
            drawn.setdefault((step.slug, "\n".join(lacks)), []).append(state)
    text = "\n".join(f"{step} ({', '.join(states)})\n{lacks}" for (step, lacks), states in drawn.items())
    assert sorted(_paragraphs(text)) == sorted(_paragraphs(LACKS))


def _paragraphs(text: str) -> list[str]:
    """Each step with its states, in their declared order, and the lines under it."""
    found = []
    for block in text.strip().replace("\n    ", "\0").splitlines():
        head, *lines = block.split("\0")
        step, states = head.rstrip(")").split(" (")
        ordered = [state.value for state in State if state in states.split(", ")]
        found.append("\n".join([f"{step} ({', '.join(ordered)})", *lines]))
    return found


@pytest.mark.parametrize("step", WORKFLOW.steps, ids=lambda step: step.slug)
def test_a_step_that_the_state_does_not_open_says_so_and_no_more(step: Step) -> None:
    for state in [state for state in State if state not in step.sources]:
        case = complete(state)
        words = f"L’étape « {step.label} » n’est pas ouverte dans l’état « {state.label} »."
        assert refusals(case, step.slug, **NOTHING_MISSING) == [("", words)]
        assert case == complete(state)


def test_the_moves_are_those_of_the_reference_table() -> None:
    drawn: dict[str, set[str]] = {state: set() for state in State}
    for step in WORKFLOW.steps:
        if step.slug != "correct":
            for state in step.sources:
                drawn[state].add(step.target.value if step.target else "the state it left")
    lines = (line.split(maxsplit=1) for line in STATES_AFTER.strip().splitlines())
    assert drawn == {state: {after} if " it " in after else set(after.split()) for state, after in lines}


def test_every_state_is_reached_and_can_be_left() -> None:
    assert unreachable_states(WORKFLOW) == set()
    for state in State:
        ways_out = [step.slug for step in WORKFLOW.steps_from(state) if step.slug != "correct"]
        assert ways_out, f"one cannot leave {state}"


def test_only_an_ended_case_can_be_opened_again() -> None:
    openings = {"reopen", "reinstate"}
    for state in State:
        reopens = openings & {step.slug for step in WORKFLOW.steps_from(state)}
        assert bool(reopens) == (state in WORKFLOW.ended), state


def test_the_milestones_follow_each_other() -> None:
    for here, there in pairwise(MAIN_PATH):
        for source in here:
            for target in there:
                assert any(source in step.sources and step.target is target for step in WORKFLOW.steps), (
                    source,
                    target,
                )
    sidings = set(State) - {state for milestone in MAIN_PATH for state in milestone}
    assert sidings == {State.REFUSED, State.OUT_OF_SCOPE, State.SUSPENDED}


def test_every_step_has_roles_and_only_the_three_bodies_or_the_coordinator_take_one() -> None:
    for step in WORKFLOW.steps:
        assert step.by, step.slug
        assert set(step.by) <= {*LEADS, Role.COORDINATOR}, step.slug


def test_stopping_and_going_back_need_a_motive() -> None:
    silent = {step.slug for step in WORKFLOW.steps if not step.needs_motive}
    on_the_way = {"contact", "start_diagnostic", "sign_contract", "sign_cpom_objective", "start_accompaniment"}
    assert silent == on_the_way | {"evaluate", "resume"}


@pytest.mark.parametrize("slug", [step.slug for step in WORKFLOW.steps])
def test_a_step_is_named_by_a_french_verb(slug: str) -> None:
    label = WORKFLOW.step(slug).label
    assert label[0].isupper() and label.split()[0].endswith(("er", "ir", "re")), label
    assert "'" not in label and "_" not in label


def test_names_are_unique() -> None:
    for named in (WORKFLOW.steps, WORKFLOW.deadlines):
        slugs = [one.slug for one in named]
        assert len(slugs) == len(set(slugs))
        assert len({one.label for one in named}) == len(slugs)


@pytest.mark.parametrize("words", [State, Outcome, Role])
def test_labels_are_words_for_people(words: type[LabelledEnum]) -> None:
    for member in words:
        assert member.label and member.label != member.value, member
        assert member.label[0].isupper() and "_" not in member.label and "'" not in member.label, member
    assert len({member.label for member in words}) == len(words)


def test_the_employer_reads_its_own_words_in_every_state() -> None:
    assert set(EMPLOYER_LABELS) == set(State)
    assert len(set(EMPLOYER_LABELS.values())) == len(State)
    for state, label in EMPLOYER_LABELS.items():
        assert not BLAME.search(label), f"{state}: {label}"


def test_the_employer_is_not_told_that_it_refused_or_was_spotted() -> None:
    for state in (State.REFUSED, State.IDENTIFIED, State.SUSPENDED, State.OUT_OF_SCOPE):
        assert EMPLOYER_LABELS[state] != state.label


def test_what_is_awaited_in_each_state_and_when() -> None:
    start = date(2026, 8, 31)
    drawn = []
    for state in State:
        for rule in WORKFLOW.deadlines_of(state):
            due_on = rule.due_on(start)
            days = [str(day) for _, day in rule.reminders(due_on, today=start)]
            drawn.append([state.value, rule.slug, str(due_on), *days])
    assert drawn == [line.split() for line in AWAITED.strip().splitlines()[1:]]


def test_nothing_that_is_open_goes_without_a_date() -> None:
    for state in set(State) - WORKFLOW.ended:
        assert WORKFLOW.deadlines_of(state), state


def test_a_deadline_is_answered_by_what_people_log() -> None:
    answers = {rule.slug: rule.answered_by for rule in WORKFLOW.deadlines if rule.answered_by}
    assert answers == {
        "first_contact": ("exchange", "visit"),
        "alert_contact": ("exchange", "visit"),
        "management_review": ("meeting",),
        "visit": ("visit", "meeting"),
        "check": ("exchange", "visit"),
    }
    repeated = {rule.slug for rule in WORKFLOW.deadlines if rule.repeats}
    assert repeated == {"first_contact", "alert_contact", "visit", "management_review"}


def test_an_alert_shortens_the_first_delays_and_no_other() -> None:
    start = date(2026, 8, 31)
    for state in State:
        usual, fast = (WORKFLOW.deadlines_of(state, is_fast=lane) for lane in (False, True))
        assert len(usual) == len(fast)
        for one, other in zip(usual, fast, strict=True):
            assert other == one or (other.hastens == one.slug and other.due_on(start) < one.due_on(start))
            assert other.answered_by == one.answered_by and other.repeats == one.repeats
    hastened = [rule.slug for state in State for rule in WORKFLOW.deadlines_of(state, is_fast=True) if rule.hastens]
    assert hastened == ["alert_contact", "alert_reply", "alert_review"]


def test_every_fact_has_a_place_on_the_case_and_a_label() -> None:
    kept = set(vars(complete(State.IDENTIFIED)))
    for step in WORKFLOW.steps:
        for fact in step.facts:
            assert fact.name in kept, f"{step.slug}: {fact.name}"
            assert fact.label[0].isupper() and "'" not in fact.label
