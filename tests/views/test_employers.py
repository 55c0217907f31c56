"""Employers, their structures and people: the list, the facts that people add, two editors."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models import Contact, Employer, Sector
from app.permissions import sees_employer
from tests.factories import make_employer, make_structure
from tests.pages import Browser, Page
from tests.views.scene import add_contact
from tests.views.test_steps import versions
from tests.views.together import at_once
from tests.world import World

Browse = Callable[[str], Browser]
PERSON = {"family_name": "Moreau", "given_name": "Claire", "function": "Cadre de santé", "phone": "05 49 00 00 00"}


def home(world: World, name: str = "Tilleuls") -> str:
    return f"/employeurs/{world.employer(name).id}"


def numbers(page: Page) -> list[int]:
    return [int(link.rsplit("/", 1)[1]) for link in page.links(r"^/employeurs/\d+$")]


def all_pages(browser: Browser, address: str) -> list[int]:
    found, page = [], browser.get(address)
    while True:
        found += numbers(page)
        following = page.tree.xpath("//a[@rel='next']/@href")
        if not following:
            return found
        page = browser.get(following[0])


def make_many(number: int = 60) -> None:
    """Employers of which several have the same name, so that pages are cut in the middle of equals."""
    for rank in range(number):
        sector = (Sector.PRIVATE, Sector.PUBLIC)[rank % 2]
        employer = make_employer(f"Association {'Zéaé'[rank % 4]}", sector, ("79", "86")[rank % 2])
        make_structure(employer, f"Foyer {rank}", category=("500", "460")[rank % 3 == 0])
    db.session.commit()


def test_the_pages_make_the_whole_list_and_filters_keep_what_they_name(
    world: World, browse: Browse, subtests: pytest.Subtests
) -> None:
    make_many()
    preventeur, seen = browse("preventeur"), select(Employer).where(sees_employer(world.actor("preventeur")))
    everyone = sorted(db.session.scalars(seen), key=lambda employer: (employer.name, employer.id))
    assert all_pages(preventeur, "/employeurs") == [employer.id for employer in everyone]
    followed = {world.case(name).employer_id for name in ("Tilleuls", "CCAS")}
    filters: dict[str, Callable[[Employer], bool]] = {
        "sector=public": lambda employer: employer.sector is Sector.PUBLIC,
        "departement=86": lambda employer: any(s.departement == "86" for s in employer.structures),
        "category=460": lambda employer: any(s.category == "460" for s in employer.structures),
        "followed=oui": lambda employer: employer.id in followed,
        "followed=non": lambda employer: employer.id not in followed,
        "q=zeae": lambda employer: False,
        "q=association z": lambda employer: "Association Z" in employer.name,
    }
    for query, keeps in filters.items():
        with subtests.test(query):
            expected = [employer.id for employer in everyone if keeps(employer)]
            assert all_pages(preventeur, f"/employeurs?{query}") == expected
            told = re.search(r"(\d+) employeurs?", preventeur.get(f"/employeurs?{query}").main)
            assert told and int(told[1]) == len(expected)
    for query in ("sector=rien", "followed=peut-être", "apres=~", "apres=%00~1", "apres=Z~²", "departement='"):
        with subtests.test(query):
            assert numbers(preventeur.get(f"/employeurs?{query}")) == [employer.id for employer in everyone[:25]]


def test_a_search_reads_names_towns_and_numbers(world: World, browse: Browse) -> None:
    tilleuls, browser = world.employer("Tilleuls"), browse("referent")
    assert tilleuls.siren
    for words in ("tilleuls", "TILLÉULS", "niort tilleuls", tilleuls.siren, tilleuls.structures[0].finess):
        assert numbers(browser.get(f"/employeurs?q={quote(words)}")) == [tilleuls.id], words
    for words in ("%", "_", "\x00", "' OR 1=1 --", "x" * 5000):
        assert browser.get(f"/employeurs?q={quote(words)}").status == 200, words
    for number in (tilleuls.siren, tilleuls.structures[0].finess):
        in_groups = f"{number[:3]} {number[3:6]} {number[6:]}"
        assert numbers(browser.get(f"/employeurs?q={quote(in_groups)}")) == [tilleuls.id], in_groups
    assert "Aucun employeur ici" in browser.get("/employeurs?q=garonne").text


def test_a_telephone_number_is_read_in_pairs_and_touched(world: World, browse: Browse) -> None:
    tilleuls = world.employer("Tilleuls")
    tilleuls.phone = tilleuls.structures[0].phone = "0536490012"
    db.session.commit()
    for address in (home(world), f"/etablissements/{tilleuls.structures[0].finess}"):
        page = browse("referent").get(address)
        assert page.links("^tel:") == ["tel:0536490012"]
        assert "05\u00a036\u00a049\u00a000\u00a012" in page.tree.xpath("string(//a[starts-with(@href, 'tel:')])")


def test_a_note_without_a_case_hangs_below_the_employers(world: World, browse: Browse) -> None:
    page = browse("referent").get(f"{home(world)}/notes/nouvelle")
    assert page.tree.xpath("//nav[@aria-label='Fil d’Ariane']//a/@href") == ["/employeurs", home(world)]


def test_what_people_know_is_added_to_what_finess_says(world: World, browse: Browse) -> None:
    preventeur, address = browse("preventeur"), home(world, "Marais")
    assert "secteur à confirmer" in preventeur.get(address).text
    page = preventeur.fill(f"{address}/modifier", sector="private", scheme="general", headcount="1 250")
    assert page.location == address
    text = preventeur.get(address).text
    assert "Privé" in text
    assert "1 250" in text.replace("\u202f", " ")
    marais = world.employer("Marais")
    assert (marais.sector, marais.headcount, marais.sector_confirmed_by_id) == (
        Sector.PRIVATE,
        1250,
        world.user("preventeur").id,
    )


def test_bad_numbers_are_named_and_stay_typed(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    preventeur = browse("preventeur")
    finess = world.case("Tilleuls").main_structure.finess
    addresses = {f"{home(world)}/modifier": "headcount", f"/etablissements/{finess}/modifier": "capacity"}
    for address, field in addresses.items():
        for wrong in ("-1", "douze", "12,5", "9" * 400, "1e9", "²"):
            with subtests.test(f"{field} {wrong[:10]}"):
                page = preventeur.fill(address, **{field: wrong})
                assert (page.status, len(page.errors())) == (422, 1)
                assert page.links(f"^#{field}$")
                assert page.fields("")[field] == wrong
    with subtests.test("a sector or a scheme that does not exist"):
        assert preventeur.fill(f"{home(world)}/modifier", sector="mixte").status == 422
        assert preventeur.fill(f"{home(world)}/modifier", scheme="inconnu").status == 302
    assert world.employer("Tilleuls").sector is Sector.PRIVATE


def test_the_second_of_two_editors_sees_both_versions(world: World, browse: Browse) -> None:
    first, second, address = browse("preventeur"), browse("referent"), home(world)
    late = second.get(f"{address}/modifier").fields("")
    assert first.fill(f"{address}/modifier", headcount="70").location == address
    page = second.send(f"{address}/modifier", {**late, "headcount": "65", "sector": "to_confirm"})
    assert page.status == 409
    assert versions(page) == {"Secteur": ("À confirmer", "Privé"), "Effectif": ("65", "70")}
    assert address in page.links()
    assert world.employer("Tilleuls").headcount == 70
    page = second.send(f"{address}/modifier", {**late, "headcount": "70"})
    assert page.location == address


def test_a_structure_is_read_and_completed(world: World, browse: Browse) -> None:
    first, second = browse("preventeur"), browse("departement")
    address = f"/etablissements/{world.case('Tilleuls').main_structure.finess}"
    page = first.get(address)
    assert "62 places" in page.text.replace("\xa0", " ")
    assert page.links(f"^{address}/modifier$")
    assert page.links(r"^/dossiers/\d+$")
    late = second.get(f"{address}/modifier").fields("")
    assert first.fill(f"{address}/modifier", capacity="64", headcount="48").location == address
    page = second.send(f"{address}/modifier", {**late, "hours_served": "12000"})
    assert versions(page) == {
        "Capacité": ("62", "64"),
        "Effectif sur place": ("(vide)", "48"),
        "Heures servies": ("12000", "(vide)"),
    }
    for unknown in ("000000000", "79%00", "x" * 500, "'--"):
        assert first.get(f"/etablissements/{unknown}").status == 404


def test_people_are_added_changed_and_leave(world: World, browse: Browse) -> None:
    preventeur, address = browse("preventeur"), home(world)
    assert preventeur.fill(f"{address}/contacts/nouveau", **PERSON, visibility="partners").location == address
    page = preventeur.get(address)
    assert "Claire Moreau" in page.text
    [person] = page.links(r"/contacts/\d+$")
    late = browse("referent").get(person).fields("")
    assert preventeur.fill(person, function="Directrice", left_on="2026-11-01").location == address
    assert "Directrice, parti le 01/11/2026" in preventeur.get(address).text
    page = browse("referent").send(person, {**late, "phone": "06", "visibility": "employer"})
    assert versions(page) == {
        "Fonction": ("Cadre de santé", "Directrice"),
        "Téléphone": ("06", "05 49 00 00 00"),
        "A quitté l’établissement le": ("(vide)", "01/11/2026"),
        "Visible par": ("partenaires et employeur", "partenaires"),
    }
    assert address in page.links()


def test_two_clicks_add_one_person(world: World, browse: Browse) -> None:
    tabs, address = [browse("preventeur"), browse("preventeur")], home(world)
    shown = {**tabs[0].get(f"{address}/contacts/nouveau").fields(""), **PERSON}
    pages = at_once(tabs, f"{address}/contacts/nouveau", shown)
    assert [page.location for page in pages] == [address, address]
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 1


def test_a_person_is_described_by_what_is_needed(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    preventeur, address = browse("preventeur"), f"{home(world)}/contacts/nouveau"
    for wrong in (
        {"family_name": " "}, {"function": ""}, {"family_name": "x" * 81}, {"phone": "0" * 21}, {"email": "claire@"},
        {"email": "x" * 300 + "@mail.fr"}, {"email": "a b@mail.fr"}, {"visibility": "tous"},
    ):  # fmt: skip
        with subtests.test(f"{wrong}"[:50]):
            page = preventeur.fill(address, **{**PERSON, **wrong})
            assert (page.status, len(page.errors())) == (422, 1)
            kept = page.fields("")
            assert all(kept[name].strip() == value.strip() for name, value in wrong.items() if name != "visibility")
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 0


def test_the_employer_keeps_its_own_people_and_reads_what_it_wrote(world: World, browse: Browse) -> None:
    directrice, address = browse("directrice"), home(world)
    form = directrice.get(f"{address}/contacts/nouveau")
    assert [value for value in form.tree.xpath("//input[@name='visibility']/@value")] == ["employer"]
    assert directrice.fill(f"{address}/contacts/nouveau", **PERSON).location == address
    assert "Claire Moreau" in directrice.get(address).text
    assert "Claire Moreau" in browse("preventeur").get(address).text


def test_a_contact_of_another_employer_is_not_reached_through_ours(world: World, browse: Browse) -> None:
    contact = add_contact(world, world.employer("Garonne"), "ailleurs").id
    db.session.commit()
    assert browse("preventeur").get(f"{home(world)}/contacts/{contact}").status == 404
    assert browse("preventeur").send(f"{home(world)}/contacts/{contact}", PERSON).status == 404
