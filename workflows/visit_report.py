"""The life of a visit report: a draft that its author completes, then a final text that never changes."""

from workflows.labels import LabelledEnum


class VisitStatus(LabelledEnum):
    """A final report is only ever replaced by a version that names it."""

    DRAFT = "draft", "Brouillon"
    FINAL = "final", "Finalisé"


class VisitMode(LabelledEnum):
    """Where the visit took place."""

    ON_SITE = "on_site", "Sur place"
    REMOTE = "remote", "À distance"


class ObservationKind(LabelledEnum):
    """What an observation states."""

    FACT = "fact", "Constat"
    RISK = "risk", "Risque"
    EXISTING_MEASURE = "existing_measure", "Mesure existante"
