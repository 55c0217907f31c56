"""What an employer lets one organisation read: a copy made that day, emptied when it is withdrawn.

To give more or less is to withdraw and share anew: each row says what was open from when to when.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.models.columns import key, line
from app.models.employers import Employer
from app.models.organisations import Organisation


class SharedCopy:
    """What every share holds, whatever it is a copy of."""

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    about: Mapped[line]
    """What it is of, in words: the reader opens no other row."""
    shared_at: Mapped[datetime]
    shared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    content: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)

    relations = frozenset[str]()

    @declared_attr
    @classmethod
    def organisation(cls) -> Mapped[Organisation]:
        return relationship(foreign_keys=lambda: cls.organisation_id)

    @declared_attr
    @classmethod
    def employer(cls) -> Mapped[Employer]:
        return relationship(foreign_keys=lambda: cls.employer_id)
