"""« Ce repérage était-il juste ? »: what whoever met an employer says of the list that pointed to it."""

from workflows.labels import LabelledEnum


class Fairness(LabelledEnum):
    """Whether the list was right to point to this employer."""

    YES = "yes", "Oui"
    PARTLY = "partly", "En partie"
    NO = "no", "Non"


class FairnessReason(LabelledEnum):
    """Why, from a closed list: what can be counted. The text says the rest."""

    CONFIRMED = "confirmed", "Ce que l’on a vu rejoint les chiffres et ce que l’on savait"
    ELSEWHERE = "elsewhere", "Il y a des difficultés, mais ailleurs que là où la liste les voyait"
    PASSED = "passed", "Les difficultés sont passées : les chiffres étaient anciens"
    FIGURES_WRONG = "figures_wrong", "Les chiffres étaient faux ou incomplets"
    ALREADY_HELPED = "already_helped", "L’employeur agit déjà, ou un autre organisme l’accompagne"
    SMALL_NUMBERS = "small_numbers", "Un petit effectif : quelques départs ou absences ont suffi"
    OTHER = "other", "Autre raison"
