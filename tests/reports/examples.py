"""Visit reports for the tests: a usual one, an empty one, and the extremes."""

from dataclasses import replace
from datetime import UTC, date, datetime

from reports.visit_report import AgreedStep, Observation, VisitReport

LABELS: dict[str, str] = {
    "fact": "Constats",
    "risk": "Points de vigilance",
    "existing_measure": "Mesures déjà en place",
}

USUAL = VisitReport(
    case_reference="D-2026-0042, épisode 1",
    employer_name="Association Les Tilleuls",
    employer_siren="732829320",
    structures=(
        ("EHPAD Les Tilleuls", "790012340", "Niort"),
        ("Accueil de jour Les Tilleuls", "790012357", "Niort"),
    ),
    author_name="Claire Morin",
    author_function="contrôleuse de sécurité",
    author_organisation="Carsat Centre-Ouest",
    visited_on=date(2026, 10, 21),
    mode_label="Sur place",
    place="12 rue des Tilleuls, 79000 Niort",
    subject="Premier échange sur la prévention des troubles musculo-squelettiques et l'organisation du soir",
    units_seen=("Unité Glycines (28 lits)", "Cuisine et plonge", "Lingerie"),
    people_met=("Directrice", "Cadre de santé", "Deux aides-soignantes de l'unité Glycines", "Membre du CSE"),
    documents_consulted=("DUERP, mise à jour de mars 2026", "Planning d'octobre", "Registre des accidents bénins"),
    observations=(
        Observation(
            "fact",
            LABELS["fact"],
            "Trois couchers sur dix se font à deux avec le lève-personne ; les autres sont faits seul, "
            "faute de batterie chargée.",
            "Unité Glycines",
        ),
        Observation(
            "fact",
            LABELS["fact"],
            "Le planning change en moyenne deux fois par semaine ; l'équipe le découvre à la prise de poste.",
        ),
        Observation(
            "risk",
            LABELS["risk"],
            "Chariots de linge de plus de 200 kg poussés sur une rampe de 6 m sans frein.",
            "Lingerie",
        ),
        Observation(
            "risk",
            LABELS["risk"],
            "Sol glissant à la plonge après 14:30, pendant le nettoyage.",
            "Cuisine et plonge",
        ),
        Observation(
            "existing_measure",
            LABELS["existing_measure"],
            "Deux référentes PRAP formées en 2025, avec une demi-journée par mois consacrée aux équipes.",
        ),
    ),
    good_practices=(
        "Temps d'échange de dix minutes au changement d'équipe, conservé même en sous-effectif.",
        "Accueil des remplaçants en binôme pendant deux jours.",
    ),
    agreed_steps=(
        AgreedStep("Racheter trois batteries et fixer un point de charge à l'étage", "Direction", date(2026, 11, 30)),
        AgreedStep("Mesurer les efforts sur la rampe avec le service de santé au travail", "Carsat et SPSTI", None),
    ),
    employer_remarks="La directrice souligne deux départs en arrêt long depuis l'été.\n"
    "Elle demande un appui pour présenter le diagnostic au CSE : est-ce possible avant Noël ?",
    next_visit_on=date(2026, 12, 1),
    version=1,
    corrects=None,
    finalised_at=datetime(2026, 10, 23, 8, 5, tzinfo=UTC),
    recipients=("Direction et présidence de l'association", "Partenaires du dossier : ARS, Département, ARACT"),
    sources_note="Observations de la visite ; DUERP de mars 2026 fourni par l'employeur.",
)

EMPTY = replace(
    USUAL,
    case_reference=None,
    employer_siren="",
    structures=(),
    place="",
    subject="",
    units_seen=(),
    people_met=(),
    documents_consulted=(),
    observations=(),
    good_practices=(),
    agreed_steps=(),
    employer_remarks="",
    next_visit_on=None,
    recipients=(),
    sources_note="",
)

CORRECTED = replace(
    USUAL,
    version=2,
    corrects="Version rectificative, remplace la version 1 du 23 octobre 2026 : la rampe mesure 6 m et non 16 m.",
)

PARAGRAPH = "Les équipes décrivent une charge de travail inégale selon les jours et les heures de la semaine. "

WORDY = replace(
    USUAL,
    subject=(PARAGRAPH * 110)[:10_000],
    employer_name="Association intercommunale d’action sociale " * 6,
    author_organisation="Caisse d’assurance retraite et de la santé au travail du Centre-Ouest " * 3,
    observations=(Observation("risk", LABELS["risk"], "x" * 3_000 + " " + PARAGRAPH * 75, "U" * 300),),
    agreed_steps=(AgreedStep((PARAGRAPH * 110)[:10_000], "Direction " * 30, None),),
    employer_remarks=(PARAGRAPH + "\n") * 110,
)

MANY = replace(
    USUAL,
    observations=tuple(
        Observation(kind, label, f"Observation numéro {number} : {PARAGRAPH}", f"Unité {number % 7}")
        for number in range(20)
        for kind, label in LABELS.items()
    ),
    agreed_steps=tuple(
        AgreedStep(f"Suite {number} : {PARAGRAPH}", "Direction", date(2027, 1, 15)) for number in range(40)
    ),
)

ODD_TEXT = (
    "<script>alert('x')</script> & {{ 7*7 }} 😀 bravo 👩\u200d🔬👍🏽 🇫🇷 שלום עולם مرحبا بالعالم 漢字 "
    "e\u0301 Z\u0351\u036f\u0363 "
    "\x00\x07\x1b\ufeff\ue000\ufffe \u202egauche\u202c ﬁ ½ № → ✓ \u2028suite\ttabulation https://exemple.fr/a?b=1;c"
)

ODD = replace(
    USUAL,
    employer_name=ODD_TEXT,
    author_name="Zoë <b>O’Connor</b> \x0b",
    place=ODD_TEXT,
    subject=ODD_TEXT,
    units_seen=(ODD_TEXT, "", " "),
    observations=(Observation("fact", LABELS["fact"], ODD_TEXT, ODD_TEXT),),
    agreed_steps=(AgreedStep(ODD_TEXT, ODD_TEXT, None),),
    employer_remarks=ODD_TEXT * 20,
    recipients=(ODD_TEXT,),
)

EXAMPLES = {
    "usual": USUAL, "empty": EMPTY, "corrected": CORRECTED, "wordy": WORDY, "many": MANY, "odd": ODD,
}  # fmt: skip
