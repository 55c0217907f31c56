"""Signing a targeting list: the places that freezing makes, who is named, what each answers, what a change voids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.actions import magic_links
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.journal import record
from app.actions.notices import PERSON_TEMPLATE
from app.actions.outbox import queue_mail
from app.actions.targeting import take_step
from app.actions.targeting_succession import replace_predecessor
from app.extensions import db
from app.models import (
    JournalAction,
    ObjectKind,
    Organisation,
    TargetingAnswer,
    TargetingCampaign,
    TargetingDelegate,
    TargetingSignatory,
    TargetingVersion,
)
from app.permissions import Actor, may_name_signatory, signs_lists
from app.queries import targeting_signatures as queries
from app.queries.magic_links import get_last_link
from app.queries.targeting_signatures import Seat
from app.queries.targeting_versions import ReadVersion, read_version
from workflows.core import Missing, Refused
from workflows.targeting_list import Answer, ListState, parts_of, voided_by
from workflows.targeting_texts import FrozenList

ABOUT, DELEGATE = "targeting_signatory", "targeting_delegate"
"""What the mails about a signature are about: the place of the organisation, or who signs there without an account."""
DELEGATE_TEMPLATE = "delegate_notice"
CALL, VOIDED, REMINDER = "call", "voided", "remind"
STEPS = ("call", "conclude")
NOT_SIGNATORY = "Une autre personne est désignée pour signer cette liste au nom de votre organisme."
NOT_YOURS_TO_NAME = (
    "Le signataire d’un organisme est désigné par la coordination de la liste, ou par qui engage cet organisme."
)
CLOCK = (
    "L’horloge du serveur indique un instant antérieur à celui où la liste a été figée : une signature n’aurait pas de "
    "date certaine. Prévenez l’exploitation, puis recommencez."
)
ALTERED = "Ces textes ne sont plus ceux qui ont été figés. Ne signez pas, et prévenez l’exploitation."
PARTLY_READ = "Signer cette liste revient à une personne qui en lit tout le territoire de votre organisme."
UNREAD = "Aucune convention en vigueur n’ouvre cette liste à {name} : faites-la d’abord confirmer."
CLOSED = {
    ListState.CONSULTATION: "La liste est rouverte pour être modifiée : il n’y a rien à signer pour l’instant.",
    ListState.FROZEN: "La liste est figée, et pas encore appelée à signature.",
}
OVER = "Les signatures de cette liste sont closes."


@dataclass(frozen=True)
class SignatoryTerms:
    """Who signs for an organisation: an account, its function there, and by what delegation, if any."""

    user_id: int
    function: str
    delegation: str


@dataclass(frozen=True)
class Signer:
    """Who answers for an organisation: an account, or a delegate who has none; in what function, by what delegation."""

    user_id: int | None
    delegate_id: int | None
    function: str
    delegation: str


@dataclass(frozen=True)
class AnswerTerms:
    """What somebody answers of the version that the page showed, its root digest confirmed or not."""

    number: int
    root: str
    answer: Answer
    reason: str
    is_confirmed: bool


# --- The places ---------------------------------------------------------------------------------------------


def place_bodies(
    campaign: TargetingCampaign,
    frozen: FrozenList,
    bodies: Sequence[tuple[Organisation, str]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a place to each organisation, with the key of its own text (empty: it signs the whole) of a new version.

    Those that have nothing left to sign keep their history. Answers whose own texts changed become void, and the
    person is told; the others hold without anything being asked.
    """
    known = {seat.organisation_id: seat for seat in queries.list_places(campaign)}
    concerned = {organisation.id for organisation, _ in bodies}
    for organisation, part in bodies:
        seat = known.get(organisation.id)
        if seat is None:
            db.session.add(TargetingSignatory(campaign_id=campaign.id, organisation_id=organisation.id, part=part))
        else:
            seat.part, seat.is_concerned = part, True
    for number, seat in known.items():
        seat.is_concerned = number in concerned
        _void_if_changed(campaign, seat, frozen, actor=actor, now=now)
    db.session.flush()


def _void_if_changed(
    campaign: TargetingCampaign, seat: TargetingSignatory, frozen: FrozenList, *, actor: Actor, now: datetime
) -> None:
    answer = queries.get_answer(seat)
    changed = voided_by(queries.signature_of(seat, answer), frozen) if answer else ()
    if not answer or not changed:
        return
    answer.voided_at, answer.voided_parts = now, list(changed)
    _tell_signatory(seat, VOIDED, frozen.version, now=now)
    if answer.delegate_id:
        queue_mail(None, DELEGATE_TEMPLATE, DELEGATE, answer.delegate_id, rule=f"{VOIDED} {frozen.version}", now=now)
    content = {"version": frozen.version, "organisation": seat.organisation_id, "parts": changed}
    record(JournalAction.TARGETING_VOIDED, ObjectKind.TARGETING, campaign.id, content, actor=actor, now=now)


def name_signatory(
    campaign: TargetingCampaign,
    seat: Seat,
    terms: SignatoryTerms,
    *,
    version: int,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Say who signs for an organisation. Raises Forbidden, Stale, Refused, or Unacceptable naming the field."""
    signatory = seat.signatory
    if not may_name_signatory(actor, campaign, signatory.organisation_id):
        raise Forbidden(NOT_YOURS_TO_NAME)
    if why := naming_refusal(campaign, seat):
        raise Refused(Missing(why))
    if signatory.version != version:
        raise Stale(signatory)
    people = queries.list_people_in_post(signatory.organisation_id, today=today)
    if terms.user_id not in {one.user_id for one in people}:
        raise Unacceptable("Choisissez une personne en poste dans cet organisme.", "person")
    signatory.user_id, signatory.function, signatory.delegation = terms.user_id, terms.function, terms.delegation
    signatory.named_at, signatory.named_by_id = now, actor.user_id
    if seat.delegate and seat.delegate.appointed_by_id != terms.user_id:
        end_delegation(campaign, seat.delegate, actor=actor, now=now)  # it was not given by who signs from now on
    db.session.flush()
    content = {"organisation": signatory.organisation_id, "person": terms.user_id}
    record(JournalAction.TARGETING_SIGNATORY, ObjectKind.TARGETING, campaign.id, content, actor=actor, now=now)
    frozen = queries.last_version(campaign)
    if campaign.state is ListState.SIGNING and frozen:
        _tell_signatory(signatory, CALL, frozen.number, now=now)


def end_delegation(campaign: TargetingCampaign, delegate: TargetingDelegate, *, actor: Actor, now: datetime) -> None:
    """Withdraw a delegation: its link opens nothing any more; what it signed stays signed."""
    delegate.withdrawn_at = now
    magic_links.void_about(DELEGATE, delegate.id, now=now)
    content = {"organisation": delegate.organisation_id, "delegate": delegate.id}
    record(JournalAction.TARGETING_UNDELEGATED, ObjectKind.TARGETING, campaign.id, content, actor=actor, now=now)


def naming_refusal(campaign: TargetingCampaign, seat: Seat) -> str | None:
    """Return why nobody is named for an organisation now, in French, or None."""
    if campaign.state not in (ListState.FROZEN, ListState.SIGNING):
        return "Les signataires se désignent une fois la liste figée, et jusqu’à la fin des signatures."
    if seat.answer:
        return f"{seat.signatory.organisation.short_name} a répondu : sa réponse vaut, qui que soit à présent en poste."
    if not seat.is_open:
        return UNREAD.format(name=seat.signatory.organisation.short_name)
    return None


# --- The steps ----------------------------------------------------------------------------------------------


def facts_of_signatures(slug: str, seats: Sequence[Seat]) -> Mapping[str, Any]:
    """Return what the guards of calling and concluding ask for."""
    if slug == "call":
        absent = [seat.trouble for seat in seats if seat.trouble and not seat.answer]
        return {"signatures": queries.signatures_called(seats), "absent": absent}
    return {"signatures": queries.signatures_awaited(seats)} if slug == "conclude" else {}


def take_signing_step(
    campaign: TargetingCampaign, slug: str, *, version: int, actor: Actor, today: date, now: datetime
) -> None:
    """Call to sign, or conclude; raises Forbidden, Stale, or Refused with all that is missing.

    The call is mailed to each signatory whose answer is awaited, and to the delegates whose link still opens the list.
    """
    queries.list_places(campaign)  # held: an answer under way is waited for
    seats = queries.list_seats(campaign, today=today)
    facts = facts_of_signatures(slug, seats)
    take_step(campaign, slug, "", version=version, actor=actor, today=today, now=now, facts=facts)
    if slug == "conclude":
        replace_predecessor(campaign, actor=actor, today=today, now=now)
    frozen = queries.last_version(campaign)
    if slug != "call" or frozen is None:
        return
    for seat in seats:
        if not seat.answer:
            _tell_signatory(seat.signatory, CALL, frozen.number, now=now)
            _call_delegate(seat.delegate, frozen.number, now=now)


def _call_delegate(delegate: TargetingDelegate | None, number: int, *, now: datetime) -> None:
    """Send once more the link that a delegate has not used yet: it leads to the new version."""
    link = get_last_link(DELEGATE, delegate.id) if delegate else None
    if link and link.is_open(now):
        queue_mail(None, magic_links.template(link), magic_links.MAIL_KIND, link.id, rule=f"{CALL} {number}", now=now)


def _tell_signatory(seat: TargetingSignatory, what: str, number: int, *, now: datetime) -> None:
    """Queue a mail to whoever signs, once for a version of the list."""
    if seat.user_id:
        queue_mail(seat.user_id, PERSON_TEMPLATE, ABOUT, seat.id, rule=f"{what} {number} {seat.user_id}", now=now)


# --- The answers --------------------------------------------------------------------------------------------


def sign(
    campaign: TargetingCampaign,
    terms: AnswerTerms,
    *,
    actor: Actor,
    now: datetime,
    address: str,
    submission: str | None = None,
) -> TargetingAnswer:
    """Answer for one's organisation: sign, sign with a reservation, or refuse. `address`: that of the connection.

    The same form sent twice, or the same answer from two tabs, is one answer. Until the signatures are concluded a
    new one takes the place of the last, which is kept. Raises Forbidden, Refused (superseded version, altered text,
    clock that moved back, list that nobody signs now), or Unacceptable naming the field.
    """
    seat = queries.get_seat(campaign, actor.organisation_id, lock=True)
    if seat is None or seat.user_id != actor.user_id or not signs_lists(actor):
        raise Forbidden(NOT_SIGNATORY)
    signer = Signer(actor.user_id, None, seat.function, seat.delegation)
    return answer_for(campaign, seat, signer, terms, actor=actor, now=now, address=address, submission=submission)


def answer_for(
    campaign: TargetingCampaign,
    seat: TargetingSignatory,
    signer: Signer,
    terms: AnswerTerms,
    *,
    actor: Actor,
    now: datetime,
    address: str,
    submission: str | None = None,
) -> TargetingAnswer:
    """Answer at a place held under lock, for a signer whose right to it is known; `actor` reads for it."""
    if submission and (known := _submitted(seat, submission)):
        return known
    db.session.refresh(campaign)
    found = _version_to_sign(campaign, terms, actor, now)
    read = _texts_read(seat, found)
    _refuse_faults(terms)
    before = queries.get_answer(seat)
    if before and _says_the_same(before, signer, terms):
        return before
    if before:
        before.voided_at = now
        db.session.flush()
    given = _keep(seat, signer, terms, read, now=now, address=address, submission=submission)
    content = {"version": terms.number, "root": terms.root, "organisation": seat.organisation_id, "read": read}
    told = {**content, "answer": terms.answer.value, "delegate": signer.delegate_id}
    by = actor if signer.user_id else None
    record(JournalAction.TARGETING_ANSWERED, ObjectKind.TARGETING, campaign.id, told, actor=by, now=now)
    return given


def signing_refusal(campaign: TargetingCampaign, version: TargetingVersion | None, now: datetime) -> str | None:
    """Return why nobody signs a list now, in French, or None."""
    if campaign.state is not ListState.SIGNING or version is None:
        return CLOSED.get(campaign.state, OVER)
    return CLOCK if now < version.frozen_at else None


def reading_refusal(seat: TargetingSignatory, found: ReadVersion) -> str | None:
    """Return why this reader of a version may not sign it, in French, or None: altered texts, or texts unread."""
    if found.altered:
        return ALTERED
    return PARTLY_READ if found.closed and not seat.part else None


def _version_to_sign(campaign: TargetingCampaign, terms: AnswerTerms, actor: Actor, now: datetime) -> ReadVersion:
    version = queries.last_version(campaign)
    if why := signing_refusal(campaign, version, now):
        raise Refused(Missing(why))
    assert version
    if (terms.number, terms.root) != (version.number, version.root):
        raise Refused(
            Missing(
                f"La version {version.number} a remplacé celle que vous lisiez : rien n’est signé. Relisez votre part, "
                "puis répondez."
            )
        )
    found = read_version(actor, campaign, version.number)
    assert found
    return found


def _texts_read(seat: TargetingSignatory, found: ReadVersion) -> dict[str, str]:
    if why := reading_refusal(seat, found):
        raise Refused(Missing(why))
    keys = parts_of(found.version.as_frozen(), seat.organisation.kind, seat.part)
    read = {part.key: part.digest for part in found.parts if part.key in keys}
    if seat.part and seat.part not in read:
        raise Refused(Missing(PARTLY_READ))
    return read


def _refuse_faults(terms: AnswerTerms) -> None:
    if terms.answer is Answer.AWAITED:
        raise Unacceptable("Choisissez une réponse.", "answer")
    if terms.answer is not Answer.SIGNED and not terms.reason.strip():
        what = "refus" if terms.answer is Answer.REFUSED else "réserve"
        raise Unacceptable(f"Dites la raison de votre {what} : elle est jointe à la liste.", "reason")
    if not terms.is_confirmed:
        raise Unacceptable("Cochez la case : votre réponse porte sur cette empreinte.", "confirmed")


def _says_the_same(before: TargetingAnswer, signer: Signer, terms: AnswerTerms) -> bool:
    told = (before.author_id, before.delegate_id, before.number, before.answer, before.reason)
    return told == (signer.user_id, signer.delegate_id, terms.number, terms.answer, terms.reason.strip())


def _submitted(seat: TargetingSignatory, submission: str) -> TargetingAnswer | None:
    held = (TargetingAnswer.signatory_id == seat.id, TargetingAnswer.submission == submission)
    return db.session.scalars(select(TargetingAnswer).where(*held)).first()


def _keep(
    seat: TargetingSignatory,
    signer: Signer,
    terms: AnswerTerms,
    read: dict[str, str],
    *,
    now: datetime,
    address: str,
    submission: str | None,
) -> TargetingAnswer:
    given = TargetingAnswer(
        signatory_id=seat.id,
        number=terms.number,
        answer=terms.answer,
        reason=terms.reason.strip(),
        answered_at=now,
        author_id=signer.user_id,
        delegate_id=signer.delegate_id,
        function=signer.function,
        delegation=signer.delegation,
        address=address,
        root=terms.root,
        read=read,
        voided_parts=[],
        submission=submission,
    )
    db.session.add(given)
    db.session.flush()
    return given
