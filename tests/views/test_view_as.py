"""« Voir comme »: what another gets, less what one does not read oneself, and nothing to do there."""

from collections.abc import Callable

from sqlalchemy import select

from app.extensions import db
from app.models import Contact, Convention, Visibility
from tests.factories import make_exchange
from tests.pages import Browser, Page
from tests.views.scene import Scene, add_contact, furnish
from tests.world import POITOU, World

Browse = Callable[[str], Browser]
CARDS = ("fil", "echeances", "equipe", "partenaires", "etablissements", "personnes")


def words(element: object) -> str:
    return " ".join(element.text_content().split())  # type: ignore[attr-defined]


def thread(page: Page) -> list[str]:
    return [words(item) for item in page.tree.xpath("//li[contains(@class, 'jalon-timeline__item')]")]


def facts(page: Page, card: str) -> list[str]:
    """The lines of a card, without the links to what one may do there."""
    found = page.tree.xpath("//*[@id=$card]//p|//*[@id=$card]//dd|//*[@id=$card]//dt", card=card)
    doing = (
        "Changer l’équipe", "Inviter, ou dire", "Dire où nous", "Ajouter une personne", "Joindre un document",
        "Inviter une personne de l’employeur",
    )  # fmt: skip
    return [text for text in map(words, found) if not text.startswith(doing)]


def scene(world: World) -> Scene:
    """Entries of three organisations, open to different readers, and people known to one or to all."""
    found, case = furnish(world), world.case("Tilleuls")
    for author, visibility in (
        ("aract", Visibility.ORGANISATION), ("aract", Visibility.PARTNERS), ("aract", Visibility.EMPLOYER),
        ("preventeur", Visibility.PARTNERS), ("referent", Visibility.ORGANISATION),
    ):  # fmt: skip
        text = f"Mot de {author}, {visibility.value}."
        make_exchange(case.employer, world.user(author), case, visibility=visibility, summary=text)
    hidden = add_contact(world, case.employer, "referent")
    hidden.family_name, hidden.visibility = "Secret", Visibility.ORGANISATION
    db.session.commit()
    return found


def test_it_is_what_the_other_gets_less_what_one_does_not_read(world: World, browse: Browse) -> None:
    names, case = scene(world).names, world.case("Tilleuls")
    address = f"/dossiers/{case.id}"
    bodies = {"directrice": "employeur", "aract": names["aract"], "preventeur": str(_id(world, "Carsat Poitou"))}
    compared = 0
    for viewer in ("preventeur", "referent", "departement"):
        mine = browse(viewer).get(address)
        for other, slug in bodies.items():
            if other == viewer:
                continue
            seen, theirs = browse(viewer).get(f"{address}/comme/{slug}"), browse(other).get(address)
            assert seen.status == 200, (viewer, other)
            assert set(thread(seen)) <= set(thread(mine)) | _told_in_the_others_words(theirs), (viewer, other)
            assert _kept(thread(theirs), mine) == _bare(thread(seen)), (viewer, other)
            for card in CARDS[1:]:
                assert facts(seen, card) == [line for line in facts(theirs, card) if "Secret" not in line], card
                compared += len(facts(seen, card))
            assert facts(mine, "personnes") or not facts(seen, "personnes")
    assert compared > 40


def _id(world: World, name: str) -> int:
    return world.organisation(name).id


def _told_in_the_others_words(theirs: Page) -> set[str]:
    return set(thread(theirs))


def _bare(items: list[str]) -> list[str]:
    """Entries without the convention by which each reads them: it is told to the parties only."""
    return [item.replace(f" · convention {POITOU}", "") for item in items]


def _kept(items: list[str], mine: Page) -> list[str]:
    """Of what the other gets, the steps and what the viewer's own page shows too."""
    known = _bare(thread(mine))
    written = ("Note de terrain", "Visite", "Document")
    return [item for item in _bare(items) if not item.startswith(written) or item in known]


def test_nothing_is_to_be_done_there_and_a_banner_says_it(world: World, browse: Browse) -> None:
    case, aract = world.case("Tilleuls"), scene(world).names["aract"]
    preventeur = browse("preventeur")
    home = preventeur.get(f"/dossiers/{case.id}")
    for slug, name in (("employeur", "l’employeur"), (aract, "Aract Poitou")):
        address = f"/dossiers/{case.id}/comme/{slug}"
        assert home.links(f"^{address}$")
        page = preventeur.get(address)
        assert f"Vous voyez cette page comme {name}" in page.main
        assert page.links(f"^/dossiers/{case.id}$")
        acts = r"nouvelle|nouveau|modifier|etapes|equipe|partenaires$|rattachements|empechement|comme"
        assert [link for link in page.links(acts) if "#" not in link] == []
        assert [form for form in page.tree.forms if "deconnexion" not in (form.action or "")] == []
        assert preventeur.client.post(address).status_code >= 400
    assert "Preventeur" in preventeur.get("/").text, "still oneself"


def test_the_employer_that_was_not_told_sees_nothing_yet(world: World, browse: Browse) -> None:
    case = world.case("Tilleuls")
    case.employer_informed_on = None
    db.session.commit()
    page = browse("preventeur").get(f"/dossiers/{case.id}/comme/employeur")
    assert (page.status, "une fois informé" in page.main) == (200, True)
    assert "Appui proposé" not in page.main


def test_one_looks_with_the_eyes_of_those_of_the_case_only(world: World, browse: Browse) -> None:
    case = world.case("Tilleuls")
    preventeur = browse("preventeur")
    for name in ("ARS Poitou", "Carsat Poitou", "Carsat Gironde"):
        assert preventeur.get(f"/dossiers/{case.id}/comme/{_id(world, name)}").status == 404, name
    assert browse("aract").get(f"/dossiers/{case.id}/comme/employeur").status == 403


def test_the_employer_page_likewise(world: World, browse: Browse) -> None:
    scene(world)
    employer = world.employer("Tilleuls")
    referent, directrice = browse("referent"), browse("directrice")
    seen = referent.get(f"/employeurs/{employer.id}/comme/employeur")
    theirs = directrice.get(f"/employeurs/{employer.id}")
    mine = referent.get(f"/employeurs/{employer.id}")
    assert _bare(thread(seen)) == _kept(thread(theirs), mine)
    assert len(thread(seen)) > 1
    assert "Secret" not in seen.main
    assert seen.links("modifier|nouvelle|nouveau|empechement") == []


def test_a_convention_is_told_to_its_parties_only(world: World, browse: Browse) -> None:
    """The Carsat looks as the Aract, which reads a contact by a convention to which the Carsat is no party."""
    scene(world)
    case, carsat = world.case("Tilleuls"), world.organisation("Carsat Poitou")
    convention = db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one()
    convention.parties = [party for party in convention.parties if party.organisation_id != carsat.id]
    db.session.commit()
    contacts = db.session.scalars(select(Contact).where(Contact.employer_id == case.employer_id)).all()
    assert contacts
    for address in (f"/dossiers/{case.id}/comme/{_id(world, 'Aract Poitou')}", f"/dossiers/{case.id}/comme/employeur"):
        page = browse("preventeur").get(address)
        assert page.status == 200
        assert POITOU not in page.text
