"""With the judge removed from the code, everybody asks for everything: PostgreSQL alone keeps the rows apart."""

from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask

from app import auth
from tests.leaks.ground import Ground
from tests.leaks.people import PARTED, SUSPENDED
from tests.leaks.readers import EVERYBODY, may_read
from tests.leaks.walk import LEFT_ALONE, Walker, addresses, marks
from tests.second_wall import judge
from tests.second_wall.lets import lets_through

pytestmark = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)

LIVING = [name for name in EVERYBODY if name not in ("personne", PARTED, SUSPENDED, "fermee")]
LISTS = ("/", "/dossiers", "/dossiers?q=zq", "/dossiers.xlsx", "/employeurs", "/employeurs?q=zq", "/employeurs.xlsx")
SHARES = [60, pytest.param(15, marks=pytest.mark.long)]
"""One address in so many for each person, each person beginning elsewhere: at length all are asked by somebody."""


@pytest.fixture
def no_judge(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No route is closed to who is signed in, and no record to anybody."""
    for view in app.view_functions.values():
        permission = getattr(view, "permission", auth.public)
        if not permission.is_public and permission is not auth.holds_session:
            monkeypatch.setattr(view, "permission", auth.signed_in)
    for delay in ("LOCK_MINUTES", "SECOND_FACTOR_MINUTES"):  # the walk lasts longer than one leaves a session aside
        monkeypatch.setitem(app.config, delay, 480)
    with judge.removed():
        yield


@pytest.mark.parametrize("share", SHARES)
def test_no_foreign_row_comes_out(app: Flask, ground: Ground, no_judge: None, share: int) -> None:
    asked, beyond = Counter[str](), Counter[str]()
    faults = []
    pages = [one for one in addresses(app, ground, "GET") if one.endpoint not in LEFT_ALONE]
    for place, name in enumerate(LIVING):
        walker = Walker(app, name)
        for path in (*LISTS, *(one.path for one in pages[place % share :: share])):
            secrets = [ground.secrets[mark] for mark in marks(walker.get(path))]
            beyond[name] += sum(not may_read(name, secret) for secret in secrets)
            faults += [(name, path, secret.where) for secret in secrets if not lets_through(name, secret)]
        asked[name] = walker.count
    assert faults == []
    assert min(asked.values()) > len(LISTS)
    assert beyond.total() > 0  # the judge is gone indeed: it would have kept these to itself
