"""Signing in and out, a forgotten password, the choice of a capacity."""

from argon2 import PasswordHasher
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import auth, clock
from app.actions import accounts
from app.actions.errors import Unacceptable
from app.actions.outbox import queue_mail
from app.actions.password_links import TEMPLATE, VALID_SECONDS, read_token
from app.demo.accounts import demo_accounts
from app.extensions import db
from app.models import User
from app.queries.users import get_user_by_email
from forms.accounts import CapacityForm, ForgottenPasswordForm, NewPasswordForm, SignInForm

bp = Blueprint("accounts", __name__)


def hasher() -> PasswordHasher:
    """Return the argon2 hasher of this environment."""
    return PasswordHasher(**current_app.config["ARGON2"])


@bp.route("/connexion", methods=["GET", "POST"])
@auth.public
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if form.validate_on_submit():
        user = accounts.check_credentials(form.email.data, form.password.data, hasher(), now=clock.now())
        db.session.commit()
        if user:
            return _welcome(user)
        form.refuse(
            "L’adresse ou le mot de passe ne correspond pas. Après cinq essais, attendez un quart d’heure "
            "ou choisissez un nouveau mot de passe."
        )
    status = 422 if form.errors else 200
    accounts_shown = demo_accounts(current_app) if current_app.config["DEMO"] else []
    return render_template("accounts/sign_in.html", form=form, demo_accounts=accounts_shown), status


def _welcome(user: User) -> ResponseReturnValue:
    target = auth.local_address(request.args.get("suite"))
    auth.sign_in(user)
    return redirect(target or url_for("desk.show"))


@bp.post("/demo/connexion")
@auth.public
def sign_in_demo() -> ResponseReturnValue:
    """One button for each account of the demonstration; anywhere else there is nothing here."""
    offered = [account.email for account in demo_accounts(current_app)] if current_app.config["DEMO"] else []
    user = get_user_by_email(request.form.get("email", "")) if request.form.get("email") in offered else None
    if user is None:
        abort(404)
    return _welcome(user)


@bp.post("/deconnexion")
@auth.signed_in
def sign_out() -> ResponseReturnValue:
    auth.sign_out()
    flash("Vous êtes déconnecté.", "success")
    return redirect(url_for("accounts.sign_in"))


@bp.route("/mot-de-passe-oublie", methods=["GET", "POST"])
@auth.public
def forgotten_password() -> ResponseReturnValue:
    form = ForgottenPasswordForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten_password.html", form=form), 422 if form.errors else 200
    user = get_user_by_email(form.email.data)
    if user and user.is_enabled:
        now = clock.now()
        queue_mail(user.id, TEMPLATE, object_kind="user", object_id=user.id, rule=f"{now:%Y-%m-%d %H:%M}", now=now)
        db.session.commit()
    return render_template("accounts/link_sent.html", email=form.email.data)


@bp.route("/mot-de-passe/<token>", methods=["GET", "POST"])
@auth.public
def new_password(token: str) -> ResponseReturnValue:
    user = read_token(token, current_app.config["SECRET_KEY"], max_age=VALID_SECONDS)
    if user is None:
        return render_template("accounts/link_expired.html"), 404
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            accounts.set_password(user, form.password.data, hasher(), now=clock.now())
            db.session.commit()
            flash("Votre mot de passe est enregistré. Vous pouvez vous connecter.", "success")
            return redirect(url_for("accounts.sign_in"))
        except Unacceptable as error:
            form.refuse(str(error), error.field)
    return render_template("accounts/new_password.html", form=form), 422 if form.errors else 200


@bp.route("/fonctions", methods=["GET", "POST"])
@auth.signed_in
def capacities() -> ResponseReturnValue:
    form = CapacityForm(capacity=auth.acting().capacity_id)
    form.capacity.choices = [(capacity.id, capacity.label) for capacity in auth.valid_capacities(current_user)]
    if form.validate_on_submit():
        session["capacity"] = form.capacity.data
        session.pop("csrf_token", None)  # a form opened in the former capacity is refused, not kept for the new one
        return redirect(url_for("desk.show"))
    return render_template("accounts/capacities.html", form=form), 422 if form.errors else 200
