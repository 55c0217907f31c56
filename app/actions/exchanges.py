"""Notes from the field: a call, a mail, a meeting, with or without a case."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select, update

from app.actions.deadlines import Settings, answer_deadlines
from app.actions.errors import Difference, Forbidden, Stale, Unacceptable
from app.extensions import db
from app.models import Case, Employer, Exchange, ExchangeKind, Visibility
from app.permissions import Act, Actor, Kind, may, may_write_entry


def log_exchange(
    employer: Employer,
    case: Case | None,
    *,
    kind: ExchangeKind,
    held_on: date,
    summary: str,
    visibility: Visibility,
    actor: Actor,
    today: date,
    now: datetime,
    settings: Settings,
    submission: str | None = None,
) -> Exchange:
    """Keep a note about an employer in sight; on a case, it answers the deadlines that waited for it."""
    if not may(actor, Act.WRITE, Kind.EXCHANGE, case or employer):
        raise Forbidden("Votre organisme ne dépose pas de note sur cet employeur.")
    refuse_future(held_on, today, field="held_on")
    exchange = Exchange(
        employer_id=employer.id,
        case_id=case.id if case else None,
        kind=kind,
        held_on=held_on,
        summary=summary.strip(),
        visibility=visibility,
        author_id=actor.user_id,
        organisation_id=actor.organisation_id,
        created_at=now,
        submission=submission,
    )
    db.session.add(exchange)
    if case:
        take_note(case, ("exchange", kind.value), held_on, actor=actor, today=today, settings=settings)
    return exchange


def edit_exchange(
    exchange: Exchange,
    *,
    kind: ExchangeKind,
    held_on: date,
    summary: str,
    visibility: Visibility,
    version: int,
    actor: Actor,
    today: date,
) -> None:
    """Change a note of one's own organisation; raises Forbidden, Unacceptable or Stale with both versions."""
    if not may_write_entry(actor, exchange):
        raise Forbidden("Une note est complétée par l’organisme qui l’a écrite.")
    refuse_future(held_on, today, field="held_on")
    if exchange.version != version:
        raise Stale(
            exchange,
            [
                Difference("Nature", kind.label, exchange.kind.label),
                Difference("Date", f"{held_on:%d/%m/%Y}", f"{exchange.held_on:%d/%m/%Y}"),
                Difference("Note", summary, exchange.summary),
                Difference("Visible par", visibility.label, exchange.visibility.label),
            ],
        )
    exchange.kind, exchange.held_on, exchange.summary = kind, held_on, summary.strip()
    exchange.visibility = visibility


def refuse_future(day: date, today: date, *, field: str) -> None:
    """Raise Unacceptable when something said to have happened is dated after today."""
    if day > today:
        raise Unacceptable("Cette date est dans le futur : indiquez le jour où cela a eu lieu.", field=field)


def take_note(case: Case, acts: Collection[str], on: date, *, actor: Actor, today: date, settings: Settings) -> None:
    """Let a case know that somebody acted: its last activity, and the deadlines that waited for such an act.

    Deadlines are the lead's: what another body did, and perhaps keeps to itself, does not silence its reminders.
    The case's version does not move: a colleague's open form stays valid.
    """
    # Whoever moves the case at this moment finishes first: what it then awaits is what this answers.
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update(key_share=True))
    later = update(Case).where(Case.id == case.id, Case.last_activity_on < on)
    db.session.execute(later.values(last_activity_on=on))
    if case.lead_organisation_id in (None, actor.organisation_id):
        answer_deadlines(case, acts, on, today=today, settings=settings)
