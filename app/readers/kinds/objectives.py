"""Objectives written in contracts (CPOM): what is aimed at, from which value, by which year."""

from dataclasses import dataclass

from app.readers import cells
from app.readers.cells_numbers import from_percent, millionths
from app.readers.kinds.employer_key import EmployerKey
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
    milestone: Measured | None
    milestone_year: int | None
    target: Measured | None
    target_year: int | None
    status: str | None

    @property
    def employer(self) -> EmployerKey:
        return EmployerKey(legal_entity_finess=self.legal_entity_finess)

    @property
    def measures(self) -> tuple[Measured, ...]:
        """All that is measured, in the same unit."""
        return tuple(one for one in (self.baseline, self.milestone, self.target) if one)


def measured(cell: str) -> Measured:
    """« 11,4 % » is a rate, « 12 » a quantity."""
    is_rate = cell.strip().endswith("%")
    return Measured(from_percent(cell) if is_rate else millionths(cell), is_rate)


def _row(values: Values) -> ObjectiveRow:
    start, on_the_way, aim = values["baseline"], values["milestone"], values["target"]
    if len({one.is_rate for one in (start, on_the_way, aim) if one}) > 1:
        values.say(
            Severity.REJECT,
            "target",
            "Départ, jalon et cible ne sont pas dans la même unité : écrivez « % » à tous, ou à aucun.",
        )
    if on_the_way and not values["milestone_year"]:
        values.say(Severity.WARNING, "milestone", "Jalon sans année : il n’est pas repris. Ajoutez l’année du jalon.")
    _check_years(values)
    return ObjectiveRow(
        values.number, values["legal_entity_finess"], values["axis"], values["wording"], values["indicator"], start,
        values["baseline_year"], on_the_way, values["milestone_year"], aim, values["target_year"], values["status"],
    )  # fmt: skip


def _check_years(values: Values) -> None:
    start, on_the_way, aim = values["baseline_year"], values["milestone_year"], values["target_year"]
    if start and aim and aim < start:
        values.say(Severity.REJECT, "target_year", "L’année visée précède celle du départ : corrigez-les.")
    if on_the_way and ((start and on_the_way < start) or (aim and on_the_way > aim)):
        values.say(Severity.REJECT, "milestone_year", "Le jalon n’est pas entre le départ et la cible : corrigez-le.")


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
        Field("milestone", "Jalon", measured, ("Valeur du jalon", "Cible intermédiaire", "Valeur intermédiaire")),
        Field("milestone_year", "Année du jalon", cells.year, ("Année intermédiaire",)),
        Field("target", "Cible", measured, ("Valeur cible", "Valeur visée"), hint="Dans la même unité que le départ"),
        Field("target_year", "Année visée", cells.year, ("Année cible", "Échéance")),
        Field("status", "État", cells.choice(STATUSES), ("Statut", "Avancement")),
    ),
    _row,
    key=("legal_entity_finess", "wording"),
    file_names=("objectifs",),
    examples=(
        {"legal_entity_finess": "799000013", "axis": "Qualité de vie au travail", "wording": "Réduire l’absentéisme",
         "indicator": "Taux d’absentéisme", "baseline": "11,4 %", "baseline_year": "2023",
         "milestone": "10,5 %", "milestone_year": "2025", "target": "9,5 %", "target_year": "2027",
         "status": "En cours"},
        {"legal_entity_finess": "799000021", "axis": "Encadrement", "wording": "Former les cadres de proximité",
         "indicator": "Cadres formés", "baseline": "0", "baseline_year": "2024", "target": "12", "target_year": "2026",
         "status": "À engager"},
    ),
)  # fmt: skip
