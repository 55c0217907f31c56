"""Rates of several years before they are ranked: an oracle, and a region whose true rates are known."""

from collections.abc import Callable
from math import isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.statistics.rankable import Rankable, rankable_millionths
from app.statistics.score import FIRST, REST, Scores, score
from app.statistics.steady import steady
from figures.targeting import Criterion, Method

FloatArray = NDArray[np.float64]
RATES = st.one_of(st.just(nan), st.integers(-3_000, 400_000).map(float))
SITES = st.lists(
    st.tuples(st.tuples(RATES, RATES, RATES), st.one_of(st.just(nan), st.integers(0, 200).map(float))),
    min_size=1,
    max_size=30,
)


def slow_steady(rates: list[tuple[float, ...]], staff: list[float]) -> list[tuple[float, float]]:
    """The weight and the estimate of each site of one category; NaN where it is not ranked."""
    known = [[max(rate, 0.0) for rate in line if not isnan(rate)] for line in rates]
    served = [
        place for place, line in enumerate(known) if len(line) >= 2 and (isnan(staff[place]) or staff[place] >= 10)
    ]
    sizes = sorted(staff[place] for place in served if not isnan(staff[place]))
    usual = (sizes[(len(sizes) - 1) // 2] + sizes[len(sizes) // 2]) / 2 if sizes else 1.0
    size = {place: usual if isnan(staff[place]) else staff[place] for place in served}
    mean = {place: sum(known[place]) / len(known[place]) for place in served}
    found = [(nan, nan)] * len(rates)
    if not served:
        return found
    exposure = {place: size[place] * len(known[place]) for place in served}
    middle = sum(mean[p] * exposure[p] for p in served) / sum(exposure.values())
    freedom = sum(len(known[p]) - 1 for p in served)
    chance = sum(size[p] * sum((rate - mean[p]) ** 2 for rate in known[p]) for p in served) / freedom
    if not middle or not chance:
        return [(1.0, round(mean[p])) if p in mean else (nan, nan) for p in range(len(rates))]
    unit = middle / chance
    spread = sum(exposure[p] * (mean[p] - middle) ** 2 for p in served) / sum(exposure.values())
    between = max(0.0, spread - middle / (sum(exposure.values()) * unit / len(served)))
    for place in served:
        weight = between / (between + middle / (exposure[place] * unit))
        found[place] = weight, round(middle + sqrt(weight) * (mean[place] - middle))
    return found


@given(SITES)
def test_every_site_is_estimated_as_the_oracle_estimates_it(
    sites: list[tuple[tuple[float, float, float], float]],
) -> None:
    rates, staff = [site[0] for site in sites], [site[1] for site in sites]
    found = steady(rankable_millionths(np.array(rates)), np.array(staff), np.zeros(len(sites), np.int64))
    told = slow_steady(list(rates), staff)
    # A rate is a whole number of millionths: the last digits of a sum do not reach it.
    assert found.estimates == pytest.approx([estimate for _, estimate in told], nan_ok=True, abs=1)
    assert found.weights == pytest.approx([weight for weight, _ in told], nan_ok=True, abs=1e-6)
    assert (found.estimates[~np.isnan(found.estimates)] % 1 == 0).all()


def test_little_is_believed_of_a_small_site_and_its_middle_is_that_of_its_category() -> None:
    chance = np.random.default_rng(3)
    staff = np.repeat([12.0, 150.0], 30)
    true = np.exp(chance.normal(np.log(100_000), 0.25, 60))
    rates = chance.normal(true[:, np.newaxis], (60_000 / np.sqrt(staff))[:, np.newaxis], (60, 3)).round()
    found = steady(rankable_millionths(rates), staff, np.zeros(60, np.int64))
    assert found.weights[:30].max() < found.weights[30:].min()
    gaps = np.abs(found.estimates - found.means)
    assert gaps[:30].mean() > 3 * gaps[30:].mean()


def test_what_cannot_be_ranked_is_left_out_and_an_unknown_size_is_that_of_the_middle() -> None:
    rates = np.array([[1e5, nan, nan], [2e5, 1e5, nan], [1e5, 1e5, 1e5], [2e5, 3e5, 2e5], [-4.0, 1e5, 2e5]])
    staff = np.array([50.0, 9.0, 30.0, nan, 40.0])
    found = steady(rankable_millionths(rates), staff, np.zeros(5, np.int64))
    assert np.isnan(found.estimates).tolist() == [True, True, False, False, False]
    assert found.years.tolist() == [1, 2, 3, 3, 3] and found.means[4] == 100_000
    assert (
        found.weights[2]
        < found.weights[3]
        == pytest.approx(
            steady(rankable_millionths(rates), np.array([50.0, 9, 30, 35, 40]), np.zeros(5, np.int64)).weights[3]
        )
    )


def test_a_rare_category_is_drawn_towards_all_the_rare_ones() -> None:
    chance = np.random.default_rng(5)
    rates = chance.normal(100_000, 20_000, (50, 3)).round()
    rates[:25] += 200_000
    staff = np.full(50, 40.0)
    apart = steady(rankable_millionths(rates), staff, np.repeat([0, 1, 2], [25, 20, 5]))
    assert apart.estimates[:25].min() > 250_000 and apart.estimates[25:].max() < 150_000


# --- A region whose truth is known --------------------------------------------------------------------------

SEED, SITES_OF_THE_REGION, YEARS = 20_261_124, 6_000, 3
METHOD = Method((Criterion("absence", 50), Criterion("rotation", 35), Criterion("vacance", 15)))


def draw_region(chance: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the staff of each site, its true rates, and what its years show of them (sites × years × criteria).

    Long absences are few and long, people come and go one by one, posts are vacant or not: chance weighs on the small
    sites. One value in seventeen and one site in eight are missing.
    """
    staff = np.round(np.exp(chance.normal(np.log(38), 0.6, SITES_OF_THE_REGION))).clip(10, 400)
    true = np.stack(
        [
            mean * np.exp(chance.normal(0, spread, staff.size))
            for mean, spread in ((0.095, 0.28), (0.25, 0.35), (0.045, 0.5))
        ],
        axis=1,
    )
    size, shape = staff[:, np.newaxis], (staff.size, YEARS)
    spells = chance.poisson(true[:, :1] * 365 * size / 40, shape)
    days = np.where(spells, chance.gamma(np.maximum(spells, 1) / 4, 160), 0)
    moves = chance.poisson(2 * true[:, 1:2] * size, shape)
    vacant = chance.binomial(np.broadcast_to(size.astype(int), shape), np.broadcast_to(true[:, 2:].clip(0, 0.9), shape))
    seen = np.stack([days / (365 * size), moves / (2 * size), vacant / size], axis=2)
    seen = np.round(seen * 1e6)
    seen[chance.random(seen.shape) < 1 / 17] = nan
    seen[chance.random(staff.size) < 1 / 8] = nan
    return staff, true, seen


def classed(table: FloatArray, answered: NDArray[np.bool_]) -> Scores:
    zeros = np.zeros(table.shape[0], np.int64)
    return score(Rankable(table), [zeros], zeros, answered, METHOD)


def test_small_sites_are_on_the_list_as_often_as_they_deserve(capsys: pytest.CaptureFixture[str]) -> None:
    staff, true, seen = draw_region(np.random.default_rng(SEED))
    answered = np.asarray(~np.isnan(seen).all(axis=(1, 2)), np.bool_)
    zeros = np.zeros(staff.size, np.int64)

    def ranked(pick: Callable[[FloatArray], FloatArray]) -> Scores:
        return classed(np.stack([pick(seen[:, :, k]) for k in range(3)], axis=1), answered)

    found = ranked(lambda one: steady(rankable_millionths(one), staff, zeros).estimates)
    pooled = ranked(lambda one: steady(rankable_millionths(one), staff, zeros).means)
    last = ranked(lambda one: one[:, -1])
    truth = classed(np.where((found.classes <= REST)[:, np.newaxis], np.round(true * 1e9), nan), answered)
    worst, small = truth.classes == FIRST, staff < 20

    def told(name: str, scores: Scores) -> tuple[float, float]:
        first = scores.classes == FIRST
        share, recovered = small[first].mean() / small[worst].mean(), (first & worst).sum() / worst.sum()
        print(f"{name:<32} moins de 20 salariés : {share:.2f} fois leur part vraie ; retrouvés : {recovered:.0%}")
        return float(share), float(recovered)

    with capsys.disabled():
        print(
            f"\n{worst.sum()} établissements vraiment au-dessus, dont {small[worst].mean():.1%} de moins de 20 salariés"
        )
        share, recovered = told("score (années et rétrécissement)", found)
        told("taux bruts, trois ans", pooled)
        _, recovered_raw = told("taux bruts, dernière année", last)
    assert 0.67 <= share <= 1.5
    assert recovered > recovered_raw
