"""The pages where a house gives its self-diagnostic a date, and where its support proposes one."""

from collections.abc import Callable

from app.queries.self_diagnostic_dates import get_date
from tests.pages import Browser
from tests.world import World

Browse = Callable[[str], Browser]
DATE = "/auto-diagnostic/date"


def test_a_support_proposes_and_the_house_changes_it_then_stops_the_reminders(browse: Browse, world: World) -> None:
    case = world.case("Tilleuls")
    officer, manager = browse("preventeur"), browse("directrice")
    page = officer.get(f"/dossiers/{case.id}")
    assert f"/dossiers/{case.id}/date-auto-diagnostic" in page.links("date-auto-diagnostic")
    proposal = f"/dossiers/{case.id}/date-auto-diagnostic"
    sent = officer.fill(proposal, due_on="2027-01-20")
    assert sent.status == 302
    assert "20 janvier 2027, proposé par Carsat Poitou" in officer.get(proposal).main
    assert "20 janvier 2027, sur proposition de : Carsat Poitou" in manager.get("/auto-diagnostic").main
    assert "Prévu pour le 20 janvier 2027" in manager.get("/mon-etablissement").main
    assert manager.fill(DATE, due_on="2027-02-03").status == 302
    assert "choisi par l’établissement" in officer.get(proposal).main
    assert manager.fill(DATE, "/auto-diagnostic/date/arret").status == 302
    assert "Les rappels sont arrêtés" in manager.get("/auto-diagnostic").main
    assert "ne souhaite pas de rappel" in officer.get(proposal).main


def test_a_wrong_date_keeps_what_was_typed_and_two_people_at_once_are_told(browse: Browse, world: World) -> None:
    manager = browse("directrice")
    refused = manager.fill(DATE, due_on="2020-01-01")
    assert refused.status == 422 and "Choisissez une date à venir" in " ".join(refused.errors())
    assert refused.fields()["due_on"] == "2020-01-01"
    opened_twice = manager.get(DATE).fields()
    assert manager.send(DATE, opened_twice, due_on="2027-01-20").status == 302
    late = manager.send(DATE, opened_twice, due_on="2027-03-01")
    assert late.status == 409 and "20/01/2027" in late.main and "01/03/2027" in late.main
    known = get_date(world.employer("Tilleuls").id)
    assert known and f"{known.due_on}" == "2027-01-20"
