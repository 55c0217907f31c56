"""Which reminder of a self-diagnostic a day calls for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from workflows.self_diagnostic_dates import reminder_on

DUE, SET = date(2027, 1, 31), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("today", "proposed", "expected"),
    [
        (date(2026, 12, 1), False, None),
        (date(2026, 12, 1), True, "proposed"),
        (date(2026, 12, 7), True, "proposed"),
        (date(2026, 12, 8), True, None),
        (date(2027, 1, 15), False, None),
        (date(2027, 1, 16), False, "due-15"),
        (date(2027, 1, 22), False, "due-15"),
        (date(2027, 1, 23), False, None),
        (date(2027, 1, 28), False, "due-3"),
        (date(2027, 2, 3), False, "due-3"),
        (date(2027, 2, 4), False, None),
        (date(2027, 2, 7), False, "due+7"),
        (date(2027, 2, 13), False, "due+7"),
        (date(2027, 2, 14), False, None),
    ],
)  # fmt: skip
def test_fifteen_and_three_days_before_and_a_week_after(today: date, proposed: bool, expected: str | None) -> None:
    assert reminder_on(DUE, SET, today, is_proposed=proposed) == expected


def test_a_date_that_is_near_has_no_reminder_from_before_it_was_set() -> None:
    near = SET + timedelta(days=5)
    assert reminder_on(near, SET, SET, is_proposed=False) is None
    assert reminder_on(near, SET, SET + timedelta(days=2), is_proposed=False) == "due-3"
    assert reminder_on(near, SET, SET + timedelta(days=2), is_proposed=True) == "due-3"


@given(ahead=some.integers(1, 365), day=some.integers(-30, 400))
def test_nothing_is_said_before_it_is_set_nor_two_weeks_after_it(ahead: int, day: int) -> None:
    due, today = SET + timedelta(days=ahead), SET + timedelta(days=day)
    if day < 0 or day >= ahead + 14:
        assert reminder_on(due, SET, today, is_proposed=True) is None
