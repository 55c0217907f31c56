"""A targeting list of the ARS over the ground, with what each said of its employers."""

from sqlalchemy import select

from app.auth import actor_of
from app.extensions import db
from app.models import (
    WHOLE_LIST,
    Structure,
    TargetingCampaign,
    TargetingLine,
    TargetingNote,
    TargetingPart,
    TargetingProposal,
    TargetingScore,
    TargetingVersion,
    User,
    Visibility,
)
from figures.targeting import TargetClass
from tests.factories import NOW
from tests.leaks.ground import Ground, Secret, Topic
from tests.leaks.people import PEOPLE
from tests.targeting import make_campaign, sealed_by_hand
from workflows.targeting_list import ListState
from workflows.targeting_proposals import NoteNature, ProposalKind, ProposalState, Reason
from workflows.targeting_texts import Entry, freeze

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
    _seal(ground, campaign, people)
    db.session.flush()


PARTS = {"voisin": "federation", "clain": "federation_b", "municipal": ""}
"""Whose part of the frozen list each employer stands on; nobody's, for the last."""


def _seal(ground: Ground, campaign: TargetingCampaign, people: dict[str, User]) -> None:
    """Freeze a version of the list, and seal its documents: each bears the marks of its employers."""
    marks = {name: ground.mark(Secret(Topic.FROZEN, name, where="targeting_parts.text")) for name in PARTS}
    bodies = {name: people[name].capacities[0].organisation_id for name in PARTS.values() if name}
    keys = {name: (f"federation-{bodies[whose]}",) if whose else () for name, whose in PARTS.items()}
    facts = {"city": "", "departement": "79", "route": "carsat", "origin": "field"}
    entries = [Entry(f"79000000{n}", f"Liste {marks[name]}", keys[name], facts) for n, name in enumerate(PARTS)]
    frozen = freeze(1, {"title": "Liste"}, entries, {})
    version = TargetingVersion(
        campaign_id=campaign.id, number=1, root=frozen.root, frozen_at=NOW, author_id=campaign.author_id
    )
    db.session.add(version)
    db.session.flush()
    for position, part in enumerate(frozen.parts):
        whose = part.key.removeprefix("federation-")
        place = {"version_id": version.id, "position": position, "employers": bool(position)}
        own = int(whose) if whose.isdecimal() else None
        words = {"key": part.key, "label": part.label, "text": part.text, "digest": part.digest}
        db.session.add(TargetingPart(**place, **words, organisation_id=own))
    db.session.flush()
    held = {key: marks[name] for name, own in keys.items() for key in own}
    sealed_by_hand(version, {WHOLE_LIST: " ".join(marks.values()), **held})
    for key in (WHOLE_LIST, *held):
        ground.name("part", key, Secret(Topic.TARGETING, "liste"))


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
