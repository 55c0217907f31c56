"""The people one talks to at an employer's."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth
from app.actions import employers as actions
from app.extensions import db
from app.models import Contact, Employer, Visibility
from app.permissions import Act, Kind
from app.queries import employers as queries
from app.queries.threads import find_submission
from app.views.audiences import audience_choices, choices_of
from forms.employers import ContactForm

bp = Blueprint("contacts", __name__)


@bp.route("/employeurs/<int:employer_id>/contacts/nouveau", methods=["GET", "POST"])
@auth.requires(Kind.CONTACT, Act.WRITE)
def new(employer_id: int) -> ResponseReturnValue:
    employer = auth.employer_or_404(employer_id, kind=Kind.CONTACT, act=Act.WRITE)
    form = _contact_form(employer, data={"visibility": Visibility.EMPLOYER.value})
    if form.validate_on_submit():
        if not find_submission(Contact, form.submission.data, auth.acting()):
            actions.add_contact(employer, _person(form), actor=auth.acting(), submission=form.submission.data)
            db.session.commit()
        flash("Le contact est ajouté.", "success")
        return redirect(url_for("employers.show", employer_id=employer_id))
    return render_template(
        "contacts/form.html", employer=employer, form=form, contact=None
    ), 422 if form.errors else 200


@bp.route("/employeurs/<int:employer_id>/contacts/<int:contact_id>", methods=["GET", "POST"])
@auth.requires(Kind.CONTACT, Act.WRITE)
def edit(employer_id: int, contact_id: int) -> ResponseReturnValue:
    employer = auth.employer_or_404(employer_id, kind=Kind.CONTACT, act=Act.WRITE)
    contact = next((c for c in queries.list_contacts(auth.acting(), employer) if c.id == contact_id), None)
    if contact is None:
        abort(404)
    form = _contact_form(employer, contact, obj=contact)
    if request.method == "GET":
        form.visibility.data = contact.visibility.value
    if form.validate_on_submit():
        actions.edit_contact(employer, contact, _person(form), version=form.version.number, actor=auth.acting())
        db.session.commit()
        flash("Le contact est à jour.", "success")
        return redirect(url_for("employers.show", employer_id=employer_id))
    page = render_template("contacts/form.html", employer=employer, form=form, contact=contact)
    return page, 422 if form.errors else 200


def _contact_form(employer: Employer, contact: Contact | None = None, **values: Any) -> ContactForm:
    form, actor = ContactForm(**values), auth.acting()
    if contact is None or contact.organisation_id == actor.organisation_id:
        form.visibility.choices = audience_choices(Kind.CONTACT, employer)
        return form
    # Somebody else's contact cannot be kept from everybody, its author included.
    name = contact.organisation.short_name if contact.organisation else ""
    choices = choices_of(actor, Kind.CONTACT, employer, contact.organisation_id, name)
    form.visibility.choices = [choice for choice in choices if choice[0] != Visibility.ORGANISATION.value]
    return form


def _person(form: ContactForm) -> actions.Person:
    return actions.Person(
        family_name=form.family_name.data,
        given_name=form.given_name.data,
        function=form.function.data,
        phone=form.phone.data,
        email=form.email.data or "",
        visibility=Visibility(form.visibility.data),
        left_on=form.left_on.data,
    )
