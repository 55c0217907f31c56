"""The barometer for a board: one page, archived and accessible, with its formulas and nobody to compare with."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from figures.absence import NoFigure
from reports import barometer
from reports.charts.chart import Chart
from reports.charts.months import MonthFigure, months
from tests.reports.conftest import failures
from tests.reports.examples import ODD_TEXT

MONTHS = [date(2025 + place // 12, place % 12 + 1, 1) for place in range(18)]


def curve(name: str, *gaps: int) -> Chart:
    figures = [
        MonthFigure(one, NoFigure.NOT_GIVEN if place in gaps else Decimal(place)) for place, one in enumerate(MONTHS)
    ]
    return months(name, "Départs", figures, source="Source : ce que vous avez noté.", unit="départs")


def page(name: str = "Association Les Tilleuls") -> barometer.Barometer:
    formula = "jours d’absence ÷ (salariés × jours du mois), sur les mois où les deux sont connus : 10 sur 12"
    line = barometer.Line("Taux d’absence", "10,0 %", formula)
    charts = tuple(curve(f"courbe-{number}", 3, 4) for number in range(5))
    made_at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    return barometer.Barometer(name, "octobre 2026", charts, (line,) * 3, (line,) * 3, made_at)


@pytest.mark.parametrize("name", ["Association Les Tilleuls", ODD_TEXT])
def test_it_is_one_page_archived_and_accessible(name: str) -> None:
    content = barometer.pdf(page(name))
    assert failures(content) == []
    read = PdfReader(BytesIO(content))
    assert len(read.pages) == 1 or name == ODD_TEXT
    text = " ".join(read.pages[0].extract_text().split())
    assert "En euros" in text and "ne s’additionnent pas" in text and "non renseigné" not in text


def test_a_month_without_a_figure_is_a_gap_and_is_said() -> None:
    chart = curve("courbe", 3, 17)
    assert chart.svg.count("<circle") == 16
    assert chart.svg.count('class="') and chart.table.rows[3] == ("avr. 2025", "non renseigné")
    assert "avr. 2025 : non renseigné." in chart.svg.replace("\u00a0", " ").replace("\u202f", " ")
    alone = curve("seul", *range(17))
    assert alone.svg.count("<circle") == 1 and "pas encore assez" not in alone.svg
    assert "pas encore assez de mois" in curve("rien", *range(18)).svg


def test_months_follow_one_another() -> None:
    with pytest.raises(ValueError, match="qui se suivent"):
        months("x", "x", [MonthFigure(MONTHS[0], Decimal(1)), MonthFigure(MONTHS[2], Decimal(1))], source="")
