"""Links by mail: asking for one, and following it. GET shows what will happen; only the button does it."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock, interruptions, sessions
from app.actions import accounts, magic_links, people
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import Capacity, LinkPurpose, MagicLink, SignInWay
from app.queries.magic_links import get_link, get_pending_link
from app.readers.devices import shortened_address
from app.views import openid
from app.views.accounts import hasher
from forms.links import AskForm, FollowForm, PasswordForm

bp = Blueprint("links", __name__)

FOLLOWED_HERE = {
    LinkPurpose.SIGN_IN: "links/sign_in.html",
    LinkPurpose.PASSWORD: "links/password.html",
    LinkPurpose.INVITATION: "links/invitation.html",
}
"""Those that open an account. The others are followed on the page of what they are about."""

ASKED = {
    LinkPurpose.SIGN_IN: (
        "Recevoir un lien de connexion",
        "Pas de mot de passe à retenir : nous vous envoyons un lien qui vous connecte.",
    ),
    LinkPurpose.PASSWORD: (
        "Mot de passe oublié",
        "Cela arrive à tout le monde. Nous vous envoyons un lien pour en choisir un nouveau.",
    ),
}
"""The links that one asks for oneself: title of the page, and what will come."""


@bp.route("/connexion/lien", methods=["GET", "POST"])
@auth.public
def ask_to_sign_in() -> ResponseReturnValue:
    return _ask(LinkPurpose.SIGN_IN)


@bp.route("/mot-de-passe-oublie", methods=["GET", "POST"])
@auth.public
def forgotten_password() -> ResponseReturnValue:
    return _ask(LinkPurpose.PASSWORD)


def _ask(purpose: LinkPurpose) -> ResponseReturnValue:
    """The answer is the same whoever the address belongs to."""
    form = AskForm()
    if not form.validate_on_submit():
        title, promise = ASKED[purpose]
        return render_template("links/ask.html", form=form, title=title, promise=promise), 422 if form.errors else 200
    target = interruptions.local_address(request.args.get("suite")) or ""
    kind = "forgotten_password" if purpose is LinkPurpose.PASSWORD else "magic_link"
    auth.throttle(f"{kind}_address", shortened_address(request.remote_addr))
    auth.throttle(kind, form.email.data.lower())
    magic_links.ask(form.email.data, purpose, secret_key=_key(), now=clock.now(), target=target)
    db.session.commit()
    minutes = int(magic_links.VALIDITY[purpose].total_seconds()) // 60
    return render_template("links/sent.html", email=form.email.data, minutes=minutes, again=request.full_path)


@bp.route("/lien/<reference>", methods=["GET", "POST"])
@auth.public
def follow(reference: str) -> ResponseReturnValue:
    link = get_pending_link(reference, clock.now())
    if link is None or link.user is None or link.purpose not in FOLLOWED_HERE:
        return _dead(reference)
    form = FollowForm() if link.purpose is LinkPurpose.SIGN_IN else PasswordForm()
    if not link.needs_second_factor or _is_theirs(link):
        del form.code
    if form.validate_on_submit():
        try:
            return _use(link, form)
        except magic_links.LinkDead:
            db.session.commit()
            return _dead(reference)
        except magic_links.WrongCode:
            db.session.commit()  # the try counts
            form.refuse("Ce n’est pas le code que l’on vous a donné. Après cinq essais, le lien ne sert plus.", "code")
        except Unacceptable as error:
            db.session.rollback()  # the link is still good
            form.refuse(str(error), error.field)
    return _show(link, form)


def _show(link: MagicLink, form: FollowForm) -> ResponseReturnValue:
    page = render_template(FOLLOWED_HERE[link.purpose], form=form, openid_url=openid.sign_in_address())
    return page, 422 if form.errors else 200


def _use(link: MagicLink, form: FollowForm) -> ResponseReturnValue:
    code = form.code.data if form.code else ""
    now = clock.now()
    used = magic_links.redeem(
        link.reference,
        form.secret.data or "",
        secret_key=_key(),
        now=now,
        signed_in_id=sessions.signed_in_id(),
        code=code,
    )
    assert used.user
    if isinstance(form, PasswordForm):
        accounts.change_password(used.user, form.password.data, hasher(), now=now)
        magic_links.void(used.email, *FOLLOWED_HERE, now=now)
    if used.purpose is LinkPurpose.PASSWORD:
        flash("Votre mot de passe est enregistré. Vous pouvez vous connecter.", "success")
        target = url_for("accounts.sign_in")
    else:
        sessions.sign_in(used.user, SignInWay.MAGIC_LINK, capacity=_invited_as(used))
        target = interruptions.local_address(used.target) or url_for("desk.show")
    db.session.commit()
    return redirect(target)


def _invited_as(link: MagicLink) -> Capacity | None:
    """Return the function that an invitation is for, while it is open."""
    if link.object_kind != people.ABOUT or link.user is None:
        return None
    return next((one for one in sessions.valid_capacities(link.user) if one.id == link.object_id), None)


def _dead(reference: str) -> ResponseReturnValue:
    """One page for what is wrong, old, replaced or used; a second click by the person it has let in goes on."""
    link = get_link(reference)
    if link and link.used_at and request.method == "POST" and _is_theirs(link):
        return redirect(url_for("desk.show"))
    return render_template("links/dead.html"), 404


def _is_theirs(link: MagicLink) -> bool:
    return link.user_id is not None and sessions.signed_in_id() == link.user_id


def _key() -> str:
    key: str = current_app.config["SECRET_KEY"]
    return key
