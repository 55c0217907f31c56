"""What is reached leaves a row: pages, files, lists that leave, refusals; and nobody waits for it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.extensions import db, writing
from app.models import AccessEntry, Capacity, JournalEntry
from app.models.journal import ACCOUNTS
from tests.journal import entries, findings
from tests.pages import Browser
from tests.views.scene import furnish
from tests.world import World

Browse = Callable[[str], Browser]

READ = (
    ("GET", "/dossiers/{case}", "read", 200, "case", "{case}"),
    ("GET", "/dossiers/{case}/partenaires", "read", 200, "case", "{case}"),
    ("GET", "/employeurs/{employer}", "read", 200, "employer", "{employer}"),
    ("GET", "/etablissements/{structure}", "read", 200, "structure", "{structure}"),
    ("GET", "/notes/{note}", "read", 200, "exchange", "{note}"),
    ("GET", "/visites/{final}", "read", 200, "visit", "{final}"),
    ("GET", "/visites/{final}/compte-rendu.pdf", "download", 200, "visit", "{final}"),
    ("GET", "/documents/{document}", "download", 200, "document", "{document}"),
    ("GET", "/employeurs/{employer}/contacts/{contact}", "read", 200, "contact", "{contact}"),
    ("GET", "/dossiers.xlsx", "export", 200, "list", None),
    ("GET", "/employeurs.xlsx", "export", 200, "list", None),
    ("GET", "/dossiers/{far_case}", "refused", 404, "case", "{far_case}"),
    ("GET", "/dossiers/999999", "refused", 404, "case", "999999"),
    ("GET", "/visites/{far_final}/compte-rendu.pdf", "refused", 404, "visit", "{far_final}"),
    ("GET", "/documents/{far_document}", "refused", 404, "document", "{far_document}"),
    ("GET", "/dossiers/{public_case}/equipe", "refused", 403, "case", "{public_case}"),
    ("POST", "/dossiers/{far_case}/etapes/contact", "refused", 404, "case", "{far_case}"),
    ("POST", "/dossiers/{public_case}/etapes/contact", "refused", 403, "case", "{public_case}"),
    ("GET", "/journal", "refused", 403, None, None),
)
"""What the préventeur asks for, and what it leaves."""

NOTHING = (
    ("GET", "/"),
    ("GET", "/dossiers"),
    ("GET", "/employeurs"),
    ("GET", "/aide"),
    ("GET", "/inconnue"),
    ("POST", "/dossiers/{case}/notes/nouvelle"),
)


def rows() -> list[AccessEntry]:
    return list(db.session.scalars(select(AccessEntry).order_by(AccessEntry.id)))


def test_each_thing_reached_or_refused_leaves_its_row(app: Flask, world: World, browse: Browse) -> None:
    scene, browser, actor = furnish(world), browse("preventeur"), world.actor("preventeur")
    token = browser.token()
    for method, template, *_ in READ:
        browser.client.open(scene.address(template), method=method, data={"csrf_token": token})
    told = [(one.request.split()[0], one.action, one.status, one.object_kind, one.object_id) for one in rows()]
    expected = [(m, a, s, k, scene.address(o) if o else None) for m, _, a, s, k, o in READ]
    assert told == expected
    who = {(one.user_id, one.capacity_id, one.organisation_id) for one in rows()}
    assert who == {(actor.user_id, actor.capacity_id, actor.organisation_id)}
    left = [entry.action for entry in entries(ACCOUNTS) if entry.action in ("downloaded", "exported")]
    assert left == ["downloaded", "downloaded", "exported", "exported"], "what leaves is in the chain too"
    assert findings() == []


def test_lists_help_and_forms_sent_back_leave_nothing(app: Flask, world: World, browse: Browse) -> None:
    scene, browser = furnish(world), browse("preventeur")
    token = browser.token()
    for method, template in NOTHING:
        browser.client.open(scene.address(template), method=method, data={"csrf_token": token})
    assert rows() == []


def test_nobody_signed_in_leaves_nothing(app: Flask, world: World) -> None:
    scene = furnish(world)
    assert app.test_client().get(scene.address("/dossiers/{case}")).status_code == 302
    assert rows() == []


def test_an_export_tells_its_filters_and_its_rows_and_never_what_was_typed(
    app: Flask, world: World, browse: Browse
) -> None:
    browse("preventeur").get("/dossiers.xlsx?state=ouverts&departement=79&q=tilleuls")
    (row,) = rows()
    assert row.filters and row.rows == 1
    assert (row.filters["state"], row.filters["departement"]) == ("ouverts", "79")
    assert row.filters["q"].startswith("sha256:") and "tilleuls" not in str(row.filters)


def test_what_an_invited_partner_reads_outside_its_territory_is_told(app: Flask, world: World, browse: Browse) -> None:
    scene = furnish(world)
    db.session.execute(text("UPDATE cases SET lead_organisation_id = :o WHERE id = :c"), {
        "o": world.organisation("Carsat Poitou").id, "c": scene.names["far_case"],
    })  # fmt: skip
    db.session.commit()
    browser = browse("preventeur")
    for address in ("/dossiers/{case}", "/dossiers/{far_case}", "/employeurs/{far_employer}"):
        assert browser.get(scene.address(address)).status == 200
    assert [one.is_out_of_territory for one in rows()] == [False, True, True]
    browse("directrice").get(scene.address("/dossiers/{case}"))
    assert rows()[-1].is_out_of_territory is False, "an employer has no territory"


def test_somebody_who_acts_for_nobody_any_more_leaves_a_row_too(app: Flask, world: World, browse: Browse) -> None:
    scene, browser = furnish(world), browse("preventeur")
    for capacity in db.session.scalars(select(Capacity)):
        capacity.ends_on = world.case("Tilleuls").entered_on.replace(year=2020)
    assert browser.get(scene.address("/dossiers/{case}")).status == 403
    (row,) = rows()
    assert (row.user_id, row.organisation_id, row.action) == (world.user("preventeur").id, None, "refused")


# --- Somebody is writing ----------------------------------------------------------------------------------


def _hold_the_pen(app: Flask, held: Event, done: Event) -> None:
    with app.app_context():
        token = writing.set(True)
        db.session.execute(text("UPDATE users SET given_name = given_name WHERE id = 0"))
        db.session.execute(text("UPDATE journal_heads SET number = number"))
        held.set()
        done.wait(30)
        db.session.rollback()
        writing.reset(token)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_page_is_shown_while_somebody_writes_and_its_row_comes_with_the_next(
    app: Flask, world: World, browse: Browse
) -> None:
    scene, browser, held, done = furnish(world), browse("preventeur"), Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(_hold_the_pen, app, held, done)
        held.wait(30)
        start = time.monotonic()
        assert browser.get(scene.address("/dossiers/{case}")).status == 200
        assert time.monotonic() - start < 5
        done.set()
        writer.result()
    assert rows() == []
    db.session.rollback()
    assert browser.get(scene.address("/employeurs/{employer}")).status == 200
    assert [(one.object_kind, one.status) for one in rows()] == [("case", 200), ("employer", 200)]


def test_a_file_waits_for_its_trace(app: Flask, world: World, browse: Browse) -> None:
    scene, browser, held, done = furnish(world), browse("preventeur"), Event(), Event()
    with ThreadPoolExecutor(2) as pool:
        writer = pool.submit(_hold_the_pen, app, held, done)
        held.wait(30)
        download = pool.submit(lambda: browser.client.get(scene.address("/documents/{document}")).status_code)
        time.sleep(0.5)
        assert not download.done()
        done.set()
        writer.result()
        assert download.result(30) == 200
    assert [one.action for one in rows()] == ["download"]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_no_file_leaves_when_its_trace_cannot_be_kept(
    app: Flask, world: World, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.extensions.BUSY_MS", 100)
    scene, browser, held, done = furnish(world), browse("preventeur"), Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(_hold_the_pen, app, held, done)
        held.wait(30)
        db.engine.dispose()
        answer: Any = browser.client.get(scene.address("/documents/{document}"))
        done.set()
        writer.result()
    assert answer.status_code == 503 and b"%PDF" not in answer.data
    assert "Content-Security-Policy" in answer.headers
    assert rows() == []
    assert db.session.scalars(select(JournalEntry).where(JournalEntry.action == "downloaded")).all() == []
