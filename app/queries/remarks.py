"""Remarks of employers on their figures that wait for an answer."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from app.extensions import at_most, db
from app.models import Employer, FigureRemark
from app.permissions import Actor, sees_employer

MOST = 20
"""How many the desk shows."""


def list_remarks_to_answer(actor: Actor) -> Sequence[FigureRemark]:
    """Return the remarks on figures that the actor's organisation brought in, those due first."""
    statement = (
        select(FigureRemark)
        .join(Employer, FigureRemark.employer_id == Employer.id)
        .where(FigureRemark.organisation_id == actor.organisation_id, FigureRemark.answered_at.is_(None))
        .where(sees_employer(actor))
        .options(contains_eager(FigureRemark.employer), joinedload(FigureRemark.structure))
    )
    return db.session.scalars(statement.order_by(FigureRemark.due_on, FigureRemark.id).limit(at_most(MOST))).all()


def list_awaited(before: date) -> Sequence[Any]:
    """Return (number, day, organisation) of the remarks to be answered by that day at the latest."""
    waiting = select(FigureRemark.id, FigureRemark.due_on, FigureRemark.organisation_id).where(
        FigureRemark.answered_at.is_(None),
        FigureRemark.organisation_id.is_not(None),
        FigureRemark.due_on <= before,
    )
    return db.session.execute(waiting.order_by(FigureRemark.id)).all()


def get_awaited(remark_id: int) -> Any:
    """Return (day, indicator, year, employer) of a remark not answered yet, or None: never its words."""
    statement = (
        select(FigureRemark.due_on, FigureRemark.indicator, FigureRemark.year, Employer.name)
        .join(Employer, FigureRemark.employer_id == Employer.id)
        .where(FigureRemark.id == remark_id, FigureRemark.answered_at.is_(None))
    )
    return db.session.execute(statement).first()
