"""The documents of a version: the sealed file of each reader, its copy to read, how far the sealing has got."""

import hashlib

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import access_log, auth, clock
from app.filters import moment
from app.models import WHOLE_LIST, TargetingCampaign
from app.permissions import Kind
from app.queries.targeting_documents import Variant, get_progress, get_sealed_bytes, list_variants
from app.queries.targeting_versions import ReadVersion, read_version
from app.views.downloads import attachment
from app.views.targeting import campaign_or_404
from app.views.targeting_reports import Edition, count_employers, file_name, values_of
from app.views.targeting_sheets import signed_sheet
from reports import targeting_list
from reports.targeting_list import Copy

bp = Blueprint("targeting_documents", __name__, url_prefix="/ciblage/<int:campaign_id>/versions/<int:number>/documents")

PDF = "application/pdf"


def _version_or_404(campaign_id: int, number: int) -> tuple[TargetingCampaign, ReadVersion]:
    campaign = campaign_or_404(campaign_id)
    found = read_version(auth.acting(), campaign, number)
    if found is None:
        abort(404)
    return campaign, found


def _variant_or_404(campaign: TargetingCampaign, found: ReadVersion, part: str) -> Variant:
    variant = next((one for one in list_variants(auth.acting(), campaign, found) if one.part == part), None)
    if variant is None:
        abort(404)
    return variant


@bp.get("")
@auth.requires(Kind.TARGETING_LIST)
def index(campaign_id: int, number: int) -> ResponseReturnValue:
    campaign, found = _version_or_404(campaign_id, number)
    return render_template(
        "targeting/documents.html",
        campaign=campaign,
        found=found,
        variants=list_variants(auth.acting(), campaign, found),
        progress=get_progress(campaign, found),
    )


@bp.get("/avancement")
@auth.requires(Kind.TARGETING_LIST)
def advance(campaign_id: int, number: int) -> ResponseReturnValue:
    """The bar alone, asked for again every two seconds; the whole page once there is something else to show."""
    campaign, found = _version_or_404(campaign_id, number)
    progress = get_progress(campaign, found)
    if progress.done == progress.ordered or progress.failure:
        here = url_for("targeting_documents.index", campaign_id=campaign_id, number=number)
        return ("", {"HX-Refresh": "true"}) if "HX-Request" in request.headers else redirect(here)
    return render_template("targeting/_sealing.html", campaign=campaign, found=found, progress=progress)


@bp.get("/<part>.pdf")
@auth.requires(Kind.TARGETING_LIST)
@auth.second_factor(back="targeting_documents.index")
def sealed(campaign_id: int, number: int, part: str) -> Response:
    """The sealed file, byte for byte the one that was kept."""
    campaign, found = _version_or_404(campaign_id, number)
    variant = _variant_or_404(campaign, found, part)
    if variant.document is None or variant.document.sha256 is None:
        abort(404)
    _note(campaign, found, variant, "scellé")
    name = file_name(campaign, found.version, part, is_copy=False)
    return attachment(name, PDF, get_sealed_bytes(variant.document), variant.document.sha256)


@bp.get("/<part>/lecture.pdf")
@auth.requires(Kind.TARGETING_LIST)
@auth.second_factor(back="targeting_documents.index")
def copy(campaign_id: int, number: int, part: str) -> Response:
    """A copy to read, with the name of its reader across each page and no seal."""
    campaign, found = _version_or_404(campaign_id, number)
    variant = _variant_or_404(campaign, found, part)
    before = read_version(auth.acting(), campaign, number - 1) if number > 1 else None
    values = values_of(
        found.version,
        part,
        variant.parts,
        _edition(campaign, variant),
        before=before.version.as_frozen() if before else None,
        signed=signed_sheet(campaign, found.version),
    )
    data = targeting_list.pdf(values)
    _note(campaign, found, variant, "copie de lecture")
    name = file_name(campaign, found.version, part, is_copy=True)
    return attachment(name, PDF, data, hashlib.sha256(data).hexdigest())


def _edition(campaign: TargetingCampaign, variant: Variant) -> Edition:
    actor, now = auth.acting(), clock.now()
    digest = (variant.document.sha256 or "") if variant.document else ""
    reader = f"{actor.name}, {actor.organisation_name}"
    kind = "COPIE DE LECTURE" if digest else "PROJET"
    return Edition(
        recipient=reader,
        organisation=campaign.organisation.name,
        verify_at=f"{current_app.config['PUBLIC_URL']}{url_for('verification.show')}",
        made_at=now,
        organisation_id=None if variant.part == WHOLE_LIST else actor.organisation_id,
        copy=Copy(f"{kind}\n{reader}\n{moment(now)}", digest),
    )


def _note(campaign: TargetingCampaign, found: ReadVersion, variant: Variant, what: str) -> None:
    told = {"liste": campaign.id, "version": found.version.number, "document": variant.part, "fichier": what}
    access_log.note_export(told, count_employers(variant.parts))
