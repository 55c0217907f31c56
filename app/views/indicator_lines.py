"""The figures of a structure made ready: a line by indicator, its years, its peers, or why there is nothing."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.filters import day
from app.models import MILLION, Employer, FigureRemark, Quality, Structure
from app.permissions import Actor, Kind, reads_absence_motives, reads_place_among_peers
from app.queries import observations as queries
from app.queries.observations import Current, Evidence, PeerFigure
from app.readers.indicators import AGES, MOTIVES, Family, Indicator, Showing, indicators, indicators_of
from app.views.listing import short_category
from figures.absence import NoFigure, is_old, last_published, why_absent
from figures.peers import PeerGroup, group_in_words
from figures.rates import Rate
from figures.words import NBSP, number_in_french

OF_FEW_PEOPLE = frozenset({*MOTIVES, *AGES})
"""What may point at somebody in a small service."""
YEARS = 4
"""How many years a picture goes back."""
KIND_OF = {Family.INDICATOR: Kind.INDICATOR, Family.AT: Kind.AT_COUNT}
Shown = Rate | Decimal | NoFigure


@dataclass(frozen=True)
class Sheet:
    """All that an actor reads of the figures of one structure, on a day."""

    actor: Actor
    structure: Structure
    employer: Employer
    today: date
    kinds: frozenset[Kind]
    current: dict[tuple[str, int], Current]
    peers: dict[tuple[str, int], PeerFigure]
    evidence: Evidence | None
    remarks: Sequence[FigureRemark] = ()
    viewer: Actor | None = None
    """Who looks with the actor's eyes: what that viewer does not read is left out."""

    @property
    def is_open(self) -> bool:
        """Whether any family of figures is open to the actor."""
        return bool(self.kinds)

    def reads(self, indicator: Indicator) -> bool:
        return KIND_OF[indicator.family] in self.kinds

    def concerns(self, indicator: Indicator) -> bool:
        """The branch AT-MP counts nothing for public agents."""
        is_covered = indicator.family is not Family.AT or not self.employer.is_public
        return is_covered and indicator.concerns(self.structure.category)

    def value(self, indicator: Indicator, year: int) -> Shown:
        """Return the figure of a year, or why there is none."""
        found = self.current.get((indicator.code, year))
        if found and not self._is_masked(found):
            return measured(indicator, found.value)
        if found:
            return NoFigure.NOT_ALLOWED
        return why_absent(
            year,
            self.today,
            concerns=self.concerns(indicator),
            may_read=self.reads(indicator),
            published_in=indicator.published_in,
        )

    def _is_masked(self, found: Current) -> bool:
        if found.indicator not in OF_FEW_PEOPLE:
            return False
        readers = [one for one in (self.actor, self.viewer) if one]
        return not all(reads_absence_motives(one, self.structure, found.organisation_id) for one in readers)

    @property
    def masks_motives(self) -> bool:
        """Whether motives of absence and ages are kept from the actor, the service being small."""
        return any(self._is_masked(found) for found in self.current.values())

    def last_year(self, indicator: Indicator) -> int:
        """Return the last year with a figure, else the last one for which there should be one."""
        known = [year for code, year in self.current if code == indicator.code]
        return max(known, default=last_published(self.today, indicator.published_in))

    def years(self, listed: Sequence[Indicator]) -> range:
        """Return the years of a picture: up to the last known or due one."""
        due = max((last_published(self.today, one.published_in) for one in listed), default=self.today.year - 2)
        last = max([due, *(self.last_year(one) for one in listed)])
        return range(last - YEARS + 1, last + 1)

    def has(self, code: str) -> bool:
        return any(known == code for known, _ in self.current)


@dataclass(frozen=True)
class Line:
    """One indicator in the table, its words ready."""

    code: str
    label: str
    value: str
    is_known: bool
    year: int
    is_old: bool
    median: str
    middle: str
    group: str
    place: str
    source: str
    flags: tuple[str, ...]
    provenance: str
    convention_id: int | None
    remarks: tuple[FigureRemark, ...]


def load(actor: Actor, structure: Structure, employer: Employer, today: date, *, viewer: Actor | None = None) -> Sheet:
    """Return the figures of a structure whose employer was loaded for the actor; a bounded number of statements."""
    kinds = queries.kinds_read(actor, employer)
    current = queries.list_current(actor, employer, [structure], kinds, viewer)
    return Sheet(
        actor,
        structure,
        employer,
        today,
        kinds,
        {(one.indicator, one.year): one for one in current},
        queries.list_peers(structure, employer) if Kind.INDICATOR in kinds else {},
        queries.get_evidence(actor, structure, employer, kinds, viewer),
        queries.list_remarks(employer, [structure], kinds),
        viewer,
    )


def measured(indicator: Indicator, millionths: int) -> Rate | Decimal:
    """Return a stored value as what it measures."""
    return Rate.from_millionths(millionths) if indicator.is_rate else Decimal(millionths) / MILLION


def in_words(indicator: Indicator, value: Shown, *, has_unit: bool = True) -> str:
    """Return « 11,4 % », « 12 contrats » (or « 12 » alone, where the unit is told once), or why there is nothing."""
    if isinstance(value, Rate):
        return value.in_french()
    if isinstance(value, NoFigure):
        return value.label
    decimals = 0 if value >= 10 or value == value.to_integral_value() else 1
    word = indicator.unit.word if value < 2 else f"{indicator.unit.word}s"
    return number_in_french(value, decimals) + (f"{NBSP}{word}" if has_unit else "")


def lines(sheet: Sheet) -> list[Line]:
    """Return the lines of the table: what a structure of this category should have, and what else is known of it."""
    return [_line(sheet, one) for one in shown_indicators(sheet)]


def shown_indicators(sheet: Sheet) -> list[Indicator]:
    """Return the indicators of the table, those whose family is closed to the actor left out."""
    return [
        one
        for one in indicators_of(sheet.structure.category)
        if sheet.reads(one)
        and (one.showing is Showing.ALWAYS or (one.showing is Showing.KNOWN and sheet.has(one.code)))
        and one.code not in AGES
    ]


def _line(sheet: Sheet, indicator: Indicator) -> Line:
    year = sheet.last_year(indicator)
    value, found = sheet.value(indicator, year), sheet.current.get((indicator.code, year))
    peers = sheet.peers.get((indicator.code, year))
    flags = [found.quality.label] if found and found.quality is not Quality.GOOD else []
    if indicator.reliability.value == "to_confirm":
        flags.append("Indicateur à fiabiliser")
    return Line(
        code=indicator.code,
        label=indicator.short_label,
        value=in_words(indicator, value),
        is_known=not isinstance(value, NoFigure),
        year=year,
        is_old=found is not None and is_old(year, sheet.today),
        median=in_words(indicator, measured(indicator, peers.median)) if peers else "",
        middle=middle_half(indicator, peers) if peers else "",
        group=_group(sheet, indicator, peers),
        place=_place(sheet, found, peers),
        source=indicator.source_label,
        flags=tuple(flags),
        provenance=provenance_of(found) if found else "",
        convention_id=found.convention_id if found else None,
        remarks=tuple(one for one in sheet.remarks if one.indicator == indicator.code),
    )


def middle_half(indicator: Indicator, peers: PeerFigure, *, has_unit: bool = True) -> str:
    """Return « de 9,8 % à 11,9 % »: the quartiles, between which half of the peers stand."""
    first = in_words(indicator, measured(indicator, peers.first_quartile), has_unit=False)
    third = in_words(indicator, measured(indicator, peers.third_quartile), has_unit=has_unit)
    return f"de {first} à {third}"


def _group(sheet: Sheet, indicator: Indicator, peers: PeerFigure | None) -> str:
    if indicator.family is Family.AT:
        return ""
    group, count = (peers.group, peers.count) if peers else (PeerGroup.NONE, 0)
    return group_in_words(group, count, short_category(sheet.structure.category))


def _place(sheet: Sheet, found: Current | None, peers: PeerFigure | None) -> str:
    """Return between which deciles of its peers a structure stands; never said to the employer, whom nobody ranks."""
    if not found or not peers or not peers.deciles or not reads_place_among_peers(sheet.actor):
        return ""
    tenth = bisect_right(peers.deciles, found.value)
    if tenth == 0:
        return "dans le dixième le plus bas"
    if tenth == len(peers.deciles):
        return "dans le dixième le plus haut"
    return f"entre le {tenth}{'er' if tenth == 1 else 'e'} et le {tenth + 1}e décile"


def provenance_of(found: Current) -> str:
    """Return who brought a figure in, and when."""
    who = found.organisation or "l’exploitation de Jalon"
    return f"{found.source.label}, repris par {who}" + (f" le {day(found.received_at)}" if found.received_at else "")


def oldest_notice(sheet: Sheet) -> int | None:
    """Return the year of the most recent figure when all that is known is old; None otherwise."""
    known = [year for code, year in sheet.current if indicators()[code].family is Family.INDICATOR]
    return max(known) if known and is_old(max(known), sheet.today) else None
