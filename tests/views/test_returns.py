"""The yearly returns of a territory: prepared in pieces, gone on with, read by the employer and by who made them."""

import io
from collections.abc import Callable

import pypdf
import pytest

from app.actions.comparisons import refresh_comparisons
from app.extensions import db
from app.models import MILLION, ClaimReference, Document, DocumentKind, Structure
from app.views import batches
from tests.factories import make_employer, make_figure, make_import, make_structure
from tests.pages import Browser
from tests.views.test_exports import workbook
from tests.world import World
from workflows.import_run import ImportKind

Browse = Callable[[str], Browser]
PAGE, NEXT = "/donnees/retours", "/donnees/retours/suite"


@pytest.fixture
def answered(world: World) -> list[Structure]:
    """Three employers of the territory who gave figures, one of them with few accidents; one elsewhere, one silent."""
    sites = [world.employer("Tilleuls").structures[0]]
    sites += [make_structure(make_employer(f"Pair {n}"), f"EHPAD {n}") for n in range(2)]
    far = world.employer("Garonne").structures[0]
    db.session.flush()
    brought = make_import(world.organisation("ARS Poitou"))
    for site in (*sites, far):
        make_figure(site, "abs_total", 2025, 100_000, brought)
    carsat = make_import(world.organisation("Carsat Poitou"), ImportKind.ATMP)
    sites[0].naf = "8710A"
    for year in (2024, 2025):
        make_figure(sites[0], "at_first_payment", year, (year - 2023) * MILLION, carsat)
        make_figure(sites[0], "at_headcount", year, 60 * MILLION, carsat)
        values = {"year": year, "naf": "8710A", "frequency": 80 * MILLION}
        db.session.add(ClaimReference(**values, staff=1, hours=1, accidents=1, days_off=1))
    refresh_comparisons()
    db.session.commit()
    return sites


def kept() -> list[Document]:
    db.session.rollback()
    return db.session.query(Document).filter_by(kind=DocumentKind.YEARLY_RETURN).order_by(Document.id).all()


def test_returns_are_prepared_piece_by_piece_and_gone_on_with(
    answered: list[Structure], browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browse("coordinatrice")
    page = browser.get(PAGE)
    assert "Retours prêts : 0 sur 3" in page.main and "Préparer les retours" in page.main
    monkeypatch.setattr(batches, "SECONDS", 0)  # one at a time
    token = {"csrf_token": browser.token(), "apres": "0"}
    piece = browser.client.post(NEXT, data=token, headers={"HX-Request": "true"}).text
    assert "1 sur 3" in piece and "load delay" in piece and "<html" not in piece
    assert len(kept()) == 1
    monkeypatch.setattr(batches, "SECONDS", 60)
    again = browser.get(PAGE)  # the page was closed: another one begins from the start, and makes none twice
    assert "Continuer" in again.main
    assert browser.fill(PAGE, action=NEXT).status == 302
    done = browser.get(PAGE)
    assert "Retours prêts : 3 sur 3" in done.main and "sont prêts" in done.main and "Continuer" not in done.main
    assert {one.employer_id for one in kept()} == {site.employer_id for site in answered}
    browser.send(NEXT, {"apres": "0"})
    assert len(kept()) == 3
    assert len(workbook(browser, f"{PAGE}/liste.xlsx")["Liste"]) == 4


def test_a_return_is_read_by_the_employer_and_the_body_that_made_it(answered: list[Structure], browse: Browse) -> None:
    browse("coordinatrice").send(NEXT, {"apres": "0"})
    one = next(document for document in kept() if document.employer_id == answered[0].employer_id)
    address, home = f"/documents/{one.id}", f"/employeurs/{one.employer_id}"
    for name in ("directrice", "coordinatrice", "referent"):
        answer = browse(name).client.get(address)
        assert answer.status_code == 200, name
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
        assert "10,0 %" in text and "moins de 5, pour" in text, "no more than both may read"
        page = browse(name).get(home)
        assert "Retour annuel 2025" in page.main and "ARS Poitou, et l’employeur" in page.main
    for name in ("preventeur", "departement", "aract", "federation", "prestataire", "ailleurs"):
        assert browse(name).client.get(address).status_code == 404, name
        assert "Retour annuel 2025" not in browse(name).get(home).text
