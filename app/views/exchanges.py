"""Notes from the field, from a case or from an employer."""

from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import access_log, auth, clock
from app.actions import exchanges
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import Case, Employer, Exchange, ExchangeKind, Visibility
from app.permissions import Act, Kind, may, may_write_entry
from app.queries.settings import get_deadlines
from app.queries.threads import find_submission, find_visit_of_note, get_exchange
from app.views.audiences import Audiences, audience_choices, opened_by
from forms.exchanges import NoteForm
from workflows.calendar import add_months
from workflows.support_case import WORKFLOW

bp = Blueprint("exchanges", __name__)


@bp.route("/dossiers/<int:case_id>/notes/nouvelle", methods=["GET", "POST"])
@auth.requires(Kind.EXCHANGE, Act.WRITE)
def new_on_case(case_id: int) -> ResponseReturnValue:
    case = auth.case_or_404(case_id, kind=Kind.EXCHANGE, act=Act.WRITE)
    return _new(case.employer, case)


@bp.route("/employeurs/<int:employer_id>/notes/nouvelle", methods=["GET", "POST"])
@auth.requires(Kind.EXCHANGE, Act.WRITE)
def new_on_employer(employer_id: int) -> ResponseReturnValue:
    return _new(auth.employer_or_404(employer_id, kind=Kind.EXCHANGE, act=Act.WRITE), None)


def _new(employer: Employer, case: Case | None) -> ResponseReturnValue:
    form = note_form(
        case or employer, kind=ExchangeKind.CALL.value, held_on=clock.today(), visibility=Visibility.ORGANISATION.value
    )
    if form.validate_on_submit():
        known = find_submission(Exchange, form.submission.data, auth.acting())
        if known or _log(employer, case, form):
            flash("La note est gardée.", "success")
            return redirect(_home(employer, case))
    page = render_template(
        "exchanges/form.html", form=form, employer=employer, case=case, exchange=None, **quick_days()
    )
    return page, 422 if form.errors else 200


def quick_days() -> dict[str, date]:
    """Return the days that the forms offer at one touch."""
    today = clock.today()
    return {
        "today": today,
        "yesterday": today - timedelta(days=1),
        "in_two_weeks": today + timedelta(days=14),
        "in_a_month": add_months(today, 1),
    }


def note_form(record: Case | Employer, **data: object) -> NoteForm:
    """Return the form of a note on a case or about an employer, with the audiences in full words."""
    form = NoteForm(data=data)
    form.offer(ExchangeKind.choices(), audience_choices(Kind.EXCHANGE, record))
    return form


def _log(employer: Employer, case: Case | None, form: NoteForm) -> bool:
    try:
        exchanges.log_exchange(
            employer,
            case,
            kind=ExchangeKind(form.kind.data),
            visibility=Visibility(form.visibility.data),
            actor=auth.acting(),
            today=clock.today(),
            now=clock.now(),
            settings=get_deadlines(WORKFLOW),
            submission=form.submission.data,
            **form.values(),
        )
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return False
    db.session.commit()
    return True


def _home(employer: Employer, case: Case | None) -> str:
    return url_for("cases.show", case_id=case.id) if case else url_for("employers.show", employer_id=employer.id)


def exchange_or_404(exchange_id: int) -> Exchange:
    """Return a note the actor may read; 404 otherwise."""
    exchange = get_exchange(auth.acting(), exchange_id)
    if exchange is None:
        abort(404)
    access_log.note_relations(exchange.relations)
    return exchange


@bp.get("/notes/<int:exchange_id>")
@auth.requires(Kind.EXCHANGE)
def show(exchange_id: int) -> ResponseReturnValue:
    exchange, actor = exchange_or_404(exchange_id), auth.acting()
    writes = may_write_entry(actor, exchange)
    return render_template(
        "exchanges/show.html",
        exchange=exchange,
        readers=Audiences().readers_of(exchange, Kind.EXCHANGE),
        opened_by=opened_by(actor, exchange.convention_id),
        may_edit=writes,
        visit=find_visit_of_note(actor, exchange),
        may_visit=writes and may(actor, Act.WRITE, Kind.VISIT, _seen_parent(exchange)),
        home=_home(exchange.employer, exchange.case),
    )


def _seen_parent(exchange: Exchange) -> Case | Employer:
    if exchange.case_id:
        return auth.case_or_404(exchange.case_id)
    return auth.employer_or_404(exchange.employer_id)


@bp.route("/notes/<int:exchange_id>/modifier", methods=["GET", "POST"])
@auth.requires(Kind.EXCHANGE, Act.WRITE)
def edit(exchange_id: int) -> ResponseReturnValue:
    exchange = exchange_or_404(exchange_id)
    if not may_write_entry(auth.acting(), exchange):
        abort(403)
    form = note_form(
        exchange.case or exchange.employer,
        kind=exchange.kind.value,
        held_on=exchange.held_on,
        summary=exchange.summary,
        visibility=exchange.visibility.value,
        version=exchange.version,
    )
    if form.validate_on_submit() and _edit(exchange, form):
        flash("La note est modifiée.", "success")
        return redirect(url_for("exchanges.show", exchange_id=exchange_id))
    page = render_template(
        "exchanges/form.html",
        form=form,
        employer=exchange.employer,
        case=exchange.case,
        exchange=exchange,
        **quick_days(),
    )
    return page, 422 if form.errors else 200


def _edit(exchange: Exchange, form: NoteForm) -> bool:
    try:
        exchanges.edit_exchange(
            exchange,
            kind=ExchangeKind(form.kind.data),
            visibility=Visibility(form.visibility.data),
            version=form.version.number,
            actor=auth.acting(),
            today=clock.today(),
            **form.values(),
        )
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return False
    db.session.commit()
    return True
