"""What is already under way at an employer, which whoever would approach it must know first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, union

from app.extensions import db
from app.models import (
    OPEN_FOLLOW_UPS,
    Aid,
    Case,
    CpomObjective,
    Employer,
    ObjectiveState,
    Organisation,
    TargetingProposal,
)
from app.permissions import Actor, Kind, reads_line, reads_proposal, sees_case
from app.queries.wishes import quiet_employers
from workflows.calendar import add_months
from workflows.support_case import State
from workflows.targeting_proposals import Decision, ProposalKind

REFUSAL_MONTHS, AID_MONTHS = 12, 24
"""How long a refusal is respected; how long an aid that was granted and not wholly paid is taken to run."""

FOLLOWED = "Dossier ouvert par un autre organisme"

Whose = Collection[int] | Select[Any]
"""Employers, by number or by the statement that selects their numbers."""


@dataclass(frozen=True)
class Collision:
    """Something under way that whoever would approach an employer must know first."""

    words: str
    case_id: int | None = None
    is_open_case: bool = False


def list_collisions(actor: Actor, whose: Whose, *, today: date) -> dict[int, list[Collision]]:
    """Return, by employer, what is already under way: three statements, whatever the number of employers.

    An open case out of sight is told without a name; a refusal is told for a year, and a wish not to be asked until
    its date. Of the actions of other bodies the actor reads those that conventions open.
    """
    found = dict[int, list[Collision]]()
    if not isinstance(whose, Select) and not whose:
        return found
    for employer, collision in [*_cases(actor, whose, today), *_not_to_be_asked(actor, whose, today)]:
        found.setdefault(employer, []).append(collision)
    for employer, what, name, body in sorted(_around(actor, whose, today)):
        told = found.setdefault(employer, [])
        if what != FOLLOWED:
            told.append(Collision(f"{what}{name}, {body}"))
        elif not any(one.is_open_case for one in told):
            told.append(Collision(FOLLOWED, is_open_case=True))
    return found


def _cases(actor: Actor, whose: Whose, today: date) -> list[tuple[int, Collision]]:
    rows = db.session.execute(
        select(Case.id, Case.employer_id, Case.state, Case.entered_on, Organisation.short_name)
        .join(Employer, Case.employer_id == Employer.id)
        .outerjoin(Organisation, Case.lead_organisation_id == Organisation.id)
        .where(Case.employer_id.in_(whose), sees_case(actor), Case.state.not_in((State.CLOSED, State.OUT_OF_SCOPE)))
        .order_by(Case.id)
    )
    found = []
    for number, employer, state, entered_on, lead in rows:
        if state is State.REFUSED:
            if entered_on > add_months(today, -REFUSAL_MONTHS):
                found.append((employer, Collision(f"N’a pas donné suite le {entered_on:%d/%m/%Y}", number)))
            continue
        opened = f"Dossier ouvert à l’étape « {state.label} »"
        what = "Contrat de prévention en cours" if state is State.CONTRACT else opened
        found.append((employer, Collision(f"{what}, {lead or 'chef de file à désigner'}", number, True)))
    return found


def _not_to_be_asked(actor: Actor, whose: Whose, today: date) -> list[tuple[int, Collision]]:
    """Put off to a date, on any list or by the employer itself: nobody asks it before."""
    proposals = (
        select(TargetingProposal.employer_id, TargetingProposal.postponed_until.label("until"))
        .join(Employer, TargetingProposal.employer_id == Employer.id)
        .where(
            TargetingProposal.employer_id.in_(whose),
            TargetingProposal.kind == ProposalKind.POSTPONE,
            TargetingProposal.decided == Decision.POSTPONED,
            TargetingProposal.postponed_until > today,
            reads_proposal(actor),
        )
    )
    told = proposals.union_all(quiet_employers(whose, today)).subquery("told")
    rows = db.session.execute(select(told.c.employer_id, func.max(told.c.until)).group_by(told.c.employer_id))
    return [(employer, Collision(f"Ne pas solliciter avant le {until:%d/%m/%Y}")) for employer, until in rows]


def _around(actor: Actor, whose: Whose, today: date) -> Sequence[Any]:
    """Return (employer, what, name, body) of aids that run, objectives under way and cases that anybody follows.

    By whom, never an amount; who follows a case out of sight is not told.
    """
    aids = (
        select(Aid.employer_id, literal("Aide en cours : "), Aid.source, Organisation.short_name)
        .join(Employer, Aid.employer_id == Employer.id)
        .join(Organisation, Aid.organisation_id == Organisation.id)
        .where(
            Aid.employer_id.in_(whose),
            Aid.granted_cents > 0,
            Aid.granted_on > add_months(today, -AID_MONTHS),
            or_(Aid.paid_cents.is_(None), Aid.paid_cents < Aid.granted_cents),
            reads_line(actor, Kind.FINANCING, Aid),
        )
    )
    objectives = (
        select(CpomObjective.employer_id, literal("Objectif CPOM en cours"), literal(""), Organisation.short_name)
        .join(Employer, CpomObjective.employer_id == Employer.id)
        .join(Organisation, CpomObjective.organisation_id == Organisation.id)
        .where(
            CpomObjective.employer_id.in_(whose),
            CpomObjective.state == ObjectiveState.UNDER_WAY,
            reads_line(actor, Kind.CPOM, CpomObjective),
        )
    )
    followed = select(OPEN_FOLLOW_UPS.c.employer_id, literal(FOLLOWED), literal(""), literal(""))
    return db.session.execute(union(aids, objectives, followed.where(OPEN_FOLLOW_UPS.c.employer_id.in_(whose)))).all()
