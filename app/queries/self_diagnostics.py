"""Self-diagnostics: the rounds of a house, the sheets of its managers, the answers that stand, the copies shared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.extensions import db
from app.models import (
    Employer,
    SelfDiagnostic,
    SelfDiagnosticAnswer,
    SelfDiagnosticShare,
    SelfDiagnosticSheet,
)
from app.permissions import (
    Actor,
    pens_among,
    sees_self_diagnostic,
    sees_share,
    sees_sheet,
)
from app.queries.recipients import around, by_name
from workflows.self_diagnostic import Reply, count_replies, has_enough


@dataclass(frozen=True)
class Filled:
    """A sheet with the answers that stand on it, by statement."""

    sheet: SelfDiagnosticSheet
    standing: dict[str, SelfDiagnosticAnswer] = field(default_factory=dict)

    @property
    def replies(self) -> dict[str, Reply]:
        """The replies that count, as the rules take them."""
        return {code: one.reply for code, one in self.standing.items() if one.reply is not None}

    @property
    def count(self) -> int:
        return count_replies(self.sheet.diagnostic.asked, self.replies)

    @property
    def has_enough(self) -> bool:
        return has_enough(self.sheet.diagnostic.asked, self.replies)


def list_self_diagnostics(actor: Actor) -> Sequence[SelfDiagnostic]:
    """Return the rounds of the actor's own house, the latest first."""
    statement = select(SelfDiagnostic).where(sees_self_diagnostic(actor)).options(*_WITH)
    return db.session.scalars(statement.order_by(SelfDiagnostic.number.desc())).unique().all()


_WITH = (
    joinedload(SelfDiagnostic.employer).selectinload(Employer.structures),
    joinedload(SelfDiagnostic.structure),
    selectinload(SelfDiagnostic.sheets).joinedload(SelfDiagnosticSheet.user),
)


def get_self_diagnostic(actor: Actor, number: int) -> SelfDiagnostic | None:
    """Return a round of the actor's own house, or None."""
    statement = select(SelfDiagnostic).where(SelfDiagnostic.id == number, sees_self_diagnostic(actor))
    return db.session.scalars(statement.options(*_WITH)).unique().first()


def get_sheet(actor: Actor, sheet_id: int) -> SelfDiagnosticSheet | None:
    """Return a sheet that the actor answers or holds the pen of, or None."""
    statement = select(SelfDiagnosticSheet).where(SelfDiagnosticSheet.id == sheet_id, sees_sheet(actor))
    return db.session.scalars(statement.options(joinedload(SelfDiagnosticSheet.diagnostic))).first()


def list_lent_sheets(actor: Actor) -> Sequence[SelfDiagnosticSheet]:
    """Return the sheets not submitted yet whose pen the actor's organisation holds."""
    statement = (
        select(SelfDiagnosticSheet)
        .join(SelfDiagnostic, SelfDiagnosticSheet.diagnostic_id == SelfDiagnostic.id)
        .where(sees_sheet(actor), SelfDiagnosticSheet.pen_organisation_id.is_not(None))
        .where(SelfDiagnostic.submitted_at.is_(None))
        .options(joinedload(SelfDiagnosticSheet.diagnostic), joinedload(SelfDiagnosticSheet.user))
    )
    return db.session.scalars(statement.order_by(SelfDiagnosticSheet.id)).all()


def fill(sheets: Iterable[SelfDiagnosticSheet]) -> list[Filled]:
    """Return sheets already judged with the answers that stand on them, in one statement."""
    kept = {one.id: Filled(one) for one in sheets}
    for answer in _answers(list(kept)):  # in order: the latest is the last to be put there
        kept[answer.sheet_id].standing[answer.statement] = answer
    return list(kept.values())


def _answers(sheet_ids: list[int], *conditions: object) -> Sequence[SelfDiagnosticAnswer]:
    statement = select(SelfDiagnosticAnswer).where(SelfDiagnosticAnswer.sheet_id.in_(sheet_ids), *conditions)  # type: ignore[arg-type]
    order = (SelfDiagnosticAnswer.answered_at, SelfDiagnosticAnswer.id)
    return db.session.scalars(statement.order_by(*order)).all() if sheet_ids else []


def get_standing(sheet: SelfDiagnosticSheet, statement: str) -> SelfDiagnosticAnswer | None:
    """Return the answer that stands for a statement: the last to have been given, wherever it was."""
    found = _answers([sheet.id], SelfDiagnosticAnswer.statement == statement)
    return found[-1] if found else None


def get_answers(sheet: SelfDiagnosticSheet) -> dict[int, SelfDiagnosticAnswer]:
    """Return all that was ever answered on a sheet, by number."""
    return {one.id: one for one in _answers([sheet.id])}


def list_earlier(sheet: SelfDiagnosticSheet, codes: Sequence[str]) -> dict[str, list[SelfDiagnosticAnswer]]:
    """Return, by statement, what was answered before the answer that stands and says something else, latest first."""
    found: dict[str, list[SelfDiagnosticAnswer]] = {code: [] for code in codes}
    for answer in _answers([sheet.id], SelfDiagnosticAnswer.statement.in_(codes)):
        found[answer.statement].append(answer)
    return {code: _otherwise(answers) for code, answers in found.items() if _otherwise(answers)}


def _otherwise(answers: list[SelfDiagnosticAnswer]) -> list[SelfDiagnosticAnswer]:
    said = {answers[-1].said} if answers else set()
    kept = []
    for answer in reversed(answers):
        if answer.said not in said:
            said.add(answer.said)
            kept.append(answer)
    return kept


def get_previous(actor: Actor, diagnostic: SelfDiagnostic) -> SelfDiagnostic | None:
    """Return the last round that the same house finished on the same place before this one, or None."""
    same = SelfDiagnostic.structure_id == diagnostic.structure_id
    where = same if diagnostic.structure_id else SelfDiagnostic.structure_id.is_(None)
    statement = select(SelfDiagnostic).where(
        sees_self_diagnostic(actor),
        SelfDiagnostic.number < diagnostic.number,
        SelfDiagnostic.submitted_at.is_not(None),
        where,
    )
    return db.session.scalars(statement.options(*_WITH).order_by(SelfDiagnostic.number.desc())).unique().first()


# --- Sharing ------------------------------------------------------------------------------------------------


def list_shares(diagnostic: SelfDiagnostic) -> Sequence[SelfDiagnosticShare]:
    """Return all that was ever shared of a round of one's own house, the latest first."""
    statement = select(SelfDiagnosticShare).where(SelfDiagnosticShare.diagnostic_id == diagnostic.id)
    statement = statement.options(joinedload(SelfDiagnosticShare.organisation))
    return db.session.scalars(statement.order_by(SelfDiagnosticShare.id.desc())).all()


def list_received(actor: Actor) -> Sequence[SelfDiagnosticShare]:
    """Return the copies made for the actor's organisation, withdrawn ones included, the latest first."""
    statement = select(SelfDiagnosticShare).where(sees_share(actor, SelfDiagnosticShare))
    statement = statement.options(joinedload(SelfDiagnosticShare.employer))
    return db.session.scalars(statement.order_by(SelfDiagnosticShare.id.desc())).all()


def get_share(actor: Actor, share_id: int) -> SelfDiagnosticShare | None:
    """Return a copy made for the actor's organisation, or None."""
    statement = select(SelfDiagnosticShare).where(
        SelfDiagnosticShare.id == share_id, sees_share(actor, SelfDiagnosticShare)
    )
    return db.session.scalars(statement).first()


def list_pens(employer: Employer, today: date) -> list[Actor]:
    """Return the bodies whose agents may hold the pen for a manager."""
    return by_name(pens_among(around(employer, today)))


def count_rounds(employer_id: int) -> int:
    """Return the number of the last round of a house, 0 before the first."""
    return (
        db.session.scalar(select(func.max(SelfDiagnostic.number)).where(SelfDiagnostic.employer_id == employer_id)) or 0
    )
