"""Lending for a time what one may do, and taking it back. Nothing commits here."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.actions.errors import Forbidden, Unacceptable
from app.actions.journal import record
from app.actions.notices import PERSON_TEMPLATE
from app.actions.outbox import queue_mail
from app.actions.people import hold
from app.extensions import db
from app.models import Capacity, Delegation, JournalAction, ObjectKind
from app.permissions import Actor, administers, may_give
from app.queries.delegations import find_same

ABOUT = "delegation"
LONGEST = timedelta(days=184)
"""Six months: past a review of the access, it is a change of function."""


class DelegationNotice(StrEnum):
    """What giver and receiver are both told."""

    GIVEN = "delegation_given"
    REVOKED = "delegation_revoked"


@dataclass(frozen=True)
class Loan:
    """What is lent, to whom, and when."""

    receiver: Capacity
    starts_on: date
    ends_on: date
    departements: frozenset[str] = frozenset()
    is_coordinator: bool = False
    is_administrator: bool = False


def give(giver: Capacity, loan: Loan, *, actor: Actor, now: datetime, today: date, submission: str) -> Delegation:
    """Lend to a colleague what the giver holds of its own and the colleague lacks.

    Raises Forbidden to who manages the access by delegation and lends what is not its own; Unacceptable for dates,
    a person, or rights that cannot be.
    """
    if giver.user_id != actor.user_id and (not administers(actor) or "is_administrator" in actor.lent):
        raise Forbidden("Vous gérez les accès par délégation : vous ne déléguez pas les droits des autres.")
    hold(giver.organisation_id)
    db.session.refresh(giver)
    db.session.refresh(loan.receiver)
    _check_people(giver, loan.receiver, today)
    _check_days(giver, loan, today)
    assert giver.organisation_id is not None
    delegation = Delegation(
        organisation_id=giver.organisation_id,
        giver_id=giver.user_id,
        receiver_id=loan.receiver.user_id,
        starts_on=loan.starts_on,
        ends_on=loan.ends_on,
        submission=submission,
        **_what_is_new(giver, loan),
    )
    db.session.add(delegation)
    _keep(JournalAction.DELEGATION_GIVEN, DelegationNotice.GIVEN, delegation, actor, now)
    return delegation


def _check_people(giver: Capacity, receiver: Capacity, today: date) -> None:
    if not may_give(giver, today):
        raise Unacceptable("Seule une personne en poste délègue ce qu’elle peut faire.")
    is_colleague = receiver.organisation_id == giver.organisation_id and receiver.user_id != giver.user_id
    if not is_colleague or not may_give(receiver, today):
        raise Unacceptable("Choisissez une autre personne en poste dans l’organisme.", field="receiver")


def _check_days(giver: Capacity, loan: Loan, today: date) -> None:
    if loan.ends_on < loan.starts_on:
        raise Unacceptable("La fin précède le début.", field="ends_on")
    if loan.ends_on < today:
        raise Unacceptable("Ces dates sont déjà passées.", field="ends_on")
    if loan.ends_on - loan.starts_on > LONGEST:
        raise Unacceptable("Six mois au plus. Au-delà, changez plutôt la fonction de la personne.", field="ends_on")
    if same := find_same(giver, loan.receiver, loan.starts_on, loan.ends_on):
        days = f"du {same.starts_on:%d/%m/%Y} au {same.ends_on:%d/%m/%Y}"
        raise Unacceptable(f"Une délégation entre ces deux personnes court {days} : mettez-y fin d’abord.", "starts_on")


def _what_is_new(giver: Capacity, loan: Loan) -> dict[str, object]:
    if not loan.departements <= giver.territory:
        raise Unacceptable("On ne délègue que ses propres départements.", field="departements")
    is_too_much = loan.is_coordinator > giver.is_coordinator or loan.is_administrator > giver.is_administrator
    if is_too_much:
        raise Unacceptable("On ne délègue que ce que l’on peut faire soi-même.", field="departements")
    new: dict[str, object] = {
        "departements": " ".join(sorted(loan.departements - loan.receiver.territory)),
        "is_coordinator": loan.is_coordinator and not loan.receiver.is_coordinator,
        "is_administrator": loan.is_administrator and not loan.receiver.is_administrator,
    }
    if not any(new.values()):
        name = loan.receiver.user.full_name
        raise Unacceptable(f"Choisissez au moins une chose que {name} ne peut pas déjà faire.", field="departements")
    return new


def revoke(delegation: Delegation, *, actor: Actor, now: datetime, today: date) -> bool:
    """Take a delegation back, or give it up; return False when it was over already. It holds at the next request."""
    if actor.user_id not in (delegation.giver_id, delegation.receiver_id) and not administers(actor):
        raise Forbidden("Mettre fin à cette délégation revient aux deux personnes, ou à qui gère les accès.")
    hold(delegation.organisation_id)
    db.session.refresh(delegation)
    if delegation.revoked_on is not None or delegation.ends_on < today:
        return False
    delegation.revoked_on = today
    _keep(JournalAction.DELEGATION_REVOKED, DelegationNotice.REVOKED, delegation, actor, now)
    return True


def _keep(action: JournalAction, notice: DelegationNotice, delegation: Delegation, actor: Actor, now: datetime) -> None:
    db.session.flush()
    for user_id in (delegation.giver_id, delegation.receiver_id):
        queue_mail(user_id, PERSON_TEMPLATE, ABOUT, delegation.id, rule=f"{notice} {now.isoformat()}", now=now)
    content = {
        "organisation": delegation.organisation_id,
        "giver": delegation.giver_id,
        "receiver": delegation.receiver_id,
        "days": [str(delegation.starts_on), str(delegation.ends_on), str(delegation.revoked_on)],
        "departements": delegation.departements,
        "is_coordinator": delegation.is_coordinator,
        "is_administrator": delegation.is_administrator,
    }
    record(action, ObjectKind.DELEGATION, delegation.id, content, actor=actor, now=now)
