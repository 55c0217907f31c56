"""What the house holds to, checked on every page and every file."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, text

from app.extensions import db
from app.models import Case, CaseStructure, Employer, Sector, Source, Structure, Visibility
from app.second_wall.rules import GUARDED, UNGUARDED
from tests.answers import faults, inline
from tests.engines import on_sqlite
from tests.factories import make_exchange, make_visit
from tests.pages import Browser, Page
from tests.test_routes import SOMEBODY, Visitor, rows
from tests.views.scene import add_contact, furnish
from tests.world import World
from workflows.support_case import State

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("app", "figures", "forms", "launcher", "reports", "tests", "workflows")

# --- Files ------------------------------------------------------------------------------------------------


def python_files() -> Iterator[Path]:
    yield from (ROOT / "config.py", ROOT / "wsgi.py", ROOT / "jalon")
    for folder in SOURCES:
        yield from sorted((ROOT / folder).rglob("*.py"))


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in python_files()}
    assert {path: count for path, count in lengths.items() if count > 400} == {}


def test_no_file_is_a_bag_of_odds_and_ends() -> None:
    bags = {"utils.py", "helpers.py", "util.py", "helper.py", "misc.py", "common.py", "managers.py"}
    assert [path for path in python_files() if path.name in bags] == []


def test_every_template_is_used() -> None:
    templates = ROOT / "app" / "templates"
    named = set()
    for path in [*python_files(), *templates.rglob("*.html"), *templates.rglob("*.txt")]:
        named |= set(re.findall(r"[\"']((?:\w+/)?\w+\.(?:html|txt))[\"']", path.read_text()))
    built = {f"errors/{path.name}" for path in (templates / "errors").iterdir()}  # by status: app/views/errors.py
    built |= {f"mails/{path.name}" for path in (templates / "mails").iterdir()}  # by kind of mail: app/jobs/letters.py
    parts = {f"ui/{path.name}" for path in (templates / "ui").iterdir()}  # a library, described in docs/ui.md
    found = {str(path.relative_to(templates)) for path in templates.rglob("*.*")}
    assert found - named - built - parts == set()
    described = (ROOT / "docs" / "ui.md").read_text()
    assert [name for name in parts if not name.startswith("ui/_") and name[3:-5] not in described] == []


# --- The only judge -----------------------------------------------------------------------------------------

JUDGES = ("app/permissions/", "app/second_wall/", "app/demo/")
"""The judge, its second wall, and a play whose roles are cast by hand."""

NAMES_ROLES = {
    "app/auth.py": "makes the actor: whoever acts for no organisation is an employer",
    "app/cli/accounts.py": "the kinds of organisation that a command makes",
    "app/queries/outbox.py": "the ARS is reminded of what nobody else is in charge of",
    "app/queries/people.py": "the platform is told what an organisation without administrator is not",
    "app/queries/targeting_recipients.py": "who is told of cases opened from a list: coordinators for their body",
    "app/views/case_page.py": "the employer’s own words for a state",
    "app/views/cases.py": "the same words, around them",
    "app/views/desk.py": "which desk each lands on, and its order for a coordinator",
    "app/views/indicator_pages.py": "what accidents say, in the employer’s own words",
    "app/views/rights_words.py": "the matrix in words",
    "app/views/situation_sheets.py": "the employer’s own words for a state",
    "app/views/templating.py": "the words of the navigation and beside a name",
}
"""Files that name a role without deciding who may, each with what it does instead."""

TRAITS = {"is_administrator", "is_coordinator", "is_employer", "roles"}


def test_nothing_decides_by_role_but_the_judge() -> None:
    found: set[str] = set()
    for path in python_files():
        name = str(path.relative_to(ROOT))
        if name.startswith("app/") and not name.startswith(JUDGES):
            found |= {name for node in ast.walk(ast.parse(path.read_text())) if _looks_at_a_role(node)}
    assert found == NAMES_ROLES.keys()
    looks = re.compile(r"\b(actor|looking_as|role|viewer)\.(role\s*(==|!=|in\b|is\b|not\b)|roles\b|is_(admin|coord))")
    templates = (ROOT / "app" / "templates").rglob("*.*")
    assert [path.name for path in templates if looks.search(path.read_text())] == []


def _looks_at_a_role(node: ast.AST) -> bool:
    """`Role.CARSAT`, `actor.is_administrator`, or a role compared with anything."""
    if isinstance(node, ast.Compare):
        return any(isinstance(one, ast.Attribute) and one.attr == "role" for one in (node.left, *node.comparators))
    if not isinstance(node, ast.Attribute):
        return False
    owner = ast.unparse(node.value)
    return (owner == "Role" and node.attr.isupper()) or (
        owner.endswith(("actor", "acting()", "viewer")) and node.attr in TRAITS
    )


def test_views_read_through_queries() -> None:
    touched = re.compile(r"\bdb\.(?!session\.(?:commit|rollback)\(\))[\w.]+")
    pages = (ROOT / "app" / "views").glob("*.py")
    assert {path.name: found for path in pages if (found := touched.findall(path.read_text()))} == {}


# --- Tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_every_table_is_guarded_by_the_second_wall_or_says_why_not(app: Flask) -> None:
    """A new table takes its place in `app/second_wall/rules.py`: a rule, or the reason why it needs none."""
    assert GUARDED.keys() & UNGUARDED.keys() == set()
    assert GUARDED.keys() | UNGUARDED.keys() == set(db.metadata.tables)
    guarded = "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
    assert set(db.session.scalars(text(guarded))) == GUARDED.keys()
    policies = "SELECT tablename FROM pg_policies WHERE cmd = 'SELECT' AND 'jalon_app' = ANY (roles)"
    assert set(db.session.scalars(text(policies))) == GUARDED.keys()


# --- Routes -----------------------------------------------------------------------------------------------


def test_every_view_names_a_permission(app: Flask) -> None:
    assert [name for name, view in app.view_functions.items() if not hasattr(view, "permission")] == ["static"]


def test_no_function_is_longer_than_40_lines() -> None:
    """Its words of explanation left aside: past that, a noun is hiding."""
    for path in [path for path in python_files() if "tests" not in path.parts]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                start = node.body[ast.get_docstring(node) is not None :][:1] or node.body
                assert (node.end_lineno or 0) - start[0].lineno < 40, f"{path.name}: {node.name}"


@on_sqlite
def test_a_form_sent_without_its_token_is_a_clear_400(app: Flask, world: World) -> None:
    scene, client = furnish(world), Browser(app, "preventeur").client
    for method, template, _ in rows():
        if method == "POST":
            page = Page(client.post(scene.address(template), data={"email": "x"}))
            assert (page.status, "rechargez la page, puis recommencez" in page.text) == (400, True), template


# --- Every page -------------------------------------------------------------------------------------------


def _one_title(page: Page) -> list[str]:
    headings, titles = page.tree.xpath("//h1"), page.tree.xpath("//head/title/text()")
    wrong = [] if len(headings) == 1 and page.title else [f"{len(headings)} h1"]
    return wrong + ([] if len(titles) == 1 and titles[0].endswith("Jalon") else [f"title: {titles}"])


def _in_french(page: Page) -> list[str]:
    return [] if page.tree.get("lang") == "fr" else [f"lang={page.tree.get('lang')}"]


def _sound_ids(page: Page) -> list[str]:
    ids = page.tree.xpath("//@id")
    targets = page.tree.xpath("//label/@for|//a[starts-with(@href, '#')]/@href")
    twice = [one for one in ids if ids.count(one) > 1]
    return twice + [one for one in targets if one.lstrip("#") not in ids]


def _in_plain_words(page: Page) -> list[str]:
    """Nothing of the machinery reaches the reader: slugs, None, objects, untranslated messages."""
    leaks = (" None ", "True ", "<app.", "Not a valid", "This field", "object at 0x", "{{", "}}", "%(")
    return [word for word in leaks if word in page.main]


CHECKS: tuple[Callable[[Page], list[str]], ...] = (
    _one_title,
    _in_french,
    _sound_ids,
    _in_plain_words,
)


@on_sqlite
@pytest.mark.parametrize("column", ["-", *SOMEBODY])
def test_every_answer_is_the_one_told_protected_and_well_made(
    app: Flask, world: World, statements: list[str], column: str
) -> None:
    """Pages, files and refusals, as each role gets them; no GET writes (`Visitor`), no link leads to a closed door."""
    scene, visitor = furnish(world), Visitor(app, column, statements)
    wrong: dict[str, list[str]] = {}
    links: set[str] = set()
    nonces: list[str] = []
    for method, template, expected in sorted(rows(), key=lambda row: row.method):
        address = scene.address(template)
        page = Page(visitor.open(method, address)[0])
        nonces += re.findall(r"'nonce-([\w-]+)'", page.response.headers["Content-Security-Policy"])
        found = [] if page.status == expected[column] else [f"{page.status}, not {expected[column]}"]
        found += faults(page.response) + inline(page.response)
        if page.response.mimetype == "text/html" and page.status != 302:
            found += [fault for check in CHECKS for fault in check(page)]
        if method == "GET" and page.status == 200:
            links |= {link for link in page.links() if link.startswith("/")}
        wrong[f"{method} {address}"] = found
    for link in sorted(links):
        status = visitor.open("GET", link)[0].status_code
        wrong[f"link to {link}"] = [] if status in (200, 302) else [str(status)]
    assert {place: found for place, found in wrong.items() if found} == {}
    assert len(set(nonces)) == len(nonces)  # each answer has its own


# --- What a page costs ------------------------------------------------------------------------------------

MOST = {
    "/": 9,
    "/dossiers": 7,
    "/dossiers?state=ouverts&departement=79&q=ehpad&sort=employeur": 7,
    "/employeurs": 4,
    "/employeurs?sector=private&followed=oui&q=ehpad": 4,
    "/dossiers/{case}": 22,
    "/dossiers/{case}/etapes/start_diagnostic": 3,
    "/dossiers/{case}/equipe": 9,
    "/dossiers/{case}/partenaires": 8,
    "/dossiers/{case}/notes/nouvelle": 4,
    "/dossiers/{case}/visites/nouvelle": 5,
    "/dossiers/{case}/documents/nouveau": 4,
    "/employeurs/{employer}": 20,
    "/employeurs/{employer}/dossiers/nouveau": 5,
    "/etablissements/{structure}": 9,
    "/etablissements/{structure}/fiche-de-situation.pdf": 20,
    "/donnees": 5,
    "/donnees/sans-reponse": 4,
    "/notes/{note}": 7,
    "/visites/{draft}": 7,
    "/visites/{final}": 8,
    "/visites/{final}/compte-rendu.pdf": 4,
    "/documents/{document}": 4,
    "/conventions": 5,
    "/conventions/{convention}": 6,
    "/dossiers/{case}/comme/employeur": 18,
}
"""The most statements that each page may send, whatever the number of records around it.

One of them reads the conventions in force; one more, for each case or employer around, says who reads an entry."""


def test_the_cost_of_a_page_is_bounded_and_does_not_grow(app: Flask, world: World, statements: list[str]) -> None:
    scene, visitor = furnish(world), Visitor(app, "car", statements)

    def dear() -> dict[str, int]:
        costs = {template: visitor.open("GET", scene.address(template))[1] for template in MOST}
        return {template: count for template, count in costs.items() if count > MOST[template]}

    assert dear() == {}
    _crowd_the_case(world)
    _add_cases(world, 5_000)
    assert dear() == {}


def _crowd_the_case(world: World) -> None:
    case, author = world.case("Tilleuls"), world.user("preventeur")
    for number in range(30):
        make_exchange(case.employer, author, case, summary=f"Note {number}", visibility=Visibility.PARTNERS)
        make_visit(case.employer, author, case, subject=f"Visite {number}")
        make_exchange(case.employer, author, summary=f"Note sans dossier {number}")
        add_contact(world, case.employer, "preventeur")
    db.session.commit()


def _add_cases(world: World, number: int) -> None:
    """As many employers, each with a structure and an open case of the Carsat, in four statements."""
    day, lead = world.case("Tilleuls").entered_on, world.organisation("Carsat Poitou").id
    place: dict[str, Any] = {"name": "Ehpad", "departement": "79"}
    start: dict[str, Any] = {
        "source": Source.ALERT,
        "state": State.CONTACTED,
        "lead_organisation_id": lead,
        "opening_organisation_id": lead,
    }
    start |= dict.fromkeys(("episode_started_on", "entered_on", "last_step_on", "last_activity_on"), day)
    own = {
        Employer: lambda n: {"id": n, "sector": Sector.PRIVATE, "search_key": "ehpad", **place},
        Structure: lambda n: {"id": n, "employer_id": n, "finess": f"79{n:07d}", "category": "500", **place},
        Case: lambda n: {"id": n, "employer_id": n, "main_structure_id": n, **start},
        CaseStructure: lambda n: {"case_id": n, "structure_id": n},
    }
    for table, row in own.items():
        db.session.execute(insert(table), [row(n) for n in range(100_000, 100_000 + number)])
    db.session.execute(text("ANALYZE"))  # as a live database does by itself
    db.session.commit()


# --- Nothing is fetched from what people give ----------------------------------------------------------------

HTTP_CLIENTS = {
    "httpx",
    "requests",
    "urllib3",
    "aiohttp",
    "httplib2",
    "http.client",
    "urllib.request",
    "ftplib",
    "socket",
}
MAY_CALL_OUT = {
    "app/openid/provider.py": "the identity provider, whose address is a setting",
    "app/mail.py": "the mail server, whose address is a setting",
    "reports/resources.py": "url2pathname only: the fetcher of documents, closed to the network",
}


def test_nothing_calls_another_site_but_identity_and_mail() -> None:
    found = {}
    for path in python_files():
        name = str(path.relative_to(ROOT))
        if path.parts[len(ROOT.parts)] in ("tests", "launcher") or name in MAY_CALL_OUT or name == "jalon":
            continue
        imported: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {one.name for one in node.names}
            if isinstance(node, ast.ImportFrom) and node.module:
                imported |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        if called := {
            one for one in imported for client in HTTP_CLIENTS if one == client or one.startswith(f"{client}.")
        }:
            found[name] = called
    assert found == {}
