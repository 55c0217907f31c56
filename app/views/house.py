"""« Mon établissement »: what the managers of an employer find first when they sign in, in their words."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.models import Employer
from app.permissions import binds_the_house
from app.queries.self_diagnostic_dates import get_date
from app.queries.wishes import get_standing_wish
from app.views.commitments import commitments_of
from app.views.house_page import diagnostic_line, supports_of, written_of
from app.views.indicator_pages import summaries_of
from app.views.self_diagnostic_date_words import house_words
from app.views.wish_words import standing_words, wish_day

bp = Blueprint("house", __name__)

RECENT = 5
"""How many entries are open; the older ones are one touch away."""


def own_house() -> Employer:
    """Return the employer that the actor manages now: one house at a time, whatever the others of the same person."""
    return auth.employer_or_404(auth.acting().employer_id or 0)


@bp.get("/mon-etablissement")
@auth.house_member
def show() -> ResponseReturnValue:
    actor, today, employer = auth.acting(), clock.today(), own_house()
    written, wish = written_of(actor, employer, today), get_standing_wish(actor, employer)
    return render_template(
        "house/show.html",
        employer=employer,
        supports=supports_of(actor, today),
        agreed=written.agreed,
        thread=written.thread,
        recent=RECENT,
        diagnostic=diagnostic_line(actor),
        dated=house_words(get_date(employer.id)),
        wish=standing_words(wish),
        wish_words=wish.words if wish else "",
        decides=binds_the_house(actor, employer),
        appointments=[*wish_day(wish), *written.appointments],
        figures=summaries_of(actor, employer, employer.structures, today),
        commitments=commitments_of(actor, employer, today),
    )
