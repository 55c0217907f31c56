"""Figures without names, for those who read no case: small cells are masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.extensions import db
from app.models import Capacity, Case, CaseStructure, Organisation, OutboxMail, Structure, User
from app.permissions import Actor, counts_everywhere
from app.statistics.disclosure import mask_row
from workflows.support_case import State


@dataclass(frozen=True)
class StateCount:
    """How many employers are in a state; None when there are too few to say."""

    state: State
    employers: int | None


def count_by_state(actor: Actor) -> list[StateCount]:
    """Return the number of employers by state, over the actor's territory (everywhere for a national body).

    What is masked, and why no sum gives it back, is decided in `app.statistics.disclosure`.
    """
    codes = None if counts_everywhere(actor) else sorted(actor.territory)
    counted = _counts_told(codes) if db.engine.dialect.name == "postgresql" else _counts_read(codes)
    found = {State(state): number for state, number in db.session.execute(counted)}
    hidden = mask_row(found)
    return [StateCount(state, None if state in hidden else found.get(state, 0)) for state in State]


def _counts_told(codes: list[str] | None) -> Select[Any]:
    """Asked from the database, which lets no row of these through (`app.second_wall`)."""
    told = func.count_employers_by_state(cast(codes, ARRAY(String))).table_valued("state", "employers")
    return select(told.c.state, told.c.employers)


def _counts_read(codes: list[str] | None) -> Select[Any, Any]:
    counted: Any = func.count(Case.employer_id.distinct())
    statement = select(Case.state, counted).group_by(Case.state)
    if codes is None:
        return statement
    here = (
        select(CaseStructure.case_id)
        .join(Structure, CaseStructure.structure_id == Structure.id)
        .where(Structure.departement.in_(codes))
    )
    return statement.where(Case.id.in_(here))


def list_organisations_with_accounts() -> Sequence[tuple[Organisation, int]]:
    """Return each organisation with its number of people, for the platform's administration."""
    statement = (
        select(Organisation, func.count(Capacity.id))
        .outerjoin(Capacity, Capacity.organisation_id == Organisation.id)
        .group_by(Organisation.id)
        .order_by(Organisation.short_name)
    )
    return [(organisation, number) for organisation, number in db.session.execute(statement)]


def count_mails() -> dict[str, int]:
    """Return how many mails wait and how many failed at least once, for the platform's administration."""
    if db.engine.dialect.name == "postgresql":
        told = func.count_mails().table_valued("waiting", "failing", "sent")
        return dict(db.session.execute(select(told)).mappings().one())
    waiting = OutboxMail.sent_at.is_(None) & OutboxMail.cancelled_at.is_(None)
    row = db.session.execute(
        select(
            func.count().filter(waiting),
            func.count().filter(waiting & (OutboxMail.attempts > 0)),
            func.count().filter(OutboxMail.sent_at.is_not(None)),
        ).select_from(OutboxMail)
    ).one()
    return {"waiting": row[0], "failing": row[1], "sent": row[2]}


def count_people() -> int:
    """Return the number of enabled accounts."""
    return db.session.scalar(select(func.count()).select_from(User).where(User.is_enabled)) or 0
