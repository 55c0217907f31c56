"""Noting that somebody is away, changing it, ending it early. Nothing commits here.

Each act holds the organisation's row first: two tabs, or the person and the administrator, come one after the other.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, or_

from app.actions.errors import Difference, Stale, Unacceptable
from app.actions.notices import PERSON_TEMPLATE
from app.actions.outbox import queue_mail
from app.actions.people import hold
from app.extensions import db
from app.models import Absence, Capacity
from app.permissions import Actor
from app.queries.absences import find_overlap

LONGEST = timedelta(days=366)
KEPT = timedelta(days=30)
"""How long an absence is remembered once it is over."""

ABSENCE = "absence"


class AbsenceNotice(StrEnum):
    """What the people whom an absence concerns are told."""

    STANDS_IN = "stands_in"
    STANDS_DOWN = "stands_down"
    NOTED = "absence_noted"


@dataclass(frozen=True)
class Period:
    """From one day to another, both included, and who stands in."""

    starts_on: date
    ends_on: date
    stand_in: Capacity | None = None


def note_absence(
    person: Capacity, period: Period, *, actor: Actor, now: datetime, today: date, submission: str
) -> Absence:
    """Write down an absence; raises Unacceptable for dates or a stand-in that cannot be."""
    hold(person.organisation_id)
    assert person.organisation_id is not None
    absence = Absence(user_id=person.user_id, organisation_id=person.organisation_id, submission=submission)
    _put(absence, period, person, today)
    db.session.add(absence)
    db.session.flush()
    _tell(absence, None, actor, now)
    return absence


def change_absence(
    absence: Absence, person: Capacity, period: Period, *, version: int, actor: Actor, now: datetime, today: date
) -> bool:
    """Change days or stand-in; return False when nothing changed. Raises Stale, or Unacceptable."""
    _hold(absence, version)
    if absence.withdrawn_on is not None or absence.ends_on < today:
        raise Unacceptable("Cette absence est terminée : notez-en une nouvelle.")
    before = absence.stand_in_id
    _put(absence, period, person, today)
    db.session.flush()
    if absence.version == version:
        return False
    _tell(absence, before, actor, now)
    return True


def end_absence(absence: Absence, *, version: int, actor: Actor, now: datetime, today: date) -> bool:
    """Say that the person is back, or that the absence is called off; return False when it was over already."""
    if absence.withdrawn_on is not None or absence.ends_on < today:
        return False
    _hold(absence, version)
    absence.withdrawn_on = today
    db.session.flush()
    if absence.stand_in_id is not None:
        _mail(absence, absence.stand_in_id, AbsenceNotice.STANDS_DOWN, now)
    return True


def _hold(absence: Absence, version: int) -> None:
    hold(absence.organisation_id)
    db.session.refresh(absence)
    if absence.version != version:
        raise Stale(absence)


def differences(absence: Absence, period: Period) -> list[Difference]:
    """Return what two people wrote differently of one absence."""
    mine = period.stand_in.user.full_name if period.stand_in else "personne"
    theirs = absence.stand_in.full_name if absence.stand_in else "personne"
    return [
        Difference("Du", f"{period.starts_on:%d/%m/%Y}", f"{absence.starts_on:%d/%m/%Y}"),
        Difference("Au", f"{period.ends_on:%d/%m/%Y}", f"{absence.ends_on:%d/%m/%Y}"),
        Difference("Suppléance", mine, theirs),
    ]


def _put(absence: Absence, period: Period, person: Capacity, today: date) -> None:
    if period.ends_on < period.starts_on:
        raise Unacceptable("La fin précède le début.", field="ends_on")
    if period.ends_on < today:
        raise Unacceptable("Cette absence est déjà passée : il n’y a plus rien à noter.", field="ends_on")
    if period.ends_on - period.starts_on > LONGEST:
        raise Unacceptable("Un an au plus. Au-delà, l’organisme enregistre plutôt un départ.", field="ends_on")
    if period.stand_in:
        _check_stand_in(period.stand_in, person, today)
    with db.session.no_autoflush:
        absence.starts_on, absence.ends_on = period.starts_on, period.ends_on
        absence.stand_in_id = period.stand_in.user_id if period.stand_in else None
        if other := find_overlap(absence):
            days = f"du {other.starts_on:%d/%m/%Y} au {other.ends_on:%d/%m/%Y}"
            raise Unacceptable(f"Une absence est déjà notée {days} : modifiez-la plutôt.", field="starts_on")


def _check_stand_in(stand_in: Capacity, person: Capacity, today: date) -> None:
    is_there = stand_in.organisation_id == person.organisation_id and stand_in.is_open(today)
    if not is_there or stand_in.is_read_only(today) or stand_in.user_id == person.user_id:
        raise Unacceptable("Choisissez une autre personne en poste dans l’organisme.", field="stand_in")
    if not covers(stand_in, person):
        raise Unacceptable("Cette personne n’a pas accès aux mêmes départements.", field="stand_in")


def covers(stand_in: Capacity, person: Capacity) -> bool:
    """Tell whether somebody has access to all the départements of somebody else."""
    return person.territory <= stand_in.territory


def _tell(absence: Absence, before: int | None, actor: Actor, now: datetime) -> None:
    if before is not None and before != absence.stand_in_id:
        _mail(absence, before, AbsenceNotice.STANDS_DOWN, now)
    if absence.stand_in_id is not None:
        _mail(absence, absence.stand_in_id, AbsenceNotice.STANDS_IN, now)
    if absence.user_id != actor.user_id:
        _mail(absence, absence.user_id, AbsenceNotice.NOTED, now)


def _mail(absence: Absence, user_id: int, notice: AbsenceNotice, now: datetime) -> None:
    queue_mail(user_id, PERSON_TEMPLATE, ABSENCE, absence.id, rule=f"{notice} {now.isoformat()}", now=now)


def sweep_absences(*, today: date) -> None:
    """Forget the absences that ended a month ago: when somebody was away is nobody's business for long."""
    limit = today - KEPT
    old = delete(Absence).where(or_(Absence.ends_on < limit, Absence.withdrawn_on < limit))
    db.session.execute(old.execution_options(synchronize_session=False))
