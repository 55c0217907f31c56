"""« Mon bureau »: what is mine, my organisation's, my territory's; each role lands on something useful."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.permissions import Actor, installs_organisations, may_lead, reads_calendar_of, reads_calendars, writes_notes_on
from app.queries import absences, aggregates, case_list, drafts
from app.queries.case_filters import ANY_ALERT, CALENDAR_TIMINGS, CaseFilters
from app.queries.remarks import list_remarks_to_answer
from app.queries.targeting_signatures import list_to_sign
from app.statistics.disclosure import SMALLEST_CELL
from app.views import case_page
from app.views.absence_words import desk_notices
from app.views.audiences import basis_of, conventions_of_cases
from app.views.workbooks import list_response
from workflows.roles import Role

bp = Blueprint("desk", __name__)

FIRST = 8
"""How many cases the desk shows under « À faire en premier »."""

OPEN, UNLED = "ouverts", "sans chef de file"

Basket = tuple[str, dict[str, Any], str]

BASKETS: tuple[Basket, ...] = (
    ("en retard", {"timing": "retard"}, "alert"),
    ("à faire sous 15 jours", {"timing": "bientot"}, "warn"),
    ("sans activité depuis 90 jours", {"timing": "sans-nouvelles"}, "warn"),
    (OPEN, {"state": "ouverts"}, ""),
    (UNLED, {"timing": "sans-pilote"}, "info"),
)
"""Label, filters, tone. The counter of a basket and the list it opens share these filters."""

FAST_LANE = ("sur alerte, ouverts", {"alert": ANY_ALERT, "state": "ouverts"}, "warn")
"""Apart for the coordination, which sees that an alert does not wait."""


@bp.get("/")
@auth.signed_in
def show() -> ResponseReturnValue:
    actor, today = auth.acting(), clock.today()
    if actor.is_employer:
        return redirect(url_for("house.show"))
    pages = {
        Role.DREETS: _figures,
        Role.NATIONAL: _figures,
        Role.PLATFORM: _platform,
    }
    return pages.get(actor.role, _agent)(actor, today)


def _agent(actor: Actor, today: date) -> str:
    scopes = _scopes(actor)
    figures = _figures_of(actor, [scope for scope, _ in scopes], today)
    own, heading = scopes[0]
    # To find a lead is the business of those who may lead, and never for what is one's own already.
    shows_unled = may_lead(actor) and not own
    first = case_list.list_cases(actor, CaseFilters(scope=own, state="ouverts"), today=today, limit=FIRST)
    return render_template(
        "desk/agent.html",
        heading=heading,
        own=[figure for figure in figures[own] if shows_unled or figure[1] != UNLED],
        around=[(title, [cell[:3] for cell in figures[scope]]) for scope, title in scopes[1:]],
        basket_labels=[label for label, _, _ in _baskets(actor)],
        first=first[:FIRST],
        first_heading="À faire en premier" if may_lead(actor) else "Dossiers en cours",
        first_count=next(figure[0] for figure in figures[own] if figure[1] == OPEN),
        any_note=any(writes_notes_on(actor, row.sector) for row in first[:FIRST]),
        writes_notes=lambda row: writes_notes_on(actor, row.sector),
        all_url=url_for("cases.index", scope=own or None, state="ouverts"),
        drafts=drafts.list_drafts(actor),
        remarks=list_remarks_to_answer(actor),
        to_sign=list_to_sign(actor),
        absences=desk_notices(absences.list_for_desk(actor, today=today), actor.user_id, today),
        conventions=conventions_of_cases(actor),
        basis=basis_of(actor),
        shows_calendar=reads_calendars(actor),
        reads_calendar=lambda row: reads_calendar_of(actor, row.sector),
        badge_of=lambda row: case_page.due_badge(row.due_on, today),
        state_label=lambda state: case_page.state_label(actor, state),
    )


def _baskets(actor: Actor) -> list[Basket]:
    told = [one for one in BASKETS if reads_calendars(actor) or one[1].get("timing") not in CALENDAR_TIMINGS]
    return [*told, FAST_LANE] if actor.is_coordinator and reads_calendars(actor) else told


def _scopes(actor: Actor) -> list[tuple[str, str]]:
    """Return (scope, title), the one that is most the person's own first."""
    if not may_lead(actor):
        return [("", "Les dossiers que je vois")]
    own, organisation = ("moi", "Mes dossiers"), ("organisme", f"Mon organisme, {actor.organisation_name}")
    territory = ("", "Mon territoire")
    return [territory, organisation, own] if actor.is_coordinator else [own, organisation, territory]


def _figures_of(actor: Actor, scopes: list[str], today: date) -> dict[str, list[tuple[int, str, str, str]]]:
    """Return (number, label, address, tone) of each basket of each scope, counted in one statement."""
    baskets = [
        (scope, label, CaseFilters(scope=scope, **values), tone)
        for scope in scopes
        for label, values, tone in _baskets(actor)
    ]
    sizes = case_list.count_baskets(actor, [filters for _, _, filters, _ in baskets], today=today)
    figures: dict[str, list[tuple[int, str, str, str]]] = {scope: [] for scope in scopes}
    for size, (scope, label, filters, tone) in zip(sizes, baskets, strict=True):
        figures[scope].append((size, label, url_for("cases.index", **filters.arguments()), tone))
    return figures


def _figures(actor: Actor, today: date) -> str:
    counts = aggregates.count_by_state(actor)
    return render_template("desk/figures.html", counts=counts, smallest=SMALLEST_CELL, today=today)


@bp.get("/chiffres.xlsx")
@auth.figures_reader
@auth.second_factor(back="desk.show")
def export_figures() -> Response:
    counts = aggregates.count_by_state(auth.acting())
    rows = [(one.state.label, "masqué" if one.employers is None else one.employers) for one in counts]
    return list_response("chiffres", ("Étape", "Employeurs"), rows, told=[("Au", f"{clock.today():%d/%m/%Y}")])


@bp.get("/organismes.xlsx")
@auth.platform_administrator
@auth.second_factor(back="desk.show")
def export_organisations() -> Response:
    rows = [
        (one.short_name, one.name, one.kind.label, "oui" if one.is_active else "non", number)
        for one, number in aggregates.list_organisations_with_accounts()
    ]
    return list_response("organismes", ("Organisme", "Nom", "Nature", "Actif", "Comptes"), rows)


def _platform(actor: Actor, today: date) -> str:
    return render_template(
        "desk/platform.html",
        organisations=aggregates.list_organisations_with_accounts(),
        mails=aggregates.count_mails(),
        people=aggregates.count_people(),
        installs=installs_organisations(actor),
    )
