"""Workbooks: what the page shows, the filters that made it, and no cell that a spreadsheet would run."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.actions.data_requests import receive
from app.actions.journal import record
from app.extensions import db
from app.models import AccessAction, AccessEntry, ExceptionalAccess, ExceptionReason, JournalAction, ObjectKind
from app.models.search import search_key
from app.views import workbooks
from tests.factories import NOW, make_case, make_employer, make_import, make_structure
from tests.pages import Browser
from tests.views.test_cases import all_pages, make_many
from tests.views.test_employers import all_pages as all_employers
from tests.world import World
from workflows.data_request import RequestKind

Browse = Callable[[str], Browser]
TODAY = date(2026, 11, 24)


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
        "Voie rapide": "",
        "Signalé le": "",
    }
    [head, row] = workbook(browse("federation"), "/dossiers.xlsx")["Liste"]
    assert head[-1] == "Chef de file"
    [head, row] = workbook(browse("directrice"), "/dossiers.xlsx")["Liste"]
    assert (head[-1], row[8]) == ("Chef de file", "Premier échange")
    rows = workbook(browse("preventeur"), "/dossiers.xlsx?q=ccas")["Liste"]
    assert rows[1][11:] == [""] * 6


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


LISTS = (
    ("preventeur", "/conventions", "/conventions/liste.xlsx", "Convention du Poitou"),
    ("preventeur", "/donnees", "/donnees.xlsx", "Ensemble"),
    ("referent", "/imports", "/imports/liste.xlsx", "tdb-2025.csv"),
    ("admin", "/journal", "/journal/liste.xlsx", "Connexion"),
    ("admin", "/journal/consultations", "/journal/consultations.xlsx", "Journal"),
    ("admin", "/organisme/personnes?q=admin", "/organisme/personnes/liste.xlsx?q=admin", "Admin Testeur"),
    ("admin", "/organisme/acces-exceptionnels", "/organisme/acces-exceptionnels.xlsx", "Vague de départs"),
    ("admin", "/donnees-personnelles/demandes", "/donnees-personnelles/demandes.xlsx", "Jeanne Martin"),
    ("dreets", "/", "/chiffres.xlsx", "Contacté"),
    ("admin", "/", "/organismes.xlsx", "Carsat Poitou"),
)


@pytest.fixture
def furnished(world: World) -> World:
    """Something in every list."""
    make_import(world.organisation("ARS Poitou"), file_name="tdb-2025.csv")
    admin = world.user("admin")
    db.session.add(
        ExceptionalAccess(
            case_id=world.case("Tilleuls").id, user_id=admin.id, organisation_id=admin.capacities[0].organisation_id,
            reason=ExceptionReason.OTHER, explanation="Vague de départs", opened_at=NOW, expires_at=NOW,
        )
    )  # fmt: skip
    receive(
        RequestKind.ACCESS, "Jeanne Martin", "jeanne@exemple.fr", "", organisation_id=None, user_id=None,
        today=TODAY, now=NOW, submission=None,
    )  # fmt: skip
    record(JournalAction.SIGNED_IN, ObjectKind.USER, 1, {}, actor=world.actor("admin"), now=NOW)
    db.session.commit()
    return world


@pytest.mark.parametrize(("who", "page", "address", "holds"), LISTS)
def test_every_list_leaves_as_a_workbook_with_its_trace(
    app: Flask, furnished: World, browse: Browse, who: str, page: str, address: str, holds: str
) -> None:
    asked = Browser(app, who, second_factor=False).get(address)
    assert (asked.status, (asked.location or "").partition("?")[0]) == (302, "/verification")
    browser = browse(who)
    browser.get(page)  # the journal then has something to tell
    assert address in browser.get(page).links(r"\.xlsx")
    sheets = workbook(browser, address)
    head, *rows = sheets["Liste"]
    assert holds in str(rows) and all(len(row) == len(head) for row in rows)
    assert "Extrait le 24/11/2026" in facts(sheets) and ("Recherche admin" in facts(sheets)) == ("?q=" in address)
    db.session.rollback()
    last = db.session.scalars(select(AccessEntry).order_by(AccessEntry.id.desc())).first()
    assert last and (last.action, last.rows) == (AccessAction.EXPORT, len(rows))
    assert "admin" not in str(last.filters), "what is typed in a search is not kept"


def test_a_long_list_says_that_it_is_cut(world: World, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    make_many(world)
    sheets = workbook(browse("preventeur"), "/dossiers.xlsx")
    assert len(sheets["Liste"]) == 3 and "les 2 premières lignes" in facts(sheets)
