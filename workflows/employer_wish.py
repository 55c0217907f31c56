"""What an employer may ask at any moment about the support offered to it, and what that sets going.

Its act moves no state: the organisation that leads the case hears of it and records what follows.
"""

from collections.abc import Iterable
from datetime import date

from workflows.calendar import add_months, days
from workflows.core import Deadline
from workflows.labels import LabelledEnum
from workflows.support_case_states import State

MONTHS_AHEAD = 18
"""How far an employer may put a call off."""

QUIET_MONTHS = 12
"""How long nobody asks again after « pas de suite pour le moment », as after a refusal."""


class WishKind(LabelledEnum):
    """What the employer asks."""

    CALL_BACK = "call_back", "Recontactez-moi plus tard"
    NO_FOLLOW_UP = "no_follow_up", "Pas de suite pour le moment"


CALL_BACK = Deadline(
    "call_back",
    "Recontacter l’employeur, à sa demande",
    State.CONTACTED,
    days(0),
    (-7, 0, 7),
    answered_by=("exchange", "visit"),
)
NO_FOLLOW_UP = Deadline(
    "no_follow_up", "Enregistrer que l’employeur ne donne pas suite", State.CONTACTED, days(7), (-7, 0, 7)
)
WISHED = {WishKind.CALL_BACK: CALL_BACK, WishKind.NO_FOLLOW_UP: NO_FOLLOW_UP}
"""What each wish has those in charge do. The state named above is not read: a wish starts its own deadline."""


def months_offered(today: date) -> list[date]:
    """Return the first day of each month in which an employer may ask to be called, the next one first."""
    first = today.replace(day=1)
    return [add_months(first, count) for count in range(1, MONTHS_AHEAD + 1)]


def quiet_until(today: date) -> date:
    """Return the day before which nobody asks an employer that gives no follow-up."""
    return add_months(today, QUIET_MONTHS)


def due_on(kind: WishKind, until: date, today: date) -> date:
    """Return when those in charge have done what is asked."""
    return until if kind is WishKind.CALL_BACK else NO_FOLLOW_UP.due_on(today)


def rules() -> Iterable[Deadline]:
    """Return the deadlines that a wish may set."""
    return WISHED.values()
