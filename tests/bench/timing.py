"""Durations measured in turn, so that whatever else the machine does weighs on both sides alike."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

from flask import Flask
from sqlalchemy import event

from app.extensions import db

Act = Callable[[], object]
TRANSACTION_WORDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA", "SELECT SET_CONFIG")


@dataclass(frozen=True)
class Ratio:
    """What one thing costs against another: medians in seconds, and the spread of the ratios of each round."""

    ours: float
    floor: float
    low: float
    high: float
    rounds: int

    @property
    def value(self) -> float:
        return self.ours / self.floor


def ratio(ours: Sequence[float], floor: Sequence[float]) -> Ratio:
    """Compare two series of durations taken in turn; `low` and `high` are the quartiles of the pairwise ratios."""
    pairs = [one / other for one, other in zip(ours, floor, strict=True)]
    low, _, high = quantiles(pairs, n=4) if len(pairs) > 1 else pairs * 3
    return Ratio(median(ours), median(floor), low, high, len(pairs))


def in_turn(rounds: int, *acts: Act, before: Act | None = None, warm_up: int = 2) -> list[list[float]]:
    """Run the acts one after the other, `rounds` times; return the durations of each, in seconds.

    `before` runs, untimed, ahead of each round; the first `warm_up` rounds are not counted.
    """
    series: list[list[float]] = [[] for _ in acts]
    for number in range(warm_up + rounds):
        if before:
            before()
        for act, durations in zip(acts, series, strict=True):
            spent = duration(act)
            if number >= warm_up:
                durations.append(spent)
    return series


def duration(act: Act) -> float:
    """Return how long the act takes, in seconds, garbage of the previous ones collected beforehand."""
    gc.collect(1)
    start = perf_counter()
    act()
    return perf_counter() - start


@contextmanager
def counted_statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements that an application sends, transactions left out."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.upper().startswith(TRANSACTION_WORDS):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def each_of(values: Iterable[int], act: Callable[[int], object]) -> Act:
    """Return an act that takes the next value each time it runs."""
    following = iter(values)
    return lambda: act(next(following))
