"""The date that a house means its self-diagnostic for: its own page, and the one where an organisation proposes it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import self_diagnostic_dates as actions
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import SelfDiagnosticDate
from app.permissions import Act, Kind
from app.queries.self_diagnostic_dates import get_date
from app.views.house import own_house
from app.views.self_diagnostic_date_words import agent_words, house_words
from forms.self_diagnostic_dates import SelfDiagnosticDateForm

bp = Blueprint("self_diagnostic_dates", __name__)

PROPOSALS = ((21, "Dans trois semaines"), (42, "Dans six semaines"), (63, "Dans neuf semaines"))
"""Days ahead: three evenings of answers, with time to speak about it."""


@bp.route("/auto-diagnostic/date", methods=["GET", "POST"])
@auth.house_member
def edit() -> ResponseReturnValue:
    house = own_house()
    known = get_date(house.id)
    form = _form(known)
    if form.validate_on_submit() and _is_kept(form, partial(actions.set_date, house)):
        flash("C’est noté. Vous pouvez changer cette date, ou arrêter les rappels, quand vous voulez.", "success")
        return redirect(url_for("self_diagnostics.index"))
    page = render_template(
        "self_diagnostics/date.html", form=form, known=known, house=house, quick=_quick(), told=house_words(known)
    )
    return page, 422 if form.errors else 200


@bp.post("/auto-diagnostic/date/arret")
@auth.house_member
def stop() -> ResponseReturnValue:
    actions.stop(own_house(), actor=auth.acting(), now=clock.now())
    db.session.commit()
    flash("Plus de rappel pour l’auto-diagnostic. Il vous reste ouvert.", "success")
    return redirect(url_for("self_diagnostics.index"))


@bp.route("/dossiers/<int:case_id>/date-auto-diagnostic", methods=["GET", "POST"])
@auth.requires(Kind.CASE, Act.WRITE)
def propose(case_id: int) -> ResponseReturnValue:
    case = auth.case_or_404(case_id)
    if not actions.proposes_date(auth.acting(), case):
        abort(403)
    known = get_date(case.employer_id)
    form = _form(known)
    if form.validate_on_submit() and _is_kept(form, partial(actions.propose_date, case)):
        flash("La date est proposée : les responsables de l’établissement en sont prévenus par courriel.", "success")
        return redirect(url_for("cases.show", case_id=case_id, _anchor="auto-diagnostic"))
    case = auth.case_or_404(case_id)
    page = render_template(
        "self_diagnostics/propose_date.html", form=form, case=case, quick=_quick(), told=agent_words(known)
    )
    return page, 422 if form.errors else 200


def _form(known: SelfDiagnosticDate | None) -> SelfDiagnosticDateForm:
    data = {"version": known.version, "due_on": known.due_on} if known else {"version": 0}
    return SelfDiagnosticDateForm(data=data)


def _quick() -> list[tuple[str, str]]:
    return [(words, (clock.today() + timedelta(days=ahead)).isoformat()) for ahead, words in PROPOSALS]


def _is_kept(form: SelfDiagnosticDateForm, keep: Callable[..., object]) -> bool:
    """Keep and commit; a refusal goes beside its field, with what was typed."""
    who = {"actor": auth.acting(), "today": clock.today(), "now": clock.now()}
    try:
        keep(form.due_on.data, version=form.version.number, **who)
        db.session.commit()
    except Unacceptable as refused:
        db.session.rollback()
        form.refuse(str(refused), refused.field)
        return False
    return True
