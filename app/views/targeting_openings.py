"""From a signed list to its cases: what opening will do, changed by the coordination, then done once."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import targeting_openings as actions
from app.actions.errors import Unacceptable
from app.extensions import db
from app.filters import plural
from app.models import TargetingCampaign
from app.permissions import Act, Kind, may_open_cases
from app.queries import targeting_openings as queries
from app.queries.employer_letters import leads_some
from app.queries.settings import get_deadlines
from app.queries.targeting_openings import PAGE, OpeningFilters, OpeningRow
from app.views import targeting_opening_words as words
from app.views.listing import (
    active_filters,
    chosen,
    cursor_of,
    departement_choices,
    is_fragment,
    next_cursor,
    record_number,
)
from app.views.targeting import campaign_or_404
from forms.targeting_openings import DepartementLeadForm, OpeningFilterForm, OpeningForm
from workflows.core import Refused
from workflows.support_case import WORKFLOW, State
from workflows.targeting_list import ListState
from workflows.targeting_opening import AFTER_SIGNING, OpeningChoice, OpeningStanding, lead_kinds

bp = Blueprint("targeting_openings", __name__, url_prefix="/ciblage/<int:campaign_id>/dossiers")

FOLLOW = "follow"
"""In the form: no decision, what is under way decides."""


def _campaign_or_403(campaign_id: int, *, lock: bool = False) -> TargetingCampaign:
    campaign = campaign_or_404(campaign_id, lock=lock)
    if not may_open_cases(auth.acting(), campaign):
        abort(403)
    return campaign


@bp.get("")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def show(campaign_id: int) -> ResponseReturnValue:
    campaign = _campaign_or_403(campaign_id)
    if campaign.state not in AFTER_SIGNING:
        return render_template("targeting/openings.html", campaign=campaign, is_signed=False)
    return _page(campaign, DepartementLeadForm(formdata=None))


def _page(campaign: TargetingCampaign, bulk: DepartementLeadForm) -> ResponseReturnValue:
    actor, today = auth.acting(), clock.today()
    rows = queries.list_openings(actor, campaign, actions.scope_categories(campaign), today=today)
    bodies, names = queries.list_bodies(actor, campaign, today=today)
    form = OpeningFilterForm(request.args)
    page = _results(campaign, rows, form, _filters(campaign, form, bodies, names))
    if is_fragment():
        return render_template("targeting/_openings.html", **page)
    retained, _ = queries.count_openings(actor, campaign)
    bulk.place.choices = [("", ""), *departement_choices(sorted({row.departement for row in rows}))]
    bulk.body.choices = [("", ""), *((str(body.id), names[body.id]) for body in bodies)]
    return render_template(
        "targeting/openings.html",
        **page,
        is_signed=True,
        is_current=campaign.state is ListState.SIGNED and today <= campaign.valid_until,
        unprepared=retained - len(rows),
        is_prepared=bool(rows),
        writes_letters=leads_some(actor, campaign),
        counts=words.counts(rows),
        ready=sum(row.standing is OpeningStanding.READY for row in rows),
        bodies=words.loads(rows, bodies, names),
        due_on=min(rule.due_on(today) for rule in WORKFLOW.deadlines_of(State.IDENTIFIED, get_deadlines(WORKFLOW))),
        bulk=bulk,
    ), 422 if bulk.errors else 200


def _filters(campaign: TargetingCampaign, form: OpeningFilterForm, bodies: Any, names: Any) -> OpeningFilters:
    form.standing.choices = [("", "Tous"), *OpeningStanding.choices()]
    form.departement.choices = [("", "Tous"), *departement_choices(sorted(campaign.codes))]
    form.lead.choices = [("", "Tous"), *((str(body.id), names[body.id]) for body in bodies)]
    picked = {name: chosen(form[name]) for name in ("standing", "departement", "lead")}
    return OpeningFilters(q=(form.q.data or "").strip()[:100], **picked)


def _results(
    campaign: TargetingCampaign, rows: list[OpeningRow], form: OpeningFilterForm, filters: OpeningFilters
) -> dict[str, Any]:
    kept = [row for row in rows if filters.keep(row)]
    after = cursor_of(request.args.get("apres"), dates=False)
    start = next((n + 1 for n, row in enumerate(kept) if after and row.employer_id == after[1]), 0)
    shown, more = kept[start : start + PAGE], len(kept) > start + PAGE
    arguments = {"campaign_id": campaign.id, **filters.arguments()}
    mark = next_cursor(campaign.id, shown[-1].employer_id) if more else ""
    return {
        "campaign": campaign,
        "form": form,
        "filters": filters,
        "rows": shown,
        "count": len(kept),
        "words": words,
        "next_url": url_for("targeting_openings.show", **arguments, apres=mark) if more else None,
        "first_url": url_for("targeting_openings.show", **arguments) if start else None,
        "reset_url": url_for("targeting_openings.show", campaign_id=campaign.id),
        "active": active_filters(form, filters.arguments(), "targeting_openings.show", campaign_id=campaign.id),
    }


@bp.post("/preparation")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def prepare(campaign_id: int) -> ResponseReturnValue:
    campaign = _campaign_or_403(campaign_id, lock=True)
    try:
        found = actions.prepare(campaign, actor=auth.acting(), today=clock.today(), now=clock.now())
        db.session.commit()
        flash(f"Propositions faites pour {plural(found, 'employeur')}. Relisez-les avant d’ouvrir.", "success")
    except Refused as refused:
        db.session.rollback()
        flash(str(refused), "error")
    return redirect(url_for("targeting_openings.show", campaign_id=campaign_id))


@bp.post("/departement")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def departement(campaign_id: int) -> ResponseReturnValue:
    campaign, form = _campaign_or_403(campaign_id, lock=True), DepartementLeadForm()
    form.place.choices = departement_choices(sorted(campaign.codes))
    bodies, names = queries.list_bodies(auth.acting(), campaign, today=clock.today())
    form.body.choices = [(str(body.id), names[body.id]) for body in bodies]
    if form.validate_on_submit():
        try:
            changed, kept = actions.change_departement(
                campaign, form.place.data, int(form.body.data), actor=auth.acting(), today=clock.today()
            )
            db.session.commit()
            flash(words.given(names[int(form.body.data)], changed, kept), "success")
            return redirect(url_for("targeting_openings.show", campaign_id=campaign_id))
        except (Refused, Unacceptable) as error:
            db.session.rollback()
            form.refuse(str(error), "body")
            campaign = _campaign_or_403(campaign_id)
    return _page(campaign, form)


@bp.post("/ouverture")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def open_all(campaign_id: int) -> ResponseReturnValue:
    campaign = _campaign_or_403(campaign_id, lock=True)
    try:
        opened = actions.open_cases(
            campaign,
            actor=auth.acting(),
            today=clock.today(),
            now=clock.now(),
            settings=get_deadlines(WORKFLOW),
        )
        db.session.commit()
        flash(words.opened(opened), "success" if opened else "info")
    except Refused as refused:
        db.session.rollback()
        flash(str(refused), "error")
    return redirect(url_for("targeting_openings.show", campaign_id=campaign_id))


@bp.route("/<int:employer_id>", methods=["GET", "POST"])
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def edit(campaign_id: int, employer_id: int) -> ResponseReturnValue:
    campaign, actor, today = _campaign_or_403(campaign_id), auth.acting(), clock.today()
    opening = queries.get_opening(actor, campaign, employer_id, lock=request.method == "POST")
    scope = actions.scope_categories(campaign)
    found = queries.list_openings(actor, campaign, scope, today=today, employer_id=employer_id)
    if opening is None or not found:
        abort(404)
    form = _line_form(campaign, found[0])
    if form.validate_on_submit():
        try:
            actions.change(
                campaign, opening, found[0], _chosen(form), version=form.version.number, actor=actor, today=today
            )
            db.session.commit()
            flash(f"{found[0].name} : c’est noté.", "success")
            return redirect(url_for("targeting_openings.show", campaign_id=campaign_id))
        except (Refused, Unacceptable) as error:
            db.session.rollback()
            form.refuse(str(error), getattr(error, "field", ""))
            campaign = _campaign_or_403(campaign_id)
    page = render_template("targeting/opening.html", campaign=campaign, row=found[0], form=form, words=words)
    return page, 422 if form.errors else 200


def _line_form(campaign: TargetingCampaign, row: OpeningRow) -> OpeningForm:
    start = {
        "lead": str(row.lead_id or ""),
        "officer": str(row.officer_id or ""),
        "choice": row.choice.value if row.choice else FOLLOW,
        "version": row.version,
    }
    form = OpeningForm(data=start)
    bodies, names = queries.list_bodies(auth.acting(), campaign, today=clock.today())
    here = [body for body in bodies if body.kind in lead_kinds(row.route) and row.departement in body.places]
    form.lead.choices = [("", "À désigner"), *((str(one.id), words.body_in_words(one, names)) for one in here)]
    people = {names[body.id]: words.agents_of(body, row.departement, names) for body in here}
    form.officer.choices = {"": [("", "À désigner")], **{name: known for name, known in people.items() if known}}
    form.choice.choices = words.choices(row)
    return form


def _chosen(form: OpeningForm) -> actions.Chosen:
    picked = form.choice.data
    return actions.Chosen(
        record_number(form.lead.data) if form.lead.data else None,
        record_number(form.officer.data) if form.officer.data else None,
        OpeningChoice(picked) if picked and picked != FOLLOW else None,
    )
