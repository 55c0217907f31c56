"""What binds an employer and its partners, made ready for its page: contracts (CPOM), objectives, aids."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from flask import url_for

from app.filters import day
from app.models import MILLION, Aid, AidStage, Case, Cpom, CpomObjective, Employer, ObjectiveState, SignatoryBody
from app.permissions import Act, Actor, Kind, kinds_brought_in, may
from app.queries import lines as queries
from app.queries.lines import OWN
from app.views.audiences import opened_by
from figures.rates import Rate
from figures.words import NBSP, euros_in_french, number_in_french
from workflows.import_run import ImportKind

STATE_TONES = {ObjectiveState.ACHIEVED: "good", ObjectiveState.PARTIAL: "info", ObjectiveState.UNDER_WAY: "info"}
STAGE_TONES = {AidStage.PAID: "good", AidStage.PARTLY_PAID: "info", AidStage.GRANTED: "info"}
BROUGHT = {
    ImportKind.CPOM: Kind.CPOM,
    ImportKind.OBJECTIVES: Kind.CPOM,
    ImportKind.AIDS: Kind.FINANCING,
}
Source = tuple[str, str, str]
"""Who told it and when; the name of the file and its address, for the organisation whose it is."""


@dataclass(frozen=True)
class Contract:
    """One contract: what two organisations tell with the same dates is told once."""

    dates: str
    standing: tuple[str, str]
    facts: list[tuple[str, str]]
    structures: list[str]
    sources: list[Source]
    is_past: bool


@dataclass(frozen=True)
class Objective:
    """One objective, its values in words."""

    axis: str
    wording: str
    indicator: str
    baseline: str
    milestones: list[str]
    target: str
    state: tuple[str, str] | None
    source: Source


@dataclass(frozen=True)
class AidLine:
    """One aid, its amounts in words."""

    what: str
    where: str
    payer: str
    year: str
    requested: str
    granted: str
    paid: str
    stage: tuple[str, str]
    source: Source


@dataclass(frozen=True)
class Commitments:
    """What the page of an employer, or of one of its cases, shows. `offers`: the address to bring each kind in."""

    contracts: list[Contract]
    objectives: list[Objective]
    aids: list[AidLine]
    contracts_by: list[tuple[str, str]]
    aids_by: list[tuple[str, str]]
    offers: dict[str, str]

    @property
    def current(self) -> list[Contract]:
        return [one for one in self.contracts if not one.is_past]

    @property
    def past(self) -> list[Contract]:
        return [one for one in self.contracts if one.is_past]


def commitments_of(actor: Actor, record: Employer | Case, today: date, *, viewer: Actor | None = None) -> Commitments:
    """Return what the actor reads of an employer or a case loaded for it, and the viewer with it; few statements."""
    reader = viewer or actor
    contracts = queries.list_contracts(actor, record, viewer)
    objectives = queries.list_objectives(actor, record, viewer)
    aids = queries.list_aids(actor, record, viewer)
    return Commitments(
        [_contract([*same], today) for _, same in groupby(contracts, key=lambda one: (one.starts_on, one.over_on))],
        [_objective(one) for one in objectives],
        [_aid(one) for one in aids],
        _named(reader, (*contracts, *objectives)),
        _named(reader, aids),
        {} if viewer else _offers(actor, record),
    )


def _named(reader: Actor, lines: Iterable[Cpom | CpomObjective | Aid]) -> list[tuple[str, str]]:
    opening = sorted({one.convention_id for one in lines if one.convention_id})
    return [found for number in opening if (found := opened_by(reader, number))]


def _offers(actor: Actor, record: Employer | Case) -> dict[str, str]:
    brought = kinds_brought_in(actor)
    return {
        kind.value: url_for("imports.new", nature=kind.value)
        for kind, family in BROUGHT.items()
        if kind in brought and may(actor, Act.WRITE, family, record, given=OWN)
    }


def _source(line: Cpom | CpomObjective | Aid) -> Source:
    words = f"Repris par {line.organisation.short_name} le {day(line.noted_on)}"
    url = url_for("imports.show", import_id=line.import_id) if line.file_name else ""
    return words, line.file_name or "", url


def _contract(told: Sequence[Cpom], today: date) -> Contract:
    """`told` holds the same contract as each organisation tells it."""
    first = told[0]
    bodies = {one.body for cpom in told for one in cpom.signatories}
    names = {link.structure.name for cpom in told for link in cpom.structure_links}
    facts = [
        ("Signé le", _first_day(one.signed_on for one in told)),
        ("En vigueur le", _first_day(one.in_force_on for one in told)),
        ("Échéance", _first_day(one.ends_on for one in told) or "non renseignée"),
        ("Prorogé jusqu’au", _first_day(one.extended_until for one in told)),
        ("Signataires", " et ".join(body.label for body in SignatoryBody if body in bodies) or "non renseignés"),
    ]
    return Contract(
        dates=_span(first.starts_on, first.over_on),
        standing=_standing(first, today),
        facts=[fact for fact in facts if fact[1]],
        structures=sorted(names),
        sources=[_source(one) for one in told],
        is_past=first.is_over(today),
    )


def _first_day(days: Iterable[date | None]) -> str:
    return day(next((one for one in days if one), None))


def _span(start: date | None, end: date | None) -> str:
    years = [str(one.year) for one in (start, end) if one]
    if len(years) == 2:
        return f"CPOM {years[0]}-{years[1]}"
    return f"CPOM depuis {years[0]}" if start else f"CPOM jusqu’en {years[0]}"


def _standing(cpom: Cpom, today: date) -> tuple[str, str]:
    if cpom.is_over(today):
        return "terminé", "neutral"
    if cpom.is_to_come(today):
        return "à venir", "info"
    return ("en vigueur", "good") if cpom.over_on else ("échéance à préciser", "warn")


def _objective(one: CpomObjective) -> Objective:
    return Objective(
        axis=one.axis,
        wording=one.wording,
        indicator=one.indicator,
        baseline=_value(one, one.baseline, one.baseline_year),
        milestones=[_value(one, milestone.value, milestone.year) for milestone in one.milestones],
        target=_value(one, one.target, one.target_year),
        state=(one.state.label, STATE_TONES.get(one.state, "neutral")) if one.state else None,
        source=_source(one),
    )


def _value(objective: CpomObjective, millionths: int | None, year: int | None) -> str:
    """Return « 11,4 % en 2023 »; a year alone when no value is given, nothing when neither is."""
    when = f"en{NBSP}{year}" if year else ""
    if millionths is None:
        return when
    value = Decimal(millionths) / MILLION
    decimals = min(max(-int(value.normalize().as_tuple().exponent), 0), 2)
    told = Rate.from_millionths(millionths).in_french() if objective.is_rate else number_in_french(value, decimals)
    return f"{told} {when}".strip()


def _aid(one: Aid) -> AidLine:
    return AidLine(
        what=one.source + (f" ({one.reference})" if one.reference else ""),
        where=one.structure.name if one.structure else "",
        payer=one.organisation.short_name,
        year=str(one.year or ""),
        requested=_euros(one.requested_cents),
        granted=_euros(one.granted_cents),
        paid=_euros(one.paid_cents),
        stage=(one.stage.label, STAGE_TONES.get(one.stage, "neutral")),
        source=_source(one),
    )


def _euros(cents: int | None) -> str:
    return "" if cents is None else euros_in_french(cents)
