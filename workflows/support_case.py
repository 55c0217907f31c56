"""The support of an employer, from « repéré » to « clos »: states, steps, guards, deadlines, reminders."""

from datetime import date
from typing import Any

from workflows.calendar import add_months, days, months
from workflows.core import Deadline, Fact, FactKind, Missing, Step, Workflow
from workflows.labels import LabelledEnum
from workflows.roles import LEADS, Role

CONTRACT_HEADCOUNT_BELOW = 200
"""A prevention contract is for a SIREN of 1 to 199 employees: national CNO rule, configurable later per CNO."""
DOCUMENT_UPDATE_FROM = 11
"""From 11 employees the risk document is updated at least yearly (code du travail, R.4121-2)."""
CORRECTION_DAYS = 7
REFUSAL_MONTHS = 12


class State(LabelledEnum):
    """Where the support of an employer stands, in the agents' words."""

    IDENTIFIED = "identified", "Repéré"
    CONTACTED = "contacted", "Contacté"
    DIAGNOSTIC = "diagnostic", "Diagnostic"
    CONTRACT = "contract", "Contrat de prévention"
    CPOM_OBJECTIVE = "cpom_objective", "Objectif CPOM"
    ACCOMPANIMENT = "accompaniment", "Accompagnement"
    EVALUATION = "evaluation", "Évaluation"
    CLOSED = "closed", "Clos"
    REFUSED = "refused", "Refus"
    OUT_OF_SCOPE = "out_of_scope", "Hors champ"
    SUSPENDED = "suspended", "Suspendu"


EMPLOYER_LABELS = {
    State.IDENTIFIED: "Appui proposé",
    State.CONTACTED: "Premier échange",
    State.DIAGNOSTIC: "État des lieux partagé",
    State.CONTRACT: "Contrat de prévention",
    State.CPOM_OBJECTIVE: "Objectif du CPOM",
    State.ACCOMPANIMENT: "Accompagnement",
    State.EVALUATION: "Bilan des effets",
    State.CLOSED: "Appui terminé",
    State.REFUSED: "Pas de suite pour le moment",
    State.OUT_OF_SCOPE: "Hors du dispositif",
    State.SUSPENDED: "En pause",
}
"""The same states in the words the employer reads."""

MAIN_PATH = (
    (State.IDENTIFIED,),
    (State.CONTACTED,),
    (State.DIAGNOSTIC,),
    (State.CONTRACT, State.CPOM_OBJECTIVE),
    (State.ACCOMPANIMENT,),
    (State.EVALUATION,),
    (State.CLOSED,),
)
"""The milestones of the stepper; the fourth is reached by either of two roads."""


class Outcome(LabelledEnum):
    """How a case ended."""

    ACHIEVED = "achieved", "Objectifs atteints"
    PARTIAL = "partial", "Objectifs atteints en partie"
    NOT_ACHIEVED = "not_achieved", "Objectifs non atteints"
    REDIRECTED = "redirected", "Orienté vers un autre dispositif"
    WITHDRAWN = "withdrawn", "Accompagnement interrompu"
    MERGED = "merged", "Réuni à un autre dossier"


EVALUATED_OUTCOMES = (Outcome.ACHIEVED, Outcome.PARTIAL, Outcome.NOT_ACHIEVED)


# --- Guards: each returns what is missing, in French, or None -----------------------------------------


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


# --- The procedure ------------------------------------------------------------------------------------

INFORMED = Fact("employer_informed_on", "Employeur informé le", hint="Courrier ou information donnée de vive voix.")
AGREED = Fact("employer_agreed_on", "Accord écrit de l’employeur, daté du")
CSE_INFORMED = Fact("cse_informed_on", "CSE informé le")
CSE_OPINION = Fact("cse_opinion_on", "Avis du CSE rendu le")
CSE_ABSENCE = Fact("cse_absence_on", "Ou procès-verbal de carence du CSE, daté du")
RISK_DOCUMENT = Fact("risk_document_on", "Document unique (DUERP) mis à jour le")
CPOM_ENDS = Fact("cpom_ends_on", "CPOM en vigueur jusqu’au", may_be_future=True)
SUPPORT_AGREED = Fact("support_agreed_on", "Convention d’accompagnement signée le")
ASKED = Fact(
    "employer_asked_on",
    "L’employeur est revenu vers nous le",
    hint="Si l’employeur est revenu vers nous avant douze mois, à quelle date ?",
)
OUTCOME = Fact("outcome", "Issue", FactKind.CHOICE, choices=tuple(Outcome.choices()))

RUNNING = (State.CONTACTED, State.DIAGNOSTIC, State.CONTRACT, State.CPOM_OBJECTIVE, State.ACCOMPANIMENT)

WORKFLOW = Workflow(
    name="support_case",
    states=State,
    initial=State.IDENTIFIED,
    ended=frozenset({State.CLOSED, State.REFUSED, State.OUT_OF_SCOPE}),
    steps=(
        Step(
            "contact",
            (State.IDENTIFIED,),
            State.CONTACTED,
            "Prendre contact",
            by=LEADS,
            guards=(lead_is_named, lead_suits_the_sector, employer_was_informed),
            facts=(INFORMED,),
        ),
        Step(
            "start_diagnostic",
            (State.CONTACTED,),
            State.DIAGNOSTIC,
            "Commencer le diagnostic",
            by=LEADS,
            guards=(employer_agreed, staff_body_was_informed),
            facts=(AGREED, CSE_INFORMED, CSE_ABSENCE),
        ),
        Step(
            "sign_contract",
            (State.DIAGNOSTIC,),
            State.CONTRACT,
            "Signer le contrat de prévention",
            by=(Role.CARSAT,),
            lead_only=False,
            guards=(
                employer_is_private,
                scheme_is_general,
                headcount_fits_a_contract,
                visit_was_reported,
                risk_document_is_recent,
                staff_body_was_consulted,
            ),
            facts=(CSE_OPINION, CSE_ABSENCE, RISK_DOCUMENT),
        ),
        Step(
            "sign_cpom_objective",
            (State.DIAGNOSTIC,),
            State.CPOM_OBJECTIVE,
            "Signer un objectif CPOM",
            by=(Role.ARS, Role.DEPT),
            lead_only=False,
            guards=(cpom_is_in_force,),
            facts=(CPOM_ENDS,),
        ),
        Step(
            "start_accompaniment",
            (State.DIAGNOSTIC, State.CONTRACT, State.CPOM_OBJECTIVE),
            State.ACCOMPANIMENT,
            "Commencer l’accompagnement",
            by=LEADS,
            guards=(support_is_agreed,),
            facts=(SUPPORT_AGREED,),
        ),
        Step("evaluate", (State.ACCOMPANIMENT,), State.EVALUATION, "Évaluer", by=LEADS),
        Step(
            "close",
            (State.EVALUATION, State.DIAGNOSTIC, State.CONTRACT, State.CPOM_OBJECTIVE, State.ACCOMPANIMENT),
            State.CLOSED,
            "Clore le dossier",
            by=LEADS,
            guards=(outcome_is_given,),
            facts=(OUTCOME,),
            needs_motive=True,
        ),
        Step(
            "resume_accompaniment",
            (State.EVALUATION,),
            State.ACCOMPANIMENT,
            "Reprendre l’accompagnement",
            by=LEADS,
            needs_motive=True,
        ),
        Step(
            "refuse",
            (State.CONTACTED, State.DIAGNOSTIC, State.ACCOMPANIMENT),
            State.REFUSED,
            "Enregistrer que l’employeur ne donne pas suite",
            by=LEADS,
            needs_motive=True,
            is_aside=True,
        ),
        Step("suspend", RUNNING, State.SUSPENDED, "Suspendre", by=LEADS, needs_motive=True, is_aside=True),
        Step("resume", (State.SUSPENDED,), None, "Reprendre", by=LEADS, returns_to="suspended_from"),
        Step(
            "declare_out_of_scope",
            (State.IDENTIFIED, State.CONTACTED),
            State.OUT_OF_SCOPE,
            "Classer hors champ",
            by=LEADS,
            needs_motive=True,
            is_aside=True,
        ),
        Step(
            "reopen",
            (State.CLOSED, State.REFUSED),
            State.IDENTIFIED,
            "Rouvrir (nouvel épisode)",
            by=LEADS,
            guards=(refusal_is_old_or_lifted,),
            facts=(ASKED,),
            needs_motive=True,
            starts_episode=True,
        ),
        Step(
            "reinstate",
            (State.OUT_OF_SCOPE,),
            State.IDENTIFIED,
            "Remettre dans le champ (nouvel épisode)",
            by=(Role.COORDINATOR,),
            needs_motive=True,
            lead_only=False,
            starts_episode=True,
        ),
        Step(
            "correct",
            tuple(State),
            None,
            "Corriger la dernière étape",
            by=(*LEADS, Role.COORDINATOR),
            guards=(correction_is_timely,),
            returns_to="previous_state",
            needs_motive=True,
            lead_only=False,
            takes_back=True,
            is_aside=True,
        ),
    ),
    deadlines=(
        Deadline(
            "first_contact",
            "Prendre contact",
            State.IDENTIFIED,
            days(60),
            (-30, -15, 0, 5),
            answered_by=("exchange", "visit"),
            repeats=True,
        ),
        Deadline("reply", "Obtenir une réponse de l’employeur", State.CONTACTED, days(45), (-15, 0, 5)),
        Deadline("contact_review", "Faire le point sur la prise de contact", State.CONTACTED, days(90), (0,)),
        Deadline("diagnostic", "Terminer le diagnostic", State.DIAGNOSTIC, months(4), (-15, -3, 7)),
        Deadline("contract_start", "Lancer le programme du contrat", State.CONTRACT, months(3), (-15, 0, 7)),
        Deadline(
            "management_review",
            "Tenir le dialogue de gestion",
            State.CPOM_OBJECTIVE,
            months(12),
            (-60, -30),
            answered_by=("meeting",),
            repeats=True,
        ),
        Deadline(
            "visit",
            "Rencontrer l’employeur",
            State.ACCOMPANIMENT,
            months(6),
            (-30, -7, 1),
            answered_by=("visit", "meeting"),
            repeats=True,
        ),
        Deadline("evaluation_start", "Engager l’évaluation", State.ACCOMPANIMENT, months(24), (-60, 0)),
        Deadline("evaluation", "Conclure l’évaluation", State.EVALUATION, months(3), (-15, 0, 7)),
        Deadline(
            "check",
            "Prendre des nouvelles un an après",
            State.CLOSED,
            months(12),
            (0,),
            answered_by=("exchange", "visit"),
        ),
        Deadline("propose_again", "Proposer à nouveau un appui", State.REFUSED, months(12), (0,)),
        Deadline("suspension_review", "Revoir la suspension", State.SUSPENDED, months(6), (-30, 0, 15)),
    ),
)
