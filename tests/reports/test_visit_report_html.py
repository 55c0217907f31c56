"""What the report says, read in its HTML."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from lxml import html as lxml_html

from reports import visit_report
from reports.digest import content_digest
from reports.visit_report import Observation
from tests.reports.examples import CORRECTED, EMPTY, EXAMPLES, ODD, USUAL, WORDY

SECTIONS = [
    "Déroulé de la visite",
    "Observations",
    "Bonnes pratiques relevées",
    "Suites convenues ensemble",
    "Remarques de l’employeur",
    "Prochaine visite",
    "Diffusion et sources",
]


def parsed(report: visit_report.VisitReport) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(visit_report.html(report))


def text_of(report: visit_report.VisitReport) -> str:
    """The words of the page, every kind of space made plain."""
    return re.sub(r"\s+", " ", parsed(report).text_content())


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_section_is_there_in_order(name: str) -> None:
    document = parsed(EXAMPLES[name])
    assert [heading.text_content() for heading in document.iter("h1")] == ["Compte rendu de visite"]
    assert [heading.text_content() for heading in document.iter("h2")] == SECTIONS
    assert document.get("lang") == "fr"
    assert all(header.get("scope") in ("row", "col") for header in document.iter("th"))


@pytest.mark.parametrize(
    "words",
    [
        "Visite de conseil : ce n’est pas un contrôle.",
        "Sur place · 21 octobre 2026",
        "12 rue des Tilleuls, 79000 Niort",
        "SIREN 732 829 320",
        "EHPAD Les Tilleuls, Niort FINESS 790012340",
        "D-2026-0042, épisode 1",
        "Claire Morin, contrôleuse de sécurité, Carsat Centre-Ouest",
        "Deux aides-soignantes de l’unité Glycines",
        "Cuisine et plonge",
        "Registre des accidents bénins",
        "Trois couchers sur dix se font à deux",
        "Accueil des remplaçants en binôme pendant deux jours.",
        "Racheter trois batteries et fixer un point de charge à l’étage Direction 30 novembre 2026",
        "Mesurer les efforts sur la rampe avec le service de santé au travail Carsat et SPSTI Sans date",
        "est-ce possible avant Noël ?",
        "Prévue le 1er décembre 2026.",
        "Le 23 octobre 2026 à 10 h 05, version 1",
        "Partenaires du dossier : ARS, Département, ARACT",
        "DUERP de mars 2026 fourni par l’employeur.",
        "Document confidentiel",
    ],
)
def test_what_was_written_is_printed(words: str) -> None:
    assert words in text_of(USUAL)


def test_observations_are_grouped_by_kind_whatever_their_order() -> None:
    shuffled = replace(USUAL, observations=USUAL.observations[::-1])
    headings = [heading.text_content() for heading in parsed(shuffled).iter("h3")]
    assert headings == ["Constats", "Points de vigilance", "Mesures déjà en place"]


def test_empty_sections_say_so() -> None:
    text = text_of(EMPTY)
    for sentence in (
        "Aucune observation consignée.",
        "Aucune bonne pratique consignée.",
        "Aucune suite convenue.",
        "Aucune fonction indiquée.",
        "Aucune unité indiquée.",
        "Aucun document consulté.",
        "L’employeur n’a pas fait de remarque.",
        "Aucune date fixée.",
        "Aucun établissement désigné",
        "Visite hors dossier",
        "L’auteur seulement.",
    ):
        assert sentence in text
    assert "None" not in text


def test_a_correction_is_announced_first() -> None:
    notices = [notice.text_content().strip() for notice in parsed(CORRECTED).find_class("notice")]
    assert notices[0].startswith("Version rectificative, remplace la version 1 du 23 octobre 2026")
    assert len(parsed(USUAL).find_class("notice")) == 1


def test_the_head_names_the_establishment_visited_then_the_employer() -> None:
    one = replace(USUAL, structures=USUAL.structures[:1])
    names = [[found.text_content() for found in parsed(report).find_class(kind)]
             for report in (one, USUAL) for kind in ("visited", "employer")]  # fmt: skip
    assert names == [["EHPAD Les Tilleuls"], ["Association Les Tilleuls"], ["Association Les Tilleuls"], []]
    assert parsed(one).findtext(".//title") == "Compte rendu de visite – EHPAD Les Tilleuls – 21\u00a0octobre\u00a02026"


def test_a_short_table_of_steps_stays_in_one_piece_and_a_long_one_does_not() -> None:
    assert len(parsed(USUAL).find_class("together")) == 1
    assert parsed(EXAMPLES["many"]).find_class("together") == []


def test_the_foot_carries_version_and_digest() -> None:
    digest = content_digest(CORRECTED)
    (foot,) = parsed(CORRECTED).find_class("page-foot")
    assert f"version 2 · empreinte du contenu {digest[:16]}" in foot.text_content()
    assert digest in text_of(CORRECTED)


def test_a_long_organisation_is_cut_in_the_head_and_whole_in_the_text() -> None:
    (head,) = parsed(WORDY).find_class("page-head-organisation")
    assert len(head.text_content()) <= 72
    assert head.text_content().endswith("…")
    assert WORDY.author_organisation.strip() in text_of(WORDY).replace("\u00a0", " ")


def test_what_people_type_stays_text() -> None:
    document = parsed(ODD)
    assert list(document.iter("script", "b", "img")) == []
    assert "<script>alert('x')</script> & {{ 7*7 }}" in text_of(ODD)


def test_blank_items_leave_no_bullet() -> None:
    assert all(item.text_content().strip() for item in parsed(ODD).iter("li"))


def test_values_without_meaning_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        Observation("blame", "Fautes", "…")
    with pytest.raises(ValueError, match="time zone"):
        replace(USUAL, finalised_at=datetime(2026, 1, 1))
