"""Preparing the list that replaces a signed one."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import targeting_succession as actions
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import TargetingCampaign
from app.permissions import Act, Kind, may_decide_list
from app.queries.threads import find_submission
from app.readers.indicators import last_known_year
from app.views.targeting import as_typed, campaign_or_404, form_for, terms_typed
from forms.targeting import CampaignForm
from workflows.calendar import add_months
from workflows.core import Missing, Refused
from workflows.targeting_list import LONGEST_MONTHS

bp = Blueprint("targeting_succession", __name__, url_prefix="/ciblage/<int:campaign_id>")


@bp.route("/remplacement", methods=["GET", "POST"])
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def prepare(campaign_id: int) -> ResponseReturnValue:
    before = campaign_or_404(campaign_id, lock=request.method == "POST")
    if not may_decide_list(auth.acting(), before):
        abort(403)
    form = form_for(_start(before))
    if known := find_submission(TargetingCampaign, form.submission.data, auth.acting()):
        return redirect(url_for("targeting.show", campaign_id=known.id))
    if why := actions.preparing_refusal(auth.acting(), before):
        raise Refused(Missing(why))
    if form.validate_on_submit() and (campaign := _prepared(before, form)):
        return redirect(url_for("targeting.show", campaign_id=campaign.id))
    page = render_template("targeting/form.html", form=form, campaign=None, replaced=before)
    return page, 422 if form.errors else 200


def _prepared(before: TargetingCampaign, form: CampaignForm) -> TargetingCampaign | None:
    try:
        campaign = actions.prepare_next(
            before,
            terms_typed(form),
            actor=auth.acting(),
            today=clock.today(),
            now=clock.now(),
            submission=form.submission.data,
        )
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return None
    db.session.commit()
    flash("La liste qui remplace est créée. Lancez son calcul quand sa méthode vous convient.", "success")
    return campaign


def _start(before: TargetingCampaign) -> dict[str, Any]:
    """Return the terms of the list before, over the latest years and for as long as a list may hold; no title: two
    lists of one title would be taken for each other."""
    today, last = clock.today(), last_known_year(clock.today())
    years = before.last_year - before.first_year
    dates = {"valid_from": today, "valid_until": add_months(today, LONGEST_MONTHS)}
    none = {"title": "", "consulted_until": None, "speak_from": None}
    return {**as_typed(before), **dates, **none, "first_year": last - years, "last_year": last}
