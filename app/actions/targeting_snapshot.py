"""The frozen snapshot of a targeting list: its structures with their figures, its employers without any."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, delete, select

from app.actions.figure_columns import write_rows
from app.actions.targeting_ground import Ground
from app.extensions import db
from app.models import MILLION, TargetingCampaign, TargetingLine, TargetingProposal, TargetingScore
from app.models.digests import digest
from app.statistics.score import CLASSES, FIRST, NEXT, Scores, Sensitivity
from app.statistics.steady import Steady
from figures.targeting import WORST_FIRST
from workflows.targeting_proposals import Decision, ProposalState
from workflows.targeting_scope import TargetCriterion

SCORE_COLUMNS = (
    "campaign_id", "employer_id", "structure_id", "departement", "computed", "total", "coverage", "is_steady",
    "figures",
)  # fmt: skip
LINE_COLUMNS = (
    "campaign_id", "employer_id", "structures", "first_count", "next_count", "computed", "is_steady", "motives",
    "decided",
)  # fmt: skip
SET_APART = 75
"""From this percentile on, a criterion is one of those that set a structure apart."""
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Found:
    """What came of a computation, a line by structure compared."""

    criteria: tuple[TargetCriterion, ...]
    years: tuple[int, ...]
    weights: tuple[int, ...]
    values: NDArray[np.float64]
    columns: tuple[Steady, ...]
    scores: Scores
    tried: Sensitivity


def write_snapshot(campaign: TargetingCampaign, ground: Ground, found: Found) -> None:
    """Replace the rows of a list by what was found; what people decided stays."""
    here = np.flatnonzero(ground.is_here)
    for model in (TargetingScore, TargetingLine):
        statement = delete(model).where(model.campaign_id == campaign.id)
        db.session.execute(statement.execution_options(synchronize_session=False))
    write_rows(_table(TargetingScore), SCORE_COLUMNS, list(_score_rows(campaign.id, ground, found, here)))
    lines = list(_line_rows(campaign.id, ground, found, here, _decided(campaign.id)))
    write_rows(_table(TargetingLine), LINE_COLUMNS, lines)
    db.session.flush()


def _decided(campaign_id: int) -> dict[int, Decision]:
    """What people decided of each employer: a computation made again changes none of it."""
    proposal = TargetingProposal
    rows = db.session.execute(
        select(proposal.employer_id, proposal.decided)
        .where(proposal.campaign_id == campaign_id, proposal.state == ProposalState.ACCEPTED)
        .order_by(proposal.id)
    )
    return {employer: decided for employer, decided in rows if decided}


def _score_rows(campaign_id: int, ground: Ground, found: Found, here: IntArray) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `targeting_scores`, in the order of SCORE_COLUMNS."""
    scores = found.scores
    totals = _whole(scores.totals[here], MILLION)
    coverage = _whole(scores.coverage[here], MILLION)
    figures = _figures(found, here)
    columns = zip(
        here.tolist(), ground.sites.employers[here].tolist(), ground.sites.ids[here].tolist(),
        ground.departement[here].tolist(), scores.classes[here].tolist(), totals, coverage,
        found.tried.steady[here].tolist(), figures, strict=True,
    )  # fmt: skip
    for _, employer, structure, departement, number, total, covered, is_steady, told in columns:
        yield (
            campaign_id, employer, structure, departement, CLASSES[number].value, total, covered or 0, is_steady, told
        )  # fmt: skip


def _figures(found: Found, here: IntArray) -> list[str]:
    """Return what each structure is explained by, as JSON: whole numbers (percentiles and contributions in tenths)."""
    per_criterion = [_of_criterion(found, place, here) for place in range(len(found.criteria))]
    moves = [
        [
            [scenario.code, scenario.fifths, CLASSES[number].value]
            for scenario, number in zip(found.tried.scenarios, row, strict=True)
            if number != mine
        ]
        for row, mine in zip(found.tried.classes[here].tolist(), found.scores.classes[here].tolist(), strict=True)
    ]
    return [
        json.dumps({"criteria": list(told), "moves": moved}, separators=(",", ":"))
        for *told, moved in zip(*per_criterion, moves, strict=True)
    ]


def _of_criterion(found: Found, place: int, here: IntArray) -> list[dict[str, Any]]:
    scores, column = found.scores, found.columns[place]
    parts = zip(
        _whole_table(found.values[here, :, place]),
        _whole(column.means[here]),
        column.years[here].tolist(),
        _whole(column.weights[here], 100),
        _whole(scores.percentiles[here, place], 10),
        scores.counts[here, place].tolist(),
        scores.groups[here, place].tolist(),
        _whole(scores.contributions[here, place], 10),
        strict=True,
    )
    names = ("values", "mean", "years", "credibility", "percentile", "peers", "group", "contribution")
    code = found.criteria[place].code
    return [{"code": code, **dict(zip(names, part, strict=True))} for part in parts]


def _whole(values: NDArray[np.float64], unit: int = 1) -> list[int | None]:
    rounded = np.rint(np.nan_to_num(values) * unit).astype(np.int64).tolist()
    return [None if missing else value for value, missing in zip(rounded, np.isnan(values).tolist(), strict=True)]


def _whole_table(values: NDArray[np.float64]) -> list[list[int | None]]:
    return [_whole(row) for row in values] if values.size else [[] for _ in values]


def _line_rows(
    campaign_id: int, ground: Ground, found: Found, here: IntArray, decided: Mapping[int, Decision]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `targeting_lines`, an employer each, in the order of LINE_COLUMNS; then those people added."""
    ranks = np.array([WORST_FIRST.index(one) for one in CLASSES])
    counts = np.array(found.weights) > 0
    apart = (found.scores.percentiles[here] >= SET_APART) & counts
    counted = np.array([one.code for one in found.criteria])
    by_employer: dict[int, list[int]] = {}
    for row, employer in enumerate(ground.sites.employers[here].tolist()):
        by_employer.setdefault(employer, []).append(row)
    classes, is_steady = found.scores.classes[here], found.tried.steady[here]
    for employer, rows in by_employer.items():
        mine = classes[rows]
        worst = mine[ranks[mine].argmin()]
        own = [row for row in rows if classes[row] == worst]
        motives = " ".join(counted[apart[own].any(axis=0)]) if worst in (FIRST, NEXT) else ""
        decision = decided.get(employer)
        yield (
            campaign_id, employer, len(rows), int((mine == FIRST).sum()), int((mine == NEXT).sum()),
            CLASSES[worst].value, bool(is_steady[own].any()), motives, decision.value if decision else None,
        )  # fmt: skip
    for employer in sorted(decided.keys() - by_employer.keys()):
        yield (campaign_id, employer, 0, 0, 0, None, True, "", decided[employer].value)


def summary_of(ground: Ground, found: Found) -> dict[str, Any]:
    """Return the counts of a list, without a name: what may be told of it as a whole."""
    here, scores = ground.is_here, found.scores
    classes, first = scores.classes[here], (scores.classes == FIRST) & here
    employers = ground.sites.employers
    moves = [
        {
            "code": scenario.code,
            "fifths": scenario.fifths,
            "leave": int((first & (found.tried.classes[:, place] != FIRST)).sum()),
            "enter": int((~first & here & (found.tried.classes[:, place] == FIRST)).sum()),
        }
        for place, scenario in enumerate(found.tried.scenarios)
    ]
    robust = found.tried.share(first)
    return {
        "structures": int(here.sum()),
        "employers": int(np.unique(employers[here]).size),
        "employers_first": int(np.unique(employers[first]).size),
        "classes": {one.value: int((classes == place).sum()) for place, one in enumerate(CLASSES)},
        "robust": None if np.isnan(robust) else round(100 * robust),
        "moves": moves,
        "inputs": digest([ground.sites.ids[here].tolist(), _whole(found.values[here].ravel())]),
    }


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
