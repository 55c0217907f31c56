"""The figures of the demonstration: invented values for every invented structure, brought in as files would be.

One structure in eight has not answered for the last year; a few values are doubtful or not validated. Accidents are
drawn by chance around the national index of the activity.
"""

import hashlib
from datetime import UTC, date, datetime, time
from math import exp
from random import Random
from typing import Any

from sqlalchemy import insert, select

from app.actions.comparisons import refresh_comparisons
from app.demo.cast import Cast
from app.demo.finess_files import SEED, STORY_EMPLOYER_FINESS
from app.extensions import db
from app.models import (
    MILLION,
    Capacity,
    ClaimReference,
    Employer,
    FigureRemark,
    FigureSource,
    Import,
    Observation,
    Quality,
    Structure,
)
from app.models.organisations import Organisation
from app.permissions import Actor
from app.readers.indicators import MOTIVES, Family, Indicator, indicators_of
from figures.absence import last_published
from workflows.import_run import ImportKind, ImportState
from workflows.roles import Role

POINT = 10_000
YEARS = 4
NAF_OF = {
    "500": "8710A",
    "460": "8810A",
    "209": "8810A",
    "354": "8810A",
    "255": "8710C",
    "448": "8710C",
    "246": "8810C",
}
OTHER_NAF = "8899B"
# Staff, hours, accidents with a first payment, days off: the national file of the AT-MP branch for 2024.
REFERENCES = {
    "8710A": (213_658, 411_086_626, 17_535, 1_949_236),
    "8810A": (213_196, 342_800_000, 18_633, 2_231_000),
    "8710C": (42_646, 80_000_000, 3_947, 356_000),
    "8810C": (140_107, 233_900_000, 5_334, 273_000),
    "8899B": (196_529, 314_600_000, 6_292, 485_000),
}
SHARES = (0.27, 0.22, 0.24, 0.11, 0.10, 0.06)
"""Of absence, by motive, in their order."""
MIDDLE = {
    "abs_total": 11.4, "rotation": 24.4, "vacance": 4.5, "prest_ext": 5.0, "sad_absence": 12.5, "sad_rotation": 31.0,
    "sad_vacance": 7.0,
}  # fmt: skip
REMARK = "Deux départs à la retraite et un congé de longue durée expliquent l’essentiel de la hausse de cette année."


def bring_figures(employers: list[Employer], cast: Cast, *, today: date) -> None:
    """Give the invented structures their figures, the national reference and the groups that they are compared to."""
    ars, last = cast.coordinator, last_published(today, 10)
    years = range(last - YEARS + 1, last + 1)
    for employer in employers:
        for structure in employer.structures:
            structure.naf = structure.naf or NAF_OF.get(structure.category, OTHER_NAF)
    db.session.flush()
    structures = [(employer, structure) for employer in employers for structure in employer.structures]
    tdb, care = (import_of(kind, ars, today) for kind in (ImportKind.TDB, ImportKind.HOME_CARE))
    rows = [row for employer, one in structures for row in _indicators(one, years, tdb, care, ars.organisation_id)]
    for carsat in _carsats():
        brought = import_of(ImportKind.ATMP, carsat, today)
        here = [one for employer, one in structures if _is_for(employer, one, carsat)]
        rows += [row for one in here for row in _accidents(one, years, brought, carsat.organisation_id)]
    _refer(years, today)
    db.session.execute(insert(Observation), rows)
    _remark(last, today)
    db.session.flush()
    refresh_comparisons()


def _carsats() -> list[Actor]:
    """The caisses, by nobody in particular."""
    found = db.session.scalars(select(Organisation).where(Organisation.kind == Role.CARSAT).order_by(Organisation.id))
    return [Actor(0, one.short_name, Role.CARSAT, organisation_id=one.id, territory=one.territory) for one in found]


def _is_for(employer: Employer, structure: Structure, carsat: Actor) -> bool:
    return employer.is_private and structure.departement in carsat.territory


def import_of(kind: ImportKind, actor: Actor, today: date) -> Import:
    """Return the file that somebody is said to have brought in, without its bytes."""
    at = datetime.combine(date(today.year, 10, 12) if today.month > 10 else today, time(9), UTC)
    name = f"{kind.value}-demonstration.csv"
    found = Import(
        kind=kind,
        state=ImportState.DONE,
        organisation_id=actor.organisation_id,
        author_id=actor.user_id or None,
        created_at=at,
        ended_at=at,
        file_name=name,
        size=0,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
    )
    db.session.add(found)
    db.session.flush()
    return found


def _indicators(
    structure: Structure, years: range, tdb: Import, care: Import, organisation_id: int | None
) -> list[Any]:
    rng = Random(f"{SEED} figures {structure.finess}")
    listed = [one for one in indicators_of(structure.category) if one.family is Family.INDICATOR]
    own = {one.code: rng.gauss(0, 0.28) for one in listed}
    rows: list[Any] = []
    for year in years:
        if year == years[-1] and rng.random() < 0.12 and structure.employer.finess != STORY_EMPLOYER_FINESS:
            continue  # has not answered yet
        quality = Quality.UNVALIDATED if rng.random() < 0.02 else Quality.GOOD
        for code, value in _year(listed, own, rng, structure, year - years[0]).items():
            brought = care if code.startswith("sad_") else tdb
            doubtful = code in ("abs_total", "rotation") and value > 40 * POINT
            rows.append(
                _row(structure, code, year, value, brought, organisation_id, Quality.DOUBTFUL if doubtful else quality)
            )
    return rows


def _year(
    listed: list[Indicator], own: dict[str, float], rng: Random, structure: Structure, step: int
) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in listed:
        if one.code in MIDDLE:
            share = MIDDLE[one.code] * exp(own[one.code] + rng.gauss(0, 0.12)) * (1 + 0.01 * step)
            found[one.code] = round(share * POINT)
    if "abs_total" in found:
        parts = [share * exp(rng.gauss(0, 0.25)) for share in SHARES]
        found |= {
            code: round(found["abs_total"] * part / sum(parts)) for code, part in zip(MOTIVES, parts, strict=True)
        }
        found["abs_total"] = sum(found[code] for code in MOTIVES)
        found["cdd_rempl"] = round((structure.headcount or 20) * rng.uniform(0.5, 2.5)) * MILLION
    if "sad_absence" in found:
        found["sad_hours_served"] = round((structure.hours_served or 20_000) * rng.uniform(0.93, 1.05)) * MILLION
        found["sad_unmet_requests"] = rng.randint(0, 60) * MILLION
        found["sad_sectors"] = (1 + (structure.headcount or 20) // 20) * MILLION
    return found


def _accidents(structure: Structure, years: range, brought: Import, organisation_id: int | None) -> list[Any]:
    rng = Random(f"{SEED} accidents {structure.finess}")
    staff, _, accidents, _ = REFERENCES.get(structure.naf or "", REFERENCES[OTHER_NAF])
    own, rows = exp(rng.gauss(-0.06, 0.35)), []
    for year in years:
        people = structure.headcount or 20
        count = _poisson(people * accidents / staff * own, rng)
        values = {"at_first_payment": count, "at_headcount": people, "at_days_off": count * rng.randint(30, 90)}
        values |= {"at_commuting": _poisson(people * 0.006, rng), "at_disease": _poisson(people * 0.004, rng)}
        rows += [
            _row(structure, code, year, value * MILLION, brought, organisation_id, Quality.GOOD)
            for code, value in values.items()
        ]
    return rows


def _poisson(mean: float, rng: Random) -> int:
    """Draw a number of events (Knuth): the sites are small."""
    floor, product, count = exp(-mean), rng.random(), 0
    while product > floor:
        product *= rng.random()
        count += 1
    return count


def _row(
    structure: Structure,
    code: str,
    year: int,
    value: int,
    brought: Import,
    organisation_id: int | None,
    quality: Quality,
) -> dict[str, Any]:
    source = {"at": FigureSource.ATMP, "sa": FigureSource.HOME_CARE}.get(code[:2], FigureSource.TDB)
    return {
        "employer_id": structure.employer_id,
        "structure_id": structure.id,
        "indicator": code,
        "year": year,
        "value": value,
        "quality": quality,
        "source": source,
        "import_id": brought.id,
        "organisation_id": organisation_id,
    }


def _refer(years: range, today: date) -> None:
    """The national reference, the same for each year of the demonstration."""
    brought = import_of(ImportKind.REFERENCES, _carsats()[0], today)
    for year in years:
        for naf, (staff, hours, accidents, days) in REFERENCES.items():
            values = {"staff": staff, "hours": hours, "accidents": accidents, "days_off": days}
            frequency = round(1000 * accidents / staff * MILLION)
            db.session.add(ClaimReference(year=year, naf=naf, frequency=frequency, import_id=brought.id, **values))


def _remark(year: int, today: date) -> None:
    """The story's employer explains one of its figures."""
    employer = db.session.scalars(select(Employer).where(Employer.finess == STORY_EMPLOYER_FINESS)).one()
    structure, author = employer.structures[0], _manager(employer.id)
    if author is None:
        return
    at = datetime.combine(today, time(6), UTC)
    db.session.add(
        FigureRemark(
            employer_id=employer.id,
            structure_id=structure.id,
            indicator="abs_total",
            year=year,
            wording=REMARK,
            author_id=author,
            written_at=at,
        )
    )


def _manager(employer_id: int) -> int | None:
    return db.session.scalar(select(Capacity.user_id).where(Capacity.employer_id == employer_id).limit(1))
