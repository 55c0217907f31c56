"""What was noted before a case was opened joins it, by the organisation that wrote it."""

from collections.abc import Callable

from app.extensions import db
from tests.factories import make_exchange
from tests.pages import Browser
from tests.world import World

Browse = Callable[[str], Browser]


def test_earlier_notes_join_the_case_once(world: World, browse: Browse) -> None:
    case = world.case("Tilleuls")
    for author in ("preventeur", "referent"):
        make_exchange(case.employer, world.user(author), summary=f"Avant le dossier, {author}")
    db.session.commit()
    preventeur, address = browse("preventeur"), f"/dossiers/{case.id}"
    page = preventeur.get(address)
    assert "Votre organisme a déjà noté 1 élément" in page.text.replace("\xa0", " ")
    assert "Avant le dossier" not in page.text
    for _ in range(2):
        assert preventeur.send(f"{address}/rattachements").location == address
    page = preventeur.get(address)
    assert "Avant le dossier, preventeur" in page.text
    assert "Avant le dossier, referent" not in page.text
    assert "Votre organisme a déjà noté" not in page.text
