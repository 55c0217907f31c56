"""The letters to the employers whose case a list opened: prepared one after the other, printed together."""

import io
import zipfile
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from app import access_log, auth, clock
from app.actions.employer_letters import keep_letter
from app.clock import PARIS
from app.extensions import db
from app.models import TargetingCampaign
from app.models.search import search_key
from app.permissions import Act, Kind, may_write_letter
from app.queries import employer_letters as queries
from app.queries.cases import get_case
from app.queries.employer_letters import PAGE, LetterFile, LetterFilters
from app.views.batches import go_through
from app.views.downloads import as_attachment
from app.views.employer_letter_words import letter_of
from app.views.listing import active_filters, chosen, cursor_of, is_fragment, next_cursor, record_number
from app.views.targeting import campaign_or_404
from forms.targeting_openings import LetterFilterForm
from reports import employer_letter
from workflows.core import Refused
from workflows.targeting_opening import AFTER_SIGNING, LetterStanding

bp = Blueprint("employer_letters", __name__, url_prefix="/ciblage/<int:campaign_id>/courriers")

TONES = {
    LetterStanding.READY: "good",
    LetterStanding.WAITING: "info",
    LetterStanding.NO_OFFICER: "warn",
    LetterStanding.PAST: "neutral",
}


def _campaign_or_404(campaign_id: int) -> TargetingCampaign:
    campaign = campaign_or_404(campaign_id)
    if campaign.state not in AFTER_SIGNING:
        abort(404)
    return campaign


@bp.get("")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def index(campaign_id: int) -> ResponseReturnValue:
    campaign = _campaign_or_404(campaign_id)
    results = _results(campaign)
    if is_fragment():
        return render_template("employer_letters/_results.html", **results)
    progress = _progress(campaign, request.args.get("preparation", 0, type=record_number))
    return render_template(
        "employer_letters/index.html",
        **results,
        **progress,
        lots=_lots(progress["made"]),
    )


def _lots(made: int) -> list[tuple[int, str]]:
    """Return the number of each lot, and which letters it holds."""
    starts = range(0, made, queries.LOT)
    return [(number, f"{start + 1} à {min(start + queries.LOT, made)}") for number, start in enumerate(starts, start=1)]


def _results(campaign: TargetingCampaign) -> dict[str, Any]:
    actor, form = auth.acting(), LetterFilterForm(request.args)
    form.standing.choices = [("", "Tous"), *LetterStanding.choices()]
    filters = LetterFilters((form.q.data or "").strip()[:100], chosen(form.standing))
    after = cursor_of(request.args.get("apres"), dates=False)
    rows = queries.list_letters(actor, campaign, filters, after=after)
    shown, more = rows[:PAGE], len(rows) > PAGE
    arguments = {"campaign_id": campaign.id, **filters.arguments()}
    mark = next_cursor(shown[-1].employer, shown[-1].id) if more else ""
    return {
        "campaign": campaign,
        "form": form,
        "filters": filters,
        "rows": shown,
        "count": queries.count_filtered(actor, campaign, filters) if more or after else len(shown),
        "standings": LetterStanding,
        "tones": TONES,
        "next_url": url_for("employer_letters.index", **arguments, apres=mark) if more else None,
        "first_url": url_for("employer_letters.index", **arguments) if after else None,
        "active": active_filters(form, filters.arguments(), "employer_letters.index", campaign_id=campaign.id),
    }


def _progress(campaign: TargetingCampaign, after: int, *, runs: bool = False) -> dict[str, Any]:
    """How far the batch has got. `after`: the last case looked at."""
    counts = queries.count_letters(auth.acting(), campaign)
    return {
        "counts": counts,
        "made": counts[LetterStanding.READY],
        "owed": counts[LetterStanding.READY] + counts[LetterStanding.WAITING],
        "after": after,
        "remains": queries.next_waiting(auth.acting(), campaign, after) is not None,
        "runs": runs,
    }


@bp.post("/suite")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def go_on(campaign_id: int) -> ResponseReturnValue:
    campaign, actor = _campaign_or_404(campaign_id), auth.acting()
    after = go_through(
        lambda after: queries.next_waiting(actor, campaign, after),
        _prepare,
        request.form.get("apres", 0, type=record_number),
    )
    if "HX-Request" in request.headers:
        progress = _progress(campaign, after, runs=True)
        return render_template("employer_letters/_progress.html", campaign=campaign, **progress)
    return redirect(url_for("employer_letters.index", campaign_id=campaign_id, preparation=after))


def _prepare(case_id: int, *, again: bool = False) -> None:
    """Draw one letter outside any transaction, and keep it; another tab may have made the same at the same moment."""
    actor = auth.acting()
    case = get_case(actor, case_id)
    values = letter_of(case, today=clock.today(), now=clock.now(), viewer=actor) if case else None
    db.session.rollback()
    pdf = employer_letter.pdf(values) if values else b""
    case = get_case(actor, case_id, lock=True) if pdf else None
    if case is None or not may_write_letter(actor, case):
        db.session.rollback()
        return
    try:
        keep_letter(case, pdf, again=again, actor=actor, now=clock.now())
        db.session.commit()
    except (IntegrityError, Refused):
        db.session.rollback()
        if again:
            raise


@bp.post("/<int:case_id>/nouveau")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
def make_again(campaign_id: int, case_id: int) -> ResponseReturnValue:
    """Prepare one letter anew, from what is known today: a figure corrected, somebody else in charge."""
    campaign, actor = _campaign_or_404(campaign_id), auth.acting()
    if not queries.is_of_list(actor, campaign, case_id):
        abort(404)
    case = get_case(actor, case_id)
    if case is None or not may_write_letter(actor, case):
        abort(403)
    if case.officers:
        try:
            _prepare(case_id, again=True)
            flash("Le courrier est refait avec ce que l’on sait aujourd’hui.", "success")
        except Refused as refused:
            flash(str(refused), "error")
    else:
        flash("Désignez d’abord un référent : le courrier dit à qui parler.", "error")
    return redirect(url_for("employer_letters.index", campaign_id=campaign_id, standing=LetterStanding.READY.value))


@bp.get("/lot-<int:lot>.zip")
@auth.requires(Kind.TARGETING_LIST, Act.WRITE)
@auth.second_factor(back="employer_letters.index")
def download(campaign_id: int, lot: int) -> ResponseReturnValue:
    """The letters of one's own organisation, to be printed: a lot at a time."""
    campaign = _campaign_or_404(campaign_id)
    files = queries.list_files(auth.acting(), campaign, lot) if 0 < lot < 1_000 else []
    if not files:
        flash("Aucun courrier n’est prêt ici : préparez-les d’abord.", "info")
        return redirect(url_for("employer_letters.index", campaign_id=campaign_id))
    access_log.note_export({"liste": campaign.id, "lot": lot, "fichier": "courriers"}, len(files))
    response = Response(_archive(files), mimetype="application/zip")
    return as_attachment(response, f"courriers-{campaign.id}-lot-{lot}.zip")


def _archive(files: list[LetterFile]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # a PDF is compressed already
        for number, one in enumerate(files, start=1):
            made = one.made_at.astimezone(PARIS)
            archive.writestr(zipfile.ZipInfo(_name(number, one), made.timetuple()[:6]), one.data)
    return buffer.getvalue()


def _name(number: int, one: LetterFile) -> str:
    """In the order of the page, and safe whatever the name of the employer."""
    words = search_key(one.employer).replace(" ", "-")
    return f"{number:03d}-{words[:60] or 'employeur'}-D-{one.case_id:05d}.pdf"
