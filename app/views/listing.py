"""What the lists share: the cursor of a page, and choices that an address cannot force."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import request

from app.readers.nomenclatures import CareField, categories, category_label
from app.readers.territories import departement_name


def is_fragment() -> bool:
    """Tell whether the page itself asks for the results alone, to put them in place of those it shows."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def next_cursor(value: Any, number: int) -> str:
    """Return the mark of the last row of a page, to be put in the address of the next one."""
    return f"{value}~{number}"


def cursor_of(text: str | None, *, dates: bool) -> tuple[str, int] | None:
    """Return (sort value, number) of the last row of the previous page; None for none or a broken one."""
    value, _, number = (text or "").rpartition("~")
    if not value or not number.isdecimal() or len(number) > 9 or "\x00" in value:
        return None
    try:
        if dates:
            date.fromisoformat(value)
    except ValueError:
        return None
    return value, int(number)


def chosen(field: Any) -> str:
    """Return the value of a filter when it is one of its choices, else nothing."""
    return str(field.data) if any(str(value) == str(field.data) for value, *_ in field.choices) else ""


def departement_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (code, « 79 Deux-Sèvres ») for each code."""
    return [(code, f"{code} {departement_name(code)}") for code in codes]


def category_choices() -> list[tuple[str, str]]:
    """Return (code, label) of the categories of the medico-social field that are still in use."""
    known = [category for category in categories().values() if category.care_field is not CareField.OTHER]
    return [(category.code, f"{category.short_label} ({category.code})") for category in known if category.is_current]


def short_category(code: str) -> str:
    """Return the short label of a category of establishment."""
    found = categories().get(code)
    return found.short_label if found else category_label(code)
