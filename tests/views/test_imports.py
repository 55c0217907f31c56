"""Bringing a file in through the pages: from the file to the result, wrong files, two tabs, other organisations."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.actions.import_batches import take
from app.extensions import db
from app.jobs.imports import work_on_imports
from app.models import ClaimReference, Import, Observation
from app.readers.reference_files import read_bytes
from tests.factories import make_employer, make_organisation, make_structure, make_user
from tests.incoming import DIAMANT, csv_file, plant, work
from tests.pages import Browser
from tests.world import World
from workflows.import_run import ImportState
from workflows.roles import Role

Browse = Callable[[str], Browser]


def upload(browser: Browser, content: bytes, name: str = "tdb 2023.csv", **values: str) -> str:
    """Give a file and return the address of its import."""
    page = browser.fill("/imports/nouveau", file=(io.BytesIO(content), name), **values)
    assert page.status == 302 and page.location, page.main
    return page.location


def poll(browser: Browser, address: str) -> Any:
    """Ask for the bar as the page does, and return the headers of the answer."""
    return browser.client.get(f"{address}/avancement", headers={"HX-Request": "true"}).headers


def latest() -> Import:
    db.session.expire_all()
    return db.session.scalars(select(Import).order_by(Import.id.desc()).limit(1)).one()


def values() -> int:
    return db.session.scalar(select(func.count()).select_from(Observation)) or 0


def test_from_the_file_to_the_result_and_its_rejects(app: Flask, world: World, browse: Browse) -> None:
    here, far = plant(1)[0], plant(1, "33")[0]
    rows = [
        (here.finess, 2022, ".2", ".1", ".03"),
        (here.finess, 2023, ".25", ".45", ""),
        (far.finess, 2023, ".2", "", ""),
    ]
    content = csv_file(DIAMANT, [*rows, ("=cmd()", 2023, ".2", "", "")])
    browser = browse("referent")
    assert "Aucun fichier encore" in browser.get("/imports").main
    page = upload(browser, content)
    columns = browser.get(page)
    assert "export DIAMANT" in columns.main and "4 lignes" in columns.main
    assert browser.fill(page, "/verifier").status == 302
    assert "Dans la file" in browser.get(page).main
    assert work(latest()).state is ImportState.CHECKED and values() == 0
    seen = browser.get(page).main
    assert "Rien n’est encore écrit" in seen and "Hors du territoire" in seen and "valeur inhabituelle" in seen
    assert browser.fill(page, "/confirmer").status == 302
    assert "HX-Refresh" not in poll(browser, page)
    done = work(latest())
    assert (done.state, done.created, done.rejected, values()) == (ImportState.DONE, 2, 2, 5)
    assert poll(browser, page)["HX-Refresh"] == "true"
    assert "L’import est terminé" in browser.get(page).main
    rejects = browser.get(f"{page}/rejets.csv").response.get_data().decode("utf-8-sig").splitlines()
    assert rejects[0].endswith("Ligne;Motif du rejet") and len(rejects) == 3
    assert rejects[1].startswith(f"{far.finess};2023;.2;;;4;Hors du territoire")
    assert rejects[2].startswith("'=cmd()")
    assert browser.get(f"{page}/rejets.xlsx").status == 200
    again = upload(browser, content)
    assert "exactement celui" in browser.get(again).main
    browser.fill(again, "/verifier")
    work(latest())
    assert "Rien ne changerait" in browser.get(again).main
    assert values() == 5


WRONG = {
    b"": "vide",
    b"\x00\x01\x02" * 400: "",
    b"{}": "JSON",
    b"Finess;Ann\xe9e\n": "que les titres",
    b"PK\x03\x04 and nothing else": "",
    "Prénom;Couleur\nJeanne;bleu\n".encode(): "ne ressemblent à aucun modèle",
}


def test_a_wrong_file_keeps_the_choice_and_says_what_to_do(app: Flask, browse: Browse) -> None:
    browser = browse("referent")
    for content, said in WRONG.items():
        page = browser.fill("/imports/nouveau", file=(io.BytesIO(content), "x.csv"))
        assert page.status == 422 and page.errors() and said in " ".join(page.errors()), content[:20]
    page = browser.fill("/imports/nouveau", kind="tdb", file=(io.BytesIO(b"{}"), "x.csv"))
    assert page.tree.xpath("string(//select[@name='kind']/option[@selected]/@value)") == "tdb"
    assert "Choisissez un fichier" in " ".join(browser.fill("/imports/nouveau").errors())
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Import)) == 0


def test_columns_are_named_by_the_person_and_kept_for_the_next_file(app: Flask, browse: Browse) -> None:
    (here,), browser = plant(1), browse("referent")
    head = ("Finess", "An", "Rotation du personnel", "Taux d'ETP vacants au 31/12")
    content = csv_file(head, [(here.finess, 2023, ".2", ".03")])
    page = upload(browser, content, kind="tdb")
    refused = browser.fill(page, "/verifier")
    assert refused.status == 422 and "« Année »" in " ".join(refused.errors())
    twice = browser.fill(page, "/verifier", **{"colonne-year": "1", "colonne-rotation": "1"})
    assert "désignée deux fois" in " ".join(twice.errors())
    assert twice.fields("/verifier")["colonne-year"] == "1"
    assert browser.fill(page, "/verifier", **{"colonne-year": "1", "colonne-rotation": "2"}).status == 302
    assert work(latest()).created == 1
    again = upload(browser, content.replace(b"2023", b"2024"), kind="tdb")
    assert browser.get(again).fields("/verifier")["colonne-rotation"] == "2"


def test_two_tabs_and_double_clicks(app: Flask, browse: Browse) -> None:
    (here,), browser = plant(1), browse("referent")
    page = upload(browser, csv_file(DIAMANT, [(here.finess, 2023, ".2", ".1", ".03")]))
    stale = browser.get(page).fields("/verifier")
    browser.fill(page, "/verifier")
    assert browser.send(f"{page}/verifier", stale).status == 302
    work(latest())
    asked = browser.get(page).fields("/confirmer")
    browser.fill(f"{page}?colonnes=1", "/verifier")
    work(latest())
    assert browser.send(f"{page}/confirmer", asked).status == 409
    fresh = browser.get(page).fields("/confirmer")
    assert browser.send(f"{page}/confirmer", fresh).status == 302
    assert browser.send(f"{page}/confirmer", fresh).status == 302
    assert work(latest()).created == 1
    assert browser.send(f"{page}/abandonner", fresh).status == 409
    gone = upload(browser, b"Finess;Nom;Taux d'ETP vacants au 31/12\n1;2;3\n", kind="tdb")
    for _ in range(2):
        version = browser.get(gone).tree.xpath("string(//input[@name='version']/@value)")
        assert browser.send(f"{gone}/abandonner", version=version or "1").status == 302
    assert latest().state is ImportState.ABANDONED


def test_writing_asks_for_a_second_factor(app: Flask, browse: Browse) -> None:
    (here,) = plant(1)
    page = upload(browse("referent"), csv_file(DIAMANT, [(here.finess, 2023, ".2", ".1", ".03")]))
    browse("referent").fill(page, "/verifier")
    work(latest())
    shy = Browser(app, "referent", second_factor=False)
    fields = shy.get(page).fields("/confirmer")
    shy.send(f"{page}/confirmer", fields)
    assert latest().state is ImportState.CHECKED


def test_the_second_of_a_kind_waits_and_is_told_whose_runs(app: Flask, world: World, browse: Browse) -> None:
    one, other = plant(2)
    addresses = {}
    for who, here in (("referent", one), ("departement", other)):
        content = csv_file(("FINESS", "Année", "Taux de rotation (en %)"), [(here.finess, 2023, "31,5")])
        addresses[who] = upload(browse(who), content)
        browse(who).fill(addresses[who], "/verifier")
        work(latest())
    for who, address in addresses.items():
        browse(who).fill(address, "/confirmer")
    first = db.session.scalars(select(Import).order_by(Import.id)).first()
    assert first
    take(first, now=clock.now())
    first.started_at = clock.now()
    db.session.commit()
    db.session.remove()
    assert work_on_imports() == 0
    assert "ARS Poitou, depuis le 24 novembre 2026" in browse("departement").get(addresses["departement"]).main
    later = clock.now() + timedelta(minutes=5)
    assert work_on_imports(now=lambda: later) == 2  # the first was left by a worker that died
    assert values() == 2


def test_another_organisation_s_import_does_not_exist(app: Flask, browse: Browse) -> None:
    (here,) = plant(1)
    page = upload(browse("referent"), csv_file(DIAMANT, [(here.finess, 2023, ".2", ".1", ".03")]), "secret.csv")
    for path in ("", "/rejets.csv", "/rejets.xlsx", "/avancement"):
        assert browse("departement").get(f"{page}{path}").status == 404
    assert "secret" not in browse("departement").get("/imports").text
    assert browse("coordinatrice").get(page).status == 200


def test_a_file_larger_than_any_other_form_may_be_is_taken_from_who_is_signed_in(app: Flask, browse: Browse) -> None:
    (here,) = plant(1)
    row = (here.finess, 2023, ".2", ".1", ".03" + "0" * 1_000)
    content = csv_file(DIAMANT, [row] * 13_000)
    assert len(content) > app.config["MAX_CONTENT_LENGTH"]
    upload(browse("referent"), content)
    assert latest().size == len(content)
    stranger = app.test_client().post("/imports/nouveau", data={"file": (io.BytesIO(content), "x.csv")})
    assert stranger.status_code == 413


FAR_AND_WIDE = "01 59 971 972 973 974 976 977 978 986"
REAL: tuple[tuple[str, dict[str, str], int], ...] = (
    ("finess_etalab_cs1100502_extract.csv", {}, 12),
    ("finess_etalab_cs1100501_extract.csv", {}, 3),
    ("ANN_MS_TDP_ET_2025_01_16.CSV", {}, 6),
    ("ameli_2024_AT_CTN_NAF.xlsx", {"reponse-year": "2024"}, 4_498),
)
"""Real files of each partner, what their page asks, and the rows that they bring in."""


def test_the_real_files_come_in_through_the_pages(app: Flask, browse: Browse) -> None:
    make_user("lointaine", make_organisation(Role.ARS, "ARS de loin", FAR_AND_WIDE))
    make_structure(make_employer("Association", departement="01"), "EHPAD", "01", finess="010001436")
    db.session.commit()
    found = {}
    for name, asked, _ in REAL:
        browser = browse("preventeur" if asked else "lointaine")
        page = upload(browser, read_bytes(name), name=name)
        assert browser.fill(page, "/verifier", **asked).status == 302
        assert work(latest()).state is ImportState.CHECKED, name
        assert browser.fill(page, "/confirmer").status == 302
        done = work(latest())
        assert (done.state, done.rejected) == (ImportState.DONE, 0) and "L’import est terminé" in browser.get(page).main
        found[name] = done.created
    assert found == {name: created for name, _, created in REAL}
    summed = db.session.get(ClaimReference, (2024, "8710A"))
    assert summed and (summed.staff, summed.accidents, round(summed.frequency / 1_000_000, 1)) == (
        213_658,
        17_535,
        82.1,
    )
