"""Sizes of the synthetic structures: places, staff, and hours served for home care."""

from dataclasses import dataclass
from random import Random

from app.demo.finess_employers import EMPLOYERS, SEED, SyntheticStructure, synthetic_employers

STORY_SIZE = (82, 61)
# Among twenty EHPAD, seventeen of 20 to 99 people, one larger, two smaller: 85 to 90 % of the staff then
# work in sites of 20 to 99. A free draw would miss that share for some seeds.
CYCLE = 20
LARGE, SMALL = frozenset({7}), frozenset({13, 19})
HEADCOUNTS = {
    "182": (8, 30), "183": (25, 70), "186": (20, 55), "202": (6, 18), "207": (3, 8), "209": (25, 110),
    "246": (15, 45), "247": (20, 60), "252": (10, 30), "255": (40, 85), "354": (10, 40), "355": (150, 600),
    "445": (5, 14), "446": (4, 12), "448": (30, 70), "449": (15, 40), "460": (15, 120),
}  # fmt: skip
# Staff for one place, by category; absent where a service counts no places.
STAFF_PER_PLACE = {
    "182": 0.45, "183": 0.75, "186": 0.95, "202": 0.16, "207": 0.4, "246": 0.32, "247": 1.0, "252": 0.45,
    "255": 1.3, "354": 0.36, "355": 2.2, "445": 0.25, "446": 0.12, "448": 1.05, "449": 0.7, "500": 0.72,
}  # fmt: skip
HOURS_PER_HEAD = (850, 1150)


@dataclass(frozen=True, slots=True)
class SiteSize:
    """Places authorised, people employed, and hours served in a year (home care only)."""

    capacity: int | None
    headcount: int
    hours_served: int | None = None


def capacities(seed: int = SEED, count: int = EMPLOYERS) -> dict[str, SiteSize]:
    """The size of each structure of `synthetic_employers(seed, count)`, by FINESS number.

    The legacy FINESS files hold no size: these come beside them. Between 85 and 90 % of the staff of the
    EHPAD work in sites of 20 to 99 people.
    """
    rng = Random(f"sizes {seed}")
    sizes: dict[str, SiteSize] = {}
    ehpad_rank = 0
    for employer in synthetic_employers(seed, count):
        for structure in employer.structures:
            sizes[structure.finess] = _size(structure, ehpad_rank, rng)
            ehpad_rank += structure.category == "500"
    return sizes


def _size(structure: SyntheticStructure, ehpad_rank: int, rng: Random) -> SiteSize:
    category = structure.category
    if category == "500":
        return SiteSize(*STORY_SIZE) if ehpad_rank == 0 else _ehpad(ehpad_rank % CYCLE, rng)
    headcount = rng.randint(*HEADCOUNTS[category])
    if category in ("460", "209"):
        return SiteSize(None, headcount, headcount * rng.randint(*HOURS_PER_HEAD))
    return SiteSize(round(headcount / STAFF_PER_PLACE[category]), headcount)


def _ehpad(position: int, rng: Random) -> SiteSize:
    bounds = (110, 150) if position in LARGE else (10, 19) if position in SMALL else (38, 92)
    headcount = rng.randint(*bounds)
    return SiteSize(round(headcount / (STAFF_PER_PLACE["500"] * rng.uniform(0.9, 1.1))), headcount)
