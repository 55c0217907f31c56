"""From figures to pixels: straight scales, round graduations, labels kept from covering one another."""

from collections.abc import Callable, Sequence
from math import ceil, floor, log10, sqrt
from typing import NamedTuple

Scale = Callable[[float], float]


class Graduation(NamedTuple):
    """Round values that cover a range, and the decimals that write them."""

    values: tuple[float, ...]
    decimals: int


def graduate(low: float, high: float, most: int = 5) -> Graduation:
    """Return at most about `most` round values from zero, or below, to just above the highest."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        high = low + 1.0
    rough = (high - low) / most
    size = 10.0 ** floor(log10(rough))
    step = next(size * times for times in (1, 2, 5, 10) if size * times >= rough * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return Graduation(tuple(number * step for number in range(first, last + 1)), max(0, -floor(log10(step) + 1e-9)))


def straight(low: float, high: float, start: float, end: float) -> Scale:
    """Return the scale that brings low to start and high to end."""
    return lambda value: start + (value - low) / (high - low) * (end - start)


def by_area(high: float, start: float, end: float) -> Scale:
    """Return a square root scale from zero: small sites, the most numerous, get room."""
    return lambda value: start + sqrt(max(value, 0.0) / high) * (end - start)


def spread(wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return the middles of labels as near as possible to where they are wanted, in their order, none over another.

    Labels that would meet move together, around the middle of where they were wanted, then back between the edges.
    """
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    blocks: list[tuple[float, list[int]]] = []
    for place in order:
        block = (wanted[place] - heights[place] / 2, [place])
        while blocks and _foot(blocks[-1], heights) > block[0]:
            above = blocks.pop()
            members = above[1] + block[1]
            shares = (len(above[1]) / len(members), len(block[1]) / len(members))
            raised = block[0] - sum(heights[one] for one in above[1])
            block = (above[0] * shares[0] + raised * shares[1], members)
        height = sum(heights[one] for one in block[1])
        blocks.append((max(top, min(block[0], bottom - height)), block[1]))
    return _unstack(blocks, heights, bottom)


def _foot(block: tuple[float, list[int]], heights: Sequence[float]) -> float:
    return block[0] + sum(heights[place] for place in block[1])


def _unstack(blocks: list[tuple[float, list[int]]], heights: Sequence[float], bottom: float) -> list[float]:
    """Return the middle of each label; those that the bottom edge brought back over others push them up."""
    found, edge = [0.0] * len(heights), bottom
    for start, members in reversed(blocks):
        foot = min(edge, _foot((start, members), heights))
        for place in reversed(members):
            found[place] = foot - heights[place] / 2
            foot -= heights[place]
        edge = foot
    return found
