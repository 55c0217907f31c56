"""What a person holds in one function today: its own rights, and those lent to it. The one place where both meet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.models import Capacity, Delegation


@dataclass(frozen=True)
class Held:
    """Rights in force; `lent`: the names of those that come by delegation alone."""

    territory: frozenset[str]
    is_coordinator: bool = False
    is_administrator: bool = False
    lent: frozenset[str] = frozenset()


def held_by(capacity: Capacity, today: date) -> Held:
    """Return what a function gives today. Whoever is on the way out reads, and holds nothing more.

    A delegation gives what its giver holds of its own at that very moment: nothing of a giver who is suspended or
    has left, nothing that was lent to the giver.
    """
    if capacity.is_read_only(today):
        return Held(capacity.territory)
    territory, lent = capacity.territory, set[str]()
    for delegation, giver in _in_force(capacity, today):
        territory |= frozenset(delegation.departements.split()) & giver.territory
        if delegation.is_coordinator and giver.is_coordinator and not capacity.is_coordinator:
            lent.add("is_coordinator")
        if delegation.is_administrator and giver.is_administrator and not capacity.is_administrator:
            lent.add("is_administrator")
    return Held(
        territory,
        capacity.is_coordinator or "is_coordinator" in lent,
        capacity.is_administrator or "is_administrator" in lent,
        frozenset(lent),
    )


def _in_force(capacity: Capacity, today: date) -> Iterator[tuple[Delegation, Capacity]]:
    for delegation in capacity.received:
        giver = delegation.giver_post
        if giver and delegation.is_running(today) and may_give(giver, today):
            yield delegation, giver


def may_give(giver: Capacity, today: date) -> bool:
    """Tell whether somebody is in post, so that what it lends is worth something."""
    return giver.is_open(today) and not giver.is_read_only(today) and giver.invited_at is None and giver.user.is_enabled
