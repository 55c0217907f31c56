"""Whatever is sent, by anybody, to any address: a page answers, never a breakdown."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.pages import Browser, Page
from tests.test_routes import rows
from tests.views.scene import furnish
from tests.views.test_errors import is_ours
from tests.world import World

VALUES = (
    "", " ", "\x00", "'", '"', "%", "_", "\\", "²", "٣", "-1", "0", "1", "2147483648", "9" * 5000, "1e9", "NaN", "None",
    "true", "2026-02-30", "0001-01-01", "9999-12-31", "31/12/2026", "2026-11-24", "<script>alert(1)</script>",
    "{{ 7*7 }}", "' OR 1=1 --", "../../etc/passwd", "\r\nSet-Cookie: x=1", "=1+1", "\ud7ff🙂", "e\u0301\u202e",
    "x" * 20_000, "identified", "private", "on_site", "organisation", "oui", "echeance", "~", "2026-11-24~1", "Z~²",
)  # fmt: skip
TEXTS = st.sampled_from(VALUES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TAKEN = re.compile(r"request\.(?:args|form|values|files)(?:\.get\w*\(|\[)\"(\w+)\"")
VIEWS = Path(__file__).parents[2] / "app/views"
EXTRA = (
    *sorted({name for file in VIEWS.glob("*.py") for name in TAKEN.findall(file.read_text())}),
    "version", "submission", "add_observation", "remove_observations", "observations-²-wording", "observations-99-kind",
    "agreed_steps-0-due_on", "organisation", "reason", "suite", "email", "password", "q", "sort",
    "state", "lead", "officer", "timing", "scope", "departement", "category", "sector", "followed", "a[]",
)  # fmt: skip
"""What pages take from an address or a form by its name, then fields of forms and of filters."""
ADDRESSES = [(row.method, row.template) for row in rows() if not row.template.startswith("/static")]
PEOPLE = ("preventeur", "coordinatrice", "federation", "directrice", "ailleurs", None)

few = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
many = settings(few, max_examples=10_000, derandomize=False)

asked = st.tuples(
    st.sampled_from(PEOPLE), st.sampled_from(ADDRESSES), st.dictionaries(st.integers(0, 60), TEXTS, max_size=4)
)
"""Who, where, and which fields (by rank among those of the form and the known ones) hold what."""


class Prankster:
    """Somebody who fills forms at random."""

    def __init__(self, app: Flask, world: World) -> None:
        self.scene = furnish(world)
        self.browsers = {name: Browser(app, name) for name in PEOPLE}
        self.tokens = {name: browser.token() for name, browser in self.browsers.items()}
        self.names: dict[str, list[str]] = {}

    def try_it(self, name: str | None, method: str, template: str, values: dict[int, str]) -> None:
        if template == "/deconnexion":
            return
        address, browser = self.scene.address(template), self.browsers[name]
        known = self.fields(address)
        sent = {known[rank % len(known)]: value for rank, value in values.items()}
        page = self.get(browser, address, sent) if method == "GET" else self.post(name, address, sent)
        assert page.status < 500, (name, method, address, sent)
        assert page.status not in (400, 403, 404, 409, 413) or is_ours(page), (name, method, address, sent)

    def fields(self, address: str) -> list[str]:
        """The names that the form of this address sends, then those that others send."""
        if address not in self.names:
            page = self.browsers["preventeur"].get(address)
            forms = page.tree.xpath("//main//form[@method='post']")
            sent = [field for form in forms for field in form.fields]
            self.names[address] = [*dict.fromkeys([*sent, *EXTRA])]
        return self.names[address]

    def get(self, browser: Browser, address: str, sent: dict[str, str]) -> Page:
        query = "&".join(f"{quote(key)}={quote(value[:3_000])}" for key, value in sent.items())
        return browser.get(f"{address}?{query}")

    def post(self, name: str | None, address: str, sent: dict[str, str]) -> Page:
        browser, shown = self.browsers[name], dict[str, Any]()
        page = browser.get(address)
        if page.tree.xpath("//main//form[@method='post']"):
            shown = page.fields("")
        data = {**shown, "csrf_token": self.tokens[name], **sent}
        return Page(browser.client.post(address, data=data))


def _play(app: Flask, world: World, how: Callable[..., Any]) -> None:
    prankster = Prankster(app, world)

    @how
    @given(asked)
    def play(one: tuple[str | None, tuple[str, str], dict[int, str]]) -> None:
        name, (method, template), values = one
        prankster.try_it(name, method, template, values)

    play()


@pytest.mark.parametrize("number", ["9" * 30, "-1", "2147483648"])
def test_a_number_that_no_record_has_is_none(app: Flask, world: World, number: str) -> None:
    prankster, sent = Prankster(app, world), dict.fromkeys(EXTRA, number)
    answers = {
        template: prankster.get(prankster.browsers["coordinatrice"], template, sent).status
        for method, template in ADDRESSES
        if method == "GET" and "{" not in template
    }
    assert {template: status for template, status in answers.items() if status >= 500} == {}


def test_no_answer_is_ever_a_breakdown(app: Flask, world: World) -> None:
    _play(app, world, few)


@pytest.mark.long
def test_no_answer_is_ever_a_breakdown_at_length(app: Flask, world: World) -> None:
    _play(app, world, many)
