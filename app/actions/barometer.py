"""Noting a month of one's own barometer, by form or by file; setting one's own prices; asking for a reminder."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete

from app.actions.errors import Difference, Forbidden, Stale, Unacceptable
from app.extensions import db
from app.models import BarometerEntry, BarometerPrices, BarometerReminder, Employer, Structure
from app.permissions import Actor, may_note_barometer
from app.queries.barometer import get_prices, get_reminder, list_months
from workflows.barometer import MEASURES, Figures, first_day

NOT_YOURS = "Le baromètre revient aux responsables de l’établissement."
TOO_EARLY = "Ce mois n’a pas encore commencé."


@dataclass(frozen=True)
class Noted:
    """What somebody says of one month; an empty remark is none."""

    month: date
    figures: Figures
    remark: str = ""


@dataclass(frozen=True)
class Prices:
    """What a day of absence and a departure cost, in cents, with where it comes from; None: not reckoned."""

    day_cents: int | None
    day_source: str
    departure_cents: int | None
    departure_source: str


def note_month(
    employer: Employer,
    structure: Structure | None,
    noted: Noted,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    today: date,
    submission: str | None = None,
) -> BarometerEntry | None:
    """Note a month, or correct it; return None when it says what already stands.

    `version` is the number that the page was showing, 0 for a month not noted yet. Raises Forbidden, Unacceptable
    for a month to come, Stale with both versions when somebody else has noted it since.
    """
    _check(employer, actor)
    if noted.month > first_day(today):
        raise Unacceptable(TOO_EARLY)
    standing = list_months(actor, structure.id if structure else None).get(noted.month)
    if _says_the_same(standing, noted):
        return None
    if version != (standing.number if standing else 0):
        raise Stale(standing, _differences(noted, standing) if standing else ())
    return _add(employer, structure, noted, standing, actor=actor, now=now, submission=submission)


def note_file(
    employer: Employer,
    structure: Structure | None,
    rows: Iterable[tuple[int, Noted]],
    file_name: str,
    *,
    actor: Actor,
    now: datetime,
    today: date,
) -> tuple[dict[date, bool], dict[int, str]]:
    """Note the months of a file: what it leaves empty keeps what was known. The same file again changes nothing.

    Return whether each month was changed, and why lines were not taken, by number of line. Raises Forbidden.
    """
    _check(employer, actor)
    known = list_months(actor, structure.id if structure else None)
    changed: dict[date, bool] = {}
    refused: dict[int, str] = {}
    for line, noted in rows:
        if noted.month > first_day(today):
            refused[line] = TOO_EARLY
            continue
        standing = known.get(noted.month)
        merged = _over(standing, noted)
        changed[noted.month] = not _says_the_same(standing, merged)
        if changed[noted.month]:
            _add(employer, structure, merged, standing, actor=actor, now=now, file_name=file_name)
    return changed, refused


def _check(employer: Employer, actor: Actor) -> None:
    if not may_note_barometer(actor, employer.id):
        raise Forbidden(NOT_YOURS)


def _over(standing: BarometerEntry | None, noted: Noted) -> Noted:
    if standing is None:
        return noted
    return Noted(noted.month, {**standing.figures, **noted.figures}, noted.remark or standing.remark)


def _says_the_same(standing: BarometerEntry | None, noted: Noted) -> bool:
    if standing is None:
        return not noted.figures and not noted.remark
    return standing.figures == dict(noted.figures) and standing.remark == noted.remark


def _add(
    employer: Employer,
    structure: Structure | None,
    noted: Noted,
    standing: BarometerEntry | None,
    *,
    actor: Actor,
    now: datetime,
    submission: str | None = None,
    file_name: str = "",
) -> BarometerEntry:
    entry = BarometerEntry(
        employer_id=employer.id,
        structure_id=structure.id if structure else None,
        month=noted.month,
        number=standing.number + 1 if standing else 1,
        figures=dict(noted.figures),
        remark=noted.remark,
        file_name=file_name[-200:],
        entered_at=now,
        entered_by_id=actor.user_id,
        submission=submission,
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def _differences(noted: Noted, standing: BarometerEntry) -> list[Difference]:
    mine, theirs = noted.figures, standing.figures
    told = [Difference(one.label, one.written(mine), one.written(theirs)) for one in MEASURES]
    return [*told, Difference("Remarque", noted.remark, standing.remark)]


def set_prices(employer: Employer, prices: Prices, *, version: int, actor: Actor, now: datetime) -> None:
    """Set what a day and a departure cost, as the house reckons. Raises Forbidden, or Stale with both versions."""
    _check(employer, actor)
    known = get_prices(actor)
    if version != (known.version if known else 0):
        raise Stale(known)
    if known is None:
        known = BarometerPrices(employer_id=employer.id)
        db.session.add(known)
    known.day_cents, known.day_source = prices.day_cents, prices.day_source
    known.departure_cents, known.departure_source = prices.departure_cents, prices.departure_source
    known.changed_at, known.changed_by_id = now, actor.user_id
    db.session.flush()


def ask_reminder(employer: Employer, wanted: bool, *, actor: Actor, now: datetime) -> None:
    """Turn one's own monthly reminder on or off; what is already so stays so. Raises Forbidden."""
    _check(employer, actor)
    known = get_reminder(actor)
    if wanted and known is None:
        db.session.add(BarometerReminder(user_id=actor.user_id, employer_id=employer.id, asked_at=now))
    elif known and not wanted:
        db.session.execute(delete(BarometerReminder).where(BarometerReminder.id == known.id))
    db.session.flush()
