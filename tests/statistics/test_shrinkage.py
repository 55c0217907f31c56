"""Shrinkage: the two worked tables to the last digit, what holds for any group, groups where little is known."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.statistics.shrinkage import Shrinkage, shrink

# y, e, raw, w, estimate, 90 % interval, P(> m), P(> 1.2 m), as printed in the worked table (for 1,000).
TABLE = """
    2  36  55.6 .454  75.8  33.0-132.7 .261 .129
   18 120 150.0 .735 134.7  91.2-185.2 .944 .790
    0  45   0.0 .509  45.4  15.5-87.9  .038 .012
   14 150  93.3 .776  93.2  60.2-131.9 .480 .199
   52 300 173.3 .874 163.1 129.0-200.6 1.000 .996
    5  90  55.6 .675  67.6  35.3-108.3 .135 .042
   31 540  57.4 .926  60.0  44.4-77.6  .002 .000
    4  24 166.7 .356 118.9  59.2-195.4 .713 .529
    9 105  85.7 .708  87.7  51.9-131.1 .387 .165
    1  60  16.7 .580  48.5  19.1-88.7  .039 .011
"""
ROWS = [line.split() for line in TABLE.split("\n") if line.strip()]
SITES = st.lists(st.tuples(st.integers(0, 40), st.floats(1, 900)), min_size=2, max_size=25)


def group(sites: list[tuple[int, float]]) -> Shrinkage:
    counts, exposures = zip(*sites, strict=True)
    return shrink(counts, exposures)


def test_the_worked_table_to_the_last_digit() -> None:
    found = shrink([int(row[0]) for row in ROWS], [int(row[1]) for row in ROWS])
    assert (f"{1000 * found.mean:.3f}", f"{found.variance:.10f}", f"{found.between:.10f}") == (
        "92.517", "0.0027625629", "0.0021331955"
    )  # fmt: skip
    assert (f"{found.shape:.7f}", f"{found.rate:.7f}") == ("4.0124763", "43.3701484")
    low, high = found.interval(0.90)
    lines = zip(found.counts, found.exposures, found.weights, found.estimates, low, high,
                found.exceedance(1.0), found.exceedance(1.2), strict=True)  # fmt: skip
    written = [
        f"{y:.0f} {e:.0f} {1000 * y / e:.1f} {w:.3f} {1000 * t:.1f} {1000 * lo:.1f}-{1000 * hi:.1f} {p:.3f} {q:.3f}"
        for y, e, w, t, lo, hi, p, q in lines
    ]
    assert [line.replace(" 0.", " .") for line in written] == [" ".join(row).replace(" 0.", " .") for row in ROWS]


def test_the_worked_group_that_chance_explains() -> None:
    found = shrink((2, 9, 0, 14, 31, 5, 40, 1), (36, 120, 45, 150, 300, 90, 540, 24))
    assert (f"{1000 * found.mean:.3f}", f"{found.variance:.11f}") == ("78.161", "0.00046444807")
    assert (found.between, found.differs, found.shape, found.rate) == (0.0, False, np.inf, np.inf)
    assert {f"{1000 * estimate:.1f}" for estimate in found.estimates} == {"78.2"} and not found.weights.any()
    assert [found.exceedance(times).max() for times in (0.9, 1.0, 1.2)] == [1, 0, 0]
    assert all((bound == found.mean).all() for bound in found.interval())


@pytest.mark.parametrize(
    ("counts", "exposures", "estimates"),
    [
        ((), (), ()),
        ((0, 0), (0, 0), (np.nan, np.nan)),
        ((3,), (40,), (0.075,)),
        ((0, 0, 0), (10, 20, 30), (0, 0, 0)),
        ((1, 1, 0), (10, 10, 0), (0.1, 0.1, 0.1)),
    ],
    ids=["empty", "no exposure", "one site", "no event", "alike"],
)
def test_where_little_is_known(
    counts: tuple[int, ...], exposures: tuple[int, ...], estimates: tuple[float, ...]
) -> None:
    found = shrink(counts, exposures)
    assert found.estimates == pytest.approx(np.array(estimates), nan_ok=True)
    assert not found.differs and not found.weights.any()
    for figures in (*found.interval(), found.exceedance()):
        assert figures.shape == (len(counts),)
        assert np.isnan(figures).all() == np.isnan(found.estimates).all()


def test_a_site_without_exposure_is_given_the_group_and_gives_it_nothing() -> None:
    sites = [(int(row[0]), float(row[1])) for row in ROWS]
    with_it, without = group([*sites, (0, 0.0)]), group(sites)
    assert with_it.between == without.between and (with_it.estimates[:-1] == without.estimates).all()
    assert (with_it.estimates[-1], with_it.weights[-1]) == (pytest.approx(with_it.mean), 0)


@pytest.mark.parametrize(
    ("counts", "exposures"),
    [((-1,), (3,)), ((1,), (-3,)), ((1,), (np.nan,)), ((np.inf,), (1,)), ((1, 2), (3,)), ((1,), (0,)), ([[1]], [[1]])],
)
def test_what_cannot_be_a_group_is_refused(counts: object, exposures: object) -> None:
    with pytest.raises(ValueError):
        shrink(counts, exposures)  # type: ignore[arg-type]


def test_a_group_is_not_written_over() -> None:
    found = shrink((1, 2), (3, 4))
    with pytest.raises(ValueError, match="read-only"):
        found.estimates[0] = 5


@given(SITES, st.randoms(use_true_random=False))
def test_the_order_of_the_sites_changes_nothing(sites: list[tuple[int, float]], chance: object) -> None:
    order = list(range(len(sites)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    one, other = group(sites), group([sites[place] for place in order])
    assume(one.between > 1e-12)
    assert other.estimates == pytest.approx(one.estimates[order])
    assert other.exceedance() == pytest.approx(one.exceedance()[order], abs=1e-9)


@given(SITES, st.floats(1e-3, 1e3))
def test_the_unit_of_exposure_changes_nothing_but_the_unit(sites: list[tuple[int, float]], unit: float) -> None:
    one, other = group(sites), group([(count, exposure * unit) for count, exposure in sites])
    assume(one.between * unit > 1e-9 or not one.differs)
    assume(one.between > 1e-9 or not one.differs)
    assert other.estimates * unit == pytest.approx(one.estimates, rel=1e-6)
    assert other.weights == pytest.approx(one.weights, abs=1e-6)
    assert other.exceedance() == pytest.approx(one.exceedance(), abs=1e-6)
    assert other.interval()[1] * unit == pytest.approx(one.interval()[1], rel=1e-5)


@given(SITES)
def test_an_estimate_stands_between_the_group_and_what_was_seen(sites: list[tuple[int, float]]) -> None:
    found = group(sites)
    raw = found.counts / found.exposures
    low, high = found.interval()
    slack = 1e-9 + 1e-9 * np.abs(raw)
    assert (np.minimum(raw, found.mean) - slack <= found.estimates).all()
    assert (found.estimates <= np.maximum(raw, found.mean) + slack).all()
    assert ((found.weights >= 0) & (found.weights <= 1)).all()
    assert (low <= high).all() and ((found.exceedance() >= 0) & (found.exceedance() <= 1)).all()
    assert (found.exceedance(1.0) >= found.exceedance(1.2)).all()


@given(st.floats(1e-9, 1e-4), st.floats(1e7, 1e12))
def test_nothing_is_believed_of_a_tiny_site_and_everything_of_a_huge_one(tiny: float, huge: float) -> None:
    sites = [(int(row[0]), float(row[1])) for row in ROWS]
    small = group([*sites, (0, tiny)])
    assert small.weights[-1] < 1e-4 and small.estimates[-1] == pytest.approx(small.mean, rel=1e-4)
    large = group([*sites, (int(huge * 0.2), huge), (int(huge * 0.1), huge)])
    assert large.weights[-1] > 0.999 and large.estimates[-1] == pytest.approx(0.1, rel=1e-2)
    low, high = large.interval()
    assert high[-1] - low[-1] < 1e-3
