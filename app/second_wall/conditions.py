"""What a rule of rows is made of: conditions in SQL that several tables share."""

from dataclasses import dataclass

from app.second_wall.functions import ORGANISATION, USER


@dataclass(frozen=True)
class Guard:
    """Conditions on the rows of a table, for the pages; empty: nobody. `fixed`: columns that are never rewritten."""

    reads: str
    inserts: str = ""
    updates: str = ""
    deletes: str = ""
    fixed: tuple[str, ...] = ()


def within(parent: str, link: str, table: str) -> str:
    """The row follows its parent, whose own rule applies within the condition."""
    return f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {table}.{link})"


def at_employer(table: str) -> str:
    return f"employer_is_in_sight({table}.employer_id)"


def own(table: str) -> str:
    return f"{table}.organisation_id = {ORGANISATION}"


def in_own_name(table: str, person: str) -> str:
    return f"{table}.organisation_id IS NOT DISTINCT FROM {ORGANISATION} AND {table}.{person} = {USER}"
