"""A targeting list of the ARS over the ground, with what each said of its employers."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select

from app.auth import actor_of
from app.extensions import db
from app.models import (
    WHOLE_LIST,
    Source,
    Structure,
    TargetingAnswer,
    TargetingAppraisal,
    TargetingCampaign,
    TargetingDelegate,
    TargetingLine,
    TargetingNote,
    TargetingPart,
    TargetingProposal,
    TargetingScore,
    TargetingSignatory,
    TargetingVersion,
    User,
    Visibility,
)
from figures.targeting import TargetClass
from tests.factories import NOW
from tests.leaks.ground import Ground, Secret, Topic
from tests.leaks.people import PEOPLE
from tests.targeting import make_campaign, sealed_by_hand
from workflows.targeting_appraisal import Fairness, FairnessReason
from workflows.targeting_list import Answer, ListState
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
    _appraise(ground, campaign, people["preventeur"])
    _seal(ground, campaign, people)
    for who in ("preventeur", "federation"):
        _plant_answer(ground, campaign, people[who])
    _plant_delegate(ground, campaign, people["departement"])
    db.session.flush()


def _appraise(ground: Ground, campaign: TargetingCampaign, author: User) -> None:
    """The lead of a case has met the employer, and says whether the list was right."""
    place = ground.places["voisin"]
    assert place.case
    place.case.source = Source.TARGETING_LIST
    about = {"case_id": place.case.id, "employer_id": place.employer.id, "campaign_id": campaign.id}
    by = {"author_id": author.id, "organisation_id": author.capacities[0].organisation_id, "created_at": NOW}
    said = TargetingAppraisal(**about, **by, verdict=Fairness.PARTLY, reason=FairnessReason.OTHER, wording="Vu.")
    ground.plant(said, Secret(Topic.APPRAISAL, "voisin", PEOPLE[author.email.partition("@")[0]]))
    db.session.add(said)


PARTS = {"voisin": "federation", "clain": "federation_b", "municipal": ""}
"""Whose part of the frozen list each employer stands on; nobody's, for the last."""
PLACES = {"voisin": "departement", "clain": "departement86", "municipal": "departement"}
"""Who signs for the département where it lies."""


def _seal(ground: Ground, campaign: TargetingCampaign, people: dict[str, User]) -> None:
    """Freeze a version of the list, and seal its documents: each bears the marks of its employers."""
    marks = {name: ground.mark(Secret(Topic.FROZEN, name, where="targeting_parts.text")) for name in PARTS}
    bodies = {name: people[name].capacities[0].organisation_id for name in PARTS.values() if name}
    keys = {name: (f"federation-{bodies[whose]}",) if whose else () for name, whose in PARTS.items()}
    lies = {name: (f"departement-{people[who].capacities[0].organisation_id}",) for name, who in PLACES.items()}
    facts = {"city": "", "departement": "79", "route": "carsat", "origin": "field"}
    entries = [
        Entry(f"79000000{n}", f"Liste {marks[name]}", keys[name], facts, lies[name]) for n, name in enumerate(PARTS)
    ]
    frozen = freeze(1, {"title": "Liste"}, entries, {})
    version = TargetingVersion(
        campaign_id=campaign.id, number=1, root=frozen.root, frozen_at=NOW, author_id=campaign.author_id
    )
    db.session.add(version)
    db.session.flush()
    for position, part in enumerate(frozen.parts):
        whose = part.key.rpartition("-")[2]
        place = {"version_id": version.id, "position": position, "employers": bool(position)}
        own = int(whose) if whose.isdecimal() else None
        words = {"key": part.key, "label": part.label, "text": part.text, "digest": part.digest}
        db.session.add(TargetingPart(**place, **words, organisation_id=own))
    db.session.flush()
    held = {key: " ".join(marks[one] for one in PARTS if key in keys[one] + lies[one]) for key in _keys(keys, lies)}
    sealed_by_hand(version, {WHOLE_LIST: " ".join(marks.values()), **held})
    for key in (WHOLE_LIST, *held):
        ground.name("part", key, Secret(Topic.TARGETING, "liste"))


def _keys(*told: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {key for one in told for keys in one.values() for key in keys}


def _plant_answer(ground: Ground, campaign: TargetingCampaign, person: User) -> None:
    organisation = person.capacities[0].organisation_id
    body = PEOPLE[person.email.partition("@")[0]]
    who = Secret(Topic.SIGNATORY, "liste", body)
    part = f"federation-{organisation}" if body == "federation" else ""
    seat = TargetingSignatory(campaign_id=campaign.id, organisation_id=organisation, part=part, user_id=person.id)
    seat.function = seat.delegation = f"Direction {ground.mark(replace(who, where='targeting_signatories.function'))}"
    db.session.add(seat)
    db.session.flush()
    at = "targeting_answers."
    told = {"number": 1, "answer": Answer.RESERVED, "answered_at": NOW, "root": "0" * 64, "read": {}}
    given = TargetingAnswer(signatory_id=seat.id, author_id=person.id, voided_parts=[], **told)
    given.reason = ground.mark(Secret(Topic.TARGETING, "liste", where=f"{at}reason"))
    given.function = ground.mark(replace(who, where=f"{at}function"))
    given.delegation = ground.mark(replace(who, where=f"{at}delegation"))
    given.address = ground.mark(Secret(Topic.CONNECTION, "liste", where=f"{at}address"))
    db.session.add(given)


def _plant_delegate(ground: Ground, campaign: TargetingCampaign, person: User) -> None:
    """Somebody without an account who signs for the same body: its address is for who gave the delegation alone."""
    seat = TargetingSignatory(
        campaign_id=campaign.id, organisation_id=person.capacities[0].organisation_id, part="", user_id=person.id
    )
    db.session.add(seat)
    db.session.flush()
    who = Secret(Topic.SIGNATORY, "liste", PEOPLE[person.email.partition("@")[0]])
    at = "targeting_delegates."
    delegate = TargetingDelegate(
        signatory_id=seat.id,
        organisation_id=seat.organisation_id,
        given_name="Odile",
        appointed_by_id=person.id,
        appointed_at=NOW,
        sent_at=NOW,
    )
    for column in ("family_name", "function", "appointed_as"):
        setattr(delegate, column, ground.mark(replace(who, where=f"{at}{column}")))
    delegate.email = ground.mark(Secret(Topic.DELEGATE_ADDRESS, "liste", who.owner, where=f"{at}email"))
    db.session.add(delegate)


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
