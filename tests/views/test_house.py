"""« Mon établissement »: what its managers find, what they ask, what their teams said, whom they may call."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.actions.remarks import queue_reminders
from app.extensions import db
from app.models import (
    Capacity,
    CaseDeadline,
    CaseEvent,
    CaseReminder,
    EventKind,
    FigureRemark,
    HouseWish,
    ManagerFunction,
    OutboxMail,
    Scheme,
    TeamVoice,
    Visibility,
)
from app.queries.targeting_collisions import list_collisions
from app.queries.wishes import wishes_no_reminder
from tests.conftest import NOW, TODAY
from tests.factories import make_exchange, make_figure, make_import
from tests.pages import Browser
from tests.world import World
from workflows.employer_wish import WishKind
from workflows.support_case import State

Browse = Callable[[str], Browser]
HOUSE = "/mon-etablissement"


def deadlines(world: World) -> dict[str, CaseDeadline]:
    """What the case of the house still expects, by rule."""
    db.session.expire_all()
    case_id = world.case("Tilleuls").id
    found = select(CaseDeadline).where(CaseDeadline.case_id == case_id, CaseDeadline.ended_on.is_(None))
    return {one.rule: one for one in db.session.scalars(found)}


def test_signing_in_leads_home_where_the_house_reads_its_own_words(browse: Browse, world: World) -> None:
    case, author = world.case("Tilleuls"), world.user("preventeur")
    make_exchange(case.employer, author, case, summary="Mot partagé", visibility=Visibility.EMPLOYER)
    make_exchange(case.employer, author, case, summary="Mot entre partenaires", visibility=Visibility.PARTNERS)
    directrice = browse("directrice")
    assert directrice.get("/").location == HOUSE
    page = directrice.get(HOUSE)
    assert page.status == 200 and "Premier échange" in page.main and author.full_name in page.main
    assert f"mailto:{author.email}" in page.links("mailto")
    assert "Mot partagé" in page.main and "Mot entre partenaires" not in page.main


def test_a_house_that_nobody_follows_finds_something_useful(browse: Browse, world: World) -> None:
    world.case("Tilleuls").employer_informed_on = None
    page = browse("directrice").get(HOUSE)
    assert page.status == 200 and "Rien en cours pour le moment" in page.main
    assert page.links("a-qui-s-adresser") and page.links("auto-diagnostic") and page.links("equipes")


def test_a_person_of_two_houses_is_in_one_at_a_time(app: Flask, browse: Browse, world: World) -> None:
    other = world.employer("Clain")
    user = world.user("directrice")
    user.capacities.append(Capacity(employer_id=other.id, manager_function=ManagerFunction.DIRECTION))
    db.session.add(TeamVoice(employer_id=other.id, author_id=user.id, tool="qena", held_on=TODAY, written_at=NOW))
    db.session.commit()
    directrice = browse("directrice")
    shown = directrice.get(HOUSE).main + directrice.get(f"{HOUSE}/equipes").main
    assert ("Tilleuls" in shown) is not ("Clain" in shown)


def test_call_me_back_is_told_expected_and_answered_in_its_time(browse: Browse, world: World) -> None:
    directrice = browse("directrice")
    form = directrice.get(f"{HOUSE}/recontact")
    assert "Ce qui n’en dépend pas" in form.main
    wrong = directrice.send(f"{HOUSE}/recontact", {**form.fields(), "month": "2026-11", "words": "Après l’été"})
    assert wrong.status == 422 and "Après l’été" in wrong.text
    sent = {**form.fields(), "month": "2027-03", "words": "Nous déménageons."}
    for _ in range(2):  # a double click
        assert directrice.send(f"{HOUSE}/recontact", sent).status == 302
    assert "mars 2027" in directrice.get(HOUSE).main
    case = world.case("Tilleuls")
    assert case.state is State.CONTACTED
    awaited = deadlines(world)["call_back"]
    assert awaited.due_on == date(2027, 3, 1)
    days = db.session.scalars(select(CaseReminder.remind_on).where(CaseReminder.deadline_id == awaited.id)).all()
    assert TODAY in days and date(2027, 2, 22) in days
    told = browse("preventeur").get(f"/dossiers/{case.id}").main
    assert "demande à être recontacté en mars 2027" in told and "Nous déménageons." in told
    events = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == EventKind.WISH)).all()
    assert [one.case_id for one in events] == [case.id]


def test_a_call_asked_for_outlives_a_suspension(browse: Browse, world: World) -> None:
    directrice, case_id = browse("directrice"), world.case("Tilleuls").id
    form = directrice.get(f"{HOUSE}/recontact")
    directrice.send(f"{HOUSE}/recontact", {**form.fields(), "month": "2027-03"})
    lead = browse("preventeur")
    for step in ("suspend", "resume"):
        page = lead.get(f"/dossiers/{case_id}/etapes/{step}")
        answer = lead.send(f"/dossiers/{case_id}/etapes/{step}", {**page.fields(), "motive": "À sa demande"})
        assert answer.status == 302, answer.main
        assert deadlines(world)["call_back"].paused_on is None


def test_no_follow_up_is_recorded_by_the_lead_and_taken_back(browse: Browse, world: World) -> None:
    directrice, house = browse("directrice"), world.employer("Tilleuls").id
    form = directrice.get(f"{HOUSE}/pas-de-suite")
    assert "24 novembre 2027" in form.main.replace("\xa0", " ")
    assert directrice.send(f"{HOUSE}/pas-de-suite", form.fields()).status == 302
    assert world.case("Tilleuls").state is State.CONTACTED  # an act of the employer moves nothing
    assert deadlines(world)["no_follow_up"].due_on == TODAY + timedelta(days=7)
    quiet = select(wishes_no_reminder(house, TODAY))
    assert db.session.scalar(quiet)
    told = list_collisions(world.actor("referent"), [house], today=TODAY)[house]
    assert "Ne pas solliciter avant le 24/11/2027" in [one.words for one in told]
    again = directrice.get(f"{HOUSE}/recontact")
    directrice.send(f"{HOUSE}/recontact", {**again.fields(), "month": "2027-01"})
    kinds = db.session.scalars(select(HouseWish.kind).where(HouseWish.withdrawn_at.is_(None))).all()
    assert kinds == [WishKind.CALL_BACK] and "no_follow_up" not in deadlines(world)
    assert directrice.send(f"{HOUSE}/demande/retrait", directrice.get(HOUSE).fields()).status == 302
    assert not {"call_back", "no_follow_up"} & deadlines(world).keys()
    assert not db.session.scalar(quiet)


@pytest.mark.parametrize("scheme, present, absent", [
    (Scheme.GENERAL, "Carsat", "CNFPT"),
    (Scheme.AGRICOLE, "MSA", "Carsat (Cramif"),
])  # fmt: skip
def test_the_directory_suits_the_house(browse: Browse, world: World, scheme: Scheme, present: str, absent: str) -> None:
    world.employer("Tilleuls").scheme = scheme
    page = browse("directrice").get(f"{HOUSE}/a-qui-s-adresser")
    assert present in page.main and absent not in page.main
    training = browse("directrice").get(
        f"{HOUSE}/a-qui-s-adresser?help=training&status=public_territorial&departement="
    )
    assert "CNFPT" in training.main and "Carsat" not in training.main


def test_an_organisation_tells_how_it_is_reached(browse: Browse, world: World) -> None:
    world.user("preventeur").capacities[0].is_administrator = True
    preventeur = browse("preventeur")
    page = preventeur.get("/organisme/coordonnees")
    wrong = preventeur.send("/organisme/coordonnees", {**page.fields(), "email": "accueil", "phone": "0549000000"})
    assert wrong.status == 422 and "0549000000" in str(wrong.fields())
    sent = {**page.fields(), "email": "accueil@carsat.example", "phone": "0549000000"}
    assert preventeur.send("/organisme/coordonnees", sent).status == 302
    assert preventeur.send("/organisme/coordonnees", sent).status == 409  # another tab
    assert "tel:0549000000" in browse("directrice").get(f"{HOUSE}/a-qui-s-adresser").links("tel:")


def test_what_teams_say_stays_at_home_unless_shared(browse: Browse, world: World) -> None:
    directrice, house = browse("directrice"), world.employer("Tilleuls").id
    assert "Rien n’est encore noté" in directrice.get(f"{HOUSE}/equipes").main
    form = directrice.get(f"{HOUSE}/equipes/nouvelle")
    heard = {
        "tool": "qena",
        "held_on": "2026-11-02",
        "asked": "40",
        "respondents": "31",
        "words": "Des relèves plus longues",
    }
    wrong = directrice.send(f"{HOUSE}/equipes/nouvelle", {**form.fields(), **heard, "respondents": "41"})
    assert wrong.status == 422 and "Des relèves plus longues" in wrong.text
    for _ in range(2):
        sent = {**form.fields(), **heard, "themes": ["workload", "meaning"]}
        assert directrice.send(f"{HOUSE}/equipes/nouvelle", sent).status == 302
    voice = db.session.scalars(select(TeamVoice)).one()
    assert "31 personnes" in directrice.get(f"{HOUSE}/equipes").main
    assert "relèves" not in browse("referent").get(f"/employeurs/{house}").main
    page = directrice.get(f"{HOUSE}/equipes/{voice.id}")
    shared = {**page.fields(), "is_shared": "y"}
    assert directrice.send(f"{HOUSE}/equipes/{voice.id}", shared).status == 302
    assert "relèves" in browse("referent").get(f"/employeurs/{house}").main
    assert "relèves" not in browse("federation").get(f"/employeurs/{house}").main
    assert directrice.send(f"{HOUSE}/equipes/{voice.id}", {**shared, "asked": "45"}).status == 409
    token = directrice.get(f"{HOUSE}/equipes").fields()
    assert directrice.send(f"{HOUSE}/equipes/{voice.id}/retrait", token).status == 302
    assert db.session.scalars(select(TeamVoice)).first() is None


def test_a_contested_figure_is_answered_by_a_date(browse: Browse, world: World) -> None:
    structure = world.case("Tilleuls").main_structure
    make_figure(structure, "abs_total", 2025, 114_000, make_import(world.organisation("ARS Poitou")))
    directrice, address = browse("directrice"), f"/etablissements/{structure.finess}/remarque"
    form = directrice.get(address)
    directrice.send(address, {**form.fields(), "figure": "abs_total 2025", "wording": "Deux départs."})
    remark = db.session.scalars(select(FigureRemark)).one()
    assert remark.due_on == TODAY + timedelta(days=30)
    assert remark.organisation_id == world.organisation("ARS Poitou").id
    assert "Remarques d’employeurs à lire" in browse("referent").get("/").main
    assert "Remarques d’employeurs à lire" not in browse("preventeur").get("/").main
    assert queue_reminders(today=TODAY, now=NOW) == 0
    soon = TODAY + timedelta(days=23)
    assert [queue_reminders(today=soon, now=NOW) for _ in range(2)] == [1, 0]
    mail = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "remark_reminder")).one()
    assert mail.user_id == world.user("coordinatrice").id


def test_what_binds_the_house_is_for_its_direction(browse: Browse, world: World) -> None:
    world.user("directrice").capacities[0].manager_function = ManagerFunction.RH
    rh = browse("directrice")
    assert rh.get(f"{HOUSE}/pas-de-suite").status == 403 and not rh.get(HOUSE).links("pas-de-suite")
    heard = {"tool": "qena", "held_on": "2026-11-02", "is_shared": "y"}
    assert rh.send(f"{HOUSE}/equipes/nouvelle", heard).status == 302
    assert db.session.scalars(select(TeamVoice.is_shared)).all() == [False]
