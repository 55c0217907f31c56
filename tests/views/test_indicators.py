"""The pages of figures: the table, the words for what is missing, remarks and their answers, the documents."""

import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pypdf
import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.actions.comparisons import refresh_comparisons
from app.extensions import db
from app.models import MILLION, ClaimReference, FigureRemark, Organisation, Structure
from app.readers.indicators import AGES
from app.views.employer_returns import return_of
from reports import employer_return
from tests.factories import NOW, make_employer, make_figure, make_import, make_structure
from tests.pages import Browser
from tests.reports.conftest import failures
from tests.world import World
from workflows.import_run import ImportKind

Browse = Callable[[str], Browser]
READERS = ("preventeur", "directrice", "referent", "departement", "federation", "dreets")
TODAY = date(2026, 11, 24)
WORDING = "Deux départs à la retraite expliquent la hausse."


@pytest.fixture
def tilleuls(world: World) -> Structure:
    """An EHPAD with three years of figures among twelve peers, and four accidents."""
    employer = world.employer("Tilleuls")
    employer.legal_status = "60"
    structure: Structure = employer.structures[0]
    structure.headcount = 61
    brought = make_import(
        world.organisation("ARS Poitou"), file_name="tdb-2025.csv", author_id=world.user("referent").id
    )
    peers = [
        make_structure(make_employer(f"Pair {n}", legal_status="60"), f"EHPAD {n}", capacity=62) for n in range(11)
    ]
    db.session.flush()
    for n, site in enumerate([structure, *peers]):
        for year in (2023, 2024, 2025):
            make_figure(site, "abs_total", year, 100_000 + 2_000 * n + year, brought)
            make_figure(site, "abs_court", year, 40_000, brought)
    carsat = make_import(world.organisation("Carsat Poitou"), ImportKind.ATMP)
    make_figure(structure, "at_first_payment", 2025, 4 * MILLION, carsat)
    refresh_comparisons()
    db.session.commit()
    return structure


def address(structure: Structure, of: str = "") -> str:
    return f"/etablissements/{structure.finess}{of}"


def test_a_figure_carries_its_year_its_source_and_its_peers(tilleuls: Structure, browse: Browse) -> None:
    page = browse("referent").get(address(tilleuls))
    assert "Absentéisme 10,2 %2025médiane 11,3 %" in page.main
    assert "comparé à 12 EHPAD de la région, de même statut et de même taille" in page.main
    assert "ici dans le dixième le plus bas" in page.main
    assert "Rotation non renseigné2025" in page.main
    assert "repris par ARS Poitou le 24 novembre 2026" in page.main
    titles = page.tree.xpath("//*[local-name()='svg']/*[local-name()='title']/text()")
    assert titles == ["Taux d’absentéisme (hors formation)", "Absentéisme par motif"]
    assert len(page.tree.xpath("//figure//table")) == 2, "each picture has its figures as a table"


@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [
        ("preventeur", "4 accidents", "non autorisé"),
        ("directrice", "4 accidents", "dixième"),
        ("departement", "Vous lisez les chiffres des autres organismes par la convention", "4 accidents"),
        ("federation", "Indicateurs du tableau de bord : non autorisé.", "10,2"),
    ],
)
def test_each_reads_what_is_open_to_it(tilleuls: Structure, browse: Browse, name: str, said: str, unsaid: str) -> None:
    for path in (address(tilleuls), f"/employeurs/{tilleuls.employer_id}"):
        main = browse(name).get(path).main
        assert unsaid not in main
    assert said in browse(name).get(address(tilleuls)).main


@pytest.mark.parametrize("count", [3, 12])
def test_accidents_known_for_the_whole_employer_are_told_on_its_page(world: World, browse: Browse, count: int) -> None:
    employer = world.employer("Tilleuls")
    employer.naf = "8710A"
    carsat = make_import(world.organisation("Carsat Poitou"), ImportKind.ATMP)
    for year in (2023, 2024, 2025):
        db.session.add(ClaimReference(year=year, naf="8710A", staff=1, hours=1, accidents=1, days_off=1,
                                      frequency=80 * MILLION))  # fmt: skip
        make_figure(employer, "at_first_payment", year, (count // 3) * MILLION, carsat)
        make_figure(employer, "at_headcount", year, 60 * MILLION, carsat)
    db.session.commit()
    refresh_comparisons()
    db.session.commit()
    shown = {name: browse(name).get(f"/employeurs/{employer.id}").main for name in READERS}
    for name in ("preventeur", "directrice", "referent", "departement"):
        assert "Connus pour l’ensemble de l’employeur (SIREN)" in shown[name], name
        assert "pour 14,4 attendus" in shown[name] and "un seul petit établissement" in shown[name]
    exact = f"premier règlement : {count}, pour"
    assert exact in shown["preventeur"] and exact in shown["directrice"]
    assert ("moins de 5, pour" if count < 5 else exact) in shown["referent"]
    assert "attendus" not in shown["federation"] + shown["dreets"]
    assert "aucun signal" not in shown["directrice"].lower()
    structure = employer.structures[0]
    make_figure(structure, "at_first_payment", 2025, 4 * MILLION, carsat)
    make_figure(structure, "at_headcount", 2025, 60 * MILLION, carsat)
    refresh_comparisons()
    db.session.commit()
    assert "Connus pour l’ensemble" not in browse("preventeur").get(f"/employeurs/{employer.id}").main


def test_an_old_figure_is_said_to_be_old(world: World, browse: Browse) -> None:
    structure = world.employer("Tilleuls").structures[0]
    make_figure(structure, "abs_total", 2023, 100_000, make_import(world.organisation("ARS Poitou")))
    main = browse("referent").get(address(structure)).main
    assert "Le chiffre le plus récent date de 2023" in main and "2023 ancien" in main
    make_figure(structure, "rotation", 2024, 100_000, make_import(world.organisation("ARS Poitou")))
    assert "Le chiffre le plus récent" not in browse("referent").get(address(structure)).main


def test_the_employer_remarks_and_the_owner_answers(world: World, tilleuls: Structure, browse: Browse) -> None:
    employer, ars = browse("directrice"), browse("referent")
    form = employer.get(address(tilleuls, "/remarque"))
    assert "Absentéisme 2025 : 10,2 %" in form.main
    sent = {"figure": "abs_total 2025", "wording": WORDING, "submission": "4b0c1f6e-7f5e-4a4c-9a58-0a4f0a1c2d3e"}
    for _ in range(2):  # a double click keeps one
        answer = employer.send(address(tilleuls, "/remarque"), sent)
        assert answer.status == 302
    db.session.expire_all()
    remark = db.session.query(FigureRemark).one()
    for name in ("directrice", "referent", "preventeur", "departement"):
        assert f"Remarque de l’employeur sur 2025 : {WORDING}" in browse(name).get(address(tilleuls)).main
    assert WORDING not in browse("federation").get(address(tilleuls)).main
    page = f"/remarques/{remark.id}/reponse"
    assert browse("preventeur").get(page).status == 403, "the figure is not the caisse’s"
    assert ars.send(page, {"answer": "C’est noté.", "version": str(remark.version)}).status == 302
    assert "Réponse : C’est noté." in employer.get(address(tilleuls)).main
    stale = ars.send(page, {"answer": "Autre réponse", "version": "1"})
    assert stale.status == 409 and "Autre réponse" in stale.main and "C’est noté." in stale.main


@pytest.mark.parametrize(
    ("figure", "wording", "why"),
    [
        ("abs_total 2025", " ", "Écrivez votre remarque."),
        ("abs_total 1999", WORDING, ""),
        ("inconnu", WORDING, ""),
        ("abs_total 2025", "x" * 2_001, "2 000 caractères au plus."),
    ],
)
def test_a_remark_that_cannot_be_kept_keeps_what_was_typed(
    tilleuls: Structure, browse: Browse, figure: str, wording: str, why: str
) -> None:
    page = browse("directrice").send(address(tilleuls, "/remarque"), {"figure": figure, "wording": wording})
    assert page.status == 422 and why in page.main
    assert wording.strip() in page.tree.xpath("string(//textarea)")
    assert db.session.query(FigureRemark).count() == 0


def pdf_text(browser: Browser, path: str) -> tuple[str, int]:
    answer = browser.client.get(path)
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(answer.data)).pages
    assert failures(answer.data) == []
    return re.sub(r"\s+", " ", " ".join(one.extract_text() for one in pages)), len(pages)


def test_the_situation_sheet_holds_what_its_recipient_reads(tilleuls: Structure, browse: Browse) -> None:
    texts = {}
    for name in ("preventeur", "referent", "directrice"):
        texts[name], pages = pdf_text(browse(name), address(tilleuls, "/fiche-de-situation.pdf"))
        assert pages <= 2
        assert "EHPAD Les Tilleuls" in texts[name] and "10,2 %" in texts[name]
    assert "Accidents du travail" in texts["preventeur"] and "établi pour Carsat Poitou" in texts["preventeur"]
    assert "Effectif couvert" in texts["directrice"] and "Effectif couvert" not in texts["referent"]
    assert "Premier échange" in texts["directrice"] and "Contacté" in texts["referent"]


def test_the_yearly_return_speaks_to_the_employer_of_itself(tilleuls: Structure, browse: Browse) -> None:
    text, pages = pdf_text(browse("directrice"), f"/employeurs/{tilleuls.employer_id}/retour-annuel.pdf")
    assert pages == 1 and "10,2 %" in text and "médiane 11,3 %" in text
    assert not re.search(r"décile|à risque|score|signal", text)
    assert "retour-annuel.pdf" in "".join(browse("directrice").get(f"/employeurs/{tilleuls.employer_id}").links())
    assert "retour-annuel.pdf" not in "".join(browse("referent").get(f"/employeurs/{tilleuls.employer_id}").links())


def test_the_batch_writes_one_return_by_employer(app: Flask, world: World, tilleuls: Structure, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    folder = f"{tmp_path}/retours"
    make_figure(world.employer("Clain").structures[0], "abs_total", 2024, 100_000, make_import(None))
    db.session.commit()
    first = runner.invoke(args=["indicators", "returns", "--year", "2024", "--to", folder])
    assert first.exit_code == 0 and first.output.startswith("13\N{NO-BREAK SPACE}retours écrits")
    again = runner.invoke(args=["indicators", "returns", "--year", "2024", "--to", folder])
    assert again.output.startswith("0\N{NO-BREAK SPACE}retour écrit")
    values = return_of(tilleuls.employer_id, 2024, today=TODAY, now=NOW)
    assert values and "Votre remarque" not in employer_return.html(values)
    assert return_of(world.employer("Garonne").id, 2024, today=TODAY, now=NOW) is None


def test_completeness_says_who_has_not_answered_and_judges_nobody(
    world: World, tilleuls: Structure, browse: Browse
) -> None:
    ars = browse("referent")
    page = ars.get("/donnees")
    # Les Tilleuls, its eleven peers, the municipal EHPAD and the home-care service of the 79; one EHPAD in the 86.
    assert "Deux-Sèvres (79) 0 % (0 sur 14)86 % (12 sur 14)86 % (12 sur 14)86 % (12 sur 14)" in page.main
    assert "Vienne (86) 0 % (0 sur 1)" in page.main
    assert "Tableau de bord de la performance 24 novembre 2026 Referent Testeur tdb-2025.csv" in page.main
    silent = ars.get("/donnees/sans-reponse?year=2025&departement=79")
    assert silent.main.count("FINESS") == 2 and "EHPAD municipal" in silent.main and "Les Tilleuls" not in silent.main
    assert "ni bon ni mauvais" in silent.main
    book = CalamineWorkbook.from_filelike(io.BytesIO(ars.client.get("/donnees/sans-reponse.xlsx?year=2025").data))
    rows = book.get_sheet_by_name("Liste").to_python()
    assert [row[0] for row in rows[1:]] == ["EHPAD du Clain", "EHPAD municipal", "Service du Marais"]
    assert "EHPAD du Clain" not in browse("departement").get("/donnees/sans-reponse?year=2025").main
    assert ars.get("/donnees/sans-reponse?year=1850&departement=33&category=zz").status == 200


def test_the_help_is_drawn_from_the_definitions(browse: Browse, client: object) -> None:
    page = browse("directrice").get("/aide/indicateurs")
    assert page.status == 200
    for words in ("non renseigné", "non autorisé", "non concerné", "pas encore publié", "Rotation mensuelle cumulée"):
        assert words in page.main


@pytest.mark.parametrize(("headcount", "is_told"), [(61, True), (8, False)])
def test_the_ages_of_the_staff_are_a_table_unless_they_are_few(
    tilleuls: Structure, browse: Browse, headcount: int, is_told: bool
) -> None:
    tilleuls.headcount = headcount
    ars = db.session.scalars(select(Organisation).where(Organisation.short_name == "ARS Poitou")).one()
    brought = make_import(ars)
    for code, share in zip(AGES, (1, 15, 22, 25, 14, 13, 8, 2), strict=True):
        make_figure(tilleuls, code, 2025, share * 10_000, brought)
    db.session.commit()
    told = "Âge du personnel en 2025"
    for name, reads in (("preventeur", is_told), ("referent", True), ("directrice", True), ("federation", False)):
        main = browse(name).get(address(tilleuls)).main
        assert (told in main, "40 à 49 ans 25,0 %" in main or "40 à 49 ans25,0 %" in main) == (reads, reads), name
    assert ("les âges ne sont pas montrés" in browse("preventeur").get(address(tilleuls)).main) is not is_told


def test_the_sheet_names_the_collective_agreement_and_the_federations(tilleuls: Structure, browse: Browse) -> None:
    page = f"/employeurs/{tilleuls.employer_id}"
    assert browse("preventeur").fill(f"{page}/modifier", idcc="0029").status == 302
    assert "0029 Hospitalisation privée à but non lucratif" in browse("referent").get(page).main
    text, pages = pdf_text(browse("referent"), address(tilleuls, "/fiche-de-situation.pdf"))
    assert pages <= 2 and "IDCC 0029" in text and "Fédération A" in text and "CNO de la branche non renseignée" in text
