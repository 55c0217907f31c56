"""Personal data: the register, one's own data, requests and their treatment."""

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import data_requests as actions
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import DataRequest
from app.permissions import administers
from app.queries import data_requests as queries
from app.queries.personal_data import PersonalData, export_person
from app.sessions import current_user
from app.views.downloads import as_attachment
from app.views.privacy_words import AUDIENCES, COLUMNS, TREATMENTS
from app.views.workbooks import list_response
from forms.privacy import AnswerForm, DataRequestForm
from workflows.data_request import RequestKind, RequestState
from workflows.retention import RULES

bp = Blueprint("privacy", __name__, url_prefix="/donnees-personnelles")


@bp.get("")
@auth.public
def register() -> ResponseReturnValue:
    actor = auth.current_actor()
    return render_template(
        "privacy/register.html",
        treatments=TREATMENTS,
        audiences=AUDIENCES,
        rules=RULES,
        treats_requests=actor is not None and administers(actor),
    )


@bp.get("/mes-donnees")
@auth.signed_in
def mine() -> ResponseReturnValue:
    return render_template("privacy/mine.html", data=_own(), columns=COLUMNS)


@bp.get("/mes-donnees.json")
@auth.signed_in
def mine_as_json() -> ResponseReturnValue:
    return as_attachment(jsonify(_own().as_values(clock.now())), "mes-donnees.json")


def _own() -> PersonalData:
    user = current_user()
    found = export_person(user.email) if user else None
    assert found  # whoever is signed in has an account
    return found


@bp.route("/demande", methods=["GET", "POST"])
@auth.public
def ask() -> ResponseReturnValue:
    form = _request_form()
    if form.validate_on_submit():
        if not queries.is_received(form.submission.data):
            _receive(form)
        return redirect(url_for("privacy.received"))
    return render_template("privacy/ask.html", form=form), 422 if form.errors else 200


def _request_form() -> DataRequestForm:
    user = current_user()
    known = {"full_name": user.full_name, "email": user.email} if user else {}
    form = DataRequestForm(data=known)
    form.kind.choices = RequestKind.choices()
    actor = auth.current_actor()
    own = [(actor.organisation_id, actor.organisation_name)] if actor and actor.organisation_id else []
    others = [pair for pair in queries.list_addressees() if pair not in own and pair[0] != (own[0][0] if own else 0)]
    form.organisation.choices = [*own, (0, "Je ne sais pas"), *others]
    return form


def _receive(form: DataRequestForm) -> None:
    user = current_user()
    actions.receive(
        RequestKind(form.kind.data),
        form.full_name.data,
        form.email.data,
        form.message.data or "",
        organisation_id=form.organisation.data or None,
        user_id=user.id if user and user.email == form.email.data else None,
        today=clock.today(),
        now=clock.now(),
        submission=form.submission.data,
    )
    db.session.commit()


@bp.get("/demande/recue")
@auth.public
def received() -> ResponseReturnValue:
    """The same page whatever was kept: it tells nobody whether an address is known here."""
    return render_template("privacy/received.html")


@bp.get("/demandes")
@auth.people_administrator
def requests() -> ResponseReturnValue:
    return render_template("privacy/requests.html", requests=queries.list_requests(auth.acting()), today=clock.today())


@bp.get("/demandes.xlsx")
@auth.people_administrator
@auth.second_factor(back="privacy.requests")
def export() -> Response:
    found = queries.list_requests(auth.acting())
    rows = [
        (one.reference, one.full_name, one.kind.label, one.received_on, one.due_on, one.state.label) for one in found
    ]
    head = ("Demande", "Personne", "Objet", "Reçue le", "Réponse due le", "État")
    return list_response("demandes", head, rows)


@bp.route("/demandes/<int:request_id>", methods=["GET", "POST"])
@auth.people_administrator
@auth.second_factor()
def treat(request_id: int) -> ResponseReturnValue:
    asked = queries.get_request(auth.acting(), request_id)
    if asked is None:
        abort(404)
    form = AnswerForm(data={"version": asked.version})
    form.state.choices = [(s.value, s.label) for s in (RequestState.ACCEPTED, RequestState.REFUSED)]
    if form.validate_on_submit() and _is_answered(asked, form):
        return redirect(url_for("privacy.requests"))
    page = render_template(
        "privacy/treat.html", asked=asked, form=form, contacts=queries.count_contacts(asked.email), today=clock.today()
    )
    return page, 422 if form.errors else 200


def _is_answered(asked: DataRequest, form: AnswerForm) -> bool:
    try:
        number = actions.answer(
            asked,
            RequestState(form.state.data),
            form.answer.data or "",
            version=form.version.number,
            actor=auth.acting(),
            today=clock.today(),
        )
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return False
    db.session.commit()
    done = f" Fiches de contact retirées : {number}." if number else ""
    flash(f"La réponse est enregistrée : transmettez-la à la personne.{done}", "success")
    return True
