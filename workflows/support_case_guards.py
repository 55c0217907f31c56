"""What must hold before each step of the support: a guard returns what is missing, in French, or None."""

from datetime import date
from typing import Any

from workflows.calendar import add_months
from workflows.core import Missing
from workflows.roles import Role
from workflows.support_case_states import EVALUATED_OUTCOMES, State

CONTRACT_HEADCOUNT_BELOW = 200
"""A prevention contract is for a SIREN of 1 to 199 employees: national CNO rule, configurable later per CNO."""
DOCUMENT_UPDATE_FROM = 11
"""From 11 employees the risk document is updated at least yearly (code du travail, R.4121-2)."""
CORRECTION_DAYS = 7
REFUSAL_MONTHS = 12


def lead_is_named(case: Any, **_: Any) -> Missing | None:
    if case.lead_organisation_id is None:
        return Missing("Désignez l’organisme chef de file.", at="lead")
    return None


def lead_suits_the_sector(case: Any, **_: Any) -> Missing | None:
    return lead_refusal(case.lead_kind, case.employer)


def lead_refusal(kind: Role | None, employer: Any) -> Missing | None:
    """Return why a body of this kind may not lead for this employer; only the Carsat's lead depends on the sector."""
    if kind != Role.CARSAT or employer.is_private:
        return None
    return _not_for_the_carsat(employer)


def employer_is_private(case: Any, **_: Any) -> Missing | None:
    return None if case.employer.is_private else _not_for_the_carsat(case.employer)


def _not_for_the_carsat(employer: Any) -> Missing:
    if employer.is_public:
        return Missing(
            "Employeur public : la branche AT-MP n’intervient pas en prévention auprès des agents publics. "
            "Orientez vers l’ARS, le FNP de la CNRACL ou le centre de gestion.",
            at="lead",
        )
    return Missing("Le secteur de l’employeur reste à confirmer : public ou privé ?", at="sector")


def scheme_is_general(case: Any, **_: Any) -> Missing | None:
    if case.employer.scheme == "agricole":
        return Missing("Employeur du régime agricole : la MSA intervient, non la Carsat.", at="sector")
    if case.employer.scheme != "general":
        return Missing("Indiquez le régime de l’employeur : le contrat suppose le régime général.", at="sector")
    return None


def headcount_fits_a_contract(case: Any, **_: Any) -> Missing | None:
    headcount = case.employer.headcount
    if headcount is None:
        return Missing("Renseignez l’effectif national de l’employeur (SIREN).", at="headcount")
    if not 1 <= headcount < CONTRACT_HEADCOUNT_BELOW:
        return Missing(
            f"Le contrat de prévention s’adresse aux employeurs de 1 à {CONTRACT_HEADCOUNT_BELOW - 1} salariés "
            f"(effectif connu : {headcount}).",
            at="headcount",
        )
    return None


def employer_was_informed(case: Any, **facts: Any) -> Missing | None:
    if _agreed(case, facts, "employer_informed_on"):
        return None
    return Missing("Indiquez la date à laquelle l’employeur a été informé.", at="employer_informed_on")


def employer_agreed(case: Any, **facts: Any) -> Missing | None:
    if _agreed(case, facts, "employer_agreed_on"):
        return None
    return Missing("Il manque l’accord écrit de l’employeur.", at="employer_agreed_on")


def staff_body_was_informed(case: Any, **facts: Any) -> Missing | None:
    """The CSE exists from 11 employees (code du travail, L.2311-2): below, nothing is asked."""
    if _is_under_eleven(case) or _agreed(case, facts, "cse_informed_on", "cse_absence_on"):
        return None
    return Missing("Il manque l’information du CSE (ou le procès-verbal de carence).", at="cse_informed_on")


def staff_body_was_consulted(case: Any, **facts: Any) -> Missing | None:
    if _is_under_eleven(case) or _agreed(case, facts, "cse_opinion_on", "cse_absence_on"):
        return None
    return Missing("Il manque l’avis du CSE (ou le procès-verbal de carence).", at="cse_opinion_on")


def risk_document_is_recent(case: Any, *, on: date, **facts: Any) -> Missing | None:
    updated_on = _known(case, facts, "risk_document_on")
    if updated_on is None:
        return Missing("Il manque la date du document unique (DUERP).", at="risk_document_on")
    if not _is_under_eleven(case) and updated_on < add_months(on, -12):
        return Missing(
            f"Le document unique (DUERP) date du {updated_on:%d/%m/%Y} : il doit avoir moins de douze mois.",
            at="risk_document_on",
        )
    return None


def visit_was_reported(case: Any, **_: Any) -> Missing | None:
    if case.has_final_visit:
        return None
    return Missing("Il manque un compte rendu de visite finalisé.", at="visit")


def carsat_is_free_to_sign(case: Any, *, on: date, today: date, **_: Any) -> Missing | None:
    """No injunction or surcharge may be in force (conditions of the aids of the AT-MP branch).

    Only the caisse that wrote the block down is ever given it with the case: to all others there is none.
    """
    block = case.carsat_block
    if block is None or not (block.is_in_force(on) or block.is_in_force(today)):
        return None
    return Missing("Un empêchement noté par votre caisse est en cours : le contrat attend qu’il soit levé.", at="block")


def cpom_is_in_force(case: Any, *, on: date, **facts: Any) -> Missing | None:
    ends_on = _known(case, facts, "cpom_ends_on")
    if ends_on is None:
        return Missing("Indiquez la date de fin du CPOM en vigueur.", at="cpom_ends_on")
    if ends_on < on:
        return Missing(f"Le CPOM a pris fin le {ends_on:%d/%m/%Y}.", at="cpom_ends_on")
    return None


def support_is_agreed(case: Any, **facts: Any) -> Missing | None:
    if case.state in (State.CONTRACT, State.CPOM_OBJECTIVE):
        return None
    if _agreed(case, facts, "support_agreed_on"):
        return None
    return Missing("Sans contrat ni objectif, il faut une convention d’accompagnement datée.", at="support_agreed_on")


def outcome_is_given(case: Any, **facts: Any) -> Missing | None:
    outcome = facts.get("outcome")
    if not outcome:
        return Missing("Indiquez l’issue de l’accompagnement.", at="outcome")
    if outcome in EVALUATED_OUTCOMES and case.state != State.EVALUATION:
        return Missing("Cette issue suppose une évaluation : passez d’abord par l’étape « Évaluer ».", at="outcome")
    return None


def refusal_is_old_or_lifted(case: Any, *, on: date, **facts: Any) -> Missing | None:
    asked_on = facts.get("employer_asked_on")
    if case.state != State.REFUSED or (asked_on and asked_on >= case.entered_on):
        return None
    again_on = add_months(case.entered_on, REFUSAL_MONTHS)
    if on >= again_on:
        return None
    return Missing(
        f"L’employeur a décliné : un nouvel appui peut être proposé à partir du {again_on:%d/%m/%Y}, "
        "ou dès qu’il en fait la demande.",
        at="employer_asked_on",
    )


def correction_is_timely(case: Any, *, today: date, actor: Any, **_: Any) -> Missing | None:
    """The author corrects within seven days; later, or for somebody else, the coordinator does."""
    if actor.is_coordinator:
        return None
    if case.last_step_by_id == actor.user_id and (today - case.last_step_on).days <= CORRECTION_DAYS:
        return None
    return Missing(
        f"La correction revient à l’auteur de l’étape dans les {CORRECTION_DAYS} jours, "
        "ensuite à la coordination du territoire."
    )


def _known(case: Any, facts: dict[str, Any], *names: str) -> date | None:
    """Return the first date that is given now or was kept before."""
    return next((value for name in names if (value := facts.get(name) or getattr(case, name))), None)


def _agreed(case: Any, facts: dict[str, Any], *names: str) -> bool:
    """Tell whether one of these dates is known for this episode: a new episode asks for agreements anew."""
    dates = [value for name in names if (value := facts.get(name) or getattr(case, name))]
    return any(case.episode == 1 or value >= case.episode_started_on for value in dates)


def _is_under_eleven(case: Any) -> bool:
    headcount = case.employer.headcount
    return headcount is not None and headcount < DOCUMENT_UPDATE_FROM
