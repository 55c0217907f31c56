"""Notes and proposals on a targeting list: whose, when, why; the decided class stands beside the computed one."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.actions import targeting_notes as actions
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.extensions import db
from app.models import Employer, TargetingCampaign, TargetingLine, TargetingProposal, Visibility
from app.queries.employers import get_employer
from figures.targeting import TargetClass
from tests.targeting import NOW, TODAY, compute, make_campaign, make_public, make_region
from tests.world import World
from workflows.core import Refused
from workflows.targeting_list import ListState
from workflows.targeting_proposals import (
    REASONS,
    Consent,
    Decision,
    NoteNature,
    ProposalKind,
    ProposalState,
    Reason,
    decision_of,
    offered,
)


@pytest.fixture
def campaign(world: World) -> TargetingCampaign:
    """A list of thirty employers, computed and open to consultation; « Association 002 » is of the federation."""
    make_region(world, 30)
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor), actor)
    campaign.state = ListState.CONSULTATION
    db.session.commit()
    return campaign


def employer(world: World, name: str, who: str) -> Employer:
    found = get_employer(world.actor(who), world.employer(name).id)
    assert found
    return found


def line(campaign: TargetingCampaign, employer: Employer) -> TargetingLine:
    found = select(TargetingLine).where(
        TargetingLine.campaign_id == campaign.id, TargetingLine.employer_id == employer.id
    )
    return db.session.scalars(found).one()


def propose(
    world: World, campaign: TargetingCampaign, name: str, who: str, kind: ProposalKind, **given: Any
) -> TargetingProposal:
    terms = actions.ProposalTerms(
        kind, given.pop("reason", REASONS[kind][0]), "Direction vacante depuis six mois.", **given
    )
    whose = employer(world, name, who)
    return actions.propose(campaign, whose, terms, actor=world.actor(who), today=TODAY, now=NOW)


def decide(world: World, proposal: TargetingProposal, who: str = "coordinatrice", **given: Any) -> None:
    campaign = db.session.get(TargetingCampaign, proposal.campaign_id)
    assert campaign
    whose = employer(world, proposal.employer.name, who)
    facts = {"accepts": True, "answer": "", "version": proposal.version, **given}
    actions.decide(campaign, whose, proposal, actor=world.actor(who), now=NOW, **facts)


# --- What a proposal makes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "standing", "decided"),
    [
        (ProposalKind.ADD, None, Decision.FIRST),
        (ProposalKind.RAISE, "next", Decision.FIRST),
        (ProposalKind.RAISE, "rest", Decision.NEXT),
        (ProposalKind.RAISE, "silent", Decision.NEXT),
        (ProposalKind.RAISE, "withdrawn", Decision.NEXT),
        (ProposalKind.LOWER, "first", Decision.NEXT),
        (ProposalKind.LOWER, "next", Decision.REST),
        (ProposalKind.WITHDRAW, "first", Decision.WITHDRAWN),
        (ProposalKind.POSTPONE, "first", Decision.POSTPONED),
    ],
)
def test_what_each_proposal_makes_of_a_place(kind: ProposalKind, standing: str | None, decided: Decision) -> None:
    assert decision_of(kind, standing) is decided
    assert kind in offered(standing, is_listed=standing is not None)


def test_what_makes_no_sense_is_not_offered() -> None:
    assert offered(None, is_listed=False) == (ProposalKind.ADD,)
    assert ProposalKind.RAISE not in offered("first", is_listed=True)
    assert not {ProposalKind.LOWER, ProposalKind.WITHDRAW} & set(offered("withdrawn", is_listed=True))
    assert all(REASONS[kind] for kind in ProposalKind)


# --- Proposals and decisions --------------------------------------------------------------------------------


def test_the_decided_class_stands_beside_the_computed_one_for_ever(world: World, campaign: TargetingCampaign) -> None:
    proposal = propose(world, campaign, "Association 029", "departement", ProposalKind.WITHDRAW)
    assert line(campaign, proposal.employer).standing == "first"
    decide(world, proposal)
    found = line(campaign, proposal.employer)
    assert (found.computed, found.decided, found.standing) == (TargetClass.FIRST, Decision.WITHDRAWN, "withdrawn")
    assert (proposal.state, proposal.decided, proposal.decided_by_id) == (
        ProposalState.ACCEPTED, Decision.WITHDRAWN, world.user("coordinatrice").id
    )  # fmt: skip
    again = propose(world, campaign, "Association 029", "referent", ProposalKind.RAISE)
    decide(world, again)
    assert line(campaign, proposal.employer).decided is Decision.NEXT
    campaign.state = ListState.DRAFT
    number = proposal.employer_id
    campaign = compute(campaign, world.actor("coordinatrice"))
    found = db.session.scalars(
        select(TargetingLine).where(TargetingLine.campaign_id == campaign.id, TargetingLine.employer_id == number)
    ).one()
    assert (found.computed, found.decided) == (TargetClass.FIRST, Decision.NEXT)


def test_an_employer_that_no_indicator_shows_is_added(world: World, campaign: TargetingCampaign) -> None:
    proposal = propose(world, campaign, "GCSMS du Marais", "departement", ProposalKind.ADD, reason=Reason.UNSEEN)
    decide(world, proposal)
    found = line(campaign, proposal.employer)
    assert (found.computed, found.decided, found.structures) == (None, Decision.FIRST, 0)
    assert found.is_retained and found.is_owed_to_the_field


def test_a_federation_adds_its_member_at_its_request_or_with_its_agreement(
    world: World, campaign: TargetingCampaign
) -> None:
    actor = world.actor("federation")
    db.session.delete(line(campaign, world.employer("Tilleuls")))
    db.session.flush()
    with pytest.raises(Unacceptable, match="le demande, ou s’il en est d’accord"):
        propose(world, campaign, "Tilleuls", "federation", ProposalKind.ADD)
    added = propose(world, campaign, "Tilleuls", "federation", ProposalKind.ADD, consent=Consent.ASKED)
    assert (added.consent, added.organisation_id) == (Consent.ASKED, actor.organisation_id)
    assert get_employer(actor, world.employer("Association 003").id) is None


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        (ProposalKind.ADD, {}, "kind"),
        (ProposalKind.RAISE, {}, "kind"),
        (ProposalKind.WITHDRAW, {"reason": Reason.REQUEST}, "reason"),
        (ProposalKind.POSTPONE, {}, "until"),
        (ProposalKind.POSTPONE, {"until": TODAY}, "until"),
    ],
)
def test_a_proposal_that_does_not_hold_is_refused_beside_its_field(
    world: World, campaign: TargetingCampaign, kind: ProposalKind, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Unacceptable) as refused:
        propose(world, campaign, "Association 029", "departement", kind, **given)
    assert refused.value.field == field


def test_a_refused_proposal_says_why_and_changes_nothing(world: World, campaign: TargetingCampaign) -> None:
    proposal = propose(world, campaign, "Association 029", "departement", ProposalKind.LOWER)
    with pytest.raises(Unacceptable, match="pourquoi"):
        decide(world, proposal, accepts=False)
    decide(world, proposal, accepts=False, answer="Les chiffres de 2025 sont les bons.")
    assert (proposal.state, proposal.decided) == (ProposalState.DECLINED, None)
    assert line(campaign, proposal.employer).decided is None


def test_two_people_decide_once(world: World, campaign: TargetingCampaign) -> None:
    proposal = propose(world, campaign, "Association 029", "departement", ProposalKind.LOWER)
    shown = proposal.version
    decide(world, proposal)
    with pytest.raises(Stale):
        decide(world, proposal, version=shown, accepts=False, answer="Non.")
    with pytest.raises(Stale):
        decide(world, proposal)


@pytest.mark.parametrize("who", ["departement", "preventeur"])
def test_whoever_runs_the_list_decides(world: World, campaign: TargetingCampaign, who: str) -> None:
    proposal = propose(world, campaign, "Association 029", "departement", ProposalKind.LOWER)
    with pytest.raises(Forbidden, match="revient à l’organisme"):
        decide(world, proposal, who)


def test_the_carsat_says_nothing_of_a_public_employer(world: World, campaign: TargetingCampaign) -> None:
    make_public(world.employer("Association 029"))
    with pytest.raises(Forbidden):
        propose(world, campaign, "Association 029", "preventeur", ProposalKind.LOWER)
    assert propose(world, campaign, "Association 029", "departement", ProposalKind.LOWER).id


@pytest.mark.parametrize(
    ("state", "who", "why"),
    [
        (ListState.FROZEN, "preventeur", "La liste est figée"),
        (ListState.SIGNED, "federation", "La consultation est terminée"),
        (ListState.FROZEN, "federation", "La consultation est terminée"),
    ],
)
def test_a_frozen_list_receives_nothing_more(
    world: World, campaign: TargetingCampaign, state: ListState, who: str, why: str
) -> None:
    campaign.state = state
    with pytest.raises(Refused, match=why):
        propose(world, campaign, "Association 002", who, ProposalKind.POSTPONE, until=date(2027, 3, 1))


# --- Notes --------------------------------------------------------------------------------------------------


def test_a_note_says_what_when_and_how_one_knows(world: World, campaign: TargetingCampaign) -> None:
    terms = actions.NoteTerms(
        NoteNature.MANAGEMENT, date(2026, 11, 10), False, "  Deux directions en un an.  ", Visibility.PARTNERS
    )
    actor, whose = world.actor("departement"), employer(world, "Association 029", "departement")
    note = actions.add_note(campaign, whose, terms, actor=actor, today=TODAY, now=NOW)
    assert (note.wording, note.is_fact, note.organisation_id) == (
        "Deux directions en un an.", False, actor.organisation_id
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"noted_on": date(2026, 11, 25)}, "noted_on"), ({"visibility": Visibility.EMPLOYER}, "visibility")],
)
def test_a_note_from_tomorrow_or_for_the_employer_is_refused(
    world: World, campaign: TargetingCampaign, changed: dict[str, Any], field: str
) -> None:
    values = {
        "nature": NoteNature.OTHER, "noted_on": TODAY, "is_fact": True, "wording": "Une note.",
        "visibility": Visibility.PARTNERS, **changed,
    }  # fmt: skip
    whose = employer(world, "Association 029", "departement")
    with pytest.raises(Unacceptable) as refused:
        actions.add_note(
            campaign, whose, actions.NoteTerms(**values), actor=world.actor("departement"), today=TODAY, now=NOW
        )
    assert refused.value.field == field
