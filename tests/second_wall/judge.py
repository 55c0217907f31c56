"""The judge taken out of the code, to see what the database does without it and what both cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import true

from app.models import Visibility
from app.permissions import Relation, relations, rules, sight
from app.queries import cases


def _always(*_: Any, **__: Any) -> Any:
    return true()


RELATIONS: dict[str, Any] = {
    "is_own": _always,
    "_possible": lambda *_: {relation: (true(),) for relation in Relation},
}
SIGHT: dict[str, Any] = {
    "_any_of": _always,
    "is_own": _always,
    "_was_told": _always,
    "not_public_for_the_carsat": _always,
    "relations_needed": lambda *_: frozenset(Relation),
    "_flowing": lambda *_: {0: true()},
    "_contact_flows": lambda *_: {0: true()},
    "_line_flows": lambda *_: {0: true()},
    "audiences_read_by": lambda _: tuple(Visibility),
}
RULES: dict[str, Any] = {"opens": lambda *_: True, "is_open_for_the_sector": lambda *_, **__: True}


@contextmanager
def removed() -> Iterator[None]:
    """Put everything in sight of everybody and allow it all, as far as the code goes."""
    cases._one_case.cache_clear()  # statements put together with the judge
    with patch.multiple(relations, **RELATIONS), patch.multiple(sight, **SIGHT), patch.multiple(rules, **RULES):
        yield
    cases._one_case.cache_clear()  # and without it
