"""The page of the journal: who reads what of it, its filters, its pages, its words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import AccessAction, AccessEntry, Capacity, ObjectKind
from tests.journal import fill, read
from tests.pages import Browser, Page
from tests.world import World

Browse = Callable[[str], Browser]
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def lines(page: Page) -> list[str]:
    return [" ".join(row.text_content().split()) for row in page.tree.xpath("//tbody/tr")]


def test_the_platform_reads_everything_and_no_word_of_a_case(app: Flask, world: World, browse: Browse) -> None:
    case, _ = fill(world, NOW)
    page = browse("admin").get("/journal")
    assert page.title == "Journal"
    assert sum(case.reference in line for line in lines(page)) == 6
    assert any("Mot de passe changé" in line and "Compte n°" in line for line in lines(page))
    for secret in ("Mutuelle du Clain", "EHPAD du Clain", "Motif", "Demande de la direction"):
        assert secret not in page.text
    seen = browse("admin").get("/journal/consultations")
    last, *others = lines(seen)
    assert "Consultation" in last and "Admin Testeur" in last, "to have read the journal is one of them"
    assert len(others) == 3 and all("Preventeur Testeur" in line for line in others)


def test_an_organisation_s_administrator_reads_what_its_own_people_did(
    app: Flask, world: World, browse: Browse
) -> None:
    fill(world, NOW)
    assert browse("departement").get("/journal").status == 403
    capacity = db.session.scalars(select(Capacity).where(Capacity.user_id == world.user("coordinatrice").id)).one()
    capacity.is_administrator = True
    browser = browse("coordinatrice")
    assert "/journal" in browser.get("/").links("^/journal$")
    page = browser.get("/journal")
    own = lines(page)
    assert len(own) == 10, "eight events, a password, a sign-in"
    assert all("Referent Testeur" in line or "Coordinatrice Testeur" in line for line in own)
    assert "Organisme" not in [label.text_content().strip() for label in page.tree.xpath("//label")]
    read_by_the_ars = lines(browser.get("/journal/consultations"))
    assert all("Coordinatrice Testeur" in line for line in read_by_the_ars), "those of the Carsat are the Carsat’s"
    assert lines(browser.get(f"/journal?organisation={world.organisation('Carsat Poitou').id}")) == lines(page)


@pytest.mark.parametrize(
    ("address", "count"),  # of what `fill` makes, and of the administrator's own signing in
    [
        ("/journal?action=case_opened", 2),
        ("/journal?action=inconnue", 11),
        ("/journal?since=2026-11-09&until=2026-11-10", 2),
        ("/journal?since=2026-11-10&until=2026-11-09", 0),
        ("/journal?since=31/02/2026", 11),
        ("/journal?q=testeur+referent", 9),
        ("/journal?q=referent@test.example", 9),
        ("/journal?q=personne", 0),
        ("/journal?q=%25", 0),
        ("/journal?organisation=999", 11),
        ("/journal?apres=zut", 11),
        ("/journal?apres=99999999999999", 11),
        ("/journal/consultations?action=read", 3),
        ("/journal/consultations?action=refused", 0),
    ],
)
def test_filters(app: Flask, world: World, browse: Browse, address: str, count: int) -> None:
    fill(world, NOW)
    page = browse("admin").get(address)
    assert (page.status, len(lines(page))) == (200, count)
    assert count or "Rien ici" in page.text


def test_a_wrong_day_is_said_to_be_wrong_and_kept(app: Flask, world: World, browse: Browse) -> None:
    page = browse("admin").get("/journal?since=31/02/2026")
    assert "Cette date n’existe pas" in page.text
    assert page.tree.xpath("string(//input[@name='since']/@value)") == "31/02/2026"


def test_pages_follow_one_another_without_a_gap(app: Flask, world: World, browse: Browse) -> None:
    for number in range(1, 121):
        read(world, str(number), NOW + timedelta(seconds=number))
    db.session.commit()
    browser, address, found = browse("admin"), "/journal/consultations", []
    for _ in range(3):
        page = browser.get(address)
        found += lines(page)
        address = next(iter(page.links("apres=")), "")
    assert len(found) == 120 and address == ""
    assert ["Dossier D-00120" in found[0], "Dossier D-00001" in found[-1]] == [True, True]


def test_whoever_was_erased_is_a_number(app: Flask, world: World, browse: Browse) -> None:
    read(world, "1", NOW)
    user = world.user("preventeur")
    user.given_name = user.family_name = ""
    db.session.commit()
    assert f"personne n° {user.id}" in lines(browse("admin").get("/journal/consultations"))[0]


def test_the_results_come_alone_when_one_filters_in_place(app: Flask, world: World, browse: Browse) -> None:
    fill(world, NOW)
    answer = browse("admin").client.get("/journal?action=case_step", headers={"HX-Request": "true"})
    assert b"<html" not in answer.data and "Étape d’un dossier".encode() in answer.data


def test_to_read_the_journal_is_itself_noted(app: Flask, world: World, browse: Browse) -> None:
    browse("admin").get("/journal?q=Claire&action=signed_in")
    row = db.session.scalars(select(AccessEntry).where(AccessEntry.object_kind == ObjectKind.JOURNAL)).one()
    assert (row.action, row.user_id, row.object_id) == (AccessAction.READ, world.user("admin").id, None)
    assert row.filters and row.filters["action"] == "signed_in" and row.filters["q"].startswith("sha256:")
    page = browse("admin").get("/journal/consultations")
    assert "Journal" in page.main and "recherche" in page.main
