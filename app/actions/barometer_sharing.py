"""Choosing who reads what of one's own barometer: an act of the employer, and of nobody else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.actions.errors import Forbidden, Unacceptable
from app.actions.journal import record
from app.actions.shares import check_recipient, end_copy, open_copies, replace_copy
from app.models import BarometerShare, Employer, JournalAction, ObjectKind, Structure
from app.permissions import Actor, may_note_barometer
from app.queries.barometer import list_months, list_shares
from workflows.barometer import BY_NAME, extract

NOT_YOURS = "Partager revient aux responsables de l’établissement."
NOTHING = "Rien n’est noté pour ces mois : il n’y a rien à partager."
BACKWARDS = "Le dernier mois précède le premier."
NO_MEASURE = "Choisissez au moins une mesure."


@dataclass(frozen=True)
class Chosen:
    """What is let read: these months, first and last included, and these measures."""

    first: date
    last: date
    measures: frozenset[str]


def share(
    employer: Employer,
    structure: Structure | None,
    organisation_ids: Iterable[int],
    chosen: Chosen,
    among: Sequence[Actor],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Make each organisation a copy of today's figures, in the place of what it could read of the same place.

    Raises Forbidden, or Unacceptable with the field it speaks of.
    """
    if not may_note_barometer(actor, employer.id):
        raise Forbidden(NOT_YOURS)
    content = _content(actor, structure, chosen)
    measures, bounds = [name for name in BY_NAME if name in chosen.measures], (chosen.first, chosen.last)
    known = open_copies(one for one in list_shares(actor) if one.structure_id == (structure.id if structure else None))
    for number in organisation_ids:
        check_recipient(number, among)
        before = known.get(number)
        if before and (before.content, before.measures) == (content, measures) and _bounds(before) == bounds:
            continue
        made = _copy(employer, structure, chosen, number, actor, now)
        made.content = content
        replace_copy(before, made, actor=actor, now=now)
        told = {"share": made.id, "to": number, "from": f"{chosen.first}", "until": f"{chosen.last}"}
        kind = ObjectKind.BAROMETER
        record(JournalAction.BAROMETER_SHARED, kind, made.id, {**told, "measures": made.measures}, actor=actor, now=now)


def _content(actor: Actor, structure: Structure | None, chosen: Chosen) -> dict[str, dict[str, int]]:
    if chosen.last < chosen.first:
        raise Unacceptable(BACKWARDS, "last_month")
    if not chosen.measures & set(BY_NAME):
        raise Unacceptable(NO_MEASURE, "measures")
    book = {month: one.figures for month, one in list_months(actor, structure.id if structure else None).items()}
    content = extract(book, chosen.first, chosen.last, chosen.measures)
    if not any(content.values()):
        raise Unacceptable(NOTHING, "first_month")
    return content


def _bounds(copy: BarometerShare) -> tuple[date, date]:
    return copy.first_month, copy.last_month


def _copy(
    employer: Employer, structure: Structure | None, chosen: Chosen, number: int, actor: Actor, now: datetime
) -> BarometerShare:
    return BarometerShare(
        employer_id=employer.id,
        structure_id=structure.id if structure else None,
        organisation_id=number,
        about=(structure or employer).name,
        first_month=chosen.first,
        last_month=chosen.last,
        measures=[name for name in BY_NAME if name in chosen.measures],
        shared_at=now,
        shared_by_id=actor.user_id,
    )


def withdraw(share_id: int, *, actor: Actor, now: datetime) -> None:
    """Close what an organisation could read; its copy is emptied. What is closed already stays so."""
    known = next((one for one in list_shares(actor) if one.id == share_id), None)
    if known is None or not may_note_barometer(actor, known.employer_id):
        raise Forbidden(NOT_YOURS)
    if known.withdrawn_at is not None:
        return
    end_copy(known, actor=actor, now=now)
    content = {"share": known.id, "to": known.organisation_id}
    record(JournalAction.BAROMETER_WITHDRAWN, ObjectKind.BAROMETER, known.id, content, actor=actor, now=now)
