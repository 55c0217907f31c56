"""The score against a pure Python oracle with missing values, to the last digit; its properties; what is refused."""

from fractions import Fraction
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.statistics.rankable import Rankable, rankable_exceedance, rankable_millionths
from app.statistics.score import CLASSES, FIRST, NEXT, REST, SILENT, TO_QUALIFY, Scores, scenarios, score, sensitivity
from app.statistics.shrinkage import shrink
from figures.targeting import Criterion, Method, TargetClass, Unscorable

Row = tuple[str, str, str, tuple[float, float, float]]
VALUES = st.one_of(st.just(nan), st.integers(0, 9).map(float), st.integers(0, 400_000).map(float))
ROWS = st.lists(
    st.tuples(st.sampled_from("pq"), st.sampled_from("AB"), st.sampled_from("xy"), st.tuples(VALUES, VALUES, VALUES)),
    min_size=1,
    max_size=50,
)
METHODS = st.builds(
    Method,
    st.tuples(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60), st.booleans()).map(
        lambda drawn: (
            Criterion("absence", drawn[0]),
            Criterion("rotation", drawn[1]),
            Criterion("encadrement", drawn[2], is_worse_when_high=drawn[3]),
        )
    ),
    st.integers(1, 40),
    st.integers(0, 50),
    st.integers(0, 100),
)
FEWEST = 3


def run(rows: list[Row], method: Method) -> tuple[Scores, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    values = rankable_millionths(np.array([row[3] for row in rows], np.float64).reshape(len(rows), 3))
    near = np.unique([row[1] + row[2] for row in rows], return_inverse=True)[1]
    wide = np.unique([row[1] for row in rows], return_inverse=True)[1]
    universes = np.unique([row[0] for row in rows], return_inverse=True)[1]
    return score(
        values, [near, wide], universes, np.asarray(~np.isnan(values).all(axis=1), np.bool_), method, FEWEST
    ), universes


# --- The oracle ---------------------------------------------------------------------------------------------


def slow_percentile(rows: list[Row], mine: int, column: int, sign: float) -> float:
    """The place of one structure in the nearest group that holds enough known values."""
    value = sign * rows[mine][3][column]
    if isnan(value):
        return nan
    for keys in ((1, 2), (1,)):
        peers = [
            sign * row[3][column]
            for row in rows
            if all(row[k] == rows[mine][k] for k in keys) and not isnan(row[3][column])
        ]
        if len(peers) >= FEWEST:
            under, same = sum(one < value for one in peers), sum(one == value for one in peers)
            return 100 * (under + same / 2) / len(peers)
    return nan


def slow_totals(table: list[list[float]], weights: tuple[int, ...]) -> list[tuple[int, float]]:
    """The weights that each structure has, and its score."""
    found = []
    for line in table:
        known = [(p, w) for p, w in zip(line, weights, strict=True) if not isnan(p)]
        available, products = sum(w for _, w in known), sum((w * p for p, w in known), 0.0)
        found.append((available, products / available if available else nan))
    return found


def slow_classes(
    rows: list[Row], totals: list[tuple[int, float]], weights: tuple[int, ...], method: Method
) -> list[int]:
    enough = [has > 0 and 100 * has >= method.coverage * sum(weights) for has, _ in totals]
    found = []
    for mine, row in enumerate(rows):
        if all(isnan(value) for value in row[3]):
            found.append(SILENT)
        elif not enough[mine]:
            found.append(TO_QUALIFY)
        else:
            others = [totals[n][1] for n, other in enumerate(rows) if enough[n] and other[0] == row[0]]
            above = Fraction(100 * sum(one > totals[mine][1] for one in others), len(others))
            found.append(FIRST if above < method.first else NEXT if above < method.first + method.following else REST)
    return found


@given(ROWS, METHODS)
def test_every_structure_is_scored_as_the_oracle_scores_it(rows: list[Row], method: Method) -> None:
    if all(isnan(value) for row in rows for value in row[3]):
        with pytest.raises(Unscorable, match="Aucun chiffre"):
            run(rows, method)
        return
    scores, universes = run(rows, method)
    signs = [1.0 if one.is_worse_when_high else -1.0 for one in method.criteria]
    table = [[slow_percentile(rows, mine, k, signs[k]) for k in range(3)] for mine in range(len(rows))]
    totals = slow_totals(table, method.weights)
    assert np.array_equal(scores.percentiles, np.array(table), equal_nan=True)
    assert np.array_equal(scores.totals, np.array([total for _, total in totals]), equal_nan=True)
    assert scores.coverage.tolist() == [has / method.total for has, _ in totals]
    assert scores.classes.tolist() == slow_classes(rows, totals, method.weights, method)
    for line, percentiles, (has, _) in zip(scores.contributions.tolist(), table, totals, strict=True):
        expected = [p * w / has if has else nan for p, w in zip(percentiles, method.weights, strict=True)]
        assert np.array_equal(line, expected, equal_nan=True)
    tried = sensitivity(scores, universes, method)
    for column, scenario in enumerate(tried.scenarios):
        again = slow_totals(table, scenario.weights)
        assert tried.classes[:, column].tolist() == slow_classes(rows, again, scenario.weights, method), scenario


# --- What always holds --------------------------------------------------------------------------------------


@given(ROWS.filter(lambda rows: any(not isnan(v) for row in rows for v in row[3])), METHODS, st.randoms())
def test_neither_the_order_nor_the_unit_nor_the_scale_of_weights_changes_a_class(
    rows: list[Row], method: Method, chance: object
) -> None:
    scores, _ = run(rows, method)
    order = list(range(len(rows)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    moved, _ = run([rows[place] for place in order], method)
    assert moved.classes.tolist() == scores.classes[order].tolist()
    doubled, _ = run([(*row[:3], tuple(2 * value for value in row[3])) for row in rows], method)  # type: ignore[misc]
    assert doubled.classes.tolist() == scores.classes.tolist()
    heavier = Method(
        tuple(Criterion(one.code, 4 * one.weight, one.is_worse_when_high) for one in method.criteria),
        method.first,
        method.following,
        method.coverage,
    )
    assert run(rows, heavier)[0].classes.tolist() == scores.classes.tolist()


@given(ROWS.filter(lambda rows: any(not isnan(v) for row in rows for v in row[3])), METHODS)
def test_contributions_add_up_and_classes_never_cross(rows: list[Row], method: Method) -> None:
    scores, universes = run(rows, method)
    known = ~np.isnan(scores.totals)
    assert np.nansum(scores.contributions[known], axis=1) == pytest.approx(scores.totals[known])
    assert ((scores.totals[known] > 0) & (scores.totals[known] < 100)).all()
    for universe in np.unique(universes):
        classed = [scores.totals[(universes == universe) & (scores.classes == one)] for one in (FIRST, NEXT, REST)]
        above = np.inf
        for totals in classed:
            assert not totals.size or totals.max() < above
            above = totals.min() if totals.size else above
        assert not sum(one.size for one in classed) or classed[0].size


def test_the_first_tenth_and_the_next_two_of_each_universe() -> None:
    values = rankable_millionths(np.arange(300.0).reshape(300, 1))
    universes, method = np.repeat([0, 1], [100, 200]), Method((Criterion("absence", 50),))
    scores = score(values, [np.zeros(300, np.int64)], universes, np.ones(300, bool), method)
    counts = [[int((scores.classes[universes == u] == c).sum()) for c in (FIRST, NEXT, REST)] for u in (0, 1)]
    assert counts == [[10, 20, 70], [20, 40, 140]]
    assert scores.classes[99] == FIRST and scores.classes[299] == FIRST


def test_a_neighbouring_territory_is_compared_with_and_not_classed() -> None:
    values, universes = rankable_millionths(np.arange(40.0).reshape(40, 1)), np.repeat([0, -1], 20)
    zeros, method = np.zeros(40, np.int64), Method((Criterion("absence", 1),))
    scores = score(values, [zeros], universes, np.ones(40, bool), method)
    assert scores.percentiles[19, 0] == pytest.approx(100 * 19.5 / 40)
    assert scores.classes[18:20].tolist() == [FIRST] * 2 and set(scores.classes[20:]) == {TO_QUALIFY}
    assert not (sensitivity(scores, universes, method).classes[20:] != TO_QUALIFY).any()


def test_structures_of_one_score_are_never_told_apart() -> None:
    values = rankable_millionths(np.array([[5.0]] * 15 + [[1.0]] * 15))
    scores = score(
        values, [np.zeros(30, np.int64)], np.zeros(30, np.int64), np.ones(30, bool), Method((Criterion("a", 1),))
    )
    assert scores.classes.tolist() == [FIRST] * 15 + [REST] * 15


def test_missing_is_neither_zero_nor_bad() -> None:
    values = np.tile(np.arange(20.0)[:, np.newaxis], (1, 3))
    values[0], values[1, 1:], values[2, 2] = nan, nan, nan
    method = Method((Criterion("absence", 50), Criterion("rotation", 35), Criterion("vacance", 15)))
    zeros, answered = np.zeros(20, np.int64), np.asarray(~np.isnan(values).all(axis=1), np.bool_)
    scores = score(rankable_millionths(values), [zeros], zeros, answered, method)
    assert [CLASSES[one] for one in scores.classes[:4]] == [
        TargetClass.SILENT, TargetClass.TO_QUALIFY, TargetClass.REST, TargetClass.REST
    ]  # fmt: skip
    assert scores.coverage[:4].tolist() == [0, 0.5, 0.85, 1]
    assert isnan(scores.totals[0]) and scores.totals[2] == pytest.approx(
        (50 * scores.percentiles[2, 0] + 35 * scores.percentiles[2, 1]) / 85
    )


def test_what_accidents_say_enters_as_a_probability_alone() -> None:
    group = shrink((2, 18, 0, 14, 52, 5, 31, 4, 9, 1), (36, 120, 45, 150, 300, 90, 540, 24, 105, 60))
    chances = rankable_exceedance(group)
    table = Rankable(np.stack([np.arange(10.0), chances], axis=1))
    method = Method((Criterion("absence", 50), Criterion("at", 50, is_probability=True)))
    zeros = np.zeros(10, np.int64)
    scores = score(table, [zeros], zeros, np.ones(10, bool), method, 10)
    assert (scores.percentiles[:, 1] == 100 * chances).all() and scores.totals[4] > 70


def test_what_is_tried_of_a_method_leaves_out_what_does_not_count() -> None:
    method = Method((Criterion("absence", 50), Criterion("prest_ext", 0), Criterion("vacance", 15)))
    assert [(one.code, one.fifths, one.weights) for one in scenarios(method)] == [
        ("absence", 0, (0, 0, 75)),
        ("absence", 6, (300, 0, 75)),
        ("absence", 4, (200, 0, 75)),
        ("vacance", 0, (250, 0, 0)),
        ("vacance", 6, (250, 0, 90)),
        ("vacance", 4, (250, 0, 60)),
    ]
    assert [one.fifths for one in scenarios(Method((Criterion("absence", 50),)))] == [6, 4]


def test_a_list_that_hangs_on_one_criterion_says_so() -> None:
    values = np.zeros((40, 2))
    values[:, 0], values[:, 1] = np.arange(40), np.arange(40)[::-1]
    zeros, method = np.zeros(40, np.int64), Method((Criterion("absence", 60), Criterion("vacance", 40)))
    scores = score(rankable_millionths(values), [zeros], zeros, np.ones(40, bool), method)
    tried = sensitivity(scores, zeros, method)
    first = scores.classes == FIRST
    moved = {(s.code, s.fifths): int((tried.classes[first, n] != FIRST).sum()) for n, s in enumerate(tried.scenarios)}
    assert moved["absence", 0] == 4 and moved["vacance", 0] == 0
    assert tried.share(first) == 0 and isnan(tried.share(np.zeros(40, bool)))


# --- What is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "cuts", "why"),
    [
        ((0, 0), {}, "Tous les poids sont à zéro"),
        ((), {}, "Tous les poids sont à zéro"),
        ((50, -1), {}, "négatif"),
        ((50, 50), {"first": 0}, "entre 1 et 99"),
        ((50, 50), {"first": 60, "following": 40}, "entre 1 et 99"),
        ((50, 50), {"coverage": 101}, "entre 0 et 100"),
    ],
)
def test_a_method_that_says_nothing_is_refused_in_french(
    weights: tuple[int, ...], cuts: dict[str, int], why: str
) -> None:
    with pytest.raises(Unscorable, match=why):
        Method(tuple(Criterion(str(place), weight) for place, weight in enumerate(weights)), **cuts)


def test_one_criterion_does_not_count_twice() -> None:
    with pytest.raises(Unscorable, match="deux fois"):
        Method((Criterion("absence", 50), Criterion("absence", 50)))


@pytest.mark.parametrize(("lines", "why"), [(0, "aucun établissement"), (4, "Aucun chiffre")])
def test_an_empty_territory_and_one_without_figures_are_refused_in_french(lines: int, why: str) -> None:
    values, zeros = rankable_millionths(np.full((lines, 1), nan)), np.zeros(lines, np.int64)
    with pytest.raises(Unscorable, match=why):
        score(values, [zeros], zeros, np.zeros(lines, bool), Method((Criterion("absence", 50),)))
