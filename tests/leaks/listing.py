"""A targeting list of the ARS over the ground, with what each said of its employers."""

from sqlalchemy import select

from app.auth import actor_of
from app.extensions import db
from app.models import (
    Structure,
    TargetingCampaign,
    TargetingLine,
    TargetingNote,
    TargetingProposal,
    TargetingScore,
    User,
    Visibility,
)
from figures.targeting import TargetClass
from tests.factories import NOW
from tests.leaks.ground import Ground, Secret, Topic
from tests.leaks.people import PEOPLE
from tests.targeting import make_campaign
from workflows.targeting_list import ListState
from workflows.targeting_proposals import NoteNature, ProposalKind, ProposalState, Reason

AUTHORS = {
    "voisin": ("preventeur", "referent", "departement", "federation"),
    "municipal": ("referent", "departement"),
    "clain": ("referent", "departement86", "federation_b"),
}
"""Who said something of which employer."""


def plant_list(ground: Ground, people: dict[str, User]) -> None:
    """Put every employer of the two départements on a list that the ARS has opened to consultation."""
    runner = people["referent"]
    campaign = make_campaign(actor_of(runner, runner.capacities[0]), state=ListState.CONSULTATION)
    campaign.computed_at, campaign.summary = NOW, {"employers": 30, "moves": [], "robust": 50}
    secret = Secret(Topic.TARGETING, "liste")
    ground.plant(campaign, secret)
    db.session.flush()
    ground.name("campaign", campaign.id, secret)
    for structure in db.session.scalars(select(Structure).where(Structure.departement.in_(("79", "86")))):
        _line(campaign, structure)
    for name, authors in AUTHORS.items():
        ground.name("target", ground.employer_ids[name], Secret(Topic.TARGET_LINE, name))
        for author in authors:
            _added(ground, campaign, name, people[author])
    db.session.flush()


def _line(campaign: TargetingCampaign, structure: Structure) -> None:
    place = {"campaign_id": campaign.id, "employer_id": structure.employer_id, "is_steady": True}
    db.session.add(TargetingLine(**place, computed=TargetClass.FIRST, structures=1, first_count=1, next_count=0))
    score = {"departement": structure.departement, "computed": TargetClass.FIRST, "coverage": 0}
    db.session.add(
        TargetingScore(**place, **score, structure_id=structure.id, figures='{"criteria":[],"moves":[]}', total=None)
    )


def _added(ground: Ground, campaign: TargetingCampaign, name: str, author: User) -> None:
    employer, owner = ground.places[name].employer, PEOPLE[author.email.partition("@")[0]]
    by = {"author_id": author.id, "organisation_id": author.capacities[0].organisation_id, "created_at": NOW}
    about = {"campaign_id": campaign.id, "employer_id": employer.id, "wording": "À savoir."}
    for visibility in (Visibility.ORGANISATION, Visibility.PARTNERS):
        what = {"nature": NoteNature.OTHER, "noted_on": NOW.date(), "is_fact": True, "visibility": visibility}
        note = TargetingNote(**about, **by, **what)
        ground.plant(note, Secret(Topic.TARGET_NOTE, name, owner, visibility))
        db.session.add(note)
    asked = {"kind": ProposalKind.LOWER, "reason": Reason.OUTDATED, "state": ProposalState.PENDING}
    proposal = TargetingProposal(**about, **by, **asked, answer="")
    secret = Secret(Topic.PROPOSAL, name, owner, Visibility.PARTNERS)
    ground.plant(proposal, secret)
    db.session.add(proposal)
    db.session.flush()
    ground.name("proposal", proposal.id, secret)
