"""Signing in and out, the choice of a capacity."""

from argon2 import PasswordHasher
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import auth, clock
from app.actions import accounts
from app.demo.accounts import demo_accounts
from app.extensions import db
from app.models import User
from app.queries.users import get_user_by_email
from app.views import openid
from forms.accounts import CapacityForm, SignInForm

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
    openid_url = openid.sign_in_address(request.args.get("suite"))
    page = render_template("accounts/sign_in.html", form=form, demo_accounts=accounts_shown, openid_url=openid_url)
    return page, status


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
    elsewhere = openid.sign_out_address()
    auth.sign_out()
    flash("Vous êtes déconnecté.", "success")
    return redirect(elsewhere or url_for("accounts.sign_in"))


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
