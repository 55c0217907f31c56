"""The people of an employer: invited by the lead or by the house, removed, handed over; two houses kept apart."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.actions.magic_links import make_secret
from app.extensions import db
from app.models import Capacity, JournalAction, JournalEntry, MagicLink, ManagerFunction, OutboxMail, User
from tests.conftest import NOW, TODAY
from tests.factories import make_user
from tests.pages import Browser
from tests.world import World

Browse = Callable[[str], Browser]
PEOPLE = "/mon-etablissement/personnes"
LOU = {"email": "Lou.Martin@tilleuls.example", "given_name": "Lou", "family_name": "Martin", "function": "presidence"}
ADDRESS = "lou.martin@tilleuls.example"


def capacity_at(world: World, email: str, house: str = "Tilleuls") -> Capacity:
    db.session.expire_all()
    found = select(Capacity).join(User).where(User.email == email, Capacity.employer_id == world.employer(house).id)
    return db.session.scalars(found).one()


def links() -> list[MagicLink]:
    return list(db.session.scalars(select(MagicLink).order_by(MagicLink.id)))


def done(action: JournalAction) -> int:
    return len(db.session.scalars(select(JournalEntry).where(JournalEntry.action == action)).all())


def follow(app: Flask, link: MagicLink) -> Browser:
    guest = Browser(app, None)
    secret = make_secret(link.reference, app.config["SECRET_KEY"])
    guest.fill(f"/lien/{link.reference}", secret=secret, password="trois cailloux blancs")
    return guest


def test_the_lead_invites_the_house_decides_and_everybody_sees_since_when_and_by_whom(
    app: Flask, world: World, browse: Browse
) -> None:
    address = f"/dossiers/{world.case('Tilleuls').id}/inviter-employeur"
    lead = browse("preventeur")
    assert "inviter-employeur" in str(lead.get(f"/dossiers/{world.case('Tilleuls').id}").links("inviter-employeur"))
    wrong = lead.fill(address, **{**LOU, "email": "lou"})
    assert (wrong.status, wrong.fields("")["given_name"]) == (422, "Lou"), "what was typed stays"
    for _ in range(2):
        assert lead.fill(address, **LOU).location == address
    assert (len(links()), done(JournalAction.CAPACITY_GIVEN)) == (1, 1), "a double click is one invitation"
    assert browse("referent").get(address).status in (403, 404), "not the lead"

    guest = follow(app, links()[0])
    own = guest.get(PEOPLE).main
    assert "Lou Martin" in own and "Preventeur Testeur (Carsat Poitou)" in own
    assert guest.fill(f"{PEOPLE}/inviter", **{**LOU, "email": "rh@tilleuls.example", "function": "rh"}).status == 302
    assert capacity_at(world, "rh@tilleuls.example").manager_function is ManagerFunction.RH
    assert "à l’invitation de Lou Martin" in browse("directrice").get(PEOPLE).main


def test_who_does_not_decide_reads_and_changes_nothing(world: World, browse: Browse) -> None:
    house = world.employer("Tilleuls")
    for name, function in (("rh", ManagerFunction.RH), ("cadre", ManagerFunction.SUPERVISION)):
        make_user(name, employer_id=house.id, manager_function=function)
        db.session.commit()
        reader, boss = browse(name), capacity_at(world, "directrice@test.example")
        assert "Directrice Testeur" in reader.get(PEOPLE).main
        assert reader.get(PEOPLE).links("inviter|passation") == []
        for address in (f"{PEOPLE}/inviter", f"{PEOPLE}/{boss.id}/retrait", f"{PEOPLE}/{boss.id}/passation"):
            assert reader.send(address).status == 403


def test_the_last_who_decides_stays_and_a_hand_over_closes_the_former_that_day(
    app: Flask, world: World, browse: Browse
) -> None:
    boss, own = browse("directrice"), capacity_at(world, "directrice@test.example").id
    assert boss.send(f"{PEOPLE}/{own}/retrait").status == 400, "nobody else decides"
    assert boss.get(f"{PEOPLE}/{own}/passation").links("inviter")
    boss.fill(f"{PEOPLE}/inviter", **{**LOU, "function": "rh"})
    lou = capacity_at(world, ADDRESS).id
    assert boss.send(f"{PEOPLE}/{own}/retrait").status == 400, "she does not decide"
    assert boss.fill(f"{PEOPLE}/{own}/passation").status == 422
    heir = follow(app, links()[0])
    started = boss.fill("/auto-diagnostic", place="tout").location
    assert boss.fill(f"{PEOPLE}/{own}/passation", successor=str(lou)).location == "/"
    assert boss.get(PEOPLE).status == 403, "at the next request"
    assert capacity_at(world, ADDRESS).manager_function is ManagerFunction.DIRECTION
    assert capacity_at(world, "directrice@test.example").ends_on == TODAY - timedelta(days=1)
    assert done(JournalAction.CAPACITY_WITHDRAWN) == 1

    assert "Accès terminés (1)" in heir.get(PEOPLE).main
    assert started and "Y participer" in heir.get("/auto-diagnostic").main, "the house keeps what it began"


def test_nobody_is_left_and_the_lead_invites_again(world: World, browse: Browse) -> None:
    capacity_at(world, "directrice@test.example").ends_on = TODAY - timedelta(days=1)
    db.session.commit()
    address = f"/dossiers/{world.case('Tilleuls').id}/inviter-employeur"
    back = {**LOU, "email": "directrice@test.example", "function": "direction"}
    assert browse("preventeur").fill(address, **back).location == address
    again = capacity_at(world, "directrice@test.example")
    assert again.is_open(TODAY) and again.invited_at
    assert len(db.session.scalars(select(OutboxMail).where(OutboxMail.rule.startswith("invited"))).all()) == 1
    assert links() == [], "who has a password signs in as before"


@pytest.mark.parametrize("how", ["twice", "removed", "expired", "replaced", "another's secret"])
def test_a_link_opens_nothing(app: Flask, world: World, browse: Browse, how: str) -> None:
    boss = browse("directrice")
    boss.fill(f"{PEOPLE}/inviter", **LOU)
    link, other, when = links()[0], links()[0], NOW + timedelta(minutes=20)
    if how == "twice":
        follow(app, link)
    elif how == "removed":
        assert boss.send(f"{PEOPLE}/{capacity_at(world, ADDRESS).id}/retrait").status == 302
    elif how == "expired":
        when = NOW + timedelta(days=15)
    elif how == "replaced":
        with time_machine.travel(NOW + timedelta(minutes=10)):
            boss.send(f"{PEOPLE}/{capacity_at(world, ADDRESS).id}/invitation")
    else:
        boss.fill(f"{PEOPLE}/inviter", **{**LOU, "email": "autre@tilleuls.example"})
        other = links()[1]
    secret = make_secret(other.reference, app.config["SECRET_KEY"])
    with time_machine.travel(when):
        guest = Browser(app, None)
        page = guest.send(f"/lien/{link.reference}", secret=secret, password="trois cailloux blancs")
        assert (page.status, page.title) == (404, "Ce lien ne sert plus")
        assert guest.get(PEOPLE).status == 302


def test_a_scanner_that_opens_the_link_first_uses_nothing(app: Flask, world: World, browse: Browse) -> None:
    browse("directrice").fill(f"{PEOPLE}/inviter", **LOU)
    link, scanner = links()[0], Browser(app, None)
    for _ in range(3):
        assert scanner.get(f"/lien/{link.reference}").status == 200
        assert scanner.client.head(f"/lien/{link.reference}").status_code == 200
    db.session.expire_all()
    assert links()[0].used_at is None
    assert follow(app, links()[0]).get(PEOPLE).status == 200


def test_a_director_of_two_houses_sees_one_at_a_time(world: World, browse: Browse) -> None:
    """Pages, search, exports and acts of one house tell nothing of the other, until the function is changed."""
    director, clain = world.user("directrice"), world.employer("Clain")
    director.capacities.append(Capacity(employer=clain, manager_function=ManagerFunction.DIRECTION))
    make_user("voisin", employer_id=clain.id, manager_function=ManagerFunction.RH)
    db.session.commit()
    houses = {"Tilleuls": "Clain", "Clain": "Tilleuls"}
    boss = browse("directrice")
    for house, other in houses.items():
        boss.send("/fonctions", capacity=capacity_at(world, "directrice@test.example", house).id)
        assert house in boss.get(PEOPLE).main
        for address in (PEOPLE, "/", "/employeurs", "/dossiers", "/auto-diagnostic", f"/employeurs?q={other}"):
            assert other not in boss.get(address).main.replace(f"q={other}", ""), address
        for name in ("employeurs", "dossiers"):
            book = CalamineWorkbook.from_filelike(BytesIO(boss.get(f"/{name}.xlsx").response.data))
            told = str([book.get_sheet_by_name(sheet).to_python() for sheet in book.sheet_names])
            assert house in told or name == "dossiers"
            assert other not in told
        assert boss.get(f"/employeurs/{world.employer(other).id}").status == 404
        stranger = capacity_at(world, "voisin@test.example" if other == "Clain" else "directrice@test.example", other)
        for act in ("retrait", "invitation", "passation"):
            assert boss.send(f"{PEOPLE}/{stranger.id}/{act}").status == 404
