"""The letters to the employers whose case a list opened: the cases that the actor's organisation leads, and theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select, tuple_

from app.extensions import at_most, db
from app.models import (
    Case,
    CaseOfficer,
    Document,
    DocumentContent,
    DocumentKind,
    Employer,
    Structure,
    TargetingCampaign,
    TargetingOpening,
    User,
)
from app.models.search import search_words
from app.permissions import Actor, leads_case, sees_case
from app.permissions.relations import is_own
from app.queries.cases import is_
from workflows.support_case import State
from workflows.targeting_opening import LetterStanding

PAGE = 50
LOT = 200
"""How many letters one archive holds: what an office prints and folds in a day."""


@dataclass(frozen=True)
class LetterFilters:
    """What the address of the page says; empty means no restriction."""

    q: str = ""
    standing: str = ""

    def arguments(self) -> dict[str, Any]:
        """Return what differs from the default, as arguments of the address."""
        return {name: value for name, value in (("q", self.q), ("standing", self.standing)) if value}


@dataclass(frozen=True)
class LetterFile:
    """A letter ready to be printed."""

    case_id: int
    employer: str
    made_at: datetime
    data: bytes


def _led(actor: Actor, campaign: TargetingCampaign) -> Select[Any]:
    """The cases that a list opened and that the actor's organisation leads, each with its letter when it has one."""
    letter = and_(
        Document.case_id == Case.id,
        Document.kind == DocumentKind.EMPLOYER_LETTER,
        is_own(Document.organisation_id, actor),
    )
    return (
        select(Case.id)
        .join(TargetingOpening, TargetingOpening.case_id == Case.id)
        .join(Employer, Case.employer_id == Employer.id)
        .join(Structure, Case.main_structure_id == Structure.id)
        .outerjoin(Document, letter)
        .where(TargetingOpening.campaign_id == campaign.id, leads_case(actor), sees_case(actor))
    )


def _standing() -> ColumnElement[Any]:
    has_officer = exists().where(CaseOfficer.case_id == Case.id).correlate(Case)
    return case(
        (Document.id.is_not(None), LetterStanding.READY.value),
        (Case.state != State.IDENTIFIED, LetterStanding.PAST.value),
        (has_officer, LetterStanding.WAITING.value),
        else_=LetterStanding.NO_OFFICER.value,
    )


def leads_some(actor: Actor, campaign: TargetingCampaign) -> bool:
    """Tell whether the actor's organisation leads a case that this list opened."""
    return db.session.scalar(_led(actor, campaign).limit(at_most(1))) is not None


def count_letters(actor: Actor, campaign: TargetingCampaign) -> dict[LetterStanding, int]:
    """Return how many of these cases stand where."""
    standing = _standing()
    rows = db.session.execute(_led(actor, campaign).with_only_columns(standing, func.count()).group_by(standing))
    found = {LetterStanding(value): count for value, count in rows}
    return {one: found.get(one, 0) for one in LetterStanding}


def next_waiting(actor: Actor, campaign: TargetingCampaign, after: int) -> int | None:
    """Return the next of these cases, by number, whose letter is to be prepared."""
    waiting = _led(actor, campaign).where(_standing() == LetterStanding.WAITING.value, Case.id > after)
    found: int | None = db.session.scalar(waiting.order_by(Case.id).limit(at_most(1)))
    return found


def list_letters(
    actor: Actor, campaign: TargetingCampaign, filters: LetterFilters, *, after: tuple[str, int] | None = None
) -> Sequence[Any]:
    """Return these cases by name of employer, one more than a page when there are others.

    `after`: the name and the number of the last one of the page before.
    """
    statement = _filtered(actor, campaign, filters).with_only_columns(
        Case.id,
        Case.state,
        _standing().label("standing"),
        Employer.name.label("employer"),
        Structure.city,
        Structure.departement,
        Document.id.label("document_id"),
        Document.created_at.label("made_at"),
        (User.given_name + " " + User.family_name).label("made_by"),
    )
    statement = statement.outerjoin(User, Document.author_id == User.id)
    if after:
        statement = statement.where(tuple_(Employer.name, Case.id) > after)
    return db.session.execute(statement.order_by(Employer.name, Case.id).limit(at_most(PAGE + 1))).all()


def count_filtered(actor: Actor, campaign: TargetingCampaign, filters: LetterFilters) -> int:
    """Return how many of these cases the filters leave."""
    return db.session.scalar(_filtered(actor, campaign, filters).with_only_columns(func.count())) or 0


def _filtered(actor: Actor, campaign: TargetingCampaign, filters: LetterFilters) -> Select[Any]:
    statement = _led(actor, campaign).where(
        *(Employer.search_key.contains(word, autoescape=True) for word in search_words(filters.q))
    )
    return statement.where(_standing() == filters.standing) if filters.standing else statement


def is_of_list(actor: Actor, campaign: TargetingCampaign, case_id: int) -> bool:
    """Tell whether a case is one that this list opened and that the actor's organisation leads."""
    return db.session.scalar(_led(actor, campaign).where(is_(Case.id, case_id))) is not None


def find_letter(actor: Actor, case_id: int) -> Document | None:
    """Return the letter that the actor's organisation prepared for a case, or None."""
    return db.session.scalars(
        select(Document).where(
            Document.case_id == case_id,
            Document.kind == DocumentKind.EMPLOYER_LETTER,
            is_own(Document.organisation_id, actor),
        )
    ).first()


def list_files(actor: Actor, campaign: TargetingCampaign, lot: int) -> list[LetterFile]:
    """Return the letters of a lot (1: the first), bytes included, by name of employer."""
    rows = db.session.execute(
        _led(actor, campaign)
        .where(Document.id.is_not(None))
        .join(DocumentContent, DocumentContent.document_id == Document.id)
        .with_only_columns(Case.id, Employer.name, Document.created_at, DocumentContent.data)
        .order_by(Employer.name, Case.id)
        .limit(at_most(LOT))
        .offset((lot - 1) * LOT)
    )
    return [LetterFile(*row) for row in rows]
