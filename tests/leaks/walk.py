"""Asking for every address: the numbers that fill it, what an answer says, how it compares with nothing at all."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.leaks.ground import FIGURE, MARK, Ground, Secret
from tests.pages import Browser
from workflows.support_case import WORKFLOW

ARGUMENTS = {
    "case_id": "case",
    "employer_id": "employer",
    "finess_number": "structure",
    "exchange_id": "note",
    "visit_id": "visit",
    "document_id": "document",
    "contact_id": "contact",
    "convention_id": "convention",
    "remark_id": "remark",
    "import_id": "import",
    "campaign_id": "campaign",
    "proposal_id": "proposal",
    "diagnostic_id": "diagnostic",
    "sheet_id": "sheet",
    "share_id": "share",
    "barometer_share_id": "barometer_share",
    "voice_id": "voice",
}
"""Which kind of number an argument of an address holds; a new argument takes its place here."""

UNMARKED = {
    "reference",
    "filename",
    "name",
    "session_id",
    "request_id",
    "person_id",
    "body_id",
    "absence_id",
    "access_id",
    "delegation_id",
    "number",
    "month_slug",
}
"""Arguments that name no record of an employer."""

BY_HAND = {
    "step": "",
    "organisation_id": "",
    "slug": "resume",
    "theme_slug": "t1",
    "answer": "retenue",
    "number": "1",
    "part": "complet",
    "lot": "1",
}
"""Arguments that name an act or a reader, with what they hold by default."""

NOTHING = {"structure": "990000000"}
NOBODY_S = "999999"
LEFT_ALONE = {"accounts.sign_out", "accounts.sign_in", "accounts.capacities"}
"""What would change who asks."""


@dataclass(frozen=True)
class Address:
    """One address, the same with the number of nothing, and what its last number stands for."""

    endpoint: str
    path: str
    missing: str
    secret: Secret


def addresses(app: Flask, ground: Ground, method: str) -> Iterator[Address]:
    """Every address that names a record of the ground."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.arguments - UNMARKED:
            for values, none, secret in _fillings(rule, ground):
                yield Address(rule.endpoint, _path(rule, values), _path(rule, none), secret)


def _path(rule: Rule, values: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule.rule)


def _fillings(rule: Rule, ground: Ground) -> Iterator[tuple[dict[str, str], dict[str, str], Secret]]:
    steps = [step.slug for step in WORKFLOW.steps] if "step" in rule.arguments else [""]
    bodies = ground.body_ids if "organisation_id" in rule.arguments else [""]
    last = [one for one in re.findall(r"<(?:\w+:)?(\w+)>", rule.rule) if one not in BY_HAND][-1]
    # An employer of a list: its address names the list too.
    kind = "target" if {"campaign_id", "employer_id"} <= rule.arguments else ARGUMENTS[last]
    for number, secret in ground.numbers[kind]:
        employer = str(ground.employer_ids.get(secret.employer, ""))
        for step, body in product(steps, bodies):
            campaign = ground.numbers["campaign"][0][0]
            known = {**BY_HAND, "employer_id": employer, "campaign_id": campaign}
            values = {**known, last: number, "step": step, "organisation_id": body}
            yield values, {**values, last: NOTHING.get(kind, NOBODY_S)}, secret


def said(answer: TestResponse) -> str:
    """All that an answer says: its head, its text, the sheets of a workbook."""
    head = " ".join(value for name, value in answer.headers if name != "Set-Cookie")
    if (answer.mimetype or "").endswith("spreadsheetml.sheet"):
        book = zipfile.ZipFile(io.BytesIO(answer.data))
        return head + " ".join(book.read(name).decode() for name in book.namelist())
    return head + answer.get_data().decode(errors="replace")


def marks(answer: TestResponse) -> set[str]:
    """The marks that an answer holds."""
    text = said(answer).lower()
    return {*MARK.findall(text), *FIGURE.findall(text)}


class Walker:
    """Somebody who asks, and counts."""

    def __init__(self, app: Flask, name: str) -> None:
        self.name, self.count = name, 0
        self.browser = Browser(app, None if name == "personne" else name)
        self.token = self.browser.token()

    def get(self, path: str, headers: dict[str, str] | None = None) -> TestResponse:
        self.count += 1
        return self.browser.client.get(path, headers=headers)

    def post(self, path: str) -> TestResponse:
        self.count += 1
        return self.browser.client.post(path, data={"csrf_token": self.token})
