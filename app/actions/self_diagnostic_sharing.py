"""Ending a round of a self-diagnostic, and choosing who reads what of it: acts of the employer, and of nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from app.actions.errors import Forbidden, Unacceptable
from app.actions.journal import record
from app.actions.shares import check_recipient, end_copy, open_copies, replace_copy
from app.extensions import db
from app.models import JournalAction, ObjectKind, SelfDiagnostic, SelfDiagnosticShare
from app.permissions import Actor, shares_for_the_house
from app.queries.self_diagnostics import Filled, fill, list_shares
from workflows.self_diagnostic_questions import Topic
from workflows.self_diagnostic_sharing import Terms, shared

NOT_YOURS = "Partager revient aux responsables de l’établissement."
TOO_EARLY = "Il faut d’abord qu’une personne au moins ait répondu aux quatre cinquièmes des énoncés."
NOT_ENDED = "Terminez d’abord l’auto-diagnostic : ce que l’on partage ne change plus."


@dataclass(frozen=True)
class Chosen:
    """One recipient and what it is let read."""

    organisation_id: int
    terms: Terms


def complete_sheets(diagnostic: SelfDiagnostic) -> list[Filled]:
    """Return the sheets that count: those answered enough."""
    return [one for one in fill(diagnostic.sheets) if one.has_enough]


def submit(
    diagnostic: SelfDiagnostic, chosen: Sequence[Chosen], among: Sequence[Actor], *, actor: Actor, now: datetime
) -> None:
    """End a round, once: its answers change no more. Share it in the same act with whom was chosen, maybe nobody.

    Raises Forbidden, or Unacceptable when nobody has answered enough.
    """
    if not shares_for_the_house(actor, diagnostic):
        raise Forbidden(NOT_YOURS)
    still_open = update(SelfDiagnostic).where(SelfDiagnostic.id == diagnostic.id, SelfDiagnostic.submitted_at.is_(None))
    values = {"submitted_at": now, "submitted_by_id": actor.user_id}
    done = db.session.execute(still_open.values(**values).execution_options(synchronize_session=False))
    db.session.refresh(diagnostic)
    if done.rowcount:  # type: ignore[attr-defined]  # else a colleague, or a first click, has ended it
        sheets = complete_sheets(diagnostic)
        if not sheets:
            raise Unacceptable(TOO_EARLY)
        content = {"sheets": [one.sheet.id for one in sheets]}
        kind = ObjectKind.SELF_DIAGNOSTIC
        record(JournalAction.DIAGNOSTIC_SUBMITTED, kind, diagnostic.id, content, actor=actor, now=now)
    for one in chosen:
        share(diagnostic, one, among, actor=actor, now=now)


def share(
    diagnostic: SelfDiagnostic, chosen: Chosen, among: Sequence[Actor], *, actor: Actor, now: datetime
) -> SelfDiagnosticShare:
    """Let one organisation read a copy; what it could read before is replaced. The same again changes nothing."""
    if not shares_for_the_house(actor, diagnostic):
        raise Forbidden(NOT_YOURS)
    if not diagnostic.is_submitted:
        raise Unacceptable(NOT_ENDED)
    check_recipient(chosen.organisation_id, among)
    known = open_shares(diagnostic).get(chosen.organisation_id)
    if known and terms_of(known) == chosen.terms:
        return known
    made = _copy(diagnostic, chosen, actor, now)
    replace_copy(known, made, actor=actor, now=now)
    terms = chosen.terms
    content = {"share": made.id, "to": made.organisation_id, "depth": terms.depth, "topics": sorted(terms.topics)}
    content["comments"] = terms.with_comments
    record(JournalAction.DIAGNOSTIC_SHARED, ObjectKind.SELF_DIAGNOSTIC, diagnostic.id, content, actor=actor, now=now)
    return made


def _copy(diagnostic: SelfDiagnostic, chosen: Chosen, actor: Actor, now: datetime) -> SelfDiagnosticShare:
    sheets, terms = complete_sheets(diagnostic), chosen.terms
    return SelfDiagnosticShare(
        diagnostic_id=diagnostic.id,
        employer_id=diagnostic.employer_id,
        organisation_id=chosen.organisation_id,
        about=diagnostic.about,
        depth=terms.depth,
        has_risk_document=Topic.RISK_DOCUMENT in terms.topics,
        has_psychosocial=Topic.PSYCHOSOCIAL in terms.topics,
        has_comments=terms.with_comments,
        shared_at=now,
        shared_by_id=actor.user_id,
        content=shared(diagnostic.asked, [one.replies for one in sheets], comments_of(sheets), terms),
    )


def comments_of(sheets: Sequence[Filled]) -> Mapping[str, list[str]]:
    """Return what was written beside each statement: evidence, then comment, sheet after sheet."""
    found: dict[str, list[str]] = {}
    for one in sheets:
        for code, standing in one.standing.items():
            found.setdefault(code, []).extend(text for text in (standing.evidence, standing.comment) if text)
    return found


def withdraw(diagnostic: SelfDiagnostic, organisation_id: int, *, actor: Actor, now: datetime) -> None:
    """Close what an organisation could read; its copy is emptied, and that it was shared stays known."""
    if not shares_for_the_house(actor, diagnostic):
        raise Forbidden(NOT_YOURS)
    known = open_shares(diagnostic).get(organisation_id)
    if known is None:
        return
    end_copy(known, actor=actor, now=now)
    content = {"share": known.id, "to": organisation_id}
    kind = ObjectKind.SELF_DIAGNOSTIC
    record(JournalAction.DIAGNOSTIC_WITHDRAWN, kind, diagnostic.id, content, actor=actor, now=now)


def open_shares(diagnostic: SelfDiagnostic) -> dict[int, SelfDiagnosticShare]:
    """Return what each organisation may read of a round today."""
    return open_copies(list_shares(diagnostic))


def terms_of(share: SelfDiagnosticShare) -> Terms:
    """Return what a copy lets read, as it was chosen."""
    ticked = {Topic.RISK_DOCUMENT: share.has_risk_document, Topic.PSYCHOSOCIAL: share.has_psychosocial}
    return Terms(share.depth, frozenset(topic for topic, is_ticked in ticked.items() if is_ticked), share.has_comments)
