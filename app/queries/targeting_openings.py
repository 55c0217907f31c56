"""What the opening of cases will do with a signed list: its employers, who may lead, how much each has to do."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.extensions import db
from app.models import (
    OPEN_FOLLOW_UPS,
    Capacity,
    Case,
    CaseOfficer,
    Employer,
    Organisation,
    OrganisationDepartement,
    Structure,
    TargetingCampaign,
    TargetingLine,
    TargetingOpening,
    User,
)
from app.models.search import search_words
from app.permissions import Actor, campaign_places, opens_case_for, sees_case
from app.permissions.relations import codes_of
from app.queries.targeting import standing_of
from app.queries.targeting_collisions import Collision, list_collisions
from app.queries.users import is_working
from workflows.roles import LEADS, Role
from workflows.support_case import WORKFLOW
from workflows.targeting_opening import Agent, Body, OpeningChoice, OpeningStanding, Target, lead_kinds
from workflows.targeting_scope import Route, route_of

PAGE = 50


@dataclass(slots=True)
class OpeningRow:
    """An employer of a signed list, with what opening will do and why. `free`: structures that no open case follows."""

    employer_id: int
    name: str
    city: str
    departement: str
    route: Route
    lead_id: int | None
    lead: str
    lead_kind: Role | None
    officer_id: int | None
    officer: str
    choice: OpeningChoice | None
    is_chosen: bool
    opened: bool
    case_id: int | None
    version: int
    structures: int
    free: int
    key: str
    collisions: tuple[Collision, ...] = ()

    @property
    def standing(self) -> OpeningStanding:
        """Where it stands: what is under way keeps a case from opening, unless a person has decided otherwise."""
        if self.opened:
            return OpeningStanding.OPENED
        if not self.free:
            return OpeningStanding.FOLLOWED
        if self.choice is OpeningChoice.LEAVE:
            return OpeningStanding.LEFT
        if self.lead_kind not in lead_kinds(self.route):
            return OpeningStanding.NO_LEAD
        if self.collisions and self.choice is None:
            return OpeningStanding.TO_DECIDE
        return OpeningStanding.READY


@dataclass(frozen=True)
class OpeningFilters:
    """What the address of the page says; empty means no restriction."""

    q: str = ""
    standing: str = ""
    departement: str = ""
    lead: str = ""

    def arguments(self) -> dict[str, Any]:
        """Return what differs from the default, as arguments of the address."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) != f.default}

    def keep(self, row: OpeningRow) -> bool:
        """Tell whether a row is among those asked for."""
        return (
            self.standing in ("", row.standing.value)
            and self.departement in ("", row.departement)
            and self.lead in ("", str(row.lead_id or ""))
            and all(word in row.key for word in search_words(self.q))
        )


# --- The employers ------------------------------------------------------------------------------------------


def list_openings(
    actor: Actor,
    campaign: TargetingCampaign,
    categories: Collection[str],
    *,
    today: date,
    employer_id: int = 0,
    waiting: bool = False,
) -> list[OpeningRow]:
    """Return the employers prepared for opening that the actor may open, by name: six statements, however many.

    `categories`: the categories of structures that the list is about. Of one employer alone when it is named; of
    those only that no case was opened for, when they are to be opened.
    """
    prepared = _prepared(actor, campaign)
    if employer_id:
        prepared = prepared.where(TargetingOpening.employer_id == employer_id)
    if waiting:
        prepared = prepared.where(TargetingOpening.opened_at.is_(None))
    numbers = prepared.with_only_columns(TargetingOpening.employer_id)
    places = _places(actor, campaign, categories, numbers)
    under_way = list_collisions(actor, numbers, today=today)
    lead, officer, own = aliased(Organisation), aliased(User), TargetingOpening
    # Columns, not records: thousands of them are read to show fifty.
    rows = db.session.execute(
        prepared.with_only_columns(
            own.employer_id,
            own.choice,
            own.chosen_by_id,
            own.opened_at,
            own.case_id,
            own.version,
            own.officer_id,
            Employer.name,
            Employer.city,
            Employer.departement,
            Employer.sector,
            Employer.scheme,
            Employer.search_key,
            lead.id.label("lead_id"),
            lead.short_name.label("lead"),
            lead.kind.label("lead_kind"),
            (officer.given_name + " " + officer.family_name).label("officer"),
        )
        .outerjoin(lead, own.lead_organisation_id == lead.id)
        .outerjoin(officer, own.officer_id == officer.id)
        .order_by(Employer.name, Employer.id)
    )
    seen = set[int]() if waiting else _seen(actor, numbers)
    return [_row(one, places.get(one.employer_id), under_way.get(one.employer_id, []), seen) for one in rows]


def _prepared(actor: Actor, campaign: TargetingCampaign) -> Select[Any]:
    return (
        select(TargetingOpening)
        .join(Employer, TargetingOpening.employer_id == Employer.id)
        .where(TargetingOpening.campaign_id == campaign.id, opens_case_for(actor, campaign))
    )


def _seen(actor: Actor, numbers: Select[Any]) -> set[int]:
    """Return the cases in sight of these employers: the page links to no other."""
    cases = select(Case.id).join(Employer, Case.employer_id == Employer.id)
    return set(db.session.scalars(cases.where(Case.employer_id.in_(numbers), sees_case(actor))))


def _row(found: Any, place: tuple[str, int, int] | None, under_way: Sequence[Collision], seen: set[int]) -> OpeningRow:
    departement, structures, free = place or (found.departement or "", 0, 0)
    return OpeningRow(
        employer_id=found.employer_id,
        name=found.name,
        city=found.city,
        departement=departement,
        route=route_of(found.sector, found.scheme),
        lead_id=found.lead_id,
        lead=found.lead or "",
        lead_kind=found.lead_kind,
        officer_id=found.officer_id,
        officer=found.officer or "",
        choice=found.choice,
        is_chosen=found.chosen_by_id is not None,
        opened=found.opened_at is not None,
        case_id=found.case_id if found.case_id in seen else None,
        version=found.version,
        structures=structures,
        free=free,
        key=found.search_key,
        collisions=tuple(under_way) if found.opened_at is None else (),
    )


def in_scope(actor: Actor, campaign: TargetingCampaign, categories: Collection[str]) -> ColumnElement[bool]:
    """Condition on `Structure`: open, of the field of a list, where the actor acts for it."""
    here = Structure.departement.in_(codes_of(campaign_places(actor, campaign)))
    found: ColumnElement[bool] = here & Structure.is_closed.is_(False) & Structure.category.in_(sorted(categories))
    return found


def _places(
    actor: Actor, campaign: TargetingCampaign, categories: Collection[str], numbers: Select[Any]
) -> dict[int, tuple[str, int, int]]:
    """Return, by employer, where it lies, how many structures are in scope, how many of them nobody follows."""
    followed = OPEN_FOLLOW_UPS.c.structure_id
    rows = db.session.execute(
        select(
            Structure.employer_id,
            func.min(Structure.departement),
            func.count(Structure.id),
            func.sum(case((followed.is_(None), 1), else_=0)),
        )
        .outerjoin(OPEN_FOLLOW_UPS, followed == Structure.id)
        .where(Structure.employer_id.in_(numbers), in_scope(actor, campaign, categories))
        .group_by(Structure.employer_id)
    )
    return {employer: (place, count, int(free)) for employer, place, count, free in rows}


def list_unprepared(actor: Actor, campaign: TargetingCampaign, categories: Collection[str]) -> list[Target]:
    """Return the employers retained on a list for whom nothing is prepared yet, or nobody has decided, by name."""
    waiting = (
        select(TargetingLine.employer_id)
        .join(Employer, TargetingLine.employer_id == Employer.id)
        .outerjoin(
            TargetingOpening,
            (TargetingOpening.campaign_id == campaign.id) & (TargetingOpening.employer_id == Employer.id),
        )
        .where(
            TargetingLine.campaign_id == campaign.id,
            standing_of() == "first",
            opens_case_for(actor, campaign),
            TargetingOpening.chosen_by_id.is_(None),
            TargetingOpening.opened_at.is_(None),
        )
    )
    places = _places(actor, campaign, categories, waiting)
    rows = db.session.execute(
        waiting.with_only_columns(Employer.id, Employer.sector, Employer.scheme, Employer.departement).order_by(
            Employer.name, Employer.id
        )
    )
    return [
        Target(number, route_of(sector, scheme), places[number][0] if number in places else seat or "")
        for number, sector, scheme, seat in rows
    ]


def count_openings(actor: Actor, campaign: TargetingCampaign) -> tuple[int, int]:
    """Return how many employers of a list the actor may open, and how many of them are opened."""
    retained = (
        select(func.count())
        .select_from(TargetingLine)
        .join(Employer, TargetingLine.employer_id == Employer.id)
        .where(TargetingLine.campaign_id == campaign.id, standing_of() == "first", opens_case_for(actor, campaign))
    )
    opened = _prepared(actor, campaign).where(TargetingOpening.opened_at.is_not(None))
    return db.session.scalar(retained) or 0, db.session.scalar(opened.with_only_columns(func.count())) or 0


def get_opening(
    actor: Actor, campaign: TargetingCampaign, employer_id: int, *, lock: bool = False
) -> TargetingOpening | None:
    """Return what is prepared for an employer that the actor may open, or None."""
    statement = _prepared(actor, campaign).where(TargetingOpening.employer_id == employer_id)
    return db.session.scalars(statement.with_for_update(of=TargetingOpening) if lock else statement).first()


# --- Who may lead -------------------------------------------------------------------------------------------


def list_bodies(actor: Actor, campaign: TargetingCampaign, *, today: date) -> tuple[list[Body], dict[int, str]]:
    """Return the organisations that may lead on the territory of a list, with their people and what each has to do,
    of the cases that the actor sees; and the names of the organisations and people, people by their number negated.
    """
    organisations = db.session.scalars(
        select(Organisation)
        .where(
            Organisation.kind.in_(LEADS),
            Organisation.is_active,
            Organisation.id.in_(
                select(OrganisationDepartement.organisation_id).where(
                    OrganisationDepartement.departement.in_(codes_of(campaign.codes))
                )
            ),
        )
        .options(selectinload(Organisation.departements))
        .order_by(Organisation.short_name, Organisation.id)
    ).all()
    capacities = _capacities([one.id for one in organisations], today)
    led, held = _open_cases(actor)
    names = {one.id: one.short_name for one in organisations}
    names |= {-one.user_id: one.user.full_name for one in capacities}
    bodies = [
        Body(
            one.id,
            one.kind,
            one.territory,
            led[one.id],
            [
                Agent(post.user_id, post.territory, held[post.user_id])
                for post in capacities
                if post.organisation_id == one.id
            ],
        )
        for one in organisations
    ]
    return bodies, names


def _capacities(organisation_ids: Collection[int], today: date) -> Sequence[Capacity]:
    return db.session.scalars(
        select(Capacity)
        .join(User, Capacity.user_id == User.id)
        .where(Capacity.organisation_id.in_(organisation_ids), User.is_enabled, is_working(today))
        .options(joinedload(Capacity.user), joinedload(Capacity.organisation))
        .order_by(User.family_name, User.given_name, User.id)
    ).all()


def _open_cases(actor: Actor) -> tuple[Counter[int], Counter[int]]:
    """Return how many open cases in sight each organisation leads, and each person is in charge of."""
    running = (
        select(Case.lead_organisation_id, func.count())
        .join(Employer, Case.employer_id == Employer.id)
        .where(Case.state.not_in(WORKFLOW.ended), sees_case(actor))
    )
    led = running.where(Case.lead_organisation_id.is_not(None)).group_by(Case.lead_organisation_id)
    held = (
        running.join(CaseOfficer, CaseOfficer.case_id == Case.id)
        .with_only_columns(CaseOfficer.user_id, func.count())
        .group_by(CaseOfficer.user_id)
    )
    return (
        Counter({number: count for number, count in db.session.execute(led) if number}),
        Counter({number: count for number, count in db.session.execute(held) if number}),
    )
