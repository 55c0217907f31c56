"""Making a targeting list: terms refused in words, the computation against its own numbers, steps, two tabs."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.actions import targeting as actions
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.targeting_run import claim
from app.extensions import db
from app.jobs import targeting as job
from app.models import (
    Convention,
    JournalAction,
    JournalEntry,
    Structure,
    TargetingCampaign,
    TargetingLine,
    TargetingScore,
)
from figures.targeting import TargetClass
from tests.targeting import NOW, TODAY, add_accidents, compute, make_campaign, make_region, terms
from tests.world import World
from workflows.core import Refused
from workflows.targeting_list import ListState
from workflows.targeting_scope import ListRun, TargetField


def lines(campaign: TargetingCampaign) -> dict[str, TargetingLine]:
    found = db.session.scalars(select(TargetingLine).where(TargetingLine.campaign_id == campaign.id))
    return {line.employer.name: line for line in found}


def of(campaign: TargetingCampaign, computed: TargetClass) -> set[str]:
    return {name for name, line in lines(campaign).items() if line.computed is computed}


def told(campaign: TargetingCampaign, name: str) -> dict[str, Any]:
    found = select(TargetingScore).join(Structure).where(Structure.name == name)
    score = db.session.scalars(found.where(TargetingScore.campaign_id == campaign.id)).one()
    read: dict[str, Any] = json.loads(score.figures)
    return read


def test_a_list_is_computed_from_its_figures_and_says_why(world: World) -> None:
    make_region(world)
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor), actor)
    assert (campaign.run, campaign.failure, campaign.computed_method) == (ListRun.DONE, "", campaign.method_digest)
    # 38 are classed: the first tenth is four, the next two tenths eight.
    assert of(campaign, TargetClass.FIRST) == {f"Association {n:03d}" for n in range(36, 40)}
    assert of(campaign, TargetClass.NEXT) == {f"Association {n:03d}" for n in range(28, 36)}
    assert of(campaign, TargetClass.TO_QUALIFY) == {"Association 001"}
    assert of(campaign, TargetClass.SILENT) >= {"Association 000", "Association Les Tilleuls", "CCAS de Niort"}
    assert "Association Garonne" not in lines(campaign)
    line = lines(campaign)["Association 039"]
    assert (line.structures, line.first_count, line.motives, line.decided) == (1, 1, "absence rotation vacance", None)
    absence = told(campaign, "EHPAD 039")["criteria"][0]
    # 178 − 8 − 12 = 158 thousandths in the middle year: maternity and accidents are taken away.
    assert (absence["code"], absence["values"], absence["mean"]) == ("absence", [156_000, 158_000, 160_000], 158_000)
    assert (absence["years"], absence["peers"], absence["percentile"]) == (3, 38, 987)
    assert campaign.summary["classes"]["first"] == 4 and campaign.summary["robust"] == 100
    assert campaign.owners == [world.organisation("ARS Poitou").id]


def test_accidents_weigh_by_their_probability_where_a_convention_opens_them(world: World) -> None:
    make_region(world)
    add_accidents(world, {"EHPAD 005": 90, "EHPAD 039": 10, "EHPAD 000": 99, "EHPAD 038": None})
    actor, weights = world.actor("coordinatrice"), {"absence": 50, "rotation": 35, "vacance": 15, "accidents": 100}
    campaign = compute(make_campaign(actor, weights=weights), actor)
    assert campaign.claim_owners == [world.organisation("Carsat Poitou").id]
    found = {one["code"]: one for one in told(campaign, "EHPAD 005")["criteria"]}
    assert (found["accidents"]["mean"], found["accidents"]["percentile"]) == (900_000, 900)
    assert (found["accidents"]["contribution"], found["accidents"]["values"]) == (450, [None, None, None])
    without = {one["code"]: one for one in told(campaign, "EHPAD 038")["criteria"]}
    assert (without["accidents"]["mean"], without["accidents"]["contribution"]) == (None, None)
    # Accidents answer for nobody, and their part in a class is told in no words that travel without figures.
    assert "Association 000" in of(campaign, TargetClass.SILENT)
    assert all("accidents" not in line.motives for line in lines(campaign).values())
    inputs = campaign.summary["inputs"]
    apart = compute(make_campaign(actor, weights={**weights, "accidents": 0}), actor)
    assert apart.claim_owners == [] and [one["code"] for one in told(apart, "EHPAD 005")["criteria"]] == [
        "absence", "rotation", "vacance",
    ]  # fmt: skip
    assert apart.summary["inputs"] != inputs


def test_accidents_that_no_convention_opens_are_refused_a_weight(world: World) -> None:
    make_region(world, 12)
    add_accidents(world, {"EHPAD 005": 90})
    actor, weights = world.actor("coordinatrice"), {"absence": 50, "accidents": 10}
    campaign = make_campaign(actor, weights=weights)
    db.session.scalars(select(Convention)).one().closed_on = TODAY
    db.session.flush()
    alone = world.actor("coordinatrice")
    with pytest.raises(Unacceptable, match="laissez ce poids à zéro") as refused:
        make_campaign(alone, weights=weights, title="Une autre")
    assert refused.value.field == "weight_accidents"
    # Computed after the convention has ended, they are left out like any figure that is no longer open.
    closed = compute(campaign, alone)
    assert closed.claim_owners == [] and {one["contribution"] for one in told(closed, "EHPAD 005")["criteria"][1:]} == {
        None
    }


def test_computing_again_gives_the_same_rows_and_keeps_what_people_decided(world: World) -> None:
    make_region(world, 30)
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor), actor)
    before, inputs = {name: line.computed for name, line in lines(campaign).items()}, campaign.summary["inputs"]
    campaign = compute(campaign, actor)
    assert {name: line.computed for name, line in lines(campaign).items()} == before
    assert campaign.summary["inputs"] == inputs
    scores = select(func.count()).select_from(TargetingScore).where(TargetingScore.campaign_id == campaign.id)
    assert db.session.scalar(scores) == campaign.summary["structures"]


def test_figures_that_its_organisation_may_not_read_do_not_count(world: World) -> None:
    """Nothing flows from the ARS of the Poitou to a caisse of another territory, were it to make a list there."""
    make_region(world, 20)
    actor = world.actor("ailleurs")
    campaign = compute(make_campaign(actor, departements=frozenset({"33"})), actor)
    assert campaign.run is ListRun.FAILED and "que votre organisme puisse lire" in campaign.failure
    assert campaign.owners == [] and lines(campaign) == {}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"field": TargetField.HOME_CARE}, "Aucun chiffre"),
        ({"field": TargetField.DISABILITY}, "aucun établissement ouvert"),
        ({"first_year": 2010, "last_year": 2012}, "Aucun chiffre"),
    ],
)
def test_a_list_without_structure_or_figure_says_so(world: World, changed: dict[str, Any], why: str) -> None:
    make_region(world, 12)
    actor = world.actor("coordinatrice")
    weights = {"absence": 50, "rotation": 35, "vacance": 15}
    campaign = compute(make_campaign(actor, weights=weights, **changed), actor)
    assert campaign.run is ListRun.FAILED and why in campaign.failure and campaign.computed_at is None


def test_a_computation_left_in_the_middle_begins_again(world: World) -> None:
    make_region(world, 20)
    actor = world.actor("coordinatrice")
    campaign = make_campaign(actor)
    campaign.run, campaign.claimed_at, campaign.run_stage = ListRun.RUNNING, NOW, 2
    number = campaign.id
    db.session.commit()
    assert claim(now=NOW + timedelta(minutes=5)) is None
    assert job.compute_lists(now=lambda: NOW + timedelta(minutes=11)) == 1
    found = db.session.get(TargetingCampaign, number)
    assert found and found.run is ListRun.DONE and found.run_stage == 4


def test_what_breaks_is_told_and_the_next_list_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    make_region(world, 20)
    actor = world.actor("coordinatrice")
    broken, sound = make_campaign(actor, weights={"absence": 50}), make_campaign(actor)
    for campaign in (broken, sound):
        actions.launch(campaign, version=campaign.version, actor=actor, now=NOW)
    broken.weights = {}
    db.session.commit()
    numbers = broken.id, sound.id
    assert job.compute_lists(now=lambda: NOW) == 2
    runs = [db.session.get(TargetingCampaign, number) for number in numbers]
    assert [one and one.run for one in runs] == [ListRun.FAILED, ListRun.DONE]
    assert runs[0] and "Tous les poids sont à zéro" in runs[0].failure


@pytest.mark.parametrize(
    ("changed", "field", "why"),
    [
        ({"departements": frozenset()}, "departements", "de votre territoire"),
        ({"departements": frozenset({"79", "33"})}, "departements", "de votre territoire"),
        ({"first_year": 2025}, "first_year", "de 2 à 5 années"),
        ({"first_year": 2019}, "first_year", "de 2 à 5 années"),
        ({"last_year": 2026}, "last_year", "pas encore connus"),
        ({"weights": {"absence": 0, "rotation": 0}}, "weight_absence", "Tous les poids sont à zéro"),
        ({"first": 60, "following": 50}, "first", "entre 1 et 99"),
        ({"valid_until": date(2027, 11, 30)}, "valid_until", "12 mois au moins"),
        ({"valid_until": date(2028, 7, 1)}, "valid_until", "18 mois au plus"),
        ({"consulted_until": date(2029, 1, 1)}, "consulted_until", "avant la validité"),
    ],
)
def test_terms_that_cannot_be_are_refused_beside_their_field(
    world: World, changed: dict[str, Any], field: str, why: str
) -> None:
    with pytest.raises(Unacceptable, match=why) as refused:
        make_campaign(world.actor("coordinatrice"), **changed)
    assert refused.value.field == field


@pytest.mark.parametrize("name", ["federation", "aract", "dreets", "directrice", "prestataire", "observateur", "admin"])
def test_the_three_bodies_alone_make_lists(world: World, name: str) -> None:
    with pytest.raises(Forbidden):
        make_campaign(world.actor(name))


def test_two_tabs_do_not_overwrite_each_other(world: World) -> None:
    actor = world.actor("coordinatrice")
    campaign = make_campaign(actor)
    shown = campaign.version
    change: Callable[..., None] = lambda title, version: actions.change_campaign(  # noqa: E731
        campaign, terms(title=title), version=version, actor=actor, today=TODAY, now=NOW
    )
    change("EHPAD, première écriture", shown)
    with pytest.raises(Stale) as stale:
        change("EHPAD, seconde écriture", shown)
    assert [(one.label, one.theirs) for one in stale.value.differences] == [("Titre", "EHPAD, première écriture")]
    with pytest.raises(Stale):
        actions.launch(campaign, version=shown, actor=actor, now=NOW)


def test_a_double_click_asks_for_one_computation(world: World) -> None:
    actor = world.actor("coordinatrice")
    campaign = make_campaign(actor)
    shown = campaign.version
    for _ in range(2):
        actions.launch(campaign, version=shown, actor=actor, now=NOW)
    db.session.commit()
    assert campaign.run is ListRun.WAITING
    changes = select(func.count()).where(
        JournalEntry.action == JournalAction.TARGETING_CHANGED, JournalEntry.object_id == campaign.id
    )
    assert db.session.scalar(changes) == 1
    with pytest.raises(Refused, match="calcul est en cours"):
        actions.change_campaign(campaign, terms(), version=campaign.version, actor=actor, today=TODAY, now=NOW)


def test_another_organisation_reads_and_does_not_change(world: World) -> None:
    campaign = make_campaign(world.actor("coordinatrice"))
    for name in ("preventeur", "departement"):
        with pytest.raises(Forbidden, match="tenue par l’organisme"):
            actions.launch(campaign, version=campaign.version, actor=world.actor(name), now=NOW)


def test_a_changed_method_closes_the_way_to_the_consultation(world: World) -> None:
    make_region(world, 20)
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor), actor)

    def step(slug: str, motive: str = "") -> None:
        actions.take_step(campaign, slug, motive, version=campaign.version, actor=actor, today=TODAY, now=NOW)

    heavier = replace(terms(), weights={"absence": 60, "rotation": 35, "vacance": 15, "prest_ext": 0})
    actions.change_campaign(campaign, heavier, version=campaign.version, actor=actor, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="La méthode a changé"):
        step("consult")
    campaign = compute(campaign, actor)
    step("consult")
    assert campaign.state is ListState.CONSULTATION
    with pytest.raises(Unacceptable, match="revenez à la préparation"):
        actions.change_campaign(campaign, terms(), version=campaign.version, actor=actor, today=TODAY, now=NOW)
    with pytest.raises(Unacceptable, match="n’est plus en préparation"):
        actions.launch(campaign, version=campaign.version, actor=actor, now=NOW)
    actions.change_campaign(
        campaign, replace(heavier, meeting="Tous"), version=campaign.version, actor=actor, today=TODAY, now=NOW
    )
    with pytest.raises(Refused, match="motif"):
        step("resume")
    step("resume", "Les chiffres de 2025 arrivent.")
    assert (campaign.state, campaign.motive) == (ListState.DRAFT, "Les chiffres de 2025 arrivent.")
