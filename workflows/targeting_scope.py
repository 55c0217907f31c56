"""What a targeting list is about and whom it sends to: fields, criteria, routes. Data without database nor clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.labels import LabelledEnum


class TargetField(LabelledEnum):
    """The structures that are compared with one another. Home care has figures of its own, hence a list of its own."""

    EHPAD = "ehpad", "EHPAD"
    ELDERLY = "elderly", "Personnes âgées : tous les établissements"
    DISABILITY = "disability", "Handicap : établissements et services"
    HOME_CARE = "home_care", "Services à domicile"


class ListRun(LabelledEnum):
    """Where the computation of a list stands. What waits or runs is the scheduler's."""

    NONE = "none", "À lancer"
    WAITING = "waiting", "En attente"
    RUNNING = "running", "En cours"
    DONE = "done", "Terminé"
    FAILED = "failed", "Interrompu"


RUN_STAGES = ("Établissements", "Chiffres", "Calcul", "Écriture")
"""What a computation goes through: the progress that a page shows."""


@dataclass(frozen=True)
class TargetCriterion:
    """One thing that may count: the indicators added, those taken away, its usual weight, the words that name it.

    `words` say it without a figure, to who may read none. `caution` is printed beside it. `is_exceedance`: it is the
    probability of an excess of accidents, which no indicator gives.
    """

    code: str
    label: str
    words: str
    weight: int
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    caution: str = ""
    is_exceedance: bool = False


_ACCIDENTS = TargetCriterion(
    "accidents",
    "Accidents du travail : probabilité d’un excès",
    "accidents du travail",
    0,
    caution="Compté si une convention de la région le prévoit. Jamais l’indice de fréquence.",
    is_exceedance=True,
)
_TDB = (
    # Maternity is no sign of difficulty, and days after an accident would bring raw accidents in by the back door.
    TargetCriterion(
        "absence",
        "Absences, hors maternité et hors AT-MP",
        "absences",
        50,
        ("abs_total",),
        ("abs_mat", "abs_atmp"),
    ),
    TargetCriterion("rotation", "Rotation du personnel", "rotation du personnel", 35, ("rotation",)),
    TargetCriterion(
        "vacance", "Postes vacants", "postes vacants", 15, ("vacance",), caution="Indicateur à fiabiliser."
    ),
    TargetCriterion("prest_ext", "Prestations externes", "recours à des intervenants extérieurs", 0, ("prest_ext",)),
    _ACCIDENTS,
)
_HOME_CARE = (
    TargetCriterion("absence", "Absences", "absences", 50, ("sad_absence",), caution="Déclaré par le service."),
    TargetCriterion("rotation", "Rotation du personnel", "rotation du personnel", 35, ("sad_rotation",)),
    TargetCriterion("vacance", "Postes vacants", "postes vacants", 15, ("sad_vacance",), caution="À fiabiliser."),
    _ACCIDENTS,
)


def criteria_of(field: TargetField) -> tuple[TargetCriterion, ...]:
    """Return the criteria that may count in a field. A frequency index of accidents is none of them, in any field."""
    return _HOME_CARE if field is TargetField.HOME_CARE else _TDB


def criteria_used(field: TargetField, weights: Mapping[str, int]) -> tuple[TargetCriterion, ...]:
    """Return the criteria of a list: those that it weighs, and those that it shows at weight 0 (accidents: never)."""
    known = (one for one in criteria_of(field) if one.code in weights)
    return tuple(one for one in known if weights[one.code] or not one.is_exceedance)


class Route(LabelledEnum):
    """Whom an employer may be sent to, from its sector and its scheme."""

    CARSAT = "carsat", "Carsat possible"
    PUBLIC = "public", "FNP de la CNRACL, ARS, centre de gestion"
    MSA = "msa", "MSA"
    TO_CONFIRM = "to_confirm", "À confirmer par une personne"


def route_of(sector: str, scheme: str | None) -> Route:
    """Return the route of an employer: the branch AT-MP never acts for public agents, the MSA for its own scheme.

    A private employer of unknown scheme is taken to be of the general one, which is by far the most frequent.
    """
    if sector == "public":
        return Route.PUBLIC
    if sector != "private":
        return Route.TO_CONFIRM
    if scheme == "agricole":
        return Route.MSA
    return Route.CARSAT if scheme in (None, "general") else Route.TO_CONFIRM


def method_content(campaign: Any) -> Mapping[str, Any]:
    """Return what the figures of a list depend on, as plain values: its digest says whether they still follow it."""
    return {
        "version": campaign.method_version,
        "field": campaign.field,
        "departements": sorted(campaign.codes),
        "years": [campaign.first_year, campaign.last_year],
        "weights": dict(campaign.weights),
        "cuts": [campaign.first, campaign.following],
        "coverage": campaign.coverage,
    }
