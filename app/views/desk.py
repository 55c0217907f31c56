"""« Mon bureau »: what is mine, my organisation's, my territory's; each role lands on something useful."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.permissions import Actor
from app.queries import aggregates, cases, drafts
from app.queries.cases import CaseFilters
from app.views import case_page
from workflows.roles import LEADS, Role

bp = Blueprint("desk", __name__)

FIRST = 8
"""How many cases the desk shows under « À faire en premier »."""

BASKETS = (
    ("en retard", {"timing": "retard"}, "alert"),
    ("à faire sous 15 jours", {"timing": "bientot"}, "warn"),
    ("sans activité depuis 90 jours", {"timing": "sans-nouvelles"}, "warn"),
    ("ouverts", {"state": "ouverts"}, ""),
)
WITHOUT_LEAD = ("sans chef de file", {"timing": "sans-pilote"}, "info")


@bp.get("/")
@auth.signed_in
def show() -> ResponseReturnValue:
    actor, today = auth.acting(), clock.today()
    pages = {
        Role.EMPLOYER: _employer,
        Role.DREETS: _figures,
        Role.NATIONAL: _figures,
        Role.PLATFORM: _platform,
    }
    return pages.get(actor.role, _agent)(actor, today)


def _agent(actor: Actor, today: date) -> str:
    groups = _groups(actor)
    sizes = iter(cases.count_baskets(actor, [f for _, baskets in groups for _, f, _ in baskets], today=today))
    figures = [
        (title, [(next(sizes), label, url_for("cases.index", **f.arguments()), tone) for label, f, tone in baskets])
        for title, baskets in groups
    ]
    first = cases.list_cases(actor, CaseFilters(scope=_own_scope(actor), state="ouverts"), today=today, limit=FIRST)
    return render_template(
        "desk/agent.html",
        figures=figures,
        first=first[:FIRST],
        all_url=url_for("cases.index", scope=_own_scope(actor), state="ouverts"),
        drafts=drafts.list_drafts(actor),
        badge_of=lambda row: case_page.due_badge(row.due_on, today),
        state_label=lambda state: case_page.state_label(actor, state),
        today=today,
    )


def _own_scope(actor: Actor) -> str:
    return "moi" if actor.role in LEADS and not actor.is_coordinator else "organisme" if actor.role in LEADS else ""


def _groups(actor: Actor) -> list[tuple[str, list[tuple[str, CaseFilters, str]]]]:
    if actor.role not in LEADS:
        return [("Les dossiers que je vois", _baskets(""))]
    return [
        ("Mes dossiers", _baskets("moi")),
        (f"Mon organisme : {actor.organisation_name}", _baskets("organisme")),
        ("Mon territoire", [*_baskets(""), (WITHOUT_LEAD[0], CaseFilters(**WITHOUT_LEAD[1]), WITHOUT_LEAD[2])]),
    ]


def _baskets(scope: str) -> list[tuple[str, CaseFilters, str]]:
    return [(label, CaseFilters(scope=scope, **values), tone) for label, values, tone in BASKETS]


def _employer(actor: Actor, today: date) -> str:
    rows: Any = cases.list_cases(actor, CaseFilters(), today=today)
    return render_template(
        "desk/employer.html",
        rows=rows,
        state_label=lambda state: case_page.state_label(actor, state),
        employer_id=actor.employer_id,
    )


def _figures(actor: Actor, today: date) -> str:
    counts = aggregates.count_by_state(actor)
    return render_template("desk/figures.html", counts=counts, smallest=aggregates.SMALLEST_CELL, today=today)


def _platform(actor: Actor, today: date) -> str:
    return render_template(
        "desk/platform.html",
        organisations=aggregates.list_organisations_with_accounts(),
        mails=aggregates.count_mails(),
        people=aggregates.count_people(),
    )
