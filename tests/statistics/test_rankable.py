"""No function takes a raw frequency index as what it ranks: said by the types, read by mypy, and refused when run."""

import inspect
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_type_hints

import numpy as np
import pytest
from mypy import api

import app.statistics
from app.statistics import peers
from app.statistics import score as scores
from app.statistics import steady as steadiness
from app.statistics.rankable import Rankable, rankable_exceedance, rankable_quantities
from app.statistics.shrinkage import shrink
from figures.frequency import NOT_FOR_ONE_SITE, FrequencyIndex

ROOT = Path(__file__).resolve().parents[2]
RANKING = {peers.compare, peers.widen, peers.percentiles, peers.quantiles, scores.score, steadiness.steady}
INDEX = FrequencyIndex(Decimal("82.1"))


def functions() -> Iterator[Callable[..., Any]]:
    for module in iter_modules(app.statistics.__path__):
        for _, found in inspect.getmembers(import_module(f"app.statistics.{module.name}"), inspect.isfunction):
            if found.__module__.startswith("app.statistics."):
                yield found


def test_every_function_that_ranks_takes_what_came_by_a_door() -> None:
    assert set(functions()) >= RANKING
    assert {get_type_hints(function)["values"] for function in RANKING} == {Rankable}


def test_no_function_of_the_statistics_takes_a_frequency_index() -> None:
    checked = 0
    for function in functions():
        hints = {name: hint for name, hint in get_type_hints(function).items() if name != "return"}
        assert "FrequencyIndex" not in str(hints), function.__qualname__
        checked += len(hints)
    assert checked > 30


SNIPPET = """
from decimal import Decimal
import numpy as np
from app.statistics.peers import percentiles
from app.statistics.rankable import rankable_quantities, rankable_rates
from figures.frequency import FrequencyIndex
from figures.rates import Rate

index = FrequencyIndex(Decimal(82))
percentiles(rankable_rates([Rate.from_percent("82")]))
percentiles(index)
percentiles([index])
percentiles(np.array([82.0]))
rankable_quantities([index])
rankable_rates([index])
Rate.from_percent(82.0)
Rate.from_percent("82") + 1
float(Rate.from_percent("82"))
"""


def test_the_type_checker_refuses_an_index_and_a_bare_array(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "ranks_an_index.py"
    file.write_text(SNIPPET)
    said, _, _ = api.run(["--config-file", str(ROOT / "pyproject.toml"), str(file)])
    refused = {int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line}
    lines = SNIPPET.splitlines()
    assert refused == set(range(lines.index("percentiles(index)") + 1, len(lines) + 1)), said


def test_an_index_is_no_number_when_run() -> None:
    for attempt in (
        lambda: sorted([INDEX, INDEX]),
        lambda: max(INDEX, INDEX),
        lambda: np.array([INDEX], np.float64),
        lambda: rankable_quantities([INDEX]),  # type: ignore[list-item]
        lambda: float(INDEX),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            attempt()


def test_what_accidents_bring_to_a_rank_is_a_probability() -> None:
    group = shrink((2, 18, 0, 14, 52), (36, 120, 45, 150, 300))
    assert (rankable_exceedance(group) == group.exceedance(1.2)).all()


def test_an_index_is_told_in_words() -> None:
    assert FrequencyIndex.of(17535, 213658).in_french() == "82,1 accidents pour 1\u202f000 salariés"
    assert FrequencyIndex.of(0, 10).in_french().startswith("0,0 accident pour")
    assert "ne veut rien dire" in NOT_FOR_ONE_SITE


@pytest.mark.parametrize(("accidents", "headcount"), [(3, 0), (3, -1), (-3, 10)])
def test_what_is_no_index_is_refused(accidents: int, headcount: int) -> None:
    with pytest.raises(ValueError):
        FrequencyIndex.of(accidents, headcount)


@pytest.mark.parametrize("value", [82.1, 82, "82"])
def test_an_index_is_made_from_a_decimal_alone(value: Any) -> None:
    with pytest.raises(TypeError):
        FrequencyIndex(value)
