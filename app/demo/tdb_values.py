"""What synthetic structures answer to the « tableau de bord », year after year, around the national figures published.

Shares are in hundredths of a percentage point (1140 is 11.40 %), so that both formats write the very same values.
Nothing drawn here is doubtful: the faults are planted beside, and counted.
"""

from dataclasses import dataclass, replace
from math import exp
from random import Random

MOTIVES = {"abs_court": 22, "abs_moyen": 31, "abs_long": 21, "abs_mat": 8, "abs_atmp": 12, "abs_special": 6}
"""Weights of the motives of absence: sickness is about three quarters of the days."""
AGES = {
    "pyramide_moins_20": 1, "pyramide_20_29": 15, "pyramide_30_39": 22, "pyramide_40_49": 25, "pyramide_50_54": 14,
    "pyramide_55_59": 13, "pyramide_60_64": 8, "pyramide_plus_65": 2,
}  # fmt: skip
ABSENCE, ROTATION, VACANCY = (1180, 2300, 450)
"""Reference of most categories; those that have their own are below (CNSA, data of 2023)."""
REFERENCES = {
    "500": (1140, 2560, 410), "354": (1050, 2300, 600), "209": (1250, 2900, 620), "460": (1300, 3000, 650),
    "182": (940, 2200, 430), "445": (940, 2100, 400), "446": (940, 2100, 400), "246": (1080, 1800, 300),
}  # fmt: skip
YEARLY = 0.12
"""How far a year of a structure lies from its habit; structures differ among themselves about three times more."""


@dataclass(frozen=True, slots=True)
class Site:
    """One structure that answers: its numbers, category, and the words of its legal status."""

    finess: str
    legal_entity_finess: str
    name: str
    category: str
    category_label: str
    legal_status: str
    departement: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one structure answers for one year. `shares` in hundredths of a point, `contracts` a whole number."""

    shares: dict[str, int]
    contracts: int


def answers_of(site: Site, year: int, seed: int) -> Answers:
    """Return the answers of a structure: the same arguments always give the same answers."""
    habit, rng = Random(f"{seed} {site.finess}"), Random(f"{seed} {site.finess} {year}")
    absence, rotation, vacancy = REFERENCES.get(site.category, (ABSENCE, ROTATION, VACANCY))
    total = _drawn(absence, habit, rng, 3_000)
    shares = {"abs_total": total, **_split(total, MOTIVES, rng)}
    shares["rotation"] = _drawn(rotation, habit, rng, 4_800)
    shares["vacance"] = _drawn(vacancy, habit, rng, 1_900)
    shares["vacance_soins"] = _drawn(vacancy, habit, rng, 1_900)
    shares["vacance_socio_edu"] = _drawn(vacancy, habit, rng, 1_900)
    shares["prest_ext"] = _drawn(420, habit, rng, 1_900)
    shares["encadrement"] = _drawn(650, habit, rng, 3_000)
    shares |= _split(10_000, AGES, rng)
    return Answers(shares, rng.randint(0, 40))


def has_answered(site: Site, year: int, seed: int) -> bool:
    """Tell whether the structure answered that year: some fifteen in a hundred do not."""
    return Random(f"{seed} {site.finess} {year} answered").random() >= 0.15


def with_share(answers: Answers, **shares: int | None) -> Answers:
    """Return the answers with some shares replaced, or left out when None."""
    kept = {code: value for code, value in (answers.shares | shares).items() if value is not None}
    return replace(answers, shares=kept)


def _drawn(reference: int, habit: Random, rng: Random, most: int) -> int:
    return min(most, max(20, round(reference * exp(habit.gauss(0, 3 * YEARLY) + rng.gauss(0, YEARLY)))))


def _split(total: int, weights: dict[str, int], rng: Random) -> dict[str, int]:
    """Share a total among parts whose sum is exactly it."""
    drawn = {code: weight * rng.uniform(0.7, 1.3) for code, weight in weights.items()}
    whole = sum(drawn.values())
    parts = {code: int(total * value / whole) for code, value in drawn.items()}
    first = max(parts, key=lambda code: parts[code])
    parts[first] += total - sum(parts.values())
    return parts
