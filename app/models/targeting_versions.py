"""What is frozen of a targeting list: a version, its texts, their digests. Never changed once written."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import digest, key, line, short
from app.models.columns import text as long_text
from app.models.users import User
from workflows.targeting_texts import FrozenList, Part


class TargetingVersion(Model):
    """A frozen version of a list: `root` is the digest that everybody confirms."""

    __tablename__ = "targeting_versions"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: Mapped[key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("targeting_campaigns.id"))
    number: Mapped[int]
    root: Mapped[digest]
    frozen_at: Mapped[datetime]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    author: Mapped[User] = relationship()
    parts: Mapped[list["TargetingPart"]] = relationship(order_by="TargetingPart.position")

    def as_frozen(self) -> FrozenList:
        """Return its texts as they are hashed, those that the reader of the record has."""
        parts = tuple(Part(one.key, one.label, one.text, one.digest) for one in self.parts)
        return FrozenList(self.number, parts, self.root)


class TargetingPart(Model):
    """One text of a version: the method, the employers of one federation, those of none."""

    __tablename__ = "targeting_parts"

    version_id: Mapped[int] = mapped_column(ForeignKey("targeting_versions.id"), primary_key=True)
    key: Mapped[short] = mapped_column(primary_key=True)
    position: Mapped[int]
    label: Mapped[line]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    employers: Mapped[int]
    text: Mapped[long_text]
    digest: Mapped[digest]
