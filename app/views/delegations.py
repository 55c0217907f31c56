"""Lending what one may do: from « mon compte », or for somebody by whoever manages the access."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import delegations as actions
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import Capacity, Delegation
from app.queries import delegations as queries
from app.queries.people import get_person, list_colleagues
from app.queries.threads import find_submission
from app.views.listing import departement_choices
from app.views.people_words import display_name
from forms.delegations import DelegationForm

bp = Blueprint("delegations", __name__)


@bp.route("/compte/delegations/nouvelle", methods=["GET", "POST"])
@auth.agent
@auth.second_factor()
def give() -> ResponseReturnValue:
    return _page(_oneself, url_for("sessions.show") + "#delegations")


@bp.post("/compte/delegations/<int:delegation_id>/fin")
@auth.agent
@auth.second_factor()
def end(delegation_id: int) -> ResponseReturnValue:
    return _end(_oneself(), delegation_id, url_for("sessions.show") + "#delegations")


@bp.route("/organisme/personnes/<int:person_id>/delegations/nouvelle", methods=["GET", "POST"])
@auth.people_administrator
@auth.second_factor()
def give_for(person_id: int) -> ResponseReturnValue:
    return _page(lambda: _person_or_404(person_id), url_for("people.show", person_id=person_id))


@bp.post("/organisme/personnes/<int:person_id>/delegations/<int:delegation_id>/fin")
@auth.people_administrator
@auth.second_factor()
def end_for(person_id: int, delegation_id: int) -> ResponseReturnValue:
    return _end(_person_or_404(person_id), delegation_id, url_for("people.show", person_id=person_id))


def _oneself() -> Capacity:
    return _person_or_404(auth.acting().capacity_id)


def _person_or_404(person_id: int) -> Capacity:
    return get_person(auth.acting(), person_id) or abort(404)


def _page(find: Callable[[], Capacity], home: str) -> ResponseReturnValue:
    giver = find()
    form = DelegationForm()
    colleagues = {one.id: one for one in list_colleagues(auth.acting(), today=clock.today()) if one.id != giver.id}
    form.receiver.choices = [(number, one.user.full_name) for number, one in colleagues.items()]
    form.departements.choices = departement_choices(sorted(giver.territory))
    if not giver.is_coordinator:
        del form.is_coordinator
    if not giver.is_administrator:
        del form.is_administrator
    if form.validate_on_submit() and _given(form, giver, colleagues[form.receiver.data]):
        flash("La délégation est enregistrée. Un courriel le dit aux deux personnes.", "success")
        return redirect(home)
    giver = find()
    name = "" if giver.id == auth.acting().capacity_id else display_name(giver)
    page = render_template("delegations/form.html", form=form, name=name, home=home, nobody=not colleagues)
    return page, 422 if form.errors else 200


def _given(form: DelegationForm, giver: Capacity, receiver: Capacity) -> bool:
    if find_submission(Delegation, form.submission.data, auth.acting()):
        return True
    try:
        actions.give(
            giver,
            _loan(form, receiver),
            actor=auth.acting(),
            now=clock.now(),
            today=clock.today(),
            submission=form.submission.data,
        )
        db.session.commit()
    except Unacceptable as refused:
        db.session.rollback()
        form.refuse(str(refused), refused.field)
        return False
    return True


def _loan(form: DelegationForm, receiver: Capacity) -> actions.Loan:
    assert form.starts_on.data and form.ends_on.data
    return actions.Loan(
        receiver,
        form.starts_on.data,
        form.ends_on.data,
        frozenset(form.departements.data or ()),
        is_coordinator=bool(form.is_coordinator and form.is_coordinator.data),
        is_administrator=bool(form.is_administrator and form.is_administrator.data),
    )


def _end(person: Capacity, delegation_id: int, home: str) -> ResponseReturnValue:
    delegation = queries.get_delegation(delegation_id, person) or abort(404)
    if actions.revoke(delegation, actor=auth.acting(), now=clock.now(), today=clock.today()):
        db.session.commit()
        flash("La délégation prend fin, dès maintenant.", "success")
    return redirect(home)
