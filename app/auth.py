"""Who is at the other end of the request, and what a page asks of that person. The judge is `permissions`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect

from app import access_log, clock, interruptions, sessions
from app.actions import throttles
from app.actions.errors import Forbidden
from app.extensions import act_for, db, writing
from app.models import Capacity, Case, Employer, Organisation, PersonState, User, UserSession
from app.permissions import (
    Act,
    Actor,
    Kind,
    acts_for_organisation,
    administers,
    held_by,
    installs_organisations,
    is_of_a_house,
    kinds_brought_in,
    makes_returns,
    may,
    may_open_exceptionally,
    read_only_refusal,
    reads_completeness,
    reads_counts_alone,
    reads_journal,
    relations_needed,
    says_who_enters,
)
from app.queries.cases import get_case
from app.queries.conventions import flows_of
from app.queries.employers import get_employer
from app.queries.exceptional_accesses import list_openings
from app.queries.people import list_administrators
from app.readers.devices import shortened_address
from app.sessions import Standing, current_session, current_standing, current_user, valid_capacities
from workflows.roles import Role

csrf = CSRFProtect()

View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Permission:
    """What a route asks before its view runs; the record itself is judged when it is loaded."""

    name: str
    allows: Callable[[Actor], bool]
    is_public: bool = False
    act: Act | None = None
    """What is done with business data; None where there is none."""

    def __call__(self, view: View) -> View:
        view.permission = self  # type: ignore[attr-defined]
        return view


def requires(kind: Kind, act: Act = Act.READ) -> Permission:
    """A role to which the matrix opens this family of data, through one relation or another."""
    name = f"{act.value} {kind.value}"
    return Permission(name, lambda actor: bool(relations_needed(actor.role, kind, act)), act=act)


public = Permission("public", lambda actor: True, is_public=True)
signed_in = Permission("signed in", lambda actor: True)
journal_reader = Permission("read journal", reads_journal)
agent = Permission("act for an organisation", acts_for_organisation)
lead_agent = Permission("open exceptionally", may_open_exceptionally)
file_importer = Permission("bring files in", lambda actor: bool(kinds_brought_in(actor)), act=Act.READ)
people_administrator = Permission("administer people", administers)
data_reader = Permission("read completeness", reads_completeness)
returns_maker = Permission("prepare yearly returns", makes_returns, act=Act.READ)
figures_reader = Permission("read counts", reads_counts_alone)
house_member = Permission("read who enters the house", is_of_a_house, act=Act.READ)
house_decider = Permission("say who enters the house", says_who_enters, act=Act.READ)
platform_administrator = Permission("install organisations", installs_organisations)


holds_session = Permission("holds a session", lambda actor: True)
"""For who has a session, though it be locked, wait for a code, or have no function left."""


@dataclass(frozen=True)
class SecondFactor:
    """What a route asks besides: a second factor shown lately. `back`: the page of which its answer is a file."""

    back: str = ""

    def __call__(self, view: View) -> View:
        view.second_factor = self  # type: ignore[attr-defined]
        return view


second_factor = SecondFactor


def takes_files_of(size: int) -> Callable[[View], View]:
    """Let the forms of a view carry files of that many bytes: they go to the disk as they come."""

    def mark(view: View) -> View:
        view.largest = size  # type: ignore[attr-defined]
        return view

    return mark


class TooManyAttempts(Exception):
    """Somebody tries too often; `wait` says how long to let pass (429)."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"{wait.seconds} s")
        self.wait = wait


def init_app(app: Flask) -> None:
    """Set up sessions, CSRF, and the check that comes before every view."""
    app.before_request(_take_large_files)
    csrf.init_app(app)
    sessions.init_app(app)
    app.before_request(_say_whether_it_writes)
    app.before_request(_judge_the_route)
    app.context_processor(lambda: {"actor": current_actor()})


def _take_large_files() -> None:
    """Before the token against forgery is looked for, which reads the whole form: of nobody but who is signed in."""
    largest = getattr(current_app.view_functions.get(request.endpoint or ""), "largest", 0)
    if largest and request.method == "POST" and current_standing() is Standing.OPEN:
        request.max_content_length = largest


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
    if current_standing() is Standing.NOBODY:
        return _send_to_sign_in()
    if permission is holds_session:
        return None
    if current_standing() is not Standing.OPEN:
        return interruptions.interrupt()
    actor = current_actor()
    if actor is None:
        return _say_that_nothing_is_open()
    if not permission.allows(actor):
        abort(403)
    _refuse_to_the_departed(actor, permission)
    return interruptions.interrupt() if _lacks_second_factor() else None


def _refuse_to_the_departed(actor: Actor, permission: Permission) -> None:
    """Whatever the route asks for, sending a form to it is writing."""
    if permission.act is None:
        return
    act = permission.act if request.method in SAFE_METHODS else Act.WRITE
    if why := read_only_refusal(actor, act):
        raise Forbidden(why)


def _lacks_second_factor() -> bool:
    """Tell whether this route asks for a second factor that this session has not shown, or too long ago."""
    if not hasattr(current_app.view_functions[request.endpoint or ""], "second_factor"):
        return False
    found = current_session()
    assert found
    if found.second_factor_at:
        return clock.now() - found.second_factor_at > timedelta(minutes=current_app.config["SECOND_FACTOR_MINUTES"])
    since = current_app.config["SECOND_FACTOR_FROM"]
    return found.user.has_second_factor or not since or clock.today() >= date.fromisoformat(since)


def _say_that_nothing_is_open() -> ResponseReturnValue:
    user = current_user()
    others = valid_capacities(user) if user else []
    found, today = current_session(), clock.today()
    chosen = next((one for one in user.capacities if found and one.id == found.capacity_id), None) if user else None
    is_suspended = chosen is not None and chosen.state_on(today) is PersonState.SUSPENDED
    return render_template(
        "accounts/no_capacity.html",
        has_others=bool(others),
        is_suspended=is_suspended,
        contacts=list_administrators(chosen.organisation_id, today=today) if is_suspended and chosen else [],
    ), 403


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
        found = current_session() if current_standing() is Standing.OPEN else None
        g.actor = _actor(found) if found else None
    known: Actor | None = g.actor
    return known


def acting() -> Actor:
    """Return the actor of a request that has passed the check of its route."""
    actor = current_actor()
    if actor is None:
        abort(401)
    return actor


def _actor(found: UserSession) -> Actor | None:
    capacity = next((one for one in valid_capacities(found.user) if one.id == found.capacity_id), None)
    if capacity is None:
        act_for(found.user_id, None, None)
        return None
    act_for(found.user_id, capacity.organisation_id, capacity.employer_id)
    actor = actor_of(found.user, capacity)
    # Whoever reads all that the organisation reads has nothing left to open: nothing is asked.
    if actor.territory == actor.whole_territory or not may_open_exceptionally(actor):
        return actor
    return replace(actor, openings=list_openings(actor, now=clock.now()))


def actor_of(user: User, capacity: Capacity) -> Actor:
    """Return the actor that a person is in one capacity, with the conventions that are in force today."""
    organisation, held = capacity.organisation, held_by(capacity, clock.today())
    is_read_only = capacity.is_read_only(clock.today())
    return Actor(
        user_id=user.id,
        name=user.full_name,
        role=organisation.kind if organisation else Role.EMPLOYER,
        capacity_id=capacity.id,
        organisation_id=capacity.organisation_id,
        organisation_name=organisation.short_name if organisation else "",
        territory=held.territory,
        whole_territory=organisation.territory if organisation else frozenset(),
        employer_id=capacity.employer_id,
        decides_access=capacity.decides_access,
        is_coordinator=held.is_coordinator,
        is_administrator=held.is_administrator,
        lent=held.lent,
        is_read_only=is_read_only,
        flows=flows_of(capacity.organisation_id, clock.today()),
    )


def actor_at(employer: Employer) -> Actor:
    """Return a manager of an employer, nobody in particular: whose eyes one looks with."""
    return Actor(user_id=0, name=employer.name, role=Role.EMPLOYER, employer_id=employer.id)


def actor_for(organisation: Organisation) -> Actor:
    """Return an agent of an organisation, nobody in particular, with the conventions in force today."""
    return Actor(
        user_id=0,
        name=organisation.short_name,
        role=organisation.kind,
        organisation_id=organisation.id,
        organisation_name=organisation.short_name,
        territory=organisation.territory,
        whole_territory=organisation.territory,
        flows=flows_of(organisation.id, clock.today()),
    )


def throttle(kind: str, key: str) -> None:
    """Count an attempt of this kind, and keep the count whatever becomes of the request; raise TooManyAttempts.

    To be called before anything else is written: the count has a transaction of its own.
    """
    limit = throttles.Limit(*current_app.config["THROTTLES"][kind])
    wait = throttles.throttle(kind, key, limit, now=clock.now())
    db.session.commit()
    if wait:
        note_refusal(f"trop d’essais ({kind})", None)
        raise TooManyAttempts(wait)


def note_refusal(what: str, user_id: int | None) -> None:
    """Tell the log that somebody could not show who they are: the account by its number, the network, nothing typed."""
    network = shortened_address(request.remote_addr)
    current_app.logger.warning("%s : compte %s, depuis %s", what, user_id or "inconnu", network)


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
