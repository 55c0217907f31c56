"""The second factor: asked for, added, its recovery codes, removed."""

from datetime import timedelta
from typing import Any

import segno
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app import auth, clock, interruptions, sessions
from app.actions import second_factors as actions
from app.actions import throttles
from app.extensions import db
from app.filters import duration
from app.models import SignInWay, UserSession
from app.sessions import Standing
from app.views.accounts import check_password
from app.views.sessions import own_session
from forms.accounts import CodeForm, PresentPasswordForm

bp = Blueprint("second_factors", __name__)


@bp.route("/verification", methods=["GET", "POST"])
@auth.holds_session
def verify() -> ResponseReturnValue:
    """Asked while signing in, and again before a sensitive act."""
    form, found = CodeForm(), own_session()
    if sessions.current_standing() is Standing.LOCKED:
        return interruptions.interrupt()
    if request.method == "GET" and not found.user.has_second_factor and found.how is not SignInWay.DEMO:
        return redirect(url_for("second_factors.show", suite=request.args.get("suite")))
    if form.is_submitted() and (_is_fresh(found) or _answers(form, found)):
        is_signing_in = sessions.current_standing() is Standing.AWAITS_CODE
        following = interruptions.go_on(form) if is_signing_in or form.resume.data else _behind()
        sessions.note_second_factor()
        db.session.commit()
        return following
    return interruptions.ask(form), 422 if form.errors else 200


def _is_fresh(found: UserSession) -> bool:
    """Tell whether another tab has done it in the meantime."""
    limit = timedelta(minutes=current_app.config["SECOND_FACTOR_MINUTES"])
    return found.second_factor_at is not None and clock.now() - found.second_factor_at <= limit


def _answers(form: CodeForm, found: UserSession) -> bool:
    """Tell whether the code is right; otherwise the form says why not."""
    user = found.user
    if not user.has_second_factor:
        if found.how is SignInWay.DEMO and current_app.config["DEMO"]:
            return True
        form.refuse("Votre compte n’a pas encore de second facteur : ajoutez-le d’abord.")
        return False
    return form.validate() and _is_right(form, lambda code: _check(found, code))


def _check(found: UserSession, code: str) -> bool:
    return actions.check_second_factor(found.user, code, current_app.config["SECRET_KEY"], now=clock.now())


def _is_right(form: CodeForm, check: Any) -> bool:
    """Try what was typed, counting the guesses."""
    key = str(own_session().user_id)
    try:
        auth.throttle("second_factor", key)
        if check(form.second_factor_code.data):
            throttles.forgive("second_factor", key)
            return True
        auth.note_refusal("second facteur refusé", own_session().user_id)
        form.refuse("Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant.", "second_factor_code")
    except auth.TooManyAttempts as error:
        form.refuse(f"Trop d’essais à la suite. Réessayez dans {duration(error.wait)}.", "second_factor_code")
    return False


def _behind() -> ResponseReturnValue:
    target = interruptions.local_address(request.args.get("suite")) or url_for("sessions.show")
    behind = interruptions.page_behind(target)
    if behind != target:
        flash("C’est vérifié : vous pouvez télécharger.", "success")
    return redirect(behind)


@bp.route("/compte/second-facteur", methods=["GET", "POST"])
@auth.signed_in
def show() -> ResponseReturnValue:
    """What a second factor is; the button draws the secret that the next page shows."""
    user, suite = own_session().user, interruptions.local_address(request.args.get("suite"))
    if request.method == "POST" and not user.has_second_factor:
        actions.begin_enrolment(user, current_app.config["SECRET_KEY"], now=clock.now())
        db.session.commit()
        return redirect(url_for("second_factors.confirm", suite=suite))
    return render_template(
        "accounts/second_factor.html", user=user, suite=suite, codes_left=actions.count_recovery_codes(user.id)
    )


@bp.route("/compte/second-facteur/confirmation", methods=["GET", "POST"])
@auth.signed_in
def confirm() -> ResponseReturnValue:
    user, form, secret_key = own_session().user, CodeForm(), current_app.config["SECRET_KEY"]
    enrolment = actions.enrolment_of(user, secret_key)
    if enrolment is None:
        return redirect(url_for("second_factors.show"))
    form.second_factor_code.description = "Les six chiffres que l’application affiche."
    codes: list[str] = []

    def check(code: str) -> bool:
        codes[:] = actions.confirm_enrolment(user, code, secret_key, now=clock.now())
        return bool(codes)

    if form.validate_on_submit() and _is_right(form, check):
        sessions.note_second_factor()
        db.session.commit()
        return _codes_page(codes, is_new=True)
    code = Markup(segno.make(enrolment.address, error="m").svg_inline(scale=5, border=3, title="Code à scanner"))
    page = render_template("accounts/second_factor_confirm.html", form=form, secret=enrolment.secret, image=code)
    return page, 422 if form.errors else 200


@bp.post("/compte/second-facteur/codes")
@auth.signed_in
@auth.second_factor()
def renew_codes() -> ResponseReturnValue:
    user = own_session().user
    if not user.has_second_factor:
        return redirect(url_for("second_factors.show"))
    codes = actions.renew_recovery_codes(user, current_app.config["SECRET_KEY"], now=clock.now())
    db.session.commit()
    return _codes_page(codes, is_new=False)


def _codes_page(codes: list[str], *, is_new: bool) -> str:
    """The only page that ever shows them: it answers the form itself, so that nothing keeps them in between."""
    target = interruptions.local_address(request.args.get("suite"))
    after = interruptions.page_behind(target) if target else url_for("sessions.show")
    return render_template("accounts/recovery_codes.html", codes=codes, is_new=is_new, after=after)


@bp.route("/compte/second-facteur/suppression", methods=["GET", "POST"])
@auth.signed_in
def remove() -> ResponseReturnValue:
    """The password is asked again; where there is none, somebody who runs Jalon checks who asks."""
    user, form = own_session().user, PresentPasswordForm()
    if not user.has_second_factor:
        return redirect(url_for("second_factors.show"))
    if form.validate_on_submit():
        if check_password(user, form.present.data):
            actions.remove_second_factor(user, now=clock.now(), by=user.id)
            db.session.commit()
            flash("Votre second facteur est retiré.", "success")
            return redirect(url_for("sessions.show"))
        form.refuse("Ce n’est pas votre mot de passe.", "present")
    return render_template("accounts/second_factor_remove.html", form=form, user=user), 422 if form.errors else 200
