"""Noting an absence: one's own, from « mon compte »; somebody's, by whoever manages the access."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import absences as actions
from app.actions.errors import Stale, Unacceptable
from app.extensions import db
from app.models import Absence, Capacity
from app.queries import absences as queries
from app.queries.people import get_person, list_colleagues
from app.queries.threads import find_submission
from app.views.absence_words import days_of
from app.views.people_words import display_name
from forms.absences import AbsenceForm

bp = Blueprint("absences", __name__)


@bp.route("/compte/absences/nouvelle", methods=["GET", "POST"])
@auth.agent
def note() -> ResponseReturnValue:
    return _page(_oneself, None, _own_page())


@bp.route("/compte/absences/<int:absence_id>", methods=["GET", "POST"])
@auth.agent
def edit(absence_id: int) -> ResponseReturnValue:
    return _page(_oneself, absence_id, _own_page())


@bp.post("/compte/absences/<int:absence_id>/fin")
@auth.agent
def end(absence_id: int) -> ResponseReturnValue:
    return _end(_oneself(), absence_id, _own_page())


@bp.route("/organisme/personnes/<int:person_id>/absences/nouvelle", methods=["GET", "POST"])
@auth.people_administrator
@auth.second_factor()
def note_for(person_id: int) -> ResponseReturnValue:
    return _page(lambda: _somebody(person_id), None, _page_of(person_id))


@bp.route("/organisme/personnes/<int:person_id>/absences/<int:absence_id>", methods=["GET", "POST"])
@auth.people_administrator
@auth.second_factor()
def edit_for(person_id: int, absence_id: int) -> ResponseReturnValue:
    return _page(lambda: _somebody(person_id), absence_id, _page_of(person_id))


@bp.post("/organisme/personnes/<int:person_id>/absences/<int:absence_id>/fin")
@auth.people_administrator
@auth.second_factor()
def end_for(person_id: int, absence_id: int) -> ResponseReturnValue:
    return _end(_somebody(person_id), absence_id, _page_of(person_id))


def _own_page() -> str:
    return url_for("sessions.show") + "#absences"


def _page_of(person_id: int) -> str:
    return url_for("people.show", person_id=person_id)


def _oneself() -> Capacity:
    return get_person(auth.acting(), auth.acting().capacity_id) or abort(404)


def _somebody(person_id: int) -> Capacity:
    """Return somebody in post in the actor's organisation, who has come at least once; 404 otherwise."""
    person = get_person(auth.acting(), person_id) or abort(404)
    if not person.is_open(clock.today()) or person.invited_at is not None:
        raise Unacceptable("Seule une personne en poste a des absences à noter.")
    return person


def _absence_or_404(person: Capacity, absence_id: int) -> Absence:
    return queries.get_absence(absence_id, person.user_id, person.organisation_id) or abort(404)


def _page(find: Callable[[], Capacity], absence_id: int | None, home: str) -> ResponseReturnValue:
    person = find()
    absence = _absence_or_404(person, absence_id) if absence_id is not None else None
    form = AbsenceForm(obj=absence)
    possible = _offer_stand_ins(form, person, absence)
    if form.validate_on_submit() and _saved(form, person, absence, possible):
        return redirect(home)
    person = find()
    is_own = person.id == auth.acting().capacity_id
    absence = _absence_or_404(person, absence_id) if absence_id is not None else None
    page = render_template(
        "absences/form.html",
        form=form,
        absence=absence,
        name="" if is_own else display_name(person),
        home=home,
        nobody=not possible,
    )
    return page, 422 if form.errors else 200


def _offer_stand_ins(form: AbsenceForm, person: Capacity, absence: Absence | None) -> dict[int, Capacity]:
    """Offer the colleagues who have access to the same départements, by the number of the person."""
    colleagues = list_colleagues(auth.acting(), today=clock.today())
    possible = {one.user_id: one for one in colleagues if one.id != person.id and actions.covers(one, person)}
    form.stand_in.choices = [(0, "Personne"), *((number, one.user.full_name) for number, one in possible.items())]
    if request.method == "GET":
        form.stand_in.data = absence.stand_in_id or 0 if absence else 0
    return possible


def _saved(form: AbsenceForm, person: Capacity, absence: Absence | None, possible: dict[int, Capacity]) -> bool:
    assert form.starts_on.data and form.ends_on.data
    period = actions.Period(form.starts_on.data, form.ends_on.data, possible.get(form.stand_in.data))
    try:
        kept = _keep(form, person, absence, period)
        away = queries.find_absence_of_stand_in(kept)
        words = f"{kept.stand_in.full_name} est aussi en absence {days_of(away)}." if away and kept.stand_in else ""
        db.session.commit()
    except Unacceptable as refused:
        db.session.rollback()
        form.refuse(str(refused), refused.field)
        return False
    flash("L’absence est notée.", "success")
    if words:
        flash(f"{words} Ces jours-là, les rappels vont aussi à la coordination.", "warning")
    return True


def _keep(form: AbsenceForm, person: Capacity, absence: Absence | None, period: actions.Period) -> Absence:
    actor, now, today = auth.acting(), clock.now(), clock.today()
    if absence is None:
        known: Absence | None = find_submission(Absence, form.submission.data, actor)
        submission = form.submission.data
        return known or actions.note_absence(person, period, actor=actor, now=now, today=today, submission=submission)
    try:
        version = form.version.number
        actions.change_absence(absence, person, period, version=version, actor=actor, now=now, today=today)
    except Stale as stale:
        raise Stale(absence, actions.differences(absence, period)) from stale
    return absence


def _end(person: Capacity, absence_id: int, home: str) -> ResponseReturnValue:
    absence, today = _absence_or_404(person, absence_id), clock.today()
    had_begun = absence.starts_on <= today
    version = request.form.get("version", -1, type=int)
    if actions.end_absence(absence, version=version, actor=auth.acting(), now=clock.now(), today=today):
        db.session.commit()
        flash("L’absence est terminée." if had_begun else "L’absence est annulée.", "success")
    return redirect(home)
