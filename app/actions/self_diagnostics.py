"""Answering a self-diagnostic: starting a round, taking part, each answer as it comes, lending the pen."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.actions.errors import Forbidden, Unacceptable
from app.actions.journal import record
from app.extensions import db
from app.models import (
    Employer,
    JournalAction,
    ObjectKind,
    SelfDiagnostic,
    SelfDiagnosticAnswer,
    SelfDiagnosticSheet,
    Structure,
)
from app.permissions import Act, Actor, Kind, decides_for_the_house, may, may_answer
from app.queries.self_diagnostics import count_rounds, get_standing
from app.readers.nomenclatures import CareField, care_field_of_category
from workflows.self_diagnostic import Reply
from workflows.self_diagnostic_questions import CURRENT, Setting

MOST_EVIDENCE, MOST_COMMENT = 255, 2_000
NOT_YOURS = "Les responsables de l’établissement répondent, et la personne à qui ils confient la plume."
CLOSED = (
    "Cet auto-diagnostic est terminé : ses réponses ne changent plus. Pour noter ce qui a changé depuis, commencez-en "
    "un nouveau."
)
UNKNOWN = "Cet énoncé ne fait pas partie du questionnaire."
NO_PEN = "Cet organisme ne peut pas tenir la plume ici."


@dataclass(frozen=True)
class Given:
    """One answer as a device sends it. `seen`: the number of the answer that it was given over, 0 for none."""

    statement: str
    reply: Reply | None
    evidence: str
    comment: str
    answered_at: datetime
    seen: int = 0
    submission: str | None = None

    @property
    def said(self) -> tuple[str, str, str]:
        return (self.reply.value if self.reply else "", self.evidence, self.comment)


@dataclass(frozen=True)
class Outcome:
    """What stands after an answer; `is_kept`: that very answer. `other`: what another device had said instead."""

    standing: SelfDiagnosticAnswer
    is_kept: bool
    other: SelfDiagnosticAnswer | None = None


def _insert(model: Any) -> Any:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(model.__table__)


def setting_of(employer: Employer, structure: Structure | None) -> Setting:
    """Return where the work is done: at home, in an establishment, or both for a whole employer that does both."""
    places = [structure] if structure else [one for one in employer.structures if not one.is_closed]
    fields = {care_field_of_category(one.category) is CareField.HOME_CARE for one in places}
    if fields == {True, False}:
        return Setting.BOTH
    return Setting.HOME if fields == {True} else Setting.ESTABLISHMENT


def start(
    employer: Employer, structure: Structure | None, *, actor: Actor, now: datetime, submission: str | None = None
) -> SelfDiagnostic:
    """Start a round on the whole employer or one structure; the one that runs there already, if there is one."""
    if not may(actor, Act.WRITE, Kind.SELF_DIAGNOSTIC, employer) or actor.employer_id != employer.id:
        raise Forbidden(NOT_YOURS)
    where = structure.id if structure else None
    if running := _running(employer.id, where):
        return running
    values = {
        "employer_id": employer.id,
        "structure_id": where,
        "number": count_rounds(employer.id) + 1,
        "questionnaire": CURRENT,
        "setting": setting_of(employer, structure),
        "started_at": now,
        "started_by_id": actor.user_id,
        "answered_at": now,
        "submission": submission,
    }
    table = SelfDiagnostic.__table__
    made = db.session.scalar(_insert(SelfDiagnostic).values(values).on_conflict_do_nothing().returning(table.c.id))
    if made is None:  # a colleague, or a second click, came first
        return _running(employer.id, where) or start(employer, structure, actor=actor, now=now)
    content = {"structure": where, "questionnaire": CURRENT}
    record(JournalAction.DIAGNOSTIC_STARTED, ObjectKind.SELF_DIAGNOSTIC, made, content, actor=actor, now=now)
    return db.session.get_one(SelfDiagnostic, made)


def _running(employer_id: int, structure_id: int | None) -> SelfDiagnostic | None:
    same = SelfDiagnostic.structure_id == structure_id
    where = same if structure_id else SelfDiagnostic.structure_id.is_(None)
    statement = select(SelfDiagnostic).where(SelfDiagnostic.employer_id == employer_id, where)
    return db.session.scalars(statement.where(SelfDiagnostic.submitted_at.is_(None))).first()


def take_part(diagnostic: SelfDiagnostic, *, actor: Actor, now: datetime) -> SelfDiagnosticSheet:
    """Return the actor's own sheet in a round of its house, made if need be; raises Unacceptable once it is over."""
    if not decides_for_the_house(actor, diagnostic):
        raise Forbidden(NOT_YOURS)
    mine = select(SelfDiagnosticSheet).where(
        SelfDiagnosticSheet.diagnostic_id == diagnostic.id, SelfDiagnosticSheet.user_id == actor.user_id
    )
    if found := db.session.scalars(mine).first():
        return found
    _work_on(diagnostic, now)
    values = {"diagnostic_id": diagnostic.id, "employer_id": diagnostic.employer_id, "user_id": actor.user_id}
    db.session.execute(_insert(SelfDiagnosticSheet).values(**values, started_at=now).on_conflict_do_nothing())
    return db.session.scalars(mine).one()


def _work_on(diagnostic: SelfDiagnostic, now: datetime) -> None:
    """Note that a round is worked on, and hold it until the commit: whoever ends it waits, or was there before."""
    still_open = update(SelfDiagnostic).where(SelfDiagnostic.id == diagnostic.id, SelfDiagnostic.submitted_at.is_(None))
    done = db.session.execute(still_open.values(answered_at=now).execution_options(synchronize_session=False))
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Unacceptable(CLOSED)


def answer(sheet: SelfDiagnosticSheet, given: Given, *, employer: Employer, actor: Actor, now: datetime) -> Outcome:
    """Keep an answer; the one given last stands, by the instant when it was given and not when it came in.

    The same sending twice is one answer. Raises Forbidden, or Unacceptable once the round is over.
    """
    if not may_answer(actor, sheet, employer):
        raise Forbidden(NOT_YOURS)
    if sheet.diagnostic.asked.find(given.statement) is None:
        raise Unacceptable(UNKNOWN)
    _work_on(sheet.diagnostic, now)
    given = _cut(given)
    before = get_standing(sheet, given.statement)
    if before and before.said == given.said and (before.id == given.seen or before.answered_at <= given.answered_at):
        return Outcome(before, is_kept=True)  # a second click, or the same said again
    values = {
        "sheet_id": sheet.id,
        "statement": given.statement,
        "reply": given.reply,
        "evidence": given.evidence,
        "comment": given.comment,
        "answered_at": _instant(given, before, now),
        "received_at": now,
        "entered_by_id": actor.user_id,
        "organisation_id": actor.organisation_id,
        "submission": given.submission,
    }
    table = SelfDiagnosticAnswer.__table__
    kept = _insert(SelfDiagnosticAnswer).values(values).on_conflict_do_nothing().returning(table.c.id)
    number = db.session.scalar(kept)
    standing = get_standing(sheet, given.statement)
    assert standing
    if number is None:  # sent again
        return Outcome(standing, is_kept=standing.submission == given.submission)
    if standing.id != number:
        return Outcome(standing, is_kept=False, other=standing if standing.said != given.said else None)
    unseen = before is not None and before.id != given.seen and before.said != given.said
    return Outcome(standing, is_kept=True, other=before if unseen else None)


def _instant(given: Given, before: SelfDiagnosticAnswer | None, now: datetime) -> datetime:
    """Return when an answer was given: never to come, nor before the very answer that it was given over.

    Two answers of one device may follow each other faster than the network carries them.
    """
    instant = min(given.answered_at, now)
    return max(instant, before.answered_at) if before and before.id == given.seen else instant


def _cut(given: Given) -> Given:
    evidence, comment = given.evidence.strip()[:MOST_EVIDENCE], given.comment.strip()[:MOST_COMMENT]
    return replace(given, evidence=evidence, comment=comment)


def lend_pen(
    sheet: SelfDiagnosticSheet, organisation_id: int, among: list[Actor], *, actor: Actor, now: datetime
) -> None:
    """Let the agents of one of these organisations answer beside the manager whose sheet it is."""
    _refuse_but_its_own(sheet, actor)
    if organisation_id not in {body.organisation_id for body in among}:
        raise Unacceptable(NO_PEN, "organisation")
    _work_on(sheet.diagnostic, now)
    sheet.pen_organisation_id, sheet.pen_given_at = organisation_id, now
    _tell_of_pen(JournalAction.PEN_GIVEN, sheet, organisation_id, actor, now)


def take_pen_back(sheet: SelfDiagnosticSheet, *, actor: Actor, now: datetime) -> None:
    """End it; what was written meanwhile stays, with who wrote it."""
    _refuse_but_its_own(sheet, actor)
    if sheet.pen_organisation_id is None:
        return
    organisation_id, sheet.pen_organisation_id, sheet.pen_given_at = sheet.pen_organisation_id, None, None
    _tell_of_pen(JournalAction.PEN_ENDED, sheet, organisation_id, actor, now)


def _refuse_but_its_own(sheet: SelfDiagnosticSheet, actor: Actor) -> None:
    if sheet.user_id != actor.user_id or sheet.employer_id != actor.employer_id or actor.is_read_only:
        raise Forbidden(NOT_YOURS)


def _tell_of_pen(
    action: JournalAction, sheet: SelfDiagnosticSheet, organisation_id: int, actor: Actor, now: datetime
) -> None:
    db.session.flush()
    content = {"sheet": sheet.id, "organisation": organisation_id}
    record(action, ObjectKind.SELF_DIAGNOSTIC, sheet.diagnostic_id, content, actor=actor, now=now)
