"""Who reads and changes a targeting list: its campaign, its lines, its figures, what people add to it.

A list belongs to the organisation that made it; it reaches the others by a convention in force that opens this family
of data, each in its own départements. A federation is consulted on its members, and knows of nobody else.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from app.models import (
    Case,
    Employer,
    Source,
    TargetingCampaign,
    TargetingDepartement,
    TargetingNote,
    TargetingPart,
    TargetingProposal,
    Visibility,
)
from app.permissions.actor import Actor
from app.permissions.matrix import MATRIX, Act, Kind, Relation, relations_needed
from app.permissions.relations import codes_of, employer_lies_in, employer_relations, is_own, numbers
from app.permissions.rules import commits_its_organisation, may, read_only_refusal
from app.permissions.sight import SHARED_READERS, not_public_for_the_carsat
from workflows.roles import Role
from workflows.targeting_list import OPEN_TO_CHANGE, SHOWN_TO_FEDERATIONS, ListState
from workflows.targeting_texts import METHOD


def sees_campaign(actor: Actor) -> ColumnElement[bool]:
    """Condition on `TargetingCampaign`: the lists in the actor's sight, in whole or in part."""
    if not relations_needed(actor.role, Kind.TARGETING_LIST, Act.READ):
        return false()
    own = and_(is_own(TargetingCampaign.organisation_id, actor), _covers(actor.territory))
    opened = [
        and_(TargetingCampaign.organisation_id.in_(numbers(flow.sources)), _covers(flow.departements & actor.territory))
        for flow in actor.flows_of(Kind.TARGETING_LIST)
    ]
    shown = TargetingCampaign.state.in_(SHOWN_TO_FEDERATIONS) if is_consulted_on_members(actor) else true()
    return and_(or_(own, *opened), shown)


def _covers(departements: Iterable[str]) -> ColumnElement[bool]:
    found = exists().where(
        TargetingDepartement.campaign_id == TargetingCampaign.id,
        TargetingDepartement.departement.in_(codes_of(departements)),
    )
    return found.correlate(TargetingCampaign)


def is_consulted_on_members(actor: Actor) -> bool:
    """Tell whether the actor's body reads of a list its own members, without any figure, and nobody else."""
    return relations_needed(actor.role, Kind.TARGETING_LIST, Act.READ) == {Relation.MEMBER}


def campaign_places(actor: Actor, campaign: TargetingCampaign) -> frozenset[str]:
    """Return the départements of a campaign in sight where the actor reads its lines."""
    if campaign.organisation_id == actor.organisation_id:
        return actor.territory & frozenset(campaign.codes)
    opened = [
        flow.departements for flow in actor.flows_of(Kind.TARGETING_LIST) if campaign.organisation_id in flow.sources
    ]
    return frozenset().union(*opened) & actor.territory & frozenset(campaign.codes)


def sees_line(actor: Actor, campaign: TargetingCampaign) -> ColumnElement[bool]:
    """Condition on `Employer` joined to a line of a campaign in sight."""
    if is_consulted_on_members(actor):
        return employer_relations(actor)[Relation.MEMBER]
    return or_(*employer_lies_in(campaign_places(actor, campaign)))


def reads_campaign_counts(actor: Actor) -> bool:
    """Tell whether the counts of a whole list, and what makes it hang on one criterion, are open to the actor."""
    return not is_consulted_on_members(actor)


# --- Figures ------------------------------------------------------------------------------------------------


def figure_owners(actor: Actor, departements: Iterable[str], kind: Kind = Kind.INDICATOR) -> frozenset[int]:
    """Return the organisations whose figures of a kind the actor reads in all of these places; 0: a command's.

    A list is computed from nothing else: a figure that its organisation may not read does not count.
    """
    places = frozenset(departements)
    found = {actor.organisation_id or 0} | {
        source for flow in actor.flows_of(kind) for source in flow.sources if places <= _opened_by(actor, source, kind)
    }
    nobody = {0} if relations_needed(actor.role, kind, Act.WRITE) else set()
    return frozenset(found | nobody)


def _opened_by(actor: Actor, source: int, kind: Kind) -> frozenset[str]:
    flows = actor.flows_of(kind)
    return frozenset().union(*(flow.departements for flow in flows if source in flow.sources))


def figure_places(actor: Actor, campaign: TargetingCampaign) -> frozenset[str]:
    """Return the départements where the actor reads the figures of a list: those of every organisation they are of."""
    places = _places_of(actor, campaign, Kind.INDICATOR, campaign.owners)
    if campaign.claim_owners:
        places &= _places_of(actor, campaign, Kind.AT_BAND, campaign.claim_owners)
    return places


def _places_of(actor: Actor, campaign: TargetingCampaign, kind: Kind, owners: Iterable[int]) -> frozenset[str]:
    if Relation.TERRITORY not in relations_needed(actor.role, kind, Act.READ):
        return frozenset()
    places = campaign_places(actor, campaign)
    for owner in owners:
        if owner == 0 and not relations_needed(actor.role, kind, Act.WRITE):
            return frozenset()
        if owner not in (0, actor.organisation_id):
            places &= _opened_by(actor, owner, kind)
    return places


def may_read_figures_of(actor: Actor, campaign: TargetingCampaign, employer: Employer) -> bool:
    """Tell whether a line of a list explains itself to the actor in figures; otherwise in words."""
    kinds = (Kind.INDICATOR, Kind.AT_BAND) if campaign.claim_owners else (Kind.INDICATOR,)
    return bool(figure_places(actor, campaign)) and all(may(actor, Act.READ, kind, employer) for kind in kinds)


# --- Frozen texts -------------------------------------------------------------------------------------------


def reads_parts(actor: Actor) -> ColumnElement[bool]:
    """Condition on `TargetingPart`, its list in sight: a federation has the method and its own members' text."""
    if not is_consulted_on_members(actor):
        return true()
    return or_(TargetingPart.key == METHOD, is_own(TargetingPart.organisation_id, actor))


def reads_part(actor: Actor, campaign: TargetingCampaign, part: TargetingPart | None) -> bool:
    """Tell whether the words of a text are open to the actor (None: those of all the texts).

    A text may name employers of the whole territory: who reads a part of it has the method, its own organisation's
    text if it covers that, and the digests.
    """
    is_own_part = part is not None and part.organisation_id == actor.organisation_id
    is_method = part is not None and part.key == METHOD
    if is_consulted_on_members(actor):
        return is_method or is_own_part
    whole = frozenset(campaign.codes)
    told = whole & actor.whole_territory if is_own_part else whole
    return is_method or campaign_places(actor, campaign) == told


# --- Signatures ---------------------------------------------------------------------------------------------


def signing_roles() -> tuple[Role, ...]:
    """Return the kinds of organisations that sign targeting lists, in the order of a signature sheet."""
    return tuple(MATRIX[Kind.TARGETING_LIST][Act.SIGN])


def signs_lists(actor: Actor) -> bool:
    """Tell whether the actor's body signs targeting lists: the three bodies and the federations."""
    return bool(relations_needed(actor.role, Kind.TARGETING_LIST, Act.SIGN)) and not actor.is_read_only


def reads_signatory(actor: Actor, campaign: TargetingCampaign, organisation_id: int) -> bool:
    """Tell whether the actor reads who signs a list for an organisation: its own, or any for whoever runs the list."""
    return organisation_id == actor.organisation_id or may_decide_list(actor, campaign)


def may_name_signatory(actor: Actor, campaign: TargetingCampaign, organisation_id: int) -> bool:
    """Tell whether the actor says who signs a list in sight for an organisation: whoever runs the list says it for
    all, and who commits an organisation for its own."""
    is_own_body = organisation_id == actor.organisation_id and commits_its_organisation(actor)
    return signs_lists(actor) and (is_own_body or may_decide_list(actor, campaign))


def may_delegate_signature(actor: Actor, organisation_id: int, signatory_id: int | None) -> bool:
    """Tell whether the actor leaves the signature of an organisation to somebody without an account: who signs for it
    (`signatory_id`, an account) or who commits it, and nobody of another body."""
    signs_for_it = actor.user_id == signatory_id or commits_its_organisation(actor)
    return signs_lists(actor) and organisation_id == actor.organisation_id and signs_for_it


def reads_document(actor: Actor, campaign: TargetingCampaign, organisation_id: int | None) -> bool:
    """Tell whether the document made for an organisation is the actor's (None: that of the whole list).

    Each has its own and no other: who reads all of a list has the whole, the others the part made for them.
    """
    if organisation_id is None:
        return reads_part(actor, campaign, None)
    return organisation_id == actor.organisation_id


# --- What people add ----------------------------------------------------------------------------------------


def reads_targeting_note(actor: Actor) -> ColumnElement[bool]:
    """Condition on `TargetingNote` joined to `Employer`, its line in sight: one's own organisation's, or a shared one
    that a convention opens between the three bodies."""
    shared = and_(TargetingNote.visibility == Visibility.PARTNERS, _flows(actor, TargetingNote.organisation_id))
    return and_(or_(is_own(TargetingNote.organisation_id, actor), shared), not_public_for_the_carsat(actor))


def reads_proposal(actor: Actor) -> ColumnElement[bool]:
    """The same for `TargetingProposal`: what is proposed is discussed by the three bodies; a federation reads its own.

    Without a convention, whoever runs the list still reads what is proposed of it.
    """
    run = exists().where(
        TargetingCampaign.id == TargetingProposal.campaign_id, is_own(TargetingCampaign.organisation_id, actor)
    )
    own = is_own(TargetingProposal.organisation_id, actor)
    discussed = _flows(actor, TargetingProposal.organisation_id)
    return and_(or_(own, discussed, run.correlate(TargetingProposal)), not_public_for_the_carsat(actor))


def _flows(actor: Actor, owner: Any) -> ColumnElement[bool]:
    if actor.role not in SHARED_READERS:
        return false()
    sources = {source for flow in actor.flows_of(Kind.TARGETING_LIST) for source in flow.sources}
    found: ColumnElement[bool] = owner.in_(numbers(sources))
    return found


def may_propose(actor: Actor, employer: Employer) -> bool:
    """Tell whether the actor may say what it knows of an employer in sight, and propose something of it."""
    return may(actor, Act.COMMENT, Kind.TARGETING_LIST, employer)


def proposal_refusal(actor: Actor, campaign: TargetingCampaign) -> str | None:
    """Return why nothing more is added to a list by the actor now, in French, or None."""
    if why := read_only_refusal(actor, Act.COMMENT):
        return why
    if is_consulted_on_members(actor) and campaign.state is not ListState.CONSULTATION:
        return "La consultation est terminée : la liste ne reçoit plus de proposition."
    if campaign.state not in OPEN_TO_CHANGE:
        return "La liste est figée : rouvrez-la pour la modifier."
    return None


# --- Running a list -----------------------------------------------------------------------------------------


def may_make_lists(actor: Actor) -> bool:
    """Tell whether the actor's body makes targeting lists: the three bodies, each in its départements."""
    return bool(relations_needed(actor.role, Kind.TARGETING_LIST, Act.WRITE)) and not actor.is_read_only


def may_decide_list(actor: Actor, campaign: TargetingCampaign) -> bool:
    """Tell whether the actor changes a list in sight and decides of what is proposed: the organisation that made it,
    or the coordination of the territory."""
    return may_make_lists(actor) and (campaign.organisation_id == actor.organisation_id or actor.is_coordinator)


# --- From a signed list to cases ----------------------------------------------------------------------------


def may_open_cases(actor: Actor, campaign: TargetingCampaign) -> bool:
    """Tell whether the actor prepares and opens the cases of a list in sight: the coordination of the territory,
    which arbitrates leads."""
    return actor.is_coordinator and may_make_lists(actor) and bool(campaign_places(actor, campaign))


def opens_case_for(actor: Actor, campaign: TargetingCampaign) -> ColumnElement[bool]:
    """Condition on `Employer` retained on a list: whoever may open cases opens its own."""
    return and_(sees_line(actor, campaign), not_public_for_the_carsat(actor))


def may_appraise(actor: Actor, case: Case) -> bool:
    """Tell whether the actor says of a case that came from a list whether the list was right: its lead does."""
    return case.source is Source.TARGETING_LIST and _leads(actor, case) and may(actor, Act.WRITE, Kind.CASE, case)


def may_write_letter(actor: Actor, case: Case) -> bool:
    """Tell whether the actor prepares the letter to the employer of a case that came from a list: its lead does."""
    return case.source is Source.TARGETING_LIST and _leads(actor, case) and may(actor, Act.WRITE, Kind.DOCUMENT, case)


def leads_case(actor: Actor) -> ColumnElement[bool]:
    """Condition on `Case`: the actor's organisation leads it."""
    return is_own(Case.lead_organisation_id, actor)


def _leads(actor: Actor, case: Case) -> bool:
    return case.lead_organisation_id == actor.organisation_id and actor.organisation_id is not None
