"""The barometer as a manager meets it: a month, a file, curves, costs; a partner before, after, and once withdrawn."""

import io
from collections.abc import Callable

import pytest
from flask import Flask

from tests.blame import FOR_AN_EMPLOYER, words_in
from tests.pages import Browser
from tests.self_diagnostics import also_manages
from tests.world import World

Browse = Callable[[str], Browser]
HOME = "/mon-etablissement/barometre"
OCTOBER = f"{HOME}/2026-10"
MONTH = {"headcount": "40", "absence": "124", "departures": "2", "vacancies": "1,5", "agency": "1 850,50"}


def send_file(browser: Browser, text: str, name: str = "mois.csv", to: str = f"{HOME}/fichier") -> str:
    """Bring a file in; return what the page says."""
    page = browser.get(to)
    token = page.fields()["csrf_token"]
    files = {"csrf_token": token, "file": (io.BytesIO(text.encode()), name)}
    answer = browser.client.post(to, data=files, content_type="multipart/form-data")
    return answer.get_data(as_text=True).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_month_is_noted_read_again_and_corrected_with_its_history(app: Flask, world: World, browse: Browse) -> None:
    directrice = browse("directrice")
    assert "Rien n’est noté pour l’instant" in directrice.get(HOME).main
    assert directrice.fill(OCTOBER, "", **MONTH, remark="Une semaine de grippe.").location == HOME
    home = directrice.get(HOME)
    assert "C’est noté pour octobre 2026" in home.text and "10,0 %" in home.main
    assert len(home.tree.xpath("//*[local-name()='svg'][contains(@class, 'jalon-chart')]")) == 5
    assert "au moins 1 850,50 €" in home.main.replace("\u202f", " ").replace("\u00a0", " ")
    page = directrice.get(OCTOBER)
    kept = page.fields()
    assert (kept["vacancies"], kept["agency"], kept["arrivals"]) == ("1,5", "1850,50", "")
    directrice.fill(OCTOBER, "", absence="0")
    history = directrice.get(OCTOBER).main
    assert "Jours d’absence : 124 → 0" in history and "Départs : ne sait pas → 2" in history
    assert "Octobre 2026 : 40." in directrice.get(f"{HOME}/2026-11").main  # last month's figure, shown beside


def test_what_is_wrong_is_told_and_kept_as_typed(app: Flask, world: World, browse: Browse) -> None:
    directrice = browse("directrice")
    page = directrice.fill(OCTOBER, "", headcount="quarante", absence="12", agency="-3")
    assert page.status == 422 and "« quarante » n’est pas un nombre" in page.main
    assert (page.fields()["headcount"], page.fields()["absence"]) == ("quarante", "12")
    for address in ("2026-13", "2026-1", "1980-01", "2027-01", "demain"):
        assert directrice.get(f"{HOME}/{address}").status == 404, address


def test_what_looks_unusual_is_asked_and_never_refused(app: Flask, world: World, browse: Browse) -> None:
    directrice = browse("directrice")
    assert directrice.fill(OCTOBER, "", headcount="12", absence="300").status == 302
    question = "300 jours d’absence pour 12 personnes en octobre 2026 : est-ce bien cela ?"
    assert question in directrice.get(HOME).text and question in directrice.get(OCTOBER).main


def test_two_tabs_do_not_overwrite_each_other(app: Flask, world: World, browse: Browse) -> None:
    desk, phone = browse("directrice"), browse("directrice")
    stale = desk.get(OCTOBER).fields()
    phone.fill(OCTOBER, "", headcount="40")
    answer = desk.send(OCTOBER, {**stale, "headcount": "41"})
    assert answer.status == 409 and "40" in answer.main and "41" in answer.main
    assert desk.send(OCTOBER, {**stale, "headcount": "40"}).status == 302  # a second click says the same


CSV = """Mois;Salariés;Jours d’absence;Départs;Intérim (€);Remarque
08/2026;40;96;1;1 200,00;Été
septembre 2026;41;;0;;
2026-10;quarante;;0;;
13/2026;40;10;;;
12/2030;40;10;;;
"""


def test_a_file_keeps_its_good_lines_and_twice_changes_nothing(app: Flask, world: World, browse: Browse) -> None:
    directrice = browse("directrice")
    told = send_file(directrice, CSV)
    assert "Noté : août 2026, septembre 2026, octobre 2026." in told
    for why in ("n’est pas un mois", "n’a pas encore commencé", "« quarante » n’est pas un nombre"):
        assert why in told, why
    again = send_file(directrice, CSV)
    assert "Rien de nouveau" in again and "3 mois" in again.replace("\u00a0", " ")
    assert "(1)" in directrice.get(f"{HOME}/2026-08").main
    september = directrice.get(f"{HOME}/2026-09").fields()
    assert (september["headcount"], september["absence"], september["departures"]) == ("41", "", "0")
    assert "Des colonnes manquent" in send_file(directrice, "a;b\n1;2\n") or "manque" in send_file(
        directrice, "a;b\n1;2\n"
    )


def test_the_model_and_the_export_can_be_brought_in(app: Flask, world: World, browse: Browse) -> None:
    directrice = browse("directrice")
    for path in (f"{HOME}/modele.xlsx", f"{HOME}/mois.xlsx"):
        directrice.fill(OCTOBER, "", **MONTH)
        workbook = directrice.client.get(path).data
        token = directrice.get(f"{HOME}/fichier").fields()["csrf_token"]
        sent = {"csrf_token": token, "file": (io.BytesIO(workbook), "classeur.xlsx")}
        answer = directrice.client.post(f"{HOME}/fichier", data=sent, content_type="multipart/form-data")
        said = answer.get_data(as_text=True)
        assert ("janvier 2026" in said) if "modele" in path else ("Rien de nouveau" in said), said


def test_costs_are_at_the_prices_of_the_house(app: Flask, world: World, browse: Browse) -> None:
    directrice = browse("directrice")
    directrice.fill(OCTOBER, "", **MONTH)
    assert "coût à régler" in directrice.get(HOME).main
    assert directrice.fill(f"{HOME}/couts", "", day="100", day_source="Comptabilité 2025", departure="").status == 302
    home = directrice.get(HOME).main.replace("\u202f", " ").replace("\u00a0", " ")
    assert "12 400" in home and "votre source : Comptabilité 2025" in home
    assert directrice.client.get(f"{HOME}/synthese.pdf").data.startswith(b"%PDF-")
    assert directrice.fill(f"{HOME}/couts", "", day="cher").status == 422


def test_a_partner_reads_what_was_chosen_and_nothing_after(app: Flask, world: World, browse: Browse) -> None:
    directrice, referent, preventeur = browse("directrice"), browse("referent"), browse("preventeur")
    case = f"/dossiers/{world.case('Tilleuls').id}"
    directrice.fill(OCTOBER, "", **MONTH, remark="Entre nous.")
    directrice.fill(f"{HOME}/2026-09", "", headcount="39")
    assert "Baromètre : non partagé" in referent.get(case).main
    assert referent.get(HOME).status == 404 and referent.get(OCTOBER).status == 403
    ars = str(world.organisation("ARS Poitou").id)
    asked = {"first_month": "2026-10-01", "last_month": "2026-10-01", "measures": ["absence", "departures"]}
    assert directrice.fill(f"{HOME}/partage", "", recipients=[], **asked).status == 422
    assert directrice.fill(f"{HOME}/partage", "", recipients=[ars], **asked).status == 302
    (link,) = referent.get(case).links(r"barometre/partages")
    shared = referent.get(link).main
    assert "partagé par l’employeur le 24 novembre 2026" in shared and "124" in shared
    for kept_back in ("septembre 2026", "Entre nous", "Salariés", "1850"):
        assert kept_back not in shared, kept_back
    assert preventeur.get(link).status == 404 and "Baromètre : non partagé" in preventeur.get(case).main
    directrice.fill(OCTOBER, "", absence="77")
    assert "77" not in referent.get(link).main  # a copy of that day
    assert directrice.send(f"{link}/retrait").status == 302
    assert referent.get(link).status == 403 and "Baromètre : non partagé" in referent.get(case).main
    assert "du 24 novembre 2026 au 24 novembre 2026" in directrice.get(f"{HOME}/partage").main


def test_a_manager_of_two_houses_reads_each_in_its_own_place(app: Flask, world: World, browse: Browse) -> None:
    also_manages(world.user("directrice"), world.employer("Clain"))
    directrice = browse("directrice")
    directrice.fill(OCTOBER, "", headcount="40")
    other = world.employer("Clain").structures[0].id
    assert directrice.get(f"{HOME}?lieu={other}").status == 404


def test_no_page_of_it_blames(app: Flask, world: World, browse: Browse) -> None:
    directrice = browse("directrice")
    directrice.fill(OCTOBER, "", **MONTH)
    for path in ("", "/2026-10", "/2026-11", "/couts", "/fichier", "/partage"):
        assert words_in(directrice.get(HOME + path), FOR_AN_EMPLOYER) == [], path


@pytest.mark.parametrize("months", [1, 18])
def test_the_cost_of_the_page_does_not_grow_with_the_months(
    app: Flask, world: World, browse: Browse, statements: list[str], months: int
) -> None:
    directrice = browse("directrice")
    lines = [f"{1 + n % 12:02d}/{2025 + n // 12};{40 + n}" for n in range(months)]
    send_file(directrice, "Mois;Salariés\n" + "\n".join(lines))
    directrice.get(HOME)
    statements.clear()
    directrice.get(HOME)
    assert len(statements) <= 16, statements
