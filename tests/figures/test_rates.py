"""A rate keeps its unit: whatever the file wrote, and whatever one tries to mix it with."""

import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures.absence import NoFigure
from figures.rates import Rate
from figures.words import number_in_french

RATE = Rate.from_percent("11.4")
NBSP, THIN = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    "fraction", [".114000000000000000000000000", "0,114", "0.114", " .114 ", "1.14e-1", Decimal("0.114")]
)
@pytest.mark.parametrize("percent", ["11,4", "11.40", "11,4 %", f"11,4{NBSP}%", "+11.4", Decimal("11.4")])
def test_a_fraction_in_a_file_and_a_percent_in_another_are_the_same_rate(fraction: Any, percent: Any) -> None:
    one, other = Rate.from_fraction(fraction), Rate.from_percent(percent)
    assert one == other and hash(one) == hash(other) and one.millionths == 114_000
    assert str(one) == str(other) == f"11,4{NBSP}%"


@given(st.decimals(-9, 9, places=6))
def test_a_rate_is_kept_exactly_and_comes_back(fraction: Decimal) -> None:
    rate = Rate.from_fraction(fraction)
    assert rate == Rate.from_percent(fraction * 100) == Rate.from_fraction(str(fraction))
    assert rate == Rate.from_millionths(rate.millionths) == pickle.loads(pickle.dumps(rate))
    assert rate.percent == fraction * 100


@pytest.mark.parametrize(
    "value", ["", " ", "-", ".", "NC", "nan", "inf", "1 2", "11,4,5", "1e999", "0x1F", "١١", "1" * 80, "=1+1"]
)
def test_what_is_no_number_is_no_rate(value: str) -> None:
    for read in (Rate.from_fraction, Rate.from_percent):
        with pytest.raises(ValueError):
            read(value)


@pytest.mark.parametrize("value", [Decimal("nan"), Decimal("inf"), Decimal("1e999999"), Decimal("1001")])
def test_a_decimal_may_be_no_rate_either(value: Decimal) -> None:
    with pytest.raises(ValueError):
        Rate.from_fraction(value)


def test_a_percent_sign_contradicts_a_fraction() -> None:
    with pytest.raises(ValueError):
        Rate.from_fraction("11,4 %")


@pytest.mark.parametrize("value", [0.114, 11, True, None])
def test_a_number_without_its_unit_is_refused(value: Any) -> None:
    for read in (Rate.from_fraction, Rate.from_percent):
        with pytest.raises(TypeError):
            read(value)
    if type(value) is not int:
        with pytest.raises(TypeError):
            Rate(value)


@pytest.mark.parametrize("number", [0, 1, 0.114, Decimal("0.114"), 11.4])
def test_mixing_a_rate_with_a_number_raises(number: Any) -> None:
    for mix in (
        lambda: RATE + number,
        lambda: number + RATE,
        lambda: RATE - number,
        lambda: number > RATE,
        lambda: number <= RATE,
        lambda: number == RATE,
        lambda: number != RATE,
        lambda: RATE * number,
        lambda: float(RATE),  # type: ignore[arg-type]
        lambda: round(RATE),  # type: ignore[call-overload]
        lambda: f"{RATE:.1f}",
    ):
        with pytest.raises(TypeError):
            mix()


def test_rates_add_subtract_and_compare() -> None:
    total, maternity = Rate.from_percent("13,2"), Rate.from_fraction(".018")
    assert total - maternity == RATE and RATE + maternity == total
    assert sorted([total, RATE, maternity]) == [maternity, RATE, total]
    assert (RATE == "11,4 %", RATE is None, RATE != None) == (False, False, True)  # noqa: E711


@pytest.mark.parametrize(
    ("percent", "decimals", "words"),
    [
        ("11.45", 1, "11,5"),
        ("11.44", 1, "11,4"),
        ("-2.1", 1, "−2,1"),
        ("-0.04", 1, "0,0"),
        ("1234.5", 0, f"1{THIN}235"),
        ("4.1", 2, "4,10"),
    ],
)
def test_in_french(percent: str, decimals: int, words: str) -> None:
    assert Rate.from_percent(percent).in_french(decimals) == f"{words}{NBSP}%"


@pytest.mark.parametrize(
    ("percent", "words"),
    [("1.8", "+ 1,8 point"), ("-2", "− 2,0 points"), ("0.04", "0,0 point"), ("1.96", "+ 2,0 points")],
)
def test_a_difference_is_told_in_points(percent: str, words: str) -> None:
    assert Rate.from_percent(percent).in_points() == words.replace(" ", NBSP)


def test_numbers_in_french() -> None:
    assert [number_in_french(value) for value in (0, 1234567, Decimal("-0.4"), -3)] == [
        "0", f"1{THIN}234{THIN}567", "0", "−3",
    ]  # fmt: skip


def test_four_absences_four_words() -> None:
    assert len({reason.label for reason in NoFigure}) == len(NoFigure) == 4
