"""Targeting lists: a campaign and its method, the frozen snapshot of its figures, a line by employer."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, Versioned, departement_code, digest, key, line, short
from app.models.columns import text as long_text
from app.models.employers import Employer, Structure
from app.models.organisations import Organisation
from app.models.users import User
from figures.targeting import TargetClass
from workflows.targeting_list import ListState, MembershipRule, QuorumRule
from workflows.targeting_proposals import Decision
from workflows.targeting_scope import ListRun, TargetField, method_content
from workflows.targeting_texts import canonical, digest_of


class TargetingCampaign(Versioned, Submitted, Model):
    """A list being made: where, on what, by which method, until when; and how its computation goes.

    `weights` are by criterion; `first` and `following` the percents of the classes, `coverage` the least percent of the
    weights that must be known. `owners` are the organisations whose figures were used (0: brought in by a command):
    whoever reads the figures of the list reads those of all of them; `claim_owners`, those whose accidents
    count in it. `summary` holds counts alone. `predecessor` is
    the signed list that this one replaces once it is signed itself; a list has one at most to follow it.
    """

    __tablename__ = "targeting_campaigns"
    __table_args__ = (
        CheckConstraint("valid_until >= valid_from", name="ends_after_it_starts"),
        CheckConstraint("last_year >= first_year", name="years_in_order"),
        Index("ix_targeting_campaigns_organisation", "organisation_id", "id"),
    )

    id: Mapped[key]
    title: Mapped[line]
    field: Mapped[TargetField]
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("targeting_campaigns.id"), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    first_year: Mapped[int]
    last_year: Mapped[int]
    weights: Mapped[dict[str, int]] = mapped_column(JSON)
    first: Mapped[int] = mapped_column(default=10)
    following: Mapped[int] = mapped_column(default=20)
    coverage: Mapped[int] = mapped_column(default=60)
    method_version: Mapped[short]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    consulted_until: Mapped[date | None]
    speak_from: Mapped[date | None]
    meeting: Mapped[long_text] = mapped_column(default="")
    quorum: Mapped[QuorumRule]
    membership: Mapped[MembershipRule]
    state: Mapped[ListState] = mapped_column(default=ListState.DRAFT)
    entered_on: Mapped[date]
    motive: Mapped[long_text] = mapped_column(default="")
    run: Mapped[ListRun] = mapped_column(default=ListRun.NONE, index=True)
    run_stage: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    failure: Mapped[long_text] = mapped_column(default="")
    computed_at: Mapped[datetime | None]
    computed_method: Mapped[digest | None]
    code_version: Mapped[short] = mapped_column(default="")
    owners: Mapped[list[int]] = mapped_column(JSON, default=list)
    claim_owners: Mapped[list[int]] = mapped_column(JSON, default=list)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    organisation: Mapped[Organisation] = relationship()
    author: Mapped[User] = relationship()
    predecessor: Mapped["TargetingCampaign | None"] = relationship(remote_side="TargetingCampaign.id")
    departements: Mapped[list["TargetingDepartement"]] = relationship(
        cascade="all, delete-orphan", order_by="TargetingDepartement.departement"
    )

    @property
    def codes(self) -> list[str]:
        return [row.departement for row in self.departements]

    @property
    def is_computing(self) -> bool:
        return self.run in (ListRun.WAITING, ListRun.RUNNING)

    @property
    def method_digest(self) -> str:
        return digest_of(canonical(method_content(self)))


class TargetingDepartement(Model):
    """A département of the territory of a campaign."""

    __tablename__ = "targeting_departements"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("targeting_campaigns.id"), primary_key=True)
    departement: Mapped[departement_code] = mapped_column(primary_key=True)


class TargetingLine(Model):
    """An employer of a list, without any figure: its computed class and the decided one stand side by side for ever.

    `computed` is the class of its worst structure, empty for an employer that people added. `motives` are the criteria
    that set it apart, by code.
    """

    __tablename__ = "targeting_lines"
    __table_args__ = (
        UniqueConstraint("campaign_id", "employer_id"),
        Index("ix_targeting_lines_computed", "campaign_id", "computed"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("targeting_campaigns.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    structures: Mapped[int] = mapped_column(default=0)
    first_count: Mapped[int] = mapped_column(default=0)
    next_count: Mapped[int] = mapped_column(default=0)
    computed: Mapped[TargetClass | None]
    is_steady: Mapped[bool] = mapped_column(default=True)
    motives: Mapped[str] = mapped_column(String(120), default="")
    decided: Mapped[Decision | None]

    employer: Mapped[Employer] = relationship()

    @property
    def standing(self) -> str | None:
        """The class that holds: the decided one, else the computed one."""
        return self.decided or self.computed

    @property
    def is_retained(self) -> bool:
        return self.standing == TargetClass.FIRST

    @property
    def is_owed_to_the_field(self) -> bool:
        return self.is_retained and self.computed is not TargetClass.FIRST


class TargetingScore(Model):
    """A structure in the snapshot of a list: what was read of it and what came of it, with its figures.

    `total` and `coverage` count millionths. `figures` is JSON: for each criterion its yearly values, mean, place among
    its peers and contribution, and what changes its class; in a text, since it is kept as it was written.
    """

    __tablename__ = "targeting_scores"
    __table_args__ = (
        UniqueConstraint("campaign_id", "structure_id"),
        Index("ix_targeting_scores_employer", "campaign_id", "employer_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("targeting_campaigns.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"))
    structure_id: Mapped[int] = mapped_column(ForeignKey("structures.id"), index=True)
    departement: Mapped[departement_code]
    computed: Mapped[TargetClass]
    total: Mapped[int | None] = mapped_column(BigInteger)
    coverage: Mapped[int]
    is_steady: Mapped[bool]
    figures: Mapped[long_text]

    structure: Mapped[Structure] = relationship()
