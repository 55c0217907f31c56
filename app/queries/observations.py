"""Figures of structures: the current ones that an actor may read, their peers, what accidents say, what is remarked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select

from app.extensions import db
from app.models import (
    IMPORT_DAYS,
    MILLION,
    Case,
    CasePartner,
    ClaimEvidence,
    ClaimReference,
    ClaimTerritory,
    Employer,
    FigureRemark,
    FigureSource,
    Observation,
    Organisation,
    PeerBand,
    Quality,
    Structure,
)
from app.permissions import (
    Act,
    Actor,
    Kind,
    Relation,
    figure_convention,
    may,
    reads_figure,
    sees_employer,
    waits_for_diagnosis,
)
from app.readers.nomenclatures import legal_nature_of_status
from app.readers.territories import departements
from figures.peers import PeerGroup
from figures.sizes import UNKNOWN, size_band
from workflows.support_case import State

FIGURES = (Kind.INDICATOR, Kind.AT_COUNT, Kind.AT_BAND)
DIAGNOSED = (State.CONTRACT, State.CPOM_OBJECTIVE, State.ACCOMPANIMENT, State.EVALUATION, State.CLOSED)
"""The diagnosis is behind: the Aract reads the indicators of whom it helps."""


@dataclass(frozen=True)
class Current:
    """The value in force of an indicator for a structure (None: the whole employer) and a year, in millionths."""

    structure_id: int | None
    indicator: str
    year: int
    value: int
    quality: Quality
    source: FigureSource
    organisation_id: int | None
    organisation: str
    received_at: datetime | None
    convention_id: int | None


@dataclass(frozen=True)
class PeerFigure:
    """The peers of a structure for an indicator and a year: which group, how many, their quartiles and deciles."""

    group: PeerGroup
    count: int
    first_quartile: int
    median: int
    third_quartile: int
    deciles: tuple[int, ...]


@dataclass(frozen=True)
class Evidence:
    """What the accidents of a structure say, its region's funnel, and the convention that opens it."""

    claims: ClaimEvidence
    territory: ClaimTerritory
    convention_id: int | None


# --- Rights -------------------------------------------------------------------------------------------------


def kinds_read(actor: Actor, record: Employer | Case) -> frozenset[Kind]:
    """Return the families of figures of an employer or of a case in sight that are open to the actor."""
    given = frozenset({Relation.DIAGNOSED}) if _is_diagnosed(actor, record) else frozenset()
    return frozenset(kind for kind in FIGURES if may(actor, Act.READ, kind, record, given=given))


def _is_diagnosed(actor: Actor, record: Employer | Case) -> bool:
    """Asked for those whose reading waits for the diagnosis, and for no other."""
    if not waits_for_diagnosis(actor, Kind.INDICATOR) or Relation.CASE not in record.relations:
        return False
    if isinstance(record, Case):
        return record.state in DIAGNOSED
    invited = exists().where(CasePartner.case_id == Case.id, CasePartner.organisation_id == actor.organisation_id)
    found = select(Case.id).where(Case.employer_id == record.id, Case.state.in_(DIAGNOSED), invited).limit(1)
    return db.session.scalar(found) is not None


def is_at(indicator: Any = Observation.indicator) -> ColumnElement[bool]:
    """Condition on the code of an indicator: a number of accidents at work, or what goes with it."""
    found: ColumnElement[bool] = func.substr(indicator, 1, 3) == "at_"
    return found


def _readable(actor: Actor, kinds: Iterable[Kind], relations: frozenset[str]) -> ColumnElement[bool]:
    family = {Kind.INDICATOR: ~is_at(), Kind.AT_COUNT: is_at()}
    opened = [and_(family[kind], reads_figure(actor, kind, relations)) for kind in kinds if kind in family]
    return or_(false(), *opened)


# --- Values -------------------------------------------------------------------------------------------------


def list_current(
    actor: Actor,
    record: Employer | Case,
    structures: Sequence[Structure],
    kinds: frozenset[Kind],
    viewer: Actor | None = None,
) -> list[Current]:
    """Return the current values of these structures that the actor may read, by year; `kinds`: see `kinds_read`.

    With a `viewer`, who looks with the actor’s eyes, only what that viewer reads too.
    """
    if not kinds or not structures:
        return []
    conditions = [
        Observation.structure_id.in_([structure.id for structure in structures]),
        _readable(actor, kinds, record.relations),
    ]
    if viewer:
        conditions.append(_readable(viewer, kinds, record.relations))
    return [Current(*row) for row in db.session.execute(_current(actor, conditions))]


def _current(actor: Actor, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """The last one brought in of each series and year; what it replaced stays in the table."""
    same = (Observation.structure_id, Observation.indicator, Observation.year)
    last = (
        select(func.max(Observation.id))
        .outerjoin(Structure, Observation.structure_id == Structure.id)
        .where(*conditions)
        .group_by(*same)
    )
    opened = case((is_at(), figure_convention(actor, Kind.AT_COUNT)), else_=figure_convention(actor, Kind.INDICATOR))
    return (
        select(
            *same,
            Observation.value,
            Observation.quality,
            Observation.source,
            Observation.organisation_id,
            func.coalesce(Organisation.short_name, ""),
            IMPORT_DAYS.c.received_at,
            opened,
        )
        .outerjoin(Structure, Observation.structure_id == Structure.id)
        .outerjoin(Organisation, Observation.organisation_id == Organisation.id)
        .outerjoin(IMPORT_DAYS, IMPORT_DAYS.c.import_id == Observation.import_id)
        .where(Observation.id.in_(last))
        .order_by(Observation.year, Observation.id)
    )


# --- Peers --------------------------------------------------------------------------------------------------


def region_of(structure: Structure) -> str:
    """Return the code of the region of a structure, empty when its département is unknown."""
    place = departements().get(structure.departement)
    return place.region if place else ""


def status_of(employer: Employer) -> str:
    """Return the status in which structures are compared: public, non-profit or commercial; empty when unknown."""
    nature = legal_nature_of_status(employer.legal_status)
    return nature.value if nature else UNKNOWN


def list_peers(structure: Structure, employer: Employer) -> dict[tuple[str, int], PeerFigure]:
    """Return, by indicator and year, the nearest group of peers of a structure that holds enough of them."""
    status, size = status_of(employer), size_band(structure.capacity, structure.hours_served)
    rows = db.session.scalars(
        select(PeerBand)
        .where(
            PeerBand.region == region_of(structure),
            PeerBand.category == structure.category,
            PeerBand.sector.in_([status, ""]),
            PeerBand.size.in_([size, ""]),
        )
        .order_by(PeerBand.sector, PeerBand.size)  # the widest first: a nearer group takes its place
    )
    return {(band.indicator, band.year): _peer_figure(band) for band in rows}


def _peer_figure(band: PeerBand) -> PeerFigure:
    group = PeerGroup.SAME_SIZE if band.size else PeerGroup.SAME_STATUS if band.sector else PeerGroup.SAME_CATEGORY
    deciles = tuple(int(part) for part in band.deciles.split())
    return PeerFigure(group, band.count, band.first_quartile, band.median, band.third_quartile, deciles)


# --- Accidents ----------------------------------------------------------------------------------------------


def get_evidence(
    actor: Actor, structure: Structure, employer: Employer, kinds: frozenset[Kind], viewer: Actor | None = None
) -> Evidence | None:
    """Return what the accidents of a structure say, when the actor (and the viewer) may read it and it is known."""
    if Kind.AT_BAND not in kinds:
        return None
    statement = (
        select(ClaimEvidence, ClaimTerritory, figure_convention(actor, Kind.AT_BAND))
        .join(Structure, ClaimEvidence.structure_id == Structure.id)
        .join(ClaimTerritory, ClaimTerritory.region == region_of(structure))
        .where(ClaimEvidence.structure_id == structure.id, reads_figure(actor, Kind.AT_BAND, employer.relations))
    )
    if viewer:
        statement = statement.where(reads_figure(viewer, Kind.AT_BAND, employer.relations))
    row = db.session.execute(statement).first()
    return Evidence(*row) if row else None


def main_region(structures: Mapping[str, int], seat: str) -> str:
    """Return the region of an employer: where most of its structures are (numbers by region), else that of its seat."""
    return max(structures, key=lambda code: (structures[code], code == seat, code), default=seat)


def list_whole_evidence(
    actor: Actor, employer: Employer, kinds: frozenset[Kind], viewer: Actor | None = None
) -> list[Evidence]:
    """Return what accidents say of an employer known as a whole, or by a SIRET that is no single structure's."""
    if Kind.AT_BAND not in kinds:
        return []
    places, seat = departements(), departements().get(employer.departement or "")
    of_structures = Counter(places[one.departement].region for one in employer.structures if one.departement in places)
    region = main_region(of_structures, seat.region if seat else "")
    statement = (
        select(ClaimEvidence, ClaimTerritory, figure_convention(actor, Kind.AT_BAND))
        .outerjoin(Structure, ClaimEvidence.structure_id == Structure.id)
        .join(ClaimTerritory, ClaimTerritory.region == region)
        .where(ClaimEvidence.employer_id == employer.id, ClaimEvidence.structure_id.is_(None))
        .where(reads_figure(actor, Kind.AT_BAND, employer.relations))
        .order_by(ClaimEvidence.siret, ClaimEvidence.id)
    )
    if viewer:
        statement = statement.where(reads_figure(viewer, Kind.AT_BAND, employer.relations))
    return [Evidence(*row) for row in db.session.execute(statement)]


def count_whole_accidents(
    actor: Actor, employer: Employer, kinds: frozenset[Kind], viewer: Actor | None = None
) -> dict[tuple[str | None, int], int]:
    """Return the accidents of a whole employer, or of a SIRET, by SIRET and year, for whoever reads the counts."""
    conditions = [
        Observation.employer_id == employer.id,
        Observation.structure_id.is_(None),
        Observation.indicator == "at_first_payment",
        *(_readable(one, kinds, employer.relations) for one in (actor, viewer) if one),
    ]
    rows = (
        select(Observation.siret, Observation.year, Observation.value)
        .outerjoin(Structure, Observation.structure_id == Structure.id)
        .where(*conditions)
        .order_by(Observation.id)
    )
    return {(siret, year): value // MILLION for siret, year, value in db.session.execute(rows)}


def list_reference_years() -> set[int]:
    """Return the years for which the national reference of accidents is known."""
    return set(db.session.scalars(select(ClaimReference.year).distinct()))


# --- Remarks ------------------------------------------------------------------------------------------------


def list_remarks(employer: Employer, structures: Sequence[Structure], kinds: frozenset[Kind]) -> list[FigureRemark]:
    """Return what the employer says of its figures, for whoever reads those figures, oldest first."""
    if not kinds & {Kind.INDICATOR, Kind.AT_COUNT}:
        return []
    statement = select(FigureRemark).where(
        FigureRemark.employer_id == employer.id, FigureRemark.structure_id.in_([one.id for one in structures])
    )
    is_accident = is_at(FigureRemark.indicator)
    if Kind.AT_COUNT not in kinds:
        statement = statement.where(~is_accident)
    if Kind.INDICATOR not in kinds:
        statement = statement.where(is_accident)
    return list(db.session.scalars(statement.order_by(FigureRemark.id)))


def get_remark(actor: Actor, remark_id: int) -> FigureRemark | None:
    """Return a remark of an employer in sight; the caller judges what may be done of it."""
    statement = select(FigureRemark).join(Employer, FigureRemark.employer_id == Employer.id)
    return db.session.scalars(statement.where(FigureRemark.id == remark_id, sees_employer(actor))).first()
