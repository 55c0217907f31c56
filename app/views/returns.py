"""The yearly returns to the employers of a territory: prepared one after the other, found afterwards."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from app import auth, clock
from app.actions.employer_returns import keep_return
from app.clock import PARIS
from app.extensions import db
from app.models import Document
from app.permissions import may_make_return
from app.queries import employer_returns as queries
from app.queries.employers import get_employer
from app.readers.indicators import last_known_year
from app.views.batches import go_through
from app.views.employer_returns import return_of
from app.views.listing import record_number
from app.views.workbooks import list_response
from reports import employer_return

bp = Blueprint("returns", __name__, url_prefix="/donnees/retours")


@bp.get("")
@auth.returns_maker
def index() -> ResponseReturnValue:
    actor, year = auth.acting(), _year()
    found = queries.list_returns(actor, year, before=request.args.get("avant", type=record_number))
    shown = found[: queries.PAGE]
    return render_template(
        "returns/index.html",
        year=year,
        returns=shown,
        next_url=url_for("returns.index", avant=shown[-1].id) if len(found) > len(shown) else None,
        first_url=url_for("returns.index") if "avant" in request.args else None,
        **_progress(request.args.get("apres", 0, type=record_number)),
    )


def _year() -> int:
    return last_known_year(clock.today())


def _progress(after: int, *, runs: bool = False) -> dict[str, Any]:
    """How far the batch has got. `after`: the last employer looked at; those before it without a return have none."""
    actor, year = auth.acting(), _year()
    return {
        "made": queries.count_returns(actor, year),
        "owed": queries.count_owed(actor, year),
        "after": after,
        "remains": queries.next_owed(actor, year, after) is not None,
        "runs": runs,
    }


@bp.post("/suite")
@auth.returns_maker
def go_on() -> ResponseReturnValue:
    actor, year = auth.acting(), _year()
    after = go_through(
        lambda after: queries.next_owed(actor, year, after),
        lambda number: _prepare_one(number, year),
        request.form.get("apres", 0, type=record_number),
    )
    if "HX-Request" in request.headers:
        return render_template("returns/_progress.html", year=year, **_progress(after, runs=True))
    return redirect(url_for("returns.index", apres=after))


def _prepare_one(number: int, year: int) -> None:
    """Drawn outside any transaction, from what both the employer and the actor's organisation read."""
    actor = auth.acting()
    values = return_of(number, year, today=clock.today(), now=clock.now(), viewer=actor)
    db.session.rollback()
    pdf = employer_return.pdf(values) if values else b""
    employer = get_employer(actor, number) if pdf else None
    if employer is None or not may_make_return(actor, employer):
        return
    try:
        keep_return(employer, year, pdf, actor=actor, now=clock.now())
        db.session.commit()
    except IntegrityError:  # another tab made the same one at the same moment
        db.session.rollback()


@bp.get("/liste.xlsx")
@auth.returns_maker
@auth.second_factor(back="returns.index")
def export() -> Response:
    year = _year()
    rows = [_row(one) for one in queries.list_returns(auth.acting(), year, limit=None)]
    return list_response("retours", ("Employeur", "SIREN", "Préparé le", "Par"), rows, told=[("Année", str(year))])


def _row(one: Document) -> tuple[Any, ...]:
    made_on = one.created_at.astimezone(PARIS).date()
    return one.employer.name, one.employer.siren, made_on, one.author.full_name
