"""The documents of a list through the pages: to each its own, a trace of each; a file checked, whatever it is."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.extensions import db
from app.jobs.targeting_documents import seal_lists
from app.models import (
    WHOLE_LIST,
    AccessAction,
    AccessEntry,
    FederationMember,
    TargetingDocument,
    TargetingDocumentContent,
    TargetingVersion,
)
from app.queries.targeting_documents import get_sealed_file
from reports import visit_report
from tests.pages import Browser, Page
from tests.reports.examples import USUAL
from tests.reports.test_visit_report_pdf import text_of
from tests.targeting import frozen_whole
from tests.world import World
from workflows.targeting_list import ListState

Browse = Callable[[str], Browser]


@pytest.fixture(autouse=True)
def seal(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings = {"SEAL_P12": str(tmp_path / "cachet.p12"), "SEAL_PASSPHRASE": "essai", "MAKES_ITS_SEAL": True}
    for name, value in settings.items():
        monkeypatch.setitem(app.config, name, value)
    yield


@pytest.fixture
def version(world: World) -> TargetingVersion:
    return frozen_whole(world, state=ListState.SIGNED)


@pytest.fixture
def place(version: TargetingVersion) -> str:
    return f"/ciblage/{version.campaign_id}/versions/1/documents"


def federation_part(world: World) -> str:
    return f"federation-{world.organisation('Fédération A').id}"


def kept(part: str) -> bytes:
    statement = select(TargetingDocumentContent.data).join(
        TargetingDocument, TargetingDocument.id == TargetingDocumentContent.document_id
    )
    data = db.session.scalar(statement.where(TargetingDocument.part == part))
    assert data
    return data


def test_each_reader_downloads_its_own_document_and_no_other(world: World, browse: Browse, place: str) -> None:
    own, funder = federation_part(world), f"departement-{world.organisation('Département 79').id}"
    assert seal_lists() == 3
    files = {part: kept(part) for part in (WHOLE_LIST, own, funder)}
    reads = {
        "coordinatrice": WHOLE_LIST, "preventeur": WHOLE_LIST, "referent": WHOLE_LIST, "federation": own,
        "departement": funder, "ailleurs": None,
    }  # fmt: skip
    for who, mine in reads.items():
        browser = browse(who)
        for part, data in files.items():
            answer = browser.client.get(f"{place}/{part}.pdf")
            copy = browser.client.get(f"{place}/{part}/lecture.pdf")
            assert (answer.status_code, copy.status_code) == ((200, 200) if part == mine else (404, 404)), (who, part)
            if part == mine:
                assert answer.data == data and "attachment" in answer.headers["Content-Disposition"]
    page = browse("federation").get(place)
    assert "Fédération A" in page.main and "Liste complète" not in page.main and len(page.links(r"\.pdf$")) == 2


def test_a_federation_of_which_no_member_is_retained_has_none(world: World, browse: Browse) -> None:
    db.session.execute(delete(FederationMember))
    version = frozen_whole(world, state=ListState.SIGNED)
    page = browse("federation").get(f"/ciblage/{version.campaign_id}/versions/1/documents")
    assert "Aucun document pour vous" in page.main and not page.links(r"\.pdf$")


def test_a_copy_names_its_reader_and_cites_the_sealed_file(world: World, browse: Browse, place: str) -> None:
    own = federation_part(world)
    draft = text_of(browse("federation").client.get(f"{place}/{own}/lecture.pdf").data)
    assert "PROJET" in draft and "Projet, sans valeur" in draft and "Fédération A" in draft
    seal_lists()
    sha256 = db.session.scalar(select(TargetingDocument.sha256).where(TargetingDocument.part == own))
    copy = browse("federation").client.get(f"{place}/{own}/lecture.pdf").data
    text = text_of(copy)
    assert "COPIE DE LECTURE" in text and sha256 and sha256 in text.replace(" ", "")
    for hidden in ("CCAS", "Clain"):
        assert hidden not in text
    assert get_sealed_file(sha256) and b"/ETSI.CAdES" not in copy


def test_a_file_leaves_with_a_second_factor_and_a_trace(app: Flask, world: World, browse: Browse, place: str) -> None:
    seal_lists()
    asked = Browser(app, "coordinatrice", second_factor=False).get(f"{place}/{WHOLE_LIST}.pdf")
    assert asked.status != 200 or "second facteur" in asked.text.lower()
    browser = browse("coordinatrice")
    for address in (f"{place}/{WHOLE_LIST}.pdf", f"{place}/{WHOLE_LIST}/lecture.pdf"):
        assert browser.client.get(address).status_code == 200
    rows = db.session.scalars(
        select(AccessEntry).where(AccessEntry.action == AccessAction.EXPORT).order_by(AccessEntry.id)
    ).all()
    assert [(one.filters["fichier"], one.filters["document"], one.rows) for one in rows if one.filters] == [
        ("scellé", WHOLE_LIST, 3), ("copie de lecture", WHOLE_LIST, 3),
    ]  # fmt: skip


def test_the_page_says_how_far_the_sealing_has_got(app: Flask, world: World, browse: Browse, place: str) -> None:
    browser = browse("coordinatrice")
    page = browser.get(place)  # just signed, nothing ordered
    assert "Pas encore scellée" in page.main and "0 document scellé sur 3" in page.main.replace("\xa0", " ")
    assert seal_lists(should_stop=lambda: True) == 0  # all is ordered, nothing is sealed yet
    page = browser.get(place)
    assert "0 document scellé sur 3" in page.main.replace("\xa0", " ")
    assert not page.links(r"complet\.pdf")
    headers = {"HX-Request": "true"}
    assert "sur 3" in browser.client.get(f"{place}/avancement", headers=headers).text
    assert seal_lists() == 3
    assert browser.client.get(f"{place}/avancement", headers=headers).headers["HX-Refresh"] == "true"
    page = browser.get(place)
    assert "Scellée le" in page.main and page.links(r"complet\.pdf")


def test_a_missing_seal_is_told_on_the_page(
    app: Flask, browse: Browse, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SEAL_P12", "")
    assert seal_lists() == 0
    page = browse("coordinatrice").get(place)
    assert "Le cachet n’a pas pu être posé" in page.main and "JALON_SEAL_P12" in page.main


# --- A file is checked ---------------------------------------------------------------------------------------


def checked(browser: Browser, data: bytes | None, name: str = "liste.pdf") -> Page:
    fields = browser.get("/verifier").fields()
    sent = {**fields, "file": (io.BytesIO(data), name)} if data is not None else fields
    return Page(browser.client.post("/verifier", data=sent, content_type="multipart/form-data"))


def test_a_sealed_file_is_recognised_and_leads_to_its_version(
    world: World, browse: Browse, place: str, version: TargetingVersion
) -> None:
    root = version.root
    seal_lists()
    data = kept(WHOLE_LIST)
    page = checked(browse("coordinatrice"), data)
    assert page.status == 200 and "Ce document est intact" in page.main and root in page.main
    assert "EHPAD du Poitou" in page.main and "version 1" in page.main and place in page.links()
    other = checked(browse("federation"), data)  # who holds the file reads what it says; its page is not theirs
    assert "Ce document est intact" in other.main and place not in other.links()


@pytest.mark.parametrize("where", [200, -1_500, -30], ids=["page", "seal", "end"])
def test_an_altered_byte_shows(browse: Browse, place: str, where: int) -> None:
    seal_lists()
    data = bytearray(kept(WHOLE_LIST))
    data[where] ^= 1
    page = checked(browse("coordinatrice"), bytes(data))
    assert page.status == 200 and "n’est plus celui qui a été scellé" in page.main
    assert "intact" not in page.main


def test_every_byte_of_the_seal_itself_counts(browse: Browse, place: str) -> None:
    """What a seal does not cover of its own writing, the digest that was kept does."""
    seal_lists()
    data = kept(WHOLE_LIST)
    start, browser = data.rindex(b"/Contents <") + 11, browse("coordinatrice")
    for offset in (51, 84, 2379, 5_600):
        altered = bytearray(data)
        altered[start + offset] ^= 1
        assert "n’est plus celui qui a été scellé" in checked(browser, bytes(altered)).main, offset


def locked(data: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="a"))
    return out.getvalue()


def test_any_other_file_has_a_clear_answer(browse: Browse, world: World) -> None:
    browser, report = browse("preventeur"), visit_report.pdf(USUAL)
    for data, words in (
        (b"PK\x03\x04", "Ce fichier n’est pas un PDF"),
        (b"", "Ce fichier n’est pas un PDF"),
        (report, "ne porte pas de cachet"),
        (locked(report), "protégé par un mot de passe"),
        (b"%PDF-1.7 /ETSI.CAdES.detached " + b"<<[" * 50_000, "n’est plus celui qui a été scellé"),
    ):
        page = checked(browser, data)
        assert page.status == 200 and words in page.main, words
    for sent, status, words in (
        (None, 422, "Choisissez un fichier."),
        (b"%PDF-1.7" + b"0" * (10 * 1024 * 1024), 422, "10 Mo"),
        (b"%PDF-1.7" + b"0" * (13 * 1024 * 1024), 413, "Mo"),
    ):
        page = checked(browser, sent)
        assert page.status == status and words in page.text, words
