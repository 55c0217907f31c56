"""Who reads and writes the rows of the barometer: the employer's own; a partner finds the copies made for it."""

from app.second_wall.conditions import Guard
from app.second_wall.functions import EMPLOYER, USER
from app.second_wall.shares import SHARED_COLUMNS, shares

_PRICES = f"barometer_prices.employer_id = {EMPLOYER}"
_MINE = f"barometer_reminders.user_id = {USER}"

BAROMETER: dict[str, Guard] = {
    # Added one version after the other: no month is ever rewritten.
    "barometer_entries": Guard(
        reads=f"(barometer_entries.employer_id = {EMPLOYER} OR barometer_entries.entered_by_id = {USER})",
        inserts=f"barometer_entries.employer_id = {EMPLOYER} AND barometer_entries.entered_by_id = {USER}",
    ),
    "barometer_prices": Guard(
        reads=f"({_PRICES} OR barometer_prices.changed_by_id = {USER})",
        inserts=_PRICES,
        updates=_PRICES,
        fixed=("employer_id",),
    ),
    "barometer_reminders": Guard(
        reads=_MINE, inserts=f"{_MINE} AND barometer_reminders.employer_id = {EMPLOYER}", deletes=_MINE
    ),
    "barometer_shares": shares(
        "barometer_shares", fixed=(*SHARED_COLUMNS, "structure_id", "first_month", "last_month", "measures")
    ),
}
