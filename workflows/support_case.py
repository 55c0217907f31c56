"""The support of an employer, from « repéré » to « clos »: steps, deadlines, reminders."""

from workflows.calendar import days, months
from workflows.core import Deadline, Fact, FactKind, Step, Workflow
from workflows.roles import LEADS, Role
from workflows.support_case_guards import (
    carsat_is_free_to_sign,
    correction_is_timely,
    cpom_is_in_force,
    employer_agreed,
    employer_is_private,
    employer_was_informed,
    headcount_fits_a_contract,
    lead_is_named,
    lead_suits_the_sector,
    outcome_is_given,
    refusal_is_old_or_lifted,
    risk_document_is_recent,
    scheme_is_general,
    staff_body_was_consulted,
    staff_body_was_informed,
    support_is_agreed,
    visit_was_reported,
)
from workflows.support_case_states import EMPLOYER_LABELS, MAIN_PATH, Outcome, State

__all__ = ["EMPLOYER_LABELS", "MAIN_PATH", "WORKFLOW", "Outcome", "State"]

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
                carsat_is_free_to_sign,
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
        # An alert does not wait: the region's settings change these delays as they change the others.
        Deadline(
            "alert_contact",
            "Prendre contact après l’alerte",
            State.IDENTIFIED,
            days(15),
            (-7, -2, 0, 3),
            answered_by=("exchange", "visit"),
            repeats=True,
            hastens="first_contact",
        ),
        Deadline(
            "alert_reply",
            "Obtenir une réponse de l’employeur après l’alerte",
            State.CONTACTED,
            days(15),
            (-5, 0, 3),
            hastens="reply",
        ),
        Deadline(
            "alert_review",
            "Faire le point sur la prise de contact après l’alerte",
            State.CONTACTED,
            days(45),
            (0,),
            hastens="contact_review",
        ),
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
