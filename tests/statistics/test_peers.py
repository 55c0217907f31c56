"""Peers against a pure Python oracle: groups widened, quartiles, percentiles, ties and missing values."""

from decimal import Decimal
from itertools import pairwise
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.statistics.grouped import numbered
from app.statistics.peers import (
    DECILES,
    GROUPS,
    Peers,
    compare,
    percentiles,
    quantiles,
    widen,
)
from app.statistics.rankable import Rankable, rankable_millionths, rankable_quantities, rankable_rates
from figures.peers import PeerGroup, group_in_words
from figures.rates import Rate

Row = tuple[str, str, int, float]
VALUES = st.one_of(st.just(nan), st.integers(-3, 6).map(float), st.floats(-5, 5).map(lambda value: round(value, 2)))
ROWS = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), st.integers(0, 1), VALUES), max_size=60)


def line(*values: float | None) -> Rankable:
    return rankable_millionths(np.array([nan if value is None else value for value in values]))


def slow_quantile(values: list[float], probability: float) -> float:
    place = probability * (len(values) - 1)
    below = sorted(values)[int(place)]
    above = sorted(values)[min(int(place) + 1, len(values) - 1)]
    return below + (above - below) * (place - int(place))


def slow_percentile(value: float, values: list[float]) -> float:
    under, same = sum(other < value for other in values), sum(other == value for other in values)
    return 100 * (under + same / 2) / len(values)


def slow_place(row: Row, rows: list[Row], fewest: int) -> tuple[PeerGroup, int, list[float]]:
    """The group, its size, then quartiles and percentile of one structure."""
    keys = (lambda r: r[:3], lambda r: r[:2], lambda r: r[:1])
    values: list[float] = []
    for group, key in zip(GROUPS, keys, strict=False):
        values = [other[3] for other in rows if key(other) == key(row) and not isnan(other[3])]
        if len(values) >= fewest:
            mine = nan if isnan(row[3]) else slow_percentile(row[3], values)
            return group, len(values), [*(slow_quantile(values, part) for part in (0.25, 0.5, 0.75)), mine]
    return PeerGroup.NONE, len(values), [nan] * 4


def place(rows: list[Row], fewest: int) -> Peers:
    categories, statuses, sizes, values = ([row[part] for row in rows] for part in range(4))
    keys = np.array(categories, str), np.array(statuses, str), np.array(sizes, int)
    return compare(line(*values), *keys, fewest=fewest)  # type: ignore[arg-type]


def figures(peers: Peers, row: int) -> list[float]:
    columns = (peers.first_quartile, peers.median, peers.third_quartile, peers.percentile)
    return [float(column[row]) for column in columns]


@given(ROWS, st.integers(1, 14))
def test_every_structure_is_placed_as_the_oracle_places_it(rows: list[Row], fewest: int) -> None:
    peers = place(rows, fewest)
    for number, row in enumerate(rows):
        group, count, expected = slow_place(row, rows, fewest)
        assert (GROUPS[peers.group[number]], peers.count[number]) == (group, count)
        assert figures(peers, number) == pytest.approx(expected, nan_ok=True)


@given(ROWS.filter(len), st.randoms(use_true_random=False))
def test_the_order_of_the_structures_changes_nothing(rows: list[Row], chance: object) -> None:
    order = list(range(len(rows)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    one, other = place(rows, 3), place([rows[number] for number in order], 3)
    for after, before in enumerate(order):
        assert figures(other, after) == pytest.approx(figures(one, before), nan_ok=True)


@given(st.lists(VALUES, min_size=1, max_size=40))
def test_percentiles_rise_with_the_values_and_ties_share_one(values: list[float]) -> None:
    found = percentiles(line(*values))
    assert [isnan(value) for value in values] == [isnan(one) for one in found]
    known = sorted((value, one) for value, one in zip(values, found, strict=True) if not isnan(value))
    for (value, one), (after, other) in pairwise(known):
        assert one == other if value == after else one < other
    assert not known or sum(one for _, one in known) / len(known) == pytest.approx(50)
    assert all(0 < one < 100 for _, one in known)


@given(st.lists(VALUES, min_size=1, max_size=40), st.floats(0.01, 100))
def test_the_unit_changes_no_percentile(values: list[float], unit: float) -> None:
    distinct = [round(value, 1) for value in values]
    scaled = [value * unit for value in distinct]
    assert percentiles(line(*scaled)) == pytest.approx(percentiles(line(*distinct)), nan_ok=True)


def test_deciles_and_their_ties() -> None:
    assert quantiles(line(*range(0, 101)), DECILES).tolist() == pytest.approx([10, 20, 30, 40, 50, 60, 70, 80, 90])
    assert quantiles(line(None, 4, 4, 4, None)).tolist() == [4] * 9
    assert np.isnan(quantiles(line(None))).all() and quantiles(line(), (0.5,)).shape == (1,)
    assert percentiles(line(1, 2, 2, None, 9)) == pytest.approx([12.5, 50, 50, nan, 87.5], nan_ok=True)


def test_many_indicators_at_once_are_many_times_one() -> None:
    chance = np.random.default_rng(7)
    table = chance.integers(0, 40, (300, 5)).astype(float)
    table[chance.random(table.shape) < 0.2] = nan
    keys = [chance.integers(0, size, 300) for size in (2, 3, 4)]
    whole = compare(rankable_millionths(table), keys[0], keys[1], keys[2])
    for column in range(5):
        alone = compare(rankable_millionths(table[:, column]), keys[0], keys[1], keys[2])
        for name in Peers.__dataclass_fields__:
            assert np.array_equal(getattr(whole, name)[:, column], getattr(alone, name), equal_nan=True), name
    assert set(np.unique(whole.group)) >= {0, 1}


def test_groups_of_ones_own_may_leave_structures_out() -> None:
    peers = widen(line(1, 2, 3, 4), [np.array([0, 0, -1, 0])], fewest=3)
    assert peers.group.tolist() == [0, 0, 3, 0]
    assert peers.median.tolist() == pytest.approx([2, 2, nan, 2], nan_ok=True)


def test_more_groups_than_a_short_number_counts() -> None:
    peers = widen(line(*range(80_000)), [np.arange(80_000) // 2], fewest=2)
    assert peers.count.min() == peers.count.max() == 2
    assert peers.percentile[-2:].tolist() == [25, 75]


def test_combinations_are_numbered_from_zero() -> None:
    assert numbered(np.array(["b", "a", "b"]), np.array([1, 1, 2])).tolist() == [1, 0, 2]


def test_the_group_is_said_in_french() -> None:
    said = [group_in_words(group, 34, "EHPAD") for group in PeerGroup]
    assert said == [
        "comparé à 34 EHPAD de la région, de même statut et de même taille",
        "comparé à 34 EHPAD de la région, de même statut, de toute taille (moins de 11 dans un groupe plus proche)",
        "comparé à 34 EHPAD de la région, de tout statut et de toute taille (moins de 11 dans un groupe plus proche)",
        "moins de 11 EHPAD de la région ont ce chiffre\u00a0: pas de comparaison",
    ]


def test_values_come_by_their_own_door() -> None:
    assert rankable_rates([Rate.from_percent("11,4"), None]).tolist() == pytest.approx([114_000, nan], nan_ok=True)
    assert rankable_quantities([Decimal("2.5"), 3, None]).tolist() == pytest.approx([2.5, 3, nan], nan_ok=True)
