"""People who sign in, and the capacities in which they act."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Versioned, key, line, short, text
from app.models.employers import Employer
from app.models.organisations import Organisation
from app.models.second_factors import SecondFactor
from workflows.labels import LabelledEnum

if TYPE_CHECKING:
    from app.models.delegations import Delegation


class ManagerFunction(LabelledEnum):
    """What a person does at an employer's."""

    DIRECTION = "direction", "Direction"
    PRESIDENCE = "presidence", "Présidence"
    RH = "rh", "Ressources humaines"
    SUPERVISION = "supervision", "Encadrement"


DECIDING = (ManagerFunction.DIRECTION, ManagerFunction.PRESIDENCE)
"""Who say, at an employer’s, who else has access."""


class User(Model):
    """One person; everything the person may do hangs on a capacity."""

    __tablename__ = "users"

    id: Mapped[key]
    email: Mapped[line] = mapped_column(unique=True)
    given_name: Mapped[short]
    family_name: Mapped[short]
    password_hash: Mapped[str | None] = mapped_column(String(255))
    is_enabled: Mapped[bool] = mapped_column(default=True)

    capacities: Mapped[list["Capacity"]] = relationship(back_populates="user", order_by="Capacity.id")
    second_factor: Mapped[SecondFactor | None] = relationship(cascade="all, delete-orphan")

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def has_second_factor(self) -> bool:
        return self.second_factor is not None and self.second_factor.confirmed_at is not None


class PersonState(LabelledEnum):
    """Where a person stands in an organisation."""

    INVITED = "invited", "invitation envoyée"
    ACTIVE = "active", "en poste"
    LEAVING = "leaving", "départ prévu"
    DEPARTED = "departed", "départ : lecture seule"
    GONE = "gone", "accès terminé"
    SUSPENDED = "suspended", "suspendu"


class Capacity(Versioned, Model):
    """One way in which a person acts: agent of an organisation, or manager at one employer's."""

    __tablename__ = "capacities"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (employer_id IS NULL)", name="one_side"),
        CheckConstraint("(employer_id IS NULL) = (manager_function IS NULL)", name="function_of_manager"),
        UniqueConstraint("user_id", "organisation_id"),
    )

    id: Mapped[key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employers.id"), index=True)
    manager_function: Mapped[ManagerFunction | None]
    job_title: Mapped[short] = mapped_column(default="")
    is_coordinator: Mapped[bool] = mapped_column(default=False)
    is_administrator: Mapped[bool] = mapped_column(default=False)
    ends_on: Mapped[date | None]
    """The last day of any access."""
    departs_on: Mapped[date | None]
    """From that day on the person only reads, until `ends_on`."""
    suspended_on: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    """When the organisation last said that the person is still in post."""
    invited_at: Mapped[datetime | None]
    """When the invitation left; nothing once the person has acted in this capacity."""
    own_departements: Mapped[text] = mapped_column(default="")
    """A territory narrower than the organisation's: codes apart by a space; none for the whole of it."""

    user: Mapped[User] = relationship(back_populates="capacities")
    organisation: Mapped[Organisation | None] = relationship()
    employer: Mapped[Employer | None] = relationship()
    received: Mapped[list["Delegation"]] = relationship(
        primaryjoin="and_(Capacity.user_id == Delegation.receiver_id, "
        "Capacity.organisation_id == Delegation.organisation_id)",
        foreign_keys="[Delegation.receiver_id, Delegation.organisation_id]",
        viewonly=True,
        order_by="Delegation.id",
    )
    """What colleagues lend, at any time: `app.permissions.held` says what it is worth today."""

    @property
    def territory(self) -> frozenset[str]:
        """The départements of the organisation, or those among them that are this person's own; nothing lent."""
        whole = self.organisation.territory if self.organisation else frozenset()
        return whole & frozenset(self.own_departements.split()) if self.own_departements else whole

    def is_open(self, today: date) -> bool:
        """Tell whether one signs in by it: neither over nor suspended."""
        return self.suspended_on is None and (self.ends_on is None or self.ends_on >= today)

    def is_read_only(self, today: date) -> bool:
        """Tell whether the person has left its post, and only reads."""
        return self.departs_on is not None and self.departs_on <= today

    def state_on(self, today: date) -> PersonState:
        """Return where the person stands that day."""
        if self.ends_on is not None and self.ends_on < today:
            return PersonState.GONE
        if self.suspended_on is not None:
            return PersonState.SUSPENDED
        if self.departs_on is not None:
            return PersonState.DEPARTED if self.departs_on <= today else PersonState.LEAVING
        return PersonState.INVITED if self.invited_at else PersonState.ACTIVE

    @property
    def decides_access(self) -> bool:
        """Tell whether the person says who else has access to the employer’s pages."""
        return self.manager_function in DECIDING

    @property
    def label(self) -> str:
        if self.organisation:
            return self.organisation.short_name
        assert self.employer and self.manager_function
        return f"{self.manager_function.label}, {self.employer.name}"
