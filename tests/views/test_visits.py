"""Visits: rows without a script, the draft, the final report, its corrected version."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pypdf
import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models import Document, Visibility, Visit, VisitObservation
from forms.visits import NOTHING_SAID
from tests.factories import make_visit
from tests.files import PDF
from tests.pages import Browser, Page
from tests.views.scene import final_visit
from tests.views.test_steps import versions
from tests.views.together import at_once
from tests.world import World

Browse = Callable[[str], Browser]


def new(world: World) -> str:
    return f"/dossiers/{world.case('Tilleuls').id}/visites/nouvelle"


def count(model: Any = Visit) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def add_draft(world: World) -> str:
    visit = make_visit(world.employer("Tilleuls"), world.user("preventeur"), world.case("Tilleuls"))
    db.session.commit()
    return f"/visites/{visit.id}"


def add_final(world: World, visibility: Visibility = Visibility.EMPLOYER) -> str:
    visit = final_visit(world, world.case("Tilleuls"), "preventeur", visibility)
    db.session.commit()
    return f"/visites/{visit.id}"


def finalise(browser: Browser, address: str) -> Page:
    return browser.send(f"{address}/finaliser", browser.get(address).fields("/finaliser"))


def rows(page: Page, name: str = "observations") -> list[str]:
    """The words typed in each row, in order."""
    fields = page.fields("")
    return [fields[key].strip() for key in fields if key.startswith(name) and key.endswith("-wording")]


def test_rows_come_and_go_without_a_script_and_nothing_typed_is_lost(world: World, browse: Browse) -> None:
    preventeur, address = browse("preventeur"), new(world)
    typed = {"subject": "Transferts", "visited_on": "31/02/2026", "observations-0-wording": "Un"}
    page = preventeur.fill(address, **typed, add_observation="1")
    assert (page.status, page.errors(), rows(page)) == (200, [], ["Un", ""])
    assert page.fields("")["subject"] == "Transferts"
    page = preventeur.send(address, {**page.fields(""), "observations-1-wording": "Deux", "add_observation": "1"})
    page = preventeur.send(address, {**page.fields(""), "observations-2-wording": "Trois", "remove_observations": "1"})
    assert rows(page) == ["Un", "Trois"]
    page = preventeur.send(address, {**page.fields(""), "add_agreed_step": "1"})
    assert (rows(page), rows(page, "agreed_steps")) == (["Un", "Trois"], ["", ""])
    assert count() == 0
    page = preventeur.send(address, {**page.fields(""), "visited_on": "2026-11-20"})
    assert page.status == 302
    visit = db.session.scalars(select(Visit)).one()
    assert [one.wording for one in visit.observations] == ["Un", "Trois"]


def test_rows_have_an_end_and_odd_numbers_are_no_rows(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    preventeur, address = browse("preventeur"), new(world)
    many = {f"observations-{number}-wording": f"Observation {number}" for number in range(80)}
    page = preventeur.fill(address, **many, add_observation="1")
    assert (page.status, len(rows(page))) == (200, 60)
    odd = ("²", "-1", "x", "99999999999999999999", "60", "")
    for number in odd:
        with subtests.test(number):
            page = preventeur.fill(address, **{f"observations-{number}-wording": "?"}, remove_observations=number)
            assert page.status in (302, 422)


BAD: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"visited_on": "2026-11-25"}, "Cette date est dans le futur : indiquez le jour où cela a eu lieu.", "visited_on"),
    ({"visited_on": ""}, "Indiquez la date.", "visited_on"),
    ({"visited_on": "2026-02-30"}, "Cette date n’existe pas : écrivez-la comme 21/11/2026.", "visited_on"),
    ({"next_visit_on": "2026-11-20"}, "Le prochain rendez-vous vient après la visite.", "next_visit_on"),
    ({"subject": "x" * 256}, "255 caractères au plus.", "subject"),
    ({"employer_remarks": "x" * 10_001}, "10 000 caractères au plus.", "employer_remarks"),
    (
        {"observations-0-wording": "x" * 10_001},
        "Observation 1 : 10 000 caractères au plus.",
        "observations-0-wording",
    ),
    (
        {"visited_on": "2024-11-23"},
        "Cette visite daterait de plus de deux ans : vérifiez l’année.",
        "visited_on",
    ),
    (
        {"observations-0-wording": "", "observations-0-unit": "Glycines"},
        "Observation 1 : Écrivez ce que vous avez vu à cet endroit.",
        "observations-0-wording",
    ),
    (
        {"agreed_steps-0-wording": "", "agreed_steps-0-owner": "Directrice"},
        "Suite convenue 1 : Écrivez ce qui est convenu.",
        "agreed_steps-0-wording",
    ),
    (
        {"agreed_steps-0-wording": "", "agreed_steps-0-due_on": "2027-01-15"},
        "Suite convenue 1 : Écrivez ce qui est convenu.",
        "agreed_steps-0-wording",
    ),
    ({"subject": "", "observations-0-wording": " "}, NOTHING_SAID, "subject"),
    (
        {"agreed_steps-0-due_on": "demain"},
        "Suite convenue 1 : Cette date n’existe pas : écrivez-la comme 21/11/2026.",
        "agreed_steps-0-due_on",
    ),
)


def test_what_cannot_be_kept_is_said_and_stays_typed(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    preventeur, address = browse("preventeur"), new(world)
    usual = {"visited_on": "2026-11-20", "subject": "Transferts", "observations-0-wording": "Sans rail"}
    for wrong, why, link in BAD:
        with subtests.test(link):
            page = preventeur.fill(address, **{**usual, **wrong})
            assert (page.status, page.errors()) == (422, [why])
            assert page.links(f"^#{link}$")
            kept = page.fields("")
            assert {name: kept[name].strip() for name in (usual | wrong)} == {
                name: value.strip() for name, value in (usual | wrong).items()
            }
    other = world.case("Garonne").main_structure_id
    foreign = ({"structure_id": str(other)}, {"mode": "telepathie"}, {"observations-0-kind": "blame"},
               {"people_met": "Monsieur Untel"}, {"structure_id": "x"}, {"visibility": "tous"})  # fmt: skip
    for wrong in foreign:
        with subtests.test(f"{wrong}"):
            page = preventeur.fill(address, **{**usual, **wrong})
            assert (page.status, len(page.errors())) == (422, 1)
    assert count() == 0


def test_two_clicks_keep_one_visit(world: World, browse: Browse) -> None:
    tabs = [browse("preventeur"), browse("preventeur")]
    shown = tabs[0].get(new(world)).fields("") | {"subject": "Transferts", "observations-0-wording": "Sans rail"}
    pages = at_once(tabs, new(world), shown)
    pages.append(tabs[0].send(new(world), shown))
    assert len({page.location for page in pages}) == count() == 1
    assert pages[0].location


def test_a_report_is_finalised_in_one_press_from_the_form(world: World, browse: Browse) -> None:
    preventeur = browse("preventeur")
    text = {"subject": "Transferts", "observations-0-wording": "Sans rail", "finalise": "1"}
    address = preventeur.fill(new(world), **text).location
    assert address
    assert "finalisé, version 1" in preventeur.get(address).text
    pdf = pypdf.PdfReader(io.BytesIO(preventeur.client.get(f"{address}/compte-rendu.pdf").data))
    words = " ".join(page.extract_text() for page in pdf.pages)
    assert "Sans rail" in words
    assert "EHPAD Les Tilleuls" in words


def test_what_a_report_lacks_is_said_before_it_is_final(world: World, browse: Browse) -> None:
    preventeur = browse("preventeur")
    page = preventeur.fill(new(world), people_met="CSE", finalise="1")
    assert (page.status, page.errors()) == (422, ["Indiquez l’objet de la visite avant de finaliser."])
    assert page.links("^#subject$")
    draft = f"/visites/{db.session.scalars(select(Visit.id)).one()}"
    assert page.form().action == f"{draft}/modifier"
    page = preventeur.send(f"{draft}/modifier", {**page.fields(""), "subject": "Transferts", "finalise": "1"})
    assert page.errors() == ["Consignez au moins une observation avant de finaliser."]
    assert page.links("^#observations$")
    assert page.fields("")["subject"] == "Transferts"
    page = finalise(preventeur, draft)
    assert (page.status, page.links("^#observations$")) == (422, ["#observations"])


def test_a_draft_is_deleted_with_what_it_holds_by_its_own_organisation(world: World, browse: Browse) -> None:
    preventeur = browse("preventeur")
    fields = preventeur.get(new(world)).fields("") | {"report": (io.BytesIO(PDF), "rapport.pdf"), "subject": "Visite",
                                                      "observations-0-wording": "Un\nDeux"}  # fmt: skip
    address = preventeur.send(new(world), fields).location
    assert address
    page = preventeur.get(address)
    assert "Compte rendu joint : rapport.pdf" in page.text
    assert page.tree.xpath("//span[@class='jalon-pre' and contains(., 'Un')]")
    stale = page.fields("/supprimer")
    preventeur.fill(f"{address}/modifier", subject="Autre")
    assert preventeur.send(f"{address}/supprimer", stale).status == 409
    assert (count(), count(Document), count(VisitObservation)) == (1, 1, 1)
    page = preventeur.send(f"{address}/supprimer", preventeur.get(address).fields("/supprimer"))
    assert page.location == f"/dossiers/{world.case('Tilleuls').id}"
    assert (count(), count(Document), count(VisitObservation)) == (0, 0, 0)
    assert preventeur.get(address).status == 404


def test_a_final_report_is_never_deleted(world: World, browse: Browse) -> None:
    address, preventeur = add_final(world), browse("preventeur")
    assert not preventeur.get(address).tree.xpath("//form[contains(@action, '/supprimer')]")
    assert preventeur.send(f"{address}/supprimer", version="2").status == 403
    assert count() == 1


def test_an_old_draft_is_still_completed(world: World, browse: Browse) -> None:
    visit = make_visit(
        world.employer("Tilleuls"), world.user("preventeur"), world.case("Tilleuls"), visited_on=date(2023, 1, 9)
    )
    db.session.commit()
    preventeur = browse("preventeur")
    assert preventeur.fill(f"/visites/{visit.id}/modifier", subject="Complété").location == f"/visites/{visit.id}"
    assert preventeur.fill(f"/visites/{visit.id}/modifier", visited_on="2023-01-10").status == 422


def test_enter_keeps_the_visit_instead_of_removing_a_row(world: World, browse: Browse) -> None:
    first = browse("preventeur").get(new(world)).tree.xpath("//main//form[@method='post']//button")[0]
    assert (first.get("type"), first.get("name"), first.text_content()) == ("submit", None, "Garder la visite")


def test_finalising_twice_even_at_once_makes_one_report(world: World, browse: Browse) -> None:
    address, tabs = add_draft(world), [browse("preventeur"), browse("preventeur")]
    shown = tabs[0].get(address).fields("/finaliser")
    pages = at_once(tabs, f"{address}/finaliser", shown)
    pages.append(tabs[0].send(f"{address}/finaliser", shown))
    assert [page.location for page in pages] == [address] * 3
    assert count(Document) == 1
    pdf = tabs[0].client.get(f"{address}/compte-rendu.pdf")
    assert pdf.data == tabs[1].client.get(f"{address}/compte-rendu.pdf").data


def test_a_draft_finalised_from_an_old_page_is_read_again_first(world: World, browse: Browse) -> None:
    address, preventeur = add_draft(world), browse("preventeur")
    old = preventeur.get(address).fields("/finaliser")
    preventeur.fill(f"{address}/modifier", subject="Autre objet")
    page = preventeur.send(f"{address}/finaliser", old)
    assert page.status == 409
    assert address in page.links()
    assert "brouillon" in preventeur.get(address).text


def test_two_writers_of_a_draft_see_both_versions_whole(world: World, browse: Browse) -> None:
    address, first, second = add_draft(world), browse("preventeur"), browse("preventeur")
    late = second.get(f"{address}/modifier").fields("")
    assert first.fill(f"{address}/modifier", subject="Premier", units_seen="Iris").location == address
    remarks = "Trois paragraphes.\n" * 100
    typed = {
        **late,
        "subject": "Second",
        "employer_remarks": remarks,
        "people_met": ["Direction", "CSE"],
        "other_people": "psychologue",
        "observations-0-unit": "Glycines",
        "agreed_steps-0-wording": "Commander un rail",
        "agreed_steps-0-owner": "Directrice",
        "agreed_steps-0-due_on": "2027-01-15",
        "next_visit_on": "2027-02-01",
        "structure_id": str(world.case("Tilleuls").main_structure_id),
        "visibility": "partners",
        "mode": "remote",
    }
    page = second.send(f"{address}/modifier", typed)
    assert page.status == 409
    assert versions(page) == {
        "Objet": ("Second", "Premier"),
        "Unités vues": ("(vide)", "Iris"),
        "Lieu": ("À distance", "Sur place"),
        "Établissement ou service": ("EHPAD Les Tilleuls", "(vide)"),
        "Personnes rencontrées": ("Direction, CSE, psychologue", "(vide)"),
        "Observations": ("Risque : Sans aide technique, Glycines", "Risque : Sans aide technique"),
        "Suites convenues": ("Suite : Commander un rail, Directrice, 15/01/2027", "(vide)"),
        "Remarques de l’employeur": (" ".join(remarks.split()), "(vide)"),
        "Prochain rendez-vous": ("01/02/2027", "(vide)"),
        "Visible par": ("partenaires", "partenaires et employeur"),
    }
    assert address in page.links()


def test_a_final_report_never_changes_and_what_was_being_typed_is_shown(world: World, browse: Browse) -> None:
    address, preventeur, colleague = add_draft(world), browse("preventeur"), browse("preventeur")
    late = colleague.get(f"{address}/modifier").fields("")
    assert finalise(preventeur, address).location == address
    before = preventeur.client.get(f"{address}/compte-rendu.pdf").data
    page = colleague.send(f"{address}/modifier", {**late, "subject": "Ce que j’écrivais"})
    assert (page.status, versions(page)) == (409, {"Objet": ("Ce que j’écrivais", "Transferts")})
    page = colleague.get(f"{address}/modifier")
    assert page.status == 403
    assert "il ne change plus" in page.text
    assert preventeur.client.get(f"{address}/compte-rendu.pdf").data == before


def test_a_corrected_version_names_what_it_replaces(world: World, browse: Browse) -> None:
    address, preventeur = add_final(world), browse("preventeur")
    page = preventeur.fill(address, "/rectifier", reason=" ")
    assert (page.status, page.errors()) == (422, ["Indiquez ce que la version rectificative corrige."])
    page = preventeur.fill(address, "/rectifier", reason="x" * 10_001)
    assert (page.status, page.fields("/rectifier")["reason"].strip()) == (422, "x" * 10_001)
    shown = preventeur.get(address).fields("/rectifier") | {"reason": "Une date était fausse."}
    draft = preventeur.send(f"{address}/rectifier", shown).location
    assert draft
    again = preventeur.send(f"{address}/rectifier", shown).location
    assert again == draft.removesuffix("/modifier")
    assert "Une date était fausse." in preventeur.get(draft).text
    assert finalise(preventeur, again).location == again
    assert "finalisé, version 2" in preventeur.get(again).text
    assert preventeur.get(address).links(f"^{again}$")
    assert browse("directrice").get(again).status == 200
    pdf = pypdf.PdfReader(io.BytesIO(preventeur.client.get(f"{again}/compte-rendu.pdf").data))
    assert "Version rectificative" in " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)


def test_a_draft_is_deleted_from_its_present_page_and_a_report_never(world: World, browse: Browse) -> None:
    preventeur, address = browse("preventeur"), add_draft(world)
    old = preventeur.get(address).fields("/supprimer")
    preventeur.fill(f"{address}/modifier", subject="Autre objet")
    assert preventeur.send(f"{address}/supprimer", old).status == 409
    page = preventeur.fill(address, "/supprimer")
    assert page.location == f"/dossiers/{world.case('Tilleuls').id}"
    assert (preventeur.get(address).status, count()) == (404, 0)
    final = add_final(world)
    assert preventeur.send(f"{final}/supprimer", version="2").status == 403
    assert (browse("referent").send(f"{final}/supprimer", version="2").status, count()) == (403, 1)


def test_a_report_written_elsewhere_takes_the_place_of_ours(
    world: World, browse: Browse, subtests: pytest.Subtests
) -> None:
    preventeur, address = browse("preventeur"), new(world)
    wrong = {
        "": b"",
        "vide.pdf": b"",
        "tableur.xlsx": b"PK\x03\x04 tableur",
        "image.pdf": b"\x89PNG\r\n\x1a\n image",
        "lourd.pdf": PDF + b"0" * 10 * 1024 * 1024,
    }
    for name, data in wrong.items():
        with subtests.test(name):
            fields = preventeur.get(address).fields("") | {"report": (io.BytesIO(data), name), "subject": "Visite"}
            page = preventeur.send(address, fields)
            assert page.status == (422 if name else 302)
            assert not name or page.links("^#report$")
    fields = preventeur.get(address).fields("") | {"report": (io.BytesIO(PDF), "rapport.pdf"), "finalise": "1"}
    final = preventeur.send(address, fields).location
    assert preventeur.client.get(f"{final}/compte-rendu.pdf").data == PDF


def test_a_visit_without_a_case_belongs_to_the_employer(world: World, browse: Browse) -> None:
    employer, preventeur = world.employer("Clain"), browse("preventeur")
    text = {"subject": "Prise de contact", "observations-0-wording": "Projet de rail", "finalise": "1"}
    address = preventeur.fill(f"/employeurs/{employer.id}/visites/nouvelle", **text).location
    assert address in preventeur.get(f"/employeurs/{employer.id}").links()
    assert browse("referent").get(f"{address}").status == 200
    assert browse("departement").get(f"{address}").status == 404


def test_a_final_report_for_partners_stays_closed_to_the_employer(world: World, browse: Browse) -> None:
    address = add_final(world, Visibility.PARTNERS)
    assert browse("referent").client.get(f"{address}/compte-rendu.pdf").status_code == 200
    assert browse("directrice").get(address).status == 404
    assert browse("directrice").client.get(f"{address}/compte-rendu.pdf").status_code == 404
