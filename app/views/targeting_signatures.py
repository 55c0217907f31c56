"""Signing a targeting list: who signs for whom and what each answered; one's own part, read and answered."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import targeting_signatures as actions
from app.actions.errors import Forbidden, Unacceptable
from app.actions.targeting import missing_for
from app.actions.targeting_signatures import AnswerTerms, SignatoryTerms
from app.extensions import db
from app.models import TargetingCampaign, TargetingSignatory, TargetingVersion
from app.permissions import (
    Act,
    Kind,
    may_decide_list,
    may_delegate_signature,
    may_name_signatory,
    reads_signatory,
    signs_lists,
)
from app.queries import targeting_signatures as queries
from app.queries.targeting_signatures import Seat
from app.queries.targeting_versions import ReadVersion, read_version
from app.views import signature_words, targeting_words
from app.views.targeting import campaign_or_404
from forms.targeting import AnswerForm, SignatoryForm
from workflows.core import Missing, Refused
from workflows.targeting_list import WORKFLOW, Answer, ListState, parts_of

bp = Blueprint("targeting_signatures", __name__, url_prefix="/ciblage/<int:campaign_id>")

STEP_OF = {ListState.FROZEN: "call", ListState.SIGNING: "conclude"}
"""What whoever runs a list does next about its signatures."""


@bp.get("/signataires")
@auth.requires(Kind.TARGETING_LIST)
def index(campaign_id: int) -> ResponseReturnValue:
    campaign, actor = campaign_or_404(campaign_id), auth.acting()
    seats = queries.list_seats(campaign, today=clock.today())
    own = next((seat for seat in seats if seat.signatory.organisation_id == actor.organisation_id), None)
    return render_template(
        "targeting/signatories.html",
        campaign=campaign,
        rows=[
            signature_words.row(
                seat,
                is_named_to_reader=reads_signatory(actor, campaign, seat.signatory.organisation_id),
                may_name=may_name_signatory(actor, campaign, seat.signatory.organisation_id)
                and actions.naming_refusal(campaign, seat) is None,
                may_delegate=campaign.state is ListState.SIGNING
                and may_delegate_signature(actor, seat.signatory.organisation_id, seat.signatory.user_id)
                and (seat.delegate is not None or seat.answer is None),
            )
            for seat in seats
        ],
        quorum=signature_words.quorum(campaign, queries.signatures_awaited(seats)),
        offer=_offer(campaign, seats) if may_decide_list(actor, campaign) else None,
        signs=bool(own and own.signatory.user_id == actor.user_id and signs_lists(actor)),
        awaits=bool(own and own.answer is None and campaign.state is ListState.SIGNING),
        words=targeting_words,
    )


def _offer(campaign: TargetingCampaign, seats: list[Seat]) -> dict[str, Any] | None:
    """Return the step that comes next about signatures with what it lacks; None when there is none now."""
    slug = STEP_OF.get(campaign.state)
    if slug is None:
        return None
    facts = actions.facts_of_signatures(slug, seats)
    missing = missing_for(campaign, slug, today=clock.today(), **facts)
    return {"step": WORKFLOW.step(slug), "missing": [{"text": one.why, "url": ""} for one in missing]}


# --- Who signs ----------------------------------------------------------------------------------------------


@bp.route("/signataires/<int:organisation_id>", methods=["GET", "POST"])
@auth.requires(Kind.TARGETING_LIST, Act.SIGN)
def name(campaign_id: int, organisation_id: int) -> ResponseReturnValue:
    campaign = campaign_or_404(campaign_id)
    seats = queries.list_seats(campaign, today=clock.today())
    seat = next((one for one in seats if one.signatory.organisation_id == organisation_id), None)
    if seat is None:
        abort(404)
    if not may_name_signatory(auth.acting(), campaign, organisation_id):
        raise Forbidden(actions.NOT_YOURS_TO_NAME)
    refusal = actions.naming_refusal(campaign, seat)
    _refuse_what_is_sent(refusal)
    form = _signatory_form(seat.signatory)
    if form.validate_on_submit() and _named(campaign, seat, form):
        flash(f"Le signataire de {seat.signatory.organisation.short_name} est désigné.", "success")
        return redirect(url_for("targeting_signatures.index", campaign_id=campaign_id))
    page = render_template("targeting/signatory.html", campaign=campaign, seat=seat, form=form, refusal=refusal)
    return page, 422 if form.errors else 200


def _refuse_what_is_sent(why: str | None) -> None:
    """What cannot be done is said before what was typed is looked at: the page shows no form then."""
    if why and request.method == "POST":
        raise Refused(Missing(why))


def _signatory_form(signatory: TargetingSignatory) -> SignatoryForm:
    typed = {
        "person": str(signatory.user_id or ""),
        "function": signatory.function,
        "delegation": signatory.delegation,
        "version": signatory.version,
    }
    form = SignatoryForm(data=typed)
    people = queries.list_people_in_post(signatory.organisation_id, today=clock.today())
    form.person.choices = [("", "Choisissez"), *((str(one.user_id), signature_words.person(one)) for one in people)]
    return form


def _named(campaign: TargetingCampaign, seat: Seat, form: SignatoryForm) -> bool:
    try:
        actions.name_signatory(
            campaign,
            seat,
            SignatoryTerms(int(form.person.data), form.function.data, (form.delegation.data or "").strip()),
            version=form.version.number,
            actor=auth.acting(),
            today=clock.today(),
            now=clock.now(),
        )
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return False
    db.session.commit()
    return True


# --- One's own part -----------------------------------------------------------------------------------------


@bp.route("/signature", methods=["GET", "POST"])
@auth.requires(Kind.TARGETING_LIST, Act.SIGN)
@auth.second_factor()
def sign(campaign_id: int) -> ResponseReturnValue:
    campaign, actor = campaign_or_404(campaign_id), auth.acting()
    signatory, version = queries.get_seat(campaign, actor.organisation_id), queries.last_version(campaign)
    if signatory is None or signatory.user_id != actor.user_id or version is None:
        raise Forbidden(actions.NOT_SIGNATORY)
    found = read_version(actor, campaign, version.number)
    assert found
    refusal = actions.signing_refusal(campaign, version, clock.now()) or actions.reading_refusal(signatory, found)
    _refuse_what_is_sent(refusal)
    form = _answer_form(version)
    if form.validate_on_submit() and _answered(campaign, form):
        flash("Votre réponse est enregistrée.", "success")
        return redirect(url_for("targeting_signatures.index", campaign_id=campaign_id))
    return _part_page(campaign, signatory, found, form, refusal), 422 if form.errors else 200


def _answer_form(version: TargetingVersion) -> AnswerForm:
    form = AnswerForm(data={"number": str(version.number), "root": version.root})
    form.answer.choices = [(one.value, label) for one, label in signature_words.OFFERED.items()]
    return form


def _answered(campaign: TargetingCampaign, form: AnswerForm) -> bool:
    terms = AnswerTerms(
        number=form.seen_number,
        root=form.root.data or "",
        answer=Answer(form.answer.data),
        reason=(form.reason.data or "").strip(),
        is_confirmed=bool(form.confirmed.data),
    )
    try:
        actions.sign(
            campaign,
            terms,
            actor=auth.acting(),
            now=clock.now(),
            address=request.remote_addr or "",
            submission=form.submission.data,
        )
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return False
    db.session.commit()
    return True


def _part_page(
    campaign: TargetingCampaign,
    signatory: TargetingSignatory,
    found: ReadVersion,
    form: AnswerForm,
    refusal: str | None,
) -> str:
    keys = parts_of(found.version.as_frozen(), signatory.organisation.kind, signatory.part)
    parts = [part for part in found.parts if part.key in keys]
    answer = queries.get_answer(signatory)
    return render_template(
        "targeting/signature.html",
        campaign=campaign,
        signatory=signatory,
        found=found,
        texts=[(part, [] if part.key in found.altered else targeting_words.employers_of(part)) for part in parts],
        form=form,
        refusal=refusal,
        given=signature_words.given(answer) if answer else "",
        delegates=refusal is None and answer is None,
        delegate=queries.get_delegate(signatory),
        hints=signature_words.HINTS,
        short_root=signature_words.short(found.version.root),
        words=targeting_words,
    )
