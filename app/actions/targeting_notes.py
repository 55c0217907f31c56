"""What people add to a targeting list from what they know, and what is decided of it: beside what was computed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.journal import record
from app.extensions import db
from app.models import (
    Employer,
    JournalAction,
    ObjectKind,
    TargetingCampaign,
    TargetingLine,
    TargetingNote,
    TargetingProposal,
    Visibility,
)
from app.permissions import Actor, is_consulted_on_members, may_decide_list, may_propose, proposal_refusal
from workflows.core import Missing, Refused
from workflows.targeting_list import OPEN_TO_CHANGE
from workflows.targeting_proposals import (
    REASONS,
    Consent,
    NoteNature,
    ProposalKind,
    ProposalState,
    Reason,
    decision_of,
    offered,
)

NOT_WRITABLE = "Cet employeur n’est pas de ceux sur lesquels votre organisme se prononce."
NOT_OFFERED = "Cette proposition n’a pas lieu d’être : l’employeur est déjà à cette place."


@dataclass(frozen=True)
class NoteTerms:
    """A note as it is written."""

    nature: NoteNature
    noted_on: date
    is_fact: bool
    wording: str
    visibility: Visibility


@dataclass(frozen=True)
class ProposalTerms:
    """A proposal as it is made; `consent`: by what right a federation adds a member; `until`: put off to that day."""

    kind: ProposalKind
    reason: Reason
    wording: str
    consent: Consent | None = None
    until: date | None = None


def add_note(
    campaign: TargetingCampaign,
    employer: Employer,
    terms: NoteTerms,
    *,
    actor: Actor,
    today: date,
    now: datetime,
    submission: str | None = None,
) -> TargetingNote:
    """Write down what is known of an employer. Raises Forbidden, Refused once the list is frozen, Unacceptable."""
    _refuse_unless_open(campaign, employer, actor)
    if terms.noted_on > today:
        raise Unacceptable("Cette date est dans le futur.", "noted_on")
    if terms.visibility not in (Visibility.ORGANISATION, Visibility.PARTNERS):
        raise Unacceptable("Une note de ciblage n’est pas ouverte à l’employeur.", "visibility")
    note = TargetingNote(
        campaign_id=campaign.id,
        employer_id=employer.id,
        nature=terms.nature,
        noted_on=terms.noted_on,
        is_fact=terms.is_fact,
        wording=terms.wording.strip(),
        visibility=terms.visibility,
        author_id=actor.user_id,
        organisation_id=actor.organisation_id,
        created_at=now,
        submission=submission,
    )
    db.session.add(note)
    db.session.flush()
    return note


def propose(
    campaign: TargetingCampaign,
    employer: Employer,
    terms: ProposalTerms,
    *,
    actor: Actor,
    today: date,
    now: datetime,
    submission: str | None = None,
) -> TargetingProposal:
    """Propose something of an employer; whoever runs the list decides. Raises Forbidden, Refused, Unacceptable."""
    _refuse_unless_open(campaign, employer, actor)
    _refuse_faults(campaign, employer, terms, actor, today)
    proposal = TargetingProposal(
        campaign_id=campaign.id,
        employer_id=employer.id,
        kind=terms.kind,
        reason=terms.reason,
        wording=terms.wording.strip(),
        consent=terms.consent if terms.kind is ProposalKind.ADD else None,
        postponed_until=terms.until if terms.kind is ProposalKind.POSTPONE else None,
        state=ProposalState.PENDING,
        author_id=actor.user_id,
        organisation_id=actor.organisation_id,
        created_at=now,
        submission=submission,
    )
    db.session.add(proposal)
    db.session.flush()
    _tell(JournalAction.TARGETING_PROPOSED, proposal, actor=actor, now=now)
    return proposal


def decide(
    campaign: TargetingCampaign,
    employer: Employer,
    proposal: TargetingProposal,
    *,
    accepts: bool,
    answer: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide of a proposal on an employer in sight: the class decided stands beside the computed one.

    What is not retained is told why. Raises Forbidden, Stale when somebody has decided meanwhile, Refused once the
    list is frozen, Unacceptable.
    """
    if not may_decide_list(actor, campaign) or not may_propose(actor, employer):
        raise Forbidden("La décision revient à l’organisme qui tient la liste ou à la coordination du territoire.")
    if campaign.state not in OPEN_TO_CHANGE:
        raise Refused(Missing("La liste est figée : rouvrez-la pour la modifier."))
    if proposal.version != version or proposal.state is not ProposalState.PENDING:
        raise Stale(proposal)
    if not accepts and not answer.strip():
        raise Unacceptable("Dites en quelques mots pourquoi la proposition n’est pas retenue.", "answer")
    proposal.answer, proposal.decided_by_id, proposal.decided_at = answer.strip(), actor.user_id, now
    proposal.state = ProposalState.ACCEPTED if accepts else ProposalState.DECLINED
    if accepts:
        line = _line(campaign, proposal.employer_id)
        proposal.decided = decision_of(proposal.kind, line.standing if line else None)
        if line is None:
            line = TargetingLine(
                campaign_id=campaign.id, employer_id=proposal.employer_id, structures=0, first_count=0, next_count=0,
                is_steady=True, motives="",
            )  # fmt: skip
            db.session.add(line)
        line.decided = proposal.decided
    db.session.flush()
    _tell(JournalAction.TARGETING_DECIDED, proposal, actor=actor, now=now)


def _refuse_unless_open(campaign: TargetingCampaign, employer: Employer, actor: Actor) -> None:
    if not may_propose(actor, employer):
        raise Forbidden(NOT_WRITABLE)
    if why := proposal_refusal(actor, campaign):
        raise Refused(Missing(why))


def _refuse_faults(
    campaign: TargetingCampaign, employer: Employer, terms: ProposalTerms, actor: Actor, today: date
) -> None:
    line = _line(campaign, employer.id)
    if terms.kind not in offered(line.standing if line else None, is_listed=line is not None):
        raise Unacceptable(NOT_OFFERED, "kind")
    if terms.reason not in REASONS[terms.kind]:
        raise Unacceptable("Choisissez une raison qui va avec cette proposition.", "reason")
    if terms.kind is ProposalKind.POSTPONE and (terms.until is None or terms.until <= today):
        raise Unacceptable("Indiquez à quelle date, à venir, reporter.", "until")
    if terms.kind is ProposalKind.ADD and is_consulted_on_members(actor) and terms.consent is None:
        raise Unacceptable("Dites si l’adhérent le demande, ou s’il en est d’accord.", "consent")


def _line(campaign: TargetingCampaign, employer_id: int) -> TargetingLine | None:
    found = select(TargetingLine).where(
        TargetingLine.campaign_id == campaign.id, TargetingLine.employer_id == employer_id
    )
    return db.session.scalars(found).first()


def _tell(action: JournalAction, proposal: TargetingProposal, *, actor: Actor, now: datetime) -> None:
    content = {
        "campaign": proposal.campaign_id,
        "employer": proposal.employer_id,
        "proposal": proposal.id,
        "kind": proposal.kind.value,
        "state": proposal.state.value,
        "decided": proposal.decided.value if proposal.decided else None,
    }
    record(action, ObjectKind.TARGETING, proposal.campaign_id, content, actor=actor, now=now)
