"""Rounds of a self-diagnostic for the tests, made by the real actions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from app.actions.self_diagnostic_sharing import Chosen, submit
from app.actions.self_diagnostics import Given, answer, start, take_part
from app.extensions import db
from app.models import Capacity, Employer, ManagerFunction, SelfDiagnostic, SelfDiagnosticSheet, User
from app.permissions import Actor, Kind
from app.queries.employers import get_employer
from app.queries.recipients import list_recipients
from tests.factories import NOW, make_user
from tests.world import World
from workflows.self_diagnostic import Reply
from workflows.self_diagnostic_sharing import Terms


def make_manager(world: World, name: str, of: str = "Tilleuls") -> User:
    """Another manager of an employer."""
    employer = world.employer(of)
    user = make_user(name, employer_id=employer.id, manager_function=ManagerFunction.RH)
    db.session.flush()
    return user


def also_manages(user: User, employer: Employer) -> None:
    """Let a manager act for a second house."""
    db.session.add(Capacity(user_id=user.id, employer_id=employer.id, manager_function=ManagerFunction.DIRECTION))
    db.session.flush()


def begin(employer: Employer, actor: Actor, now: datetime = NOW) -> tuple[SelfDiagnostic, SelfDiagnosticSheet]:
    """Start, or join, the round of a whole employer."""
    house = get_employer(actor, employer.id)
    assert house
    found = start(house, None, actor=actor, now=now)
    return found, take_part(found, actor=actor, now=now)


def give(
    sheet: SelfDiagnosticSheet,
    employer: Employer,
    actor: Actor,
    replies: dict[str, Reply],
    now: datetime = NOW,
    **told: str,
) -> None:
    """Answer these statements."""
    for code, reply in replies.items():
        words = told.get("evidence", ""), told.get("comment", "")
        given = Given(code, reply, *words, answered_at=now, submission=str(uuid4()))
        answer(sheet, given, employer=employer, actor=actor, now=now)


def all_of(diagnostic: SelfDiagnostic, reply: Reply = Reply.IN_PLACE, **others: Reply) -> dict[str, Reply]:
    """The same reply to every statement, but these."""
    return {**dict.fromkeys((one.code for one in diagnostic.asked.statements), reply), **others}


def finish(diagnostic: SelfDiagnostic, to: Sequence[str], world: World, terms: Terms, actor: Actor) -> None:
    """End a round and share it with these organisations."""
    among = list_recipients(diagnostic.employer, Kind.SELF_DIAGNOSTIC, NOW.date())
    chosen = [Chosen(world.organisation(name).id, terms) for name in to]
    submit(diagnostic, chosen, among, actor=actor, now=NOW)
