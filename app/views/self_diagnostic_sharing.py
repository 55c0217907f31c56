"""Ending a round and sharing it, by the employer; reading what was shared, by a partner."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import access_log, auth, clock
from app.actions import self_diagnostic_sharing as actions
from app.actions.errors import Unacceptable
from app.actions.self_diagnostic_sharing import Chosen
from app.extensions import db
from app.filters import lower_first
from app.models import SelfDiagnostic, SelfDiagnosticShare
from app.permissions import Act, Actor, Kind, may_read_share, shares_for_the_house
from app.queries import self_diagnostics as queries
from app.queries.recipients import list_recipients
from app.views.self_diagnostics import diagnostic_or_404
from forms.self_diagnostics import ShareForm
from workflows.self_diagnostic import LEAST_ANSWERS
from workflows.self_diagnostic_questions import Topic
from workflows.self_diagnostic_sharing import Depth, Terms

bp = Blueprint("self_diagnostic_sharing", __name__, url_prefix="/auto-diagnostic")


@bp.route("/<int:diagnostic_id>/partage", methods=["GET", "POST"])
@auth.requires(Kind.SELF_DIAGNOSTIC, Act.WRITE)
def edit(diagnostic_id: int) -> ResponseReturnValue:
    diagnostic = diagnostic_or_404(diagnostic_id)
    if not shares_for_the_house(auth.acting(), diagnostic):
        abort(403)
    among = list_recipients(diagnostic.employer, Kind.SELF_DIAGNOSTIC, clock.today())
    form = _form(diagnostic, among)
    if not form.validate_on_submit():
        return _page(diagnostic, form, among)
    chosen = _chosen(form)
    try:
        actions.submit(diagnostic, chosen, among, actor=auth.acting(), now=clock.now())
    except Unacceptable as error:
        db.session.rollback()
        form.refuse(str(error), error.field)
        return _page(diagnostic_or_404(diagnostic_id), form, among)
    db.session.commit()
    flash(_done(chosen), "success")
    return redirect(url_for("self_diagnostic_sharing.edit", diagnostic_id=diagnostic_id))


def _form(diagnostic: SelfDiagnostic, among: list[Actor]) -> ShareForm:
    form = ShareForm(data={"depth": Depth.SUMMARY.value})
    form.recipients.choices = [(str(one.organisation_id), one.organisation_name) for one in among]
    form.depth.choices = Depth.choices()
    form.topics.choices = [(one.value, f"Les énoncés sur : {lower_first(one.label)}") for one in Topic]
    return form


def _chosen(form: ShareForm) -> list[Chosen]:
    depth = Depth(form.depth.data or Depth.SUMMARY)
    comments = bool(form.with_comments.data) and depth is Depth.ANSWERS
    terms = Terms(depth, frozenset(map(Topic, form.topics.data or ())), comments)
    return [Chosen(int(number), terms) for number in form.recipients.data or ()]


def _done(chosen: list[Chosen]) -> str:
    if not chosen:
        return "C’est terminé, et gardé pour vous : aucun organisme ne lit vos réponses."
    return "C’est partagé avec les organismes que vous avez choisis, et eux seuls."


def _page(diagnostic: SelfDiagnostic, form: ShareForm, among: list[Actor]) -> ResponseReturnValue:
    shares = queries.list_shares(diagnostic)
    filled = queries.fill(diagnostic.sheets)
    page = render_template(
        "self_diagnostics/share.html",
        diagnostic=diagnostic,
        form=form,
        among=among,
        current=[one for one in shares if one.withdrawn_at is None],
        past=[one for one in shares if one.withdrawn_at is not None],
        is_ready=any(one.has_enough for one in filled),
        unfinished=[one for one in filled if not one.has_enough],
        terms_of=actions.terms_of,
    )
    return page, 422 if form.errors else 200


@bp.post("/<int:diagnostic_id>/partage/<int:organisation_id>/retrait")
@auth.requires(Kind.SELF_DIAGNOSTIC, Act.WRITE)
def withdraw(diagnostic_id: int, organisation_id: int) -> ResponseReturnValue:
    diagnostic = diagnostic_or_404(diagnostic_id)
    actions.withdraw(diagnostic, organisation_id, actor=auth.acting(), now=clock.now())
    db.session.commit()
    flash("C’est retiré : cet organisme ne peut plus rien en lire ici.", "success")
    return redirect(url_for("self_diagnostic_sharing.edit", diagnostic_id=diagnostic_id))


@bp.get("/partages/<int:share_id>")
@auth.requires(Kind.SELF_DIAGNOSTIC)
def read(share_id: int) -> ResponseReturnValue:
    """What an employer shared with the reader's organisation, as it was that day."""
    actor = auth.acting()
    share = queries.get_share(actor, share_id)
    if share is None:
        abort(404)
    employer = auth.employer_or_404(share.employer_id)
    access_log.note_relations(employer.relations)
    if not may_read_share(actor, share, employer):
        abort(404 if share.withdrawn_at is None else 403)
    content: Any = share.content
    return render_template(
        "self_diagnostics/shared.html",
        share=share,
        employer=employer,
        content=content,
        theme_rows=[_theme_row(one) for one in content["themes"]],
        answer_head=["Thème", "Énoncé", "Réponse", *(["Preuves et commentaires"] if share.has_comments else [])],
        answer_rows=[_answer_row(one, share) for one in content.get("answers", ())],
    )


def _theme_row(theme: dict[str, Any]) -> list[str]:
    if theme["value"] is None:
        why = "non partagé" if theme["of"] - theme["closed"] < LEAST_ANSWERS else "trop peu de réponses"
        return [theme["title"], why, "—", f"{theme['known']} sur {theme['of']}"]
    return [theme["title"], theme["level"], f"{theme['value']} sur 100", f"{theme['known']} sur {theme['of']}"]


def _answer_row(row: dict[str, str], share: SelfDiagnosticShare) -> list[str]:
    beside = share.content.get("comments", {}).get(row["code"], [])
    return [row["theme"], row["text"], row["reply"], *([" ; ".join(beside)] if share.has_comments else [])]
