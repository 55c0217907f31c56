"""What passes from one organisation to another, by which convention, and what « visible par » says of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.actions.documents import Upload, store_document
from app.extensions import db
from app.models import (
    Case,
    CasePartner,
    Contact,
    Convention,
    ConventionDepartement,
    ConventionFamily,
    Document,
    DocumentKind,
    Employer,
    Exchange,
    Visibility,
    Visit,
)
from app.permissions import Act, Actor, Kind, may
from app.queries.audiences import get_audience
from app.queries.case_filters import CaseFilters
from app.queries.case_list import count_baskets, count_cases, list_cases
from app.queries.cases import get_case
from app.queries.employers import get_employer, list_contacts
from app.queries.threads import get_document, get_exchange, get_visit
from tests.actions.moves import TODAY
from tests.engines import in_turn
from tests.factories import NOW, make_exchange, make_visit
from tests.files import PDF
from tests.queries.region import EVERYBODY, add_everybody, straddle
from tests.views.scene import add_contact, final_visit
from tests.world import POITOU, World

KINDS: dict[Kind, Any] = {
    Kind.CONTACT: Contact,
    Kind.CASE: Case,
    Kind.EXCHANGE: Exchange,
    Kind.VISIT: Visit,
    Kind.DOCUMENT: Document,
}
ALL = frozenset(KINDS)


def convention() -> Convention:
    """The one that joins the organisations of the Poitou."""
    return db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one()


def party(world: World, name: str) -> Any:
    number = world.organisation(name).id
    return next(one for one in convention().parties if one.organisation_id == number)


def keep_families(*kinds: Kind) -> None:
    convention().families = [ConventionFamily(family=kind.value) for kind in kinds]


def move(world: World, code: str) -> None:
    convention().departements = [ConventionDepartement(departement=code)]


def invite(world: World) -> None:
    db.session.delete(convention())
    invited = CasePartner(case_id=world.case("Tilleuls").id, organisation_id=world.organisation("ARS Poitou").id)
    db.session.add(invited)


def ends(name: str, days: int) -> Callable[[World], None]:
    return lambda world: setattr(convention(), name, TODAY + timedelta(days=days))


CHANGES: dict[str, tuple[Callable[[World], Any], frozenset[Kind]]] = {
    "in force": (lambda world: None, ALL),
    "missing": (lambda world: db.session.delete(convention()), frozenset()),
    "its last day": (ends("valid_until", 0), ALL),
    "expired": (ends("valid_until", -1), frozenset()),
    "its first day": (ends("valid_from", 0), ALL),
    "not begun": (ends("valid_from", 1), frozenset()),
    "closed today": (ends("closed_on", 0), frozenset()),
    "closes tomorrow": (ends("closed_on", 1), ALL),
    "the writer has not confirmed": (lambda w: setattr(party(w, "Carsat Poitou"), "confirmed_on", None), frozenset()),
    "the reader has not confirmed": (lambda w: setattr(party(w, "ARS Poitou"), "confirmed_on", None), frozenset()),
    "the writer is not named": (lambda w: db.session.delete(party(w, "Carsat Poitou")), frozenset()),
    "the reader is not named": (lambda w: db.session.delete(party(w, "ARS Poitou")), frozenset()),
    "the writer has left": (lambda w: setattr(party(w, "Carsat Poitou"), "left_on", TODAY), frozenset()),
    "the reader leaves tomorrow": (
        lambda w: setattr(party(w, "ARS Poitou"), "left_on", TODAY + timedelta(days=1)),
        ALL,
    ),
    "another territory": (lambda world: move(world, "86"), frozenset()),
    "the territory alone": (lambda world: move(world, "79"), ALL),
    "cases alone": (lambda world: keep_families(Kind.CASE), frozenset({Kind.CASE})),
    "contacts alone": (lambda world: keep_families(Kind.CONTACT), frozenset({Kind.CONTACT})),
    "notes without the case they lie on": (lambda world: keep_families(Kind.EXCHANGE), frozenset()),
    "cases and notes": (
        lambda world: keep_families(Kind.CASE, Kind.EXCHANGE),
        frozenset({Kind.CASE, Kind.EXCHANGE}),
    ),
    "another family": (lambda world: keep_families(Kind.FINANCING), frozenset()),
    "invited without a convention": (invite, frozenset({Kind.CASE})),
}
"""What the ARS reads of a case led, and written, by the Carsat, once the convention is changed so."""


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_passes_but_what_a_convention_in_force_opens(world: World, change: str) -> None:
    case = world.case("Tilleuls")
    entries = _write(world, case, "preventeur", Visibility.PARTNERS)
    alter, opened = CHANGES[change]
    alter(world)
    db.session.commit()
    db.session.expire_all()
    reader, writer = world.actor("referent"), world.actor("preventeur")
    assert _read(reader, case, entries) == opened
    assert _read(writer, case, entries) == ALL, "one’s own needs no convention"
    employer = get_employer(reader, case.employer_id)
    assert employer and employer.name == "Association Les Tilleuls", "the register is public"
    _lists_follow(reader, case, is_seen=Kind.CASE in opened)


def _write(world: World, case: Case | None, name: str, visibility: Visibility, employer: Any = None) -> dict[Kind, int]:
    """One entry of each kind by somebody, on a case or about an employer."""
    user, actor = world.user(name), world.actor(name)
    home: Employer = case.employer if case else employer
    note = make_exchange(home, user, case, visibility=visibility)
    if case:
        visit = final_visit(world, case, name, visibility)
    else:
        visit = make_visit(home, user, visibility=visibility)
        visit.status, visit.finalised_at = "final", NOW  # type: ignore[assignment]
    kept = store_document(
        home,
        case,
        Upload("x.pdf", PDF),
        kind=DocumentKind.ATTACHMENT,
        title="Pièce",
        visibility=visibility,
        actor=actor,
        now=NOW,
    )
    contact = add_contact(world, home, name)
    contact.visibility = visibility
    db.session.commit()
    return {Kind.EXCHANGE: note.id, Kind.VISIT: visit.id, Kind.DOCUMENT: kept.id, Kind.CONTACT: contact.id}


def _read(actor: Actor, case: Case, entries: dict[Kind, int]) -> frozenset[Kind]:
    found = {kind for kind in entries if _reads(actor, case.employer_id, kind, entries[kind])}
    return frozenset(found | ({Kind.CASE} if get_case(actor, case.id) else set()))


def _reads(actor: Actor, employer_id: int, kind: Kind, number: int) -> bool:
    if kind is Kind.CONTACT:
        employer = get_employer(actor, employer_id)
        return bool(employer) and number in [contact.id for contact in _contacts(actor, employer)]
    get: dict[Kind, Any] = {Kind.EXCHANGE: get_exchange, Kind.VISIT: get_visit, Kind.DOCUMENT: get_document}
    return get[kind](actor, number) is not None


def _contacts(actor: Actor, employer: Any) -> Any:
    return list_contacts(actor, employer) if may(actor, Act.READ, Kind.CONTACT, employer) else []


def _lists_follow(actor: Actor, case: Case, *, is_seen: bool) -> None:
    listed = [row.id for row in list_cases(actor, CaseFilters(q="tilleuls"), today=TODAY)]
    assert listed == ([case.id] if is_seen else [])
    assert count_cases(actor, CaseFilters(q="tilleuls"), today=TODAY) == int(is_seen)
    assert count_baskets(actor, [CaseFilters(q="tilleuls")], today=TODAY) == [int(is_seen)]


def test_a_case_without_a_lead_is_the_data_of_who_opened_it(world: World) -> None:
    case = world.case("Tilleuls")
    case.lead_organisation_id, case.opening_organisation_id = None, world.organisation("Département 79").id
    db.session.delete(convention())
    db.session.commit()
    seen = {name for name in ("preventeur", "referent", "departement") if get_case(world.actor(name), case.id)}
    assert seen == {"departement"}


def test_the_employer_and_its_federation_need_no_convention(world: World) -> None:
    case = world.case("Tilleuls")
    note = make_exchange(case.employer, world.user("preventeur"), case, visibility=Visibility.EMPLOYER)
    db.session.delete(convention())
    db.session.commit()
    assert get_case(world.actor("directrice"), case.id) and get_exchange(world.actor("directrice"), note.id)
    assert get_case(world.actor("federation"), case.id) and not get_exchange(world.actor("federation"), note.id)


def test_each_record_says_which_convention_opens_it(world: World) -> None:
    case = world.case("Tilleuls")
    entries = _write(world, case, "preventeur", Visibility.PARTNERS)
    by = {"referent": convention().id, "preventeur": None}
    for name, number in by.items():
        actor = world.actor(name)
        seen, note, visit = (
            get_case(actor, case.id),
            get_exchange(actor, entries[Kind.EXCHANGE]),
            get_visit(actor, entries[Kind.VISIT]),
        )
        assert seen and note and visit
        assert [seen.convention_id, note.convention_id, visit.convention_id] == [number] * 3, name
        [contact] = list_contacts(actor, case.employer)
        assert (contact.convention_id if name == "referent" else None) == number


MUTATIONS = ("in force", "another territory", "cases alone", "contacts alone")


@pytest.mark.parametrize(("databases", "change"), in_turn(MUTATIONS), indirect=["databases"])
def test_visible_par_names_the_bodies_that_read_and_no_other(world: World, change: str) -> None:
    """The words drawn before saving are those of the judge that reads afterwards, for every body of the region."""
    add_everybody(world)
    straddle(world)
    CHANGES[change][0](world)
    db.session.commit()
    asked, actors = 0, [world.actor(name) for name in EVERYBODY]
    bodies = [actor for actor in actors if actor.organisation_id is not None]
    homes: list[tuple[Case | None, Employer]] = [
        (world.case("Tilleuls"), world.employer("Tilleuls")),
        (None, world.employer("Seuil")),
        (world.case("CCAS"), world.employer("CCAS")),
    ]
    for case, employer in homes:
        for author in ("preventeur", "aract") if case and employer.is_private else ("referent",):
            for visibility in (Visibility.PARTNERS, Visibility.EMPLOYER):
                entries = _write(world, case, author, visibility, employer)
                asked += _agree(bodies, case or employer, employer, world.actor(author), visibility, entries)
    assert asked > 200


def _agree(
    bodies: list[Actor],
    home: Case | Employer,
    employer: Employer,
    author: Actor,
    visibility: Visibility,
    entries: dict[Kind, int],
) -> int:
    others = [body for body in bodies if body.organisation_id != author.organisation_id]
    for kind, number in entries.items():
        # A contact belongs to its employer, whatever the case it was met on.
        audience = get_audience(employer if kind is Kind.CONTACT else home, TODAY)
        told = {body.organisation_id for body in audience.readers(kind, visibility, author.organisation_id)}
        reading = {body.organisation_id for body in others if _reads(body, employer.id, kind, number)}
        assert told == reading, (kind, author.name, visibility, home)
    return len(entries) * len(others)


def test_the_words_say_who_reads(world: World) -> None:
    case, carsat = world.case("Tilleuls"), world.organisation("Carsat Poitou").id
    words = {
        visibility: get_audience(case, TODAY).in_words(Kind.EXCHANGE, visibility, carsat, "Carsat Poitou")
        for visibility in Visibility
    }
    assert words == {
        Visibility.ORGANISATION: "Carsat Poitou",
        Visibility.PARTNERS: "Carsat Poitou, ARS Poitou, Département 79",
        Visibility.EMPLOYER: "Carsat Poitou, ARS Poitou, Département 79, et l’employeur",
    }
    case.employer_informed_on = None
    db.session.delete(convention())
    db.session.commit()
    audience = get_audience(case, TODAY)
    assert audience.in_words(Kind.VISIT, Visibility.EMPLOYER, carsat, "Carsat Poitou") == (
        "Carsat Poitou, et l’employeur une fois informé du dossier"
    )
    assert audience.in_words(Kind.VISIT, Visibility.PARTNERS, carsat, "Carsat Poitou") == (
        "Carsat Poitou seulement, faute de convention avec un partenaire"
    )
