"""On which engine a test runs when it does not depend on it, or when both would cost more than they teach.

Nothing is left out for good: `./jalon test --long` runs all of it on both.
"""

from collections.abc import Iterable
from typing import Any

import pytest

ENGINES = ("sqlite", "postgresql")
on_sqlite = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""For what does not depend on the engine: the words and the markup of pages."""

on_sqlite_first = pytest.mark.parametrize(
    "databases", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
"""For what the judge alone must hold: on PostgreSQL the second wall would hide what it lets through."""


def mostly(engine: str, values: Iterable[Any], both: Iterable[Any] = ()) -> list[Any]:
    """Return (engine, value) for each value on one engine, on the other at length; `both`: those never spared."""
    spared = set(values) - set(both)
    return [_case(one, value, is_long=one != engine and value in spared) for one in ENGINES for value in values]


def in_turn(values: Iterable[Any]) -> list[Any]:
    """Return (engine, value) for each value on one of the engines, turn about; on the other at length."""
    return [
        _case(one, value, is_long=(rank + at) % 2 == 0)
        for at, one in enumerate(ENGINES)
        for rank, value in enumerate(values)
    ]


def _case(engine: str, value: Any, *, is_long: bool) -> Any:
    return pytest.param(engine, value, marks=pytest.mark.long if is_long else (), id=f"{engine}-{value}")
