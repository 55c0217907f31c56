"""With the judge removed from the code, everybody asks for everything: PostgreSQL alone keeps the rows apart."""

from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import true

from app import auth
from app.permissions import Relation, rules, sight
from app.queries import cases
from tests.leaks.ground import PARTED, SUSPENDED, Ground
from tests.leaks.readers import EVERYBODY
from tests.leaks.walk import LEFT_ALONE, Walker, addresses
from tests.second_wall.lets import lets_through

pytestmark = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)

LIVING = [name for name in EVERYBODY if name not in ("personne", PARTED, SUSPENDED, "fermee")]
LISTS = ("/", "/dossiers", "/dossiers?q=zq", "/dossiers.xlsx", "/employeurs", "/employeurs?q=zq", "/employeurs.xlsx")
SHARE = 15
"""One address in fifteen for each person, each person beginning elsewhere: all are asked by somebody."""


@pytest.fixture
def no_judge(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is in sight of everybody and allowed to them, as far as the code goes."""

    def always(*_: Any, **__: Any) -> Any:
        return true()

    monkeypatch.setattr(sight, "_possible", lambda *_: {relation: (true(),) for relation in Relation})
    for name in ("_any_of", "_is", "_was_told", "not_public_for_the_carsat"):
        monkeypatch.setattr(sight, name, always)
    monkeypatch.setattr(sight, "relations_needed", lambda *_: frozenset(Relation))
    monkeypatch.setattr(sight, "_flowing", lambda *_: {0: true()})
    monkeypatch.setattr(sight, "_contact_flows", lambda *_: {0: true()})
    monkeypatch.setattr(sight, "audiences_read_by", lambda *_: tuple(sight.Visibility))
    monkeypatch.setattr(rules, "opens", lambda *_: True)
    monkeypatch.setattr(rules, "is_open_for_the_sector", lambda *_, **__: True)
    for view in app.view_functions.values():
        permission = getattr(view, "permission", auth.public)
        if not permission.is_public and permission is not auth.holds_session:
            monkeypatch.setattr(view, "permission", auth.signed_in)
    for delay in ("LOCK_MINUTES", "SECOND_FACTOR_MINUTES"):
        monkeypatch.setitem(app.config, delay, 480)
    _forget_statements()


def _forget_statements() -> None:
    """Statements put together with the judge, or without it, are not for the other."""
    cases._one_case.cache_clear()


def test_no_foreign_row_comes_out(app: Flask, ground: Ground, no_judge: None) -> None:
    asked, beyond = Counter[str](), Counter[str]()
    faults = []
    pages = [one for one in addresses(app, ground, "GET") if one.endpoint not in LEFT_ALONE]
    try:
        for place, name in enumerate(LIVING):
            walker = Walker(app, name)
            for path in (*LISTS, *(one.path for one in pages[place % SHARE :: SHARE])):
                read[name] += len(found)
                faults += [
                    (name, path, ground.secrets[m].where) for m in found if not lets_through(name, ground.secrets[m])
                ]
            asked[name] = walker.count
    finally:
        _forget_statements()
    assert faults == []
    assert min(asked.values()) > len(LISTS)
    assert beyond.total() > 0  # the judge is gone indeed: it would have kept these to itself
