"""Signing in with ProConnect: off to the provider, back from it, and out again."""

import re
import secrets
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from app import auth, clock, interruptions, sessions
from app.actions import openid as accounts
from app.extensions import db, writing
from app.models import SignInWay
from app.openid import Declined, Identity, Provider, ProviderDown, Rejected, Settings, TooWeak
from app.openid.provider import declined

bp = Blueprint("openid", __name__, url_prefix="/connexion/proconnect")

COOKIE = "jalon_openid_"
"""Followed by the start of the state: two windows may be on their way at once."""
SECONDS_TO_COME_BACK = 600
LONGEST_KEPT_TOKEN = 2_500
"""Beyond, browsers would drop the whole cookie of the session: signing out then stays local."""


def provider() -> Provider | None:
    """Return the provider of this environment, None when none is set."""
    config = current_app.config
    if not config["OIDC_ISSUER"]:
        return None
    settings = Settings(
        issuer=config["OIDC_ISSUER"],
        client_id=config["OIDC_CLIENT_ID"],
        client_secret=config["OIDC_CLIENT_SECRET"],
        redirect_uri=_public(url_for("openid.back")),
        acr_values=tuple(config["OIDC_ACR"].split()),
        timeout_seconds=config["OIDC_TIMEOUT"],
    )
    known = current_app.extensions.get("openid")
    if not isinstance(known, Provider) or known.settings != settings:
        known = current_app.extensions["openid"] = Provider(settings)
    return known


def _provider_or_404() -> Provider:
    known = provider()
    if known is None:
        abort(404)
    return known


def sign_in_address(target: str | None = None) -> str | None:
    """Return where the button leads, None without a provider: then there is no button."""
    return url_for("openid.go", suite=target) if current_app.config["OIDC_ISSUER"] else None


@bp.get("")
@auth.public
def go() -> ResponseReturnValue:
    """Send the browser to the provider, with what will prove that it comes back from this very trip."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        address = _provider_or_404().authorization_url(state=state, nonce=nonce, verifier=verifier, now=clock.now())
    except ProviderDown as error:
        return _stop(error)
    trip = {"state": state, "nonce": nonce, "verifier": verifier, "target": request.args.get("suite", "")[:500]}
    answer = redirect(address)
    answer.set_cookie(
        _cookie(state),
        _signer().dumps(trip),
        max_age=SECONDS_TO_COME_BACK,
        path=bp.url_prefix,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


@bp.get("/retour")
@auth.public
def back() -> ResponseReturnValue:
    """The one GET that writes: the protocol brings people back by GET, and a proven person opens a session."""
    known, trip = _provider_or_404(), _read_trip()
    if request.args.get("iss", known.settings.issuer) != known.settings.issuer:
        return _stop(Rejected("retour d’un autre fournisseur"))
    if trip is None:
        return _stop(Rejected("retour sans départ"))
    if request.args.get("error"):
        return _stop(declined(request.args["error"]))
    try:
        identity = known.identify(
            request.args.get("code", ""), nonce=trip["nonce"], verifier=trip["verifier"], now=clock.now()
        )
    except (ProviderDown, Rejected) as error:
        return _stop(error)
    return _enter(identity, interruptions.local_address(trip["target"]))


def _enter(identity: Identity, target: str | None) -> ResponseReturnValue:
    db.session.rollback()
    writing.set(True)  # from here on, and before the first statement: SQLite takes its lock at the start
    try:
        capacity = accounts.recognise(
            identity.issuer,
            identity.sub,
            email=identity.email,
            siret=identity.siret,
            open_capacities=sessions.valid_capacities,
            now=clock.now(),
        )
    except (accounts.UnknownPerson, accounts.OtherOrganisation, accounts.LinkedElsewhere) as error:
        db.session.rollback()
        return _stop(error, identity=identity)
    vouched = identity.acr in current_app.config["OIDC_ACR_SECOND_FACTOR"].split()
    sessions.sign_in(capacity.user, SignInWay.OPENID, second_factor=vouched, capacity=capacity)
    session["openid"] = {"id_token": identity.id_token if len(identity.id_token) <= LONGEST_KEPT_TOKEN else ""}
    db.session.commit()
    return _forget_trip(redirect(target or url_for("desk.show")))


def sign_out_address() -> str | None:
    """Return where to end the session at the provider's too; None for whoever came in another way. Before sign-out."""
    known, token = provider(), session.get("openid", {}).get("id_token")
    if known is None or not token:
        return None
    return _end_session(known, token)


def _end_session(known: Provider, token: str) -> str | None:
    try:
        return known.end_session_url(
            id_token=token,
            state=secrets.token_urlsafe(16),
            back_to=_public(url_for("accounts.sign_in")),
            now=clock.now(),
        )
    except ProviderDown:
        return None


# --- The trip, kept by the browser itself: no table, no session, one return --------------------------------


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="openid-trip")


def _cookie(state: str) -> str:
    prefix = "__Secure-" if current_app.config["SESSION_COOKIE_SECURE"] else ""
    return prefix + COOKIE + re.sub(r"[^\w-]", "", state, flags=re.ASCII)[:12]


def _read_trip() -> dict[str, str] | None:
    state = request.args.get("state", "")
    try:
        trip: dict[str, str] = _signer().loads(request.cookies.get(_cookie(state), ""), max_age=SECONDS_TO_COME_BACK)
    except BadData:
        return None
    return trip if secrets.compare_digest(trip["state"].encode(), state.encode()) else None


def _forget_trip(answer: Any) -> Response:
    response = make_response(answer)
    if (name := _cookie(request.args.get("state", ""))) in request.cookies:
        response.delete_cookie(name, path=bp.url_prefix, secure=current_app.config["SESSION_COOKIE_SECURE"])
    return response


def _public(path: str) -> str:
    return f"{current_app.config['PUBLIC_URL'].rstrip('/')}{path}"


# --- Pages of what stops -----------------------------------------------------------------------------------

PAGES: dict[type[Exception], tuple[str, int]] = {
    ProviderDown: ("down", 503),
    TooWeak: ("too_weak", 403),
    Rejected: ("rejected", 400),
    Declined: ("declined", 403),
    accounts.UnknownPerson: ("unknown_person", 403),
    accounts.OtherOrganisation: ("other_organisation", 403),
    accounts.LinkedElsewhere: ("linked_elsewhere", 403),
}


def _stop(error: Exception, identity: Identity | None = None) -> Response:
    """Say calmly what happened and what to do; the log has the reason, never a token nor an address."""
    current_app.logger.warning("ProConnect : %s", str(error) or type(error).__name__)
    name, status = next(page for kind, page in PAGES.items() if isinstance(error, kind))
    known = provider()
    leave = _end_session(known, identity.id_token) if identity and known else None
    page = render_template("openid/stopped.html", why=name, identity=identity, leave_url=leave)
    return _forget_trip((page, status))
