"""A delegate without account: appointed by who signs, let in by a link and a code told aloud, answering once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.actions import magic_links
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.journal import record
from app.actions.magic_links import LinkDead, Sent
from app.actions.people import normal_address
from app.actions.targeting_signatures import (
    DELEGATE,
    AnswerTerms,
    Signer,
    answer_for,
    end_delegation,
    reading_refusal,
    signing_refusal,
)
from app.extensions import db
from app.models import (
    JournalAction,
    LinkPurpose,
    MagicLink,
    ObjectKind,
    TargetingAnswer,
    TargetingCampaign,
    TargetingDelegate,
    TargetingSignatory,
)
from app.permissions import Actor, may_delegate_signature
from app.queries import targeting_signatures as queries
from app.queries.magic_links import count_links_since, get_last_link
from app.queries.targeting_delegates import Place, giver_is_in_post
from app.queries.targeting_versions import ReadVersion
from workflows.core import Missing, Refused

NOT_YOURS = (
    "La signature d’un organisme se délègue par la personne désignée pour signer, ou par qui engage cet organisme."
)
ANSWERED = "Votre organisme a déjà répondu à cette liste : il n’y a plus rien à déléguer."
ALREADY = "{name} signe déjà par délégation : retirez d’abord cette délégation."
WITHDRAWN = "Cette délégation a été retirée."
GIVER_LEFT = (
    "La personne qui vous a donné cette délégation n’est plus en poste : sa délégation a pris fin avec sa fonction. "
    "Votre organisme peut vous en donner une autre."
)
ANSWERED_BY = "Votre organisme a déjà répondu à cette liste, par la voix de {name} : rien ne vous est demandé."
OUT_OF_SIGHT = (
    "Cette liste n’est pas ouverte à votre organisme en ce moment : demandez à la personne qui vous a désigné."
)


@dataclass(frozen=True)
class DelegateTerms:
    """Whom an organisation leaves its signature to, as typed."""

    given_name: str
    family_name: str
    function: str
    email: str


# --- Appointing ---------------------------------------------------------------------------------------------


def appoint(
    campaign: TargetingCampaign,
    found: ReadVersion,
    terms: DelegateTerms,
    *,
    actor: Actor,
    today: date,
    now: datetime,
    secret_key: str,
    submission: str | None = None,
) -> Sent:
    """Leave the signature of one's organisation to somebody without an account; the code is shown to the actor, once.

    The same form sent twice sends a new link and a new code: those of the first are worth nothing any more. Raises
    Forbidden, Refused, or Unacceptable naming the field.
    """
    seat = _seat_to_delegate(campaign, found, actor, now)
    running = queries.get_delegate(seat)
    if running and running.submission == submission:
        return _send(campaign, running, actor=actor, now=now, secret_key=secret_key)
    if running:
        raise Refused(Missing(ALREADY.format(name=running.full_name)))
    delegate = TargetingDelegate(
        signatory_id=seat.id,
        organisation_id=seat.organisation_id,
        given_name=terms.given_name,
        family_name=terms.family_name,
        function=terms.function,
        email=_address(seat, terms.email, today),
        appointed_by_id=actor.user_id,
        appointed_as=_function_of(seat, actor, today),
        appointed_at=now,
        sent_at=now,
        submission=submission,
    )
    db.session.add(delegate)
    db.session.flush()
    return _send(campaign, delegate, actor=actor, now=now, secret_key=secret_key)


def renew(
    campaign: TargetingCampaign,
    found: ReadVersion,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    secret_key: str,
) -> Sent:
    """Send another link, with another code. Raises Forbidden, Stale, Refused or Unacceptable."""
    seat = _seat_to_delegate(campaign, found, actor, now)
    return _send(campaign, _running(seat, version), actor=actor, now=now, secret_key=secret_key)


def withdraw(campaign: TargetingCampaign, *, version: int, actor: Actor, now: datetime) -> TargetingDelegate:
    """Take a delegation back, whatever became of the list. Raises Forbidden, Stale or Refused."""
    seat = _own_seat(campaign, actor)
    delegate = _running(seat, version)
    end_delegation(campaign, delegate, actor=actor, now=now)
    db.session.flush()
    return delegate


def delegating_refusal(
    campaign: TargetingCampaign, seat: TargetingSignatory, found: ReadVersion, now: datetime
) -> str | None:
    """Return why nobody leaves a signature to somebody else now, in French, or None.

    Nobody gives more than what they have: who reads a part of the texts delegates no more than they sign.
    """
    if why := signing_refusal(campaign, found.version, now):
        return why
    return ANSWERED if queries.get_answer(seat) else reading_refusal(seat, found)


def _own_seat(campaign: TargetingCampaign, actor: Actor) -> TargetingSignatory:
    seat = queries.get_seat(campaign, actor.organisation_id, lock=True)
    if seat is None or not may_delegate_signature(actor, seat.organisation_id, seat.user_id):
        raise Forbidden(NOT_YOURS)
    return seat


def _seat_to_delegate(
    campaign: TargetingCampaign, found: ReadVersion, actor: Actor, now: datetime
) -> TargetingSignatory:
    seat = _own_seat(campaign, actor)
    db.session.refresh(campaign)
    if why := delegating_refusal(campaign, seat, found, now):
        raise Refused(Missing(why))
    return seat


def _running(seat: TargetingSignatory, version: int) -> TargetingDelegate:
    delegate = queries.get_delegate(seat)
    if delegate is None:
        raise Refused(Missing(WITHDRAWN))
    if delegate.version != version:
        raise Stale(delegate)
    return delegate


def _address(seat: TargetingSignatory, typed: str, today: date) -> str:
    address = normal_address(typed)
    if address in {one.user.email for one in queries.list_people_in_post(seat.organisation_id, today=today)}:
        raise Unacceptable(
            "Cette personne a un compte dans votre organisme : désignez-la comme signataire, elle signera avec.",
            "email",
        )
    return address


def _function_of(seat: TargetingSignatory, actor: Actor, today: date) -> str:
    if seat.user_id == actor.user_id:
        return seat.function
    people = {one.user_id: one for one in queries.list_people_in_post(seat.organisation_id, today=today)}
    return people[actor.user_id].job_title if actor.user_id in people else ""


def _send(
    campaign: TargetingCampaign, delegate: TargetingDelegate, *, actor: Actor, now: datetime, secret_key: str
) -> Sent:
    if count_links_since(delegate.email, LinkPurpose.SIGNATURE, now - timedelta(hours=1)) >= magic_links.MOST_PER_HOUR:
        raise Refused(Missing("Cinq liens sont déjà partis vers cette adresse depuis une heure : réessayez plus tard."))
    delegate.sent_at, delegate.reminded = now, 0
    db.session.flush()
    sent = magic_links.send(
        delegate.email,
        LinkPurpose.SIGNATURE,
        secret_key=secret_key,
        now=now,
        organisation_id=delegate.organisation_id,
        object_kind=DELEGATE,
        object_id=delegate.id,
    )
    content = {"organisation": delegate.organisation_id, "delegate": delegate.id, "link": sent.link.id}
    record(JournalAction.TARGETING_DELEGATED, ObjectKind.TARGETING, campaign.id, content, actor=actor, now=now)
    return sent


# --- The delegate's own page --------------------------------------------------------------------------------


def unlock(
    link: MagicLink, delegate: TargetingDelegate, secret: str, code: str, *, secret_key: str, now: datetime
) -> None:
    """Let a delegate read its part, the link and the code being right. Raises as `magic_links.unlock`."""
    magic_links.unlock(link.reference, secret, code, secret_key=secret_key, now=now)
    content = {"organisation": delegate.organisation_id, "delegate": delegate.id, "link": link.id}
    number = delegate.signatory.campaign_id
    record(JournalAction.TARGETING_UNLOCKED, ObjectKind.TARGETING, number, content, actor=None, now=now)


def link_refusal(link: MagicLink, delegate: TargetingDelegate | None, now: datetime) -> str | None:
    """Return why a link leads nowhere any more, in French and without a name, or None."""
    if link.used_at:
        return "Ce lien a servi : une réponse a été donnée avec lui."
    if delegate is None:
        return OUT_OF_SIGHT
    if delegate.withdrawn_at:
        return "La délégation pour laquelle ce lien vous a été envoyé a été retirée."
    last = get_last_link(DELEGATE, link.object_id)
    if last and last.id != link.id:
        return "Un lien plus récent vous a été envoyé, avec un autre code : ouvrez le dernier courriel reçu."
    if link.expires_at <= now:
        return "Ce lien est trop ancien : il ne valait que trois semaines."
    return None if link.is_open(now) else "Cinq codes faux ont été donnés : ce lien est fermé."


def answering_refusal(place: Place, *, today: date, now: datetime) -> str | None:
    """Return why a delegate does not answer now, in French, or None; its link stays good for a better day."""
    if why := signing_refusal(place.campaign, place.found.version, now):
        return why
    if place.answer:
        return ANSWERED_BY.format(name=place.answer.signed_by)
    if not giver_is_in_post(place.delegate, today=today):
        return GIVER_LEFT
    return reading_refusal(place.seat, place.found)


def sign_as_delegate(
    place: Place,
    link: MagicLink,
    terms: AnswerTerms,
    *,
    actor: Actor,
    today: date,
    now: datetime,
    address: str,
    submission: str | None = None,
) -> TargetingAnswer:
    """Answer for the organisation that left its signature, and use the link: once. `place` is held under lock.

    Raises Refused, Unacceptable naming the field, or LinkDead for who comes second.
    """
    delegate = place.delegate
    if delegate.withdrawn_at:
        raise LinkDead
    if why := answering_refusal(place, today=today, now=now):
        raise Refused(Missing(why))
    signer = Signer(None, delegate.id, delegate.function, delegate.origin)
    given = answer_for(
        place.campaign, place.seat, signer, terms, actor=actor, now=now, address=address, submission=submission
    )
    magic_links.use(link, now=now)
    return given
