"""Opening one case exceptionally, closing it early, having looked at it. Nothing commits here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.actions.errors import Forbidden, Unacceptable
from app.actions.journal import record_on_case
from app.actions.notices import PERSON_TEMPLATE
from app.actions.outbox import queue_mail
from app.actions.people import hold
from app.extensions import db
from app.models import Case, ExceptionalAccess, ExceptionReason, JournalAction, ObjectKind
from app.permissions import Actor, administers
from app.queries.exceptional_accesses import find_running, list_officers_to_tell
from app.queries.people import list_to_tell

ABOUT = "exceptional_access"
TO_ORGANISATION, TO_OFFICER = "exception_opened", "exception_to_officer"
SHORTEST_EXPLANATION = 20
"""Characters below which an explanation explains nothing."""


@dataclass(frozen=True)
class Plea:
    """Why it cannot wait, in a word and in a few more."""

    reason: ExceptionReason
    explanation: str


def open_exceptionally(
    case: Case,
    plea: Plea,
    *,
    lifetime: timedelta,
    actor: Actor,
    now: datetime,
    today: date,
    submission: str,
) -> ExceptionalAccess:
    """Open a case that the actor's organisation reads, told at once; what already runs goes on as it is.

    Raises Unacceptable when nobody else of the organisation would learn of it.
    """
    hold(actor.organisation_id)  # two clicks, two tabs
    if running := find_running(actor, case.id, now=now):
        return running
    told = _whom_to_tell(case, actor, today)
    assert actor.organisation_id is not None
    access = ExceptionalAccess(
        case_id=case.id,
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        reason=plea.reason,
        explanation=plea.explanation.strip(),
        opened_at=now,
        expires_at=now + lifetime,
        submission=submission,
    )
    db.session.add(access)
    db.session.flush()
    _keep(JournalAction.EXCEPTION_OPENED, access, case, actor, now)
    for user_id, rule in told.items():
        queue_mail(user_id, PERSON_TEMPLATE, ABOUT, access.id, rule=f"{rule} {now.isoformat()}", now=now)
    return access


def _whom_to_tell(case: Case, actor: Actor, today: date) -> Mapping[int, str]:
    """Whoever manages the access, failing them the coordination; and the officers of the case."""
    others = [user.id for user in list_to_tell(actor.organisation_id, today=today, but=actor.user_id)]
    if not others:
        raise Unacceptable(
            "Personne d’autre ne gère les accès de votre organisme : nul ne saurait que vous avez ouvert ce dossier."
        )
    officers = {user.id: TO_OFFICER for user in list_officers_to_tell(case.id) if user.id != actor.user_id}
    return officers | dict.fromkeys(others, TO_ORGANISATION)


def close_access(access: ExceptionalAccess, *, actor: Actor, now: datetime) -> bool:
    """Close an access before its time, one's own or that of a colleague; return False when it was over."""
    if access.user_id != actor.user_id and not administers(actor):
        raise Forbidden("Refermer l’accès d’une autre personne revient à qui gère les accès de l’organisme.")
    _hold(access)
    if not access.is_running(now):
        return False
    access.closed_at, access.closed_by_id = now, actor.user_id
    _keep(JournalAction.EXCEPTION_CLOSED, access, access.case, actor, now)
    return True


def see_access(access: ExceptionalAccess, *, actor: Actor, now: datetime) -> bool:
    """Note that somebody else who manages the access has looked at it; return False when it was done already."""
    if access.user_id == actor.user_id:
        raise Forbidden("C’est votre propre accès : une autre personne en prend connaissance.")
    _hold(access)
    if access.seen_at is not None:
        return False
    access.seen_at, access.seen_by_id = now, actor.user_id
    _keep(JournalAction.EXCEPTION_SEEN, access, access.case, actor, now)
    return True


def _hold(access: ExceptionalAccess) -> None:
    db.session.refresh(access, with_for_update=True)


def _keep(action: JournalAction, access: ExceptionalAccess, case: Case, actor: Actor, now: datetime) -> None:
    db.session.flush()
    content = {
        "user": access.user_id,
        "organisation": access.organisation_id,
        "reason": access.reason.value,
        "until": (access.closed_at or access.expires_at).isoformat(),
        "seen_by": access.seen_by_id,
    }
    record_on_case(case, action, ObjectKind.EXCEPTIONAL_ACCESS, access.id, content, actor=actor, now=now)
