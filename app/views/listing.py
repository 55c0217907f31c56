"""What the lists share: the cursor of a page, and choices that an address cannot force."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import request, url_for

from app.queries.case_list import HIDDEN
from app.readers.nomenclatures import CareField, categories, category_label
from app.readers.territories import departement_name

EHPAD = "500"
"""The category that most people look for."""
LARGEST = 2**31 - 1
"""The greatest number of a record."""


def is_fragment() -> bool:
    """Tell whether the page itself asks for the results alone, to put them in place of those it shows."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def record_number(text: str) -> int:
    """Read the number of a record from an address or a form; ValueError beyond what the database can look for."""
    number = int(text)
    if not 0 <= number <= LARGEST:
        raise ValueError(text)
    return number


def next_cursor(value: Any, number: int) -> str:
    """Return the mark of the last row of a page, to be put in the address of the next one."""
    return f"{value}~{number}"


def cursor_of(text: str | None, *, dates: bool) -> tuple[str, int] | None:
    """Return (sort value, number) of the last row of the previous page; None for none or a broken one."""
    value, _, number = (text or "").rpartition("~")
    if not value or not number.isdecimal() or len(number) > 9 or "\x00" in value:
        return None
    try:
        if dates and value != HIDDEN:
            date.fromisoformat(value)
    except ValueError:
        return None
    return value, int(number)


def chosen(field: Any) -> str:
    """Return the value of a filter when it is one of its choices, else nothing."""
    return str(field.data) if any(str(value) == str(field.data) for value, *_ in field.iter_choices()) else ""


def active_filters(form: Any, arguments: dict[str, Any], endpoint: str, **place: Any) -> list[tuple[str, str]]:
    """Return (label, address without it) for each filter in place; the search and the order are none.

    `place`: what the address of the list names, whatever the filters.
    """
    found = []
    for name, value in arguments.items():
        if name in ("q", "sort"):
            continue
        others = {key: kept for key, kept in arguments.items() if key != name}
        labels = {str(known): label for known, label, *_ in form[name].iter_choices()}
        found.append((f"{form[name].label.text} : {labels.get(value, value)}", url_for(endpoint, **place, **others)))
    return found


def departement_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (code, « 79 Deux-Sèvres ») for each code."""
    return [(code, f"{code} {departement_name(code)}") for code in codes]


def category_choices() -> dict[str, list[tuple[str, str]]]:
    """Return (code, label) of the medico-social categories still in use, by field, the EHPAD first."""
    groups: dict[str, list[tuple[str, str]]] = {field.label: [] for field in CareField if field is not CareField.OTHER}
    known = [category for category in categories().values() if category.is_current]
    for category in sorted(known, key=lambda one: (one.code != EHPAD, one.label)):
        if category.care_field is not CareField.OTHER:
            groups[category.care_field.label].append((category.code, f"{category.label} ({category.code})"))
    return groups


def short_category(code: str) -> str:
    """Return the short label of a category of establishment."""
    found = categories().get(code)
    return found.short_label if found else category_label(code)
