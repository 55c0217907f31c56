"""What an employer asks about its support: told to those in charge, taken back when it changes its mind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.actions.deadlines import await_wish, forget_wish
from app.actions.errors import Forbidden, Unacceptable
from app.actions.opening import record
from app.extensions import db
from app.models import Case, Employer, EventKind, HouseWish
from app.permissions import Actor, binds_the_house, speaks_for
from workflows.employer_wish import WISHED, WishKind, due_on, months_offered, quiet_until

NOT_YOURS = "Seuls les responsables de l’établissement le demandent."
NOT_ALONE = "La direction ou la présidence le décide : parlez-en avec elle."


@dataclass(frozen=True)
class Wish:
    """What is asked; `call_on`: the first day of the month in which to call, for a call alone."""

    kind: WishKind
    call_on: date | None = None
    words: str = ""


def ask(
    employer: Employer,
    cases: Sequence[Case],
    wish: Wish,
    *,
    actor: Actor,
    today: date,
    now: datetime,
    submission: str | None = None,
) -> HouseWish:
    """Keep what the house asks, instead of what it asked before; `cases` are those it was told of.

    No state moves: the organisation that leads each open case is told, and records what follows by its own step.
    """
    if not speaks_for(actor, employer):
        raise Forbidden(NOT_YOURS)
    if wish.kind is WishKind.NO_FOLLOW_UP and not binds_the_house(actor, employer):
        raise Forbidden(NOT_ALONE)
    until = _until(wish, today)
    take_back(employer, cases, actor=actor, today=today, now=now)
    asked = HouseWish(
        employer_id=employer.id,
        kind=wish.kind,
        until=until,
        words=wish.words.strip(),
        told_at=now,
        told_by_id=actor.user_id,
        submission=submission,
    )
    db.session.add(asked)
    db.session.flush()
    for case in cases:
        if not case.is_ended:
            await_wish(case, WISHED[wish.kind], due_on(wish.kind, until, today), today=today)
            record(case, EventKind.WISH, in_words(asked), actor=actor, on=today, now=now, motive=asked.words)
    return asked


def take_back(employer: Employer, cases: Sequence[Case], *, actor: Actor, today: date, now: datetime) -> None:
    """Ask for nothing any more; harmless when nothing was asked."""
    if not speaks_for(actor, employer):
        raise Forbidden(NOT_YOURS)
    standing = db.session.scalars(
        select(HouseWish).where(HouseWish.employer_id == employer.id, HouseWish.withdrawn_at.is_(None))
    ).first()
    if standing is None:
        return
    standing.withdrawn_at, standing.withdrawn_by_id = now, actor.user_id
    db.session.flush()
    for case in cases:
        if not case.is_ended:
            forget_wish(case, today=today)
            record(case, EventKind.WISH, f"{standing.kind.label} : retiré", actor=actor, on=today, now=now)


def in_words(wish: HouseWish) -> str:
    """Return what is asked, with its month, as the thread of the case keeps it."""
    return f"{wish.kind.label} ({wish.until:%m/%Y})" if wish.kind is WishKind.CALL_BACK else wish.kind.label


def _until(wish: Wish, today: date) -> date:
    if wish.kind is WishKind.NO_FOLLOW_UP:
        return quiet_until(today)
    if wish.call_on not in months_offered(today):
        raise Unacceptable("Choisissez un mois de la liste.", field="month")
    assert wish.call_on
    return wish.call_on
