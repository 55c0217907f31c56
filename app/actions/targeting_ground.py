"""What a targeting list is computed from: the structures of its field and the figures that it may use."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from app.actions.figure_columns import Sites, read_sites, read_table
from app.actions.targeting import is_of_field
from app.extensions import db
from app.models import ClaimEvidence, Observation, Structure, TargetingCampaign
from app.readers.territories import departements
from workflows.targeting_scope import TargetCriterion


@dataclass(frozen=True, eq=False)
class Ground:
    """The structures compared, their place, and which of them are in the territory of the list.

    `places` are theirs among `every` structure, by which values are found.
    """

    every: Sites
    places: NDArray[np.int64]
    sites: Sites
    departement: NDArray[np.str_]
    staff: NDArray[np.float64]
    is_here: NDArray[np.bool_]


def read_ground(campaign: TargetingCampaign) -> Ground:
    """Return the open structures of the field in the regions of a list: peers are regional, its lines are its own."""
    sites = read_sites()
    rows = db.session.execute(
        select(Structure.departement, Structure.headcount, Structure.is_closed).order_by(Structure.id)
    ).all()
    places, staff, closed = zip(*rows, strict=True) if rows else ((), (), ())
    where = np.array(places, np.str_)
    regions = {departements()[code].region for code in campaign.codes if code in departements()}
    wanted = [str(one) for one in np.unique(sites.category) if is_of_field(campaign.field, str(one))]
    kept = np.isin(sites.region, sorted(regions)) & np.isin(sites.category, wanted) & ~np.array(closed, np.bool_)
    compared = Sites(*(getattr(sites, name)[kept] for name in Sites.__dataclass_fields__))
    size = np.array([np.nan if one is None else one for one in staff], np.float64)
    return Ground(sites, np.flatnonzero(kept), compared, where[kept], size[kept], np.isin(where[kept], campaign.codes))


def read_values(
    ground: Ground, criteria: Sequence[TargetCriterion], years: Sequence[int], owners: Collection[int]
) -> NDArray[np.float64]:
    """Return the values of each criterion in millionths: sites × years × criteria, NaN where one part is unknown.

    That of accidents is of no one year: it is read apart, by `read_exceedances`.
    """
    codes = [code for one in criteria for code in (*one.plus, *one.minus)]
    table = read_table(ground.every, codes, years, owners)[ground.places]
    by_code = {code: table[:, place * len(years) : (place + 1) * len(years)] for place, code in enumerate(codes)}
    unread = np.full((ground.places.size, len(years)), np.nan)
    found = [
        sum(by_code[code] for code in one.plus) - sum(by_code[code] for code in one.minus) if one.plus else unread
        for one in criteria
    ]
    return np.stack(found, axis=2) if found else np.empty((ground.places.size, len(years), 0))


def read_exceedances(ground: Ground, owners: Collection[int]) -> NDArray[np.float64]:
    """Return the probability of an excess of accidents of each site compared, in millionths; NaN where none is told."""
    evidence = ClaimEvidence
    rows = db.session.execute(
        select(evidence.structure_id, evidence.exceedance)
        .where(
            evidence.structure_id.is_not(None),
            evidence.exceedance.is_not(None),
            func.coalesce(evidence.organisation_id, 0).in_(sorted(owners)),
        )
        .order_by(evidence.structure_id)
    ).all()
    told = np.full(ground.sites.ids.size, np.nan)
    if not rows or not told.size:
        return told
    sites, values = (np.array(column) for column in zip(*rows, strict=True))
    places = np.minimum(np.searchsorted(sites, ground.sites.ids), sites.size - 1)
    found = sites[places] == ground.sites.ids
    told[found] = values[places][found]
    return told


def owners_of_exceedances(campaign: TargetingCampaign, owners: Collection[int]) -> list[int]:
    """Return those of these organisations whose accidents a list weighs; 0: a command's."""
    whose = func.coalesce(ClaimEvidence.organisation_id, 0)
    found = db.session.scalars(
        select(whose)
        .join(Structure, ClaimEvidence.structure_id == Structure.id)
        .where(Structure.departement.in_(campaign.codes), whose.in_(sorted(owners)))
        .distinct()
    )
    return sorted(found)


def owners_of_values(
    campaign: TargetingCampaign, criteria: Sequence[TargetCriterion], owners: Collection[int]
) -> list[int]:
    """Return those of these organisations whose figures a list shows; 0: a command's."""
    codes = [code for one in criteria for code in (*one.plus, *one.minus)]
    whose = func.coalesce(Observation.organisation_id, 0)
    found = db.session.scalars(
        select(whose)
        .join(Structure, Observation.structure_id == Structure.id)
        .where(
            Structure.departement.in_(campaign.codes),
            Observation.indicator.in_(codes),
            Observation.year.between(campaign.first_year, campaign.last_year),
            whose.in_(sorted(owners)),
        )
        .distinct()
    )
    return sorted(found)
