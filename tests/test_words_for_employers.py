"""Nothing that an employer reads ranks, scores or blames it: every page, every mail, every document.

What a later part adds is read too: a page by its row in the table of routes, a mail or a document by its template.
"""

import io
import re
from pathlib import Path

import pypdf
import pytest
from flask import Flask

from app.extensions import db
from tests.blame import AMONG_AGENTS, BLAME, words_in, words_in_text
from tests.engines import on_sqlite
from tests.pages import Browser, Page
from tests.test_routes import rows
from tests.views.scene import furnish
from tests.world import World
from workflows.support_case import State

ROOT = Path(__file__).resolve().parent.parent
MAILS = sorted((ROOT / "app" / "templates" / "mails").iterdir())
DOCUMENTS = sorted((ROOT / "reports").glob("*/template.html"))

AGENTS_MAILS = {
    "cases_opened": "the officers of cases opened from a list",
    "data_request_reminder": "the administration of an organisation",
    "deadline_reminder": "the officers of a case",
    "delegate_notice": "a delegate and who called it",
    "link_signature": "who signs a list for an organisation",
    "remark_reminder": "the coordination of an organisation",
    "retention_notice": "the administration of an organisation",
    "review_reminder": "the administration of an organisation",
}
"""Mails that never leave for an employer, and for whom they do; any other is read here."""
AGENTS_DOCUMENTS = {"targeting_list": "the organisations that sign it"}

TOLD_BY_STATE = (
    "/mon-etablissement",
    "/dossiers",
    "/dossiers/{case}",
    "/employeurs/{employer}",
    "/etablissements/{structure}",
)


def words_of(page: Page, template: str) -> list[str]:
    """The words of blame of a page or of a PDF. The help explains to agents their own words."""
    words = BLAME if template.startswith("/aide") else BLAME + AMONG_AGENTS
    if page.response.mimetype != "application/pdf":
        return words_in(page, words)
    pages = pypdf.PdfReader(io.BytesIO(page.response.data)).pages
    return words_in_text(" ".join(one.extract_text() for one in pages), words)


@on_sqlite
def test_no_page_nor_document_that_an_employer_opens_blames_it(app: Flask, world: World) -> None:
    scene, directrice = furnish(world), Browser(app, "directrice")
    told: dict[str, list[str]] = {}
    opened = [row.template for row in rows() if row.method == "GET" and row.expected["emp"] == 200]
    for template in opened:
        told[template] = words_of(directrice.get(scene.address(template)), template)
    assert sum(template.endswith(".pdf") for template in opened) >= 3
    case = world.case("Tilleuls")
    for state in State:
        case.state, case.previous_state = state, State.ACCOMPANIMENT
        case.suspended_from = State.DIAGNOSTIC if state is State.SUSPENDED else None
        db.session.commit()
        for template in TOLD_BY_STATE:
            told[f"{template} {state}"] = words_of(directrice.get(scene.address(template)), template)
    assert {place: words for place, words in told.items() if words} == {}


def said_by(template: Path) -> str:
    """All the words that a template may say, whatever it is given: tags left aside."""
    return re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", template.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("template", [one for one in MAILS if one.stem not in AGENTS_MAILS], ids=lambda one: one.name)
def test_no_mail_to_an_employer_blames_it(template: Path) -> None:
    assert words_in_text(said_by(template), BLAME + AMONG_AGENTS) == []


@pytest.mark.parametrize(
    "template", [one for one in DOCUMENTS if one.parent.name not in AGENTS_DOCUMENTS], ids=lambda one: one.parent.name
)
def test_no_document_for_an_employer_blames_it(template: Path) -> None:
    assert words_in_text(said_by(template), BLAME + AMONG_AGENTS) == []


def test_what_is_said_to_be_for_agents_exists() -> None:
    assert AGENTS_MAILS.keys() <= {one.stem for one in MAILS}
    assert AGENTS_DOCUMENTS.keys() <= {one.parent.name for one in DOCUMENTS}
