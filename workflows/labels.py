"""Enumerations whose members carry the French words shown to people."""

from enum import StrEnum
from typing import Self


class LabelledEnum(StrEnum):
    """A closed list of slugs, each with its French label: `MEMBER = "slug", "Libellé"`."""

    label: str

    def __new__(cls, slug: str, label: str = "") -> Self:
        member = str.__new__(cls, slug)
        member._value_ = slug
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return (slug, label) pairs in the order of declaration, as a form field wants them."""
        return [(member.value, member.label) for member in cls]
