"""The page of a delegate without account: the link and the code, one answer, and every way it is refused."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.actions.targeting_signatures import take_signing_step
from app.extensions import db
from app.models import (
    JournalAction,
    JournalEntry,
    MagicLink,
    TargetingCampaign,
    TargetingVersion,
)
from tests.delegates import (
    WHO,
    Browse,
    address,
    answered,
    answers,
    code_on,
    delegated,
    entered,
    link,
    make_called,
    refrozen,
    secret,
    written,
)
from tests.pages import Browser
from tests.views.test_targeting_signatures import AFTER
from tests.views.together import at_once
from tests.world import World
from workflows.targeting_list import Answer, ListState


@pytest.fixture
def called(world: World) -> int:
    """A list to be signed; for the federation, by « federation »."""
    return make_called(world)


# --- The whole way ------------------------------------------------------------------------------------------


def test_a_delegate_reads_its_part_alone_signs_once_and_the_record_tells_by_whose_delegation(
    app: Flask, world: World, browse: Browse, called: int
) -> None:
    code = delegated(browse("departement"), called)
    mail = written("signature")[WHO["email"]]
    assert f"{address()}#{secret()}" in mail and code not in mail and world.user("departement").full_name in mail
    assert link().code_digest and code not in str(link().code_digest)
    browser = entered(app, code)
    page = browser.get(f"{address()}/liste")
    named = {one for one in ("027", "028", "029") if f"Association {one}" in page.main}
    assert named == {"027", "029"} and "Odile Renard, Directrice adjointe" in page.main
    root = db.session.scalars(select(TargetingVersion)).one().root
    assert root in page.main and not re.search(r"\d+,\d\s%|centile", page.main)
    assert answered(browser, answer="reserved", reason="Le calendrier est court.").location == f"{address()}/liste"
    done = browser.get(f"{address()}/liste")
    assert done.status == 200 and "Votre réponse est enregistrée." in done.main
    (kept,) = answers()
    giver = world.user("departement").full_name
    assert (kept.answer, kept.author_id, kept.signed_by, kept.root) == (Answer.RESERVED, None, "Odile Renard", root)
    assert kept.function == "Directrice adjointe" and kept.delegation == f"par délégation de {giver}, Présidente"
    assert kept.address == "127.0.0.1" and set(kept.read) == {"methode", kept.signatory.part}
    home = f"/ciblage/{called}/signataires"
    assert (
        f"Odile Renard, Directrice adjointe (par délégation de {giver}, Présidente)"
        in browse("coordinatrice").get(home).main
    )
    assert "Odile" not in browse("federation").get(home).text
    deeds = set(db.session.scalars(select(JournalEntry.action)))
    told = {JournalAction.TARGETING_DELEGATED, JournalAction.TARGETING_UNLOCKED, JournalAction.TARGETING_ANSWERED}
    assert told <= deeds


def test_the_link_opens_nothing_else(app: Flask, browse: Browse, called: int) -> None:
    browser = entered(app, delegated(browse("federation"), called))
    for page in ("/", "/ciblage", f"/ciblage/{called}", f"/ciblage/{called}/signature", "/employeurs", "/dossiers"):
        assert (browser.get(page).location or "").startswith("/connexion")
    assert browser.get(f"/lien/{link().reference}").status == 404
    cookie = browser.client.get_cookie("jalon-signature", path=address())
    assert cookie and cookie.http_only and cookie.path == address()
    # The same pass is worth nothing for the link of another list or of another person.
    other = delegated(browse("departement"), called, email="autre@ailleurs.example")
    browser.client.set_cookie("jalon-signature", cookie.value, path=address())
    assert browser.get(f"{address()}/liste").location == address()
    assert other


def test_who_is_signed_in_in_the_same_browser_does_not_count(
    app: Flask, world: World, browse: Browse, called: int
) -> None:
    code = delegated(browse("federation"), called)
    browser = browse("ailleurs")
    assert browser.fill(address(), secret=secret(), code=code).status == 302
    page = browser.get(f"{address()}/liste")
    assert "Association 028" in page.main and world.user("ailleurs").full_name not in page.text
    assert answered(browser).status == 302
    assert answers()[0].signed_by == "Odile Renard" and answers()[0].author_id is None


def test_get_opens_nothing_and_writes_nothing(app: Flask, browse: Browse, called: int) -> None:
    delegated(browse("federation"), called)
    browser = Browser(app, None)
    for _ in range(3):
        assert browser.get(address()).status == 200
    assert browser.get(f"{address()}/liste").location == address()
    assert link().used_at is None and link().code_tries == 0 and answers() == []


# --- What is refused, and in which words --------------------------------------------------------------------


def test_wrong_codes_are_counted_and_the_fifth_closes_the_link(app: Flask, browse: Browse, called: int) -> None:
    code = delegated(browse("federation"), called)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    browser, said = Browser(app, None), ["4 essais", "3 essais", "2 essais", "un essai"]
    for left in said:
        page = browser.fill(address(), secret=secret(), code=wrong)
        assert page.status == 422 and left in page.errors()[0]
    page = browser.fill(address(), secret="AAAA-" * 7, code=code)
    assert page.status == 422 and "recopiez celui du courriel" in page.errors()[0]
    page = browser.fill(address(), secret=secret(), code=wrong)
    assert page.status == 410 and "Cinq codes faux" in page.main
    assert browser.get(address()).status == 410
    again = code_on(browse("federation").fill(f"/ciblage/{called}/delegation", "nouveau-code"))
    assert entered(app, again).get(f"{address()}/liste").status == 200


def test_a_right_code_gives_the_tries_back(app: Flask, browse: Browse, called: int) -> None:
    code = delegated(browse("federation"), called)
    for _ in range(7):
        entered(app, code)
    assert link().code_tries == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"answer": ""}, "Choisissez une réponse."),
        ({"answer": "refused", "reason": ""}, "Dites la raison de votre refus"),
        ({"confirmed": []}, "Cochez la case"),
        ({"reason": "x" * 4001}, "4 000 caractères au plus."),
    ],
)
def test_wrong_input_keeps_what_was_typed(
    app: Flask, browse: Browse, called: int, typed: dict[str, Any], said: str
) -> None:
    browser = entered(app, delegated(browse("federation"), called))
    page = answered(browser, **{"reason": "Motif tapé", **typed})
    assert page.status == 422 and any(said in error for error in page.errors()), page.errors()
    assert page.tree.xpath("string(//textarea[@name='reason'])").strip() == typed.get("reason", "Motif tapé").strip()
    assert answers() == [] and link().used_at is None


def test_used_expired_replaced_withdrawn_or_unknown(app: Flask, browse: Browse, called: int) -> None:
    giver, home = browse("federation"), f"/ciblage/{called}/delegation"
    code = delegated(giver, called)
    first, opened = address(), entered(app, code)
    giver.fill(home, "nouveau-code")
    assert "Un lien plus récent" in opened.get(f"{first}/liste").main
    assert Browser(app, None).get(first).status == 410
    db.session.execute(update(MagicLink).values(expires_at=clock.now() - timedelta(seconds=1)))
    db.session.commit()
    page = Browser(app, None).get(address())
    assert page.status == 410 and "trop ancien" in page.main
    code = code_on(giver.fill(home, "nouveau-code"))
    opened = entered(app, code)
    assert giver.fill(home, "retrait").location == home
    page = opened.send(f"{address()}/liste", answer="signed", confirmed="y")
    assert page.status == 410 and "a été retirée" in page.main and answers() == []
    opened = entered(app, delegated(giver, called))
    answered(opened)
    page = Browser(app, None).get(address())
    assert page.status == 410 and "a servi" in page.main
    assert Browser(app, None).get("/signer/inconnu").status == 404
    assert len(answers()) == 1


def test_a_list_reopened_then_frozen_again_is_read_anew_with_the_same_link(
    app: Flask, world: World, browse: Browse, called: int
) -> None:
    browser = entered(app, delegated(browse("departement"), called))
    shown = {**browser.get(f"{address()}/liste").fields(), "answer": "reserved", "confirmed": "y", "reason": "Gardé."}
    refrozen(world, called, "Association 029", call=False)
    page = browser.send(f"{address()}/liste", shown)
    assert page.status == 409 and "pas encore appelée à signature" in page.main and "Gardé." in page.main
    listed = db.session.get_one(TargetingCampaign, called)
    again: dict[str, Any] = {"actor": world.actor("coordinatrice"), "today": AFTER, "now": clock.now()}
    take_signing_step(listed, "call", version=listed.version, **again)
    db.session.commit()
    assert set(written("call 2")) >= {WHO["email"]}
    page = browser.send(f"{address()}/liste", shown)
    assert page.status == 409 and "La version 2 a remplacé celle que vous lisiez" in page.main
    assert "Association 029" not in page.main and page.fields()["reason"].strip() == "Gardé." and answers() == []
    assert browser.send(f"{address()}/liste", {**page.fields(), "confirmed": "y"}).status == 302
    assert [one.number for one in answers()] == [2]


def test_a_change_after_the_answer_voids_it_and_tells_both(
    app: Flask, world: World, browse: Browse, called: int
) -> None:
    answered(entered(app, delegated(browse("departement"), called)))
    refrozen(world, called, "Association 029")
    told = written("voided")
    assert "Sortent : Association 029." in told[WHO["email"]] and "departement@test.example" in told
    page = browse("departement").get(f"/ciblage/{called}/delegation")
    assert "Son lien ne sert plus" in page.main
    answered(entered(app, code_on(browse("departement").fill(f"/ciblage/{called}/delegation", "nouveau-code"))))
    assert [(one.number, one.voided_at is None) for one in answers()] == [(1, False), (2, True)]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ("signed", 410, "Les signatures de cette liste sont closes."),
        ("answered", 409, "Votre organisme a déjà répondu"),
        ("left", 410, "n’est plus en poste"),
        ("clock", 409, "L’horloge du serveur"),
        ("altered", 409, "Ces textes ne sont plus ceux qui ont été figés"),
        ("closed", 410, "n’est pas ouverte à votre organisme"),
    ],
)
def test_what_keeps_a_delegate_from_signing_is_said_and_the_typed_text_comes_back(
    app: Flask, world: World, browse: Browse, called: int, change: str, status: int, said: str
) -> None:
    browser = entered(app, delegated(browse("federation"), called))
    shown = {
        **browser.get(f"{address()}/liste").fields(),
        "answer": "reserved",
        "confirmed": "y",
        "reason": "À garder.",
    }
    listed = db.session.get_one(TargetingCampaign, called)
    if change == "signed":
        listed.state = ListState.SIGNED
    if change == "answered":
        browse("federation").fill(f"/ciblage/{called}/signature", answer="signed", confirmed="y")
    if change == "left":
        world.user("federation").capacities[0].suspended_on = clock.today()
    if change == "clock":
        db.session.execute(update(TargetingVersion).values(frozen_at=clock.now() + timedelta(days=1)))
    if change == "altered":
        parts = db.session.scalars(select(TargetingVersion)).one().parts
        next(one for one in parts if "federation" in one.key).text += " "
    if change == "closed":
        listed.state = ListState.DRAFT
    db.session.commit()
    before = len(answers())
    page = browser.send(f"{address()}/liste", shown)
    assert page.status == status and said in page.main, page.main
    assert "À garder." in page.text or change == "closed"
    assert len(answers()) == before and link().used_at is None


def test_a_lapsed_pass_asks_the_code_alone_and_goes_on(
    app: Flask, browse: Browse, called: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = delegated(browse("federation"), called)
    browser = entered(app, code)
    shown = {
        **browser.get(f"{address()}/liste").fields(),
        "answer": "reserved",
        "confirmed": "y",
        "reason": "À garder.",
    }
    monkeypatch.setattr("app.views.delegate_signing.PASS_SECONDS", -1)
    asked = browser.send(f"{address()}/liste", shown)
    assert asked.status == 401 and "ce que vous avez écrit est gardé" in asked.main
    fields = asked.fields()
    assert fields["reason"] == "À garder." and "secret" not in fields and answers() == []
    monkeypatch.undo()
    assert browser.send(address(), {**fields, "code": code}).location == f"{address()}/liste"
    assert [one.reason for one in answers()] == ["À garder."]


def test_a_double_click_is_one_answer(app: Flask, browse: Browse, called: int) -> None:
    code = delegated(browse("federation"), called)
    first, second = entered(app, code), entered(app, code)
    data = {**first.get(f"{address()}/liste").fields(), "answer": "signed", "confirmed": "y"}
    data.pop("csrf_token")
    came = at_once([first, second], f"{address()}/liste", data)
    assert [page.status for page in came] == [302, 302] and len(answers()) == 1
    assert "Votre réponse est enregistrée." in second.get(f"{address()}/liste").main
