"""What the managers of an employer ask of those who support it, and what its teams told them."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, Versioned, key, line, short
from app.models.columns import text as long_text
from app.models.employers import Employer
from app.models.organisations import Organisation
from app.models.users import User
from workflows.employer_wish import WishKind
from workflows.team_voice import VoiceTool


class HouseWish(Submitted, Model):
    """What an employer asks about the support offered to it; the one that was not withdrawn holds, one at a time.

    `until`: the first day of the month in which it wishes to be called, or the day before which nobody asks again.
    """

    __tablename__ = "house_wishes"
    __table_args__ = (
        Index(
            "uq_house_wishes_standing",
            "employer_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
            sqlite_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    kind: Mapped[WishKind]
    until: Mapped[date]
    words: Mapped[long_text] = mapped_column(default="")
    told_at: Mapped[datetime]
    told_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    told_by: Mapped[User] = relationship(foreign_keys="HouseWish.told_by_id")


class HelpLine(Versioned, Model):
    """How to reach an organisation, as its administration tells the employers of its départements."""

    __tablename__ = "help_lines"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    phone: Mapped[short] = mapped_column(default="")
    email: Mapped[line] = mapped_column(default="")
    hours: Mapped[line] = mapped_column(default="")
    words: Mapped[line] = mapped_column(default="")
    written_on: Mapped[date]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    organisation: Mapped[Organisation] = relationship()


class TeamVoice(Versioned, Submitted, Model):
    """That a house listened to its teams: with what, when, how many answered, on what; never an answer."""

    __tablename__ = "team_voices"

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    tool: Mapped[VoiceTool]
    tool_name: Mapped[line] = mapped_column(default="")
    held_on: Mapped[date]
    asked: Mapped[int | None]
    respondents: Mapped[int | None]
    themes: Mapped[list[str]] = mapped_column(JSON, default=list)
    words: Mapped[long_text] = mapped_column(default="")
    is_shared: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]

    employer: Mapped[Employer] = relationship()
