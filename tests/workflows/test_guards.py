"""What a step asks for, at its limits: each refusal says what is missing and where to mend it."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.workflows.bare import TODAY, BareActor, complete, fired, refusals
from workflows.roles import Role
from workflows.support_case import State

PUBLIC = (
    "Employeur public : la branche AT-MP n’intervient pas en prévention auprès des agents publics. "
    "Orientez vers l’ARS, le FNP de la CNRACL ou le centre de gestion."
)
SECTOR = "Le secteur de l’employeur reste à confirmer : public ou privé ?"
CONTRACT_SIZE = "Le contrat de prévention s’adresse aux employeurs de 1 à 199 salariés (effectif connu : {})."
STAFF_INFORMED = "Il manque l’information du CSE (ou le procès-verbal de carence)."
STAFF_CONSULTED = "Il manque l’avis du CSE (ou le procès-verbal de carence)."
OLD_DOCUMENT = "Le document unique (DUERP) date du {} : il doit avoir moins de douze mois."
NEEDS_EVALUATION = "Cette issue suppose une évaluation : passez d’abord par l’étape « Évaluer »."
NOT_YOURS = "La correction revient à l’auteur de l’étape dans les 7 jours, ensuite à la coordination du territoire."
ASKED_TOO_SOON = (
    "L’employeur a décliné : un nouvel appui peut être proposé à partir du {}, ou dès qu’il en fait la demande."
)
YEAR_AGO = date(2025, 11, 24)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("sector", "lead_kind", "expected"),
    [
        ("private", Role.CARSAT, []),
        ("public", Role.CARSAT, [("lead", PUBLIC)]),
        ("to_confirm", Role.CARSAT, [("sector", SECTOR)]),
        ("public", Role.ARS, []),
        ("public", Role.DEPT, []),
        ("to_confirm", Role.ARS, []),
    ],
)
def test_the_carsat_leads_for_private_employers_only(sector: str, lead_kind: Role, expected: list[Any]) -> None:
    case = complete(State.IDENTIFIED, sector=sector, lead_kind=lead_kind)
    assert refusals(case, "contact") == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sector": "public"}, [("lead", PUBLIC)]),
        ({"sector": "to_confirm"}, [("sector", SECTOR)]),
        ({"scheme": "agricole"}, [("sector", "Employeur du régime agricole : la MSA intervient, non la Carsat.")]),
        *[
            (
                {"scheme": scheme},
                [("sector", "Indiquez le régime de l’employeur : le contrat suppose le régime général.")],
            )
            for scheme in (None, "cnracl", "mixed")
        ],
        ({"headcount": None}, [("headcount", "Renseignez l’effectif national de l’employeur (SIREN).")]),
        ({"headcount": 0}, [("headcount", CONTRACT_SIZE.format(0))]),
        ({"headcount": 1}, []),
        ({"headcount": 199}, []),
        ({"headcount": 200}, [("headcount", CONTRACT_SIZE.format(200))]),
        ({"has_final_visit": False}, [("visit", "Il manque un compte rendu de visite finalisé.")]),
        ({"risk_document_on": None}, [("risk_document_on", "Il manque la date du document unique (DUERP).")]),
        ({"risk_document_on": YEAR_AGO}, []),
        ({"risk_document_on": YEAR_AGO - DAY}, [("risk_document_on", OLD_DOCUMENT.format("23/11/2025"))]),
        ({"risk_document_on": date(2015, 1, 1), "headcount": 10}, []),
        (
            {"risk_document_on": date(2015, 1, 1), "headcount": 11},
            [("risk_document_on", OLD_DOCUMENT.format("01/01/2015"))],
        ),
        (
            {"risk_document_on": None, "headcount": 3},
            [("risk_document_on", "Il manque la date du document unique (DUERP).")],
        ),
        ({"cse_opinion_on": None}, []),
        ({"cse_absence_on": None}, []),
        ({"cse_opinion_on": None, "cse_absence_on": None}, [("cse_opinion_on", STAFF_CONSULTED)]),
        ({"cse_opinion_on": None, "cse_absence_on": None, "headcount": 10}, []),
        ({"cse_opinion_on": None, "cse_absence_on": None, "headcount": 11}, [("cse_opinion_on", STAFF_CONSULTED)]),
        ({"cse_informed_on": None}, []),
    ],
)
def test_a_prevention_contract_asks_for(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert refusals(complete(State.DIAGNOSTIC, **changes), "sign_contract") == expected


@pytest.mark.parametrize(
    ("headcount", "known", "expected"),
    [
        (62, {}, [("cse_informed_on", STAFF_INFORMED)]),
        (62, {"cse_informed_on": TODAY}, []),
        (62, {"cse_absence_on": TODAY}, []),
        (11, {}, [("cse_informed_on", STAFF_INFORMED)]),
        (10, {}, []),
        (None, {}, [("cse_informed_on", STAFF_INFORMED)]),
    ],
)
def test_the_staff_body_is_informed_from_eleven_employees(
    headcount: int | None, known: dict[str, Any], expected: list[Any]
) -> None:
    case = complete(State.CONTACTED, headcount=headcount, cse_informed_on=None, cse_absence_on=None)
    assert refusals(case, "start_diagnostic", **known) == expected


@pytest.mark.parametrize(
    ("ends_on", "expected"),
    [
        (TODAY, []),
        (TODAY - DAY, [("cpom_ends_on", "Le CPOM a pris fin le 23/11/2026.")]),
        (date(2031, 1, 1), []),
        (None, [("cpom_ends_on", "Indiquez la date de fin du CPOM en vigueur.")]),
    ],
)
def test_the_cpom_is_in_force_until_its_last_day(ends_on: date | None, expected: list[Any]) -> None:
    case = complete(State.DIAGNOSTIC, cpom_ends_on=None)
    assert refusals(case, "sign_cpom_objective", cpom_ends_on=ends_on) == expected


def test_what_is_given_now_counts_before_what_was_known() -> None:
    ended, renewed = TODAY - DAY, TODAY + DAY
    assert refusals(complete(State.DIAGNOSTIC, cpom_ends_on=ended), "sign_cpom_objective", cpom_ends_on=renewed) == []
    assert refusals(complete(State.DIAGNOSTIC, cpom_ends_on=renewed), "sign_cpom_objective", cpom_ends_on=ended)


def test_the_cpom_concerns_public_employers_too() -> None:
    assert refusals(complete(State.DIAGNOSTIC, sector="public", headcount=900), "sign_cpom_objective") == []


@pytest.mark.parametrize("state", [State.DIAGNOSTIC, State.EVALUATION, State.ACCOMPANIMENT])
@pytest.mark.parametrize("outcome", ["achieved", "partial", "not_achieved", "redirected", "withdrawn", "merged"])
def test_a_result_supposes_an_evaluation(state: State, outcome: str) -> None:
    is_result = outcome in ("achieved", "partial", "not_achieved")
    expected = [("outcome", NEEDS_EVALUATION)] if is_result and state is not State.EVALUATION else []
    assert refusals(complete(state), "close", outcome=outcome, motive="Terme atteint") == expected


def test_the_outcome_of_an_earlier_episode_does_not_count() -> None:
    case = complete(State.EVALUATION, outcome="achieved")
    assert refusals(case, "close", motive="Terme") == [("outcome", "Indiquez l’issue de l’accompagnement.")]


@pytest.mark.parametrize(
    ("declined_on", "asked_on", "again_on"),
    [
        (YEAR_AGO, None, None),
        (YEAR_AGO + DAY, None, "25/11/2026"),
        (date(2026, 11, 23), None, "23/11/2027"),
        (date(2026, 11, 23), TODAY, None),
        (date(2026, 11, 23), date(2026, 11, 23), None),
        (date(2026, 11, 23), date(2026, 11, 22), "23/11/2027"),
    ],
    ids=["a year ago", "a day short", "yesterday", "asked today", "asked the same day", "asked before declining"],
)
def test_one_waits_a_year_after_a_refusal_unless_the_employer_asks(
    declined_on: date, asked_on: date | None, again_on: str | None
) -> None:
    case = complete(State.REFUSED, entered_on=declined_on)
    expected = [("employer_asked_on", ASKED_TOO_SOON.format(again_on))] if again_on else []
    assert refusals(case, "reopen", employer_asked_on=asked_on, motive="Nouvelle direction") == expected


def test_a_closed_case_reopens_without_waiting() -> None:
    assert refusals(complete(State.CLOSED, entered_on=TODAY), "reopen", motive="Nouvelle demande") == []


@pytest.mark.parametrize(
    ("days", "author", "actor", "is_open"),
    [
        (0, 7, BareActor(7), True),
        (7, 7, BareActor(7), True),
        (8, 7, BareActor(7), False),
        (1, 7, BareActor(8), False),
        (1, None, BareActor(8), False),
        (1, 7, BareActor(8, is_coordinator=True), True),
        (400, 7, BareActor(8, is_coordinator=True), True),
    ],
)
def test_who_may_correct_and_until_when(days: int, author: int | None, actor: BareActor, is_open: bool) -> None:
    case = complete(State.CONTRACT, last_step_by_id=author, last_step_on=TODAY - timedelta(days=days))
    expected = [] if is_open else [("", NOT_YOURS)]
    assert refusals(case, "correct", actor=actor, motive="Erreur de dossier") == expected


@pytest.mark.parametrize(
    ("state", "step", "known", "why"),
    [
        (
            State.IDENTIFIED,
            "contact",
            ("employer_informed_on",),
            "Indiquez la date à laquelle l’employeur a été informé.",
        ),
        (State.CONTACTED, "start_diagnostic", ("employer_agreed_on",), "Il manque l’accord écrit de l’employeur."),
        (State.CONTACTED, "start_diagnostic", ("cse_informed_on", "cse_absence_on"), STAFF_INFORMED),
        (State.DIAGNOSTIC, "sign_contract", ("cse_opinion_on", "cse_absence_on"), STAFF_CONSULTED),
        (
            State.DIAGNOSTIC,
            "start_accompaniment",
            ("support_agreed_on",),
            "Sans contrat ni objectif, il faut une convention d’accompagnement datée.",
        ),
    ],
)
def test_a_new_episode_asks_for_agreements_anew(state: State, step: str, known: tuple[str, ...], why: str) -> None:
    start = date(2026, 5, 1)
    again = {"episode": 2, "episode_started_on": start}
    before, since = dict.fromkeys(known, start - DAY), dict.fromkeys(known, start)
    assert refusals(complete(state, **before), step) == []
    assert refusals(complete(state, **before, **again), step) == [(known[0], why)]
    assert refusals(complete(state, **since, **again), step) == []
    assert refusals(complete(state, **before, **again), step, **{known[0]: start}) == []


@pytest.mark.parametrize("motive", ["", "   ", None])
def test_a_blank_motive_is_no_motive(motive: str | None) -> None:
    assert refusals(complete(State.CONTACTED), "suspend", motive=motive) == [("motive", "Indiquez le motif.")]


@pytest.mark.parametrize(
    ("effective_on", "at"),
    [
        (None, []),
        (TODAY, []),
        (TODAY + DAY, ["effective_on"]),
        (date(2026, 11, 2), []),
        (date(2026, 11, 1), ["effective_on"]),
    ],
)
def test_a_step_takes_effect_between_the_one_before_and_today(effective_on: date | None, at: list[str]) -> None:
    case = complete(State.ACCOMPANIMENT, entered_on=date(2026, 11, 2))
    assert [where for where, _ in refusals(case, "evaluate", effective_on=effective_on)] == at


@pytest.mark.parametrize(
    ("step", "state", "fact"),
    [
        ("contact", State.IDENTIFIED, "employer_informed_on"),
        ("start_diagnostic", State.CONTACTED, "employer_agreed_on"),
        ("start_diagnostic", State.CONTACTED, "cse_informed_on"),
        ("sign_contract", State.DIAGNOSTIC, "cse_opinion_on"),
        ("sign_contract", State.DIAGNOSTIC, "risk_document_on"),
        ("start_accompaniment", State.DIAGNOSTIC, "support_agreed_on"),
    ],
)
def test_what_was_signed_was_not_signed_tomorrow(step: str, state: State, fact: str) -> None:
    assert refusals(complete(state), step, **{fact: TODAY}) == []
    [(at, why)] = refusals(complete(state), step, **{fact: TODAY + DAY})
    assert at == fact
    assert why.endswith(": cette date est dans le futur.")


def test_a_suspension_returns_to_the_state_it_left() -> None:
    for left in (State.CONTACTED, State.DIAGNOSTIC, State.CONTRACT, State.CPOM_OBJECTIVE, State.ACCOMPANIMENT):
        case = fired(complete(left), "suspend", motive="Fusion en cours")
        case.suspended_from = left
        assert fired(case, "resume").state is left


def test_a_correction_returns_to_the_state_before_whatever_it_was() -> None:
    for before in State:
        case = complete(State.CONTACTED, previous_state=before)
        assert fired(case, "correct", motive="Erreur de dossier").state is before
