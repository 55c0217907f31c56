"""Who may open what: every route, for nobody and for somebody in each role, from one table."""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from config import Testing
from tests.engines import mostly
from tests.pages import Browser
from tests.routes import TABLE
from tests.views.scene import Scene, furnish
from tests.world import PEOPLE, World

"""What each answers: a GET as it stands, a POST of nothing but the token against forgery.

302 or 401: sign in first; 422, 409 or 400: allowed, but what was sent is incomplete. « emp » manages the employer
of {case}; {public_case} is that of a CCAS; « ail » is a préventeur of another territory, where everything « far » is.
"""

SOMEBODY = dict(zip(TABLE.split()[1 : len(PEOPLE) + 1], PEOPLE, strict=True))


WRITING = re.compile(r"^(INSERT|UPDATE|DELETE)|FOR (NO KEY )?UPDATE")
"""What a GET never sends: it changes nothing and makes nobody wait."""

USE = re.compile(r"^UPDATE user_sessions SET seen_at|^SET LOCAL lock_timeout")
"""What any request may send besides, once a minute: the time at which its session was last in use."""

JOURNAL = re.compile(r"^INSERT INTO (access|journal)_entries|^UPDATE journal_heads|FROM journal_heads")
"""What the journal writes of a GET, once its answer is made: a row of access, and the entry of a file that leaves."""

DEMO = {"/demo/courriels": 200, "/demo/courriels/inconnu": 404, "/demo/courriels/inconnu/mise-en-forme": 404}
"""What the demonstration adds, open to anybody."""


class Row(NamedTuple):
    method: str
    template: str
    expected: dict[str, int]


def rows() -> list[Row]:
    """The table, read: the expected status by column."""
    head, *lines = TABLE.strip("\n").splitlines()
    cells = [(head.split(), line.split()) for line in lines]
    return [Row(words[0], words[1], dict(zip(columns, map(int, words[2:]), strict=True))) for columns, words in cells]


def test_no_row_is_told_twice() -> None:
    told = Counter((row.method, row.template) for row in rows())
    assert [row for row, count in told.items() if count > 1] == []


def test_every_route_has_a_row(app: Flask) -> None:
    known = app.url_map.bind("localhost")
    told = {(known.match(re.sub("{.*?}", "1", row.template), row.method)[0], row.method) for row in rows()}
    assert told == {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }


class Demonstration(Testing):
    DEMO = True


def test_the_demonstration_adds_its_mails_and_nothing_else(app: Flask, tmp_path: Path) -> None:
    config = Demonstration()
    config.MAIL_FOLDER = str(tmp_path)
    demo = create_app(config)
    known = demo.url_map.bind("localhost")
    added = {rule.endpoint for rule in demo.url_map.iter_rules()} - {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {known.match(address)[0] for address in DEMO} == added
    assert {address: demo.test_client().get(address).status_code for address in DEMO} == DEMO
    assert {app.test_client().get(address).status_code for address in DEMO} == {404}


class Visitor:
    """Somebody who opens addresses one after the other, and counts what each costs, the journal left aside."""

    def __init__(self, app: Flask, column: str, statements: list[str]) -> None:
        self.browser = Browser(app, SOMEBODY.get(column))
        self.token = self.browser.token()
        self.statements = statements
        self.noted: list[str] = []

    def open(self, method: str, address: str) -> tuple[TestResponse, int]:
        self.statements.clear()
        data = {"csrf_token": self.token} if method == "POST" else None
        answer = self.browser.client.open(address, method=method, data=data)
        sent = [one for one in self.statements if not USE.match(one)]
        self.noted = [one for one in sent if JOURNAL.search(one)]
        own = [one for one in sent if not JOURNAL.search(one)]
        if method == "GET":
            is_file = "Content-Disposition" in answer.headers
            assert [one for one in own if WRITING.search(one)] == [], f"GET {address}"
            assert len(self.noted) <= (4 if is_file else 1) and sent == own + self.noted, f"GET {address}"
        if address == "/fonctions" and method == "POST":
            self.token = self.browser.token()  # another function is another session
        return answer, len(own)


@pytest.mark.parametrize(("databases", "column"), mostly("postgresql", ["-", *SOMEBODY]), indirect=["databases"])
def test_each_role_gets_what_the_table_says(app: Flask, world: World, statements: list[str], column: str) -> None:
    scene, visitor = furnish(world), Visitor(app, column, statements)
    found, told = {}, {}
    for method, template, expected in sorted(rows(), key=lambda row: row.method):  # what a POST flashes comes last
        answer, count = visitor.open(method, scene.address(template))
        found[method, template], told[method, template] = answer.status_code, expected[column]
        if answer.status_code == 404 and "{" in template and method == "GET":
            _is_as_if_it_did_not_exist(visitor, scene, template, answer, count)
    assert {key: status for key, status in found.items() if status != told[key]} == {}


def _is_as_if_it_did_not_exist(visitor: Visitor, scene: Scene, template: str, answer: TestResponse, count: int) -> None:
    """Nothing tells what is out of sight from what nobody ever made: neither a byte nor a statement."""
    hidden = visitor.noted
    never, statements = visitor.open("GET", scene.missing(template))
    assert visitor.noted == hidden, template
    assert (never.status_code, bare(never), statements) == (404, bare(answer), count), template


def bare(answer: TestResponse) -> tuple[bytes, dict[str, str]]:
    """The body and headers of an answer without what is drawn at random for each request."""
    headers = {name: _without_chance(value) for name, value in answer.headers if name != "Set-Cookie"}
    return _without_chance(answer.text).encode(), headers


def _without_chance(text: str) -> str:
    text = re.sub(r'(name="[\w-]*csrf_token" value=)"[^"]+"', r"\1", text)
    return re.sub(r"(nonce[=-]\"?)[\w-]+", r"\1", text)
