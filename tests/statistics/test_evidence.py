"""The bands: their thresholds, what is too small, and the years that count."""

import numpy as np
import pytest

from app.statistics.evidence import band_of, bands_of, expected, pool
from app.statistics.shrinkage import shrink
from figures.bands import EvidenceBand

NAN = float("nan")


@pytest.mark.parametrize(
    ("exceedance", "accidents", "years", "label"),
    [
        (1.0, 9, 3, "signal fort"),
        (0.95, 2, 2, "signal fort"),
        (0.9499, 9, 3, "signal probable"),
        (0.80, 9, 3, "signal probable"),
        (0.7999, 9, 3, "non concluant"),
        (0.20, 9, 3, "non concluant"),
        (0.1999, 9, 3, "sans signal"),
        (0.0, 9, 3, "sans signal"),
        (1.0, 1.999, 3, "effectif insuffisant"),
        (1.0, 9, 1, "effectif insuffisant"),
        (NAN, 9, 3, "effectif insuffisant"),
        (1.0, NAN, 3, "effectif insuffisant"),
    ],
)
def test_bands(exceedance: float, accidents: float, years: int, label: str) -> None:
    assert band_of(exceedance, accidents, years).label == label


def test_the_bands_of_a_territory_are_those_of_each_site() -> None:
    given = ((0.99, 0.85, 0.5, 0.1, 0.99), (5, 5, 5, 5, 1), (3, 3, 3, 3, 3))
    assert list(bands_of(*given)) == [band_of(*site) for site in zip(*given, strict=True)] == list(EvidenceBand)
    assert bands_of([], [], []).shape == (0,)


def test_where_chance_explains_all_nobody_is_a_signal() -> None:
    counts, exposures = np.array((2, 9, 0, 14, 31, 5, 40, 1)), np.array((36, 120, 45, 150, 300, 90, 540, 24))
    bands = bands_of(shrink(counts, exposures).exceedance(), exposures * 0.08, 3 * np.ones(8))
    assert set(bands) == {EvidenceBand.NONE, EvidenceBand.TOO_SMALL} and bands[-1] == EvidenceBand.TOO_SMALL


def test_expected_accidents_follow_the_activity_and_the_year() -> None:
    assert expected([[40, 40, 50]], [80, 90, 100]) == pytest.approx([11.8])
    assert expected([[40], [40]], [[82.1], [26.4]]) == pytest.approx([3.284, 1.056])
    assert expected([[40, NAN, 40]], [80, 90, NAN]) == pytest.approx([3.2])


def test_only_years_known_on_all_three_sides_are_added() -> None:
    found = pool(
        np.array([(1, 2, 4), (NAN, 2, 4), (0, 0, 0), (1, 1, 1)]),
        np.array([(10, 20, 40), (10, 20, 40), (0, NAN, 30), (10, 10, 10)]),
        [100, 100, NAN],
    )
    assert found.counts.tolist() == [3, 2, 0, 2]
    assert found.exposures.tolist() == [30, 20, 0, 20]
    assert found.expected.tolist() == [3, 2, 0, 2]
    assert found.years.tolist() == [2, 1, 0, 2]
    assert shrink(found.counts, found.exposures).mean == pytest.approx(0.1)
