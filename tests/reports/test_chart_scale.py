"""Graduations and labels: round, covering, never one over another."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts.scale import by_area, graduate, spread, straight

VALUES = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@given(VALUES, VALUES)
def test_graduations_are_few_and_cover_all_with_zero(one: float, other: float) -> None:
    low, high = sorted((one, other))
    values, decimals = graduate(low, high)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert values[0] <= min(low, 0) + slack and values[-1] >= max(high, 0) - slack
    assert any(abs(value) < 1e-9 for value in values)
    assert 2 <= len(values) <= 8
    assert len({f"{value:.{decimals}f}" for value in values}) == len(values)


@pytest.mark.parametrize(
    ("low", "high", "values", "decimals"),
    [
        (0, 13.2, (0, 5, 10, 15), 0),
        (-1.1, 6.9, (-2, 0, 2, 4, 6, 8), 0),
        (0, 0.9, (0, 0.2, 0.4, 0.6, 0.8, 1.0), 1),
        (0, 0, (0, 0.2, 0.4, 0.6, 0.8, 1.0), 1),
    ],
)
def test_graduations_are_round(low: float, high: float, values: tuple[float, ...], decimals: int) -> None:
    assert graduate(low, high).values == pytest.approx(values)
    assert graduate(low, high).decimals == decimals


def test_scales() -> None:
    assert [straight(0, 10, 100, 0)(value) for value in (0, 5, 10)] == [100, 50, 0]
    assert [by_area(100, 0, 60)(value) for value in (-1, 0, 25, 100)] == [0, 0, 30, 60]


LABELS = st.lists(st.tuples(st.floats(-50, 250), st.floats(5, 40)), max_size=6)


@given(LABELS)
def test_labels_keep_their_order_and_never_cover_one_another(labels: list[tuple[float, float]]) -> None:
    wanted, heights = [y for y, _ in labels], [height for _, height in labels]
    found = spread(wanted, heights, 0, 240)
    order = sorted(range(len(labels)), key=lambda place: wanted[place])
    for above, below in pairwise(order):
        assert found[below] - found[above] >= (heights[above] + heights[below]) / 2 - 1e-6
    assert all(
        y - height / 2 >= -1e-6 and y + height / 2 <= 240 + 1e-6 for y, height in zip(found, heights, strict=True)
    )


def test_labels_that_do_not_meet_stay_where_they_are_wanted() -> None:
    assert spread([50, 10, 90], [20, 20, 20], 0, 100) == [50, 10, 90]
    assert spread([50, 50], [20, 20], 0, 100) == [40, 60]
    assert spread([], [], 0, 100) == []
