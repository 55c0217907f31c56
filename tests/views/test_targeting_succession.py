"""A signed list gives way to the next: prepared from it, once; signed, it ends the other and keeps what that opened."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.actions.erasure import erase_campaigns
from app.actions.targeting_dates import expire
from app.actions.targeting_signatures import SignatoryTerms, name_signatory, take_signing_step
from app.actions.targeting_succession import prepare_next
from app.actions.targeting_versions import freeze_list
from app.extensions import db
from app.models import (
    JournalAction,
    JournalEntry,
    TargetingCampaign,
    TargetingLine,
    TargetingOpening,
    TargetingPart,
    TargetingVersion,
)
from app.queries import targeting_signatures as queries
from figures.targeting import TargetClass
from tests.pages import Browser, Page
from tests.targeting import NOW, TODAY, frozen_whole, signed, targeted, terms
from tests.views.together import at_once
from tests.world import World
from workflows.core import Refused
from workflows.targeting_list import ListState, QuorumRule
from workflows.targeting_texts import METHOD

Browse = Callable[[str], Browser]


@pytest.fixture
def before(world: World) -> int:
    """A signed list of which Les Tilleuls, the CCAS and Le Clain are retained."""
    return frozen_whole(world, state=ListState.SIGNED).campaign_id


def held(number: int) -> TargetingCampaign:
    return db.session.get_one(TargetingCampaign, number, populate_existing=True)


def prepared(browser: Browser, before: int, **changed: Any) -> Page:
    typed = {"title": "EHPAD du Poitou, 2028", "consulted_until": "2026-12-15", **changed}
    return browser.fill(f"/ciblage/{before}/remplacement", **typed)


def following(before: int) -> TargetingCampaign:
    db.session.rollback()
    return db.session.scalars(select(TargetingCampaign).where(TargetingCampaign.predecessor_id == before)).one()


def frozen_next(world: World, campaign: TargetingCampaign, *names: str) -> TargetingVersion:
    """Freeze the next list, on which these employers are retained."""
    for name in names:
        place = {"campaign_id": campaign.id, "employer_id": world.employer(name).id, "computed": TargetClass.FIRST}
        counts = {"structures": 1, "first_count": 1, "next_count": 0, "is_steady": True, "motives": ""}
        db.session.add(TargetingLine(**place, **counts))
    campaign.computed_at, campaign.computed_method = NOW, campaign.method_digest
    campaign.owners, campaign.state = [campaign.organisation_id], ListState.CONSULTATION
    campaign.quorum = QuorumRule.LEADS
    db.session.flush()
    who: dict[str, Any] = {"actor": world.actor("coordinatrice"), "today": TODAY + timedelta(days=30), "now": NOW}
    version = freeze_list(campaign, version=campaign.version, **who)
    db.session.commit()
    return version


def called(world: World, campaign: TargetingCampaign) -> None:
    """Name who signs for each, and call them."""
    who: dict[str, Any] = {"actor": world.actor("coordinatrice"), "today": TODAY, "now": clock.now()}
    people = {"ARS Poitou": "coordinatrice", "Carsat Poitou": "preventeur", "Département 79": "departement"}
    for seat in queries.list_seats(campaign, today=TODAY):
        if name := people.get(seat.signatory.organisation.name):
            named = SignatoryTerms(world.user(name).id, "Direction", "")
            name_signatory(campaign, seat, named, version=seat.signatory.version, **who)
    take_signing_step(campaign, "call", version=campaign.version, **who)
    db.session.commit()


def test_the_next_list_replaces_the_one_before_once_signed(world: World, browse: Browse, before: int) -> None:
    coordinator, home = browse("coordinatrice"), f"/ciblage/{before}"
    employer = world.employer("Tilleuls").id
    db.session.add(TargetingOpening(campaign_id=before, employer_id=employer, round=1, opened_at=NOW))
    assert coordinator.get(home).links("/remplacement$")
    shown = coordinator.get(f"{home}/remplacement").fields()
    assert (
        shown["departements"] == ["79", "86"]
        and shown["field"] == "ehpad"
        and shown["consulted_until"] == shown["title"] == ""
    )
    done = prepared(coordinator, before)
    campaign = following(before)
    assert done.location == f"/ciblage/{campaign.id}" and campaign.state is ListState.DRAFT
    assert "est préparée pour la remplacer" in coordinator.get(home).main
    assert (
        "Remplacera, une fois signée, la liste EHPAD du Poitou, 2027" in coordinator.get(f"/ciblage/{campaign.id}").main
    )
    assert "est préparée" not in browse("federation").get(home).main  # a draft is nobody's else
    version = frozen_next(world, campaign, "Tilleuls", "Clain")
    page = coordinator.get(f"/ciblage/{campaign.id}/versions/1")
    changes = page.main[page.main.index("Depuis la liste remplacée") :]
    assert "Sortent" in changes and "Sainte-Radegonde" not in page.title
    roots = [one.root for one in db.session.scalars(select(TargetingVersion).order_by(TargetingVersion.id))]
    method = db.session.scalars(select(TargetingPart).where(TargetingPart.version_id == version.id)).all()
    assert any(part.key == METHOD and f'"replaces":"{roots[0]}"' in part.text for part in method)
    assert "Depuis la liste remplacée" not in browse("federation").get(f"/ciblage/{campaign.id}/versions/1").main
    called(world, campaign)
    for who in ("coordinatrice", "preventeur", "departement"):
        browse(who).fill(f"/ciblage/{campaign.id}/signature", answer="signed", confirmed="y")
    assert held(before).state is ListState.SIGNED
    coordinator.fill(f"/ciblage/{campaign.id}/signataires", "/etapes/conclude")
    after, number = held(before), campaign.id
    assert held(number).state is ListState.SIGNED and after.state is ListState.REVISED
    assert after.valid_until == max(after.valid_from, clock.today()) and after.entered_on == clock.today()
    assert len(db.session.scalars(select(TargetingOpening).where(TargetingOpening.campaign_id == before)).all()) == 1
    page = browse("federation").get(home)
    assert "jour de la signature de la liste qui la remplace" in page.main
    assert "ouvrir les dossiers" not in coordinator.get(home).main
    assert "Remplacée" in page.main and "EHPAD du Poitou, 2028" in page.main
    assert coordinator.get(f"{home}/remplacement").status == 409
    assert "est déjà remplacée" in coordinator.get(f"{home}/remplacement").main
    told = select(JournalEntry.action).where(JournalEntry.object_id == before)
    assert JournalAction.TARGETING_STEP in set(db.session.scalars(told))
    erase_campaigns([before])  # the list that follows outlives it
    assert held(number).predecessor_id is None


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [
        (ListState.DRAFT, 409, "une fois signée"),
        (ListState.CONSULTATION, 409, "une fois signée"),
        (ListState.SIGNING, 409, "une fois signée"),
        (ListState.SIGNED, 200, "Préparer la liste qui remplace"),
        (ListState.EXPIRED, 200, "Préparer la liste qui remplace"),
        (ListState.REVISED, 409, "déjà remplacée"),
    ],
)
def test_only_a_list_once_signed_is_replaced(
    browse: Browse, before: int, state: ListState, status: int, said: str
) -> None:
    held(before).state = state
    page = browse("coordinatrice").get(f"/ciblage/{before}/remplacement")
    assert page.status == status and said in page.main
    assert bool(browse("coordinatrice").get(f"/ciblage/{before}").links("/remplacement$")) is (status == 200)


def test_two_coordinators_at_once_prepare_one_list(app: Flask, browse: Browse, before: int) -> None:
    address = f"/ciblage/{before}/remplacement"
    first, second = browse("coordinatrice"), browse("coordinatrice")
    forms = [{**one.get(address).fields(), "title": title} for one, title in ((first, "Une"), (second, "Deux"))]
    data = {**forms[0]}
    data.pop("csrf_token")
    assert {page.status for page in at_once([first, second], address, data)} == {302}
    assert following(before).title == "Une"
    page = second.send(address, forms[1])
    assert page.status == 409 and "La liste « Une » (ARS Poitou) est déjà préparée" in page.main


def test_the_unique_key_holds_when_two_ask_side_by_side(world: World, before: int) -> None:
    actor = world.actor("coordinatrice")
    prepare_next(held(before), terms(title="Une"), actor=actor, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="déjà préparée"):
        prepare_next(held(before), terms(title="Deux"), actor=actor, today=TODAY, now=NOW)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"field": "home_care"}, "Elle remplace une liste du champ « EHPAD »"),
        ({"departements": ["79"]}, "Elle couvre au moins les départements"),
        ({"title": " "}, "à remplir"),
        ({"valid_until": "2026-12-31"}, "Une liste vaut 12 mois au moins."),
    ],
)
def test_wrong_input_keeps_what_was_typed(browse: Browse, before: int, typed: dict[str, Any], said: str) -> None:
    page = prepared(browse("coordinatrice"), before, meeting="ARS et Carsat, le 4", **typed)
    assert page.status == 422 and any(said in error for error in page.errors()), page.errors()
    assert page.tree.xpath("string(//textarea[@name='meeting'])").strip() == "ARS et Carsat, le 4"
    assert len(db.session.scalars(select(TargetingCampaign)).all()) == 1


def test_the_next_list_keeps_its_field_and_territory_when_changed(browse: Browse, before: int) -> None:
    prepared(browse("coordinatrice"), before)
    page = browse("coordinatrice").fill(f"/ciblage/{following(before).id}/modifier", departements=["86"])
    assert page.status == 422 and "au moins les départements" in page.errors()[0]


def test_a_list_that_expired_meanwhile_stays_expired(world: World, browse: Browse, before: int) -> None:
    prepared(browse("coordinatrice"), before)
    campaign, old = following(before), held(before)
    assert expire(before, today=old.valid_until + timedelta(days=1), now=NOW)
    db.session.commit()
    frozen_next(world, campaign, "Tilleuls")
    called(world, campaign)
    for who in ("coordinatrice", "preventeur", "departement"):
        browse(who).fill(f"/ciblage/{campaign.id}/signature", answer="signed", confirmed="y")
    until = held(before).valid_until
    browse("coordinatrice").fill(f"/ciblage/{campaign.id}/signataires", "/etapes/conclude")
    assert (held(campaign.id).state, held(before).state) == (ListState.SIGNED, ListState.EXPIRED)
    assert held(before).valid_until == until


def test_who_reads_a_part_of_the_territory_or_does_not_run_it_prepares_nothing(
    world: World, browse: Browse, before: int
) -> None:
    for who in ("referent", "preventeur", "departement", "federation", "directrice", "ailleurs"):
        page = browse(who).get(f"/ciblage/{before}/remplacement")
        own = world.organisation("ARS Poitou").id == world.actor(who).organisation_id
        assert page.status == (200 if own else page.status) and (own or page.status in (403, 404)), who
    other = signed(world, "departement", "Tilleuls", departements=frozenset({"79"}))
    db.session.commit()
    assert browse("departement").get(f"/ciblage/{other.id}/remplacement").status == 200
    assert targeted(world, "coordinatrice").predecessor is None
