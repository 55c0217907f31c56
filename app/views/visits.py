"""Visits: the form, the draft, the final report and its corrected version."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import access_log, auth, clock
from app.actions import visits as actions
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.visits import VisitNotes
from app.extensions import db
from app.filters import short_day
from app.models import Case, Employer, Exchange, ExchangeKind, Visibility, Visit
from app.permissions import Act, Kind, may_correct, may_write_entry
from app.queries.settings import get_deadlines
from app.queries.threads import find_submission, find_visit_of_note, get_content, get_visit
from app.views.audiences import Audiences, opened_by
from app.views.downloads import attachment
from app.views.exchanges import exchange_or_404, quick_days
from app.views.visit_forms import as_typed, attached_report, notes_of, summary_of, visit_form
from app.views.visit_reports import report_of
from forms.visits import CorrectionForm, VisitForm
from reports import visit_report
from workflows.support_case import WORKFLOW
from workflows.visit_report import ObservationKind

bp = Blueprint("visits", __name__)


@bp.route("/dossiers/<int:case_id>/visites/nouvelle", methods=["GET", "POST"])
@auth.requires(Kind.VISIT, Act.WRITE)
def new_on_case(case_id: int) -> ResponseReturnValue:
    case = auth.case_or_404(case_id, kind=Kind.VISIT, act=Act.WRITE)
    return _new(case.employer, case)


@bp.route("/employeurs/<int:employer_id>/visites/nouvelle", methods=["GET", "POST"])
@auth.requires(Kind.VISIT, Act.WRITE)
def new_on_employer(employer_id: int) -> ResponseReturnValue:
    return _new(auth.employer_or_404(employer_id, kind=Kind.VISIT, act=Act.WRITE), None)


@bp.route("/notes/<int:exchange_id>/visite", methods=["GET", "POST"])
@auth.requires(Kind.VISIT, Act.WRITE)
def new_from_note(exchange_id: int) -> ResponseReturnValue:
    """A note from the field, completed later into a visit report."""
    exchange = exchange_or_404(exchange_id)
    if not may_write_entry(auth.acting(), exchange):
        abort(403)
    known = find_visit_of_note(auth.acting(), exchange)
    if known and request.method == "GET":
        return redirect(url_for("visits.show", visit_id=known.id))
    if exchange.case_id:
        case = auth.case_or_404(exchange.case_id, kind=Kind.VISIT, act=Act.WRITE)
        return _new(case.employer, case, exchange)
    return _new(auth.employer_or_404(exchange.employer_id, kind=Kind.VISIT, act=Act.WRITE), None, exchange)


def _new(employer: Employer, case: Case | None, exchange: Exchange | None = None) -> ResponseReturnValue:
    start: dict[str, Any] = {"visited_on": clock.today(), "mode": "on_site", "visibility": Visibility.EMPLOYER.value}
    if exchange:
        start |= _from_note(exchange)
    if case:
        start["structure_id"] = case.main_structure_id
    form = visit_form(employer, case, start)
    if not _is_complete(form):
        return _form_page(form, employer, case, exchange=exchange)
    known = find_submission(Visit, form.submission.data, auth.acting())
    if known is None:
        known = _save(
            form,
            lambda notes: actions.log_visit(
                employer,
                case,
                notes,
                exchange=exchange,
                settings=get_deadlines(WORKFLOW),
                submission=form.submission.data,
                **_who_and_when(),
            ),
        )
    if known is None:
        return _form_page(form, employer, case, exchange=exchange)
    return _after_saving(known)


def _from_note(exchange: Exchange) -> dict[str, Any]:
    """What a visit takes over from a note, its readers included: what was said among us stays among us."""
    return {
        "visited_on": exchange.held_on,
        "mode": "on_site" if exchange.kind is ExchangeKind.MEETING else "remote",
        "visibility": exchange.visibility.value,
        "observations": [{"kind": "fact", "wording": exchange.summary}],
    }


def _is_complete(form: VisitForm) -> bool:
    """Tell whether the form was sent to be kept: not a first view, not a row added, nothing to mend."""
    if not form.is_submitted() or form.change_rows(request.form):
        return False
    return bool(form.validate())


def _who_and_when() -> dict[str, Any]:
    return {"actor": auth.acting(), "today": clock.today(), "now": clock.now()}


def _save(form: VisitForm, act: Any) -> Visit | None:
    try:
        visit: Visit | None = act(notes_of(form))
    except Unacceptable as error:
        form.refuse(str(error), error.field or "report")
        db.session.rollback()
        return None
    db.session.commit()
    return visit


def _form_page(
    form: VisitForm,
    employer: Employer,
    case: Case | None,
    visit: Visit | None = None,
    exchange: Exchange | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "visits/form.html",
        form=form,
        employer=employer,
        case=case,
        visit=visit,
        exchange=exchange,
        note_readers=Audiences().readers_of(exchange, Kind.EXCHANGE) if exchange else "",
        **quick_days(),
    )
    return page, 422 if form.errors else 200


def _after_saving(visit: Visit) -> ResponseReturnValue:
    if "finalise" in request.form:
        # 307: the browser posts again, so that what is saved and what is finalised are two requests.
        return redirect(url_for("visits.finalise", visit_id=visit.id, gardee=visit.version), 307)
    flash("La visite est gardée en brouillon. Finalisez le compte rendu quand il est prêt.", "success")
    return redirect(url_for("visits.show", visit_id=visit.id))


def visit_or_404(visit_id: int) -> Visit:
    """Return a visit the actor may read; 404 otherwise."""
    visit = get_visit(auth.acting(), visit_id)
    if visit is None:
        abort(404)
    access_log.note_relations(visit.relations)
    return visit


@bp.get("/visites/<int:visit_id>")
@auth.requires(Kind.VISIT)
def show(visit_id: int) -> ResponseReturnValue:
    return _page(visit_or_404(visit_id), CorrectionForm(formdata=None))


def _page(visit: Visit, form: CorrectionForm) -> str:
    actor = auth.acting()
    replaced = get_visit(actor, visit.corrects_id) if visit.corrects_id else None
    return render_template(
        "visits/show.html",
        visit=visit,
        readers=Audiences().readers_of(visit, Kind.VISIT),
        opened_by=opened_by(actor, visit.convention_id),
        may_edit=may_write_entry(actor, visit),
        may_correct=may_correct(actor, visit) and visit.corrected_by is None,
        replaced=replaced,
        correction=get_visit(actor, visit.corrected_by.id) if visit.corrected_by else None,
        form=form,
        rows=summary_of(visit),
        attached=attached_report(visit),
        agreed=[
            (step.wording, step.owner or "à préciser", short_day(step.due_on) or "—") for step in visit.agreed_steps
        ],
        tones={
            ObservationKind.FACT: "neutral",
            ObservationKind.RISK: "alert",
            ObservationKind.EXISTING_MEASURE: "good",
        },
    )


@bp.route("/visites/<int:visit_id>/modifier", methods=["GET", "POST"])
@auth.requires(Kind.VISIT, Act.WRITE)
def edit(visit_id: int) -> ResponseReturnValue:
    visit = visit_or_404(visit_id)
    if not may_write_entry(auth.acting(), visit):
        _refuse_to_edit(visit)
    form = visit_form(visit.employer, visit.case, as_typed(visit))
    form.has_report = visit.report is not None
    if not _is_complete(form):
        return _form_page(form, visit.employer, visit.case, visit)
    saved = _save(form, lambda notes: _edit(visit, notes, form.version.number))
    if saved is None:
        return _form_page(form, visit.employer, visit.case, visit_or_404(visit_id))
    return _after_saving(saved)


def _refuse_to_edit(visit: Visit) -> None:
    """Raise, save for what was typed while a colleague finalised: its author is to see it again, beside the report."""
    if visit.organisation_id != auth.acting().organisation_id:
        abort(403)
    if request.method == "GET":
        raise Forbidden("Ce compte rendu est finalisé : il ne change plus. Établissez une version rectificative.")


def _edit(visit: Visit, notes: VisitNotes, version: int) -> Visit:
    if visit.is_final:
        raise Stale(visit, actions.differences(visit, notes))
    actions.edit_visit(visit, notes, version=version, **_who_and_when())
    return visit


@bp.post("/visites/<int:visit_id>/finaliser")
@auth.requires(Kind.VISIT, Act.WRITE)
def finalise(visit_id: int) -> ResponseReturnValue:
    return _finalise(visit_id, request.values.get("gardee", request.form.get("version", -1, type=int), type=int))


def _finalise(visit_id: int, version: int) -> ResponseReturnValue:
    """Render outside any transaction, then store: on SQLite nobody waits for a PDF."""
    visit, actor = visit_or_404(visit_id), auth.acting()
    if visit.is_final and visit.organisation_id == actor.organisation_id:
        return _already_final(visit)
    try:
        actions.refuse_unfinished(visit, version=version, actor=actor)
    except Unacceptable as error:
        return _lacking(visit, error)
    now = clock.now()
    pdf = None if visit.report else _render_apart(visit, now)
    again = visit_or_404(visit_id)
    if again.is_final:
        return _already_final(again)
    actions.finalise_visit(again, pdf, version=version, actor=actor, now=now)
    db.session.commit()
    flash("Le compte rendu est finalisé. Il ne changera plus.", "success")
    return redirect(url_for("visits.show", visit_id=visit_id))


def _lacking(visit: Visit, error: Unacceptable) -> ResponseReturnValue:
    """The form again, the field that a final report lacks marked in it."""
    form = visit_form(visit.employer, visit.case, as_typed(visit), formdata=None)
    form.refuse(str(error), error.field)
    return _form_page(form, visit.employer, visit.case, visit)


def _already_final(visit: Visit) -> ResponseReturnValue:
    flash("Ce compte rendu est finalisé.", "info")
    return redirect(url_for("visits.show", visit_id=visit.id))


def _render_apart(visit: Visit, now: datetime) -> bytes:
    report = report_of(visit, finalised_at=now)
    db.session.rollback()
    return visit_report.pdf(report)


@bp.post("/visites/<int:visit_id>/supprimer")
@auth.requires(Kind.VISIT, Act.WRITE)
def delete(visit_id: int) -> ResponseReturnValue:
    visit = visit_or_404(visit_id)
    home = _home(visit)
    actions.delete_draft(visit, version=request.form.get("version", -1, type=int), actor=auth.acting())
    db.session.commit()
    flash("Le brouillon est supprimé.", "success")
    return redirect(home)


def _home(visit: Visit) -> str:
    if visit.case_id:
        return url_for("cases.show", case_id=visit.case_id)
    return url_for("employers.show", employer_id=visit.employer_id)


@bp.post("/visites/<int:visit_id>/rectifier")
@auth.requires(Kind.VISIT, Act.WRITE)
def correct(visit_id: int) -> ResponseReturnValue:
    visit, form = visit_or_404(visit_id), CorrectionForm()
    if not may_correct(auth.acting(), visit):
        abort(403)
    if visit.corrected_by:
        flash("Une version rectificative existe déjà : complétez-la.", "info")
        return redirect(url_for("visits.show", visit_id=visit.corrected_by.id))
    if not form.validate_on_submit():
        return _page(visit, form), 422
    corrected = actions.correct_visit(visit, form.reason.data or "", actor=auth.acting(), now=clock.now())
    db.session.commit()
    flash("Complétez la version rectificative, puis finalisez-la.", "success")
    return redirect(url_for("visits.edit", visit_id=corrected.id))


@bp.get("/visites/<int:visit_id>/compte-rendu.pdf")
@auth.requires(Kind.VISIT)
def download(visit_id: int) -> Response:
    visit = visit_or_404(visit_id)
    if visit.report is None or not visit.is_final:
        abort(404)
    return attachment(visit.report.file_name, visit.report.media_type, get_content(visit.report), visit.report.sha256)
