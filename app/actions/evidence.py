"""What accidents at work say of each structure, made again after an import: a band, never a rank.

The accidents of the last years are added, since years bring more than any estimator, and set beside those that the
activity has in France for as many staff. Exposure is what is expected, so that activities may be mixed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, delete, select

from app.actions.figure_columns import Sites, read_table, write_rows
from app.actions.whole_employers import Whole, with_wholes
from app.extensions import db
from app.models import MILLION, ClaimEvidence, ClaimReference, ClaimTerritory, Observation
from app.statistics import evidence, funnel
from app.statistics.disclosure import FEWEST_ACCIDENTS
from app.statistics.shrinkage import Shrinkage, shrink
from figures.bands import EvidenceBand

ACCIDENTS, STAFF = "at_first_payment", "at_headcount"
CODES = (ACCIDENTS, STAFF)
WINDOW = 3
NOT_TELLING = frozenset({2020})
"""Years that are left out: staff was paid to stay at home."""
MIDDLE_OF_FEW = 2.5
COLUMNS = (
    "structure_id", "siret", "employer_id", "organisation_id", "first_year", "last_year", "years", "accidents",
    "expected", "band", "low", "high", "weight", "zone", "exceedance",
)  # fmt: skip
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Findings:
    """The sites of a region whose accidents and staff are known: their place among all, and what is found."""

    places: NDArray[np.int64]
    pooled: evidence.Pooled
    bands: NDArray[np.object_]
    low: FloatArray
    high: FloatArray
    weights: FloatArray
    exceedances: FloatArray
    zones: NDArray[np.int64]
    differs: bool
    inflation: float

    @property
    def is_few(self) -> NDArray[np.bool_]:
        return (self.pooled.counts > 0) & (self.pooled.counts < FEWEST_ACCIDENTS)


def refresh_evidence(sites: Sites) -> int:
    """Make again what accidents say of every structure, and of employers known as a whole; return how many have any.

    The caller commits.
    """
    for model in (ClaimEvidence, ClaimTerritory):
        db.session.execute(delete(model))
    years = window(list_claim_years())
    if not years:
        return 0
    sites, table, wholes = with_wholes(sites, read_table(sites, CODES, years), CODES, years)
    table /= MILLION
    references, owners, written = _references(sites, years), _owners(years[-1]), 0
    for region in np.unique(sites.region):
        inside = np.flatnonzero(sites.region == region)
        found = find(sites.naf[inside], table[inside, : len(years)], table[inside, len(years) :], references[inside])
        if found is None:
            continue
        places = inside[found.places]
        rows = list(_rows(sites, places, found, years, owners, wholes))
        write_rows(_table(ClaimEvidence), COLUMNS, rows)
        db.session.add(_territory(str(region), found, years, sites.ids[places] > 0))
        written += len(rows)
    return written


def list_claim_years() -> list[int]:
    """Return the years for which both accidents and the national reference are known, in order."""
    claimed = select(Observation.year).where(Observation.indicator == ACCIDENTS)
    known = select(ClaimReference.year).where(ClaimReference.year.in_(claimed)).distinct()
    return sorted(db.session.scalars(known))


def window(years: Sequence[int]) -> list[int]:
    """Return the last years that are added together, those that tell nothing left out."""
    return [year for year in years if year not in NOT_TELLING][-WINDOW:]


def find(nafs: NDArray[np.str_], counts: FloatArray, staff: FloatArray, references: FloatArray) -> Findings | None:
    """Return what is found of the sites of a region (a line each, a column by year); None when nothing is known."""
    whole = evidence.pool(counts, staff, references)
    places = np.flatnonzero((whole.expected > 0) & (whole.years > 0))
    if not places.size:
        return None
    kept = evidence.Pooled(*(getattr(whole, name)[places] for name in ("counts", "exposures", "expected", "years")))
    spread = funnel.dispersion(kept.counts, kept.expected)
    low, high, weights, exceeded, told = (np.zeros(places.size) for _ in range(5))
    differs = False
    for group in _groups(nafs[places]):
        shrunk = shrink(kept.counts[group], kept.expected[group])
        differs |= shrunk.differs
        low[group], high[group] = _interval(shrunk)
        weights[group], exceeded[group] = shrunk.weights, shrunk.exceedance(evidence.EXCEEDED)
        told[group] = _exceedance(shrunk)
    bands = evidence.bands_of(exceeded, kept.expected, kept.years)
    return Findings(
        places,
        kept,
        bands,
        low,
        high,
        weights,
        np.where(bands == EvidenceBand.TOO_SMALL, np.nan, told),
        funnel.zones(kept.counts, kept.expected, inflation=spread.inflation),
        differs,
        spread.inflation,
    )


def _groups(nafs: NDArray[np.str_]) -> Iterator[NDArray[np.int64]]:
    """The sites of one activity when they are enough, all the others together."""
    names, counts = np.unique(nafs, return_counts=True)
    large = names[(counts >= evidence.FEWEST_SITES) & (names != "")]
    for name in large:
        yield np.flatnonzero(nafs == name)
    others = np.flatnonzero(~np.isin(nafs, large))
    if others.size:
        yield others


def _interval(group: Shrinkage) -> tuple[FloatArray, FloatArray]:
    """Return the bounds in multiples of the group's rate; those of any few for counts that may not be told."""
    if not group.mean > 0:
        return np.zeros(group.counts.shape), np.zeros(group.counts.shape)
    few = (group.counts > 0) & (group.counts < FEWEST_ACCIDENTS)
    fewest = replace(group, counts=np.where(few, 1.0, group.counts)).interval()[0]
    most = replace(group, counts=np.where(few, FEWEST_ACCIDENTS - 1.0, group.counts)).interval()[1]
    return fewest / group.mean, most / group.mean


def _exceedance(group: Shrinkage) -> FloatArray:
    """Return the probability of an excess that may be told, few accidents being their middle; NaN for chance alone."""
    if not group.differs:
        return np.full(group.counts.shape, np.nan)
    few = (group.counts > 0) & (group.counts < FEWEST_ACCIDENTS)
    return replace(group, counts=np.where(few, MIDDLE_OF_FEW, group.counts)).exceedance(evidence.EXCEEDED)


def _references(sites: Sites, years: Sequence[int]) -> FloatArray:
    """Return the national index of the activity of each site, by year; NaN without a reference."""
    found = {
        (naf, year): frequency / MILLION
        for naf, year, frequency in db.session.execute(
            select(ClaimReference.naf, ClaimReference.year, ClaimReference.frequency).where(
                ClaimReference.year.in_(years)
            )
        )
    }
    nafs, place = np.unique(sites.naf, return_inverse=True)
    by_naf = np.array([[found.get((str(naf), year), np.nan) for year in years] for naf in nafs], np.float64)
    return by_naf.reshape(nafs.size, len(years))[place]


Owners = dict[int | Whole, int | None]


def _owners(year: int) -> Owners:
    """Return, by structure or whole, the organisation that brought its count of that year in; nobody, for a command."""
    rows = select(
        Observation.structure_id, Observation.employer_id, Observation.siret, Observation.organisation_id
    ).where(Observation.indicator == ACCIDENTS, Observation.year == year)
    return {
        Whole(employer, siret) if site is None else site: owner
        for site, employer, siret, owner in db.session.execute(rows.order_by(Observation.id))
    }


def _rows(
    sites: Sites,
    places: NDArray[np.int64],
    found: Findings,
    years: Sequence[int],
    owners: Owners,
    wholes: Sequence[Whole],
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `claim_evidence`, in the order of COLUMNS."""
    pooled = found.pooled
    columns = zip(
        sites.ids[places].tolist(),
        sites.employers[places].tolist(),
        pooled.years.tolist(),
        np.where(found.is_few, -1, pooled.counts).astype(np.int64).tolist(),
        _millionths(pooled.expected).tolist(),
        found.bands.tolist(),
        _millionths(found.low).tolist(),
        _millionths(found.high).tolist(),
        _millionths(found.weights).tolist(),
        found.zones.tolist(),
        np.where(np.isnan(found.exceedances), -1, np.nan_to_num(found.exceedances) * MILLION).round().tolist(),
        strict=True,
    )
    for site, employer, known, count, expected, band, low, high, weight, zone, exceedance in columns:
        told = None if count < 0 else count
        whole = wholes[-site - 1] if site < 0 else None
        whose = (None, whole.siret) if whole else (site, None)
        start = (*whose, employer, owners.get(whole or site), years[0], years[-1])
        probability = None if exceedance < 0 else int(exceedance)
        yield (*start, known, told, expected, band.value, low, high, weight, zone, probability)


def _territory(region: str, found: Findings, years: Sequence[int], is_structure: NDArray[np.bool_]) -> ClaimTerritory:
    counts = np.where(found.is_few, MIDDLE_OF_FEW, found.pooled.counts)
    columns = (found.pooled.expected, counts, found.zones)
    sites = zip(*(column[is_structure].tolist() for column in columns), strict=True)
    return ClaimTerritory(
        region=region,
        first_year=years[0],
        last_year=years[-1],
        differs=found.differs,
        inflation=round(found.inflation * MILLION),
        # In the order of what is expected, which says nothing of their numbers.
        sites=sorted([round(expected, 1), count, zone] for expected, count, zone in sites),
    )


def _millionths(values: FloatArray) -> NDArray[np.int64]:
    return np.rint(values * MILLION).astype(np.int64)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
