"""French typography of dates, numbers and identifiers."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app import filters

SUMMER = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # already the 2nd in Paris
WINTER = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        (filters.day, (date(2026, 11, 12),), "12~novembre~2026"),
        (filters.day, (date(2026, 3, 1),), "1er~mars~2026"),
        (filters.day, (SUMMER,), "2~juillet~2026"),
        (filters.day, (None,), ""),
        (filters.day, (date(9999, 12, 31),), ""),
        (filters.short_day, (date(2026, 3, 1),), "01/03/2026"),
        (filters.short_day, (None,), ""),
        (filters.short_day, (date(9999, 12, 31),), ""),
        (filters.moment, (WINTER,), "24~novembre~2026 à 10~h~05"),
        (filters.moment, (SUMMER,), "2~juillet~2026 à 0~h~30"),
        (filters.moment, (None,), ""),
        (filters.phone, ("0549000000",), "05~49~00~00~00"),
        (filters.phone, ("05.49 00-00 00",), "05~49~00~00~00"),
        (filters.phone, ("+33 5 49 00 00 00 ",), "+33 5 49 00 00 00"),
        (filters.phone, (None,), ""),
        (filters.number, (0,), "0"),
        (filters.number, (999,), "999"),
        (filters.number, (1_234_567,), "1'234'567"),
        (filters.number, (12.5,), "12,5"),
        (filters.number, (-1_234,), "-1'234"),
        (filters.number, (None,), "—"),
        (filters.siren, ("552100554",), "552~100~554"),
        (filters.siren, ("55210055400013",), "552~100~554~00013"),
        (filters.siren, (None,), "—"),
        (filters.siren, ("",), "—"),
        (filters.finess, ("790012345",), "79~001~234~5"),
        (filters.finess, ("2A0012345",), "2A~001~234~5"),
        (filters.finess, (None,), "—"),
        (filters.count, (1_000,), "1'000"),
        (filters.count, (1_001,), "plus de 1'000"),
        (filters.count, (12, 10), "plus de 10"),
        (filters.plural, (0, "dossier"), "0~dossier"),
        (filters.plural, (1, "dossier"), "1~dossier"),
        (filters.plural, (2, "dossier"), "2~dossiers"),
        (filters.plural, (3, "avis", "avis"), "3~avis"),
        (filters.plural, (1_200, "dossier"), "1'200~dossiers"),
    ],
)
def test_how_it_is_written(function: Callable[..., str], arguments: tuple[Any, ...], expected: str) -> None:
    """« ~ » stands for a no-break space, « ' » for the narrow one."""
    assert function(*arguments) == expected.replace("~", "\u00a0").replace("'", "\u202f")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-25", "aujourd’hui"),
        ("2026-11-24", "aujourd’hui"),
        ("2026-11-23", "depuis 1~jour"),
        ("2026-10-14", "depuis 41~jours"),
        ("2026-08-25", "depuis 91~jours"),
        ("2026-08-24", "depuis 3~mois"),
        ("2025-11-24", "depuis 12~mois"),
        ("2024-11-25", "depuis 24~mois"),
        ("2024-11-24", "depuis 2~ans"),
        ("2023-11-24", "depuis 3~ans"),
    ],
)
def test_for_how_long(value: str, expected: str) -> None:
    told = filters.since(date.fromisoformat(value), date(2026, 11, 24))
    assert told == expected.replace("~", "\u00a0")


def test_a_label_goes_on_in_a_sentence_with_its_acronyms() -> None:
    labels = ("Signer un objectif CPOM", "Objectif CPOM", "Évaluer", "CSE à informer", "")
    assert [filters.lower_first(label) for label in labels] == [
        "signer un objectif CPOM", "objectif CPOM", "évaluer", "CSE à informer", "",
    ]  # fmt: skip
