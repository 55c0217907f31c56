"""Signing in and out, a forgotten password, the choice of a capacity."""

from argon2 import PasswordHasher
from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock, interruptions, sessions
from app.actions import accounts, throttles
from app.actions.errors import Unacceptable
from app.actions.outbox import queue_mail
from app.actions.password_links import TEMPLATE, VALID_SECONDS, read_token
from app.demo.accounts import demo_accounts
from app.extensions import db
from app.models import SignInWay, User
from app.queries.sessions import has_signed_in
from app.queries.users import get_user_by_email
from app.readers.devices import shortened_address
from forms.accounts import CapacityForm, ChangePasswordForm, ForgottenPasswordForm, NewPasswordForm, SignInForm

bp = Blueprint("accounts", __name__)


def hasher() -> PasswordHasher:
    """Return the argon2 hasher of this environment."""
    return PasswordHasher(**current_app.config["ARGON2"])


@bp.route("/connexion", methods=["GET", "POST"])
@auth.public
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if form.validate_on_submit():
        if user := _identified(form.email.data, form.password.data):
            return welcome(user, SignInWay.PASSWORD)
        form.refuse("L’adresse ou le mot de passe ne correspond pas. Vous pouvez choisir un nouveau mot de passe.")
    status = 422 if form.errors else 200
    accounts_shown = demo_accounts(current_app) if current_app.config["DEMO"] else []
    return render_template("accounts/sign_in.html", form=form, demo_accounts=accounts_shown), status


def _identified(email: str, password: str) -> User | None:
    """Return who gave the right password. Guesses are counted by account, known or not, and by network.

    A device on which that person has already signed in has a count of its own: whoever guesses from elsewhere
    slows down the guesses made elsewhere, and keeps nobody out.
    """
    email, device = email.strip().lower(), sessions.device_digest()
    account = f"{email} {device}" if has_signed_in(email, device) else email
    network = shortened_address(request.remote_addr)
    auth.throttle("sign_in_address", network)
    auth.throttle("sign_in", account)
    user = accounts.check_credentials(email, password, hasher())
    if user:
        throttles.forgive("sign_in", account)
        throttles.give_back("sign_in_address", network)
    return user


def check_password(user: User, password: str) -> bool:
    """Tell whether somebody who is signed in knows the password, asked again; guesses are counted."""
    key = f"{user.id} again"
    auth.throttle("sign_in", key)
    is_right = accounts.knows_password(user, password, hasher())
    if is_right:
        throttles.forgive("sign_in", key)
    return is_right


def welcome(user: User, how: SignInWay, *, second_factor: bool = False) -> ResponseReturnValue:
    """Open the session of somebody identified, and go where that person was going."""
    target = interruptions.local_address(request.args.get("suite"))
    auth.sign_in(user, how, second_factor=second_factor)
    db.session.commit()
    return redirect(target or url_for("desk.show"))


@bp.post("/demo/connexion")
@auth.public
def sign_in_demo() -> ResponseReturnValue:
    """One button for each account of the demonstration; anywhere else there is nothing here."""
    offered = [account.email for account in demo_accounts(current_app)] if current_app.config["DEMO"] else []
    user = get_user_by_email(request.form.get("email", "")) if request.form.get("email") in offered else None
    if user is None:
        abort(404)
    return welcome(user, SignInWay.DEMO)


@bp.post("/deconnexion")
@auth.holds_session
def sign_out() -> ResponseReturnValue:
    """The session ends, and the browser drops what it kept of it: pages, drafts, what works offline."""
    auth.sign_out()
    db.session.commit()
    flash("Vous êtes déconnecté.", "success")
    response = Response(status=302, headers={"Location": url_for("accounts.sign_in")})
    # Not « cookies »: ours are already gone, and the one that recognises this device is to stay.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.route("/mot-de-passe-oublie", methods=["GET", "POST"])
@auth.public
def forgotten_password() -> ResponseReturnValue:
    form = ForgottenPasswordForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten_password.html", form=form), 422 if form.errors else 200
    auth.throttle("forgotten_password_address", shortened_address(request.remote_addr))
    auth.throttle("forgotten_password", form.email.data.lower())
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
            accounts.change_password(user, form.password.data, hasher(), now=clock.now())
            db.session.commit()
            flash("Votre mot de passe est enregistré. Vous pouvez vous connecter.", "success")
            return redirect(url_for("accounts.sign_in"))
        except Unacceptable as error:
            form.refuse(str(error), error.field)
    return render_template("accounts/new_password.html", form=form), 422 if form.errors else 200


@bp.route("/compte/mot-de-passe", methods=["GET", "POST"])
@auth.signed_in
def change_password() -> ResponseReturnValue:
    found = sessions.current_session()
    if found is None or not found.user.password_hash:
        abort(404)
    form = ChangePasswordForm()
    if form.validate_on_submit():
        if not check_password(found.user, form.present.data):
            form.refuse("Ce n’est pas votre mot de passe actuel.", "present")
        elif _changed(form, found.user, found.id):
            flash("Votre mot de passe est changé. Vos autres sessions sont terminées.", "success")
            return redirect(url_for("sessions.show"))
    return render_template("accounts/change_password.html", form=form), 422 if form.errors else 200


def _changed(form: ChangePasswordForm, user: User, session_id: int) -> bool:
    try:
        accounts.change_password(user, form.password.data, hasher(), now=clock.now(), session_id=session_id)
        sessions.rotate()
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return False
    db.session.commit()
    return True


@bp.route("/fonctions", methods=["GET", "POST"])
@auth.holds_session
def capacities() -> ResponseReturnValue:
    if sessions.current_standing() is not sessions.Standing.OPEN:
        return interruptions.interrupt()
    found = sessions.current_session()
    form = CapacityForm(capacity=found.capacity_id if found else None)
    offered = sessions.valid_capacities(found.user) if found else []
    form.capacity.choices = [(capacity.id, capacity.label) for capacity in offered]
    if form.validate_on_submit():
        sessions.choose_capacity(form.capacity.data)
        db.session.commit()
        return redirect(url_for("desk.show"))
    return render_template("accounts/capacities.html", form=form), 422 if form.errors else 200
