"""Who is told, once, that cases were opened from a list, and what each is told: counts, never a name."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, union

from app.extensions import db
from app.models import (
    Capacity,
    Case,
    CaseDeadline,
    CasePartner,
    FederationMember,
    Organisation,
    TargetingCampaign,
    TargetingOpening,
    User,
)
from app.queries.users import is_working
from workflows.roles import LEADS, Role


def concerned_by(campaign_id: int, number: int, *, but: int, today: date) -> Select[Any]:
    """Select the people concerned by an opening of a list: the officers; the coordination of the bodies that lead, but
    whoever has just opened; the people of the organisations invited, and of the federations of these employers."""
    ours = and_(TargetingOpening.campaign_id == campaign_id, TargetingOpening.round == number)
    opened = and_(ours, TargetingOpening.case_id.is_not(None))
    officers = select(TargetingOpening.officer_id.label("user_id")).where(
        opened, TargetingOpening.officer_id.is_not(None)
    )
    leads = select(TargetingOpening.lead_organisation_id).where(opened)
    invited = (
        select(CasePartner.organisation_id)
        .join(TargetingOpening, TargetingOpening.case_id == CasePartner.case_id)
        .where(opened)
    )
    federations = (
        select(FederationMember.organisation_id)
        .join(TargetingOpening, TargetingOpening.employer_id == FederationMember.employer_id)
        .where(opened)
    )
    in_post = (
        select(Capacity.user_id)
        .join(User, Capacity.user_id == User.id)
        .join(Organisation, Capacity.organisation_id == Organisation.id)
        .where(
            is_working(today),
            User.is_enabled,
            Organisation.is_active,
            or_(
                and_(Capacity.is_coordinator, Organisation.id.in_(leads), User.id != but),
                and_(Organisation.kind.not_in(LEADS), Organisation.id.in_(invited)),
                and_(Organisation.kind == Role.FEDERATION, Organisation.id.in_(federations)),
            ),
        )
    )
    told = union(officers, in_post).subquery("told")
    return select(told.c.user_id)


@dataclass(frozen=True)
class OpenedForReader:
    """What one person is told of an opening: the list, how many cases concern it and how, the first date."""

    title: str
    followed: int
    led: int
    invited: int
    members: int
    due_on: date | None


def opened_for(user: User, campaign_id: int, number: int, *, today: date) -> OpenedForReader | None:
    """Return what one person is told of an opening, None when nothing of it concerns them any more."""
    row = db.session.execute(select(TargetingCampaign.title).where(TargetingCampaign.id == campaign_id)).first()
    posts = [one for one in user.capacities if one.is_open(today) and not one.is_read_only(today)]
    mine = [one.organisation_id for one in posts if one.organisation_id]
    run = [one.organisation_id for one in posts if one.is_coordinator]
    ours = and_(
        TargetingOpening.campaign_id == campaign_id,
        TargetingOpening.round == number,
        TargetingOpening.case_id.is_not(None),
    )

    def count(*conditions: Any) -> int:
        return db.session.scalar(select(func.count()).select_from(TargetingOpening).where(ours, *conditions)) or 0

    invited = select(CasePartner.case_id).where(CasePartner.organisation_id.in_(mine))
    members = select(FederationMember.employer_id).where(FederationMember.organisation_id.in_(mine))
    due_on = db.session.scalar(
        select(func.min(CaseDeadline.due_on))
        .join(Case, CaseDeadline.case_id == Case.id)
        .join(TargetingOpening, TargetingOpening.case_id == Case.id)
        .where(ours, CaseDeadline.ended_on.is_(None))
    )
    found = OpenedForReader(
        row.title if row else "",
        count(TargetingOpening.officer_id == user.id),
        count(TargetingOpening.lead_organisation_id.in_(run)),
        count(TargetingOpening.case_id.in_(invited)),
        count(TargetingOpening.employer_id.in_(members)),
        due_on,
    )
    return found if row and (found.followed or found.led or found.invited or found.members) else None
