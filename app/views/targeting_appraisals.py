"""« Ce repérage était-il juste ? »: asked of whoever leads a case that came from a list, once the employer was met."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions.errors import Unacceptable
from app.actions.targeting_appraisals import NOT_MET, appraise
from app.extensions import db
from app.permissions import Act, Kind, may_appraise
from app.queries.targeting_appraisals import get_appraisal, was_met
from forms.targeting_appraisals import AppraisalForm
from workflows.targeting_appraisal import Fairness, FairnessReason

bp = Blueprint("targeting_appraisals", __name__)


@bp.route("/dossiers/<int:case_id>/reperage", methods=["GET", "POST"])
@auth.requires(Kind.CASE, Act.WRITE)
def edit(case_id: int) -> ResponseReturnValue:
    case, actor = auth.case_or_404(case_id), auth.acting()
    if not may_appraise(actor, case):
        abort(403)
    known = get_appraisal(case)
    start = {"verdict": known.verdict.value, "reason": known.reason.value, "wording": known.wording} if known else {}
    form = AppraisalForm(data={**start, "version": known.version if known else 0})
    form.verdict.choices, form.reason.choices = Fairness.choices(), [("", ""), *FairnessReason.choices()]
    if form.validate_on_submit():
        try:
            appraise(
                case,
                Fairness(form.verdict.data),
                FairnessReason(form.reason.data),
                form.wording.data or "",
                version=form.version.number,
                actor=actor,
                now=clock.now(),
            )
            db.session.commit()
            flash("Merci : votre réponse aidera à faire la prochaine liste.", "success")
            return redirect(url_for("cases.show", case_id=case_id))
        except Unacceptable as error:
            db.session.rollback()
            form.refuse(str(error), error.field)
            case = auth.case_or_404(case_id)
    page = render_template(
        "targeting/appraisal.html", case=case, form=form, known=known, waits="" if was_met(actor, case) else NOT_MET
    )
    return page, 422 if form.errors else 200
