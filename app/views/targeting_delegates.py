"""Leaving one's signature of a list to somebody without an account: appointed, sent a link, taken back."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import targeting_delegates as actions
from app.actions.errors import Forbidden, Unacceptable
from app.actions.magic_links import Sent
from app.actions.targeting_delegates import DelegateTerms
from app.actions.targeting_signatures import DELEGATE
from app.extensions import db
from app.models import TargetingCampaign, TargetingDelegate, TargetingSignatory
from app.permissions import Act, Kind, may_delegate_signature
from app.queries import targeting_signatures as queries
from app.queries.magic_links import get_last_link
from app.queries.targeting_versions import ReadVersion, read_version
from app.views.targeting import campaign_or_404
from forms.targeting import DelegateForm, DelegationForm
from workflows.core import Missing, Refused

bp = Blueprint("targeting_delegates", __name__, url_prefix="/ciblage/<int:campaign_id>/delegation")


@bp.route("", methods=["GET", "POST"])
@auth.requires(Kind.TARGETING_LIST, Act.SIGN)
@auth.second_factor()
def show(campaign_id: int) -> ResponseReturnValue:
    campaign, seat, found = _own_place(campaign_id)
    form, delegate = DelegateForm(), queries.get_delegate(seat)
    refusal = actions.delegating_refusal(campaign, seat, found, clock.now())
    if form.validate_on_submit() and (sent := _appointed(campaign, found, form)):
        return _code_page(campaign, seat, sent)
    if form.errors and (refusal or delegate):  # the page has no form to put them right
        raise Refused(Missing(refusal or actions.ALREADY.format(name=delegate.full_name if delegate else "")))
    page = render_template(
        "targeting/delegation.html",
        campaign=campaign,
        signatory=seat,
        delegate=delegate,
        link=get_last_link(DELEGATE, delegate.id) if delegate else None,
        form=form,
        refusal=refusal,
        now=clock.now(),
    )
    return page, 422 if form.errors else 200


@bp.post("/nouveau-code")
@auth.requires(Kind.TARGETING_LIST, Act.SIGN)
@auth.second_factor()
def renew(campaign_id: int) -> ResponseReturnValue:
    campaign, seat, found = _own_place(campaign_id)
    version = DelegationForm().version.number
    sent = actions.renew(campaign, found, version=version, actor=auth.acting(), now=clock.now(), secret_key=_key())
    db.session.commit()
    return _code_page(campaign, seat, sent)


@bp.post("/retrait")
@auth.requires(Kind.TARGETING_LIST, Act.SIGN)
@auth.second_factor()
def withdraw(campaign_id: int) -> ResponseReturnValue:
    campaign, _, _ = _own_place(campaign_id)
    version = DelegationForm().version.number
    ended = actions.withdraw(campaign, version=version, actor=auth.acting(), now=clock.now())
    name = ended.full_name
    db.session.commit()
    flash(f"La délégation de {name} est retirée : son lien n’ouvre plus rien.", "success")
    return redirect(url_for("targeting_delegates.show", campaign_id=campaign_id))


def _own_place(campaign_id: int) -> tuple[TargetingCampaign, TargetingSignatory, ReadVersion]:
    """Return the list, one's own organisation's place on it and what one reads of its last version."""
    campaign, actor = campaign_or_404(campaign_id), auth.acting()
    seat, version = queries.get_seat(campaign, actor.organisation_id), queries.last_version(campaign)
    if seat is None or version is None or not may_delegate_signature(actor, seat.organisation_id, seat.user_id):
        raise Forbidden(actions.NOT_YOURS)
    found = read_version(actor, campaign, version.number)
    if found is None:
        abort(404)
    return campaign, seat, found


def _appointed(campaign: TargetingCampaign, found: ReadVersion, form: DelegateForm) -> Sent | None:
    try:
        sent = actions.appoint(
            campaign,
            found,
            DelegateTerms(form.given_name.data, form.family_name.data, form.function.data, form.email.data),
            actor=auth.acting(),
            today=clock.today(),
            now=clock.now(),
            secret_key=_key(),
            submission=form.submission.data,
        )
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return None
    db.session.commit()
    return sent


def _code_page(campaign: TargetingCampaign, seat: TargetingSignatory, sent: Sent) -> str:
    """The only page that ever shows the code: the answer itself, since nothing keeps it."""
    assert sent.code
    delegate: TargetingDelegate | None = queries.get_delegate(seat)
    code = f"{sent.code[:3]} {sent.code[3:]}"
    return render_template(
        "targeting/delegation_code.html", campaign=campaign, delegate=delegate, code=code, link=sent.link
    )


def _key() -> str:
    key: str = current_app.config["SECRET_KEY"]
    return key
