"""The people of one's own organisation: who has access, and every act upon it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import departures
from app.actions import people as actions
from app.actions.errors import Difference, Stale, Unacceptable
from app.extensions import db
from app.models import Capacity
from app.queries import people as queries
from app.queries.absences import list_absences
from app.queries.delegations import list_delegations
from app.queries.exceptional_accesses import count_unseen
from app.views.absence_words import days_of
from app.views.delegation_words import rows_of
from app.views.listing import departement_choices
from app.views.people_words import actions_open, display_name, facts_of, list_row
from app.views.workbooks import in_words, list_response
from forms.base import Form
from forms.people import DepartureForm, InvitePersonForm, PlaceForm

bp = Blueprint("people", __name__, url_prefix="/organisme/personnes")


@bp.get("")
@auth.people_administrator
def index() -> ResponseReturnValue:
    actor, today = auth.acting(), clock.today()
    q, former = _asked()
    found = queries.list_people(actor, q, today=today, former=former)
    return render_template(
        "people/index.html",
        rows=[list_row(person, today) for person in found],
        q=q,
        former=former,
        organisation=actor.organisation_name,
        review_due_on=actions_due(),
        unseen=count_unseen(actor),
        export_url=url_for("people.export", q=q or None, anciens="oui" if former else None),
        today=today,
    )


def _asked() -> tuple[str, bool]:
    return request.args.get("q", "").strip()[:100], request.args.get("anciens") == "oui"


@bp.get("/liste.xlsx")
@auth.people_administrator
@auth.second_factor(back="people.index")
def export() -> Response:
    today, (q, former) = clock.today(), _asked()
    found = (list_row(one, today) for one in queries.list_people(auth.acting(), q, today=today, former=former))
    rows = [(one["name"], one["job_title"], one["roles"], one["seen"], one["state"][0]) for one in found]
    head = ("Personne", "Fonction", "Droits particuliers", "Dernière connexion", "État")
    told = in_words([("Accès terminés", "")] if former else [], q)
    return list_response("personnes", head, rows, filters={"q": q, "former": former}, told=told)


def actions_due() -> date | None:
    """Return when the people of the actor's organisation are next to be confirmed."""
    organisation = queries.get_organisation(auth.acting().organisation_id or 0)
    return organisation.review_due_on if organisation else None


def person_or_404(person_id: int) -> Capacity:
    """Return somebody of the actor's organisation; 404 for anybody else."""
    return queries.get_person(auth.acting(), person_id) or abort(404)


@bp.get("/<int:person_id>")
@auth.people_administrator
def show(person_id: int) -> ResponseReturnValue:
    person, today = person_or_404(person_id), clock.today()
    return render_template(
        "people/show.html",
        person=person,
        name=display_name(person),
        state=person.state_on(today),
        rows=facts_of(person, queries.last_seen_at(person.id), today),
        open=actions_open(person, today),
        absences=list_absences(person.user_id, person.organisation_id, today=today),
        days_of=days_of,
        delegations=rows_of(list_delegations(person, today=today), person, today),
        today=today,
    )


@bp.route("/inviter", methods=["GET", "POST"])
@auth.people_administrator
@auth.second_factor()
def invite() -> ResponseReturnValue:
    form = InvitePersonForm()
    _offer_departements(form)
    if form.validate_on_submit() and _done(form, lambda: _invite(form)):
        flash(f"L’invitation est envoyée à {form.email.data}.", "success")
        return redirect(url_for("people.index"))
    return render_template("people/invite.html", form=form), 422 if form.errors else 200


def _invite(form: InvitePersonForm) -> None:
    actions.invite(
        form.email.data,
        form.given_name.data,
        form.family_name.data,
        _place(form),
        organisation_id=auth.acting().organisation_id,
        secret_key=current_app.config["SECRET_KEY"],
        today=clock.today(),
        **_who(),
    )


def _who() -> dict[str, Any]:
    return {"actor": auth.acting(), "now": clock.now()}


def _place(form: PlaceForm) -> actions.Place:
    return actions.Place(
        form.job_title.data,
        form.is_coordinator.data,
        form.is_administrator.data,
        frozenset(form.departements.data or ()),
    )


def _offer_departements(form: PlaceForm) -> None:
    organisation = queries.get_organisation(auth.acting().organisation_id or 0)
    form.departements.choices = departement_choices(sorted(organisation.territory)) if organisation else []


def _done(form: Form, act: Callable[[], object]) -> bool:
    """Act and commit; a refusal goes beside its field, with all that was typed."""
    try:
        act()
        db.session.commit()
    except Unacceptable as refused:
        db.session.rollback()
        form.refuse(str(refused), refused.field)
        return False
    return True


@bp.route("/<int:person_id>/modifier", methods=["GET", "POST"])
@auth.people_administrator
@auth.second_factor()
def edit(person_id: int) -> ResponseReturnValue:
    person = _present(person_id)
    form = PlaceForm(obj=person, departements=person.own_departements.split())
    _offer_departements(form)
    if form.validate_on_submit() and _done(form, lambda: _change(person, form)):
        flash("C’est enregistré, et cela vaut tout de suite.", "success")
        return redirect(url_for("people.show", person_id=person_id))
    person = person_or_404(person_id)
    page = render_template("people/form.html", form=form, person=person, name=display_name(person))
    return page, 422 if form.errors else 200


def _present(person_id: int) -> Capacity:
    person = person_or_404(person_id)
    if person.ends_on is not None and person.ends_on < clock.today():
        raise Unacceptable("Son accès est terminé : invitez de nouveau cette personne.")
    return person


def _change(person: Capacity, form: PlaceForm) -> None:
    try:
        actions.change(person, _place(form), version=form.version.number, today=clock.today(), **_who())
    except Stale as stale:
        raise Stale(person, _differences(person, form)) from stale


def _differences(person: Capacity, form: PlaceForm) -> list[Difference]:
    typed = (form.job_title.data, form.is_coordinator.data, form.is_administrator.data, form.departements.data or ())
    kept = (person.job_title, person.is_coordinator, person.is_administrator, person.own_departements.split())
    labels = ("Fonction", "Coordonne le territoire", "Gère les accès", "Départements")
    return [
        Difference(label, _said(mine), _said(theirs)) for label, mine, theirs in zip(labels, typed, kept, strict=True)
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    return value if isinstance(value, str) else ", ".join(value) or "tout le territoire"


@bp.post("/<int:person_id>/invitation")
@auth.people_administrator
@auth.second_factor()
def resend(person_id: int) -> ResponseReturnValue:
    person = person_or_404(person_id)
    sent = actions.resend(person, secret_key=current_app.config["SECRET_KEY"], **_who())
    db.session.commit()
    email = person.user.email
    told = f"L’invitation repart vers {email}." if sent else f"L’invitation vient de partir vers {email}."
    flash(told, "success")
    return redirect(url_for("people.show", person_id=person_id))


@bp.post("/<int:person_id>/retrait")
@auth.people_administrator
@auth.second_factor()
def withdraw(person_id: int) -> ResponseReturnValue:
    actions.withdraw(person_or_404(person_id), today=clock.today(), **_who())
    db.session.commit()
    flash("L’invitation est retirée : son lien ne sert plus.", "success")
    return redirect(url_for("people.index"))


@bp.post("/<int:person_id>/retablissement")
@auth.people_administrator
@auth.second_factor()
def restore(person_id: int) -> ResponseReturnValue:
    if actions.restore(person_or_404(person_id), today=clock.today(), **_who()):
        db.session.commit()
        flash("L’accès est rétabli.", "success")
    return redirect(url_for("people.show", person_id=person_id))


@bp.route("/<int:person_id>/depart", methods=["GET", "POST"])
@auth.people_administrator
@auth.second_factor()
def leave(person_id: int) -> ResponseReturnValue:
    person, actor, today = _present(person_id), auth.acting(), clock.today()
    form = DepartureForm(departs_on=person.departs_on or today)
    colleagues = [one for one in queries.list_colleagues(actor, today=today) if one.id != person_id]
    form.successor.choices = [(0, "Personne"), *((one.id, one.user.full_name) for one in colleagues)]
    chosen = {one.id: one for one in colleagues}
    if form.validate_on_submit() and _done(form, lambda: _leave(person, form, chosen.get(form.successor.data))):
        flash("Le départ est enregistré. Un courriel le lui dit.", "success")
        return redirect(url_for("people.show", person_id=person_id))
    person = person_or_404(person_id)
    followed = {one.case_id: one.is_alone for one in queries.list_followed(person)}
    page = render_template(
        "people/leave.html",
        form=form,
        person=person,
        name=display_name(person),
        cases=[(case, followed[case.id]) for case in queries.list_cases(actor, followed)],
    )
    return page, 422 if form.errors else 200


def _leave(person: Capacity, form: DepartureForm, successor: Capacity | None) -> None:
    assert form.departs_on.data
    departures.depart(person, form.departs_on.data, successor, today=clock.today(), **_who())
