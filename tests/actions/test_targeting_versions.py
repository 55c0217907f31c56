"""Freezing a list: its texts by federation, what may not be frozen yet, the next version, an altered text."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from app.actions import targeting as actions
from app.actions.errors import Forbidden, Stale
from app.actions.targeting_versions import freeze_list
from app.extensions import db
from app.models import (
    FederationMember,
    TargetingCampaign,
    TargetingLine,
    TargetingPart,
    TargetingVersion,
)
from app.queries.targeting_versions import read_version
from tests.targeting import NOW, compute, make_campaign, make_public, make_region
from tests.world import World
from workflows.core import Refused
from workflows.targeting_list import ListState, MembershipRule
from workflows.targeting_proposals import Decision

AFTER = date(2026, 12, 16)


@pytest.fixture
def campaign(world: World) -> TargetingCampaign:
    """A list whose consultation is over: 027 to 029 are retained, 028 is of the federation, 029 is public."""
    employers = make_region(world, 30)
    federation = world.organisation("Fédération A")
    db.session.add(FederationMember(organisation_id=federation.id, employer_id=employers[28].id))
    make_public(employers[29])
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor), actor)
    campaign.state = ListState.CONSULTATION
    db.session.commit()
    return campaign


def freeze(world: World, campaign: TargetingCampaign, who: str = "coordinatrice", **given: Any) -> TargetingVersion:
    facts = {"version": campaign.version, "actor": world.actor(who), "today": AFTER, "now": NOW, **given}
    return freeze_list(campaign, **facts)


def names(part: TargetingPart) -> list[str]:
    return [one["name"] for one in json.loads(part.text).get("employers", [])]


def test_a_list_is_frozen_as_one_text_by_federation(world: World, campaign: TargetingCampaign) -> None:
    version = freeze(world, campaign)
    federation = f"federation-{world.organisation('Fédération A').id}"
    department = f"departement-{world.organisation('Département 79').id}"
    parts = {part.key: part for part in version.parts}
    assert campaign.state is ListState.FROZEN and version.number == 1
    assert {key: names(part) for key, part in parts.items()} == {
        "methode": [],
        department: ["Association 027", "Association 029"],
        federation: ["Association 028"],
        "sans-federation": ["Association 027", "Association 029"],
    }
    assert {key: part.employers for key, part in parts.items()} == {
        "methode": 0, department: 2, federation: 1, "sans-federation": 2,
    }  # fmt: skip
    method = json.loads(parts["methode"].text)
    assert (method["inputs"], method["quorum"]) == (campaign.summary["inputs"], "majority")
    routes = {one["name"]: one["facts"]["route"] for one in json.loads(parts["sans-federation"].text)["employers"]}
    assert routes == {"Association 027": "carsat", "Association 029": "public"}
    whole = "".join(part.text for part in version.parts)
    assert "mean" not in whole and "percentile" not in whole
    found = read_version(world.actor("coordinatrice"), campaign, 1)
    assert found and found.altered == () and found.change and len(found.change.entrants) == 3


def test_each_reads_its_texts(world: World, campaign: TargetingCampaign) -> None:
    freeze(world, campaign)
    db.session.commit()
    number = campaign.id
    federation = f"federation-{world.organisation('Fédération A').id}"
    department = f"departement-{world.organisation('Département 79').id}"
    read, closed = {}, {}
    for who in ("coordinatrice", "preventeur", "departement", "federation"):
        db.session.expunge_all()
        listed = db.session.get(TargetingCampaign, number)
        assert listed
        found = read_version(world.actor(who), listed, 1)
        assert found
        read[who] = {part.key for part in found.parts}
        closed[who] = {part.key for part in found.closed}
    everything = {"methode", department, federation, "sans-federation"}
    assert read == {
        "coordinatrice": everything,
        "preventeur": everything,
        "departement": {"methode", department},
        "federation": {"methode", federation},
    }
    assert closed["departement"] == {federation, "sans-federation"} and not closed["federation"]


def test_an_employer_of_several_federations_stands_where_the_rule_says(
    world: World, campaign: TargetingCampaign
) -> None:
    other = world.organisation("Aract Poitou")  # any other body: what counts is that there are two
    db.session.add(FederationMember(organisation_id=other.id, employer_id=world.employer("Association 028").id))
    campaign.membership = MembershipRule.NONE
    version = freeze(world, campaign)
    department = f"departement-{world.organisation('Département 79').id}"
    assert {part.key for part in version.parts} == {"methode", department, "sans-federation"}
    campaign.state, campaign.membership = ListState.CONSULTATION, MembershipRule.EACH
    db.session.flush()
    again = freeze(world, campaign)
    assert [names(part) for part in again.parts[2:-1]] == [["Association 028"]] * 2


def test_the_next_version_tells_who_comes_and_goes(world: World, campaign: TargetingCampaign) -> None:
    first = freeze(world, campaign)
    actor = world.actor("coordinatrice")
    with pytest.raises(Refused, match="motif"):
        actions.take_step(campaign, "amend", "", version=campaign.version, actor=actor, today=AFTER, now=NOW)
    actions.take_step(campaign, "amend", "Une fermeture", version=campaign.version, actor=actor, today=AFTER, now=NOW)
    for name, decided in (("Association 027", Decision.WITHDRAWN), ("Association 020", Decision.FIRST)):
        db.session.execute(
            update(TargetingLine)
            .where(TargetingLine.employer_id == world.employer(name).id, TargetingLine.campaign_id == campaign.id)
            .values(decided=decided)
        )
    db.session.expire_all()
    second = freeze(world, campaign)
    assert (first.number, second.number) == (1, 2) and first.root != second.root
    found = read_version(actor, campaign, 2)
    assert found and found.change
    assert (found.change.entrants, found.change.leavers) == (("Association 020",), ("Association 027",))
    assert found.change.staying == ("Association 028", "Association 029") or set(found.change.staying) == {
        "Association 028", "Association 029"
    }  # fmt: skip
    kept = {part.key: part.digest for part in first.parts}
    assert {part.key for part in second.parts if kept[part.key] != part.digest} == {
        "sans-federation", f"departement-{world.organisation('Département 79').id}",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"consulted_until": AFTER}, "La consultation est ouverte jusqu’au 16/12/2026"),
        ({"meeting": ""}, "composition de la réunion"),
        ({"state": ListState.DRAFT}, "n’est pas ouverte"),
        ({"computed_method": "autre"}, "La méthode a changé"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(
    world: World, campaign: TargetingCampaign, changed: dict[str, Any], why: str
) -> None:
    for name, value in changed.items():
        setattr(campaign, name, value)
    db.session.flush()
    with pytest.raises(Refused, match=why):
        freeze(world, campaign)
    assert db.session.scalars(select(TargetingVersion)).all() == []


def test_a_retained_employer_without_a_route_keeps_the_list_open(world: World, campaign: TargetingCampaign) -> None:
    marais = TargetingLine(campaign_id=campaign.id, employer_id=world.employer("GCSMS du Marais").id, structures=0,
                           first_count=0, next_count=0, is_steady=True, motives="", decided=Decision.FIRST)  # fmt: skip
    db.session.add(marais)
    db.session.flush()
    with pytest.raises(Refused, match="un employeur retenu n’a pas encore d’organisme"):
        freeze(world, campaign)


def test_whoever_runs_the_whole_list_freezes_it_once(world: World, campaign: TargetingCampaign) -> None:
    with pytest.raises(Forbidden):
        freeze(world, campaign, "preventeur")
    shown = campaign.version
    freeze(world, campaign)
    with pytest.raises(Stale):
        freeze(world, campaign, version=shown)
    with pytest.raises(Refused, match="n’est pas ouverte dans l’état « Figée »"):
        freeze(world, campaign)


def test_a_text_altered_in_the_database_is_seen_by_all_who_read_it(world: World, campaign: TargetingCampaign) -> None:
    version = freeze(world, campaign)
    part = next(part for part in version.parts if part.key == "methode")
    part.text = part.text.replace("majority", "leads")
    db.session.commit()
    number = campaign.id
    for who in ("coordinatrice", "departement", "federation"):
        db.session.expunge_all()
        listed = db.session.get(TargetingCampaign, number)
        assert listed
        found = read_version(world.actor(who), listed, 1)
        assert found and found.altered == ("methode",), who
