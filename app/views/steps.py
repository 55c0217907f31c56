"""Taking a step on a case."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions.cases import StepTaken, advance
from app.actions.errors import Difference, Forbidden, Stale
from app.extensions import db
from app.filters import lower_first, short_day
from app.models import Case
from app.permissions import Act, Kind, step_refusal
from app.queries.settings import get_deadlines
from app.queries.threads import list_events
from app.views import case_page
from forms.cases import StepForm, step_form
from workflows.core import Refused, Step
from workflows.support_case import WORKFLOW, State

bp = Blueprint("steps", __name__, url_prefix="/dossiers/<int:case_id>/etapes")


@bp.route("/<step>", methods=["GET", "POST"])
@auth.requires(Kind.CASE, Act.WRITE)
def take(case_id: int, step: str) -> ResponseReturnValue:
    declared = next((known for known in WORKFLOW.steps if known.slug == step), None)
    if declared is None:
        abort(404)
    case = auth.case_or_404(case_id, act=Act.WRITE, lock=request.method == "POST")
    if request.method == "POST" and (why := step_refusal(auth.acting(), case, declared)):
        raise Forbidden(why)
    form = _form(declared, case)
    if not form.validate_on_submit():
        return _page(case, declared, form), 422 if form.errors else 200
    try:
        _advance(case, declared, form)
    except Refused as refused:
        return _refused(case, declared, form, refused)
    except Stale as stale:
        raise _conflict(case, declared, form) from stale
    said = f"C’est noté : {lower_first(case.state.label)}. {_what_follows(case)}"
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("cases.show", case_id=case_id))


def _form(step: Step, case: Case) -> StepForm:
    kept = {fact.name: getattr(case, fact.name) for fact in step.facts}
    return step_form(step, data={**kept, "effective_on": clock.today(), "version": case.version})


def _advance(case: Case, step: Step, form: StepForm) -> None:
    taken = StepTaken(effective_on=form.effective_on.data, motive=form.motive.data or "", facts=form.facts())
    advance(
        case,
        step.slug,
        taken,
        version=form.version.number,
        actor=auth.acting(),
        today=clock.today(),
        now=clock.now(),
        settings=get_deadlines(WORKFLOW),
    )


def _refused(case: Case, step: Step, form: StepForm, refused: Refused) -> ResponseReturnValue:
    db.session.rollback()
    again = auth.case_or_404(case.id)
    if again.state not in step.sources:
        raise _conflict(again, step, form) from refused
    for reason in refused.reasons:
        form.refuse(reason.why, reason.at)
    return _page(again, step, form), 422


def _conflict(case: Case, step: Step, form: StepForm) -> Stale:
    """Everything that was typed, beside what the case says since somebody else moved it."""
    last = next((event for event in list_events(case) if event.step), None)
    stored: dict[str, Any] = {"effective_on": case.entered_on, "motive": last.motive if last else ""}
    stored |= {name: getattr(case, name) for name in form.fact_names}
    typed = [
        Difference(field.label.text, _shown(field, field.data), _shown(field, stored[field.name]))
        for field in (form[name] for name in (*form.fact_names, "effective_on", "motive"))
    ]
    return Stale(case, [Difference("État du dossier", f"{step.label} (votre demande)", case.state.label), *typed])


def _shown(field: Any, value: Any) -> str:
    if isinstance(value, date):
        return short_day(value)
    return str(dict(getattr(field, "choices", ())).get(value, value or ""))


def _page(case: Case, step: Step, form: StepForm) -> str:
    offer = case_page.offer(case, step, auth.acting(), clock.today())
    return render_template(
        "cases/step.html",
        case=case,
        step=step,
        form=form,
        offer=offer,
        consequence=_consequence(case, step),
        today=clock.today(),
    )


def _consequence(case: Case, step: Step) -> str:
    """Say what a step does that its name does not: where it leads back to, what it does to the deadlines."""
    if step.target is State.SUSPENDED:
        return "Les échéances s’arrêtent pendant la suspension ; à la reprise, elles sont décalées d’autant."
    if step.returns_to and (state := getattr(case, step.returns_to)):
        return f"Le dossier reviendra à : {state.label}."
    return ""


def _what_follows(case: Case) -> str:
    return f"À suivre : {lower_first(case.due_label)}." if case.due_label else ""
