"""Objectives written in contracts (CPOM): what is aimed at, from which value, by which year."""

from dataclasses import dataclass

from app.readers import cells
from app.readers.cells_numbers import from_percent, millionths
from app.readers.layouts import Field, Layout, Values
from app.readers.problems import Severity

STATUSES = {
    "planned": ("À engager", "Prévu", "À venir"),
    "under_way": ("En cours", "Engagé"),
    "achieved": ("Atteint", "Réalisé"),
    "partial": ("Atteint en partie", "Partiellement atteint", "Partiel"),
    "not_achieved": ("Non atteint",),
    "dropped": ("Abandonné",),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in millionths of its unit; a rate when it is written with a percent sign."""

    millionths: int
    is_rate: bool


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """One objective of one legal entity."""

    line: int
    legal_entity_finess: str
    axis: str | None
    wording: str
    indicator: str | None
    baseline: Measured | None
    baseline_year: int | None
    target: Measured | None
    target_year: int | None
    status: str | None


def measured(cell: str) -> Measured:
    """« 11,4 % » is a rate, « 12 » a quantity."""
    is_rate = cell.strip().endswith("%")
    return Measured(from_percent(cell) if is_rate else millionths(cell), is_rate)


def _row(values: Values) -> ObjectiveRow:
    start, aim = values["baseline"], values["target"]
    if start and aim and start.is_rate != aim.is_rate:
        values.say(
            Severity.REJECT,
            "target",
            "Départ et cible ne sont pas dans la même unité : écrivez « % » aux deux, ou à aucun.",
        )
    if values["baseline_year"] and values["target_year"] and values["target_year"] < values["baseline_year"]:
        values.say(Severity.REJECT, "target_year", "L’année visée précède celle du départ : corrigez-les.")
    return ObjectiveRow(
        values.number, values["legal_entity_finess"], values["axis"], values["wording"], values["indicator"], start,
        values["baseline_year"], aim, values["target_year"], values["status"],
    )  # fmt: skip


OBJECTIVES = Layout(
    "objectives",
    "Objectifs de CPOM",
    (
        Field("legal_entity_finess", "FINESS EJ", cells.finess, ("FINESS juridique", "EJ"), True, "9 caractères"),
        Field("axis", "Axe", aliases=("Axe stratégique", "Thème")),
        Field("wording", "Objectif", aliases=("Intitulé", "Objectif opérationnel"), required=True),
        Field("indicator", "Indicateur", aliases=("Indicateur de résultat", "Indicateur de suivi")),
        Field("baseline", "Valeur de départ", measured, ("Valeur initiale", "Départ"), hint="« 11,4 % » ou « 12 »"),
        Field("baseline_year", "Année de départ", cells.year, ("Année initiale",)),
        Field("target", "Cible", measured, ("Valeur cible", "Valeur visée"), hint="Dans la même unité que le départ"),
        Field("target_year", "Année visée", cells.year, ("Année cible", "Échéance")),
        Field("status", "État", cells.choice(STATUSES), ("Statut", "Avancement")),
    ),
    _row,
    key=("legal_entity_finess", "wording"),
    file_names=("objectifs",),
    examples=(
        {"legal_entity_finess": "799000013", "axis": "Qualité de vie au travail", "wording": "Réduire l’absentéisme",
         "indicator": "Taux d’absentéisme", "baseline": "11,4 %", "baseline_year": "2023", "target": "9,5 %",
         "target_year": "2027", "status": "En cours"},
        {"legal_entity_finess": "799000021", "axis": "Encadrement", "wording": "Former les cadres de proximité",
         "indicator": "Cadres formés", "baseline": "0", "baseline_year": "2024", "target": "12", "target_year": "2026",
         "status": "À engager"},
    ),
)  # fmt: skip
