"""« Recontactez-moi en … », « pas de suite pour le moment »: what follows is told before it is asked for."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from app import auth, clock
from app.actions import wishes
from app.actions.errors import Unacceptable
from app.actions.wishes import Wish
from app.extensions import db
from app.filters import day, month
from app.models import HouseWish
from app.queries.houses import list_house_cases
from app.queries.threads import find_submission
from app.queries.wishes import get_standing_wish
from app.views.absence_words import capitalised
from app.views.house import own_house
from app.views.wish_words import standing_words
from forms.houses import CallBackForm, NoFollowUpForm
from workflows.employer_wish import WishKind, months_offered, quiet_until

bp = Blueprint("wishes", __name__)

SAID = "C’est noté. Votre contact en est averti."
MEANWHILE = "Une autre demande vient d’être faite pour votre établissement : la voici."


@bp.route("/mon-etablissement/recontact", methods=["GET", "POST"])
@auth.house_member
def call_back() -> ResponseReturnValue:
    today = clock.today()
    form = CallBackForm()
    form.month.choices = [(f"{one:%Y-%m}", capitalised(month(one))) for one in months_offered(today)]
    if form.validate_on_submit():
        asked = next(one for one in months_offered(today) if f"{one:%Y-%m}" == form.month.data)
        if _is_asked(form, Wish(WishKind.CALL_BACK, asked, form.words.data or "")):
            return redirect(url_for("house.show"))
    return render_template("house/call_back.html", form=form, **_surroundings()), 422 if form.errors else 200


@bp.route("/mon-etablissement/pas-de-suite", methods=["GET", "POST"])
@auth.house_decider
def no_follow_up() -> ResponseReturnValue:
    form = NoFollowUpForm()
    wish = Wish(WishKind.NO_FOLLOW_UP, words=form.words.data or "")
    if form.validate_on_submit() and _is_asked(form, wish):
        return redirect(url_for("house.show"))
    page = render_template(
        "house/no_follow_up.html", form=form, until=day(quiet_until(clock.today())), **_surroundings()
    )
    return page, 422 if form.errors else 200


@bp.post("/mon-etablissement/demande/retrait")
@auth.house_member
def take_back() -> ResponseReturnValue:
    actor, today, now = auth.acting(), clock.today(), clock.now()
    wishes.take_back(own_house(), list_house_cases(actor), actor=actor, today=today, now=now)
    db.session.commit()
    flash("Votre demande est retirée : l’appui reprend son cours.", "success")
    return redirect(url_for("house.show"))


def _surroundings() -> dict[str, object]:
    actor, employer = auth.acting(), own_house()
    running = [case for case in list_house_cases(actor) if not case.is_ended]
    return {"employer": employer, "running": running, "standing": standing_words(get_standing_wish(actor, employer))}


def _is_asked(form: CallBackForm | NoFollowUpForm, wish: Wish) -> bool:
    """Tell whether it is asked, now or by the first of two clicks."""
    actor = auth.acting()
    if find_submission(HouseWish, form.submission.data, actor):
        return True
    try:
        wishes.ask(
            own_house(),
            list_house_cases(actor),
            wish,
            actor=actor,
            today=clock.today(),
            now=clock.now(),
            submission=form.submission.data,
        )
        db.session.commit()
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return False
    except IntegrityError:  # another manager, at the same moment
        db.session.rollback()
        flash(MEANWHILE, "info")
        return True
    flash(SAID, "success")
    return True
