"""Freezing a targeting list: what is retained that day becomes texts with their digests, of which nothing changes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.actions.errors import Forbidden, Stale
from app.actions.journal import record
from app.actions.targeting import NOT_YOURS, is_of_field
from app.actions.targeting_signatures import place_bodies
from app.extensions import db
from app.models import (
    Employer,
    FederationMember,
    JournalAction,
    ObjectKind,
    Organisation,
    TargetingCampaign,
    TargetingLine,
    TargetingPart,
    TargetingVersion,
)
from app.permissions import Actor, campaign_places, may_decide_list, signing_roles
from app.queries.choices import organisations_around
from app.queries.targeting import count_standings, standing_of
from app.queries.targeting_signatures import last_version
from workflows.core import Missing, Refused
from workflows.roles import LEADS
from workflows.targeting_list import WORKFLOW, MembershipRule
from workflows.targeting_scope import method_content, route_of
from workflows.targeting_texts import Entry, FrozenList, freeze

PARTLY_READ = "Figer la liste revient à une personne qui en lit tout le territoire."
FEDERATION, TERRITORY = "federation-", "departement-"
"""Before the number of an organisation: the key of the text of its members, of the employers of its départements."""


def freeze_list(
    campaign: TargetingCampaign, *, version: int, actor: Actor, today: date, now: datetime
) -> TargetingVersion:
    """Freeze what is retained as the next version. Raises Forbidden, Stale, or Refused with all that is missing."""
    if not may_decide_list(actor, campaign):
        raise Forbidden(NOT_YOURS)
    if campaign.version != version:
        raise Stale(campaign)
    if why := freezing_refusal(actor, campaign):
        raise Refused(Missing(why))
    WORKFLOW.fire(campaign, "freeze", today=today, effective_on=None, motive="", **facts_of(campaign, actor))
    campaign.entered_on, campaign.motive = today, ""
    entries, labels = _entries(campaign)
    frozen = freeze(_next_number(campaign), _method(campaign), entries, labels)
    kept = _keep(campaign, frozen, {entry.number for entry in entries}, actor=actor, now=now)
    place_bodies(campaign, frozen, _signing_bodies(campaign, frozen), actor=actor, now=now)
    content = {"version": frozen.version, "root": frozen.root}
    record(JournalAction.TARGETING_FROZEN, ObjectKind.TARGETING, campaign.id, content, actor=actor, now=now)
    return kept


def freezing_refusal(actor: Actor, campaign: TargetingCampaign) -> str | None:
    """Return why this person may not freeze a list that its organisation runs, or None."""
    return None if campaign_places(actor, campaign) == set(campaign.codes) else PARTLY_READ


def facts_of(campaign: TargetingCampaign, actor: Actor) -> dict[str, int]:
    """Return what the guards of freezing ask for: how many are retained, and how many of them have no route."""
    standings = count_standings(actor, campaign)
    return {"retained": standings.retained, "unrouted": standings.unrouted}


def _next_number(campaign: TargetingCampaign) -> int:
    last = select(func.max(TargetingVersion.number)).where(TargetingVersion.campaign_id == campaign.id)
    return (db.session.scalar(last) or 0) + 1


def _method(campaign: TargetingCampaign) -> dict[str, Any]:
    """What everybody signs, without a name nor a figure of an employer."""
    return {
        **method_content(campaign),
        "title": campaign.title,
        "valid": [campaign.valid_from, campaign.valid_until],
        "consulted_until": campaign.consulted_until,
        "speak_from": campaign.speak_from,
        "meeting": campaign.meeting,
        "quorum": campaign.quorum,
        "membership": campaign.membership,
        "inputs": campaign.summary.get("inputs", ""),
        "code": campaign.code_version,
        **_replaced(campaign),
    }


def _replaced(campaign: TargetingCampaign) -> dict[str, str]:
    """The root of the list that this one replaces: who signs the one says so of the other."""
    before = last_version(campaign.predecessor) if campaign.predecessor else None
    return {"replaces": before.root} if before else {}


def _entries(campaign: TargetingCampaign) -> tuple[list[Entry], dict[str, str]]:
    """Return the employers retained, and the names of their federations by key."""
    lines = db.session.scalars(
        select(TargetingLine)
        .join(Employer, TargetingLine.employer_id == Employer.id)
        .where(TargetingLine.campaign_id == campaign.id, standing_of() == "first")
        .options(selectinload(TargetingLine.employer).selectinload(Employer.structures))
    ).all()
    members, labels = _members([line.employer_id for line in lines])
    keys = {
        employer: names if campaign.membership is MembershipRule.EACH or len(names) == 1 else ()
        for employer, names in members.items()
    }
    partial = {one for one in _bodies_around(campaign) if not one.territory >= set(campaign.codes)}
    labels |= {f"{TERRITORY}{one.id}": one.short_name for one in partial}
    return [_entry(campaign, line, keys.get(line.employer_id, ()), partial) for line in lines], labels


def _bodies_around(campaign: TargetingCampaign) -> Sequence[Organisation]:
    """Return the ARS, caisses and départements whose territory meets that of the list."""
    return organisations_around(campaign.codes, LEADS)


def _signing_bodies(campaign: TargetingCampaign, frozen: FrozenList) -> list[tuple[Organisation, str]]:
    """Return who signs a version, with the key of its own text: empty for a body of the whole territory."""
    whole = set(campaign.codes)
    leads = [(one, "" if one.territory >= whole else f"{TERRITORY}{one.id}") for one in _bodies_around(campaign)]
    numbers = [int(part.key.removeprefix(FEDERATION)) for part in frozen.parts if part.key.startswith(FEDERATION)]
    federations = select(Organisation).where(
        Organisation.id.in_(numbers), Organisation.kind.in_(signing_roles()), Organisation.is_active
    )
    return leads + [(one, f"{FEDERATION}{one.id}") for one in db.session.scalars(federations)]


def _members(employers: Iterable[int]) -> tuple[Mapping[int, tuple[str, ...]], dict[str, str]]:
    found = defaultdict[int, tuple[str, ...]](tuple)
    labels: dict[str, str] = {}
    rows = db.session.execute(
        select(FederationMember.employer_id, Organisation.id, Organisation.short_name)
        .join(Organisation, FederationMember.organisation_id == Organisation.id)
        .where(FederationMember.employer_id.in_(list(employers)))
        .order_by(Organisation.id)
    )
    for employer, number, name in rows:
        found[employer] += (f"{FEDERATION}{number}",)
        labels[f"{FEDERATION}{number}"] = name
    return found, labels


def _entry(
    campaign: TargetingCampaign, line: TargetingLine, federations: tuple[str, ...], partial: Iterable[Organisation]
) -> Entry:
    employer, places = line.employer, set(campaign.codes)
    structures = sorted(
        [one.finess, one.name, one.category, one.departement]
        for one in employer.structures
        if one.departement in places and not one.is_closed and is_of_field(campaign.field, one.category)
    )
    facts = {
        "siren": employer.siren,
        "city": employer.city,
        "departement": employer.departement,
        "structures": structures,
        "class": line.standing,
        "origin": "field" if line.is_owed_to_the_field else "indicators",
        "route": route_of(employer.sector, employer.scheme),
    }
    lies_in = {departement for *_, departement in structures} or {employer.departement or ""}
    territories = tuple(sorted(f"{TERRITORY}{one.id}" for one in partial if one.territory & lies_in))
    return Entry(employer.finess or f"employeur-{employer.id}", employer.name, federations, facts, territories)


def _keep(
    campaign: TargetingCampaign, frozen: FrozenList, numbers: set[str], *, actor: Actor, now: datetime
) -> TargetingVersion:
    kept = TargetingVersion(
        campaign_id=campaign.id, number=frozen.version, root=frozen.root, frozen_at=now, author_id=actor.user_id
    )
    db.session.add(kept)
    db.session.flush()
    for position, part in enumerate(frozen.parts):
        organisation = part.key.rpartition("-")[2]
        db.session.add(
            TargetingPart(
                version_id=kept.id,
                key=part.key,
                position=position,
                label=part.label,
                organisation_id=int(organisation) if organisation.isdecimal() else None,
                employers=sum(f'"number":"{number}"' in part.text for number in numbers),
                text=part.text,
                digest=part.digest,
            )
        )
    db.session.flush()
    return kept
