"""The employers of the synthetic region, as plain values drawn from a seed."""

from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from app.demo import finess_names as names
from app.demo import finess_numbers as numbers
from app.demo.finess_profiles import DEPARTEMENTS, PROFILES, SITE_NAMES, Profile
from app.readers.reference_files import read_table

SEED = 2026
EMPLOYERS = 300
FIRST_SIREN = 10_000


@dataclass(frozen=True, slots=True)
class Commune:
    """A real commune: département and INSEE codes, one postcode, name."""

    departement: str
    insee: str
    postcode: str
    name: str


@dataclass(frozen=True, slots=True)
class SyntheticStructure:
    """One establishment or service: its number, wording, category and place."""

    finess: str
    siret: str
    name: str
    category: str
    commune: Commune
    rank: int


@dataclass(frozen=True, slots=True)
class SyntheticEmployer:
    """One legal entity: its numbers, wording, status, place and structures (its main one first)."""

    finess: str
    siren: str
    name: str
    long_name: str
    status: str
    commune: Commune
    structures: tuple[SyntheticStructure, ...]


@dataclass
class Pools:
    """What is drawn while building: never the same name nor the same number twice."""

    rng: Random
    residences: names.NamePool
    places: names.NamePool
    countries: names.NamePool
    serials: dict[str, int] = field(default_factory=dict)
    sirens: int = FIRST_SIREN

    def finess(self, departement: str, first: int = 0) -> str:
        """The next number of that département, from the series that begins at `first`."""
        key = f"{departement}/{first}"
        self.serials[key] = self.serials.get(key, 0) + 1
        return numbers.finess_number(departement, first + self.serials[key])

    def siren(self) -> str:
        """The next SIREN."""
        self.sirens += 1
        return numbers.siren_number(self.sirens)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one employer will be: profile, commune, categories of its sites, and names when fixed."""

    profile: Profile
    commune: Commune
    categories: tuple[str, ...]
    residence: str | None = None
    country: str | None = None


@lru_cache(maxsize=1)
def communes() -> tuple[Commune, ...]:
    """The real communes the employers live in."""
    rows = read_table("communes_nouvelle_aquitaine.csv")
    return tuple(Commune(row["departement"], row["insee"], row["code_postal"], row["nom"]) for row in rows)


@lru_cache(maxsize=4)
def synthetic_employers(seed: int = SEED, count: int = EMPLOYERS) -> tuple[SyntheticEmployer, ...]:
    """The same employers for the same seed and count; the three fixed ones of the story come first."""
    rng = Random(seed)
    pools = Pools(
        rng,
        names.NamePool(rng, names.NOUNS, names.COMPLEMENTS),
        names.NamePool(rng, names.TOWNS, names.TOWN_ENDINGS, "-"),
        names.NamePool(rng, names.COUNTRIES, names.COUNTRY_ENDINGS),
    )
    plans = (_story() + _drawn(rng, max(0, count - len(_story()))))[:count]
    return tuple(_employer(plan, pools) for plan in plans)


def _story() -> list[Plan]:
    """A private association, a public establishment and a grouping to confirm, all in Deux-Sèvres."""
    niort, parthenay, thouars = (_commune(code) for code in ("79191", "79202", "79329"))
    association = Profile("60", 0, "Association {name}", "Association {name}", ())
    return [
        Plan(association, niort, ("500",), residence="les tilleuls"),
        Plan(_profile("21"), parthenay, ("500",), residence="résidence du lavoir bleu"),
        Plan(_profile("30"), thouars, ("460", "354"), country="du pays des mille étangs bleus"),
    ]


def _drawn(rng: Random, count: int) -> list[Plan]:
    """`count` plans in the proportions of the profiles, exactly, then shuffled."""
    total = sum(profile.weight for profile in PROFILES)
    profiles: list[Profile] = []
    for profile in PROFILES:
        profiles += [profile] * (-(-profile.weight * count // total))
    rng.shuffle(profiles)
    weights = list(DEPARTEMENTS.values())
    places = rng.choices(list(DEPARTEMENTS), weights, k=count)
    return [
        Plan(profile, rng.choice(_communes_of(place)), tuple(rng.choice(profile.sites).split()))
        for profile, place in zip(profiles, places, strict=False)
    ]


def _employer(plan: Plan, pools: Pools) -> SyntheticEmployer:
    wording = _Wording(plan, pools)
    profile, siren = plan.profile, pools.siren()
    finess = pools.finess(plan.commune.departement)
    name, long_name = wording.fill(profile.short), wording.fill(profile.long)
    structures = tuple(
        _structure(plan, pools, wording, siren, category, rank)
        for rank, category in enumerate(plan.categories, start=1)
    )
    return SyntheticEmployer(finess, siren, name, long_name, profile.status, plan.commune, structures)


def _structure(
    plan: Plan, pools: Pools, wording: "_Wording", siren: str, category: str, rank: int
) -> SyntheticStructure:
    """The main site is where the employer is; half of the others are in another commune nearby."""
    departement = plan.commune.departement
    is_elsewhere = rank > 1 and pools.rng.random() < 0.5
    commune = pools.rng.choice(_communes_of(departement)) if is_elsewhere else plan.commune
    if rank > 1 and category in plan.categories[: rank - 1]:
        wording = _Wording(Plan(plan.profile, commune, ()), pools)
    return SyntheticStructure(
        pools.finess(departement, numbers.FIRST_STRUCTURE),
        numbers.siret_number(siren, rank),
        wording.fill(SITE_NAMES[category]),
        category,
        commune,
        rank,
    )


class _Wording:
    """Fills a wording, drawing each kind of name only when it is needed, and once."""

    def __init__(self, plan: Plan, pools: Pools) -> None:
        self._drawn = {"name": plan.residence, "country": plan.country, "place": None}
        self._pools = {"name": pools.residences, "country": pools.countries, "place": pools.places}

    def fill(self, wording: str) -> str:
        for key, pool in self._pools.items():
            if f"{{{key}}}" in wording:
                self._drawn[key] = self._drawn[key] or pool.draw()
        return wording.format(**self._drawn)


def _profile(status: str) -> Profile:
    return next(profile for profile in PROFILES if profile.status == status)


def _commune(insee: str) -> Commune:
    return next(commune for commune in communes() if commune.insee == insee)


@lru_cache(maxsize=32)
def _communes_of(departement: str) -> tuple[Commune, ...]:
    return tuple(commune for commune in communes() if commune.departement == departement)
