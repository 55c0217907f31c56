"""The barometer's rules: what is not known is never zero, what is unusual is asked, what twelve months come to."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.barometer import (
    BY_MOTIVE,
    BY_NAME,
    MEASURES,
    YEAR,
    absence_days,
    absence_rate,
    accidents,
    extract,
    first_day,
    months_to,
    questions,
    rolling_absence,
    rolling_departures,
    rolling_sum,
    shifted,
    spent,
    year_cost,
)

LAST = date(2026, 10, 1)
FIGURES = st.dictionaries(st.sampled_from([one.name for one in MEASURES]), st.integers(0, 2_000), max_size=16)
BOOKS = st.dictionaries(st.sampled_from(months_to(LAST, 30)), FIGURES, max_size=30)


@pytest.mark.parametrize(
    ("figures", "asked"),
    [
        ({"headcount": 12, "absence": 300}, ["300 jours d’absence pour 12 personnes en octobre 2026"]),
        ({"headcount": 12, "absence": 148}, []),  # under two days in five
        ({"headcount": 0, "absence": 3}, ["3 jours d’absence sans aucun salarié en octobre 2026"]),
        ({"absence": 300}, []),
        ({"headcount": 4, "departures": 5}, ["5 départs pour 4 personnes en octobre 2026"]),
        ({"headcount": 4, "vacancies": 400}, []),
        ({"headcount": 4, "vacancies": 450}, ["Plus de postes non pourvus que de salariés en octobre 2026"]),
        ({"headcount": 2, "agency": 1_000_001}, ["10000 euros de remplacements pour 2 personnes en octobre 2026"]),
        (
            {"absence": 5, "absence_short": 4, "absence_long": 2},
            ["Des motifs qui font 6 jours pour 5 au total en octobre 2026"],
        ),
    ],
)  # fmt: skip
def test_what_is_unusual_is_asked(figures: dict[str, int], asked: list[str]) -> None:
    assert questions(figures, LAST) == [f"{one} : est-ce bien cela ?" for one in asked]


def test_a_team_that_changes_size_at_once_is_asked_about() -> None:
    assert questions({"headcount": 400}, LAST, {"headcount": 40}) == [
        "400 salariés en octobre 2026, 40 le mois d’avant : est-ce bien cela ?"
    ]
    assert questions({"headcount": 44}, LAST, {"headcount": 40}) == []
    assert questions({"headcount": 44}, LAST, {}) == []


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [("headcount", 0, "0"), ("vacancies", 150, "1,5"), ("vacancies", 100, "1"), ("vacancies", 5, "0,05"),
     ("agency", 0, "0,00"), ("agency", 185_050, "1850,50")],
)  # fmt: skip
def test_a_figure_is_written_as_it_is_typed(name: str, value: int, text: str) -> None:
    assert BY_NAME[name].written({name: value}) == text
    assert BY_NAME[name].written({}) == ""


def test_the_total_given_stands_over_the_motives_and_all_of_them_make_one() -> None:
    motives = dict.fromkeys(BY_MOTIVE, 2)
    assert absence_days(motives) == 12
    assert absence_days({**motives, "absence": 20}) == 20
    assert absence_days({**motives, "absence": 0}) == 0
    del motives["absence_work"]
    assert absence_days(motives) is None


def test_nobody_has_no_rate_and_an_unknown_part_no_sum() -> None:
    assert absence_rate({"headcount": 0, "absence": 0}, LAST) is None
    assert absence_rate({"headcount": 10, "absence": 31}, LAST) == Fraction(1, 10)
    assert absence_rate({"headcount": 10, "absence": 0}, LAST) == 0
    assert accidents({"stopped": 1}) is None and accidents({"stopped": 1, "unstopped": 0}) == 1
    assert spent({}) is None and spent({"agency": 0}) == 0


@given(st.integers(-400, 400))
def test_months_shift_back_and_forth(by: int) -> None:
    assert shifted(shifted(LAST, by), -by) == LAST
    assert first_day(shifted(LAST, by)) == shifted(LAST, by)


@given(BOOKS)
def test_a_rolling_figure_looks_at_its_twelve_months_alone_whatever_their_order(
    book: dict[date, dict[str, int]],
) -> None:
    backwards = dict(reversed(sorted(book.items())))
    within = {month: book[month] for month in months_to(LAST, YEAR) if month in book}
    for compute in (rolling_absence, rolling_departures):
        assert compute(book, LAST) == compute(backwards, LAST) == compute(within, LAST)
    assert year_cost(book, 2026, 100, 100) == year_cost(backwards, 2026, 100, 100)


@given(BOOKS, st.sampled_from(months_to(LAST, YEAR)))
def test_a_month_without_departures_is_never_counted_as_zero(book: dict[date, dict[str, int]], forgotten: date) -> None:
    full = {one: {"headcount": 10, "departures": 1, **book.get(one, {})} for one in months_to(LAST, YEAR)}
    whole = rolling_sum(full, LAST, "departures")
    assert whole.value == sum(one["departures"] for one in full.values()) and whole.is_whole
    full[forgotten] = {name: value for name, value in full[forgotten].items() if name != "departures"}
    assert rolling_sum(full, LAST, "departures").value is None
    assert rolling_departures(full, LAST).value is None and rolling_departures(full, LAST).months == YEAR - 1


@given(BOOKS)
def test_the_rate_of_a_year_lies_between_those_of_its_months(book: dict[date, dict[str, int]]) -> None:
    found = rolling_absence(book, LAST)
    rates = [rate for one in months_to(LAST, YEAR) if (rate := absence_rate(book.get(one, {}), one)) is not None]
    assert found.months == len(rates)
    assert found.value is None if not rates else min(rates) <= (found.value or 0) <= max(rates)


def test_a_year_is_reckoned_at_the_prices_of_the_house_or_not_at_all() -> None:
    book = {
        date(2026, 1, 1): {"absence": 10, "departures": 1, "agency": 5_000, "contracts": 0, "overtime": 100},
        date(2026, 2, 1): {"absence": 5, "agency": 1_000},
        date(2025, 12, 1): {"absence": 100, "agency": 9_999},
    }
    cost = year_cost(book, 2026, 12_000, None)
    assert (cost.spent.cents, cost.spent.months, cost.spent.is_partial) == (6_100, 2, True)
    assert (cost.absence.cents, cost.absence.counted, cost.absence.months) == (180_000, 15, 2)
    assert (cost.departures.cents, cost.departures.counted, cost.departures.months) == (None, 1, 1)
    nothing = year_cost(book, 2024, 12_000, 1)
    assert (nothing.spent.cents, nothing.absence.cents, nothing.absence.months) == (None, None, 0)


def test_a_copy_holds_the_months_and_measures_that_were_chosen() -> None:
    book = {shifted(LAST, -back): {"absence": back, "headcount": 40, "agency": 1} for back in range(4)}
    found = extract(book, shifted(LAST, -2), shifted(LAST, -1), ["headcount", "absence", "never"])
    assert found == {
        "2026-08-01": {"headcount": 40, "absence": 2},
        "2026-09-01": {"headcount": 40, "absence": 1},
    }
