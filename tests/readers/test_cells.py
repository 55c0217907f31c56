"""One cell, one value, or words that say what to do."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.readers import cells
from app.readers.cells_dates import day
from app.readers.cells_numbers import cents, count, decimal, from_fraction, from_percent, integer, millionths
from app.readers.problems import InvalidCell

CHOICE = cells.choice({"closed": ("Clos", "Terminé"), "refused": ("Refus",)})
READ: list[tuple[Callable[[str], Any], str, Any]] = [
    (cells.finess, "10001436", "010001436"), (cells.siren, "000 100 024", "000100024"),
    (cells.year, " 2023 ", 2023),
    (cells.yes_no, "Oui", True), (cells.yes_no, "FAUX", False), (cells.yes_no, "x", True),
    (cells.email, " Jeanne.D'Arc@Exemple.FR ", "jeanne.d'arc@exemple.fr"), (cells.email, "mailto:a@b.fr", "a@b.fr"),
    (cells.phone, "05.36 49-00.02", "0536490002"), (cells.phone, "+33 (0)5 36 49 00 02", "0536490002"),
    (cells.phone, "536490002", "0536490002"), (cells.phone, "+41 22 000 00 00", "+41220000000"),
    (cells.naf, "87.10a", "8710A"), (cells.naf, "87.10.A", "8710A"),
    (cells.departement, "1", "01"), (cells.departement, "2a", "2A"), (cells.departement, "9D", "974"),
    (cells.departement, "gironde", "33"), (cells.departement, "16 - Charente", "16"),
    (cells.text, "  deux \n mots ", "deux mots"),
    (cells.each(cells.finess), "010001436, 10001436;\n790000020", ("010001436", "790000020")),
    (CHOICE, "TERMINE", "closed"), (CHOICE, "refused", "refused"),
    (decimal, "1 234,56", Decimal("1234.56")), (decimal, "1.234,56", Decimal("1234.56")),
    (decimal, "1,234.56", Decimal("1234.56")), (decimal, "-.5", Decimal("-0.5")), (decimal, "−3", Decimal(-3)),
    (decimal, "8,89E-02", Decimal("0.0889")), (decimal, "1\u202f000", Decimal(1000)),
    (integer, "12,0", 12), (integer, "-1 000", -1000), (count, "0", 0),
    (from_percent, "8,89", 88_900), (from_percent, "8.89 %", 88_900), (from_percent, "-3,1", -31_000),
    (from_fraction, ".088900000000000000000000000", 88_900), (from_fraction, "0,0889", 88_900),
    (millionths, "3", 3_000_000), (millionths, "0.17", 170_000),
    (cents, "1 234,50 €", 123_450), (cents, "12", 1_200),
    (day, "2024-03-01", date(2024, 3, 1)), (day, "2024-03-01 14:30", date(2024, 3, 1)),
    (day, "01/03/2024", date(2024, 3, 1)), (day, "1.3.24", date(2024, 3, 1)), (day, "01-03-1998", date(1998, 3, 1)),
    (day, "45352", date(2024, 3, 1)), (day, "20240301", date(2024, 3, 1)),
    (day, "1er mars 2024", date(2024, 3, 1)), (day, "lundi 15 août 2022", date(2022, 8, 15)),
    (day, "01/03/2024 00:00:00", date(2024, 3, 1)),
]  # fmt: skip
REFUSED: list[tuple[Callable[[str], Any], tuple[str, ...]]] = [
    (cells.year, ("23", "2023.5", "1999", "3023", "²⁰²³")),
    (cells.yes_no, ("peut-être",)), (cells.email, ("a@b", "a b@c.fr", "@c.fr", "a@b.fr, c@d.fr")),
    (cells.phone, ("12", "abc", "05364900020")), (cells.naf, ("xxxxx", "871A")),
    (cells.departement, ("99", "Nouvelle-Aquitaine", "", "16 - Gironde !")), (CHOICE, ("perdu",)),
    (decimal, ("n.d.", "1;2", "", "1" * 61, "½", "NaN", "inf", "1e999")),
    (integer, ("1,5", "1e20")), (count, ("-1",)),
    (from_fraction, ("8,9 %", "9999")), (from_percent, ("999999", "8,9 %%")), (millionths, ("1e50",)),
    (cents, ("1,234,5", "0,001", "-5", "1e30")),
    (day, ("31/02/2024", "2024", "12", "00/00/0000", "0201-12-01", "1 brumaire 2024", "9" * 9)),
]  # fmt: skip


@pytest.mark.parametrize(("parse", "cell", "value"), READ)
def test_what_is_written_is_read(parse: Callable[[str], Any], cell: str, value: Any) -> None:
    assert parse(cell) == value


@pytest.mark.parametrize(("parse", "cell"), [(parse, cell) for parse, written in REFUSED for cell in written])
def test_what_cannot_be_read_says_what_to_do(parse: Callable[[str], Any], cell: str) -> None:
    with pytest.raises(InvalidCell) as raised:
        parse(cell)
    assert "\u00a0»" in str(raised.value) and str(raised.value).endswith((".", ")."))


PARSERS = list(dict.fromkeys(parse for parse, *_ in READ))


@given(st.sampled_from(PARSERS), st.text(max_size=40) | st.text("0123456789.,-/ %€eE+", max_size=20))
def test_a_parser_only_ever_raises_its_one_exception(parse: Callable[[str], Any], cell: str) -> None:
    try:
        assert parse(cell) is not None
    except InvalidCell as why:
        assert str(why)


@given(st.integers(-10_000_000, 10_000_000))
def test_a_rate_is_the_same_in_percents_and_in_parts_of_one(hundredths: int) -> None:
    fraction, percent = Decimal(hundredths).scaleb(-4), Decimal(hundredths).scaleb(-2)
    assert from_fraction(f"{fraction:f}") == from_percent(f"{percent:f}".replace(".", ",")) == hundredths * 100
