"""The self-diagnostic of a house: its rounds, one theme a page, each answer kept as it comes, the pen that is lent."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import access_log, auth, clock
from app.actions import self_diagnostics as actions
from app.actions.errors import Unacceptable
from app.actions.self_diagnostics import MOST_COMMENT, MOST_EVIDENCE, Given
from app.extensions import db
from app.models import Employer, SelfDiagnostic, SelfDiagnosticSheet
from app.permissions import Act, Kind, answers_for_a_house, decides_for_the_house, may_answer, shares_for_the_house
from app.queries import self_diagnostics as queries
from app.queries.employers import get_employer
from app.queries.self_diagnostic_dates import get_date
from app.views import self_diagnostic_words as words
from app.views.self_diagnostic_date_words import house_words
from forms.self_diagnostics import PenForm, StartForm, ThemeForm, theme_form
from workflows.self_diagnostic import Reply
from workflows.self_diagnostic_questions import Theme

bp = Blueprint("self_diagnostics", __name__, url_prefix="/auto-diagnostic")

LONGEST_CUT = timedelta(days=90)
"""How long a device may have kept an answer before it could send it."""
WHOLE = "tout"


@bp.get("")
@auth.requires(Kind.SELF_DIAGNOSTIC)
def index() -> ResponseReturnValue:
    """The rounds of one's own house; for who manages none, what was lent and shared."""
    actor = auth.acting()
    if not answers_for_a_house(actor):
        return render_template(
            "self_diagnostics/partner.html",
            lent=[(one, employer) for one in queries.list_lent_sheets(actor) if (employer := _employer_of(one))],
            received=[one for one in queries.list_received(actor) if get_employer(actor, one.employer_id)],
        )
    return _index(_start_form(_house()))


def _house() -> Employer:
    number = auth.acting().employer_id
    return auth.employer_or_404(number or 0, kind=Kind.SELF_DIAGNOSTIC)


def _start_form(employer: Employer) -> StartForm:
    form = StartForm()
    open_places = [one for one in employer.structures if not one.is_closed]
    whole = (WHOLE, f"{employer.name}, dans son ensemble")
    form.place.choices = [whole, *((str(one.id), f"{one.name}, {one.city}") for one in open_places)]
    if len(open_places) < 2:
        form.place.choices = [whole]
    return form


def _index(form: StartForm) -> ResponseReturnValue:
    actor = auth.acting()
    rounds = queries.list_self_diagnostics(actor)
    mine = {one.sheet.diagnostic_id: one for one in queries.fill(_own_sheets(rounds))}
    page = render_template(
        "self_diagnostics/index.html",
        form=form,
        rounds=rounds,
        mine=mine,
        minutes=words.minutes_of_all(),
        may_start=not actor.is_read_only,
        may_share=actor.decides_access,
        dated=house_words(get_date(actor.employer_id or 0)),
    )
    return page, 422 if form.errors else 200


def _own_sheets(rounds: Any) -> list[SelfDiagnosticSheet]:
    return [sheet for one in rounds for sheet in one.sheets if sheet.user_id == auth.acting().user_id]


@bp.post("")
@auth.requires(Kind.SELF_DIAGNOSTIC, Act.WRITE)
def start() -> ResponseReturnValue:
    if not answers_for_a_house(auth.acting()):
        abort(403)
    employer = _house()
    form = _start_form(employer)
    if not form.validate_on_submit():
        return _index(form)
    structure = next((one for one in employer.structures if str(one.id) == form.place.data), None)
    who: dict[str, Any] = {"actor": auth.acting(), "now": clock.now()}
    diagnostic = actions.start(employer, structure, submission=form.submission.data, **who)
    sheet = actions.take_part(diagnostic, **who)
    first = diagnostic.asked.themes[0].slug
    db.session.commit()
    return redirect(url_for("self_diagnostics.theme", sheet_id=sheet.id, theme_slug=first))


def diagnostic_or_404(number: int) -> SelfDiagnostic:
    """Return a round of the actor's own house; 404 otherwise."""
    found = queries.get_self_diagnostic(auth.acting(), number)
    if found is None:
        abort(404)
    access_log.note_relations(auth.employer_or_404(found.employer_id, kind=Kind.SELF_DIAGNOSTIC).relations)
    return found


@bp.get("/<int:diagnostic_id>")
@auth.requires(Kind.SELF_DIAGNOSTIC)
def show(diagnostic_id: int) -> ResponseReturnValue:
    return _overview(diagnostic_or_404(diagnostic_id), PenForm(formdata=None))


def _overview(diagnostic: SelfDiagnostic, form: PenForm) -> ResponseReturnValue:
    filled = queries.fill(diagnostic.sheets)
    mine = next((one for one in filled if one.sheet.user_id == auth.acting().user_id), None)
    pens = queries.list_pens(diagnostic.employer, clock.today())
    form.organisation.choices = [("", ""), *((str(one.organisation_id), one.organisation_name) for one in pens)]
    page = render_template(
        "self_diagnostics/show.html",
        diagnostic=diagnostic,
        mine=mine,
        asked=diagnostic.asked,
        themes=words.themes_of(diagnostic.asked, mine.replies if mine else {}),
        colleagues=[one for one in filled if one is not mine],
        form=form,
        pens=pens,
        result_opens=words.result_opens(filled, mine),
        may_change=decides_for_the_house(auth.acting(), diagnostic) and not diagnostic.is_submitted,
        may_share=shares_for_the_house(auth.acting(), diagnostic),
        shares=queries.list_shares(diagnostic),
    )
    return page, 422 if form.errors else 200


@bp.post("/<int:diagnostic_id>/participer")
@auth.requires(Kind.SELF_DIAGNOSTIC, Act.WRITE)
def take_part(diagnostic_id: int) -> ResponseReturnValue:
    diagnostic = diagnostic_or_404(diagnostic_id)
    sheet = actions.take_part(diagnostic, actor=auth.acting(), now=clock.now())
    first = diagnostic.asked.themes[0].slug
    db.session.commit()
    return redirect(url_for("self_diagnostics.theme", sheet_id=sheet.id, theme_slug=first))


# --- One theme a page -----------------------------------------------------------------------------------------


def sheet_or_404(sheet_id: int) -> tuple[SelfDiagnosticSheet, Employer]:
    """Return a sheet that the actor may answer, with its employer; 404 otherwise."""
    sheet = queries.get_sheet(auth.acting(), sheet_id)
    employer = _employer_of(sheet) if sheet else None
    if sheet is None or employer is None:
        abort(404)
    access_log.note_relations(employer.relations)
    return sheet, employer


def _employer_of(sheet: SelfDiagnosticSheet) -> Employer | None:
    """Return the employer of a sheet, if the actor may read what is on it."""
    actor = auth.acting()
    employer = get_employer(actor, sheet.employer_id)
    is_own = sheet.user_id == actor.user_id and answers_for_a_house(actor)
    return employer if employer and (is_own or may_answer(actor, sheet, employer)) else None


def theme_or_404(sheet: SelfDiagnosticSheet, slug: str) -> Theme:
    """Return a theme of the version that a sheet answers; 404 otherwise."""
    return sheet.diagnostic.asked.theme(slug) or abort(404)


@bp.get("/feuilles/<int:sheet_id>/<theme_slug>")
@auth.requires(Kind.SELF_DIAGNOSTIC)
def theme(sheet_id: int, theme_slug: str) -> ResponseReturnValue:
    sheet, employer = sheet_or_404(sheet_id)
    found = theme_or_404(sheet, theme_slug)
    filled = queries.fill([sheet])[0]
    return _theme_page(sheet, employer, found, filled, _form_of(found, filled))


@bp.post("/feuilles/<int:sheet_id>/<theme_slug>")
@auth.requires(Kind.SELF_DIAGNOSTIC)
def keep_theme(sheet_id: int, theme_slug: str) -> ResponseReturnValue:
    """The whole page, sent by its button: what it changed is kept, then comes the next theme."""
    sheet, employer = sheet_or_404(sheet_id)
    found = theme_or_404(sheet, theme_slug)
    filled = queries.fill([sheet])[0]
    form = _form_of(found, filled)
    if not may_answer(auth.acting(), sheet, employer):
        abort(403)
    if not form.validate_on_submit():
        return _theme_page(sheet, employer, found, filled, form)
    for message in _keep_all(sheet, employer, found, form):
        flash(message, "warning")
    db.session.commit()
    return redirect(_after(sheet, found))


def _form_of(found: Theme, filled: queries.Filled) -> ThemeForm:
    return theme_form(found.statements, Reply.choices(), words.as_typed(found, filled))


def _keep_all(sheet: SelfDiagnosticSheet, employer: Employer, found: Theme, form: ThemeForm) -> list[str]:
    """Keep what was changed on this page, and only that; return what is to be said of other devices' answers."""
    messages = []
    for given in words.changed(found, form, clock.now(), queries.get_answers(sheet)):
        outcome = actions.answer(sheet, given, employer=employer, actor=auth.acting(), now=clock.now())
        messages.append(words.about(outcome, given))
    return [message for message in messages if message]


def _after(sheet: SelfDiagnosticSheet, found: Theme) -> str:
    slugs = [one.slug for one in sheet.diagnostic.asked.themes]
    place = slugs.index(found.slug) + 1
    if "stop" not in request.form and place < len(slugs):
        return url_for("self_diagnostics.theme", sheet_id=sheet.id, theme_slug=slugs[place])
    return _home_of(sheet)


def _home_of(sheet: SelfDiagnosticSheet) -> str:
    if answers_for_a_house(auth.acting()):
        return url_for("self_diagnostics.show", diagnostic_id=sheet.diagnostic_id)
    return url_for("self_diagnostics.index")


def _theme_page(
    sheet: SelfDiagnosticSheet, employer: Employer, found: Theme, filled: queries.Filled, form: ThemeForm
) -> ResponseReturnValue:
    asked, actor = sheet.diagnostic.asked, auth.acting()
    earlier = queries.list_earlier(sheet, [one.code for one in found.statements])
    page = render_template(
        "self_diagnostics/theme.html",
        sheet=sheet,
        diagnostic=sheet.diagnostic,
        theme=found,
        place=asked.themes.index(found) + 1,
        asked=asked,
        form=form,
        count=filled.count,
        left=words.time_left(asked, filled.count),
        earlier=words.earlier_in_words(earlier),
        holds_pen=sheet.user_id != actor.user_id,
        is_open=may_answer(actor, sheet, employer) and not sheet.diagnostic.is_submitted,
        home=_home_of(sheet),
    )
    return page, 422 if form.errors else 200


@bp.post("/feuilles/<int:sheet_id>/reponses")
@auth.requires(Kind.SELF_DIAGNOSTIC)
def save(sheet_id: int) -> ResponseReturnValue:
    """Keep one answer, sent by the page as it is given, or later by a device that was cut off."""
    sheet, employer = sheet_or_404(sheet_id)
    given = _given()
    try:
        outcome = actions.answer(sheet, given, employer=employer, actor=auth.acting(), now=clock.now())
    except Unacceptable as error:
        db.session.rollback()
        return jsonify(message=str(error)), 409
    answer = {
        "id": outcome.standing.id,
        "kept": outcome.is_kept,
        "said": outcome.standing.said,
        "message": words.about(outcome, given),
        "count": queries.fill([sheet])[0].count,
    }
    db.session.commit()
    return jsonify(answer)


def _given() -> Given:
    """Return what a device sent; 400 for what no page of ours sends."""
    sent = request.form
    try:
        reply = Reply(sent["reply"]) if sent.get("reply") else None
        ago = timedelta(milliseconds=min(max(int(sent["ago"]), 0), int(LONGEST_CUT.total_seconds()) * 1000))
        seen, submission = int(sent["seen"]), str(UUID(sent["submission"]))
    except (KeyError, ValueError):
        abort(400)
    return Given(
        statement=sent.get("statement", ""),
        reply=reply,
        evidence=sent.get("evidence", "")[:MOST_EVIDENCE],
        comment=sent.get("comment", "")[:MOST_COMMENT],
        answered_at=clock.now() - ago,
        seen=seen,
        submission=submission,
    )


# --- The pen --------------------------------------------------------------------------------------------------


@bp.post("/<int:diagnostic_id>/plume")
@auth.requires(Kind.SELF_DIAGNOSTIC, Act.WRITE)
def lend_pen(diagnostic_id: int) -> ResponseReturnValue:
    diagnostic = diagnostic_or_404(diagnostic_id)
    pens = queries.list_pens(diagnostic.employer, clock.today())
    form = PenForm()
    form.organisation.choices = [("", ""), *((str(one.organisation_id), one.organisation_name) for one in pens)]
    if not form.validate_on_submit():
        return _overview(diagnostic, form)
    who: dict[str, Any] = {"actor": auth.acting(), "now": clock.now()}
    sheet = actions.take_part(diagnostic, **who)
    actions.lend_pen(sheet, int(form.organisation.data), pens, **who)
    db.session.commit()
    flash("La plume est confiée. Vous pouvez la reprendre à tout moment.", "success")
    return redirect(url_for("self_diagnostics.show", diagnostic_id=diagnostic_id))


@bp.post("/<int:diagnostic_id>/plume/reprise")
@auth.requires(Kind.SELF_DIAGNOSTIC, Act.WRITE)
def take_pen_back(diagnostic_id: int) -> ResponseReturnValue:
    diagnostic = diagnostic_or_404(diagnostic_id)
    sheet = next(iter(_own_sheets([diagnostic])), None)
    if sheet is None:
        abort(404)
    actions.take_pen_back(sheet, actor=auth.acting(), now=clock.now())
    db.session.commit()
    flash("Vous seul répondez de nouveau. Ce qui a été saisi reste, avec le nom de qui l’a saisi.", "success")
    return redirect(url_for("self_diagnostics.show", diagnostic_id=diagnostic_id))
