"""What the visits of the demonstration record, by field: practices and situations of work, never people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.actions.documents import Upload
from app.actions.visits import VisitNotes
from app.readers.nomenclatures import CareField, care_field_of_category
from workflows.visit_report import ObservationKind, VisitMode

Observations = tuple[tuple[ObservationKind, str, str], ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What a visit may say in one field."""

    subjects: tuple[str, ...]
    units: str
    documents: str
    people: tuple[str, ...]
    observations: Observations
    good_practices: str
    agreed: tuple[tuple[str, str], ...]
    """(wording, owner)"""


MATERIAL: Mapping[str, Material] = {
    "elderly": Material(
        ("Transferts et manutention en unité de soins", "Organisation des remplacements", "Accueil des nouveaux"),
        "Unité du rez-de-jardin, unité protégée, lingerie",
        "Document unique, plan de formation, tableau des absences par unité",
        ("Directrice", "Infirmière coordinatrice", "Représentante du CSE", "Deux aides-soignantes"),
        (
            (
                ObservationKind.FACT,
                "Unité du rez-de-jardin",
                "Six rails de plafond, quatre utilisés chaque jour.",
            ),
            (ObservationKind.RISK, "Unité protégée", "Transferts faits à une seule personne en début de soirée."),
            (ObservationKind.RISK, "Lingerie", "Chariots hauts poussés sur un sol en pente."),
            (
                ObservationKind.EXISTING_MEASURE,
                "Ensemble",
                "Deux animatrices de prévention formées, une demi-journée par mois.",
            ),
        ),
        "Temps de relais protégé entre les équipes de jour et de nuit.\nMatériel d’essai choisi avec les soignants.",
        (
            ("Tester le passage à deux pour les transferts du soir pendant un mois", "Infirmière coordinatrice"),
            ("Demander deux devis de chariots à hauteur variable", "Responsable hôtelière"),
            ("Présenter les constats au CSE", "Direction"),
        ),
    ),
    "home_care": Material(
        ("Préparation des tournées", "Repérage des risques au domicile", "Soutien après un événement difficile"),
        "Agence, deux interventions accompagnées",
        "Trame d’évaluation du domicile, plannings du mois, document unique",
        ("Directeur", "Responsable de secteur", "Deux aides à domicile"),
        (
            (ObservationKind.FACT, "Agence", "Plannings envoyés dix jours à l’avance, repris en moyenne deux fois."),
            (ObservationKind.RISK, "Domicile", "Aide au lever sans aide technique chez trois bénéficiaires."),
            (
                ObservationKind.EXISTING_MEASURE,
                "Agence",
                "Échange entre pairs d’une heure, toutes les trois semaines.",
            ),
        ),
        "Une référente passe au domicile avant la première intervention.",
        (
            ("Compléter la trame du domicile par la question des aides techniques", "Responsable de secteur"),
            ("Réserver un temps de trajet réaliste entre deux interventions éloignées", "Direction"),
        ),
    ),
    "disability": Material(
        (
            "Prévention des situations de violence",
            "Organisation du travail en internat",
            "Charges portées à l’atelier",
        ),
        "Unité d’hébergement, atelier, cuisine",
        "Procédure après un événement, document unique, compte rendu du dernier CSE",
        ("Directrice adjointe", "Cheffe de service éducatif", "Deux accompagnants"),
        (
            (ObservationKind.FACT, "Hébergement", "Trois événements analysés en équipe depuis le début de l’année."),
            (ObservationKind.RISK, "Hébergement", "Une personne seule en soirée sur deux étages."),
            (
                ObservationKind.EXISTING_MEASURE,
                "Atelier",
                "Tables réglables en hauteur, choisies avec les travailleurs.",
            ),
        ),
        "Un temps d’écoute est proposé dans les deux jours qui suivent un événement.",
        (
            ("Étudier un renfort mutualisé en soirée avec l’unité voisine", "Direction"),
            ("Partager la procédure avec les remplaçants dès leur arrivée", "Cheffe de service"),
        ),
    ),
}


def field_of(category: str) -> str:
    """Return the key of MATERIAL for a category of establishment."""
    field = care_field_of_category(category)
    if field is CareField.HOME_CARE:
        return "home_care"
    return "elderly" if field in (CareField.ELDERLY, CareField.OTHER) else "disability"


def visit_notes(
    category: str, structure_id: int, visited_on: date, rng: Random, report: Upload | None = None
) -> VisitNotes:
    """Return the notes of a visit to a structure of this category; `report` stands for a text written elsewhere."""
    material = MATERIAL[field_of(category)]
    return VisitNotes(
        visited_on=visited_on,
        mode=VisitMode.REMOTE if rng.random() < 0.15 else VisitMode.ON_SITE,
        structure_id=structure_id,
        subject=rng.choice(material.subjects),
        people_met=material.people,
        units_seen=material.units,
        documents_seen=material.documents,
        observations=material.observations,
        good_practices=material.good_practices,
        agreed_steps=[
            (wording, owner, visited_on + timedelta(days=30 * rank))
            for rank, (wording, owner) in enumerate(material.agreed, start=1)
        ],
        employer_remarks="L’équipe se dit prête à essayer, et souhaite un point d’étape.",
        next_visit_on=visited_on + timedelta(days=rng.randint(90, 150)),
        report=report,
    )
