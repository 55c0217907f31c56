"""Funnel limits against the worked values and a slow exact quantile; over-dispersion."""

from math import exp, isfinite

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.statistics.funnel import ALARM, WARNING, dispersion, limits, ratio_limits

EXPECTED = st.floats(0.01, 60)
PROBABILITY = st.floats(0.0005, 0.9995)


def slow_limit(expected: float, probability: float) -> float:
    """Add Poisson terms one by one until the probability is reached."""
    term, reached, below, count = exp(-expected), exp(-expected), 0.0, 0
    while reached < probability:
        count += 1
        term *= expected / count
        below, reached = reached, reached + term
    return count - (reached - probability) / (reached - below)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (5, "0.54 9.38 -0.85 12.77"),
        (20, "11.21 28.75 7.17 34.71"),
        (50, "36.12 63.83 29.12 72.75"),
    ],
)
def test_the_worked_limits_to_the_last_digit(expected: int, found: str) -> None:
    counts = [float(limits(expected, probability, clip=False)) for probability in (*WARNING, *ALARM)]
    assert " ".join(f"{count:.2f}" for count in counts) == found


@given(EXPECTED, PROBABILITY)
def test_limits_are_exact(expected: float, probability: float) -> None:
    assert float(limits(expected, probability, clip=False)) == pytest.approx(
        slow_limit(expected, probability), abs=1e-5
    )


@given(EXPECTED, PROBABILITY, PROBABILITY)
def test_a_higher_probability_gives_a_higher_limit(expected: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert float(limits(expected, low)) <= float(limits(expected, high)) + 1e-9


def test_limits_stay_above_zero_close_on_large_sites_and_open_on_tiny_ones() -> None:
    assert limits([0, 1e-9, 0.5, 5], 0.001).tolist() == [0, 0, 0, 0]
    low, high = (ratio_limits([1e6], probability)[0] for probability in ALARM)
    assert 0.99 < low < 1 < high < 1.01
    assert ratio_limits([2e-3], 0.999)[0] > 100
    assert np.isnan(ratio_limits([0.0], 0.5)[0])


def test_over_dispersion_widens_the_funnel() -> None:
    expected = np.full(200, 9.0)
    calm = dispersion(np.random.default_rng(1).poisson(expected), expected)
    wild = dispersion(np.random.default_rng(1).poisson(expected * np.tile([0.3, 1.7], 100)), expected)
    assert not calm.is_over and calm.inflation == 1
    assert wild.is_over and wild.inflation == wild.factor > wild.threshold == pytest.approx(1.2)
    wide = limits(9, 0.975, inflation=wild.inflation) - 9
    assert float(wide) == pytest.approx(float(limits(9, 0.975) - 9) * wild.factor**0.5)


def test_the_tenth_at_each_end_does_not_make_the_dispersion() -> None:
    expected, counts = np.full(20, 100.0), np.full(20, 100.0)
    counts[-1] = 100_000
    assert dispersion(counts, expected).factor < 0.01
    assert dispersion([4, 4, np.nan], [4, 4, 4]) == dispersion([4, 4], [4, 4])


def test_dispersion_of_nobody() -> None:
    nobody = dispersion([0, 0], [0, 0])
    assert (nobody.sites, nobody.inflation, isfinite(nobody.threshold)) == (0, 1, False)


@pytest.mark.parametrize(("expected", "probability"), [(-1, 0.5), (np.nan, 0.5), (np.inf, 0.5), (5, 0), (5, 1), (5, 2)])
def test_what_has_no_limit_is_refused(expected: float, probability: float) -> None:
    with pytest.raises(ValueError):
        limits(expected, probability)
