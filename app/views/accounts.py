"""Signing in and out, the choice of a capacity."""

from argon2 import PasswordHasher
from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock, interruptions, sessions
from app.actions import accounts, throttles
from app.actions.errors import Unacceptable
from app.demo.accounts import demo_accounts
from app.extensions import db
from app.models import SignInWay, User
from app.queries.sessions import has_signed_in
from app.queries.users import get_user_by_email
from app.readers.devices import shortened_address
from app.views import openid
from forms.accounts import CapacityForm, ChangePasswordForm, SignInForm

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
    openid_url = openid.sign_in_address(request.args.get("suite"))
    page = render_template("accounts/sign_in.html", form=form, demo_accounts=accounts_shown, openid_url=openid_url)
    return page, status


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
    else:
        known = get_user_by_email(email)
        auth.note_refusal("connexion refusée", known.id if known else None)
    return user


def check_password(user: User, password: str) -> bool:
    """Tell whether somebody who is signed in knows the password, asked again; guesses are counted."""
    key = f"{user.id} again"
    auth.throttle("sign_in", key)
    is_right = accounts.knows_password(user, password, hasher())
    if is_right:
        throttles.forgive("sign_in", key)
    else:
        auth.note_refusal("mot de passe refusé", user.id)
    return is_right


def welcome(user: User, how: SignInWay, *, second_factor: bool = False) -> ResponseReturnValue:
    """Open the session of somebody identified, and go where that person was going."""
    target = interruptions.local_address(request.args.get("suite"))
    sessions.sign_in(user, how, second_factor=second_factor)
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
    """The session ends, at the provider’s too; the browser drops the pages and drafts that it kept."""
    elsewhere = openid.sign_out_address()
    sessions.sign_out()
    db.session.commit()
    flash("Vous êtes déconnecté.", "success")
    response = Response(status=302, headers={"Location": elsewhere or url_for("accounts.sign_in")})
    # Not « cookies »: ours are already gone, and the one that recognises this device is to stay.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


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
    auth.current_actor()  # the employers of a person are named to that person: the database must know who asks
    form.capacity.choices = [(capacity.id, capacity.label) for capacity in offered]
    if form.validate_on_submit():
        sessions.choose_capacity(form.capacity.data)
        db.session.commit()
        return redirect(url_for("desk.show"))
    return render_template("accounts/capacities.html", form=form), 422 if form.errors else 200
