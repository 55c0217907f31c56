"""Sharing the barometer, by the employer; reading what was shared, by a partner."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import access_log, auth, clock
from app.actions import barometer_sharing as actions
from app.actions.barometer_sharing import Chosen
from app.actions.errors import Unacceptable
from app.extensions import db
from app.permissions import Act, Actor, Kind, may_read_share
from app.queries import barometer as queries
from app.queries.recipients import list_recipients
from app.views import barometer_words as words
from app.views.barometer import house_and_place, place_id, surroundings
from forms.barometer import ShareForm
from workflows.barometer import BY_NAME, MEASURES, month_in_words

bp = Blueprint("barometer_sharing", __name__, url_prefix="/mon-etablissement/barometre")


@bp.route("/partage", methods=["GET", "POST"])
@auth.requires(Kind.BAROMETER, Act.WRITE)
def edit() -> ResponseReturnValue:
    employer, structure = house_and_place()
    among = list_recipients(employer, Kind.BAROMETER, clock.today())
    months = list(queries.list_months(auth.acting(), place_id(structure)))
    form = _form(among, months)
    if form.validate_on_submit():
        numbers = [int(number) for number in form.recipients.data or ()]
        try:
            who: dict[str, Any] = {"actor": auth.acting(), "now": clock.now()}
            actions.share(employer, structure, numbers, _chosen(form), among, **who)
        except Unacceptable as error:
            db.session.rollback()
            employer, structure = house_and_place()
            form.refuse(str(error), error.field)
        else:
            db.session.commit()
            flash("C’est partagé avec les organismes que vous avez choisis, et eux seuls.", "success")
            return redirect(url_for("barometer_sharing.edit", lieu=place_id(structure)))
    shares = [one for one in queries.list_shares(auth.acting()) if one.structure_id == place_id(structure)]
    page = render_template(
        "barometer/share.html",
        form=form,
        among=among,
        has_months=bool(months),
        current=[(one, _terms(one)) for one in shares if one.withdrawn_at is None],
        past=[(one, _terms(one)) for one in shares if one.withdrawn_at is not None],
        **surroundings(employer, structure),
    )
    return page, 422 if form.errors else 200


def _form(among: list[Actor], months: list[date]) -> ShareForm:
    form = ShareForm(data={"last_month": f"{months[-1]}" if months else "", "first_month": _first(months)})
    form.recipients.choices = [(str(one.organisation_id), one.organisation_name) for one in among]
    form.first_month.choices = form.last_month.choices = [(f"{one}", month_in_words(one)) for one in months]
    form.measures.choices = [(one.name, one.label) for one in MEASURES]
    return form


def _first(months: list[date]) -> str:
    return f"{months[max(0, len(months) - 12)]}" if months else ""


def _chosen(form: ShareForm) -> Chosen:
    first, last = (date.fromisoformat(field.data) for field in (form.first_month, form.last_month))
    return Chosen(first, last, frozenset(form.measures.data or ()))


def _terms(share: Any) -> str:
    labels = ", ".join(BY_NAME[name].label for name in share.measures if name in BY_NAME)
    return f"de {month_in_words(share.first_month)} à {month_in_words(share.last_month)} : {labels}"


@bp.post("/partages/<int:barometer_share_id>/retrait")
@auth.requires(Kind.BAROMETER, Act.WRITE)
def withdraw(barometer_share_id: int) -> ResponseReturnValue:
    house_and_place()
    actions.withdraw(barometer_share_id, actor=auth.acting(), now=clock.now())
    db.session.commit()
    flash("C’est retiré : cet organisme ne peut plus rien en lire ici.", "success")
    return redirect(url_for("barometer_sharing.edit"))


@bp.get("/partages/<int:barometer_share_id>")
@auth.requires(Kind.BAROMETER)
def read(barometer_share_id: int) -> ResponseReturnValue:
    """What an employer shared with the reader's organisation, as it was that day."""
    actor = auth.acting()
    share = queries.get_share(actor, barometer_share_id)
    if share is None:
        abort(404)
    employer = auth.employer_or_404(share.employer_id)
    access_log.note_relations(employer.relations)
    if not may_read_share(actor, share, employer):
        abort(404 if share.withdrawn_at is None else 403)
    return render_template(
        "barometer/shared.html",
        share=share,
        employer=employer,
        terms=_terms(share),
        head=["Mois", *(BY_NAME[name].label for name in share.measures)],
        rows=[
            [month_in_words(date.fromisoformat(month)), *(words.written(figures, name) for name in share.measures)]
            for month, figures in share.content.items()
        ],
    )
