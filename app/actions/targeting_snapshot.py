"""The frozen snapshot of a targeting list: its structures with their figures, its employers without any."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
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
NAMES = tuple(one.value for one in CLASSES)
RANKS = np.array([WORST_FIRST.index(one) for one in CLASSES])
TARGETED = (CLASSES[FIRST], CLASSES[NEXT])


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
    columns = zip(
        ground.sites.employers[here].tolist(), ground.sites.ids[here].tolist(), ground.departement[here].tolist(),
        scores.classes[here].tolist(), totals, coverage, found.tried.steady[here].tolist(), _figures(found, here),
        strict=True,
    )  # fmt: skip
    for employer, structure, departement, number, total, covered, is_steady, told in columns:
        yield campaign_id, employer, structure, departement, NAMES[number], total, covered or 0, is_steady, told


def _figures(found: Found, here: IntArray) -> Iterator[str]:
    """Yield what each structure is explained by, as JSON: whole numbers (percentiles and contributions in tenths).

    It is written out: of whole numbers and of our own codes nothing is to be escaped, and `json` takes three times
    longer.
    """
    per_criterion = [_of_criterion(found, place, here) for place in range(len(found.criteria))]
    for *told, moves in zip(*per_criterion, _moves(found, here), strict=True):
        yield f'{{"criteria":[{",".join(told)}],"moves":[{",".join(moves)}]}}'


def _moves(found: Found, here: IntArray) -> list[list[str]]:
    """Return the changes of method that would class each structure otherwise: criterion, fifths, class."""
    moves: list[list[str]] = [[] for _ in here]
    tried = found.tried.classes[here]
    rows, places = np.nonzero(tried != found.scores.classes[here][:, np.newaxis])
    for row, place, number in zip(rows.tolist(), places.tolist(), tried[rows, places].tolist(), strict=True):
        scenario = found.tried.scenarios[place]
        moves[row].append(f'["{scenario.code}",{scenario.fifths},"{NAMES[number]}"]')
    return moves


def _of_criterion(found: Found, place: int, here: IntArray) -> list[str]:
    scores, column = found.scores, found.columns[place]
    parts = zip(
        _whole(found.values[here, :, place], missing="null"),
        _whole(column.means[here], missing="null"),
        column.years[here].tolist(),
        _whole(column.weights[here], 100, missing="null"),
        _whole(scores.percentiles[here, place], 10, missing="null"),
        scores.counts[here, place].tolist(),
        scores.groups[here, place].tolist(),
        _whole(scores.contributions[here, place], 10, missing="null"),
        strict=True,
    )
    return [
        f'{{"code":"{found.criteria[place].code}","values":[{",".join(map(str, values))}],"mean":{mean},'
        f'"years":{years},"credibility":{credibility},"percentile":{percentile},"peers":{peers},"group":{group},'
        f'"contribution":{contribution}}}'
        for values, mean, years, credibility, percentile, peers, group, contribution in parts
    ]


def _whole(values: NDArray[np.float64], unit: int = 1, missing: str | None = None) -> list[Any]:
    """Return the values, or their rows, as whole numbers of that part of a unit; `missing` where none is known."""
    unknown = np.isnan(values)
    rounded = np.rint(np.where(unknown, 0, values) * unit).astype(np.int64).astype(object)
    rounded[unknown] = missing
    whole: list[Any] = rounded.tolist()
    return whole


def _line_rows(
    campaign_id: int, ground: Ground, found: Found, here: IntArray, decided: Mapping[int, Decision]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `targeting_lines`, an employer each, in the order of LINE_COLUMNS; then those people added."""
    employers = ground.sites.employers[here]
    order = np.argsort(employers, kind="stable")
    numbers, starts, counts = np.unique(employers[order], return_index=True, return_counts=True)
    classes = found.scores.classes[here][order]
    worst = np.minimum.reduceat(RANKS[classes], starts)
    own = RANKS[classes] == np.repeat(worst, counts)
    # Who reads no figure reads the motives: that accidents set an employer apart is not theirs to know.
    told = np.array([not one.is_exceedance for one in found.criteria]) & (np.array(found.weights) > 0)
    apart = (found.scores.percentiles[here][order] >= SET_APART) & told
    columns = zip(
        numbers.tolist(),
        counts.tolist(),
        np.add.reduceat(classes == FIRST, starts, dtype=np.int64).tolist(),
        np.add.reduceat(classes == NEXT, starts, dtype=np.int64).tolist(),
        worst.tolist(),
        np.logical_or.reduceat(own & found.tried.steady[here][order], starts).tolist(),
        np.logical_or.reduceat(own[:, np.newaxis] & apart, starts).tolist(),
        strict=True,
    )
    codes = [one.code for one in found.criteria]
    for employer, structures, first, following, rank, is_steady, set_apart in columns:
        standing = WORST_FIRST[rank]
        motives = " ".join(compress(codes, set_apart)) if standing in TARGETED else ""
        decision = decided.get(employer)
        yield (
            campaign_id, employer, structures, first, following, standing.value, is_steady, motives,
            decision.value if decision else None,
        )  # fmt: skip
    for employer in sorted(decided.keys() - set(numbers.tolist())):
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
        "inputs": digest(_inputs(ground, found)),
    }


def _inputs(ground: Ground, found: Found) -> list[list[Any]]:
    """The structures of a list, their values by year, and the probabilities of an excess, which are of no one year."""
    here, pairs = ground.is_here, zip(found.criteria, found.columns, strict=True)
    of_no_year = (_whole(column.means[here]) for criterion, column in pairs if criterion.is_exceedance)
    return [ground.sites.ids[here].tolist(), _whole(found.values[here].ravel()), *of_no_year]


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
