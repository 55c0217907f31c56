"""The list of cases, its workbook, and the page of one case."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from app import auth, clock
from app.actions.adoption import count_adoptable
from app.filters import NEVER, short_day
from app.models import Alert, Case, CaseEvent, EventKind, Exchange, ExchangeKind, Organisation, Sector, Visit
from app.permissions import (
    Act,
    Actor,
    Kind,
    may,
    may_appraise,
    may_coordinate,
    may_invite_managers,
    may_open_exceptionally,
    reads_calendar_of,
    reads_calendars,
    reads_contact,
    reads_exceptionally,
    reads_motives,
    reads_officers,
    reads_steps,
    reads_whole_case,
)
from app.queries import case_list, employers, threads
from app.queries import cases as queries
from app.queries.absences import Officer, list_officers
from app.queries.case_filters import ANY_ALERT, CALENDAR_TIMINGS, SCOPES, TIMINGS, CaseFilters
from app.queries.case_list import CALENDAR_SORTS, HIDDEN, PAGE, SORTS
from app.queries.choices import list_departements, list_leads, list_officer_choices
from app.queries.wishes import get_standing_wish
from app.views import absence_words, case_page
from app.views.audiences import basis_of, conventions_of_cases, opened_by
from app.views.commitments import commitments_of
from app.views.indicator_pages import summaries_of
from app.views.listing import (
    active_filters,
    category_choices,
    chosen,
    cursor_of,
    departement_choices,
    is_fragment,
    next_cursor,
)
from app.views.shared_cards import shared_cards
from app.views.threads import thread as thread_of
from app.views.wish_words import told_words
from app.views.workbooks import in_words, list_response
from forms.cases import CaseFilterForm
from workflows.support_case import State

bp = Blueprint("cases", __name__)

RECENT = 12
"""How many entries of the thread are open; the older ones are one touch away."""

HEAD = (
    "Dossier", "Établissement", "FINESS", "Commune", "Département", "Employeur", "SIREN", "Secteur", "État",
    "Depuis le", "Chef de file",
)  # fmt: skip
CALENDAR_HEAD = ("Référents", "Attendu", "Échéance", "Dernière activité", "Voie rapide", "Signalé le")
"""Columns of the workbook: for everybody, then for those who read when things are due."""

FILTERS = ("scope", "state", "timing", "alert", "departement", "category", "sector")


@bp.get("/dossiers")
@auth.requires(Kind.CASE)
def index() -> ResponseReturnValue:
    actor, today = auth.acting(), clock.today()
    form = filter_form(actor)
    filters = filters_of(form)
    after = cursor_of(request.args.get("apres"), dates=filters.sort != "employeur")
    rows = case_list.list_cases(actor, filters, today=today, after=after)
    shown, more = rows[:PAGE], len(rows) > PAGE
    return render_template(
        "cases/_results.html" if is_fragment() else "cases/index.html",
        form=form,
        filters=filters,
        rows=shown,
        shows_calendar=reads_calendars(actor),
        officers=_officers_by_case(actor, shown),
        count=case_list.count_cases(actor, filters, today=today) if more or after else len(shown),
        next_url=_next_url(filters, shown[-1]) if more else None,
        first_url=url_for("cases.index", **filters.arguments()) if after else None,
        export_url=url_for("cases.export", **filters.arguments()),
        active=active_filters(form, filters.arguments(), "cases.index"),
        reads_calendar=lambda row: reads_calendar_of(actor, row.sector),
        badge_of=lambda row: case_page.due_badge(row.due_on, today),
        state_label=lambda state: case_page.state_label(actor, state),
        today=today,
        conventions=conventions_of_cases(actor),
        basis=basis_of(actor),
        offers_exception=may_open_exceptionally(actor) and actor.territory != actor.whole_territory,
    )


def _officers(actor: Actor, rows: Sequence[Any]) -> dict[int, list[Officer]]:
    read = [row.id for row in rows if reads_calendar_of(actor, row.sector)]
    return list_officers(read, today=clock.today())


def _officers_by_case(actor: Actor, rows: Sequence[Any]) -> dict[int, str]:
    found = _officers(actor, rows)
    return {number: ", ".join(map(absence_words.in_a_list, officers)) for number, officers in found.items()}


def _next_url(filters: CaseFilters, last: Any) -> str:
    values = {"echeance": last.due_on, "activite": last.last_activity_on, "entree": last.entered_on}
    value = values.get(filters.sort, last.employer)
    if filters.sort in CALENDAR_SORTS and not reads_calendar_of(auth.acting(), last.sector):
        value = HIDDEN
    return url_for("cases.index", **filters.arguments(), apres=next_cursor(value, last.id))


def filter_form(actor: Actor) -> CaseFilterForm:
    """Return the filters with their choices, filled from the address."""
    form = CaseFilterForm(request.args)
    form.scope.choices = [(slug, label) for slug, label in SCOPES.items()]
    form.state.choices = [
        ("", "Tous"),
        ("ouverts", "Tous les dossiers ouverts"),
        *((state.value, case_page.state_label(actor, state)) for state in State),
    ]
    timings = [slug for slug in TIMINGS if reads_calendars(actor) or slug not in CALENDAR_TIMINGS]
    form.timing.choices = [("", "Toutes"), *((slug, TIMINGS[slug]) for slug in timings)]
    alerts = [(ANY_ALERT, "Tous les dossiers de la voie rapide"), *Alert.choices()] if reads_calendars(actor) else []
    form.alert.choices = [("", "Tous"), *alerts]
    form.departement.choices = [("", "Tous"), *departement_choices(list_departements(actor))]
    form.category.choices = {"": [("", "Toutes")], **category_choices()}
    form.sector.choices = [("", "Tous"), *Sector.choices()]
    form.lead.choices = [("", "Tous"), *list_leads(actor)]
    form.officer.choices = [("", "Tous"), *list_officer_choices(actor)]
    sorts = [slug for slug in SORTS if reads_calendars(actor) or slug not in CALENDAR_SORTS]
    form.sort.choices = [(slug, SORTS[slug][0]) for slug in sorts]
    form.sort.data = chosen(form.sort) or sorts[0]
    return form


def filters_of(form: CaseFilterForm) -> CaseFilters:
    """Return the filters that the address names and that exist; the others are ignored."""
    words: dict[str, Any] = {name: chosen(form[name]) for name in FILTERS}
    numbers: dict[str, Any] = {name: int(value) for name in ("lead", "officer") if (value := chosen(form[name]))}
    return CaseFilters(q=(form.q.data or "").strip()[:100], sort=chosen(form.sort), **words, **numbers)


@bp.get("/dossiers.xlsx")
@auth.requires(Kind.CASE)
@auth.second_factor(back="cases.index")
def export() -> Response:
    actor, today = auth.acting(), clock.today()
    form = filter_form(actor)
    filters = filters_of(form)
    rows = case_list.list_cases(actor, filters, today=today, limit=None)
    officers = _officers(actor, rows)
    table = [
        (*_identity(actor, row), *_calendar(row, officers))
        if reads_calendar_of(actor, row.sector)
        else _identity(actor, row)
        for row in rows
    ]
    head = HEAD + CALENDAR_HEAD if reads_calendars(actor) else HEAD
    told = in_words(active_filters(form, filters.arguments(), "cases.index"), filters.q)
    conventions = [("Convention", reference) for reference, _ in conventions_of_cases(actor)]
    return list_response("dossiers", head, table, filters=filters.arguments(), told=[*told, *conventions])


def _identity(actor: Actor, row: Any) -> tuple[Any, ...]:
    return (
        f"D-{row.id:05d}", row.structure, row.finess, row.city, row.departement, row.employer, row.siren,
        row.sector.label, case_page.state_label(actor, row.state), row.entered_on, row.lead or "",
    )  # fmt: skip


def _calendar(row: Any, officers: dict[int, list[Officer]]) -> tuple[Any, ...]:
    due_on = None if row.due_on.year == NEVER else row.due_on
    return (
        ", ".join(one.name for one in officers.get(row.id, [])),
        row.due_label,
        due_on,
        row.last_activity_on,
        row.alert.label if row.alert else "",
        row.alerted_on,
    )


@bp.get("/dossiers/<int:case_id>")
@auth.requires(Kind.CASE)
def show(case_id: int) -> ResponseReturnValue:
    return page_of(auth.case_or_404(case_id), auth.acting())


def page_of(case: Case, actor: Actor, viewer: Actor | None = None) -> str:
    """Return the page of a case as loaded for `actor`.

    With a `viewer`, somebody looks with that actor's eyes: what the viewer does not read is left out, and so is
    everything one could do.
    """
    today = clock.today()
    queries.load_surroundings(case)
    events = threads.list_events(case)
    whole = reads_whole_case(actor, case)
    steps = case_page.offers(case, actor, today) if reads_steps(actor) and not viewer else []
    contacts = may(actor, Act.READ, Kind.CONTACT, case)
    visits = threads.list_visits(actor, case, viewer)
    notes, documents = threads.list_exchanges(actor, case, viewer), threads.list_documents(actor, case, viewer)
    return render_template(
        "cases/show.html",
        case=case,
        actor=actor,
        today=today,
        stepper=case_page.stepper(case, events, actor, today),
        due_badge=case_page.due_badge(case.due_on, today) if whole and not case.is_ended else None,
        officers=_officers_in_words(case, actor, today) if reads_officers(actor, case) else [],
        steps=steps,
        proposed=case_page.proposed(steps),
        is_employer=actor.is_employer,
        reads_whole=whole,
        tells_status=whole and not viewer and not reads_exceptionally(case),
        reads_motives=reads_motives(actor, case),
        **_team_acts(case, actor, viewer),
        **_awaited(case, events, actor),
        recent=RECENT,
        adoptable=0 if viewer else count_adoptable(case, actor),
        contacts=employers.list_contacts(actor, case.employer, *_seen_too(viewer)) if contacts else [],
        reads_contacts=contacts,
        writes={kind: not viewer and may(actor, Act.WRITE, kind, case) for kind in Kind},
        appraises=not viewer and may_appraise(actor, case) and _was_met(actor, visits, notes),
        next_visits=_next_visits(visits, today),
        thread=thread_of(actor, case, events, notes, visits, documents, viewer),
        opened_by=opened_by(viewer or actor, case.convention_id),
        basis=basis_of(actor, case),
        figures=summaries_of(actor, case, [link.structure for link in case.structure_links], today, viewer=viewer),
        commitments=commitments_of(actor, case, today, viewer=viewer),
        shared=[] if viewer else shared_cards(actor, case),
        looking_as=actor if viewer else None,
        may_look_as=[] if viewer else bodies_of(case, actor),
    )


def _team_acts(case: Case, actor: Actor, viewer: Actor | None) -> dict[str, bool]:
    return {
        "coordinates": not viewer and may_coordinate(actor, case),
        "invites_managers": not viewer and may_invite_managers(actor, case),
    }


def _officers_in_words(case: Case, actor: Actor, today: date) -> list[tuple[str, str]]:
    """Return (name, what stands beside it); an employer learns whom to call, nothing of an absence."""
    words = absence_words.beside_for_employer if actor.is_employer else absence_words.beside
    return [
        (officer.name, absence_words.capitalised(words(officer)))
        for officer in list_officers([case.id], today=today).get(case.id, [])
    ]


def bodies_of(case: Case, actor: Actor) -> list[Organisation]:
    """Return the other organisations of a case, with whose eyes one who writes on it may look."""
    if not may(actor, Act.WRITE, Kind.CASE, case):
        return []
    bodies = {partner.organisation_id: partner.organisation for partner in case.partners}
    if case.lead_organisation:
        bodies[case.lead_organisation.id] = case.lead_organisation
    bodies.pop(actor.organisation_id or 0, None)
    return sorted(bodies.values(), key=lambda body: body.short_name)


def _seen_too(viewer: Actor | None) -> tuple[ColumnElement[bool], ...]:
    return (reads_contact(viewer),) if viewer else ()


def _awaited(case: Case, events: Sequence[CaseEvent], actor: Actor) -> dict[str, Any]:
    """What is due, what the employer asks and, of a case opened on an alert, why: to each what it reads of it."""
    whole, motives = reads_whole_case(actor, case), reads_motives(actor, case)
    opening = next((event.motive for event in events if event.kind is EventKind.OPENED), "")
    return {
        "deadlines": _expected(case) if whole else [],
        "reminders": _reminders(case) if whole else "",
        "alert_motive": opening if motives else "",
        "wish": "" if actor.is_employer else told_words(get_standing_wish(actor, case)),
    }


def _expected(case: Case) -> list[tuple[str, str]]:
    return [
        (short_day(deadline.due_on), f"{deadline.label} (en pause)" if deadline.paused_on else deadline.label)
        for deadline in queries.list_open_deadlines(case)
    ]


def _reminders(case: Case) -> str:
    last, following = queries.get_reminder_days(case)
    said = f"Dernier rappel le {short_day(last)}." if last else ""
    return f"{said} Prochain rappel le {short_day(following)}.".strip() if following else said


def _was_met(actor: Actor, visits: Sequence[Visit], notes: Sequence[Exchange]) -> bool:
    """As `was_met`, from what the page has read already."""
    meetings = [note.organisation_id for note in notes if note.kind is ExchangeKind.MEETING]
    return actor.organisation_id in [*meetings, *(visit.organisation_id for visit in visits)]


def _next_visits(visits: Sequence[Visit], today: date) -> list[Visit]:
    replaced = {visit.corrects_id for visit in visits if visit.is_final}
    return [v for v in visits if v.next_visit_on and v.next_visit_on >= today and v.id not in replaced]
