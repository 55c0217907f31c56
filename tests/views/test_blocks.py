"""What a caisse notes for itself changes its own steps, and nothing that anybody else can see."""

import re
from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.extensions import db
from app.models import BlockReason, CarsatBlock, Convention, ConventionParty, Employer, Structure
from tests.conftest import NOW
from tests.engines import mostly
from tests.factories import make_case, make_employer, make_structure
from tests.pages import Browser
from tests.queries.region import covers
from tests.test_routes import SOMEBODY, bare, rows
from tests.views.scene import Scene, furnish
from tests.world import POITOU, World
from workflows.support_case import State

Browse = Callable[[str], Browser]
SECRET = "Injonction du 3 novembre, risques de chute"
OTHERS = [column for column in SOMEBODY if column != "car"]
SEARCHES = ("/dossiers?q=tilleuls", "/dossiers?timing=retard", "/dossiers?sort=activite", "/employeurs?q=injonction")
OWN = (
    "/compte",
    "/donnees-personnelles/mes-donnees",
    "/donnees-personnelles/mes-donnees.json",
    "/journal/consultations",
    "/journal/consultations.xlsx",
)
"""Pages that show what their reader has just done, and are never twice the same."""
OF_THE_PLATFORM = ("/", "/journal", "/journal/liste.xlsx")
"""Those of the platform's administration, which show that somebody has just signed in."""
STEPS = ("/dossiers/{case}/etapes/sign_contract", "/dossiers/{case}/etapes/start_accompaniment")


def block_all(world: World) -> None:
    """The Carsat of the Poitou is blocked everywhere."""
    author = world.user("preventeur")
    for number in db.session.scalars(select(Employer.id)):
        block = CarsatBlock(
            employer_id=number,
            organisation_id=world.organisation("Carsat Poitou").id,
            since=date(2026, 11, 3),
            reason=BlockReason.INJUNCTION,
            note=SECRET,
            author_id=author.id,
            written_at=NOW,
        )
        db.session.add(block)
    db.session.commit()


def prepare(world: World) -> Scene:
    """A case where the contract is the next step; a second Carsat reads the same employer, by convention."""
    scene = furnish(world)
    world.case("Tilleuls").state = State.DIAGNOSTIC
    covers(world.organisation("Carsat Gironde"), "33 79 86")
    convention = db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one()
    convention.parties.append(
        ConventionParty(organisation=world.organisation("Carsat Gironde"), confirmed_on=convention.valid_from)
    )
    db.session.commit()
    return scene


def snapshot(app: Flask, scene: Scene, column: str, statements: list[str]) -> dict[str, object]:
    """Every answer that somebody gets, byte for byte, with the statements that made it."""
    browser = Browser(app, SOMEBODY[column])
    token, found = browser.token(), dict[str, object]()
    told = OWN + (OF_THE_PLATFORM if column == "adm" else ())
    asked = [("GET", row.template) for row in rows() if row.method == "GET" and row.template not in told]
    asked += [("GET", address) for address in (*SEARCHES, *STEPS)]
    asked += [("POST", STEPS[0])] if column != "ail" else []
    for method, template in asked:
        statements.clear()
        answer = browser.client.open(scene.address(template), method=method, data={"csrf_token": token})
        found[f"{method} {template}"] = (answer.status_code, _bytes(answer), list(statements))
    return found


def _bytes(answer: TestResponse) -> tuple[bytes, dict[str, str]]:
    """The answer without what is drawn at random for each page."""
    headers = {name: re.sub(r"nonce-[\w-]+", "", value) for name, value in answer.headers if name != "Set-Cookie"}
    if answer.mimetype != "text/html":
        return answer.data, headers
    return re.sub(rb'(name="[\w-]*submission"[^>]* value=)"[^"]+"', rb"\1", bare(answer)[0]), headers


@pytest.mark.parametrize(("databases", "column"), mostly("sqlite", OTHERS, both=("ars",)), indirect=["databases"])
def test_a_block_changes_no_byte_and_no_statement_for_anybody_else(
    app: Flask, world: World, statements: list[str], column: str
) -> None:
    scene = prepare(world)
    with time_machine.travel(NOW, tick=False):
        free = snapshot(app, scene, column, statements)
        block_all(world)
        blocked = snapshot(app, scene, column, statements)
    assert [address for address in free if free[address] != blocked[address]] == []
    assert sum(SECRET in str(answer) for answer in blocked.values()) == 0


@pytest.mark.parametrize("column", OTHERS)
def test_a_blocked_employer_and_its_free_twin_give_the_same_bytes(app: Flask, world: World, column: str) -> None:
    """Two employers alike in all but their numbers, one of them blocked."""
    lead = world.organisation("Carsat Poitou")
    twins = []
    for mark in ("1", "2"):
        employer = make_employer("Association Jumelle", headcount=48, siren=f"11111111{mark}", finess=f"79999999{mark}")
        make_structure(employer, "EHPAD Jumeau", finess=f"79099999{mark}")
        twins.append(make_case(employer, state=State.DIAGNOSTIC, lead=lead, employer_informed_on=date(2026, 11, 3)))
    author = world.user("preventeur").id
    db.session.add(
        CarsatBlock(
            employer_id=twins[1].employer_id,
            organisation_id=lead.id,
            since=date(2026, 11, 3),
            reason=BlockReason.UNPAID,
            author_id=author,
            written_at=NOW,
        )
    )
    db.session.commit()
    browser = Browser(app, SOMEBODY[column])
    with time_machine.travel(NOW, tick=False):
        free, blocked = (_pages(browser, twin.id, twin.employer_id) for twin in twins)
    assert [address for address in free if free[address] != blocked[address]] == []


def _pages(browser: Browser, case_id: int, employer_id: int) -> dict[str, tuple[int, str]]:
    finess = db.session.scalars(select(Structure.finess).where(Structure.employer_id == employer_id)).one()
    own = {"{case}": str(case_id), "{employer}": str(employer_id), "{structure}": finess}
    found = {}
    for template in (
        "/dossiers/{case}", "/dossiers/{case}/etapes/sign_contract", "/dossiers/{case}/equipe",
        "/dossiers/{case}/partenaires", "/dossiers/{case}/comme/employeur", "/employeurs/{employer}",
        "/employeurs/{employer}/modifier", "/employeurs/{employer}/dossiers/nouveau", "/etablissements/{structure}",
    ):  # fmt: skip
        address = template
        for name, value in own.items():
            address = address.replace(name, value)
        answer = browser.client.get(address)
        body = _bytes(answer)[0].decode()
        # What tells the twins apart by right: their numbers.
        body = body.replace(f"D-{case_id:05d}", "D").replace(f"11111111{finess[-1]}", "S")
        for part in ("dossiers", "employeurs"):
            body = body.replace(f"/{part}/{case_id if part == 'dossiers' else employer_id}", f"/{part}/N")
        digit = finess[-1]
        spaced = [f"79{nbsp}099{nbsp}999{nbsp}{digit}" for nbsp in (" ", "\u00a0")]
        for text in (
            finess,
            *spaced,
            f"79999999{digit}",
            f"79\u00a0999\u00a0999\u00a0{digit}",
            f"111\u00a0111\u00a011{digit}",
        ):
            body = body.replace(text, "F")
        found[template] = (answer.status_code, _without_fields(body, case_id, employer_id))
    return found


def _without_fields(body: str, *numbers: int) -> str:
    body = re.sub(r'(name="(?:structures|structure_id)"[^>]* value=)"[^"]*"', r"\1", body)
    return re.sub(r'value="\d+"', 'value=""', body)


def test_the_caisse_notes_it_waits_and_lifts_it(world: World, browse: Browse) -> None:
    case, preventeur = world.case("Tilleuls"), browse("preventeur")
    case.state, case.risk_document_on = State.DIAGNOSTIC, date(2026, 6, 1)
    db.session.commit()
    page, step = f"/employeurs/{case.employer_id}/empechement", f"/dossiers/{case.id}/etapes/sign_contract"
    assert "Un empêchement" not in preventeur.get(f"/dossiers/{case.id}").main
    wrong = preventeur.fill(page, reason="injunction", since="2026-11-03", lifted_on="2026-11-01", note=SECRET)
    assert (wrong.status, wrong.errors()) == (422, ["La levée précède le début."])
    assert SECRET in wrong.fields("")["note"]
    assert preventeur.fill(page, reason="injunction", since="2026-11-03", note=SECRET).status == 302
    assert SECRET in preventeur.get(f"/employeurs/{case.employer_id}").main
    refused = preventeur.fill(step, cse_opinion_on="2026-11-20")
    assert any("Un empêchement noté par votre caisse est en cours" in why for why in refused.errors())
    stale = preventeur.get(page).fields("")
    assert preventeur.fill(page, lifted_on="2026-11-24").status == 302
    assert preventeur.send(page, stale).status == 409
    refused = preventeur.fill(step, cse_opinion_on="2026-11-20")
    assert not any("empêchement" in why for why in refused.errors())
    assert db.session.scalars(select(CarsatBlock)).one().version == 2


def test_it_stays_with_the_caisse_when_somebody_looks_with_its_eyes(world: World, browse: Browse) -> None:
    block_all(world)
    case, carsat = world.case("Tilleuls"), world.organisation("Carsat Poitou").id
    referent = browse("referent")
    for address in (f"/dossiers/{case.id}/comme/{carsat}", f"/employeurs/{case.employer_id}/comme/{carsat}"):
        page = referent.get(address)
        assert page.status == 200
        for word in (SECRET, "mpêchement", "Injonction"):
            assert word not in page.text
