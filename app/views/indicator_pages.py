"""What a page shows of the figures of a structure, made ready: table, accidents, pictures, remarks, basis."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from flask import url_for

from app.filters import number, plural, siren
from app.models import MILLION, Case, ClaimEvidence, Employer, FigureRemark, Structure
from app.permissions import Act, Actor, Kind, may
from app.queries import observations as queries
from app.queries.observations import Current, Evidence
from app.readers.indicators import AGES, indicators
from app.statistics.disclosure import accidents_in_words
from app.views.audiences import opened_by
from app.views.indicator_charts import charts_of, exact_accidents
from app.views.indicator_lines import KIND_OF, Line, Sheet, in_words, lines, load, measured, oldest_notice
from figures.absence import NoFigure, is_old
from figures.bands import EMPLOYER_WORDS, EvidenceBand
from figures.frequency import NOT_FOR_ONE_SITE
from figures.words import number_in_french
from reports.charts.chart import Chart

NO_DIFFERENCE = (
    "Entre les établissements de la région, les écarts observés ne dépassent pas ceux du hasard : les accidents ne "
    "signalent aucun d’entre eux."
)
WHOLE = "Connus pour l’ensemble de l’employeur (SIREN), et non par établissement."
SIRET_ALONE = "Connus pour le SIRET {siret}, qui n’est celui d’aucun établissement seul."
TONES = {EvidenceBand.STRONG: "alert", EvidenceBand.PROBABLE: "warn"}
MASKED = (
    "Les motifs d’absence et les âges ne sont pas montrés : ce service emploie moins de 11 personnes, ou son effectif "
    "est inconnu."
)
IN_SHORT = ("abs_total", "rotation", "vacance", "sad_absence", "sad_rotation", "sad_vacance")
NAMES = {
    Kind.INDICATOR: "Indicateurs du tableau de bord",
    Kind.AT_COUNT: "Nombres d’accidents du travail",
    Kind.AT_BAND: "Classe des accidents du travail",
}


@dataclass(frozen=True)
class Claims:
    """What accidents say of a structure, or of a whole employer, in words; `of`: of whom, when it is to be told."""

    years: str
    band: str
    tone: str
    counts: str
    interval: str
    cautions: tuple[str, ...]
    conventions: list[tuple[str, str]]
    of: str = ""


@dataclass(frozen=True)
class Ages:
    """The staff by age in the last year known: (band, share, median of the peers); what goes with it in words."""

    year: int
    is_old: bool
    rows: list[tuple[str, str, str]]
    source: str


@dataclass(frozen=True)
class Figures:
    """The section of a page."""

    name: str
    lines: list[Line]
    charts: list[Chart]
    ages: Ages | None
    claims: Claims | None
    closed: list[str]
    notes: list[str]
    conventions: list[tuple[str, str]]
    old_year: int | None
    remark_url: str
    sheet_url: str
    answers: Callable[[FigureRemark], bool]

    @property
    def says_group_once(self) -> bool:
        return len({line.group for line in self.lines if line.group}) == 1


def figures_of(actor: Actor, structure: Structure, today: date, *, viewer: Actor | None = None) -> Figures:
    """Return the section of a structure whose employer was loaded for the actor."""
    return described(load(actor, structure, structure.employer, today, viewer=viewer), reader=viewer or actor)


def described(sheet: Sheet, *, reader: Actor) -> Figures:
    """Return the section in words; `reader` is who is named the conventions."""
    found = lines(sheet)
    is_looking = reader is not sheet.actor
    return Figures(
        name=sheet.structure.name,
        lines=found,
        charts=charts_of(sheet),
        ages=ages_of(sheet),
        claims=claims_of(sheet, reader),
        closed=closed_words(sheet),
        notes=_notes(sheet, found),
        conventions=_named(reader, (line.convention_id for line in found)),
        old_year=oldest_notice(sheet),
        remark_url=_remark_url(sheet) if not is_looking else "",
        sheet_url=_sheet_url(sheet) if not is_looking else "",
        answers=lambda remark: not is_looking and answers(sheet.actor, sheet, remark),
    )


def ages_of(sheet: Sheet) -> Ages | None:
    """Return the staff by age as the tableau de bord brought it; None when nothing is known or may be told."""
    known = [year for code, year in sheet.current if code in AGES]
    if not known or sheet.masks_motives:
        return None
    year, rows = max(known), []
    for indicator in (indicators()[code] for code in AGES):
        peers = sheet.peers.get((indicator.code, year))
        median = in_words(indicator, measured(indicator, peers.median)) if peers else "sans comparaison"
        rows.append((indicator.short_label, in_words(indicator, sheet.value(indicator, year)), median))
    return Ages(year, is_old(year, sheet.today), rows, indicators()[AGES[0]].source_label)


def answers(actor: Actor, sheet: Sheet, remark: FigureRemark) -> bool:
    """Tell whether the actor answers a remark: the figure is its organisation's to bring in."""
    kind = KIND_OF[indicators()[remark.indicator].family]
    return may(actor, Act.WRITE, kind, sheet.employer)


def _remark_url(sheet: Sheet) -> str:
    if not sheet.current or not may(sheet.actor, Act.COMMENT, Kind.INDICATOR, sheet.employer):
        return url_for("indicators.sheet", finess_number=sheet.structure.finess) if sheet.is_open else ""
    return url_for("indicators.remark", finess_number=sheet.structure.finess)


def _sheet_url(sheet: Sheet) -> str:
    return url_for("indicators.sheet", finess_number=sheet.structure.finess) if sheet.is_open else ""


def _named(reader: Actor, numbers: Iterable[int | None]) -> list[tuple[str, str]]:
    found = (opened_by(reader, one) for one in sorted({one for one in numbers if one}))
    return [convention for convention in found if convention]


def closed_words(sheet: Sheet) -> list[str]:
    """Return a line for each family that is closed to the actor, or that does not concern the structure."""
    is_public = sheet.employer.is_public
    said = []
    if Kind.INDICATOR not in sheet.kinds:
        said.append(f"{NAMES[Kind.INDICATOR]} : {NoFigure.NOT_ALLOWED.label}.")
    if is_public:
        said.append(
            f"Accidents du travail : {NoFigure.NOT_CONCERNED.label} (agents publics, hors de la branche AT-MP)."
        )
    elif not sheet.kinds & {Kind.AT_COUNT, Kind.AT_BAND}:
        said.append(f"Accidents du travail : {NoFigure.NOT_ALLOWED.label}.")
    elif Kind.AT_COUNT not in sheet.kinds and not sheet.evidence:
        said.append(f"Accidents du travail : {NoFigure.NOT_GIVEN.label}.")
    return said


def _notes(sheet: Sheet, found: list[Line]) -> list[str]:
    notes = _groups(found)
    if sheet.masks_motives:
        notes.append(MASKED)
    if not any(one.concerns(sheet.structure.category) for one in indicators().values() if one.source == "tdb"):
        notes.append(
            f"Tableau de bord de la performance : {NoFigure.NOT_CONCERNED.label}. Un service à domicile a ses propres "
            "indicateurs, et se compare aux services à domicile."
        )
    return notes


def _groups(found: list[Line]) -> list[str]:
    """Return the group of peers, said once when it is the same all along."""
    groups = {line.group for line in found if line.group}
    return [f"Pairs : {groups.pop()}."] if len(groups) == 1 else []


def claims_of(sheet: Sheet, reader: Actor, *, names_conventions: bool = True) -> Claims | None:
    """Return what accidents say, in the words of the reader; None when nothing is known or open."""
    if sheet.evidence is None or sheet.employer.is_public:
        return None
    found = _claims(sheet.evidence, exact_accidents(sheet), sheet.actor)
    return replace(found, conventions=_named(reader, [sheet.evidence.convention_id])) if names_conventions else found


def whole_claims_of(actor: Actor, employer: Employer, *, viewer: Actor | None = None) -> list[Claims]:
    """Return what accidents say of an employer where they are not known by structure, in the words of the reader."""
    kinds = queries.kinds_read(actor, employer)
    found = [] if employer.is_public else queries.list_whole_evidence(actor, employer, kinds, viewer)
    if not found:
        return []
    counts = queries.count_whole_accidents(actor, employer, kinds, viewer) if Kind.AT_COUNT in kinds else {}
    return [
        replace(
            _claims(one, _within(one, counts), actor),
            conventions=_named(viewer or actor, [one.convention_id]),
            of=SIRET_ALONE.format(siret=siren(one.claims.siret)) if one.claims.siret else WHOLE,
        )
        for one in found
    ]


def _within(evidence: Evidence, counts: Mapping[tuple[str | None, int], int]) -> int | None:
    """The accidents of the years compared; None when the counts are not open."""
    claims = evidence.claims
    years = range(claims.first_year, claims.last_year + 1)
    told = [count for (number, year), count in counts.items() if number == claims.siret and year in years]
    return sum(told) if told else None


def _claims(evidence: Evidence, exact: int | None, actor: Actor) -> Claims:
    claims, territory = evidence.claims, evidence.territory
    band = claims.band
    cautions = [NOT_FOR_ONE_SITE] if territory.differs else [NO_DIFFERENCE, NOT_FOR_ONE_SITE]
    is_told = territory.differs and band is not EvidenceBand.TOO_SMALL
    return Claims(
        years=f"de {claims.first_year} à {claims.last_year}",
        band=EMPLOYER_WORDS[band] if actor.is_employer else band.label,
        tone="neutral" if actor.is_employer else TONES.get(band, "neutral"),
        counts=_counts(claims, exact),
        interval=_interval(claims.low, claims.high, claims.weight) if is_told else "",
        cautions=tuple(cautions),
        conventions=[],
    )


def _counts(claims: ClaimEvidence, exact: int | None) -> str:
    told = claims.accidents if exact is None else exact
    seen = "moins de 5" if told is None else accidents_in_words(told) if exact is None else number(told)
    expected = number_in_french(Decimal(claims.expected) / MILLION, 1)
    many = "attendus" if claims.expected >= 2 * MILLION else "attendu"
    return (
        f"Accidents en premier règlement : {seen}, pour {expected} {many} à cet effectif et dans cette activité, sur "
        f"{plural(claims.years, 'année')}."
    )


def _interval(low: int, high: int, weight: int) -> str:
    bounds = [number_in_french(Decimal(one) / MILLION, 1) for one in (low, high)]
    share = round(100 * weight / MILLION)
    return (
        f"Neuf chances sur dix que le vrai niveau soit entre {bounds[0]} et {bounds[1]} fois celui du groupe ; les "
        f"chiffres du site y comptent pour {share} %, ceux du groupe pour le reste."
    )


@dataclass(frozen=True)
class Summary:
    """What is known of a structure in short; `shows_more`: its table and its pictures may be asked for on the spot."""

    name: str
    url: str
    facts: list[str]
    shows_more: bool
    remark_url: str


def summaries_of(
    actor: Actor, record: Employer | Case, structures: Sequence[Structure], today: date, *, viewer: Actor | None = None
) -> list[Summary]:
    """Return what is known in short of each structure open to view, in three statements.

    Nothing when no family of figures is open to the actor.
    """
    kinds = queries.kinds_read(actor, record)
    employer = record.employer if isinstance(record, Case) else record
    opened = [structure for structure in structures if not structure.is_closed]
    current = queries.list_current(actor, record, opened, kinds, viewer)
    sheets = [Sheet(actor, one, employer, today, kinds, _of(one, current), {}, None) for one in opened if kinds]
    return [_summary(sheet, shows_more=viewer is None) for sheet in sheets]


def _of(structure: Structure, current: Sequence[Current]) -> dict[tuple[str, int], Current]:
    return {(one.indicator, one.year): one for one in current if one.structure_id == structure.id}


def _summary(sheet: Sheet, *, shows_more: bool) -> Summary:
    url = url_for("structures.show", finess_number=sheet.structure.finess)
    told = [line for line in lines(sheet) if line.code in IN_SHORT and line.is_known]
    facts = [f"{line.label} {line.value} en {line.year}" for line in told]
    remark_url = url_for("indicators.remark", finess_number=sheet.structure.finess)
    return Summary(sheet.structure.name, url, facts, shows_more=shows_more and bool(facts), remark_url=remark_url)
