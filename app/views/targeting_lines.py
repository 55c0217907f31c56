"""One employer of a targeting list: why it is there, what is known of it, what is proposed and decided."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import targeting_notes as actions
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import Employer, TargetingCampaign, TargetingLine, TargetingNote, TargetingProposal, Visibility
from app.permissions import (
    Act,
    Kind,
    is_consulted_on_members,
    may_decide_list,
    may_propose,
    may_read_figures_of,
    proposal_refusal,
    reads_campaign_counts,
)
from app.queries import targeting as queries
from app.queries.targeting_collisions import list_collisions
from app.queries.threads import find_submission
from app.views import targeting_words as words
from app.views.targeting import campaign_or_404
from forms.targeting import AddEmployerForm, DecisionForm, ProposalForm, TargetingNoteForm
from workflows.core import Refused
from workflows.targeting_list import OPEN_TO_CHANGE
from workflows.targeting_proposals import REASONS, Certainty, Consent, NoteNature, ProposalKind, Reason, offered
from workflows.targeting_scope import route_of

bp = Blueprint("targeting_lines", __name__, url_prefix="/ciblage/<int:campaign_id>")

UNKNOWN = (
    "Aucun employeur de ce numéro dans le territoire de cette liste. Vérifiez le numéro : neuf chiffres pour un SIREN, "
    "neuf caractères pour un FINESS."
)
ANSWERS = {"retenue": True, "ecartee": False}
Place = tuple[TargetingCampaign, Employer, TargetingLine | None]


def line_or_404(campaign_id: int, employer_id: int) -> Place:
    """Return a list in sight, an employer that the actor reads there, and its line if it has one; 404 otherwise."""
    campaign = campaign_or_404(campaign_id)
    employer, actor = auth.employer_or_404(employer_id), auth.acting()
    line = queries.get_line(actor, campaign, employer)
    if line is None and not queries.is_reached(actor, campaign, employer):
        abort(404)
    return campaign, employer, line


@bp.get("/employeurs/<int:employer_id>")
@auth.requires(Kind.TARGETING_LIST)
def show(campaign_id: int, employer_id: int) -> ResponseReturnValue:
    return _page(*line_or_404(campaign_id, employer_id))


def _page(
    campaign: TargetingCampaign,
    employer: Employer,
    line: TargetingLine | None,
    note_form: TargetingNoteForm | None = None,
    proposal_form: ProposalForm | None = None,
) -> ResponseReturnValue:
    actor, today = auth.acting(), clock.today()
    in_figures = may_read_figures_of(actor, campaign, employer)
    writes = may_propose(actor, employer) and proposal_refusal(actor, campaign) is None
    decides = may_decide_list(actor, campaign) and may_propose(actor, employer) and campaign.state in OPEN_TO_CHANGE
    leads = reads_campaign_counts(actor)
    proposals = queries.list_proposals(actor, campaign, employer)
    form_shown = note_form or proposal_form
    page = render_template(
        "targeting/line.html",
        campaign=campaign,
        employer=employer,
        line=line,
        words=words,
        why=words.why(campaign, line),
        route=route_of(employer.sector, employer.scheme),
        in_figures=in_figures,
        structures=[words.explain(campaign, one) for one in queries.list_scores(actor, campaign, employer)]
        if in_figures
        else [],
        collisions=list_collisions(actor, [employer.id], today=today).get(employer.id, []) if leads else [],
        notes=queries.list_notes(actor, campaign, employer),
        proposals=proposals,
        writes=writes,
        refusal=proposal_refusal(actor, campaign),
        decides=decides,
        decision_forms={one.id: _decision_form(one.id, version=one.version) for one in proposals},
        note_form=note_form or (_note_form(fresh=True) if writes else None),
        proposal_form=proposal_form or (_proposal_form(line, fresh=True) if writes else None),
        consents=is_consulted_on_members(actor),
        shown_form="note" if note_form else "proposal" if proposal_form else "",
        leads=leads,
    )
    return page, 422 if form_shown and form_shown.errors else 200


def _standing(line: TargetingLine | None) -> str | None:
    return line.standing if line else None


def _note_form(*, fresh: bool = False) -> TargetingNoteForm:
    start = {"noted_on": clock.today(), "visibility": Visibility.PARTNERS.value}
    form = TargetingNoteForm(data=start, formdata=None, prefix="note-") if fresh else TargetingNoteForm(prefix="note-")
    form.nature.choices = [("", "Choisissez"), *NoteNature.choices()]
    form.certainty.choices = Certainty.choices()
    told = {Visibility.ORGANISATION: "Mon organisme", Visibility.PARTNERS: "L’ARS, la Carsat et les départements"}
    form.visibility.choices = [(one.value, label) for one, label in told.items()]
    return form


def _proposal_form(line: TargetingLine | None, *, fresh: bool = False) -> ProposalForm:
    kinds = offered(_standing(line), is_listed=line is not None)
    prefix = "proposition-"
    start = {"kind": kinds[0].value} if len(kinds) == 1 else {}
    form = ProposalForm(data=start, formdata=None, prefix=prefix) if fresh else ProposalForm(prefix=prefix)
    form.kind.choices = [(kind.value, kind.label) for kind in kinds]
    reasons = _in_order({reason for kind in kinds for reason in REASONS[kind]})
    form.reason.choices = [("", "Choisissez"), *((one.value, one.label) for one in reasons)]
    form.consent.choices = Consent.choices()
    return form


def _decision_form(proposal_id: int, version: int | None = None) -> DecisionForm:
    """Several stand on a page: each has names of its own."""
    prefix = f"decision-{proposal_id}-"
    if version is None:
        return DecisionForm(prefix=prefix)
    return DecisionForm(data={"version": version}, formdata=None, prefix=prefix)


def _in_order(reasons: set[Reason]) -> Sequence[Reason]:
    return [one for one in Reason if one in reasons]


@bp.post("/employeurs/<int:employer_id>/notes")
@auth.requires(Kind.TARGETING_LIST, Act.COMMENT)
def note(campaign_id: int, employer_id: int) -> ResponseReturnValue:
    campaign, employer, line = line_or_404(campaign_id, employer_id)
    form = _note_form()
    if form.validate_on_submit() and (
        find_submission(TargetingNote, form.submission.data, auth.acting()) or _add_note(campaign, employer, form)
    ):
        flash("Votre note est enregistrée.", "success")
        return _back(campaign_id, employer_id)
    return _page(campaign, employer, line, note_form=form)


def _add_note(campaign: TargetingCampaign, employer: Employer, form: TargetingNoteForm) -> bool:
    assert form.noted_on.data  # required, and checked by then
    terms = actions.NoteTerms(
        NoteNature(form.nature.data),
        form.noted_on.data,
        form.certainty.data == Certainty.FACT,
        form.wording.data or "",
        Visibility(form.visibility.data),
    )
    return _done(form, lambda: actions.add_note(campaign, employer, terms, today=clock.today(), **_who(form)))


@bp.post("/employeurs/<int:employer_id>/propositions")
@auth.requires(Kind.TARGETING_LIST, Act.COMMENT)
def propose(campaign_id: int, employer_id: int) -> ResponseReturnValue:
    campaign, employer, line = line_or_404(campaign_id, employer_id)
    form = _proposal_form(line)
    if form.validate_on_submit() and (
        find_submission(TargetingProposal, form.submission.data, auth.acting()) or _propose(campaign, employer, form)
    ):
        flash("Votre proposition est enregistrée : l’organisme qui tient la liste décidera.", "success")
        return _back(campaign_id, employer_id)
    return _page(campaign, employer, line, proposal_form=form)


def _propose(campaign: TargetingCampaign, employer: Employer, form: ProposalForm) -> bool:
    consent = form.consent.data if form.consent.data in {one.value for one in Consent} else None
    terms = actions.ProposalTerms(
        ProposalKind(form.kind.data),
        Reason(form.reason.data),
        form.wording.data or "",
        Consent(consent) if consent else None,
        form.until.data,
    )
    return _done(form, lambda: actions.propose(campaign, employer, terms, today=clock.today(), **_who(form)))


def _who(form: Any) -> dict[str, Any]:
    return {"actor": auth.acting(), "now": clock.now(), "submission": form.submission.data}


def _done(form: Any, act: Any) -> bool:
    """Act and commit; a refusal goes beside its field, and nothing typed is lost."""
    try:
        act()
    except (Unacceptable, Refused) as error:
        form.refuse(str(error), getattr(error, "field", ""))
        return False
    db.session.commit()
    return True


def _back(campaign_id: int, employer_id: int) -> ResponseReturnValue:
    return redirect(url_for("targeting_lines.show", campaign_id=campaign_id, employer_id=employer_id))


@bp.post("/propositions/<int:proposal_id>/<answer>")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def decide(campaign_id: int, proposal_id: int, answer: str) -> ResponseReturnValue:
    if answer not in ANSWERS:
        abort(404)
    campaign, form = campaign_or_404(campaign_id), _decision_form(proposal_id)
    proposal = queries.get_proposal(auth.acting(), campaign, proposal_id)
    if proposal is None:
        abort(404)
    employer_id = proposal.employer_id
    employer = auth.employer_or_404(employer_id)
    try:
        actions.decide(
            campaign,
            employer,
            proposal,
            accepts=ANSWERS[answer],
            answer=form.answer.data or "",
            version=form.version.number,
            actor=auth.acting(),
            now=clock.now(),
        )
        db.session.commit()
        flash("La décision est enregistrée, à côté de ce que donnait le calcul.", "success")
    except (Unacceptable, Refused) as error:
        db.session.rollback()
        flash(str(error), "error")
    return _back(campaign_id, employer_id)


@bp.route("/ajouter", methods=["GET", "POST"])
@auth.requires(Kind.TARGETING_LIST, Act.COMMENT)
def add(campaign_id: int) -> ResponseReturnValue:
    campaign, actor, form = campaign_or_404(campaign_id), auth.acting(), AddEmployerForm()
    if form.validate_on_submit():
        if found := queries.find_employer(actor, campaign, form.number.data):
            return _back(campaign_id, found.id)
        form.refuse(UNKNOWN, "number")
    refusal = proposal_refusal(actor, campaign)
    page = render_template("targeting/add.html", campaign=campaign, form=form, refusal=refusal)
    return page, 422 if form.errors and request.method == "POST" else 200
