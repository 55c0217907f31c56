"""Where the support of an employer stands, in the agents’ words and in the employer’s, and how it ends."""

from workflows.labels import LabelledEnum


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
