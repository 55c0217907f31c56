"""The charts: each mark where its figure is, each absence in its word, the same in the table and in the description."""

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import page
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import html

from figures.absence import NoFigure
from figures.rates import Rate
from reports.charts.bars import Series, bars
from reports.charts.chart import Chart
from reports.charts.funnel_plot import FEW_ARE_VEILED, FunnelSite, LimitCurve, funnel_plot
from reports.charts.line_with_band import PeerFigures, YearFigure, line_with_band
from reports.rendering import render_pdf

SVG = "{http://www.w3.org/2000/svg}"
SOURCE = "Tableau de bord"
YEARS = range(2020, 2025)
CURVE = (1.0, 4.0, 9.0, 25.0)
INNER = LimitCurve("95 %", CURVE, (0, 0.2, 0.4, 0.6), (3.0, 2.0, 1.7, 1.4))
OUTER = LimitCurve("99,8 %", CURVE, (0, 0.1, 0.2, 0.4), (5.0, 3.0, 2.2, 1.7))
SITES = [FunnelSite(4, 3), FunnelSite(9, 9), FunnelSite(16, 40, 2), FunnelSite(0.4, 4, 1), FunnelSite(0, 0)]


def percent(value: str) -> Rate:
    return Rate.from_percent(value)


def peers(first: str, median: str, third: str, count: int = 34) -> PeerFigures:
    return PeerFigures(percent(first), percent(median), percent(third), count)


def indicator(*values: Rate | NoFigure, last: PeerFigures | None = None) -> Chart:
    years = [YearFigure(2020 + place, value, peers("9,8", "11,4", "12,9")) for place, value in enumerate(values)]
    years[-1] = YearFigure(years[-1].year, years[-1].value, last)
    return line_with_band("abs", "Absentéisme <total> & durée", years, source=SOURCE)


def motives(*series: Sequence[str | NoFigure], is_stacked: bool = True) -> Chart:
    parts = [
        Series(f"motif {number}", tuple(value if isinstance(value, NoFigure) else percent(value) for value in one))
        for number, one in enumerate(series)
    ]
    years = list(YEARS)[: len(series[0])]
    return bars("motifs", "Absences par motif", years, parts, source=SOURCE, is_stacked=is_stacked)


def funnel(this: FunnelSite | NoFigure, others: Sequence[FunnelSite] = SITES, *, tells_few: bool = True) -> Chart:
    return funnel_plot("at", "Accidents", others, this, INNER, OUTER, source=SOURCE, tells_few=tells_few)


GAPS = (percent("9,1"), NoFigure.NOT_GIVEN, percent("11,9"), percent("13,2"), NoFigure.NOT_PUBLISHED)
CHARTS = {
    "line": indicator(*GAPS),
    "line, nothing": indicator(NoFigure.NOT_ALLOWED),
    "line, below zero": indicator(percent("-1,5"), percent("4")),
    "line, nine years": indicator(*[percent("9")] * 6, *list(NoFigure)[:3]),
    "quantities": line_with_band("cdd", "CDD", [YearFigure(2023, Decimal(143))], source=SOURCE, unit="contrats"),
    "stacked": motives(("1,9", "2,2"), ("3,1", "4,1"), ("0,01", "2,4")),
    "stacked, gaps": motives(("1,9", NoFigure.NOT_GIVEN, "2"), ("3,1", NoFigure.NOT_GIVEN, NoFigure.NOT_ALLOWED)),
    "side by side": motives(("12", "14", "18"), ("10", "19", "16"), is_stacked=False),
    "alone": motives(("2", "0", NoFigure.NOT_PUBLISHED)),
    "funnel": funnel(FunnelSite(7.4, 9)),
    "funnel, few": funnel(FunnelSite(3.2, 2), tells_few=False),
    "funnel, high": funnel(FunnelSite(20, 41, 2)),
    "funnel, not allowed": funnel(NoFigure.NOT_ALLOWED),
    "funnel, nobody": funnel(NoFigure.NOT_GIVEN, []),
}
every_chart = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())


def drawn(chart: Chart) -> ET.Element:
    return ET.fromstring(chart.svg)


def marks(chart: Chart, kind: str) -> list[ET.Element]:
    return [one for one in drawn(chart).iter() if one.get("class") == f"jalon-chart__{kind}"]


def texts(chart: Chart) -> list[str]:
    return [one.text or "" for one in drawn(chart).iter(f"{SVG}text") if one.get("aria-hidden") is None]


def number(element: ET.Element, name: str) -> float:
    return float(element.attrib[name])


def value_at(chart: Chart, y: float) -> float:
    """Read a height against the graduations, as a person would."""
    ticks = [one for one in marks(chart, "tick") if one.get("text-anchor") == "end"]
    read = [(number(one, "y") - 4, float(re.sub(r"[^\d−,]", "", one.text or "").replace("−", "-").replace(",", ".")))
            for one in ticks]  # fmt: skip
    (y0, low), (y1, high) = read[0], read[-1]
    return low + (y - y0) / (y1 - y0) * (high - low)


# --- All of them --------------------------------------------------------------------------------------------


@every_chart
def test_it_is_an_image_in_french_with_a_title_and_a_description(chart: Chart) -> None:
    svg = drawn(chart)
    title, told = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None and told is not None
    assert (svg.get("role"), svg.get("lang")) == ("img", "fr")
    assert (svg.get("aria-labelledby"), svg.get("aria-describedby")) == (title.get("id"), told.get("id"))
    assert title.text == chart.title and len(told.text or "") > 20


@every_chart
def test_nothing_in_it_is_refused_by_the_security_policy(chart: Chart) -> None:
    names = {name for element in drawn(chart).iter() for name in element.attrib}
    tags = {element.tag.removeprefix(SVG) for element in drawn(chart).iter()}
    assert "style" not in names and not [name for name in names if name.startswith("on")]
    assert not tags & {"script", "style", "image", "foreignObject", "use", "a"}


@every_chart
def test_everything_lies_within_the_picture(chart: Chart) -> None:
    _, _, width, height = map(float, drawn(chart).attrib["viewBox"].split())
    for element in drawn(chart).iter():
        xs = [number(element, name) for name in ("x", "x1", "x2", "cx") if name in element.attrib]
        ys = [number(element, name) for name in ("y", "y1", "y2", "cy") if name in element.attrib]
        drawing = element.get("d") or (element.get("points") or "").replace(",", " ")
        pairs = re.findall(r"(-?[\d.]+) (-?[\d.]+)", drawing)
        xs, ys = xs + [float(x) for x, _ in pairs], ys + [float(y) for _, y in pairs]
        assert all(-0.5 <= x <= width for x in xs) and all(-0.5 <= y <= height for y in ys), element.attrib


@every_chart
def test_lines_of_text_do_not_run_out_of_the_picture(chart: Chart) -> None:
    _, _, width, _ = map(float, drawn(chart).attrib["viewBox"].split())
    for one in drawn(chart).iter(f"{SVG}text"):
        length = 0.56 * float(one.attrib["font-size"]) * len(one.text or "")
        share = {"end": 1.0, "middle": 0.5}.get(one.get("text-anchor", ""), 0.0)
        start = number(one, "x") - share * length
        assert one.get("transform") or (start > -4 and start + length < width + 4), one.text


@every_chart
def test_the_table_is_whole(chart: Chart) -> None:
    assert chart.table.rows and {len(row) for row in chart.table.rows} == {len(chart.table.head)}
    assert all(0 < place < len(chart.table.head) for place in chart.table.numeric)
    assert "None" not in str(chart.table) and chart.source == SOURCE


def test_the_same_figures_give_the_same_picture_and_their_words_cannot_break_the_page() -> None:
    assert indicator(*GAPS) == CHARTS["line"]
    assert "<total>" not in CHARTS["line"].svg and "&lt;total&gt; &amp; durée" in CHARTS["line"].svg


def test_a_document_holds_them_all_and_keeps_its_promises() -> None:
    once = ("line", "quantities", "stacked, gaps", "funnel, few")
    pictures = "".join(f"<h1>{name}</h1>{CHARTS[name].svg}" for name in once)
    dates = '<meta name="dcterms.created" content="2026-11-22T10:00:00Z">'
    content = render_pdf(f'<html lang="fr"><head><title>Graphiques</title>{dates}</head><body>{pictures}</body></html>')
    for profile in ("3a", "ua1"):
        assert [failure.rule_id for failure in page.validate_pdf_bytes(content, profile=profile).failures] == []


def test_a_page_shows_the_picture_its_source_and_its_figures() -> None:
    templates = Path(__file__).resolve().parents[2] / "app" / "templates"
    environment = Environment(loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined)
    template = environment.from_string("{% from 'ui/chart.html' import chart %}{{ chart(one, note='Note <1>') }}")
    figure = html.fromstring(template.render(one=CHARTS["line"]))
    assert figure.tag == "figure" and len(figure.xpath(".//svg")) == 1
    assert figure.xpath("./figcaption")[0].text_content().strip() == "Absentéisme <total> & durée"
    assert [text for text in (SOURCE, "Note <1>", "Voir les données") if text not in figure.text_content()] == []
    rows = [[cell.text_content().strip() for cell in row] for row in figure.xpath(".//tbody/tr")]
    assert rows == [list(row) for row in CHARTS["line"].table.rows]


# --- A line and its peers -----------------------------------------------------------------------------------


def test_each_year_stands_at_its_figure() -> None:
    dots = marks(CHARTS["line"], "mine-dot")
    assert [value_at(CHARTS["line"], number(dot, "cy")) for dot in dots] == pytest.approx([9.1, 11.9, 13.2], abs=0.01)
    below = CHARTS["line, below zero"]
    assert [value_at(below, number(dot, "cy")) for dot in marks(below, "mine-dot")] == pytest.approx(
        [-1.5, 4], abs=0.01
    )


def test_a_year_without_figure_breaks_the_line_and_says_why() -> None:
    chart = CHARTS["line"]
    assert len(marks(chart, "mine")) == 1 and marks(chart, "mine")[0].attrib["d"].count("L") == 1
    assert len(marks(chart, "gap")) == 2
    assert {"non renseigné", "pas encore publié"} <= set(texts(chart))
    assert [row[1].replace("\u00a0", " ") for row in chart.table.rows] == [
        "9,1 %", "non renseigné", "11,9 %", "13,2 %", "pas encore publié",
    ]  # fmt: skip


def test_a_wide_column_says_why_on_two_lines() -> None:
    words = texts(indicator(percent("9"), NoFigure.NOT_CONCERNED, percent("9")))
    assert {"non", "concerné"} <= set(words)


def test_the_peers_are_a_band_with_their_median_and_their_number() -> None:
    chart = indicator(percent("9"), percent("10"), last=peers("8", "9", "10", count=12))
    band, median = marks(chart, "band")[0].attrib["d"], marks(chart, "median")[0].attrib["d"]
    heights = [value_at(chart, float(y)) for _, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", band)]
    assert heights == pytest.approx([9.8, 8, 10, 12.9], abs=0.02)
    assert [value_at(chart, float(y)) for _, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", median)] == pytest.approx(
        [11.4, 9], abs=0.02
    )
    assert {"pairs", "34", "12", "médiane", "moitié des pairs"} <= set(texts(chart))


def test_peers_too_few_are_said_so() -> None:
    chart = CHARTS["line"]
    assert chart.table.rows[-1][2:] == ("trop peu de pairs",) * 3
    assert "trop peu de pairs" in (drawn(chart).findtext(f"{SVG}desc") or "")
    assert "en 2023" in texts(chart)


def test_the_description_tells_every_figure_of_the_table() -> None:
    told = drawn(CHARTS["line"]).findtext(f"{SVG}desc") or ""
    for row in CHARTS["line"].table.rows:
        assert all(part in told for cell in row for part in re.split(r"^de | à ", cell) if part)


@pytest.mark.parametrize("years", [(), (2020, 2022), (2021, 2020), (2020, 2020)])
def test_years_must_follow_one_another(years: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        line_with_band("x", "X", [YearFigure(year, percent("1")) for year in years], source=SOURCE)


def test_rates_and_quantities_are_never_on_one_axis() -> None:
    mixed = [YearFigure(2020, percent("1")), YearFigure(2021, Decimal(1))]
    with pytest.raises(TypeError):
        line_with_band("x", "X", mixed, source=SOURCE)


# --- Bars ---------------------------------------------------------------------------------------------------


def test_parts_stand_one_on_the_other_as_tall_as_their_figures() -> None:
    chart = CHARTS["stacked"]
    parts = [one for one in marks(chart, "segment") if number(one, "width") > 10]
    zero = number(marks(chart, "axis")[0], "y1")
    heights = [value_at(chart, zero - number(one, "height")) for one in parts]
    assert heights == pytest.approx([1.9, 3.1, 0.04, 2.2, 4.1, 2.4], abs=0.03)  # the thinnest part stays visible
    assert number(parts[0], "y") == pytest.approx(number(parts[1], "y") + number(parts[1], "height"), abs=0.05)
    assert number(parts[0], "x") == number(parts[1], "x") < number(parts[3], "x")
    assert [row[-1].replace("\u00a0", " ") for row in chart.table.rows] == ["5,0 %", "8,7 %"]
    assert {"5,0\u00a0%", "8,7\u00a0%"} <= set(texts(chart))


def test_a_total_with_a_part_missing_is_incomplete_and_an_empty_year_says_why() -> None:
    chart = CHARTS["stacked, gaps"]
    assert [row[-1] for row in chart.table.rows] == ["5,0\u00a0%", "non renseigné", "incomplet"]
    assert "incomplet" in texts(chart) and len(marks(chart, "gap")) == 1
    assert "(2020)" in texts(chart), "le nom d’une part dit l’année quand ce n’est pas la dernière"


def test_bars_side_by_side_share_the_ground_and_have_no_total() -> None:
    chart = CHARTS["side by side"]
    parts = [one for one in marks(chart, "segment") if number(one, "height") > 12]
    feet = [number(one, "y") + number(one, "height") for one in parts]
    assert feet == pytest.approx([feet[0]] * 6, abs=0.05)
    assert [value_at(chart, number(one, "y")) for one in parts] == pytest.approx([12, 10, 14, 19, 18, 16], abs=0.05)
    assert "Total" not in chart.table.head


@pytest.mark.parametrize(
    ("years", "values"),
    [((), ()), ((2020,), (percent("1"), percent("2"))), ((2020,), (percent("-1"),))],
)
def test_what_bars_cannot_show_is_refused(years: tuple[int, ...], values: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError):
        bars("x", "X", years, [Series("a", values)], source=SOURCE)


# --- Funnel -------------------------------------------------------------------------------------------------


def test_sites_stand_at_what_was_seen_over_what_was_expected() -> None:
    chart = CHARTS["funnel"]
    dots = [one for one in marks(chart, "site") if one.tag == f"{SVG}circle"]
    assert [value_at(chart, number(dot, "cy")) for dot in dots] == pytest.approx([0.75, 1, 2.5], abs=0.01)
    assert [number(dot, "cx") for dot in dots] == sorted(number(dot, "cx") for dot in dots)
    heads = [one for one in marks(chart, "site") if one.tag == f"{SVG}polygon"]
    assert len(heads) == 1, "un site au-dessus du cadre est au bord"
    assert {"cet établissement", "9 pour 7,4\u00a0attendus", "95 %", "99,8 %"} <= set(texts(chart))


def test_other_sites_are_counted_and_never_listed() -> None:
    rows = CHARTS["funnel"].table.rows
    assert [row[1] for row in rows] == ["1", "1", "3", "0", "0"]
    assert [row[2] for row in rows] == ["", "", "9 pour 7,4\u00a0attendus", "", ""]


def test_a_reader_without_the_right_learns_no_small_count() -> None:
    """Whether one, two, three or four accidents, here or elsewhere, not a byte of the answer changes."""
    answers = {
        str(funnel(FunnelSite(3.2, here), [FunnelSite(9, 9), FunnelSite(2.5, there)], tells_few=False))
        for here in (1, 2, 3, 4)
        for there in (1, 2, 3, 4)
    }
    (answer,) = answers
    assert "moins de 5 pour 3,2" in answer and FEW_ARE_VEILED in answer
    assert len({str(funnel(FunnelSite(3.2, here))) for here in (1, 2, 3, 4)}) == 4


def test_five_accidents_and_none_may_be_told() -> None:
    assert [funnel(FunnelSite(6, count), tells_few=False).table.rows[2][2][:1] for count in (0, 5)] == ["0", "5"]


def test_a_site_that_may_not_be_shown_says_why() -> None:
    chart = CHARTS["funnel, not allowed"]
    assert not marks(chart, "mine-dot")
    assert "cet établissement\u00a0: non autorisé" in texts(chart)
    assert chart.table.rows[-1] == ("sans position", "", "non autorisé")
