"""Targeting lists: those in sight, a new one, its page with its lines, its computation and its steps."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import targeting as actions
from app.actions.errors import Unacceptable
from app.actions.targeting_signatures import STEPS as SIGNING_STEPS
from app.actions.targeting_signatures import take_signing_step
from app.actions.targeting_succession import preparing_refusal
from app.actions.targeting_versions import facts_of, freeze_list, freezing_refusal
from app.extensions import db
from app.models import TargetingCampaign
from app.permissions import (
    Act,
    Actor,
    Kind,
    campaign_places,
    is_consulted_on_members,
    may_decide_list,
    may_lead,
    may_make_lists,
    may_open_cases,
    proposal_refusal,
    reads_campaign_counts,
)
from app.queries import targeting as queries
from app.queries.employer_letters import leads_some
from app.queries.targeting import ORIGINS, PAGE, LineFilters
from app.queries.targeting_appraisals import count_appraisals
from app.queries.targeting_collisions import list_collisions
from app.queries.targeting_versions import list_versions, read_version
from app.queries.threads import find_submission
from app.readers.indicators import last_known_year
from app.views import targeting_words as words
from app.views.listing import active_filters, chosen, cursor_of, departement_choices, is_fragment, next_cursor
from figures.targeting import Method
from forms.targeting import WEIGHT, CampaignForm, LineFilterForm, ListStepForm
from workflows.calendar import add_months
from workflows.core import Refused
from workflows.targeting_list import LONGEST_MONTHS, WORKFLOW, ListState, MembershipRule, QuorumRule
from workflows.targeting_opening import AFTER_SIGNING
from workflows.targeting_scope import RUN_STAGES, Route, TargetField, criteria_of, criteria_used, route_of

bp = Blueprint("targeting", __name__, url_prefix="/ciblage")

STEPS = ("consult", "resume", "freeze", "amend")
"""The steps that the page of a list offers; those of signatures are offered beside the signatories."""


@bp.get("")
@auth.requires(Kind.TARGETING_LIST)
def index() -> ResponseReturnValue:
    actor = auth.acting()
    return render_template(
        "targeting/index.html",
        campaigns=queries.list_campaigns(actor),
        words=words,
        makes=may_make_lists(actor),
        consulted=is_consulted_on_members(actor),
    )


def campaign_or_404(campaign_id: int, *, lock: bool = False) -> TargetingCampaign:
    """Return a list in sight; 404 otherwise."""
    campaign = queries.get_campaign(auth.acting(), campaign_id, lock=lock)
    if campaign is None:
        abort(404)
    return campaign


# --- Making one ---------------------------------------------------------------------------------------------


@bp.route("/nouvelle", methods=["GET", "POST"])
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def new() -> ResponseReturnValue:
    form = form_for(_start())
    if form.validate_on_submit():
        known = find_submission(TargetingCampaign, form.submission.data, auth.acting())
        if campaign := known or _create(form):
            return redirect(url_for("targeting.show", campaign_id=campaign.id))
    return render_template("targeting/form.html", form=form, campaign=None, replaced=None), 422 if form.errors else 200


def _create(form: CampaignForm) -> TargetingCampaign | None:
    try:
        campaign = actions.create_campaign(
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
    flash("La liste est créée. Lancez son calcul quand sa méthode vous convient.", "success")
    return campaign


def _start() -> dict[str, Any]:
    today, last = clock.today(), last_known_year(clock.today())
    weights = {f"{WEIGHT}{one.code}": one.weight for one in criteria_of(TargetField.EHPAD)}
    return {
        "departements": sorted(auth.acting().territory),
        "first_year": last - 2,
        "last_year": last,
        **weights,
        "first": Method.first,
        "following": Method.following,
        "coverage": Method.coverage,
        "valid_from": today,
        "valid_until": add_months(today, LONGEST_MONTHS),
        "quorum": QuorumRule.MAJORITY.value,
        "membership": MembershipRule.EACH.value,
    }


def form_for(start: dict[str, Any]) -> CampaignForm:
    form = CampaignForm(data=start)
    form.field.choices = TargetField.choices()
    form.departements.choices = departement_choices(sorted(auth.acting().territory))
    form.quorum.choices = QuorumRule.choices()
    form.membership.choices = MembershipRule.choices()
    return form


def terms_typed(form: CampaignForm) -> actions.ListTerms:
    assert form.valid_from.data and form.valid_until.data  # required, and checked by then
    field = TargetField(form.field.data)
    weights = form.weights()
    return actions.ListTerms(
        title=form.title.data,
        field=field,
        departements=frozenset(form.departements.data or ()),
        first_year=form.first_year.data or 0,
        last_year=form.last_year.data or 0,
        weights={one.code: weights[one.code] for one in criteria_used(field, weights)},
        first=form.first.data or 0,
        following=form.following.data or 0,
        coverage=form.coverage.data or 0,
        valid_from=form.valid_from.data,
        valid_until=form.valid_until.data,
        consulted_until=form.consulted_until.data,
        speak_from=form.speak_from.data,
        meeting=(form.meeting.data or "").strip(),
        quorum=QuorumRule(form.quorum.data),
        membership=MembershipRule(form.membership.data),
    )


@bp.route("/<int:campaign_id>/modifier", methods=["GET", "POST"])
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def edit(campaign_id: int) -> ResponseReturnValue:
    campaign = _to_run_or_403(campaign_id)
    form = form_for(as_typed(campaign))
    if form.validate_on_submit():
        try:
            actions.change_campaign(
                campaign,
                terms_typed(form),
                version=form.version.number,
                actor=auth.acting(),
                today=clock.today(),
                now=clock.now(),
            )
            db.session.commit()
            flash("La liste est à jour.", "success")
            return redirect(url_for("targeting.show", campaign_id=campaign_id))
        except (Unacceptable, Refused) as error:
            form.refuse(str(error), getattr(error, "field", ""))
            db.session.rollback()
            campaign = campaign_or_404(campaign_id)
    page = render_template("targeting/form.html", form=form, campaign=campaign, replaced=None)
    return page, 422 if form.errors else 200


def as_typed(campaign: TargetingCampaign) -> dict[str, Any]:
    terms = actions.terms_of(campaign)
    typed = {name: getattr(terms, name) for name in actions.ListTerms.__dataclass_fields__ if name != "weights"}
    typed |= {f"{WEIGHT}{one.code}": 0 for field in TargetField for one in criteria_of(field)}
    typed |= {f"{WEIGHT}{code}": weight for code, weight in terms.weights.items()}
    typed |= {name: typed[name].value for name in ("field", "quorum", "membership")}
    return {**typed, "departements": sorted(terms.departements), "version": campaign.version}


def _to_run_or_403(campaign_id: int, *, lock: bool = False) -> TargetingCampaign:
    campaign = campaign_or_404(campaign_id, lock=lock)
    if not may_decide_list(auth.acting(), campaign):
        abort(403)
    return campaign


# --- Its page -----------------------------------------------------------------------------------------------


@bp.get("/<int:campaign_id>")
@auth.requires(Kind.TARGETING_LIST)
def show(campaign_id: int) -> ResponseReturnValue:
    campaign, actor, form = campaign_or_404(campaign_id), auth.acting(), LineFilterForm(request.args)
    filters = _filters(actor, campaign, form)
    page = _results(campaign, actor, form, filters)
    if is_fragment():
        return render_template("targeting/_results.html", **page)
    return render_template(
        "targeting/show.html",
        **page,
        **_surroundings(campaign, actor),
        step_form=ListStepForm(data={"version": campaign.version}, formdata=None),
    )


def _filters(actor: Actor, campaign: TargetingCampaign, form: LineFilterForm) -> LineFilters:
    form.standing.choices = [("", "Toutes"), *words.STANDINGS.items()]
    form.route.choices = [("", "Toutes"), *Route.choices()]
    form.departement.choices = [("", "Tous"), *departement_choices(sorted(campaign.codes))]
    origins = [(slug, label) for slug, label in ORIGINS.items() if slug != "fragile" or reads_campaign_counts(actor)]
    form.origin.choices = [("", "Tout"), *origins]
    names = ("standing", "route", "departement", "origin")
    return LineFilters(q=(form.q.data or "").strip()[:100], **{name: chosen(form[name]) for name in names})


def _results(campaign: TargetingCampaign, actor: Actor, form: LineFilterForm, filters: LineFilters) -> dict[str, Any]:
    after = cursor_of(request.args.get("apres"), dates=False)
    after = after if after and after[0][0].isdecimal() else None
    lines = queries.list_lines(actor, campaign, filters, after=after)
    shown, more = lines[:PAGE], len(lines) > PAGE
    arguments = {"campaign_id": campaign.id, **filters.arguments()}
    here = url_for("targeting.show", campaign_id=campaign.id)
    following = next_cursor(queries.cursor_value(shown[-1]), shown[-1].employer_id) if more else ""
    numbers = [line.employer_id for line in shown]
    collisions = list_collisions(actor, numbers, today=clock.today()) if reads_campaign_counts(actor) else {}
    return {
        "campaign": campaign,
        "form": form,
        "filters": filters,
        "lines": shown,
        "count": queries.count_lines(actor, campaign, filters) if more or after else len(shown),
        "next_url": url_for("targeting.show", **arguments, apres=following) if more else None,
        "first_url": url_for("targeting.show", **arguments) if after else None,
        "reset_url": here,
        "active": active_filters(form, filters.arguments(), "targeting.show", campaign_id=campaign.id),
        "collisions": collisions,
        "words": words,
        "route": lambda employer: route_of(employer.sector, employer.scheme),
        "leads": reads_campaign_counts(actor),
    }


def _surroundings(campaign: TargetingCampaign, actor: Actor) -> dict[str, Any]:
    standings = queries.count_standings(actor, campaign)
    decides, today = may_decide_list(actor, campaign), clock.today()
    before, after = queries.list_around(actor, campaign)
    total, known = campaign.summary.get("employers", 0), sum(standings.counts.values())
    return {
        "standings": standings,
        "counts": words.counts(campaign, standings.counts),
        "others": words.others_in_words(total, known) if is_consulted_on_members(actor) and total else "",
        "partial": not is_consulted_on_members(actor) and campaign_places(actor, campaign) != set(campaign.codes),
        "decides": decides,
        "is_open": proposal_refusal(actor, campaign) is None,
        "pending": queries.count_pending(actor, campaign),
        "steps": words.stepper(campaign),
        "offers": [_offer(campaign, slug, actor, today) for slug in STEPS] if decides else [],
        "versions": list_versions(campaign),
        "progress": words.progress(campaign, RUN_STAGES),
        "follows": campaign.computed_method == campaign.method_digest,
        "appraisals": words.appraisals(count_appraisals(actor, campaign), masks=not decides)
        if reads_campaign_counts(actor)
        else [],
        "opens": may_open_cases(actor, campaign) and campaign.state in AFTER_SIGNING,
        "writes_letters": campaign.state in AFTER_SIGNING and may_lead(actor) and leads_some(actor, campaign),
        "is_draft": campaign.state is ListState.DRAFT,
        "is_replaced": campaign.state is ListState.REVISED,
        "before": before,
        "after": after,
        "replaces": decides and preparing_refusal(actor, campaign) is None,
    }


def _offer(campaign: TargetingCampaign, slug: str, actor: Actor, today: date) -> dict[str, Any]:
    """Return a step as the page shows it, with what it lacks; nothing is asked for a step of another state."""
    step = WORKFLOW.step(slug)
    is_here = campaign.state in step.sources
    facts = facts_of(campaign, actor) if is_here and slug == "freeze" else {}
    missing = actions.missing_for(campaign, slug, today=today, **facts) if is_here else ()
    whys = [one.why for one in missing]
    if is_here and slug == "freeze" and (why := freezing_refusal(actor, campaign)):
        whys.append(why)
    return {"step": step, "is_here": is_here, "missing": [{"text": why, "url": ""} for why in whys]}


# --- Its computation and its steps --------------------------------------------------------------------------


@bp.post("/<int:campaign_id>/calcul")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def launch(campaign_id: int) -> ResponseReturnValue:
    campaign = _to_run_or_403(campaign_id, lock=True)
    version = request.form.get("version", -1, type=int)
    try:
        actions.launch(campaign, version=version, actor=auth.acting(), now=clock.now())
        db.session.commit()
    except Unacceptable as error:
        db.session.rollback()
        flash(str(error), "error")
    return redirect(url_for("targeting.show", campaign_id=campaign_id))


@bp.get("/<int:campaign_id>/avancement")
@auth.requires(Kind.TARGETING_LIST)
def advance(campaign_id: int) -> ResponseReturnValue:
    """The bar alone, asked for again every two seconds; the whole page once there is something else to show."""
    campaign = campaign_or_404(campaign_id)
    if not campaign.is_computing:
        here = url_for("targeting.show", campaign_id=campaign_id)
        return ("", {"HX-Refresh": "true"}) if "HX-Request" in request.headers else redirect(here)
    progress = words.progress(campaign, RUN_STAGES)
    return render_template("targeting/_progress.html", campaign=campaign, progress=progress)


@bp.post("/<int:campaign_id>/etapes/<slug>")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def step(campaign_id: int, slug: str) -> ResponseReturnValue:
    if slug not in (*STEPS, *SIGNING_STEPS):
        abort(404)
    campaign, form = _to_run_or_403(campaign_id, lock=True), ListStepForm()
    try:
        _take(campaign, slug, form)
        db.session.commit()
        flash(f"La liste est maintenant : {campaign.state.label.lower()}.", "success")
    except Refused as refused:
        db.session.rollback()
        flash(str(refused), "error")
    page = "targeting_signatures.index" if slug in SIGNING_STEPS else "targeting.show"
    return redirect(url_for(page, campaign_id=campaign_id))


def _take(campaign: TargetingCampaign, slug: str, form: ListStepForm) -> None:
    who: dict[str, Any] = {
        "version": form.version.number,
        "actor": auth.acting(),
        "today": clock.today(),
        "now": clock.now(),
    }
    if slug == "freeze":
        freeze_list(campaign, **who)
    elif slug in SIGNING_STEPS:
        take_signing_step(campaign, slug, **who)
    else:
        actions.take_step(campaign, slug, form.motive.data or "", **who)


@bp.get("/<int:campaign_id>/versions/<int:number>")
@auth.requires(Kind.TARGETING_LIST)
def version(campaign_id: int, number: int) -> ResponseReturnValue:
    campaign = campaign_or_404(campaign_id)
    found = read_version(auth.acting(), campaign, number)
    if found is None:
        abort(404)
    return render_template(
        "targeting/version.html",
        campaign=campaign,
        found=found,
        texts=[(part, [] if part.key in found.altered else words.employers_of(part)) for part in found.parts],
        words=words,
    )
