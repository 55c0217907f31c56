"""The rule of rows that every share of an employer follows: its own to make and end, read by whom it was made for."""

from app.second_wall.conditions import Guard, own
from app.second_wall.functions import EMPLOYER, USER

SHARED_COLUMNS = ("employer_id", "organisation_id", "about", "shared_at", "shared_by_id")
"""What is never rewritten of a share: only its withdrawal is."""


def shares(table: str, *, fixed: tuple[str, ...], made_from: str = "true") -> Guard:
    """A partner finds the copies made for it, and never what they were made from (`made_from`: a condition on it)."""
    return Guard(
        reads=f"({table}.employer_id = {EMPLOYER} OR {own(table)} "
        f"OR {table}.shared_by_id = {USER} OR {table}.withdrawn_by_id = {USER})",
        inserts=f"{table}.employer_id = {EMPLOYER} AND {table}.shared_by_id = {USER} AND {made_from}",
        updates=f"{table}.employer_id = {EMPLOYER}",
        fixed=fixed,
    )
