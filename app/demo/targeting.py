"""A targeting list of the demonstration: computed on its own figures, open to consultation, spoken of by several."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from app.actions import targeting as actions
from app.actions.targeting import ListTerms
from app.actions.targeting_notes import NoteTerms, ProposalTerms, add_note, decide, propose
from app.actions.targeting_signatures import AnswerTerms, SignatoryTerms, name_signatory, sign, take_signing_step
from app.actions.targeting_versions import freeze_list
from app.demo.cast import Cast
from app.demo.people import COORDINATRICE, DELEGUE, DEPARTEMENT, PREVENTEUR, REFERENT, UNA
from app.extensions import db
from app.models import Employer, TargetingCampaign, TargetingLine, Visibility
from app.permissions import Actor, may_propose
from app.queries.employers import get_employer
from app.queries.targeting_signatures import last_version, list_seats
from figures.absence import last_published
from figures.targeting import TargetClass
from workflows.calendar import add_months
from workflows.roles import Role
from workflows.targeting_list import Answer, MembershipRule, QuorumRule
from workflows.targeting_proposals import Consent, NoteNature, ProposalKind, Reason
from workflows.targeting_scope import TargetField, criteria_of

YEARS, OPEN_DAYS, SPEAK_AFTER, VALID_MONTHS = 3, 25, 40, 15
SIGNED_PLACE, SIGNED_FIRST = "79", 30
SIGNERS = (COORDINATRICE, PREVENTEUR, DEPARTEMENT, UNA)
MEETING = "ARS, Carsat Centre-Ouest et Carsat Aquitaine, départements de la région, Aract ; fédérations consultées."


def open_consultation(cast: Cast, *, today: date) -> TargetingCampaign:
    """Compute a list of EHPAD on the whole region, and let a caisse, an ARS and a federation say what they know."""
    now, region = datetime.combine(today, time(6), UTC), frozenset(cast.coordinator.territory)
    title = f"EHPAD de Nouvelle-Aquitaine, {today.year + 1}"
    campaign = _consulted(cast, _terms(today, title, TargetField.EHPAD, region, QuorumRule.MAJORITY), today, now)
    _what_the_caisse_knows(campaign, cast, today, now)
    _what_the_federation_asks(campaign, cast, today, now)
    db.session.flush()
    return campaign


def _consulted(cast: Cast, terms: ListTerms, today: date, now: datetime) -> TargetingCampaign:
    coordinator = cast.coordinator
    campaign = actions.create_campaign(terms, actor=coordinator, today=today, now=now)
    actions.launch(campaign, version=campaign.version, actor=coordinator, now=now)
    from app.actions.targeting_run import compute  # numpy and scipy: for this alone

    compute(campaign, actor=coordinator, now=now)
    db.session.flush()
    actions.take_step(campaign, "consult", "", version=campaign.version, actor=coordinator, today=today, now=now)
    return campaign


def sign_earlier_list(cast: Cast, *, today: date) -> TargetingCampaign:
    """Take a list of the home care of one département to its signatures, its federation with a reservation.

    Everything happened in the last two months, in the order in which it would have.
    """
    begun, frozen_on = today - timedelta(days=60), today - timedelta(days=60 - OPEN_DAYS - 1)
    title = f"Aide à domicile des Deux-Sèvres, {today.year}"
    terms = _terms(begun, title, TargetField.HOME_CARE, frozenset({SIGNED_PLACE}), QuorumRule.LEADS)
    campaign = _consulted(cast, replace(terms, first=SIGNED_FIRST), begun, datetime.combine(begun, time(6), UTC))
    now, coordinator = datetime.combine(frozen_on, time(8), UTC), cast.coordinator
    freeze_list(campaign, version=campaign.version, actor=coordinator, today=frozen_on, now=now)
    signers = {cast.actors[email].organisation_id: cast.actors[email] for email in SIGNERS}
    seats = [one for one in list_seats(campaign, today=today) if one.signatory.organisation_id in signers]
    at: dict[str, Any] = {"actor": coordinator, "today": frozen_on, "now": now}
    for seat in seats:
        own = signers[seat.signatory.organisation_id]
        named = SignatoryTerms(own.user_id, "Par délégation de la direction", "")
        name_signatory(campaign, seat, named, version=seat.signatory.version, **at)
    take_signing_step(campaign, "call", version=campaign.version, **at)
    version = last_version(campaign)
    assert version
    for days, seat in enumerate(seats, 1):
        own = signers[seat.signatory.organisation_id]
        is_reserved = own.role is Role.FEDERATION
        reason = "Le calendrier des premières rencontres est à revoir avec nos adhérents." if is_reserved else ""
        answer = Answer.RESERVED if is_reserved else Answer.SIGNED
        given = AnswerTerms(version.number, version.root, answer, reason, is_confirmed=True)
        sign(campaign, given, actor=own, now=now + timedelta(days=days), address="127.0.0.1")
    done = frozen_on + timedelta(days=len(seats) + 1)
    at |= {"today": done, "now": datetime.combine(done, time(9), UTC)}
    take_signing_step(campaign, "conclude", version=campaign.version, **at)
    return campaign


def _terms(today: date, title: str, field: TargetField, departements: frozenset[str], quorum: QuorumRule) -> ListTerms:
    last = last_published(today, 10)
    return ListTerms(
        title=title,
        field=field,
        departements=departements,
        first_year=last - YEARS + 1,
        last_year=last,
        weights={one.code: one.weight for one in criteria_of(field)},
        first=10,
        following=20,
        coverage=60,
        valid_from=add_months(today.replace(day=1), 2),
        valid_until=add_months(today.replace(day=1), 2 + VALID_MONTHS),
        consulted_until=today + timedelta(days=OPEN_DAYS),
        speak_from=today + timedelta(days=SPEAK_AFTER),
        meeting=MEETING,
        quorum=quorum,
        membership=MembershipRule.EACH,
    )


def _what_the_caisse_knows(campaign: TargetingCampaign, cast: Cast, today: date, now: datetime) -> None:
    """A préventeur tells what it saw, and asks that an employer already helped be examined later: retained."""
    claire, julien, nadia = cast.actors[PREVENTEUR], cast.actors[REFERENT], cast.coordinator
    seen = [employer for employer in _employers(campaign, claire, TargetClass.FIRST) if may_propose(claire, employer)]
    for employer in seen[:2]:
        wording = "Deux rails posés au printemps, les équipes s’en servent ; le document unique est à reprendre."
        terms = NoteTerms(NoteNature.PREVENTION, today - timedelta(days=20), True, wording, Visibility.PARTNERS)
        add_note(campaign, employer, terms, actor=claire, today=today, now=now)
    for employer in seen[:1]:
        wording = "Un chargé de prévention y vient chaque mois depuis un an : attendons le bilan."
        asked = ProposalTerms(ProposalKind.LOWER, Reason.ALREADY_HELPED, wording)
        proposal = propose(campaign, employer, asked, actor=claire, today=today, now=now)
        own = get_employer(nadia, employer.id)
        assert own
        decide(campaign, own, proposal, accepts=True, answer="", version=proposal.version, actor=nadia, now=now)
    for employer in _employers(campaign, julien, TargetClass.NEXT):
        wording = "Direction par intérim depuis l’été, trois postes d’infirmier ouverts sans candidat."
        terms = NoteTerms(NoteNature.MANAGEMENT, today - timedelta(days=9), False, wording, Visibility.PARTNERS)
        add_note(campaign, employer, terms, actor=julien, today=today, now=now)
        asked = ProposalTerms(ProposalKind.RAISE, Reason.UNSEEN, wording)
        propose(campaign, employer, asked, actor=julien, today=today, now=now)
        return


def _what_the_federation_asks(campaign: TargetingCampaign, cast: Cast, today: date, now: datetime) -> None:
    """A federation asks that one of its members be examined earlier, with its agreement: it waits for an answer."""
    marc = cast.actors[DELEGUE]
    for employer in _employers(campaign, marc, TargetClass.REST):
        if may_propose(marc, employer):
            wording = "La directrice souhaite un appui : deux accidents de manutention depuis la rentrée."
            asked = ProposalTerms(ProposalKind.RAISE, Reason.REQUEST, wording, Consent.ASKED)
            propose(campaign, employer, asked, actor=marc, today=today, now=now)
            return


def _employers(campaign: TargetingCampaign, actor: Actor, standing: TargetClass) -> Iterator[Employer]:
    """The employers of a class that somebody has in sight, by name."""
    lines = select(TargetingLine.employer_id).join(Employer, TargetingLine.employer_id == Employer.id)
    chosen = lines.where(TargetingLine.campaign_id == campaign.id, TargetingLine.computed == standing)
    for number in db.session.scalars(chosen.order_by(Employer.name, Employer.id)).all():
        if employer := get_employer(actor, number):
            yield employer
