"""The signed list as a document: what each variant says and does not, its two standards, with and without seal."""

import re
from functools import cache
from io import BytesIO

import pypdf
import pytest

from app.seal.stamping import stamp
from reports import targeting_list
from tests.reports.conftest import failures
from tests.reports.targeting_lists import LISTS, OTHER, ROOT
from tests.reports.test_visit_report_pdf import tags_of, text_of
from tests.seal.test_seal import NOW, sealer


@cache
def drawn(name: str) -> bytes:
    return targeting_list.pdf(LISTS[name])


@pytest.mark.parametrize("name", LISTS)
def test_every_variant_is_archivable_and_accessible_before_and_after_its_seal(name: str) -> None:
    assert failures(drawn(name)) == []
    assert failures(stamp(drawn(name), sealer(), words=name, now=NOW)) == []


def test_the_whole_list_says_all_that_was_decided() -> None:
    text = text_of(drawn("whole"))
    for words in (
        "version 2", "Deux-Sèvres (79), Vienne (86)", "plus de la moitié des fédérations", "Postes vacants",
        "À fiabiliser",
        "CCAS de Niort", "le terrain", "Place de tous", "par délégation de Zoé Blanc", "Le CCAS change de directeur",
        "Attendue", ROOT[:16], "règlement eIDAS", "Exemplaire de ARS Poitou", "17 décembre 2026 à 10",
    ):  # fmt: skip
        assert words in text, words
    assert ROOT in text.replace(" ", "") and "copie" not in text.lower()


def test_a_part_has_its_own_employers_and_counts_the_others() -> None:
    text = text_of(drawn("part"))
    assert "Fédération A" in text and "12 autres employeurs" in text and "Ce que la liste doit au terrain" not in text
    assert "Sous-liste" not in text


def test_a_copy_says_on_each_page_that_it_is_one_and_names_its_reader() -> None:
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in pypdf.PdfReader(BytesIO(drawn("copy"))).pages]
    assert all("COPIE DE LECTURE" in page and "Anne Roy, ARS Poitou" in page for page in pages)
    assert OTHER in "".join(pages).replace(" ", "")
    draft = text_of(drawn("draft"))
    assert "PROJET" in draft and "Projet, sans valeur" in draft and "Personne n’a encore signé" in draft
    assert tags_of(drawn("copy")).count("H1") == 1


def test_a_name_is_never_markup() -> None:
    html = targeting_list.html(LISTS["odd"])
    assert "<script>alert" not in html and "&lt;script&gt;" in html


def test_a_long_list_keeps_its_heads_and_its_order() -> None:
    text = text_of(drawn("many"))
    found = re.findall(r"Association (\d{3})", text)
    assert found == sorted(found) and len(found) == 120 and text.count("Retenu d’après") > 3
