"""Who is at the other end of the request, and what a page asks of that person. The judge is `permissions`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import CSRFProtect

from app import access_log, clock
from app.extensions import writing
from app.models import Capacity, Case, Employer, User
from app.permissions import Act, Actor, Kind, may, reads_journal, relations_needed
from app.queries.cases import get_case
from app.queries.employers import get_employer
from app.queries.users import get_user
from workflows.roles import Role

login = LoginManager()
csrf = CSRFProtect()

View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Permission:
    """What a route asks before its view runs; the record itself is judged when it is loaded."""

    name: str
    allows: Callable[[Actor], bool]
    is_public: bool = False

    def __call__(self, view: View) -> View:
        view.permission = self  # type: ignore[attr-defined]
        return view


def requires(kind: Kind, act: Act = Act.READ) -> Permission:
    """A role to which the matrix opens this family of data, through one relation or another."""
    name = f"{act.value} {kind.value}"
    return Permission(name, lambda actor: bool(relations_needed(actor.role, kind, act)))


public = Permission("public", lambda actor: True, is_public=True)
signed_in = Permission("signed in", lambda actor: True)
journal_reader = Permission("read journal", reads_journal)


def init_app(app: Flask) -> None:
    """Set up sign-in, CSRF, and the check that comes before every view."""
    login.init_app(app)
    csrf.init_app(app)
    app.before_request(_say_whether_it_writes)
    app.before_request(_judge_the_route)
    app.context_processor(lambda: {"actor": current_actor()})


@login.user_loader
def _load_user(session_id: str) -> User | None:
    number, _, _ = session_id.partition(".")
    user = get_user(int(number)) if number.isdecimal() and len(number) < 10 else None
    return user if user and user.get_id() == session_id else None


def _say_whether_it_writes() -> None:
    writing.set(request.method not in SAFE_METHODS)


def _judge_the_route() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    permission = getattr(current_app.view_functions[request.endpoint], "permission", None)
    if permission is None:
        abort(403)  # a route that names no permission is closed
    if permission.is_public:
        return None
    actor = current_actor()
    if actor is None and current_user.is_authenticated:
        return _say_that_nothing_is_open() if request.endpoint != "accounts.sign_out" else None
    if actor is None:
        return _send_to_sign_in()
    if not permission.allows(actor):
        abort(403)
    return None


def _say_that_nothing_is_open() -> ResponseReturnValue:
    return render_template("accounts/no_capacity.html"), 403


def is_public(endpoint: str | None) -> bool:
    """Tell whether anybody may ask for this endpoint."""
    permission = getattr(current_app.view_functions.get(endpoint or ""), "permission", None)
    return bool(permission and permission.is_public)


def _send_to_sign_in() -> ResponseReturnValue:
    if request.method not in SAFE_METHODS or request.headers.get("HX-Request"):
        abort(401)
    return redirect(url_for("accounts.sign_in", suite=request.full_path.rstrip("?")))


def current_actor() -> Actor | None:
    """Return who acts and in which capacity, read anew from the database once per request; None: nobody."""
    if "actor" not in g:
        g.actor = _actor() if current_user.is_authenticated else None
    actor: Actor | None = g.actor
    return actor


def acting() -> Actor:
    """Return the actor of a request that has passed the check of its route."""
    actor = current_actor()
    if actor is None:
        abort(401)
    return actor


def valid_capacities(user: User) -> list[Capacity]:
    """Return the capacities in which a person may act today."""
    today = clock.today()
    return [
        capacity
        for capacity in user.capacities
        if (capacity.ends_on is None or capacity.ends_on >= today)
        and (capacity.organisation is None or capacity.organisation.is_active)
    ]


def _actor() -> Actor | None:
    capacities = valid_capacities(current_user)
    chosen = next((c for c in capacities if c.id == session.get("capacity")), None)
    capacity = chosen or next(iter(capacities), None)
    return actor_of(current_user, capacity) if capacity else None


def actor_of(user: User, capacity: Capacity) -> Actor:
    """Return the actor that a person is in one capacity."""
    organisation = capacity.organisation
    return Actor(
        user_id=user.id,
        name=user.full_name,
        role=organisation.kind if organisation else Role.EMPLOYER,
        capacity_id=capacity.id,
        organisation_id=capacity.organisation_id,
        organisation_name=organisation.short_name if organisation else "",
        territory=organisation.territory if organisation else frozenset(),
        employer_id=capacity.employer_id,
        is_coordinator=capacity.is_coordinator,
        is_administrator=capacity.is_administrator,
    )


def sign_in(user: User) -> None:
    """Open the session of a person whose identity has been checked."""
    session.clear()
    login_user(user)
    session.permanent = True


def sign_out() -> None:
    """Close the session."""
    logout_user()
    session.clear()


def local_address(target: str | None) -> str | None:
    """Return an address of this application, or None for anything that leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(letter) < 32 or letter == "\x7f" for letter in target):
        return None  # a browser drops tabs and line breaks: « /<tab>/ailleurs » would lead elsewhere
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or "\\" in target else target


def case_or_404(case_id: int, *, kind: Kind = Kind.CASE, act: Act = Act.READ, lock: bool = False) -> Case:
    """Return a case in sight; 404 out of sight, 403 when seen but this family of data is closed."""
    case = get_case(acting(), case_id, lock=lock)
    if case is None:
        abort(404)
    access_log.note_relations(case.relations)
    if not may(acting(), act, kind, case):
        abort(403)
    return case


def employer_or_404(employer_id: int, *, kind: Kind = Kind.EMPLOYER, act: Act = Act.READ) -> Employer:
    """Return an employer in sight; 404 out of sight, 403 when seen but this family of data is closed."""
    employer = get_employer(acting(), employer_id)
    if employer is None:
        abort(404)
    access_log.note_relations(employer.relations)
    if not may(acting(), act, kind, employer):
        abort(403)
    return employer
