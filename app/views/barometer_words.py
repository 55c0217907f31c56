"""What the barometer of a house shows: its curves, its rolling figures with their formula, its costs in euros."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.models import BarometerPrices
from figures.absence import NoFigure
from figures.rates import Rate
from figures.words import euros_in_french
from reports.charts.chart import Chart
from reports.charts.measure import Shown, in_words
from reports.charts.months import MonthFigure, months
from workflows.barometer import (
    BY_NAME,
    SPENT,
    YEAR,
    Amount,
    Book,
    Figures,
    Rolling,
    YearCost,
    absence_rate,
    accidents,
    is_all_spent,
    month_in_words,
    months_to,
    rolling_absence,
    rolling_departures,
    rolling_sum,
    spent,
    year_cost,
)

SHOWN = 18
"""Months of a curve."""
SOURCE = "Source : ce que vous avez noté, de {first} à {last}. Un mois sans chiffre laisse un trou."


@dataclass(frozen=True)
class CostLine:
    """An amount in words, and how it was reckoned."""

    label: str
    value: str
    formula: str


def curves(book: Book, last: date) -> list[Chart]:
    """Return the five curves of a place, up to a month."""
    span = months_to(last, SHOWN)
    source = SOURCE.format(first=month_in_words(span[0]), last=month_in_words(span[-1]))

    def draw(
        name: str, title: str, of: Callable[[date], Shown], unit: str = "", note: Callable[[date], str] | None = None
    ) -> Chart:
        points = [MonthFigure(one, of(one), note(one) if note else "") for one in span]
        return months(name, title, points, source=source, unit=unit, note="Précision" if note else "")

    def month(one: date) -> Figures:
        return book.get(one, {})

    return [
        draw("absences", "Taux d’absence, mois par mois", lambda one: _rate(absence_rate(month(one), one))),
        draw(
            "departs",
            "Départs sur les douze derniers mois",
            lambda one: _quantity(rolling_sum(book, one, "departures").value),
            "départs",
            lambda one: f"{rolling_sum(book, one, 'departures').months} mois connus sur 12",
        ),
        draw("postes", "Postes non pourvus", lambda one: _quantity(month(one).get("vacancies"), 100), "ETP"),
        draw(
            "accidents",
            "Accidents du travail déclarés",
            lambda one: _quantity(accidents(month(one))),
            "accidents",
        ),
        draw(
            "remplacements",
            "Coût des remplacements",
            lambda one: _quantity(spent(month(one)), 100),
            "euros",
            lambda one: "en partie" if spent(month(one)) is not None and not is_all_spent(month(one)) else "",
        ),
    ]


def _rate(value: Fraction | None) -> Shown:
    return NoFigure.NOT_GIVEN if value is None else Rate.from_millionths(round(value * 1_000_000))


def _quantity(value: int | Fraction | None, of: int = 1) -> Shown:
    if value is None:
        return NoFigure.NOT_GIVEN
    return Decimal(Fraction(value).numerator) / Decimal(Fraction(value).denominator) / of


def year_lines(book: Book, last: date) -> list[CostLine]:
    """Return the figures of the twelve months that end with this one, each with its formula."""
    absence, turnover = rolling_absence(book, last), rolling_departures(book, last)
    left = rolling_sum(book, last, "departures")
    return [
        CostLine(
            "Taux d’absence",
            _shown(absence),
            "jours d’absence ÷ (salariés × jours du mois), sur les mois où les deux sont connus : "
            f"{absence.months} sur {YEAR}",
        ),
        CostLine(
            "Départs",
            in_words(_quantity(left.value)) if left.value is not None else _too_few(left),
            f"somme des départs, quand les {YEAR} mois sont connus",
        ),
        CostLine(
            "Départs rapportés à l’équipe",
            _shown(turnover) if turnover.is_whole else _too_few(turnover),
            f"départs ÷ moyenne des salariés, quand les {YEAR} mois sont connus",
        ),
    ]


def _shown(found: Rolling) -> str:
    return in_words(_rate(found.value))


def _too_few(found: Rolling) -> str:
    return f"pas encore : {found.months} mois connus sur {YEAR}"


def cost_of(book: Book, year: int, prices: BarometerPrices | None) -> tuple[YearCost, list[CostLine]]:
    """Return the cost of a calendar year, and how to tell it, each line with its formula and what it rests on."""
    day, departure = (prices.day_cents, prices.departure_cents) if prices else (None, None)
    cost = year_cost(book, year, day, departure)
    at_least = "au moins " if cost.spent.is_partial else ""
    return cost, [
        CostLine(
            f"Remplacements payés en {year}",
            at_least + _euros(cost.spent) if cost.spent.cents is not None else _euros(cost.spent),
            f"intérim + contrats courts + heures supplémentaires, déclarés sur {cost.spent.months} mois"
            + (" ; certains montants manquent" if cost.spent.is_partial else ""),
        ),
        CostLine(
            f"Absences de {year}, estimation",
            _euros(cost.absence, day),
            _formula(cost.absence, "jours", day, prices.day_source if prices else ""),
        ),
        CostLine(
            f"Départs de {year}, estimation",
            _euros(cost.departures, departure),
            _formula(cost.departures, "départs", departure, prices.departure_source if prices else ""),
        ),
    ]


def _euros(amount: Amount, price: int | None = 0) -> str:
    if amount.cents is not None:
        return euros_in_french(amount.cents)
    return "coût à régler" if price is None else NoFigure.NOT_GIVEN.label


def _formula(amount: Amount, what: str, price: int | None, source: str) -> str:
    counted = f"{amount.counted} {what} notés sur {amount.months} mois"
    if price is None:
        return f"{counted} × le coût que vous réglez"
    return f"{counted} × {euros_in_french(price)}" + (f" (votre source : {source})" if source else "")


def written(figures: Figures, name: str) -> str:
    """Return a figure of a table, « – » when it is not known."""
    text = BY_NAME[name].written(figures)
    if not text:
        return "–"
    return f"{text} €" if name in SPENT else text


COLUMNS = ("headcount", "absence", "departures", "arrivals", "vacancies", "stopped")
"""Measures of the table of months: the others are on the page of each."""
