"""One employer's support from « repéré » to « clos », page after page, and what each of the others reads of it."""

import hashlib
from collections.abc import Callable

from sqlalchemy import select

from app.extensions import db
from app.models import Capacity, Case, FederationMember, ManagerFunction, Visit
from tests.factories import make_user
from tests.pages import Browser, Page
from tests.world import World
from workflows.support_case import State

NOTE = "La directrice rappellera après le comité de pilotage."
SEEN = "Transferts à deux, sans rail"
Browse = Callable[[str], Browser]


def open_case(preventeur: Browser, world: World) -> str:
    """Open a case on the EHPAD du Clain; return its address."""
    employer = world.employer("Clain")
    page = preventeur.fill(
        f"/employeurs/{employer.id}/dossiers/nouveau",
        structures=[str(employer.structures[0].id)],
        source="request",
        motive="La direction appelle.",
    )
    assert (page.status, page.errors()) == (302, [])
    assert page.location
    return page.location


def step(browser: Browser, home: str, name: str, **values: str) -> Page:
    return browser.fill(f"{home}/etapes/{name}", **values)


def refused(page: Page) -> list[str]:
    assert page.status == 422
    return page.errors()


def test_from_identified_to_closed(world: World, browse: Browse) -> None:
    preventeur = browse("preventeur")
    home = open_case(preventeur, world)
    _talk(preventeur, home)
    _contact(preventeur, home)
    _reach_the_contract(preventeur, home)
    visit = _visit(preventeur, home)
    _sign(preventeur, home)
    _close(preventeur, home)
    _others_read(world, browse, home, visit)


def _talk(preventeur: Browser, home: str) -> None:
    page = preventeur.fill(f"{home}/notes/nouvelle", kind="call", summary=NOTE)
    assert page.location == home
    thread = preventeur.get(home).text
    assert NOTE in thread
    assert "visible par : Carsat Poitou" in thread


def _contact(preventeur: Browser, home: str) -> None:
    typed = "Courrier du 20 novembre"
    page = step(preventeur, home, "contact", employer_informed_on="", motive=typed)
    assert refused(page) == ["Indiquez la date à laquelle l’employeur a été informé."]
    assert page.links("#employer_informed_on")
    assert page.fields("")["motive"].strip() == typed
    assert step(preventeur, home, "contact", employer_informed_on="2026-11-20", motive=typed).location == home
    assert "Contacté" in preventeur.get(home).text
    page = step(preventeur, home, "start_diagnostic", employer_agreed_on="2026-11-23", cse_informed_on="2026-11-23")
    assert page.location == home


def _reach_the_contract(preventeur: Browser, home: str) -> None:
    page = step(preventeur, home, "sign_contract", cse_opinion_on="2026-11-23", risk_document_on="2026-05-04")
    assert refused(page) == [
        "Renseignez l’effectif national de l’employeur (SIREN).",
        "Il manque un compte rendu de visite finalisé.",
    ]
    [employer] = page.links("/modifier#headcount")
    assert preventeur.fill(employer, headcount="48").status == 302
    assert page.links(f"{home}/visites/nouvelle$")


def _visit(preventeur: Browser, home: str) -> int:
    new = f"{home}/visites/nouvelle"
    first = {"observations-0-kind": "risk", "observations-0-wording": SEEN, "subject": "Transferts"}
    page = preventeur.fill(new, **first, add_observation="1")
    assert page.status == 200
    typed = page.fields("")
    assert typed["observations-0-wording"].strip() == SEEN
    assert typed["observations-1-wording"].strip() == ""
    second = {"observations-1-kind": "existing_measure", "observations-1-wording": "Deux lève-personnes"}
    page = preventeur.send(new, {**typed, **second}, people_met=["Direction", "CSE"])
    assert page.location
    draft = preventeur.get(page.location)
    assert "brouillon" in draft.text
    assert [SEEN in draft.text, "Deux lève-personnes" in draft.text, "Direction, CSE" in draft.text] == [True] * 3
    fields = draft.fields("/finaliser")
    assert preventeur.send(f"{page.location}/finaliser", fields).location == page.location
    _same_bytes_for_ever(preventeur, page.location)
    return int(page.location.rsplit("/", 1)[1])


def _same_bytes_for_ever(preventeur: Browser, visit: str) -> None:
    first, second = (preventeur.client.get(f"{visit}/compte-rendu.pdf") for _ in range(2))
    assert first.data.startswith(b"%PDF-1.7")
    assert first.data == second.data
    record = db.session.get_one(Visit, int(visit.rsplit("/", 1)[1]))
    assert record.report
    assert hashlib.sha256(first.data).hexdigest() == record.report.sha256 == first.get_etag()[0]
    assert first.headers["Content-Disposition"].startswith("attachment; ")


def _sign(preventeur: Browser, home: str) -> None:
    facts = {"cse_opinion_on": "2026-11-23", "risk_document_on": "2026-05-04"}
    assert step(preventeur, home, "sign_contract", **facts).location == home
    assert step(preventeur, home, "start_accompaniment").location == home
    assert step(preventeur, home, "evaluate").location == home


def _close(preventeur: Browser, home: str) -> None:
    page = step(preventeur, home, "close", motive="Plan d’équipement posé.")
    assert refused(page) == ["Indiquez l’issue de l’accompagnement."]
    page = step(preventeur, home, "close", motive="Plan d’équipement posé.", outcome="achieved")
    assert page.location == home
    case = db.session.get_one(Case, int(home.rsplit("/", 1)[1]))
    assert (case.state, case.outcome) == (State.CLOSED, "achieved")


def _others_read(world: World, browse: Browse, home: str, visit: int) -> None:
    clain = world.employer("Clain")
    make_user("gestionnaire", employer_id=clain.id, manager_function=ManagerFunction.DIRECTION)
    db.session.add(FederationMember(organisation_id=world.organisation("Fédération A").id, employer_id=clain.id))
    db.session.commit()
    referent = browse("referent")
    assert NOTE not in referent.get(home).text
    assert "Plan d’équipement posé." in referent.get(home).text
    assert SEEN in referent.get(f"/visites/{visit}").text
    manager = browse("gestionnaire")
    page = manager.get(home)
    assert "Appui terminé" in page.text
    assert page.links(f"/visites/{visit}/compte-rendu.pdf")
    assert NOTE not in page.text
    assert "Plan d’équipement posé." not in page.text
    assert manager.client.get(f"/visites/{visit}/compte-rendu.pdf").status_code == 200
    _federation_reads_state_and_lead(browse("federation"), home, visit)


def _federation_reads_state_and_lead(federation: Browser, home: str, visit: int) -> None:
    page = federation.get(home)
    assert "Clos" in page.text
    assert "Carsat Poitou" in page.text
    for hidden in (NOTE, SEEN, "Plan d’équipement posé.", "Preventeur", "Échéances", "compte rendu"):
        assert hidden not in page.text
    assert federation.get(f"/visites/{visit}").status == 403


def test_the_carsat_reads_the_state_and_the_lead_of_a_public_employer(world: World, browse: Browse) -> None:
    case = world.case("CCAS")
    browse("referent").fill(f"/dossiers/{case.id}/notes/nouvelle", summary=NOTE, visibility="partners")
    page = browse("preventeur").get(f"/dossiers/{case.id}")
    assert "Repéré" in page.text
    assert "ARS Poitou" in page.text
    for hidden in (NOTE, "Échéances", "Partenaires", "Personnes", "Enregistrer une visite", "Note de terrain"):
        assert hidden not in page.text


def test_one_person_who_acts_for_several_employers_reads_the_one_chosen(world: World, browse: Browse) -> None:
    user, clain = world.user("directrice"), world.employer("Clain")
    db.session.add(Capacity(user_id=user.id, employer_id=clain.id, manager_function=ManagerFunction.PRESIDENCE))
    db.session.commit()
    directrice = browse("directrice")
    assert directrice.get(f"/employeurs/{clain.id}").status == 404
    second = db.session.scalars(select(Capacity.id).where(Capacity.employer_id == clain.id)).one()
    assert directrice.fill("/fonctions", capacity=str(second)).status == 302
    assert directrice.get(f"/employeurs/{clain.id}").status == 200
    assert directrice.get(f"/employeurs/{world.employer('Tilleuls').id}").status == 404
