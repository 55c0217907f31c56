"""The monthly barometer of a house: what may be noted, what is asked again, what twelve months come to.

Figures are whole numbers by name of measure: people, days, hundredths of an ETP, cents. A measure that is absent is
not known, and is never read as zero. A book holds the figures of each month, named by its first day.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

Figures = Mapping[str, int]
Book = Mapping[date, Figures]

YEAR = 12
"""Months of a rolling figure."""
MOST_ABSENCE = Fraction(40, 100)
"""Above, the rate is asked again: the bound of likelihood that the ministries’ own application shows (§3.1)."""
MOST_SPENT = 5_000_00
"""Cents of replacements for one person and month above which the amount is asked again: cents typed for euros."""


class Unit(Enum):
    """How a measure is written, and what one of it is worth in what is kept."""

    COUNT = "count"
    HUNDREDTHS = "hundredths"
    CENTS = "cents"


@dataclass(frozen=True)
class Measure:
    """One thing that may be noted. `group` gathers those of one question; `hint` says what to count."""

    name: str
    label: str
    unit: Unit
    group: str
    hint: str = ""

    def written(self, figures: Figures) -> str:
        """Return a figure as people type it (« 12 », « 1,5 », « 1250,00 »), empty when it is not known."""
        value = figures.get(self.name)
        if value is None or self.unit is Unit.COUNT:
            return "" if value is None else str(value)
        text = f"{value // 100},{value % 100:02d}"
        return text.rstrip("0").rstrip(",") if self.unit is Unit.HUNDREDTHS else text


TEAM, ABSENCE, MOTIVES, SAFETY, MONEY = (
    "L’équipe",
    "Les absences",
    "Par motif, si vous les avez",
    "Les accidents du travail",
    "Ce que les remplacements ont coûté",
)

MEASURES = (
    Measure("headcount", "Salariés", Unit.COUNT, TEAM, "Personnes payées, en fin de mois ou en moyenne."),
    Measure("departures", "Départs", Unit.COUNT, TEAM, "Personnes parties dans le mois, hors fins de remplacement."),
    Measure("arrivals", "Arrivées", Unit.COUNT, TEAM, "Personnes arrivées dans le mois, hors remplacements."),
    Measure("vacancies", "Postes non pourvus (ETP)", Unit.HUNDREDTHS, TEAM, "En fin de mois, par exemple 1,5."),
    Measure("absence", "Jours d’absence", Unit.COUNT, ABSENCE, "Jours du calendrier, tous motifs, hors congés payés."),
    Measure("absence_short", "Maladie de courte durée", Unit.COUNT, MOTIVES),
    Measure("absence_medium", "Maladie de moyenne durée", Unit.COUNT, MOTIVES),
    Measure("absence_long", "Maladie de longue durée", Unit.COUNT, MOTIVES),
    Measure("absence_parents", "Maternité, paternité", Unit.COUNT, MOTIVES),
    Measure("absence_work", "Accident du travail, maladie professionnelle", Unit.COUNT, MOTIVES),
    Measure("absence_special", "Congés spéciaux, sans solde", Unit.COUNT, MOTIVES),
    Measure("stopped", "Accidents avec arrêt", Unit.COUNT, SAFETY, "Déclarés dans le mois."),
    Measure("unstopped", "Accidents sans arrêt", Unit.COUNT, SAFETY, "Déclarés dans le mois."),
    Measure("agency", "Intérim (€)", Unit.CENTS, MONEY),
    Measure("contracts", "Contrats courts (€)", Unit.CENTS, MONEY, "Salaires et charges des remplaçants."),
    Measure("overtime", "Heures supplémentaires (€)", Unit.CENTS, MONEY),
)
BY_NAME = {one.name: one for one in MEASURES}
BY_MOTIVE = tuple(one.name for one in MEASURES if one.group == MOTIVES)
SPENT = tuple(one.name for one in MEASURES if one.group == MONEY)

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


def first_day(day: date) -> date:
    return day.replace(day=1)


def shifted(month: date, by: int) -> date:
    """Return the month that comes so many months after, or before when `by` is negative."""
    place = month.year * YEAR + month.month - 1 + by
    return date(place // YEAR, place % YEAR + 1, 1)


def months_to(last: date, count: int) -> list[date]:
    """Return so many months that follow one another, oldest first, the last one being `last`."""
    return [shifted(last, -back) for back in range(count - 1, -1, -1)]


def days_in(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def month_in_words(month: date) -> str:
    """Return « novembre 2026 »."""
    return f"{MONTHS[month.month - 1]} {month.year}"


# --- One month ----------------------------------------------------------------------------------------------


def absence_days(figures: Figures) -> int | None:
    """Return the days of absence: the total as it was given, else the sum of the motives when all are known."""
    if "absence" in figures:
        return figures["absence"]
    return _sum(figures, BY_MOTIVE) if all(name in figures for name in BY_MOTIVE) else None


def absence_rate(figures: Figures, month: date) -> Fraction | None:
    """Return the days of absence over all the days of all the people; None without either, or without anybody."""
    days, people = absence_days(figures), figures.get("headcount")
    return None if days is None or not people else Fraction(days, people * days_in(month))


def accidents(figures: Figures) -> int | None:
    """Return the accidents with and without a stop, None unless both are known."""
    both = ("stopped", "unstopped")
    return _sum(figures, both) if all(name in figures for name in both) else None


def spent(figures: Figures) -> int | None:
    """Return the cents of replacements that are known, None when none is; see `is_all_spent`."""
    return _sum(figures, SPENT) if any(name in figures for name in SPENT) else None


def is_all_spent(figures: Figures) -> bool:
    """Tell whether all three amounts are known, so that their sum is not only a part."""
    return all(name in figures for name in SPENT)


def _sum(figures: Figures, names: Iterable[str]) -> int:
    return sum(figures.get(name, 0) for name in names)


def questions(figures: Figures, month: date, before: Figures | None = None) -> list[str]:
    """Return what looks unusual, as questions; nothing is ever refused for it. `before`: the month before."""
    people, when = figures.get("headcount"), month_in_words(month)
    days, rate, found = absence_days(figures), absence_rate(figures, month), []
    if rate is not None and rate > MOST_ABSENCE:
        found.append(f"{days} jours d’absence pour {people} personnes en {when}")
    if people == 0 and days:
        found.append(f"{days} jours d’absence sans aucun salarié en {when}")
    if "absence" in figures and _sum(figures, BY_MOTIVE) > figures["absence"]:
        found.append(f"des motifs qui font {_sum(figures, BY_MOTIVE)} jours pour {days} au total en {when}")
    found += _more_than_people(figures, people, when)
    if before and people is not None and before.get("headcount") and _has_jumped(before["headcount"], people):
        found.append(f"{people} salariés en {when}, {before['headcount']} le mois d’avant")
    return [f"{one[:1].upper()}{one[1:]} : est-ce bien cela ?" for one in found]


def _more_than_people(figures: Figures, people: int | None, when: str) -> list[str]:
    if not people:
        return []
    found = [
        f"{figures[name]} {words} pour {people} personnes en {when}"
        for name, words in (("departures", "départs"), ("arrivals", "arrivées"), ("stopped", "accidents avec arrêt"))
        if figures.get(name, 0) > people
    ]
    if figures.get("vacancies", 0) > people * 100:
        found.append(f"plus de postes non pourvus que de salariés en {when}")
    if (spent(figures) or 0) > people * MOST_SPENT:
        found.append(f"{(spent(figures) or 0) // 100} euros de remplacements pour {people} personnes en {when}")
    return found


def _has_jumped(before: int, now: int) -> bool:
    return abs(now - before) * 2 > before


# --- Twelve months ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rolling:
    """A figure of twelve months: None unless enough is known; `months`: how many of the twelve were known."""

    value: Fraction | None
    months: int

    @property
    def is_whole(self) -> bool:
        return self.months == YEAR


def rolling_absence(book: Book, last: date) -> Rolling:
    """Return days of absence over days of people, summed on the months of the year where both are known."""
    known = [one for one in months_to(last, YEAR) if absence_rate(book.get(one, {}), one) is not None]
    days = sum(absence_days(book[one]) or 0 for one in known)
    people = sum(book[one]["headcount"] * days_in(one) for one in known)
    return Rolling(Fraction(days, people) if people else None, len(known))


def rolling_sum(book: Book, last: date, name: str) -> Rolling:
    """Return the sum of a measure, only when all twelve months are known: a missing month is not a zero."""
    known = [book[one][name] for one in months_to(last, YEAR) if name in book.get(one, {})]
    return Rolling(Fraction(sum(known)) if len(known) == YEAR else None, len(known))


def rolling_departures(book: Book, last: date) -> Rolling:
    """Return departures over the mean of the headcounts, when both are known for all twelve months."""
    left, months = rolling_sum(book, last, "departures"), months_to(last, YEAR)
    people = [book[one]["headcount"] for one in months if "headcount" in book.get(one, {})]
    if left.value is None or len(people) < YEAR or not sum(people):
        return Rolling(None, min(left.months, len(people)))
    return Rolling(left.value / Fraction(sum(people), YEAR), YEAR)


# --- A year in euros ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Amount:
    """Cents of a calendar year, None when nothing is known; on how many months, and whether those are in part."""

    cents: int | None
    months: int
    counted: int = 0
    """Days or departures that were counted, for the formula."""
    is_partial: bool = False


@dataclass(frozen=True)
class YearCost:
    """What was spent, as declared; what absences and departures cost, at the prices that the house sets."""

    year: int
    spent: Amount
    absence: Amount
    departures: Amount


def year_cost(book: Book, year: int, day_cents: int | None, departure_cents: int | None) -> YearCost:
    """Return the costs of a calendar year, without any price of ours: an estimate without a price is None."""
    of_year = [figures for month, figures in sorted(book.items()) if month.year == year]
    paid = [one for one in of_year if spent(one) is not None]
    return YearCost(
        year,
        Amount(
            sum(spent(one) or 0 for one in paid) if paid else None,
            len(paid),
            is_partial=not all(map(is_all_spent, paid)),
        ),
        _estimate([days for one in of_year if (days := absence_days(one)) is not None], day_cents),
        _estimate([one["departures"] for one in of_year if "departures" in one], departure_cents),
    )


def _estimate(counts: list[int], price: int | None) -> Amount:
    known = bool(counts) and price is not None
    return Amount(sum(counts) * (price or 0) if known else None, len(counts), sum(counts))


# --- What is shared -----------------------------------------------------------------------------------------


def extract(book: Book, first: date, last: date, names: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return the copy that a reader gets: these months, these measures, in the form that is stored."""
    kept = [one.name for one in MEASURES if one.name in set(names)]
    return {
        month.isoformat(): {name: figures[name] for name in kept if name in figures}
        for month, figures in sorted(book.items())
        if first <= month <= last
    }
