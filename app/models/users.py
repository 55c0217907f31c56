"""People who sign in, and the capacities in which they act."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import key, line, short
from app.models.employers import Employer
from app.models.organisations import Organisation
from app.models.second_factors import SecondFactor
from workflows.labels import LabelledEnum


class ManagerFunction(LabelledEnum):
    """What a person does at an employer's."""

    DIRECTION = "direction", "Direction"
    PRESIDENCE = "presidence", "Présidence"
    RH = "rh", "Ressources humaines"


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


class Capacity(Model):
    """One way in which a person acts: agent of an organisation, or manager at one employer's."""

    __tablename__ = "capacities"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (employer_id IS NULL)", name="one_side"),
        CheckConstraint("(employer_id IS NULL) = (manager_function IS NULL)", name="function_of_manager"),
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

    user: Mapped[User] = relationship(back_populates="capacities")
    organisation: Mapped[Organisation | None] = relationship()
    employer: Mapped[Employer | None] = relationship()

    @property
    def label(self) -> str:
        if self.organisation:
            return self.organisation.short_name
        assert self.employer and self.manager_function
        return f"{self.manager_function.label}, {self.employer.name}"
