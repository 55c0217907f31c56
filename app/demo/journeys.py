"""What the cases of the demonstration went through, as a table: who leads, what was done, how long ago it ended.

Acts are the steps of the procedure and a few words: `lead` (the coordinator names who leads), `call`, `mail`,
`meeting`, `visit` (final, with a report written elsewhere), `report` (final, with Jalon's own PDF), `draft`
(a visit still to be completed). « visit+150 » comes about 150 days after what precedes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.models import Alert
from workflows.calendar import is_working_day
from workflows.core import Deadline
from workflows.roles import Role
from workflows.support_case import WORKFLOW

GAPS = {
    "lead": 6, "call": 8, "mail": 9, "meeting": 15, "contact": 14, "start_diagnostic": 30, "visit": 25, "report": 25,
    "draft": 25, "sign_contract": 45, "sign_cpom_objective": 45, "start_accompaniment": 35, "evaluate": 90,
    "close": 60, "refuse": 35, "declare_out_of_scope": 12, "suspend": 50, "resume": 60, "reopen": 60, "correct": 2,
}  # fmt: skip
"""Usual days between an act and what precedes it."""


@dataclass(frozen=True, slots=True)
class Journey:
    """`count` cases that went the same way; `ended` bounds the days since their last act.

    With `reminded_by`, the last act is dated so that a reminder of that deadline falls today.
    """

    count: int
    lead: Role | None
    acts: str = ""
    ended: tuple[int, int] = (5, 50)
    departement: str = ""
    is_public: bool | None = None
    reminded_by: str = ""
    needs_sector: bool = False
    is_second: bool = False
    """A second open case of an employer already followed, on its other structures."""
    alert: Alert | None = None


_DIAGNOSTIC = "contact meeting start_diagnostic"
_CONTRACT = "call contact start_diagnostic visit sign_contract"
_REPORTED = "contact start_diagnostic report sign_contract"
_ACCOMPANIED = f"{_CONTRACT} start_accompaniment visit+140"
_OBJECTIVE = "call contact start_diagnostic meeting sign_cpom_objective"
_CARSAT, _ARS, _DEPT = Role.CARSAT, Role.ARS, Role.DEPT

JOURNEYS = (
    Journey(2, _CARSAT, "", (5, 25), alert=Alert.RESTRUCTURING),
    Journey(2, _CARSAT, "lead", (8, 40)),
    Journey(1, _CARSAT, "", departement="79", reminded_by="first_contact"),
    Journey(2, _CARSAT, "lead", (66, 85)),
    Journey(2, _CARSAT, "lead call", (20, 40), alert=Alert.EMPLOYER_REQUEST),
    Journey(4, _CARSAT, "call contact mail", (5, 30)),
    Journey(1, _CARSAT, "call contact", departement="86", reminded_by="reply"),
    Journey(2, _CARSAT, "lead contact mail call", (50, 75)),
    Journey(1, _CARSAT, "contact call", (100, 130)),
    Journey(4, _CARSAT, f"{_DIAGNOSTIC} call", (10, 60)),
    Journey(3, _CARSAT, f"{_DIAGNOSTIC} visit", (5, 40)),
    Journey(2, _CARSAT, f"{_DIAGNOSTIC} draft", (3, 12), departement="79"),
    Journey(1, _CARSAT, _DIAGNOSTIC, (130, 150)),
    Journey(1, _CARSAT, f"{_DIAGNOSTIC} refuse correct call", (5, 20)),
    Journey(5, _CARSAT, _CONTRACT, (10, 70)),
    Journey(1, _CARSAT, f"{_REPORTED} call", (10, 30), departement="79"),
    Journey(2, _CARSAT, _CONTRACT, (96, 115)),
    Journey(4, _CARSAT, f"{_ACCOMPANIED} call", (20, 80)),
    Journey(1, _CARSAT, f"{_CONTRACT} start_accompaniment", departement="79", reminded_by="visit"),
    Journey(1, _CARSAT, f"lead {_REPORTED} start_accompaniment", (195, 230)),
    Journey(1, _CARSAT, f"{_ACCOMPANIED} draft+90", (4, 15), departement="86"),
    Journey(3, _CARSAT, f"{_ACCOMPANIED} visit+160 evaluate", (10, 60)),
    Journey(1, _CARSAT, f"{_ACCOMPANIED} evaluate", (95, 115)),
    Journey(3, _CARSAT, f"{_ACCOMPANIED} evaluate close", (30, 200)),
    Journey(1, _CARSAT, f"{_REPORTED} start_accompaniment evaluate+200 close", (20, 60)),
    Journey(1, _CARSAT, f"{_DIAGNOSTIC} close", (40, 120)),
    Journey(2, _CARSAT, "lead contact mail refuse", (40, 200)),
    Journey(1, _CARSAT, f"{_DIAGNOSTIC} refuse", (100, 250)),
    Journey(1, _CARSAT, "call declare_out_of_scope", (60, 150)),
    Journey(2, _CARSAT, f"{_DIAGNOSTIC} suspend", (30, 120)),
    Journey(1, _CARSAT, f"{_DIAGNOSTIC} visit suspend resume call", (10, 40)),
    Journey(2, _CARSAT, f"{_ACCOMPANIED} evaluate close reopen+120 contact", (10, 40)),
    Journey(1, _CARSAT, "contact mail refuse reopen+200 call", (10, 40)),
    Journey(2, _ARS, "", (5, 50), is_public=True),
    Journey(1, _ARS, "lead", (70, 90)),
    Journey(3, _ARS, "call contact", (5, 40), is_public=True),
    Journey(1, _ARS, "lead contact", (60, 80)),
    Journey(2, _ARS, "contact meeting", (15, 40), is_second=True),
    Journey(3, _ARS, f"{_DIAGNOSTIC} mail", (10, 90)),
    Journey(2, _ARS, f"{_DIAGNOSTIC} call", (100, 130), is_public=True),
    Journey(4, _ARS, _OBJECTIVE, (20, 200)),
    Journey(1, _ARS, _OBJECTIVE, is_public=True, reminded_by="management_review"),
    Journey(4, _ARS, f"{_OBJECTIVE} start_accompaniment visit+100", (20, 90)),
    Journey(2, _ARS, f"{_DIAGNOSTIC} start_accompaniment visit+120 meeting", (10, 60), is_public=True),
    Journey(1, _ARS, f"{_DIAGNOSTIC} start_accompaniment report+120", (10, 60), departement="79", is_public=True),
    Journey(2, _ARS, f"{_OBJECTIVE} start_accompaniment meeting visit+120 evaluate+150", (10, 70)),
    Journey(3, _ARS, f"{_OBJECTIVE} start_accompaniment visit+120 evaluate+150 close", (30, 250)),
    Journey(1, _ARS, "contact mail refuse", (60, 200), is_public=True),
    Journey(1, _ARS, "call declare_out_of_scope", (30, 90)),
    Journey(2, _ARS, f"{_DIAGNOSTIC} suspend", (20, 150), is_public=True),
    Journey(2, _DEPT, "", (5, 50), departement="79"),
    Journey(2, _DEPT, "lead contact mail", (10, 40)),
    Journey(1, _DEPT, "call contact", departement="79", reminded_by="reply"),
    Journey(3, _DEPT, f"{_DIAGNOSTIC} meeting", (10, 60)),
    Journey(2, _DEPT, _OBJECTIVE, (20, 150), departement="79"),
    Journey(1, _DEPT, _OBJECTIVE, (20, 150)),
    Journey(3, _DEPT, f"{_OBJECTIVE} start_accompaniment visit+110", (15, 80)),
    Journey(1, _DEPT, f"{_OBJECTIVE} start_accompaniment visit+110 evaluate+150", (10, 60)),
    Journey(2, _DEPT, f"{_OBJECTIVE} start_accompaniment visit+110 evaluate+150 close", (30, 250)),
    Journey(1, _DEPT, "lead contact refuse", (60, 200)),
    Journey(1, _DEPT, f"{_DIAGNOSTIC} suspend", (30, 90)),
    Journey(3, None, "", (5, 55), alert=Alert.MOBILE_TEAM),
    Journey(1, None, "", (70, 90)),
    Journey(3, None, "", (10, 45), needs_sector=True),
)  # fmt: skip


def acts_of(journey: Journey) -> list[tuple[str, int]]:
    """Return (act, usual days since what precedes it), the opening first."""
    found = [("open", 0)]
    for word in journey.acts.split():
        act, _, gap = word.partition("+")
        found.append((act, int(gap or GAPS[act])))
    return found


def dated_acts(journey: Journey, rng: Random, *, today: date) -> list[tuple[str, date]]:
    """Return (act, working day) in order, the last one before today."""
    acts = acts_of(journey)
    day = _last_day(journey, rng, today)
    days = [day]
    for _, gap in reversed(acts[1:]):
        day = _working_day(day - timedelta(days=max(1, round(gap * rng.uniform(0.75, 1.25)))))
        days.append(day)
    return [(act, day) for (act, _), day in zip(acts, reversed(days), strict=True)]


def _last_day(journey: Journey, rng: Random, today: date) -> date:
    if journey.reminded_by:
        rule = next(rule for rule in WORKFLOW.deadlines if rule.slug == journey.reminded_by)
        return day_reminded_today(rule, today=today)
    return _working_day(today - timedelta(days=rng.randint(*journey.ended)))


def day_reminded_today(rule: Deadline, *, today: date) -> date:
    """Return the most recent past day from which this deadline would send a reminder today, a working day if any."""
    found = list(_days_reminded_today(rule, today))
    return next((day for day in found if is_working_day(day)), found[0])


def _days_reminded_today(rule: Deadline, today: date) -> Iterator[date]:
    for age in range(1, 800):
        day = today - timedelta(days=age)
        due_on = rule.due_on(day)
        if any(rule.due.shift(due_on, offset) == today for offset in rule.remind):
            yield day


def _working_day(day: date) -> date:
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day
