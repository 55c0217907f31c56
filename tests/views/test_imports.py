"""Bringing a file in through the pages: from the file to the result, wrong files, two tabs, other organisations."""

import io

from collections.abc import Callable
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db
from app.models import Import, Observation
from tests.figures import DIAMANT, csv_file, plant, work
from tests.pages import Browser, Page
from tests.world import World
from workflows.import_run import ImportState

Browse = Callable[[str], Browser]


def upload(browser: Browser, content: bytes, name: str = "tdb 2023.csv", **values: str) -> Page:
    return browser.fill("/imports/nouveau", file=(io.BytesIO(content), name), **values)


def latest() -> Import:
    db.session.expire_all()
    return db.session.scalars(select(Import).order_by(Import.id.desc())).first()


def values() -> int:
    return db.session.scalar(select(func.count()).select_from(Observation)) or 0


def test_from_the_file_to_the_result_and_its_rejects(app: Flask, world: World, browse: Browse) -> None:
    here, far = plant(1)[0], plant(1, "33")[0]
    rows = [(here.finess, 2022, ".2", ".1", ".03"), (here.finess, 2023, ".25", ".45", ""), (far.finess, 2023, ".2", "", "")]
    content = csv_file(DIAMANT, [*rows, ("=cmd()", 2023, ".2", "", "")])
    browser = browse("referent")
    assert "Aucun fichier encore" in browser.get("/imports").main
    page = upload(browser, content)
    assert page.status == 302
    columns = browser.get(page.location)
    assert "export DIAMANT" in columns.main and "4 lignes" in columns.main
    assert browser.fill(page.location, "/verifier").status == 302
    assert "Dans la file" in browser.get(page.location).main
    assert work(latest()).state is ImportState.CHECKED and values() == 0
    seen = browser.get(page.location).main
    assert "Rien n’est encore écrit" in seen and "Hors du territoire" in seen and "valeur inhabituelle" in seen
    assert browser.fill(page.location, "/confirmer").status == 302
    assert browser.get(f"{page.location}/avancement").response.headers.get("HX-Refresh") is None
    done = work(latest())
    assert (done.state, done.created, done.rejected, values()) == (ImportState.DONE, 2, 2, 5)
    assert browser.get(f"{page.location}/avancement").response.headers["HX-Refresh"] == "true"
    assert "L’import est terminé" in browser.get(page.location).main
    rejects = browser.get(f"{page.location}/rejets.csv").response.get_data().decode("utf-8-sig").splitlines()
    assert rejects[0].endswith("Ligne;Motif du rejet") and len(rejects) == 3
    assert rejects[1].startswith(f"{far.finess};2023;.2;;;4;Hors du territoire")
    assert rejects[2].startswith("'=cmd()")
    assert browser.get(f"{page.location}/rejets.xlsx").status == 200
    again = upload(browser, content)
    assert "exactement celui" in browser.get(again.location).main
    browser.fill(again.location, "/verifier")
    work(latest())
    assert "Rien ne changerait" in browser.get(again.location).main
    assert values() == 5
