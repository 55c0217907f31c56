"""What keeps a Carsat from signing with an employer: its agents' own page."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import blocks
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import BlockReason, CarsatBlock, Employer
from app.permissions import Act, Kind
from app.queries.blocks import get_block
from forms.blocks import BlockForm

bp = Blueprint("blocks", __name__)


@bp.route("/employeurs/<int:employer_id>/empechement", methods=["GET", "POST"])
@auth.requires(Kind.CARSAT_BLOCK, Act.WRITE)
def edit(employer_id: int) -> ResponseReturnValue:
    employer = auth.employer_or_404(employer_id, kind=Kind.CARSAT_BLOCK, act=Act.WRITE)
    form = BlockForm(data=_start(get_block(auth.acting(), employer)))
    form.reason.choices = BlockReason.choices()
    if form.validate_on_submit() and _note(employer, form):
        flash("C’est noté. Votre caisse seule le lit.", "success")
        return redirect(url_for("employers.show", employer_id=employer_id))
    return render_template("blocks/form.html", employer=employer, form=form), 422 if form.errors else 200


def _start(block: CarsatBlock | None) -> dict[str, Any]:
    if block is None:
        return {"since": clock.today(), "version": 0}
    return {
        "reason": block.reason.value,
        "since": block.since,
        "lifted_on": block.lifted_on,
        "note": block.note,
        "version": block.version,
    }


def _note(employer: Employer, form: BlockForm) -> bool:
    assert form.since.data  # required, and checked by then
    try:
        blocks.note_block(
            employer,
            since=form.since.data,
            lifted_on=form.lifted_on.data,
            reason=BlockReason(form.reason.data),
            note=form.note.data or "",
            version=form.version.number,
            actor=auth.acting(),
            now=clock.now(),
        )
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return False
    db.session.commit()
    return True
