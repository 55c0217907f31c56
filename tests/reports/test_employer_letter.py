"""The letter to an employer: what it says, what it never says, one page when it can, archived and accessible."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from reports import employer_letter
from reports.employer_letter import Correspondent, EmployerLetter, HeldFigure, StructureFigures
from tests.reports.conftest import failures
from tests.reports.examples import ODD_TEXT

FIGURES = tuple(
    HeldFigure(label, value, 2025, "Tableau de bord de la performance")
    for label, value in (
        ("Absentéisme, hors formation", "11,4 %"),
        ("Rotation du personnel", "23,0 %"),
        ("Emplois vacants", "6,2 %"),
        ("Personnel extérieur", "3,1 %"),
        ("Contrats courts", "12 contrats"),
        ("Encadrement", "8,0 %"),
    )
)
USUAL = EmployerLetter(
    reference="D-00042",
    lead_name="Carsat Centre-Ouest",
    employer_name="Association Les Tilleuls",
    address=("12 rue des Tilleuls", "79000 Niort"),
    register=(
        ("Employeur", "Association Les Tilleuls, SIREN 732 829 320, FINESS 79 000 001 2"),
        ("Concernés", "EHPAD Les Tilleuls, Niort (FINESS 79 001 234 0)"),
        ("Source", "répertoire FINESS, public"),
    ),
    structures=(StructureFigures("EHPAD Les Tilleuls", FIGURES),),
    more="",
    correspondents=(Correspondent("Claire Morin", "claire.morin@carsat.example"),),
    pause="12 mois",
    home="https://jalon.exemple.fr",
    notice="https://jalon.exemple.fr/donnees-personnelles",
    made_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
)
FULL = replace(
    USUAL,
    structures=tuple(StructureFigures(name, FIGURES, "Et 3 autres chiffres, à lire dans Jalon.") for name in "AB"),
    more="Nous tenons de même les chiffres de 2 autres établissements.",
)
EMPTY = replace(USUAL, address=(), register=USUAL.register[:1], structures=())
ODD = replace(
    USUAL,
    employer_name=ODD_TEXT[:255],
    lead_name=ODD_TEXT[:255],
    address=(ODD_TEXT[:255],),
    structures=(StructureFigures(ODD_TEXT, FIGURES, ODD_TEXT),),
    correspondents=(Correspondent(ODD_TEXT[:80], "x@exemple.fr"), Correspondent("Zoë O’Connor", "z@exemple.fr")),
)
EXAMPLES = {"usual": (USUAL, 1), "full": (FULL, 2), "empty": (EMPTY, 1), "odd": (ODD, 2)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_archived_accessible_and_short(name: str) -> None:
    values, most_pages = EXAMPLES[name]
    content = employer_letter.pdf(values)
    assert failures(content) == []
    assert len(PdfReader(BytesIO(content)).pages) <= most_pages


def test_it_says_why_what_is_held_and_how_to_say_no() -> None:
    told = " ".join(PdfReader(BytesIO(employer_letter.pdf(USUAL))).pages[0].extract_text().split())
    for said in (
        "Association Les Tilleuls 12 rue des Tilleuls 79000 Niort",
        "Carsat Centre-Ouest, le 24 novembre 2026 · dossier D-00042",
        "Pourquoi nous vous écrivons",
        "Absentéisme, hors formation 11,4 % 2025 Tableau de bord de la performance",
        "Un chiffre est faux",
        "Vous pouvez refuser, à tout moment et sans vous justifier.",
        "de nouveau dans 12 mois",
        "Ce que refuser ne change pas",
        "Claire Morin, Carsat Centre-Ouest : claire.morin@carsat.example",
    ):
        assert said in told, said
    assert [word for word in ("risque", "rang", "score", "priorit", "classe", "cibl") if word in told.lower()] == []


def test_no_figure_is_said_and_a_letter_names_somebody() -> None:
    assert "Nous ne lisons aucun chiffre" in employer_letter.html(EMPTY)
    assert "<script>" not in employer_letter.html(ODD)
    with pytest.raises(ValueError, match="whom to call"):
        replace(USUAL, correspondents=())
