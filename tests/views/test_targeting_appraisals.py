"""« Ce repérage était-il juste ? »: asked of the lead once the employer was met; the list shows counts alone."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Case, ExchangeKind, TargetingAppraisal, TargetingOpening
from app.views.targeting_words import appraisals
from tests.factories import make_exchange, make_visit
from tests.pages import Browser
from tests.targeting import NOW, signed
from tests.world import World
from workflows.targeting_appraisal import Fairness

Browse = Callable[[str], Browser]
SAID = {"verdict": "partly", "reason": "elsewhere", "wording": "Plutôt les plannings."}
LINK = "Ce repérage était-il juste"


@pytest.fixture
def case(world: World) -> Case:
    """A case that came from a signed list of the ARS and that the Carsat leads; the employer knows of it."""
    found = world.case("Tilleuls")
    campaign = signed(world, "coordinatrice", "Tilleuls")
    place = {"campaign_id": campaign.id, "employer_id": found.employer_id, "case_id": found.id, "opened_at": NOW}
    db.session.add(TargetingOpening(**place, lead_organisation_id=found.lead_organisation_id, round=1))
    db.session.commit()
    return found


def meet(world: World, case: Case) -> None:
    make_visit(case.employer, world.user("preventeur"), case)
    db.session.commit()


def test_asked_once_the_employer_was_met_and_counted_on_the_list(world: World, browse: Browse, case: Case) -> None:
    browser, address = browse("preventeur"), f"/dossiers/{case.id}/reperage"
    make_exchange(case.employer, world.user("preventeur"), case, kind=ExchangeKind.CALL)
    db.session.commit()
    assert LINK not in browser.get(f"/dossiers/{case.id}").main
    assert "après la première rencontre" in browser.get(address).main
    refused = browser.send(address, SAID, version="0")
    assert refused.status == 422 and "après la première rencontre" in " ".join(refused.errors())
    meet(world, case)
    assert LINK in browser.get(f"/dossiers/{case.id}").main
    kept = browser.fill(address, verdict="no", reason="", wording="Des mots à garder.")
    assert kept.status == 422 and "Des mots à garder." in kept.main
    assert browser.fill(address, **SAID).status == 302
    assert browser.send(address, {**SAID, "verdict": "no"}, version="0").status == 409
    assert browser.fill(address, verdict="yes", reason="confirmed").status == 302
    found = db.session.scalars(select(TargetingAppraisal)).one()
    assert (found.verdict, found.wording, found.version) == (Fairness.YES, "Plutôt les plannings.", 2)
    page = browse("coordinatrice").get(f"/ciblage/{found.campaign_id}")
    assert LINK in page.main and "plannings" not in page.main
    assert "moins de 3" in browse("departement").get(f"/ciblage/{found.campaign_id}").main
    assert LINK not in browse("federation").get(f"/ciblage/{found.campaign_id}").main


@pytest.mark.parametrize("who", ["referent", "coordinatrice", "departement", "federation", "aract", "directrice"])
def test_nobody_but_the_lead_reads_or_answers(world: World, browse: Browse, case: Case, who: str) -> None:
    meet(world, case)
    browse("preventeur").fill(f"/dossiers/{case.id}/reperage", **SAID)
    browser = browse(who)
    page = browser.get(f"/dossiers/{case.id}")
    assert LINK not in page.main and "plannings" not in page.main
    assert browser.get(f"/dossiers/{case.id}/reperage").status == 403
    assert browser.send(f"/dossiers/{case.id}/reperage", SAID).status == 403


def test_small_counts_are_masked_whichever_is_small() -> None:
    found = {Fairness.YES: 8, Fairness.PARTLY: 2}
    assert appraisals(found, masks=True) == [("Oui", "8"), ("En partie", "moins de 3"), ("Non", "moins de 3")]
    assert appraisals(found, masks=False) == [("Oui", "8"), ("En partie", "2"), ("Non", "0")]
    assert appraisals({}, masks=True) == []
