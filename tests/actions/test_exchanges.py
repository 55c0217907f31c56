"""Notes from the field: who writes them, when, and two people on one note."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.exchanges import edit_exchange, log_exchange
from app.extensions import db
from app.models import Exchange, ExchangeKind, Visibility
from app.queries.cases import get_case
from app.queries.employers import get_employer
from tests.actions.moves import TODAY, everything, morning
from tests.factories import make_user
from tests.world import World


def note(world: World, name: str, employer: str, *, on_case: bool = False, **changes: Any) -> Exchange:
    """A note by somebody about an employer in sight, on its case or not."""
    actor = world.actor(name)
    found = get_employer(actor, world.employer(employer).id)
    assert found, "out of sight"
    case = get_case(actor, world.case(employer).id) if on_case else None
    values = {
        "kind": ExchangeKind.CALL,
        "held_on": TODAY,
        "summary": " La directrice souhaite une visite. ",
        "visibility": Visibility.PARTNERS,
        "submission": None,
        **changes,
    }
    exchange = log_exchange(found, case, actor=actor, today=TODAY, now=morning(TODAY), settings={}, **values)
    db.session.commit()
    return exchange


def edit(world: World, name: str, exchange: Exchange, version: int, **changes: Any) -> None:
    values = {
        "kind": ExchangeKind.MAIL,
        "held_on": date(2026, 11, 20),
        "summary": "Texte revu ",
        "visibility": Visibility.ORGANISATION,
        **changes,
    }
    edit_exchange(exchange, version=version, actor=world.actor(name), today=TODAY, **values)
    db.session.commit()


def test_a_note_says_who_for_whom_and_when(world: World) -> None:
    actor = world.actor("preventeur")
    exchange = note(world, "preventeur", "Tilleuls", submission="a" * 36)
    assert (exchange.employer_id, exchange.case_id) == (world.employer("Tilleuls").id, None)
    assert (exchange.author_id, exchange.organisation_id) == (actor.user_id, actor.organisation_id)
    assert (exchange.summary, exchange.created_at) == ("La directrice souhaite une visite.", morning(TODAY))
    assert (exchange.version, exchange.submission) == (1, "a" * 36)
    assert note(world, "preventeur", "Tilleuls", on_case=True).case_id == world.case("Tilleuls").id


def test_who_writes_a_note_on_whom(world: World, subtests: pytest.Subtests) -> None:
    table = """
    referent     Tilleuls yes
    preventeur   Tilleuls yes
    preventeur   Clain    yes
    preventeur   CCAS     no   a public employer
    departement  CCAS     yes
    aract        Tilleuls yes  invited on the case
    prestataire  Tilleuls yes  invited on the case
    federation   Tilleuls yes  its member
    directrice   Tilleuls no   what she says, she says to somebody
    """
    for line in table.strip().splitlines():
        name, employer, expected, *_ = line.split()
        with subtests.test(line.strip()):
            before = everything()["exchanges"]
            if expected == "yes":
                assert note(world, name, employer).id
                continue
            with pytest.raises(Forbidden, match="ne dépose pas de note"):
                note(world, name, employer)
            assert everything()["exchanges"] == before


def test_what_took_place_did_not_take_place_tomorrow(world: World) -> None:
    before = everything()
    with pytest.raises(Unacceptable, match="dans le futur") as error:
        note(world, "preventeur", "Tilleuls", on_case=True, held_on=TODAY + timedelta(days=1))
    assert error.value.field == "held_on"
    assert not db.session.new
    assert everything() == before
    exchange = note(world, "preventeur", "Tilleuls", held_on=TODAY)
    with pytest.raises(Unacceptable):
        edit(world, "preventeur", exchange, 1, held_on=TODAY + timedelta(days=1))
    assert exchange.held_on == TODAY


def test_a_note_is_completed_by_the_organisation_that_wrote_it(world: World) -> None:
    make_user("collegue", world.organisation("Carsat Poitou"))
    db.session.commit()
    exchange = note(world, "preventeur", "Tilleuls")
    for name in ("referent", "coordinatrice", "aract", "directrice"):
        with pytest.raises(Forbidden, match="l’organisme qui l’a écrite"):
            edit(world, name, exchange, exchange.version)
    edit(world, "collegue", exchange, exchange.version)
    assert (exchange.summary, exchange.kind, exchange.held_on) == ("Texte revu", ExchangeKind.MAIL, date(2026, 11, 20))
    assert (exchange.visibility, exchange.version) == (Visibility.ORGANISATION, 2)
    assert exchange.author_id == world.user("preventeur").id


def test_the_second_of_two_editors_sees_both_texts_and_loses_nothing(world: World) -> None:
    exchange = note(world, "preventeur", "Tilleuls")
    edit(world, "preventeur", exchange, 1, summary="Premier texte")
    before = everything()
    with pytest.raises(Stale) as stale:
        edit(world, "preventeur", exchange, 1, summary="Second texte", kind=ExchangeKind.MEETING)
    assert stale.value.record is exchange
    assert [(one.label, one.yours, one.theirs) for one in stale.value.differences] == [
        ("Nature", "Rencontre", "Courriel"),
        ("Date", "20/11/2026", "20/11/2026"),
        ("Note", "Second texte", "Premier texte"),
        ("Visible par", "mon organisme", "mon organisme"),
    ]
    assert everything() == before


def test_a_version_that_never_was_is_stale_too(world: World) -> None:
    exchange = note(world, "preventeur", "Tilleuls")
    for version in (0, 2, -1):
        with pytest.raises(Stale):
            edit(world, "preventeur", exchange, version)
