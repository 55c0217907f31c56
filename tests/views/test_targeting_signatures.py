"""Signatures through the pages: named, called, read, answered, voided and answered again; two tabs, wrong input."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, select, update

from app import clock
from app.actions import targeting as lists
from app.actions.outbox import Claimed
from app.actions.targeting_signatures import SignatoryTerms, name_signatory, take_signing_step
from app.actions.targeting_versions import freeze_list
from app.extensions import db
from app.jobs import letters
from app.jobs.targeting_dates import pursue_lists
from app.models import OutboxMail, TargetingAnswer, TargetingCampaign, TargetingLine, TargetingVersion
from app.queries import targeting_signatures as queries
from app.second_wall.rules import SCHEDULER
from tests.pages import Browser, Page
from tests.targeting import make_frozen
from tests.views.together import at_once
from tests.world import World
from workflows.targeting_list import Answer, ListState
from workflows.targeting_proposals import Decision

Browse = Callable[[str], Browser]
AFTER = date(2026, 12, 16)
SIGNERS = {
    "coordinatrice": "ARS Poitou", "preventeur": "Carsat Poitou", "departement": "Département 79",
    "federation": "Fédération A",
}  # fmt: skip


@pytest.fixture
def campaign(world: World) -> int:
    """A frozen list whose signatories are to be named."""
    return make_frozen(world, today=AFTER, now=clock.now() - timedelta(hours=1)).id


@pytest.fixture
def called(world: World, campaign: int) -> int:
    """The same, everybody named and called."""
    listed, who = held(campaign), world.actor("coordinatrice")
    for seat in queries.list_seats(listed, today=AFTER):
        name = next(one for one, organisation in SIGNERS.items() if organisation == seat.signatory.organisation.name)
        terms = SignatoryTerms(world.user(name).id, "Direction", "")
        facts: dict[str, Any] = {
            "version": seat.signatory.version,
            "actor": who,
            "today": clock.today(),
            "now": clock.now(),
        }
        name_signatory(listed, seat, terms, **facts)
    take_signing_step(listed, "call", version=listed.version, actor=who, today=AFTER, now=clock.now())
    db.session.commit()
    return campaign


def held(campaign: int) -> TargetingCampaign:
    return db.session.get_one(TargetingCampaign, campaign, populate_existing=True)


def answers() -> list[tuple[Answer, bool]]:
    """Every answer kept, in its order, with whether it holds."""
    db.session.rollback()
    rows = db.session.scalars(select(TargetingAnswer).order_by(TargetingAnswer.id)).all()
    return [(one.answer, one.voided_at is None) for one in rows]


def answer(browser: Browser, campaign: int, **given: Any) -> Page:
    return browser.fill(f"/ciblage/{campaign}/signature", **{"answer": "signed", "confirmed": "y", **given})


def voided(world: World, campaign: int, employer: str) -> None:
    """Reopen the list, take an employer out, freeze it again."""
    listed = held(campaign)
    who: dict[str, Any] = {"actor": world.actor("coordinatrice"), "today": AFTER, "now": clock.now()}
    lists.take_step(listed, "amend", "Une fermeture", version=listed.version, **who)
    line = (TargetingLine.campaign_id == campaign, TargetingLine.employer_id == world.employer(employer).id)
    db.session.execute(update(TargetingLine).where(*line).values(decided=Decision.WITHDRAWN))
    freeze_list(listed, version=listed.version, **who)
    db.session.commit()


# --- Naming and calling -------------------------------------------------------------------------------------


def test_signatories_are_named_then_called(world: World, browse: Browse, campaign: int) -> None:
    browser, home = browse("coordinatrice"), f"/ciblage/{campaign}/signataires"
    assert browser.get(f"/ciblage/{campaign}").links("/signataires$")
    page = browser.get(home)
    assert "Il manque un signataire : Agence régionale de santé, Carsat" in page.main
    assert [name in page.main for name in SIGNERS.values()] == [True] * 4 and "à désigner" in page.main
    for who, organisation in SIGNERS.items():
        address = f"{home}/{world.organisation(organisation).id}"
        done = browser.fill(address, person=str(world.user(who).id), function="Directrice", delegation="")
        assert done.location == home
    assert "Directrice" in browser.get(home).main
    assert browser.fill(home, "/etapes/call", version=str(held(campaign).version)).location == home
    assert held(campaign).state is ListState.SIGNING
    assert "Votre signature est attendue" in browser.get(home).main
    federation = browse("federation").get(home).main
    assert "Votre signature est attendue" in federation and "Directrice" in federation
    assert world.user("preventeur").full_name not in federation  # who signs elsewhere is their own business


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"person": ""}, "Choisissez une personne."),
        ({"function": " "}, "« Qualité » : à remplir."),
        ({"delegation": "x" * 4001}, "4 000 caractères au plus."),
        ({"person": "999999"}, "pas un choix|Choix"),
    ],
)
def test_wrong_input_about_a_signatory_keeps_what_was_typed(
    world: World, browse: Browse, campaign: int, typed: dict[str, str], said: str
) -> None:
    address = f"/ciblage/{campaign}/signataires/{world.organisation('Carsat Poitou').id}"
    good = {"person": str(world.user("preventeur").id), "function": "Directeur", "delegation": "Décision du 2 mars"}
    page = browse("coordinatrice").fill(address, **{**good, **typed})
    assert page.status == 422 and any(re.search(said, error) for error in page.errors()), page.errors()
    kept = {**good, **typed}["delegation"]
    assert page.tree.xpath("string(//textarea[@name='delegation'])").strip() == kept


def test_two_who_name_at_once_are_told(world: World, browse: Browse, campaign: int) -> None:
    browser, address = browse("coordinatrice"), f"/ciblage/{campaign}/signataires/"
    address += str(world.organisation("ARS Poitou").id)
    shown = browser.get(address).fields()
    chosen = {"person": str(world.user("referent").id), "function": "Référent"}
    assert browser.fill(address, **{**chosen, "person": str(world.user("coordinatrice").id)}).status == 302
    assert browser.send(address, {**shown, **chosen}).status == 409


def test_a_signatory_who_left_is_said_to_who_can_do_something(world: World, browse: Browse, campaign: int) -> None:
    browser, home = browse("coordinatrice"), f"/ciblage/{campaign}/signataires"
    address = f"{home}/{world.organisation('Carsat Poitou').id}"
    browser.fill(address, person=str(world.user("preventeur").id), function="Directeur")
    world.user("preventeur").capacities[0].suspended_on = clock.today()
    db.session.commit()
    page = browser.get(home).main
    assert "À remplacer" in page and "est suspendu" in page and "Nommez une autre personne" in page
    assert "suspendu" not in browse("federation").get(home).main
    assert browser.send(f"/ciblage/{campaign}/etapes/call", version=str(held(campaign).version)).status == 302
    assert held(campaign).state is ListState.FROZEN


# --- Reading and answering ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "reads", "never"),
    [
        ("coordinatrice", {"027", "028", "029"}, set()),
        ("departement", {"027", "029"}, {"028"}),
        ("federation", {"028"}, {"027", "029"}),
    ],
)
def test_each_reads_its_part_alone_and_answers(
    world: World, browse: Browse, called: int, who: str, reads: set[str], never: set[str]
) -> None:
    page = browse(who).get(f"/ciblage/{called}/signature")
    named = {one for one in reads | never if f"Association {one}" in page.main}
    version = db.session.scalars(select(TargetingVersion)).one()
    assert named == reads and version.root in page.main and f"{version.root[:4]} {version.root[4:8]}" in page.main
    assert not re.search(r"\d+,\d\s%|centile", page.main)
    assert answer(browse(who), called).location == f"/ciblage/{called}/signataires"
    assert answers() == [(Answer.SIGNED, True)]
    kept = db.session.scalars(select(TargetingAnswer)).one()
    assert kept.address == "127.0.0.1" and kept.root == version.root and "methode" in kept.read


def test_what_each_answered_is_told_to_all_and_the_rest_to_nobody(world: World, browse: Browse, called: int) -> None:
    answer(browse("federation"), called, answer="reserved", reason="Le calendrier est court.")
    page = browse("departement").get(f"/ciblage/{called}/signataires")
    assert "signée avec réserve" in page.main and "Le calendrier est court." in page.main
    assert "127.0.0.1" not in page.text and "Association 028" not in page.text
    assert "Il manque : ARS Poitou, Carsat Poitou, Département 79" in page.main
    own = browse("federation").get(f"/ciblage/{called}/signature")
    assert "Réponse signée avec réserve" in own.main and "127.0.0.1" not in own.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"answer": ""}, "Choisissez une réponse."),
        ({"answer": "awaited"}, "Choisissez|choix"),
        ({"answer": "refused", "reason": ""}, "Dites la raison de votre refus"),
        ({"answer": "reserved", "reason": "  "}, "Dites la raison de votre réserve"),
        ({"confirmed": []}, "Cochez la case"),
        ({"reason": "x" * 4001}, "4 000 caractères au plus."),
    ],
)
def test_wrong_input_of_an_answer_is_said_and_nothing_is_signed(
    browse: Browse, called: int, typed: dict[str, Any], said: str
) -> None:
    page = answer(browse("federation"), called, **{"reason": "Motif tapé", **typed})
    assert page.status == 422 and any(re.search(said, error) for error in page.errors()), page.errors()
    assert page.tree.xpath("string(//textarea[@name='reason'])").strip() == typed.get("reason", "Motif tapé").strip()
    assert answers() == []


def test_a_second_factor_is_asked_and_the_answer_goes_on(app: Flask, world: World, called: int) -> None:
    page = f"/ciblage/{called}/signature"
    browser = Browser(app, "federation", second_factor=False)
    assert (browser.get(page).location or "").startswith("/verification")
    version = db.session.scalars(select(TargetingVersion)).one()
    typed = {"answer": "reserved", "reason": "À garder", "confirmed": "y", "number": "1", "root": version.root}
    asked = browser.send(page, typed)
    assert (asked.status, asked.fields("/verification")["reason"]) == (401, "À garder")
    assert answers() == []


def test_a_double_click_and_two_tabs_are_one_answer(app: Flask, browse: Browse, called: int) -> None:
    address = f"/ciblage/{called}/signature"
    first, second = browse("federation"), browse("federation")
    data = {**first.get(address).fields(), "answer": "signed", "confirmed": "y"}
    data.pop("csrf_token")
    assert [page.status for page in at_once([first, second], address, data)] == [302, 302]
    other = {**second.get(address).fields(), "answer": "signed", "confirmed": "y"}
    assert second.send(address, other).status == 302
    assert answers() == [(Answer.SIGNED, True)]
    assert answer(first, called, answer="refused", reason="Après réflexion.").status == 302
    assert answers() == [(Answer.SIGNED, False), (Answer.REFUSED, True)]


def test_a_superseded_version_and_a_clock_that_moved_are_said(world: World, browse: Browse, called: int) -> None:
    browser, address = browse("federation"), f"/ciblage/{called}/signature"
    shown = {**browser.get(address).fields(), "answer": "signed", "confirmed": "y"}
    voided(world, called, "Association 029")
    page = browser.send(address, shown)
    assert page.status == 409 and "pas encore appelée à signature" in page.main
    listed = held(called)
    call: dict[str, Any] = {
        "version": listed.version,
        "actor": world.actor("coordinatrice"),
        "today": AFTER,
        "now": clock.now(),
    }
    take_signing_step(listed, "call", **call)
    db.session.commit()
    page = browser.send(address, shown)
    assert page.status == 409 and "La version 2 a remplacé celle que vous lisiez : rien n’est signé" in page.main
    db.session.execute(update(TargetingVersion).values(frozen_at=clock.now() + timedelta(days=1)))
    assert "L’horloge du serveur" in browser.get(address).main
    page = browser.send(address, {**shown, "number": "2"})
    assert page.status == 409 and "L’horloge du serveur" in page.main and answers() == []


@pytest.mark.parametrize("who", ["referent", "aract", "ailleurs", "directrice"])
def test_nobody_else_reads_or_answers(browse: Browse, called: int, who: str) -> None:
    browser, address = browse(who), f"/ciblage/{called}/signature"
    assert {browser.get(address).status, browser.send(address, answer="signed").status} <= {403, 404}
    assert answers() == []


def test_a_quorum_out_of_reach_is_said_and_the_list_is_signed_at_quorum(
    world: World, browse: Browse, called: int
) -> None:
    home = f"/ciblage/{called}/signataires"
    answer(browse("federation"), called, answer="refused", reason="Deux sont en crise.")
    assert "Le quorum est hors de portée" in browse("coordinatrice").get(home).main
    answer(browse("federation"), called)
    for who in ("coordinatrice", "preventeur", "departement"):
        answer(browse(who), called)
    coordinator = browse("coordinatrice")
    assert "Le quorum est atteint" in coordinator.get(home).main
    assert coordinator.fill(home, "/etapes/conclude").location == home
    assert held(called).state is ListState.SIGNED
    assert "Les signatures de cette liste sont closes" in browse("federation").get(f"/ciblage/{called}/signature").main


# --- A new version ------------------------------------------------------------------------------------------


def written(kind: str) -> dict[str, str]:
    """What the mails of this kind say today, by the first part of the address."""
    found = {}
    for mail in db.session.scalars(select(OutboxMail).where(OutboxMail.rule.startswith(f"{kind} "))).all():
        names = ("id", "user_id", "template", "object_kind", "object_id", "rule", "cycle", "attempts", "created_at")
        claimed = Claimed(**{name: getattr(mail, name) for name in names})
        try:
            letter = letters.write(claimed, now=clock.now()).letter
        except letters.NoReason:
            continue
        found[letter.recipient.partition("@")[0]] = f"{letter.subject} {letter.text}"
    return found


def test_a_change_asks_again_those_whose_text_changed_and_tells_them_what(
    world: World, browse: Browse, called: int
) -> None:
    called_mails = written("call")
    assert set(called_mails) == set(SIGNERS)
    assert all(f"/ciblage/{called}/signature" in text for text in called_mails.values())
    for who in SIGNERS:
        answer(browse(who), called)
    assert written("call") == {}  # who has answered is not called any more
    voided(world, called, "Association 029")
    told = written("voided")
    assert set(told) == {"coordinatrice", "preventeur", "departement"}
    assert all("Sortent : Association 029." in text and "Entrent" not in text for text in told.values())
    home = f"/ciblage/{called}/signataires"
    page = browse("federation").get(home).main
    assert page.count("Sa part a changé depuis sa dernière réponse.") == 3 and page.count("signée") >= 1
    coordinator = browse("coordinatrice")
    assert coordinator.fill(home, "/etapes/call").location == home
    assert set(written("call")) == {"coordinatrice", "preventeur", "departement"}


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_role_of_the_scheduler_writes_these_mails(world: World, browse: Browse, called: int) -> None:
    answer(browse("departement"), called)
    voided(world, called, "Association 029")
    expected = written("voided")
    db.session.commit()

    def as_scheduler(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET ROLE {SCHEDULER}")

    as_scheduler(db.session.connection())
    assert written("voided") == expected and set(expected) == {"departement"}
    db.session.rollback()


# --- What time does -----------------------------------------------------------------------------------------


def reminders() -> list[str]:
    """The rules of the reminders in the outbox, without the number of the person."""
    rows = db.session.scalars(select(OutboxMail.rule).where(OutboxMail.rule.startswith("remind "))).all()
    return sorted(f"{rule.split()[1]} {rule.split()[3]}" for rule in rows)


def test_whoever_has_not_answered_is_reminded_after_seven_and_fourteen_days(
    world: World, browse: Browse, called: int
) -> None:
    answer(browse("federation"), called)
    db.session.execute(update(TargetingCampaign).values(entered_on=clock.today()))
    db.session.commit()
    found = {}
    for days in (6, 7, 7, 13, 14, 20):
        at = clock.now() + timedelta(days=days)
        pursue_lists(now=partial(datetime.astimezone, at, UTC))
        found[days] = reminders()
    assert found[6] == [] and found[7] == found[13] == ["1 7"] * 3
    assert found[14] == found[20] == sorted(["1 7", "1 14"] * 3)
    assert set(written("remind")) == {"coordinatrice", "preventeur", "departement"}
    answer(browse("departement"), called)
    assert set(written("remind")) == {"coordinatrice", "preventeur"}


def test_the_desk_shows_what_is_to_be_signed_until_it_is(browse: Browse, called: int) -> None:
    browser = browse("federation")
    address = f"/ciblage/{called}/signature"
    assert "Ma part à signer" in browser.get("/").main and browser.get("/").links(address)
    assert "Ma part à signer" not in browse("referent").get("/").main
    answer(browser, called)
    assert "Ma part à signer" not in browser.get("/").main


def test_a_signed_list_expires_the_day_after_its_last(world: World, called: int) -> None:
    listed = held(called)
    listed.state = ListState.SIGNED
    db.session.commit()
    last = listed.valid_until
    noon = clock.now().replace(hour=12)

    def on(day: date) -> int:
        return pursue_lists(now=lambda: noon.replace(year=day.year, month=day.month, day=day.day))

    assert on(last) == 0 and held(called).state is ListState.SIGNED
    assert on(last + timedelta(days=1)) == 1 and held(called).state is ListState.EXPIRED
    assert on(last + timedelta(days=2)) == 0
