"""Peers and accidents made in one batch: against what the pure functions give, structure by structure."""

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from app.actions.comparisons import refresh_comparisons
from app.actions.evidence import find, window
from app.actions.figure_columns import read_sites
from app.actions.peers import refresh_peers
from app.extensions import db
from app.models import ClaimEvidence, ClaimTerritory, Observation, PeerBand, Quality, Structure
from app.queries.observations import list_peers
from app.statistics.peers import compare
from app.statistics.rankable import rankable_millionths
from app.statistics.shrinkage import shrink
from figures.bands import EvidenceBand
from figures.peers import FEWEST_PEERS, PeerGroup
from figures.sizes import size_band
from tests.factories import make_employer, make_figure, make_import, make_structure
from tests.world import World

CAPACITIES = (None, 30, 60, 100, 150)


def add_region(world: World, sites: int = 90) -> list[Structure]:
    """EHPAD and others of two statuses and four sizes, some of them unknown, with rotations of two years."""
    rng, brought = Random("peers"), make_import(world.organisation("ARS Poitou"))
    found = []
    for n in range(sites):
        employer = make_employer(f"Employeur {n}", legal_status=rng.choice(["60", "60", "73", None]))
        category = rng.choice(["500", "500", "500", "255"])
        found.append(make_structure(employer, f"Site {n}", category=category, capacity=rng.choice(CAPACITIES)))
        db.session.flush()
        for year in (2024, 2025):
            if rng.random() < 0.9:
                make_figure(found[-1], "rotation", year, rng.randrange(100_000, 500_000, 10_000), brought)
    db.session.commit()
    return found


def test_each_structure_finds_the_group_that_the_pure_function_gives(world: World) -> None:
    sites = add_region(world)
    known = {(one.structure_id, one.year): float(one.value) for one in db.session.scalars(select(Observation))}
    refresh_peers(read_sites())
    db.session.commit()
    groups = set()
    for year in (2024, 2025):
        expected = compare(
            rankable_millionths(np.array([known.get((site.id, year), np.nan) for site in sites])),
            np.array([site.category for site in sites]),
            # Alone in its group when its status or its size is unknown: compared to the wider one.
            np.array([site.employer.legal_status or f"?{site.id}" for site in sites]),
            np.array([size_band(site.capacity, None) or f"?{site.id}" for site in sites]),
        )
        for place, site in enumerate(sites):
            mine = list_peers(site, site.employer).get(("rotation", year))
            group = list(PeerGroup)[int(expected.group[place])]
            assert (mine.group if mine else PeerGroup.NONE) is group
            groups.add(group)
            if mine:
                assert mine.count == expected.count[place] >= FEWEST_PEERS
                assert mine.median == round(float(expected.median[place]))
                assert mine.first_quartile == round(float(expected.first_quartile[place]))
                assert mine.third_quartile == round(float(expected.third_quartile[place]))
                assert len(mine.deciles) == 9 and list(mine.deciles) == sorted(mine.deciles)
    assert groups >= {PeerGroup.SAME_SIZE, PeerGroup.SAME_STATUS, PeerGroup.SAME_CATEGORY}


def snapshot() -> list[Any]:
    columns = [column for column in PeerBand.__table__.columns if column.name != "id"]
    return sorted(tuple(row) for row in db.session.execute(select(*columns)))


def test_twice_gives_the_same_and_a_year_alone_leaves_the_others(world: World) -> None:
    sites = add_region(world, 40)
    refresh_peers(read_sites())
    db.session.commit()
    first = snapshot()
    refresh_peers(read_sites())
    db.session.commit()
    assert snapshot() == first and first
    make_figure(sites[0], "rotation", 2025, 10_000, make_import(world.organisation("ARS Poitou")))
    refresh_peers(read_sites(), [2025])
    db.session.commit()
    again = snapshot()
    assert [row for row in again if 2024 in row] == [row for row in first if 2024 in row]
    assert [row for row in again if 2025 in row] != [row for row in first if 2025 in row]


@pytest.mark.parametrize(("quality", "is_counted"), [("good", True), ("doubtful", True), ("unvalidated", False)])
def test_only_usable_values_count_and_the_last_one_alone(world: World, quality: str, is_counted: bool) -> None:
    brought = make_import(world.organisation("ARS Poitou"))
    employer = make_employer("Employeur", legal_status="60")
    sites = [make_structure(employer, f"Site {n}", capacity=60) for n in range(12)]
    db.session.flush()
    for n, site in enumerate(sites):
        make_figure(site, "rotation", 2025, 100_000 + 10_000 * n, brought)
    # A later value takes the place of the first, even when it may not be used: the old one does not come back.
    make_figure(sites[0], "rotation", 2025, 900_000, brought, quality=Quality(quality))
    refresh_peers(read_sites())
    found = list_peers(sites[0], employer)["rotation", 2025]
    assert found.count == (12 if is_counted else 11)
    assert found.deciles[-1] == pytest.approx(209_000 if is_counted else 200_000)


def test_nothing_at_all_gives_nothing(world: World) -> None:
    assert refresh_comparisons() == (0, 0)
    assert snapshot() == [] and db.session.scalar(select(ClaimEvidence)) is None


def test_the_years_added_are_the_last_three_that_tell_something() -> None:
    assert window([2018, 2019, 2020, 2021]) == [2018, 2019, 2021]
    assert window([2023, 2024, 2025]) == [2023, 2024, 2025]
    assert window([2020]) == []


# The published example of the shrinkage, for a thousand employees at an index of a thousand: exposure is expectation.
COUNTS = [2, 18, 0, 14, 52, 5, 31, 4, 9, 1]
STAFF = [36, 120, 45, 150, 300, 90, 540, 24, 105, 60]
ABOVE = [0.129, 0.790, 0.012, 0.199, 0.996, 0.042, 0.000, 0.529, 0.165, 0.011]


def test_a_region_is_the_published_example() -> None:
    nafs = np.array(["8710A"] * 10)
    years = 2
    counts = np.array([[count, 0] for count in COUNTS], np.float64)
    staff = np.array([[number / 2] * years for number in STAFF], np.float64)
    found = find(nafs, counts, staff, np.full((10, years), 1000.0))
    assert found is not None and found.differs
    assert found.pooled.expected == pytest.approx(STAFF)
    assert shrink(COUNTS, STAFF).exceedance(1.2) == pytest.approx(ABOVE, abs=5e-4)
    assert [band.value for band in found.bands] == [
        "none", "inconclusive", "none", "none", "strong", "none", "none", "inconclusive", "none", "none",
    ]  # fmt: skip
    assert found.weights == pytest.approx(
        [0.454, 0.735, 0.509, 0.776, 0.874, 0.675, 0.926, 0.356, 0.708, 0.580], abs=5e-4
    )
    mean = 0.092517
    assert found.low[4] * mean == pytest.approx(0.1290, abs=1e-4) and found.high[4] * mean == pytest.approx(
        0.2006, abs=1e-4
    )


def test_the_probability_that_may_be_told_never_gives_few_accidents_back() -> None:
    def told(counts: list[int]) -> list[float]:
        table = np.array([[count, 0] for count in counts], np.float64)
        staff = np.array([[number / 2] * 2 for number in STAFF], np.float64)
        found = find(np.array(["8710A"] * 10), table, staff, np.full((10, 2), 1000.0))
        assert found is not None
        return list(found.exceedances)

    probabilities = told(COUNTS)
    enough = [place for place, count in enumerate(COUNTS) if count == 0 or count >= 5]
    assert [probabilities[place] for place in enough] == pytest.approx([ABOVE[place] for place in enough], abs=5e-4)
    group = shrink(COUNTS, STAFF)
    few = replace(group, counts=np.array([2.5 if 0 < count < 5 else count for count in COUNTS])).exceedance(1.2)
    assert probabilities == pytest.approx(few)
    alike = told([number // 10 for number in STAFF])
    assert np.isnan(alike).all()  # chance explains them all: nobody is told to be above


def test_activities_are_apart_when_they_are_many_together_otherwise() -> None:
    rng = np.random.default_rng(3)
    nafs = np.array(["8710A"] * 25 + ["8810A"] * 5 + [""] * 5)
    staff = np.full((35, 3), 60.0)
    counts = rng.poisson(5.0, (35, 3)).astype(np.float64)
    found = find(nafs, counts, staff, np.full((35, 3), 82.07))
    assert found is not None
    alone = shrink(counts[:25].sum(axis=1), found.pooled.expected[:25])
    others = shrink(counts[25:].sum(axis=1), found.pooled.expected[25:])
    assert found.weights == pytest.approx([*alone.weights, *others.weights])


def test_a_year_without_reference_or_staff_adds_nothing(world: World) -> None:
    nan = float("nan")
    counts = np.array([[2.0, 3.0, 9.0], [1.0, nan, 1.0], [nan, nan, nan]])
    staff = np.array([[100.0, 100.0, 100.0], [100.0, 100.0, nan], [50.0, 50.0, 50.0]])
    references = np.array([[80.0, 80.0, nan]] * 3)
    found = find(np.array(["8710A"] * 3), counts, staff, references)
    assert found is not None and found.places.tolist() == [0, 1]
    assert found.pooled.counts.tolist() == [5, 1] and found.pooled.years.tolist() == [2, 1]
    assert found.bands[1] is EvidenceBand.TOO_SMALL and np.isnan(found.exceedances[1])
    assert find(np.array(["8710A"]), counts[2:], staff[2:], references[2:]) is None
    assert db.session.scalar(select(ClaimTerritory)) is None
