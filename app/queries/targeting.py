"""Targeting lists in sight: campaigns, their lines filtered and counted, one line with what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, case, cast, exists, func, or_, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from app.extensions import at_most, db
from app.models import (
    Employer,
    Scheme,
    Sector,
    Structure,
    TargetingCampaign,
    TargetingLine,
    TargetingNote,
    TargetingProposal,
    TargetingScore,
)
from app.models.search import search_words
from app.permissions import (
    Actor,
    figure_places,
    reads_proposal,
    reads_targeting_note,
    sees_campaign,
    sees_line,
)
from app.permissions.relations import codes_of, employer_lies_in
from workflows.targeting_proposals import ProposalState
from workflows.targeting_scope import Route

PAGE = 50
ORDER = ("first", "next", "to_qualify", "silent", "rest", "postponed", "withdrawn")
"""Classes and decisions in the order of the pages; what is on no list yet comes last."""


# --- Campaigns ----------------------------------------------------------------------------------------------


def list_campaigns(actor: Actor) -> Sequence[TargetingCampaign]:
    """Return the lists in sight, the latest first."""
    statement = select(TargetingCampaign).where(sees_campaign(actor)).order_by(TargetingCampaign.id.desc())
    loaded = (joinedload(TargetingCampaign.organisation), selectinload(TargetingCampaign.departements))
    return db.session.scalars(statement.options(*loaded)).all()


def get_campaign(actor: Actor, campaign_id: int, *, lock: bool = False) -> TargetingCampaign | None:
    """Return a list in sight, or None."""
    statement = select(TargetingCampaign).where(TargetingCampaign.id == campaign_id, sees_campaign(actor))
    if lock:
        statement = statement.with_for_update(of=TargetingCampaign)
    return db.session.scalars(statement).first()


def get_successor(campaign: TargetingCampaign) -> TargetingCampaign | None:
    """Return the list that replaces another, or is prepared to; whether a reader knows of it is another question."""
    following = select(TargetingCampaign).where(TargetingCampaign.predecessor_id == campaign.id)
    return db.session.scalars(following.options(joinedload(TargetingCampaign.organisation))).first()


def list_around(actor: Actor, campaign: TargetingCampaign) -> tuple[TargetingCampaign | None, TargetingCampaign | None]:
    """Return the list that another replaces and the one that replaces it, each when it is in sight."""
    around = or_(TargetingCampaign.id == campaign.predecessor_id, TargetingCampaign.predecessor_id == campaign.id)
    found = {one.id: one for one in db.session.scalars(select(TargetingCampaign).where(around, sees_campaign(actor)))}
    before = found.pop(campaign.predecessor_id, None) if campaign.predecessor_id else None
    return before, next(iter(found.values()), None)


# --- Lines --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LineFilters:
    """What the address of a list says; empty means no restriction."""

    q: str = ""
    standing: str = ""
    route: str = ""
    departement: str = ""
    origin: str = ""

    def arguments(self) -> dict[str, Any]:
        """Return what differs from the default, as arguments of the address."""
        return {f.name: str(value) for f in fields(self) if (value := getattr(self, f.name)) != f.default}


ORIGINS = {
    "terrain": "Place décidée par des personnes",
    "proposition": "Proposition à décider",
    "fragile": "Classe qui tient à un seul critère",
}


def standing_of() -> ColumnElement[str]:
    """Return the class that holds, in SQL: the decided one, else the computed one."""
    return func.coalesce(cast(TargetingLine.decided, String), cast(TargetingLine.computed, String), "")


def _rank() -> ColumnElement[int]:
    standing = standing_of()
    return case(*((standing == slug, place) for place, slug in enumerate(ORDER)), else_=len(ORDER))


def _lines(actor: Actor, campaign: TargetingCampaign, filters: LineFilters) -> Select[Any]:
    joined = select(TargetingLine).join(Employer, TargetingLine.employer_id == Employer.id)
    return joined.where(
        TargetingLine.campaign_id == campaign.id, sees_line(actor, campaign), *_conditions(actor, campaign, filters)
    )


def _conditions(actor: Actor, campaign: TargetingCampaign, filters: LineFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.standing:
        found.append(standing_of() == filters.standing)
    if filters.route:
        found.append(has_route(Route(filters.route)))
    if filters.departement:
        found.append(_has_structure(Structure.departement == filters.departement))
    if filters.origin == "terrain":
        found.append(TargetingLine.decided.is_not(None))
    if filters.origin == "fragile":
        found.append(~TargetingLine.is_steady)
    if filters.origin == "proposition":
        pending = exists().where(
            TargetingProposal.campaign_id == campaign.id,
            TargetingProposal.employer_id == Employer.id,
            TargetingProposal.state == ProposalState.PENDING,
            reads_proposal(actor),
        )
        found.append(pending.correlate(Employer))
    return found + [
        or_(Employer.search_key.contains(word), _has_structure(Structure.search_key.contains(word)))
        for word in search_words(filters.q)
    ]


def _has_structure(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Structure.employer_id == Employer.id, condition).correlate(Employer)


def has_route(route: Route) -> ColumnElement[bool]:
    """Condition on `Employer`: `route_of` in SQL."""
    private = Employer.sector == Sector.PRIVATE
    general = or_(Employer.scheme.is_(None), Employer.scheme == Scheme.GENERAL)
    return {
        Route.PUBLIC: Employer.sector == Sector.PUBLIC,
        Route.MSA: and_(private, Employer.scheme == Scheme.AGRICOLE),
        Route.CARSAT: and_(private, general),
        Route.TO_CONFIRM: or_(
            Employer.sector == Sector.TO_CONFIRM, and_(private, Employer.scheme.in_((Scheme.CNRACL, Scheme.MIXED)))
        ),
    }[route]


def list_lines(
    actor: Actor, campaign: TargetingCampaign, filters: LineFilters, *, after: tuple[str, int] | None = None
) -> list[TargetingLine]:
    """Return a page of lines and one more, by class then by name; `after`: class and name, number of the last one."""
    rank = _rank()
    statement = _lines(actor, campaign, filters).add_columns(rank.label("rank"))
    if after:
        place, name = int(after[0][0]), after[0][1:]
        statement = statement.where(tuple_(rank, Employer.name, Employer.id) > tuple_(place, name, after[1]))
    ordered = statement.order_by(rank, Employer.name, Employer.id).limit(at_most(PAGE + 1))
    return [row[0] for row in db.session.execute(ordered.options(joinedload(TargetingLine.employer)))]


def cursor_value(line: TargetingLine) -> str:
    """Return what marks the place of a line in the order of the pages."""
    standing = line.standing
    return f"{ORDER.index(standing) if standing in ORDER else len(ORDER)}{line.employer.name}"


def count_lines(actor: Actor, campaign: TargetingCampaign, filters: LineFilters) -> int:
    """Return how many lines in sight the filters leave."""
    return db.session.scalar(_lines(actor, campaign, filters).with_only_columns(func.count())) or 0


@dataclass(frozen=True)
class Standings:
    """How many employers in sight stand where, and how many of those retained are owed to the field."""

    counts: dict[str, int]
    retained: int
    owed_to_the_field: int
    unrouted: int


def count_standings(actor: Actor, campaign: TargetingCampaign) -> Standings:
    """Return the counts of a list for one reader, in one statement."""
    standing, by_hand = standing_of(), cast(TargetingLine.computed, String).is_distinct_from("first")
    rows = db.session.execute(
        _lines(actor, campaign, LineFilters())
        .with_only_columns(
            standing,
            func.count(),
            func.sum(case((by_hand, 1), else_=0), type_=Integer),
            func.sum(case((has_route(Route.TO_CONFIRM), 1), else_=0), type_=Integer),
        )
        .group_by(standing)
    ).all()
    first = next((row for row in rows if row[0] == "first"), ("first", 0, 0, 0))
    return Standings({row[0]: row[1] for row in rows}, first[1], first[2], first[3])


def get_line(actor: Actor, campaign: TargetingCampaign, employer: Employer) -> TargetingLine | None:
    """Return the line of an employer in sight, None when it is not on the list."""
    statement = _lines(actor, campaign, LineFilters()).where(Employer.id == employer.id)
    return db.session.scalars(statement).first()


def find_employer(actor: Actor, campaign: TargetingCampaign, number: str) -> Employer | None:
    """Return an employer that the actor may add to a list, by its SIREN, its FINESS or that of a structure."""
    exact = number.replace(" ", "").upper()
    named = or_(Employer.siren == exact, Employer.finess == exact, _has_structure(Structure.finess == exact))
    statement = select(Employer).where(named, is_in_reach(actor, campaign)).order_by(Employer.id).limit(at_most(1))
    return db.session.scalars(statement).first()


def is_reached(actor: Actor, campaign: TargetingCampaign, employer: Employer) -> bool:
    """Tell whether an employer in sight, on the list or not, lies where the actor reads it."""
    statement = select(Employer.id).where(Employer.id == employer.id, is_in_reach(actor, campaign))
    return db.session.scalar(statement) is not None


def is_in_reach(actor: Actor, campaign: TargetingCampaign) -> ColumnElement[bool]:
    """Condition on `Employer`: it lies in the territory of a list, and the actor would read its line."""
    return and_(sees_line(actor, campaign), or_(*employer_lies_in(campaign.codes)))


# --- What is known of one employer --------------------------------------------------------------------------


def list_scores(actor: Actor, campaign: TargetingCampaign, employer: Employer) -> Sequence[TargetingScore]:
    """Return the structures of an employer in the snapshot, for who reads their figures."""
    places = figure_places(actor, campaign)
    statement = (
        select(TargetingScore)
        .join(Structure, TargetingScore.structure_id == Structure.id)
        .where(
            TargetingScore.campaign_id == campaign.id,
            TargetingScore.employer_id == employer.id,
            TargetingScore.departement.in_(codes_of(places)),
        )
        .options(joinedload(TargetingScore.structure))
        .order_by(Structure.name, Structure.id)
    )
    return db.session.scalars(statement).all() if places else []


def list_notes(actor: Actor, campaign: TargetingCampaign, employer: Employer) -> Sequence[TargetingNote]:
    """Return the notes about an employer of a list that the actor may read, the latest first."""
    return _added(TargetingNote, campaign, employer, reads_targeting_note(actor))


def list_proposals(actor: Actor, campaign: TargetingCampaign, employer: Employer) -> Sequence[TargetingProposal]:
    """Return what was proposed of an employer, for who may read it, the latest first."""
    return _added(
        TargetingProposal, campaign, employer, reads_proposal(actor), joinedload(TargetingProposal.decided_by)
    )


def _added(
    model: Any, campaign: TargetingCampaign, employer: Employer, readable: ColumnElement[bool], *loaded: Any
) -> Sequence[Any]:
    statement = (
        select(model)
        .join(Employer, model.employer_id == Employer.id)
        .where(model.campaign_id == campaign.id, model.employer_id == employer.id, readable)
        .options(joinedload(model.author), joinedload(model.organisation), *loaded)
        .order_by(model.id.desc())
    )
    return db.session.scalars(statement).all()


def get_proposal(actor: Actor, campaign: TargetingCampaign, proposal_id: int) -> TargetingProposal | None:
    """Return a proposal on a list in sight, locked for the time of a decision; None otherwise."""
    statement = (
        select(TargetingProposal)
        .join(Employer, TargetingProposal.employer_id == Employer.id)
        .where(
            TargetingProposal.id == proposal_id,
            TargetingProposal.campaign_id == campaign.id,
            sees_line(actor, campaign),
            reads_proposal(actor),
        )
        .with_for_update(of=TargetingProposal)
    )
    return db.session.scalars(statement).first()


def count_pending(actor: Actor, campaign: TargetingCampaign) -> int:
    """Return how many proposals wait for a decision, of those that the actor reads."""
    statement = (
        select(func.count())
        .select_from(TargetingProposal)
        .join(Employer, TargetingProposal.employer_id == Employer.id)
        .where(
            TargetingProposal.campaign_id == campaign.id,
            TargetingProposal.state == ProposalState.PENDING,
            sees_line(actor, campaign),
            reads_proposal(actor),
        )
    )
    return db.session.scalar(statement) or 0
