"""Computing a targeting list: the figures of its territory are read, scored, and kept as a frozen snapshot.

Run by the scheduler, with the rights of whoever reads everybody's figures; of them, only those that the organisation
of the list may read are used. Twice the same gives the same rows: a computation that was stopped begins again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import or_, select, update

from app.actions.journal import record
from app.actions.peers import nested_groups
from app.actions.targeting import method_of
from app.actions.targeting_ground import (
    Ground,
    owners_of_exceedances,
    owners_of_values,
    read_exceedances,
    read_ground,
    read_values,
)
from app.actions.targeting_snapshot import Found, summary_of, write_snapshot
from app.extensions import db
from app.models import JournalAction, ObjectKind, TargetingCampaign
from app.permissions import Actor, Kind, figure_owners
from app.statistics.grouped import numbered
from app.statistics.rankable import Rankable, rankable_millionths
from app.statistics.score import score, sensitivity
from app.statistics.steady import as_told, steady
from figures.targeting import Method, Unscorable
from workflows.targeting_scope import RUN_STAGES, ListRun, TargetCriterion, criteria_used

STALE = timedelta(minutes=10)
CODE_VERSION = "ciblage-2"
"""Changed with the formulas: a list says by which it was computed."""


def claim(*, now: datetime) -> TargetingCampaign | None:
    """Take the next list to compute, or one left in the middle; None when nothing waits. The caller commits."""
    waiting = or_(
        TargetingCampaign.run == ListRun.WAITING,
        (TargetingCampaign.run == ListRun.RUNNING) & (TargetingCampaign.claimed_at < now - STALE),
    )
    number = db.session.scalar(select(TargetingCampaign.id).where(waiting).order_by(TargetingCampaign.id).limit(1))
    if number is None:
        return None
    taken = db.session.execute(
        update(TargetingCampaign)
        .where(TargetingCampaign.id == number, waiting)
        .values(run=ListRun.RUNNING, claimed_at=now, run_stage=0, failure="")
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    return db.session.get(TargetingCampaign, number, populate_existing=True)


def compute(
    campaign: TargetingCampaign,
    *,
    actor: Actor,
    now: datetime,
    on_stage: Callable[[int], None] = lambda stage: None,
) -> None:
    """Score a list and keep its snapshot. Raises Unscorable, in French, when there is nothing to compute.

    `actor` is any agent of the organisation of the list: its conventions say which figures count. `on_stage` is told
    as each of `RUN_STAGES` begins, and may commit.
    """
    on_stage(0)
    ground = read_ground(campaign)
    on_stage(1)
    owners = figure_owners(actor, campaign.codes)
    method = method_of(campaign.field, campaign.weights, campaign.first, campaign.following, campaign.coverage)
    criteria = criteria_used(campaign.field, campaign.weights)
    weighs_accidents = any(one.is_exceedance for one in criteria)
    claim_owners = figure_owners(actor, campaign.codes, Kind.AT_BAND) if weighs_accidents else frozenset()
    years = tuple(range(campaign.first_year, campaign.last_year + 1))
    values = read_values(ground, criteria, years, owners)
    exceedances = read_exceedances(ground, claim_owners)
    on_stage(2)
    found = find(ground, criteria, years, values, method, exceedances)
    on_stage(3)
    write_snapshot(campaign, ground, found)
    campaign.owners = owners_of_values(campaign, criteria, owners)
    campaign.claim_owners = owners_of_exceedances(campaign, claim_owners)
    campaign.summary = summary_of(ground, found)
    campaign.computed_method, campaign.computed_at = campaign.method_digest, now
    campaign.code_version, campaign.run, campaign.run_stage = CODE_VERSION, ListRun.DONE, len(RUN_STAGES)
    content = {"method": campaign.computed_method, "inputs": campaign.summary["inputs"], "code": CODE_VERSION}
    record(JournalAction.TARGETING_COMPUTED, ObjectKind.TARGETING, campaign.id, content, actor=actor, now=now)


def find(
    ground: Ground,
    criteria: tuple[TargetCriterion, ...],
    years: tuple[int, ...],
    values: NDArray[np.float64],
    method: Method,
    exceedances: NDArray[np.float64] | None = None,
) -> Found:
    """Return the scores of the structures compared; those out of the territory are peers, and are not classed.

    `exceedances`, in millionths, are the values of the criterion of accidents, if any. They answer for nobody: whoever
    gave no other figure stays without an answer.
    """
    if not ground.is_here.any():
        raise Unscorable("Ce territoire ne compte aucun établissement ouvert du champ choisi.")
    if np.isnan(values[ground.is_here]).all():
        raise Unscorable(
            "Aucun chiffre que votre organisme puisse lire pour ces critères et ces années : importez-les, "
            "ou vérifiez la convention qui les ouvre."
        )
    groups = numbered(ground.sites.region, ground.sites.category)
    columns = tuple(
        as_told(exceedances)
        if one.is_exceedance and exceedances is not None
        else steady(rankable_millionths(values[:, :, place]), ground.staff, groups)
        for place, one in enumerate(criteria)
    )
    ranked = Rankable(np.stack([column.estimates for column in columns], axis=1))
    universes = np.where(ground.is_here, 0, -1)
    answered = np.asarray(~np.isnan(values).all(axis=(1, 2)), np.bool_)
    scores = score(ranked, nested_groups(ground.sites), universes, answered, method)
    return Found(criteria, years, method.weights, values, columns, scores, sensitivity(scores, universes, method))
