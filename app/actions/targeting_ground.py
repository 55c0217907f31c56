"""What a targeting list is computed from: the structures of its field and the figures that it may use."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from app.actions.figure_columns import Sites, read_sites, read_table
from app.actions.targeting import is_of_field
from app.extensions import db
from app.models import Observation, Structure, TargetingCampaign
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
    """Return the values of each criterion in millionths: sites × years × criteria, NaN where one part is unknown."""
    codes = [code for one in criteria for code in (*one.plus, *one.minus)]
    table = read_table(ground.every, codes, years, owners)[ground.places]
    by_code = {code: table[:, place * len(years) : (place + 1) * len(years)] for place, code in enumerate(codes)}
    found = [sum(by_code[code] for code in one.plus) - sum(by_code[code] for code in one.minus) for one in criteria]
    return np.stack(found, axis=2) if found else np.empty((ground.places.size, len(years), 0))


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
