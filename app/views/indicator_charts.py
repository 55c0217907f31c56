"""The pictures of a structure’s figures: over the years with its peers, absence by motive, the funnel of accidents."""

from decimal import Decimal

from app.models import MILLION
from app.permissions import Kind, reads_place_among_peers
from app.readers.indicators import MOTIVES, Indicator, indicators, indicators_of
from app.views.indicator_lines import Sheet, measured
from app.views.listing import short_category
from figures.absence import NoFigure
from figures.rates import Rate
from reports.charts.bars import Series, bars
from reports.charts.chart import Chart
from reports.charts.funnel_plot import FEW_ARE_VEILED, FunnelSite, LimitCurve, funnel_plot
from reports.charts.line_with_band import PeerFigures, YearFigure, line_with_band


def charts_of(sheet: Sheet, *, who: str = "cet établissement", width: int = 364) -> list[Chart]:
    """Return the pictures for which there is at least one figure."""
    drawn = [one for one in indicators_of(sheet.structure.category) if one.chart == "line" and sheet.reads(one)]
    found = [over_years(sheet, one, who, width) for one in drawn if sheet.has(one.code)]
    if any(sheet.has(code) for code in MOTIVES) and not sheet.masks_motives:
        found.append(motives(sheet, width))
    if sheet.evidence and sheet.evidence.territory.differs:
        found.append(funnel(sheet, who, width))
    return found


def over_years(sheet: Sheet, indicator: Indicator, who: str, width: int) -> Chart:
    """One indicator over the years, with the middle half of the peers of each."""
    years = sheet.years([indicator])
    return line_with_band(
        indicator.code,
        indicator.label,
        [YearFigure(year, sheet.value(indicator, year), _peers(sheet, indicator, year)) for year in years],
        source=_source(sheet, indicator, years),
        who=who,
        unit="" if indicator.is_rate else f"{indicator.unit.word}s",
        width=width,
    )


def _peers(sheet: Sheet, indicator: Indicator, year: int) -> PeerFigures | None:
    found = sheet.peers.get((indicator.code, year))
    if found is None:
        return None
    first, median, third = (
        measured(indicator, one) for one in (found.first_quartile, found.median, found.third_quartile)
    )
    return PeerFigures(first, median, third, found.count)


def _source(sheet: Sheet, indicator: Indicator, years: range) -> str:
    known = [year for code, year in sheet.current if code == indicator.code and year in years]
    said = f"Source : {indicator.source_label}, {min(known)} à {max(known)}" if known else indicator.source_label
    return f"{said}. Pairs : {short_category(sheet.structure.category)} de la région, chaque année."


def motives(sheet: Sheet, width: int) -> Chart:
    """Absence by motive, one bar by year."""
    listed = [indicators()[code] for code in MOTIVES]
    years = sheet.years(listed)
    series = [Series(one.short_label, tuple(_part(sheet, one, year) for year in years)) for one in listed]
    return bars(
        "motifs",
        "Absentéisme par motif",
        years,
        series,
        source=f"Source : {listed[0].source_label}, {years[0]} à {years[-1]}.",
        width=width,
    )


def _part(sheet: Sheet, indicator: Indicator, year: int) -> Rate | Decimal | NoFigure:
    """A part of a bar; a negative value, which no bar shows, is for the table of figures to tell."""
    value = sheet.value(indicator, year)
    return NoFigure.NOT_GIVEN if isinstance(value, Rate) and value.millionths < 0 else value


def funnel(sheet: Sheet, who: str, width: int) -> Chart:
    """The structures of the region by what was expected of them; to an employer, itself alone among the limits."""
    from app.statistics.funnel import ALARM, WARNING, curve  # scipy: for this picture alone

    assert sheet.evidence
    claims, territory = sheet.evidence.claims, sheet.evidence.territory
    mine = FunnelSite(claims.expected / MILLION, _accidents(sheet), claims.zone)
    others = [FunnelSite(e, count, int(zone)) for e, count, zone in territory.sites]
    others = _without(others, mine) if reads_place_among_peers(sheet.actor) else []
    largest = max([2 * mine.expected, *(site.expected for site in others)])
    inner, outer = (
        LimitCurve(label, *curve(largest, limits, inflation=territory.inflation / MILLION))
        for label, limits in (("95 %", WARNING), ("99,8 %", ALARM))
    )
    veiled = f" {FEW_ARE_VEILED}" if others else ""
    return funnel_plot(
        "accidents",
        "Accidents du travail : ce que le hasard explique",
        others,
        mine,
        inner,
        outer,
        source=f"Source : branche AT-MP, {claims.first_year} à {claims.last_year} ; attendus d’après la référence "
        f"nationale de l’activité.{veiled}",
        tells_few=exact_accidents(sheet) is not None,
        who=who,
        width=width,
    )


def _accidents(sheet: Sheet) -> int:
    """The accidents of this structure, exactly for whoever reads them; else any of the few."""
    assert sheet.evidence
    told = sheet.evidence.claims.accidents
    return told if told is not None else exact_accidents(sheet) or 1


def exact_accidents(sheet: Sheet) -> int | None:
    """Return the accidents of the years compared, for whoever reads the counts; None otherwise."""
    if Kind.AT_COUNT not in sheet.kinds or not sheet.evidence:
        return None
    claims = sheet.evidence.claims
    counts = [
        one.value // MILLION
        for (code, year), one in sheet.current.items()
        if code == "at_first_payment" and claims.first_year <= year <= claims.last_year
    ]
    return sum(counts) if counts else None


def _without(others: list[FunnelSite], mine: FunnelSite) -> list[FunnelSite]:
    """Leave this site out of the others, where it has no name: one of those that stand where it does."""
    for place, site in enumerate(others):
        if site.zone == mine.zone and abs(site.expected - mine.expected) <= 0.051:
            return others[:place] + others[place + 1 :]
    return others
