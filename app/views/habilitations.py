"""The half-yearly review of who has access; and, for the platform, the first administrator of an organisation."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import habilitations as actions
from app.actions import people
from app.actions.errors import Unacceptable
from app.extensions import db
from app.queries.people import get_organisation, list_administrators, list_to_review
from app.views.people import actions_due
from app.views.people_words import in_short
from forms.people import LEAVES, PREFIX, STAYS, FirstAdministratorForm, ReviewForm, review_form

bp = Blueprint("habilitations", __name__)


@bp.route("/organisme/habilitations", methods=["GET", "POST"])
@auth.people_administrator
@auth.second_factor()
def review() -> ResponseReturnValue:
    today = clock.today()
    asked = list_to_review(auth.acting(), today=today)
    form = review_form([(one.id, one.user.full_name, in_short(one, today)) for one in asked])
    if form.validate_on_submit() and _reviewed(form):
        flash("La revue est faite. La prochaine aura lieu dans six mois.", "success")
        return redirect(url_for("people.index"))
    fields = [field for field in form if field.name.startswith(PREFIX)]
    page = render_template("people/review.html", form=form, fields=fields, due_on=actions_due())
    return page, 422 if form.errors else 200


def _reviewed(form: ReviewForm) -> bool:
    try:
        actions.review(
            form.answers(STAYS), form.answers(LEAVES), actor=auth.acting(), now=clock.now(), today=clock.today()
        )
        db.session.commit()
    except Unacceptable as refused:
        db.session.rollback()
        form.refuse(str(refused))
        return False
    return True


@bp.route("/organismes/<int:body_id>/administration", methods=["GET", "POST"])
@auth.platform_administrator
@auth.second_factor()
def first_administrator(body_id: int) -> ResponseReturnValue:
    organisation = get_organisation(body_id) or abort(404)
    form = FirstAdministratorForm()
    if form.validate_on_submit() and _installed(form, body_id):
        flash(f"L’invitation est envoyée à {form.email.data}.", "success")
        return redirect(url_for("desk.show"))
    organisation = get_organisation(body_id) or abort(404)
    present = [user.full_name for user in list_administrators(body_id, today=clock.today())]
    page = render_template("people/first_administrator.html", form=form, organisation=organisation, present=present)
    return page, 422 if form.errors else 200


def _installed(form: FirstAdministratorForm, organisation_id: int) -> bool:
    try:
        people.invite(
            form.email.data,
            form.given_name.data,
            form.family_name.data,
            people.Place(form.job_title.data, is_administrator=True),
            organisation_id=organisation_id,
            secret_key=current_app.config["SECRET_KEY"],
            actor=auth.acting(),
            now=clock.now(),
            today=clock.today(),
        )
        db.session.commit()
    except Unacceptable as refused:
        db.session.rollback()
        form.refuse(str(refused), refused.field)
        return False
    return True
