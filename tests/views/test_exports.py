"""Workbooks: what the page shows, the filters that made it, and no cell that a spreadsheet would run."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook

from app.extensions import db
from app.models.search import search_key
from tests.factories import make_case, make_employer, make_structure
from tests.pages import Browser
from tests.views.test_cases import all_pages, make_many
from tests.views.test_employers import all_pages as all_employers
from tests.world import World

Browse = Callable[[str], Browser]


def workbook(browser: Browser, address: str) -> dict[str, list[list[Any]]]:
    """The sheets of a workbook, as another program reads them."""
    answer = browser.client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Disposition"].endswith('-2026-11-24.xlsx"')
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def facts(sheets: dict[str, list[list[Any]]]) -> str:
    return "\n".join(" ".join(str(cell) for cell in row) for row in sheets["Filtres"])


def test_the_workbook_holds_what_the_pages_show(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    make_many(world)
    for name in ("preventeur", "departement", "federation", "directrice", "aract"):
        browser = browse(name)
        for query in ("", "?state=ouverts&sort=employeur", "?departement=86&q=ehpad", "?q=aucun"):
            with subtests.test(f"{name} {query}"):
                head, *rows = workbook(browser, f"/dossiers.xlsx{query}")["Liste"]
                assert head[0] == "Dossier"
                assert [row[0] for row in rows] == [f"D-{n:05d}" for n in all_pages(browser, f"/dossiers{query}")]


def test_each_cell_says_what_the_page_says(world: World, browse: Browse) -> None:
    case = world.case("Tilleuls")
    case.due_on, case.due_label = date(2026, 12, 17), "Obtenir une réponse"
    db.session.commit()
    head, row = workbook(browse("preventeur"), "/dossiers.xlsx?q=tilleuls")["Liste"]
    assert dict(zip(head, row, strict=True)) == {
        "Dossier": f"D-{case.id:05d}",
        "Établissement": "EHPAD Les Tilleuls",
        "FINESS": case.main_structure.finess,
        "Commune": "Niort",
        "Département": "79",
        "Employeur": "Association Les Tilleuls",
        "SIREN": case.employer.siren,
        "Secteur": "Privé",
        "État": "Contacté",
        "Depuis le": date(2026, 11, 2),
        "Chef de file": "Carsat Poitou",
        "Référents": "Preventeur Testeur",
        "Attendu": "Obtenir une réponse",
        "Échéance": date(2026, 12, 17),
        "Dernière activité": date(2026, 11, 2),
    }
    [head, row] = workbook(browse("federation"), "/dossiers.xlsx")["Liste"]
    assert head[-1] == "Chef de file"
    [head, row] = workbook(browse("directrice"), "/dossiers.xlsx")["Liste"]
    assert (head[-1], row[8]) == ("Chef de file", "Premier échange")
    rows = workbook(browse("preventeur"), "/dossiers.xlsx?q=ccas")["Liste"]
    assert rows[1][11:] == [""] * 4


def test_the_employers_workbook_holds_what_the_pages_show(world: World, browse: Browse) -> None:
    browser = browse("preventeur")
    for query in ("", "?sector=public", "?followed=oui&q=association"):
        head, *rows = workbook(browser, f"/employeurs.xlsx{query}")["Liste"]
        assert head[:2] == ["Employeur", "SIREN"]
        assert len(rows) == len(all_employers(browser, f"/employeurs{query}"))


def test_a_sheet_says_when_by_whom_and_with_which_filters(world: World, browse: Browse) -> None:
    sheets = workbook(browse("preventeur"), "/dossiers.xlsx?state=contacted&departement=79&q=" + quote("=tilleuls"))
    assert list(sheets) == ["Liste", "Filtres"]
    told = facts(sheets)
    for words in ("24/11/2026 à 10:0", "Preventeur Testeur, Carsat Poitou", "État : Contacté", "79 Deux-Sèvres",
                  "Recherche '=tilleuls"):  # fmt: skip
        assert words in told
    told = facts(workbook(browse("preventeur"), "/employeurs.xlsx?sector=public&followed=non"))
    assert "Secteur : Public" in told
    assert "Sans dossier ouvert" in told


def test_no_cell_is_a_formula(world: World, browse: Browse) -> None:
    nasty = ('=HYPERLINK("http://x";"y")', "+33 1", "-2+3", "@SUM(A1)", "\t=1", "https://exemple.fr")
    for words in nasty:
        employer = make_employer(words)
        make_case(employer, make_structure(employer, words), due_label=words, due_on=date(2026, 12, 1))
        employer.search_key = search_key("piege")
    db.session.commit()
    answer = browse("preventeur").client.get("/dossiers.xlsx?q=piege")
    rows = workbook(browse("preventeur"), "/dossiers.xlsx?q=piege")["Liste"][1:]
    assert sorted(row[5] for row in rows) == sorted(w if w.startswith("h") else f"'{w}" for w in nasty)
    assert all(not str(cell).startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert b"<f>" not in answer.data
