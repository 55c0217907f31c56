"""Attaching to a case what one's organisation noted before it was opened."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions.adoption import adopt_entries
from app.extensions import db
from app.filters import plural
from app.permissions import Act, Kind

bp = Blueprint("adoption", __name__)


@bp.post("/dossiers/<int:case_id>/rattachements")
@auth.requires(Kind.EXCHANGE, Act.WRITE)
def adopt(case_id: int) -> ResponseReturnValue:
    case = auth.case_or_404(case_id, kind=Kind.EXCHANGE, act=Act.WRITE)
    adopted = adopt_entries(case, actor=auth.acting(), today=clock.today(), now=clock.now())
    db.session.commit()
    told = f"{plural(adopted, 'élément rejoint', 'éléments rejoignent')} ce dossier." if adopted else "Tout y est déjà."
    flash(told, "success")
    return redirect(url_for("cases.show", case_id=case_id))
