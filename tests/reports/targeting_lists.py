"""Targeting lists for the tests: whole, one part, a draft of nothing, odd words and many employers."""

from dataclasses import replace
from datetime import UTC, datetime

from reports.targeting_list import Copy, Criterion, ListedEmployer, Share, SignatureRow, TargetingList
from tests.reports.examples import ODD_TEXT

ROOT, OTHER = "ab" * 32, "cd" * 32
TILLEULS = ListedEmployer(
    "Association Les Tilleuls",
    "Niort (79)",
    "FINESS 79 000 0001 · SIREN 732 829 320",
    ("EHPAD Les Tilleuls, EHPAD, FINESS 79 001 2340",),
    "À examiner en premier",
    "les indicateurs",
    "Carsat possible",
    "Fédération A",
)
WHOLE = TargetingList(
    title="EHPAD du Poitou, 2027",
    number=2,
    part="",
    facts=(
        ("Champ", "EHPAD"),
        ("Territoire", "Deux-Sèvres (79), Vienne (86)"),
        ("Version", "2, figée le 16 décembre 2026 à 10 h 00"),
        ("Valable", "du 1er décembre 2026 au 31 mai 2028"),
        ("Réunion", "ARS, Carsat, département des Deux-Sèvres"),
        ("Signatures nécessaires", "L’ARS, la Carsat et les départements, et plus de la moitié des fédérations"),
    ),
    criteria=(Criterion("Absences, hors maternité et hors AT-MP", 50), Criterion("Postes vacants", 15, "À fiabiliser")),
    method=(("Années", "2023 à 2025"), ("Version de la méthode", "ciblage-1")),
    employers=(TILLEULS, replace(TILLEULS, name="CCAS de Niort", origin="le terrain", part="Sans fédération")),
    others="",
    shares=(Share("Deux-Sèvres (79)", 2, 1),),
    changes=(("Entrent", "CCAS de Niort"), ("Restent", "1 employeur")),
    signatures=(
        SignatureRow("ARS Poitou", "Anne Roy", "directrice", "", "Signée", "", datetime(2026, 12, 17, 9, 5, tzinfo=UTC),
                     "compte", ROOT),
        SignatureRow("Fédération A", "Luc Petit", "délégué", "par délégation de Zoé Blanc", "Signée avec réserve",
                     "Le CCAS change de directeur en janvier.", datetime(2026, 12, 18, 9, 5, tzinfo=UTC), "lien", ROOT),
        SignatureRow("Fédération B", "", "", "", "Attendue", "", None, "", ""),
    ),
    other_signatures="",
    root=ROOT,
    digests=(("Méthode", OTHER), ("Fédération A", "ef" * 32)),
    recipient="ARS Poitou, Carsat Poitou",
    organisation="ARS Poitou",
    verify_at="https://jalon.exemple.fr/verifier",
    made_at=datetime(2026, 12, 20, 9, 0, tzinfo=UTC),
)  # fmt: skip
PART = replace(WHOLE, part="Fédération A", employers=(TILLEULS,), shares=(), recipient="Fédération A",
               others="La liste compte 12 autres employeurs.")  # fmt: skip
DRAFT = replace(PART, employers=(), signatures=(), changes=(), others="", copy=Copy("PROJET\nAnne Roy\n24/11/2026"))
COPY = replace(PART, copy=Copy("COPIE DE LECTURE\nAnne Roy, ARS Poitou\n24/11/2026 à 10:00", OTHER))
ODD = replace(
    WHOLE,
    title=ODD_TEXT,
    employers=(replace(TILLEULS, name=ODD_TEXT, place="", identity="", structures=(ODD_TEXT,) * 3),),
    signatures=(replace(WHOLE.signatures[1], person=ODD_TEXT, reason=ODD_TEXT * 8),),
    copy=Copy("COPIE DE LECTURE\nZoë <b>O’Connor</b>\nà l’instant"),
)
MANY = replace(WHOLE, employers=tuple(replace(TILLEULS, name=f"Association {n:03d}") for n in range(120)))

LISTS = {"whole": WHOLE, "part": PART, "draft": DRAFT, "copy": COPY, "odd": ODD, "many": MANY}
