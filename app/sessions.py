"""The session behind a request: a random token in a cookie, everything else in the database."""

import secrets
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256

from flask import Flask, Response, current_app, g, request, session
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from app import clock
from app.actions import sessions as actions
from app.extensions import db, patience, writing
from app.models import Capacity, SignInWay, User, UserSession
from app.queries.sessions import get_session
from app.readers.devices import browser_in_words, shortened_address

TOKEN, DEVICE = "jalon", "jalon-appareil"
DEVICE_KEPT = timedelta(days=390)
BETWEEN_NOTES = timedelta(minutes=1)


class Standing(Enum):
    """What whoever sends the request has shown so far."""

    NOBODY = "nobody"
    AWAITS_CODE = "awaits code"
    LOCKED = "locked"
    OPEN = "open"


def init_app(app: Flask) -> None:
    """Give the answers their cookies, and note now and then that a session is in use."""
    app.after_request(_set_cookies)
    app.after_request(_note_use)


def current_session() -> UserSession | None:
    """Return the running session of this request, read once, or None."""
    if "user_session" not in g:
        token = request.cookies.get(_cookie(TOKEN), "")
        g.user_session = get_session(digest_of(token), now=clock.now()) if token else None
        g.standing = _standing(g.user_session)
        g.last_use = (g.user_session.id, g.user_session.seen_at) if g.user_session else None
        g.signed_in_id = g.user_session.user_id if g.user_session and g.standing is Standing.OPEN else None
        g.lock_needs = lock_needs(g.user_session) if g.standing is Standing.OPEN else None
    found: UserSession | None = g.user_session
    return found


def current_standing() -> Standing:
    """Return how far the person of this request has got; judged once, when the request begins."""
    current_session()
    standing: Standing = g.standing
    return standing


def current_user() -> User | None:
    """Return the person of this request, signed in at least with a first factor, or None."""
    found = current_session()
    return found.user if found else None


def signed_in_id() -> int | None:
    """Return the number of the person of this request if the session is open; kept as read when it began."""
    current_session()
    number: int | None = g.signed_in_id
    return number


def _standing(found: UserSession | None) -> Standing:
    if found is None:
        return Standing.NOBODY
    if found.user.has_second_factor and found.second_factor_at is None and found.how is not SignInWay.DEMO:
        return Standing.AWAITS_CODE
    idle = clock.now() - found.seen_at
    if is_agent(found) and idle >= timedelta(minutes=current_app.config["LOCK_MINUTES"]):
        return Standing.LOCKED
    return Standing.OPEN


def is_agent(found: UserSession) -> bool:
    """Tell whether somebody acts for an organisation: such a session is locked when it is left aside."""
    chosen = next((one for one in found.user.capacities if one.id == found.capacity_id), None)
    return chosen is None or chosen.organisation_id is not None


def lock_needs(found: UserSession | None) -> str | None:
    """Return what opens this session again when it is left aside; None: it is never locked."""
    if found is None or not is_agent(found):
        return None
    if found.how is SignInWay.DEMO and current_app.config["DEMO"]:
        return "nothing"
    return "password" if found.user.password_hash else "sign_in"


def valid_capacities(user: User) -> list[Capacity]:
    """Return the capacities in which a person may act today."""
    today = clock.today()
    return [
        capacity
        for capacity in user.capacities
        if capacity.is_open(today) and (capacity.organisation is None or capacity.organisation.is_active)
    ]


def sign_in(user: User, how: SignInWay, *, second_factor: bool = False, capacity: Capacity | None = None) -> None:
    """Open a session for somebody whose identity has been checked, in place of the one of this browser.

    `second_factor`: the provider vouches for one. Otherwise whoever has enrolled one is asked for it on the next
    page, whichever that is. `capacity`: the one to act in, else the first that is open. The view commits.
    """
    if _goes_on(user, second_factor):
        return
    end_current_session()
    session.clear()
    token, now = _draw_token(), clock.now()
    chosen = capacity or next(iter(valid_capacities(user)), None)
    g.user_session = actions.open_session(
        user,
        how,
        digest_of(token),
        actions.Device(device_digest(), _browser(), shortened_address(request.remote_addr)),
        capacity_id=chosen.id if chosen else None,
        second_factor=second_factor,
        lifetime=timedelta(hours=current_app.config["SESSION_HOURS"]),
        now=now,
    )


def _goes_on(user: User, second_factor: bool) -> bool:
    """Signing in again is also a way of unlocking: the same session goes on, and the form typed under it."""
    found = current_session()
    if found is None or found.user_id != user.id or current_standing() is not Standing.LOCKED:
        return False
    rotate().second_factor_at = clock.now() if second_factor else found.second_factor_at
    return True


def sign_out() -> None:
    """End the session and forget what the browser held. The view commits."""
    end_current_session()
    session.clear()
    g.user_session, g.standing, g.token = None, Standing.NOBODY, ""


def end_current_session() -> None:
    """End the session of this browser in the database, if there is one."""
    if found := current_session():
        actions.end_session(found.id, found.user_id, now=clock.now())


def rotate() -> UserSession:
    """Give the running session another token: the one before is worth nothing any more. The view commits."""
    found = current_session()
    assert found
    found.digest, found.seen_at = digest_of(_draw_token()), clock.now()
    return found


def choose_capacity(capacity_id: int) -> None:
    """Go on in another capacity; a form opened in the one before is refused, not kept for the new one."""
    rotate().capacity_id = capacity_id
    actions.join(capacity_id)
    session.pop("csrf_token", None)


def note_second_factor() -> None:
    """Note that a second factor has just been shown in this session."""
    rotate().second_factor_at = clock.now()


def device_digest() -> str:
    """Return what tells this browser from others, drawing its cookie the first time."""
    if "device" not in g:
        g.device = request.cookies.get(_cookie(DEVICE), "")
        if not 20 <= len(g.device) <= 64:
            g.device = g.device_to_set = secrets.token_urlsafe(32)
    return digest_of(g.device)


def digest_of(token: str) -> str:
    """Return what the database keeps of a random token."""
    return sha256(token.encode()).hexdigest()


def _draw_token() -> str:
    g.token = secrets.token_urlsafe(32)
    return str(g.token)


def _browser() -> str:
    return browser_in_words(request.user_agent.string)


def _cookie(name: str) -> str:
    return f"__Host-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name


def _set_cookies(response: Response) -> Response:
    if "token" in g and response.status_code < 400:  # after an error nothing was kept: the former token still holds
        _set_cookie(response, TOKEN, g.token, timedelta(hours=current_app.config["SESSION_HOURS"]))
    if "device_to_set" in g:
        _set_cookie(response, DEVICE, g.device_to_set, DEVICE_KEPT)
    return response


def _set_cookie(response: Response, name: str, value: str, kept: timedelta) -> None:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    if not value:
        response.delete_cookie(_cookie(name), secure=secure, httponly=True, samesite="Lax")
        return
    response.set_cookie(_cookie(name), value, max_age=kept, secure=secure, httponly=True, samesite="Lax")


def _note_use(response: Response) -> Response:
    """Keep the time of last use, once a minute, in a transaction of its own that waits for nobody.

    It comes when the work of the request is over: nothing this request holds can stand in its way, and a database
    busy with something else only leaves the note to the next request.
    """
    if g.get("standing") is Standing.OPEN and g.get("last_use") and "token" not in g:
        session_id, seen_at = g.last_use
        now = clock.now()
        if now - seen_at >= BETWEEN_NOTES:
            db.session.rollback()
            _write_use(session_id, now)
    return response


def _write_use(session_id: int, now: datetime) -> None:
    seen = update(UserSession).where(UserSession.id == session_id, UserSession.seen_at < now).values(seen_at=now)
    tokens = writing.set(True), patience.set(0)
    try:
        with db.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            connection.execute(seen)
    except DBAPIError:
        current_app.logger.info("base occupée : l’heure d’usage d’une session sera notée plus tard")
    finally:
        writing.reset(tokens[0])
        patience.reset(tokens[1])
