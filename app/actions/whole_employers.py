"""Accidents known for a whole employer (SIREN), or for a SIRET that no single structure has: set beside the structures.

Each is one more place of a region. What is already told of a part is not told again of the whole: nobody is counted
twice.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from app.actions.figure_columns import Sites
from app.extensions import db
from app.models import Employer, Observation, Quality
from app.queries.observations import main_region
from app.readers.territories import departements

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Whole:
    """Whose accidents these are: of an employer (by its number), or of one of its SIRET."""

    employer_id: int
    siret: str | None


def with_wholes(
    sites: Sites, table: FloatArray, codes: Sequence[str], years: Sequence[int]
) -> tuple[Sites, FloatArray, list[Whole]]:
    """Return the sites and their values followed by the wholes; the nth whole has the number -n as a site."""
    told = set(sites.employers[~np.isnan(table[:, : len(years)]).all(axis=1)].tolist())
    values = {one: row for one, row in _values(codes, years).items() if one.siret or one.employer_id not in told}
    in_part = {one.employer_id for one in values if one.siret}
    wholes = [one for one in values if one.siret or one.employer_id not in in_part]
    if not wholes:
        return sites, table, []
    regions, nafs = _regions(sites, wholes), _nafs(wholes)
    none = np.full(len(wholes), "", np.str_)
    more = Sites(
        -1 - np.arange(len(wholes)),
        np.array([one.employer_id for one in wholes], np.int64),
        np.array([regions[one.employer_id] for one in wholes], np.str_),
        none,
        none,
        none,
        np.array([nafs[one.employer_id] for one in wholes], np.str_),
    )
    columns = (np.concatenate([getattr(sites, name), getattr(more, name)]) for name in Sites.__dataclass_fields__)
    return Sites(*columns), np.vstack([table, [values[one] for one in wholes]]), wholes


def _values(codes: Sequence[str], years: Sequence[int]) -> dict[Whole, FloatArray]:
    """The last value brought in of each series, in millionths; NaN when it may not be used."""
    rows = db.session.execute(
        select(
            Observation.employer_id,
            Observation.siret,
            Observation.indicator,
            Observation.year,
            Observation.value,
            Observation.quality,
        )
        .where(Observation.structure_id.is_(None), Observation.indicator.in_(codes), Observation.year.in_(years))
        .order_by(Observation.id)
    )
    found: dict[Whole, FloatArray] = {}
    for employer_id, siret, code, year, value, quality in rows:
        row = found.setdefault(Whole(employer_id, siret), np.full(len(codes) * len(years), np.nan))
        place = codes.index(code) * len(years) + years.index(year)
        row[place] = np.nan if quality is Quality.UNVALIDATED else value
    return found


def _regions(sites: Sites, wholes: Sequence[Whole]) -> dict[int, str]:
    wanted = {one.employer_id for one in wholes}
    of_structures: dict[int, Counter[str]] = {number: Counter() for number in wanted}
    for employer_id, region in zip(sites.employers.tolist(), sites.region.tolist(), strict=True):
        if employer_id in wanted:
            of_structures[employer_id][region] += 1
    places = departements()
    seats = db.session.execute(select(Employer.id, Employer.departement).where(Employer.id.in_(wanted)))
    return {
        number: main_region(of_structures[number], places[seat].region if seat in places else "")
        for number, seat in seats
    }


def _nafs(wholes: Sequence[Whole]) -> dict[int, str]:
    known = select(Employer.id, Employer.naf).where(Employer.id.in_({one.employer_id for one in wholes}))
    return {number: naf or "" for number, naf in db.session.execute(known)}
