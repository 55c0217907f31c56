"""One case, a few hours, outside one's own départements; and what the organisation sees of it."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import exceptional_accesses as actions
from app.actions import throttles
from app.actions.errors import Unacceptable
from app.extensions import db
from app.filters import moment
from app.models import Case, ExceptionalAccess, ExceptionReason
from app.queries import exceptional_accesses as queries
from app.views.workbooks import list_response
from forms.exceptional_accesses import ExceptionalAccessForm

bp = Blueprint("exceptional_accesses", __name__)

NOTHING = "Aucun dossier que votre organisme puisse lire ne porte ce numéro."
"""Said of what does not exist and of what may not be opened, by the same statement."""


@bp.route("/acces-exceptionnel", methods=["GET", "POST"])
@auth.lead_agent
@auth.second_factor()
def ask() -> ResponseReturnValue:
    form = ExceptionalAccessForm()
    form.reason.choices = ExceptionReason.choices()
    if form.validate_on_submit() and (case_id := _opened(form)):
        return redirect(url_for("cases.show", case_id=case_id))
    page = render_template("exceptional_accesses/ask.html", form=form, hours=current_app.config["EXCEPTIONAL_HOURS"])
    return page, 422 if form.errors else 200


def _opened(form: ExceptionalAccessForm) -> int | None:
    """Return the number of the case that is open now; None when the form says why it is not."""
    number = queries.exact_number(form.number.data)
    if number is None:
        form.refuse("Écrivez un numéro de dossier (D-00012), un FINESS ou un SIREN, en entier.", "number")
        return None
    key = str(auth.acting().user_id)
    auth.throttle("exceptional_access", key)
    found = queries.find_case(auth.acting(), number)
    if found is None:
        auth.note_refusal("accès exceptionnel refusé", auth.acting().user_id)
        form.refuse(NOTHING, "number")
        return None
    throttles.forgive("exceptional_access", key)
    if found.is_in_sight:
        flash("Ce dossier vous est déjà ouvert : aucun accès exceptionnel n’est nécessaire.", "info")
        db.session.commit()
        return found.case.id
    return _open(form, found.case)


def _open(form: ExceptionalAccessForm, case: Case) -> int | None:
    try:
        access = actions.open_exceptionally(
            case,
            actions.Plea(ExceptionReason(form.reason.data), form.explanation.data or ""),
            lifetime=timedelta(hours=current_app.config["EXCEPTIONAL_HOURS"]),
            actor=auth.acting(),
            now=clock.now(),
            today=clock.today(),
            submission=form.submission.data,
        )
        case_id, until = access.case_id, moment(access.expires_at)
        db.session.commit()
    except Unacceptable as refused:
        db.session.rollback()
        form.refuse(str(refused))
        return None
    flash(f"Le dossier vous est ouvert jusqu’au {until}. Votre organisme et le référent en sont avertis.", "success")
    return case_id


@bp.post("/acces-exceptionnel/<int:access_id>/fin")
@auth.lead_agent
def end(access_id: int) -> ResponseReturnValue:
    access = _access_or_404(access_id)
    if access.user_id != auth.acting().user_id:
        abort(404)
    _close(access)
    return redirect(url_for("desk.show"))


def _access_or_404(access_id: int) -> ExceptionalAccess:
    return queries.get_access(auth.acting(), access_id) or abort(404)


def _close(access: ExceptionalAccess) -> None:
    closed = actions.close_access(access, actor=auth.acting(), now=clock.now())
    db.session.commit()
    flash("L’accès exceptionnel est refermé." if closed else "Cet accès était déjà refermé.", "success")


@bp.get("/organisme/acces-exceptionnels")
@auth.people_administrator
def index() -> ResponseReturnValue:
    actor, now = auth.acting(), clock.now()
    return render_template(
        "exceptional_accesses/index.html",
        rows=[_row(access, now) for access in queries.list_accesses(actor)],
        own_id=actor.user_id,
        organisation=actor.organisation_name,
    )


@bp.get("/organisme/acces-exceptionnels.xlsx")
@auth.people_administrator
@auth.second_factor(back="exceptional_accesses.index")
def export() -> Response:
    now = clock.now()
    found = [(access, _row(access, now)) for access in queries.list_accesses(auth.acting())]
    rows = [
        (row["person"], row["case"], access.reason.label, access.explanation, row["opened"], row["ended"], row["seen"])
        for access, row in found
    ]
    head = ("Personne", "Dossier", "Motif", "Explication", "Ouvert le", "Fin", "Lecture")
    return list_response("acces-exceptionnels", head, rows)


def _row(access: ExceptionalAccess, now: Any) -> dict[str, Any]:
    runs = access.is_running(now)
    ended = f"refermé le {moment(access.closed_at)}" if access.closed_at else f"jusqu’au {moment(access.expires_at)}"
    by = access.closed_by.full_name if access.closed_by and access.closed_by_id != access.user_id else ""
    return {
        "access": access,
        "person": access.user.full_name,
        "case": f"D-{access.case_id:05d}",
        "opened": moment(access.opened_at),
        "ended": f"{ended}, par {by}" if by else ended,
        "runs": runs,
        "seen": f"vu par {access.seen_by.full_name}, le {moment(access.seen_at)}" if access.seen_by else "",
    }


@bp.post("/organisme/acces-exceptionnels/<int:access_id>/fermeture")
@auth.people_administrator
@auth.second_factor()
def close(access_id: int) -> ResponseReturnValue:
    _close(_access_or_404(access_id))
    return redirect(url_for("exceptional_accesses.index"))


@bp.post("/organisme/acces-exceptionnels/<int:access_id>/vu")
@auth.people_administrator
@auth.second_factor()
def see(access_id: int) -> ResponseReturnValue:
    if actions.see_access(_access_or_404(access_id), actor=auth.acting(), now=clock.now()):
        db.session.commit()
        flash("C’est noté : vous avez pris connaissance de cet accès.", "success")
    return redirect(url_for("exceptional_accesses.index"))
