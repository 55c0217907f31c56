"""Who has access for an employer: the house's own page, and the invitation that its lead sends."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import employer_people as actions
from app.actions.errors import Unacceptable
from app.extensions import db
from app.filters import day
from app.models import Capacity, Employer, ManagerFunction
from app.permissions import Act, Kind, may_invite_managers, says_who_enters
from app.queries import employer_people as queries
from app.views.people_words import TONES, display_name
from forms.base import Form
from forms.employer_people import HandOverForm, InviteManagerForm

bp = Blueprint("employer_people", __name__)
HOUSE = "/mon-etablissement/personnes"


def _house() -> Employer:
    return auth.employer_or_404(auth.acting().employer_id or 0)


@bp.get(HOUSE)
@auth.house_member
def index() -> str:
    actor, today, house = auth.acting(), clock.today(), _house()
    people = queries.list_managers(house.id, today=today)
    return render_template(
        "employer_people/index.html",
        employer=house,
        rows=_rows(people),
        former=_rows(queries.list_managers(house.id, today=today, former=True)),
        decides=says_who_enters(actor) and not actor.is_read_only,
    )


def _rows(people: Sequence[Capacity]) -> list[dict[str, Any]]:
    given, today = queries.who_gave([one.id for one in people]), clock.today()
    return [_row(one, given.get(one.id), today) for one in people]


def _row(person: Capacity, given: queries.Given | None, today: date) -> dict[str, Any]:
    state = person.state_on(today)
    return {
        "id": person.id,
        "name": display_name(person),
        "function": person.manager_function.label if person.manager_function else "",
        "decides": person.decides_access,
        "since": day(given.at) if given else "—",
        "by": _giver(given) if given else "",
        "state": (state.label, TONES[state]),
        "is_invited": person.invited_at is not None,
    }


def _giver(given: queries.Given) -> str:
    return f"{given.by} ({given.organisation})" if given.by and given.organisation else given.by or given.organisation


@bp.route(f"{HOUSE}/inviter", methods=["GET", "POST"])
@auth.house_decider
def invite() -> ResponseReturnValue:
    house, form = _house(), _invitation()
    if form.validate_on_submit() and _done(form, lambda: _invite(house, form)):
        flash(f"L’invitation est envoyée à {form.email.data}.", "success")
        return redirect(url_for("employer_people.index"))
    page = render_template("employer_people/invite.html", form=form, employer=house, case=None)
    return page, 422 if form.errors else 200


@bp.route("/dossiers/<int:case_id>/inviter-employeur", methods=["GET", "POST"])
@auth.requires(Kind.CASE, Act.WRITE)
def invite_from_case(case_id: int) -> ResponseReturnValue:
    case = auth.case_or_404(case_id)
    if not may_invite_managers(auth.acting(), case):
        abort(403)
    form = _invitation()
    if form.validate_on_submit() and _done(form, lambda: _invite(case.employer, form)):
        flash(f"L’invitation est envoyée à {form.email.data}. Vous pouvez inviter une autre personne.", "success")
        return redirect(url_for("employer_people.invite_from_case", case_id=case_id))
    case = auth.case_or_404(case_id)
    page = render_template(
        "employer_people/invite.html",
        form=form,
        employer=case.employer,
        case=case,
        rows=_rows(queries.list_managers(case.employer_id, today=clock.today())),
    )
    return page, 422 if form.errors else 200


def _invitation() -> InviteManagerForm:
    form = InviteManagerForm()
    form.offer(ManagerFunction.choices())
    return form


def _who() -> dict[str, Any]:
    return {"actor": auth.acting(), "now": clock.now()}


def _invite(employer: Employer, form: InviteManagerForm) -> Capacity:
    return actions.invite(
        employer,
        form.email.data,
        form.given_name.data,
        form.family_name.data,
        ManagerFunction(form.function.data),
        secret_key=current_app.config["SECRET_KEY"],
        today=clock.today(),
        **_who(),
    )


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


def _person_or_404(person_id: int) -> Capacity:
    house = auth.acting().employer_id or 0
    return queries.get_manager(house, person_id, today=clock.today()) or abort(404)


@bp.post(f"{HOUSE}/<int:person_id>/invitation")
@auth.house_decider
def resend(person_id: int) -> ResponseReturnValue:
    person = _person_or_404(person_id)
    sent = actions.write_to_again(person, secret_key=current_app.config["SECRET_KEY"], **_who())
    db.session.commit()
    flash("L’invitation repart." if sent else "L’invitation vient de partir.", "success")
    return redirect(url_for("employer_people.index"))


@bp.post(f"{HOUSE}/<int:person_id>/retrait")
@auth.house_decider
def remove(person_id: int) -> ResponseReturnValue:
    actions.remove(_person_or_404(person_id), today=clock.today(), **_who())
    db.session.commit()
    flash("L’accès est retiré. Ce que votre établissement a écrit reste en place.", "success")
    return redirect(url_for("employer_people.index"))


@bp.route(f"{HOUSE}/<int:person_id>/passation", methods=["GET", "POST"])
@auth.house_decider
def hand_over(person_id: int) -> ResponseReturnValue:
    person, form = _person_or_404(person_id), HandOverForm()
    others = [one for one in queries.list_managers(_house().id, today=clock.today()) if one.id != person_id]
    form.successor.choices = [(str(one.id), display_name(one)) for one in others]
    chosen = {str(one.id): one for one in others}
    if form.validate_on_submit() and _done(form, lambda: _hand_over(person, chosen[form.successor.data])):
        flash("La passation est enregistrée. Ce que votre établissement a écrit reste en place.", "success")
        return redirect(url_for("employer_people.index" if person_id != auth.acting().capacity_id else "desk.show"))
    person = _person_or_404(person_id)
    page = render_template("employer_people/hand_over.html", form=form, name=display_name(person), others=others)
    return page, 422 if form.errors else 200


def _hand_over(person: Capacity, successor: Capacity) -> None:
    actions.hand_over(person, successor, today=clock.today(), **_who())
