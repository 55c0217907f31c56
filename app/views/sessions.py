"""« Mon compte »: where one is signed in, ending it elsewhere, unlocking here."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock, interruptions, sessions
from app.actions import sessions as actions
from app.actions.second_factors import count_recovery_codes
from app.extensions import db
from app.filters import duration
from app.models import UserSession
from app.permissions import acts_for_organisation
from app.queries.absences import list_absences
from app.queries.delegations import list_delegations
from app.queries.sessions import list_sessions
from app.sessions import Standing
from app.views.absence_words import days_of
from app.views.accounts import check_password
from app.views.delegation_words import rows_of
from forms.accounts import UnlockForm

bp = Blueprint("sessions", __name__)


@bp.get("/compte")
@auth.signed_in
def show() -> str:
    found, actor, today = own_session(), auth.acting(), clock.today()
    is_agent = acts_for_organisation(actor)
    oneself = next((one for one in found.user.capacities if one.id == actor.capacity_id and is_agent), None)
    return render_template(
        "accounts/show.html",
        user=found.user,
        current=found,
        sessions=list_sessions(found.user_id, now=clock.now()),
        codes_left=count_recovery_codes(found.user_id),
        is_agent=is_agent,
        absences=list_absences(found.user_id, actor.organisation_id, today=today) if is_agent else [],
        days_of=days_of,
        delegations=rows_of(list_delegations(oneself, today=today), oneself, today) if oneself else [],
        today=today,
    )


def own_session() -> UserSession:
    """Return the session of a request that has passed the check of its route."""
    found = sessions.current_session()
    if found is None:
        abort(401)
    return found


@bp.post("/compte/sessions/<int:session_id>/fin")
@auth.signed_in
def end(session_id: int) -> ResponseReturnValue:
    if not actions.end_session(session_id, own_session().user_id, now=clock.now()):
        abort(404)
    db.session.commit()
    flash("Cette session est terminée.", "success")
    return redirect(url_for("sessions.show"))


@bp.post("/compte/sessions/fin")
@auth.signed_in
def end_others() -> ResponseReturnValue:
    found = own_session()
    ended = actions.end_sessions(found.user_id, besides=found.id, now=clock.now())
    db.session.commit()
    flash("Vos autres sessions sont terminées." if ended else "Vous n’aviez pas d’autre session.", "success")
    return redirect(url_for("sessions.show"))


@bp.get("/presence")
@auth.signed_in
def presence() -> ResponseReturnValue:
    """Somebody is typing: the session is in use, though no page is asked for."""
    return Response(status=204, mimetype="text/plain")


@bp.route("/deverrouiller", methods=["GET", "POST"])
@auth.holds_session
def unlock() -> ResponseReturnValue:
    form = UnlockForm()
    if sessions.current_standing() is not Standing.LOCKED:  # another tab has done it
        return interruptions.go_on(form)
    if form.is_submitted() and _answers(form):
        following = interruptions.go_on(form)
        sessions.rotate()
        db.session.commit()
        return following
    return interruptions.ask(form), 422 if form.errors else 200


def _answers(form: UnlockForm) -> bool:
    """Tell whether this opens the session again; otherwise the form says why not."""
    found = own_session()
    needs = sessions.lock_needs(found)
    if needs == "nothing":
        return True
    if needs == "sign_in":
        form.refuse("Connectez-vous d’abord dans l’autre onglet.")
    elif form.validate():
        try:
            if check_password(found.user, form.unlock_password.data):
                return True
            form.refuse("Ce n’est pas le mot de passe de ce compte.", "unlock_password")
        except auth.TooManyAttempts as error:
            form.refuse(f"Trop d’essais à la suite. Réessayez dans {duration(error.wait)}.", "unlock_password")
    return False
