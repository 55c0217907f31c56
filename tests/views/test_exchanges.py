"""Notes from the field: three fields, who reads them, two writers, one record for two clicks."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Exchange, Visibility, Visit
from tests.factories import make_exchange
from tests.pages import Browser
from tests.views.test_steps import versions
from tests.views.together import at_once
from tests.world import World

Browse = Callable[[str], Browser]
SAID = "Deux arrêts longs à l’unité Glycines."


def notes() -> list[str]:
    return list(db.session.scalars(select(Exchange.summary).order_by(Exchange.id)))


def add_note(world: World, author: str = "preventeur", visibility: Visibility = Visibility.ORGANISATION) -> str:
    """A note on the case of the Tilleuls; return its address."""
    case = world.case("Tilleuls")
    note = make_exchange(case.employer, world.user(author), case, summary=SAID, visibility=visibility)
    db.session.commit()
    return f"/notes/{note.id}"


def test_a_note_takes_three_fields_from_a_case_or_an_employer(world: World, browse: Browse) -> None:
    case, preventeur = world.case("Tilleuls"), browse("preventeur")
    for home in (f"/dossiers/{case.id}", f"/employeurs/{case.employer_id}"):
        form = preventeur.get(f"{home}/notes/nouvelle").fields("")
        assert (form["kind"], form["held_on"], form["visibility"]) == ("call", "2026-11-24", "organisation")
        assert preventeur.fill(f"{home}/notes/nouvelle", summary=f"Depuis {home}").location == home
        assert f"Depuis {home}" in preventeur.get(home).text
    assert f"Depuis /employeurs/{case.employer_id}" not in preventeur.get(f"/dossiers/{case.id}").text


BAD: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"summary": ""}, "Écrivez la note.", "#summary"),
    ({"summary": " \n\t "}, "Écrivez la note.", "#summary"),
    ({"summary": "x" * 10_001}, "10 000 caractères au plus.", "#summary"),
    ({"held_on": ""}, "Indiquez la date.", "#held_on"),
    ({"held_on": "2026-11-25"}, "Cette date est dans le futur : indiquez le jour où cela a eu lieu.", "#held_on"),
    ({"held_on": "31/02/2026"}, "Cette date n’existe pas : écrivez-la comme 21/11/2026.", "#held_on"),
    ({"held_on": "9999999-01-01"}, "Cette date n’existe pas : écrivez-la comme 21/11/2026.", "#held_on"),
)


def test_what_cannot_be_kept_is_said_and_stays_typed(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    address, preventeur = f"/dossiers/{world.case('Tilleuls').id}/notes/nouvelle", browse("preventeur")
    for wrong, why, link in BAD:
        with subtests.test(f"{wrong}"[:60]):
            page = preventeur.fill(address, **{"summary": SAID, **wrong})
            assert (page.status, page.errors()) == (422, [why])
            assert page.links(f"^{link}$")
            kept = page.fields("")
            assert {name: kept[name].strip("\r\n") for name in wrong} == {k: v.strip("\r\n") for k, v in wrong.items()}
    for wrong in ({"kind": "pigeon"}, {"visibility": "public"}, {"kind": ""}, {"visibility": ""}):
        with subtests.test(f"{wrong}"):
            page = preventeur.fill(address, **{"summary": SAID, **wrong})
            assert page.status == 422
            assert len(page.errors()) == 1
    assert notes() == []


def test_a_french_date_and_any_text_are_kept_as_typed(world: World, browse: Browse) -> None:
    home, preventeur = f"/dossiers/{world.case('Tilleuls').id}", browse("preventeur")
    text = "<script>alert('1')</script> « 50 % » ; -- \\ 🙂 'OR 1=1'\r\n=1+1"
    assert preventeur.fill(f"{home}/notes/nouvelle", summary=text, held_on="20/11/2026").location == home
    assert notes() == [text]
    page = preventeur.get(home)
    assert "alert('1')" in page.text
    assert "20 novembre 2026" in page.text


def test_two_clicks_keep_one_note(world: World, browse: Browse) -> None:
    home, tabs = f"/dossiers/{world.case('Tilleuls').id}", [browse("preventeur"), browse("preventeur")]
    shown = {**tabs[0].get(f"{home}/notes/nouvelle").fields(""), "summary": SAID}
    pages = at_once(tabs, f"{home}/notes/nouvelle", shown)
    pages.append(tabs[0].send(f"{home}/notes/nouvelle", shown))
    assert [page.location for page in pages] == [home] * 3
    assert notes() == [SAID]


def test_a_note_whose_token_is_spoilt_is_kept_all_the_same(world: World, browse: Browse) -> None:
    add_note(world)
    home, preventeur = f"/dossiers/{world.case('Tilleuls').id}", browse("preventeur")
    for rank, token in enumerate(("", "x", "0" * 36, "\u00b2")):
        preventeur.fill(f"{home}/notes/nouvelle", summary=f"Note {rank}", submission=token)
    assert notes() == [SAID, "Note 0", "Note 1", "Note 2", "Note 3"]


def test_the_second_of_two_writers_sees_both_notes_whole(world: World, browse: Browse) -> None:
    address, first, second = add_note(world), browse("preventeur"), browse("preventeur")
    late = second.get(f"{address}/modifier").fields("")
    assert first.fill(f"{address}/modifier", summary="Première main").location == address
    long_text = "\n".join(f"Ligne {number} de la seconde main" for number in range(300))
    page = second.send(f"{address}/modifier", {**late, "summary": long_text, "kind": "meeting"})
    assert page.status == 409
    assert versions(page) == {
        "Nature": ("Rencontre", "Appel"),
        "Note": (" ".join(long_text.split()), "Première main"),
    }
    assert address in page.links()
    assert notes() == ["Première main"]


def test_writers_at_the_same_instant_never_erase_each_other(world: World, browse: Browse) -> None:
    address, tabs = add_note(world), [browse("preventeur"), browse("preventeur")]
    shown = tabs[0].get(f"{address}/modifier").fields("")
    pages = at_once(tabs, f"{address}/modifier", {**shown, "summary": "La même chose, deux fois"})
    assert [page.location for page in pages] == [address, address]
    assert notes() == ["La même chose, deux fois"]


def test_a_note_is_completed_by_its_organisation_alone(world: World, browse: Browse) -> None:
    address = add_note(world, visibility=Visibility.PARTNERS)
    referent = browse("referent")
    page = referent.get(address)
    assert SAID in page.text
    assert not page.links("/modifier$|/visite$")
    assert (referent.get(f"{address}/modifier").status, referent.send(f"{address}/modifier").status) == (403, 403)
    assert browse("directrice").get(address).status == 404


def test_the_employer_reads_the_notes_that_are_for_it(world: World, browse: Browse) -> None:
    address = add_note(world, visibility=Visibility.EMPLOYER)
    page = browse("directrice").get(f"/dossiers/{world.case('Tilleuls').id}")
    assert SAID in page.text
    assert page.links(f"^{address}$")
    assert browse("directrice").get(address).status == 200


def test_a_note_becomes_a_visit_that_remembers_it(world: World, browse: Browse) -> None:
    address, preventeur = add_note(world), browse("preventeur")
    [visit] = preventeur.get(address).links("/visite$")
    form = preventeur.get(visit).fields("")
    assert (form["visited_on"], form["observations-0-wording"].strip()) == ("2026-11-20", SAID)
    page = preventeur.fill(visit, subject="Glycines")
    record = db.session.scalars(select(Visit)).one()
    assert page.location == f"/visites/{record.id}"
    assert f"/notes/{record.exchange_id}" == address
    assert preventeur.get(address).links("^/visites/") == [page.location]
    assert not preventeur.get(address).links("/visite$")
    assert preventeur.get(visit).location == page.location


def test_a_visit_made_from_a_private_note_stays_private_and_says_so(world: World, browse: Browse) -> None:
    preventeur = browse("preventeur")
    for visibility in Visibility:
        page = preventeur.get(f"{add_note(world, visibility=visibility)}/visite")
        form = page.fields("")
        assert (form["visibility"], form["mode"]) == (visibility.value, "remote")
        assert "Repris de votre note du 20 novembre 2026, visible par Carsat Poitou" in page.text
    shown = preventeur.fill(f"{add_note(world)}/visite", visited_on="")
    assert (shown.status, "Repris de votre note" in shown.text) == (422, True)


def test_each_thing_that_lacks_is_named(world: World, browse: Browse) -> None:
    page = browse("preventeur").send(f"/dossiers/{world.case('Tilleuls').id}/notes/nouvelle")
    assert page.errors() == [
        "Indiquez la nature de l’échange.",
        "Indiquez la date.",
        "Écrivez la note.",
        "Indiquez qui peut lire la note.",
    ]
