"""Figures of structures and employers, each with its year, its source and who brought it in; none is ever rewritten."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, Versioned, key
from app.models.columns import text as long_text
from app.models.employers import Employer, Structure
from app.models.users import User
from figures.bands import EvidenceBand
from workflows.labels import LabelledEnum

MILLION = 1_000_000
_ALONE = text("structure_id IS NULL")


class Quality(LabelledEnum):
    """How far a value may be trusted: only the first two enter a calculation."""

    GOOD = "good", ""
    DOUBTFUL = "doubtful", "À vérifier : valeur inhabituelle"
    UNVALIDATED = "unvalidated", "Non validée à la source"


class FigureSource(LabelledEnum):
    """Where a value comes from."""

    TDB = "tdb", "Tableau de bord de la performance"
    HOME_CARE = "home_care", "Déclaration du service à domicile"
    ATMP = "atmp", "Branche AT-MP"
    EMPLOYER = "employer", "L’employeur"


class Observation(Model):
    """A value of an indicator for a structure (or a SIRET that no structure has, or a whole employer) and a year.

    `value` counts millionths of the unit of its definition: 88 900 is a rate of 8,89 %, 3 000 000 is three accidents.
    The current value is the last one brought in: what it replaces stays.
    """

    __tablename__ = "observations"
    __table_args__ = (
        Index("ix_observations_structure", "structure_id", "indicator", "year", "id"),
        Index(
            "ix_observations_employer",
            "employer_id",
            "indicator",
            "year",
            "id",
            postgresql_where=_ALONE,
            sqlite_where=_ALONE,
        ),
        Index("ix_observations_import", "import_id"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year_of_this_century"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"))
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"))
    siret: Mapped[str | None] = mapped_column(String(14))
    indicator: Mapped[str] = mapped_column(String(30))
    year: Mapped[int]
    value: Mapped[int] = mapped_column(BigInteger)
    quality: Mapped[Quality]
    source: Mapped[FigureSource]
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    supersedes_id: Mapped[int | None] = mapped_column(BigInteger)


class ClaimReference(Model):
    """What the accidents at work of one activity were in France in one year: the yardstick of expected counts.

    `frequency` counts millionths of an accident per thousand staff.
    """

    __tablename__ = "claim_references"

    year: Mapped[int] = mapped_column(primary_key=True)
    naf: Mapped[str] = mapped_column(String(5), primary_key=True)
    staff: Mapped[int]
    hours: Mapped[int] = mapped_column(BigInteger)
    accidents: Mapped[int]
    days_off: Mapped[int]
    frequency: Mapped[int] = mapped_column(BigInteger)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"))


class PeerBand(Model):
    """How the structures of one group stand on one indicator in one year; figures without a name, made after imports.

    `category`, `sector` and `size` are empty where the group was widened past them. Quartiles in millionths.
    """

    __tablename__ = "peer_bands"
    __table_args__ = (
        Index("uq_peer_bands_group", "region", "category", "sector", "size", "indicator", "year", unique=True),
    )

    id: Mapped[key]
    region: Mapped[str] = mapped_column(String(2))
    category: Mapped[str] = mapped_column(String(4))
    sector: Mapped[str] = mapped_column(String(12))
    size: Mapped[str] = mapped_column(String(10))
    indicator: Mapped[str] = mapped_column(String(30))
    year: Mapped[int]
    count: Mapped[int]
    deciles: Mapped[str] = mapped_column(String(200))
    first_quartile: Mapped[int] = mapped_column(BigInteger)
    median: Mapped[int] = mapped_column(BigInteger)
    third_quartile: Mapped[int] = mapped_column(BigInteger)


class ClaimEvidence(Model):
    """What the accidents of a structure say over its last years, with no more than who reads the band alone may know.

    Without a structure: those of a whole employer, or of one SIRET of it that is no single structure's.

    `accidents` is empty when they are few enough to point at somebody; the interval is then that of any few. `expected`
    counts millionths of an accident; `low` and `high` bound the true rate, in millionths of that of its group, with a
    probability of nine in ten; `weight` (millionths) says how far the structure's own count is believed. `zone` goes
    from -2 to 2: where it stands in the funnel, 0 within its 95 % limits. `exceedance` (millionths) is
    the probability that the true rate is above 1.2 times that of its group, the middle of any few standing for few
    accidents; empty where there is too little to tell, or where chance explains the whole group.
    """

    __tablename__ = "claim_evidence"

    id: Mapped[key]
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"), unique=True)
    siret: Mapped[str | None] = mapped_column(String(14))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    first_year: Mapped[int]
    last_year: Mapped[int]
    years: Mapped[int]
    accidents: Mapped[int | None]
    expected: Mapped[int] = mapped_column(BigInteger)
    band: Mapped[EvidenceBand]
    low: Mapped[int] = mapped_column(BigInteger)
    high: Mapped[int] = mapped_column(BigInteger)
    weight: Mapped[int] = mapped_column(BigInteger)
    zone: Mapped[int]
    exceedance: Mapped[int | None]


class ClaimTerritory(Model):
    """The accidents of the structures of a region, without names: what the funnel plot is drawn from.

    `sites` holds, for each structure, the accidents expected, those seen (2.5 for one to four) and the zone.
    `differs` is false when chance explains all that tells the structures apart; `inflation` (millionths) widens the
    limits where they differ more than chance would have them.
    """

    __tablename__ = "claim_territories"

    region: Mapped[str] = mapped_column(String(2), primary_key=True)
    first_year: Mapped[int]
    last_year: Mapped[int]
    differs: Mapped[bool]
    inflation: Mapped[int] = mapped_column(BigInteger)
    sites: Mapped[list[list[float]]] = mapped_column(JSON)


class FigureRemark(Versioned, Submitted, Model):
    """What the employer says of one of its figures: shown beside it everywhere; the owner answers by a date."""

    __tablename__ = "figure_remarks"
    __table_args__ = (Index("ix_figure_remarks_employer", "employer_id", "indicator", "year"),)

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"))
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"))
    indicator: Mapped[str] = mapped_column(String(30))
    year: Mapped[int]
    wording: Mapped[long_text]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
    answer: Mapped[long_text] = mapped_column(default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    """Whose figure it was when the remark was written: it answers by `due_on`. None: no organisation brought it in."""

    employer: Mapped[Employer] = relationship()
    structure: Mapped[Structure | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
