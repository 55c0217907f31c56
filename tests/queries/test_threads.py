"""Who reads an entry, by its audience, its kind, and whether it is final."""

import pytest

from app.actions.documents import Upload, store_document
from app.extensions import db
from app.models import Contact, Document, DocumentKind, Exchange, Visibility, Visit
from app.permissions import Act, Actor, Kind, may
from app.queries.cases import get_case
from app.queries.drafts import list_drafts
from app.queries.employers import get_employer, list_contacts
from app.queries.threads import (
    find_submission,
    get_document,
    get_exchange,
    get_visit,
    list_documents,
    list_events,
    list_exchanges,
    list_visits,
)
from tests.actions.moves import TODAY, morning
from tests.factories import make_case, make_exchange, make_user, make_visit
from tests.files import PDF
from tests.queries.region import add_everybody, covers
from tests.world import World
from workflows.roles import Role
from workflows.visit_report import VisitStatus

AUDIENCES = (Visibility.ORGANISATION, Visibility.PARTNERS, Visibility.EMPLOYER)

READERS = """
               note     draft    final    document
preventeur     o p e    o p e    o p e    o p e
collegue       o p e    o p e    o p e    o p e
referent       . p e    . . .    . p e    . p e
coordinatrice  . p e    . . .    . p e    . p e
departement    . p e    . . .    . p e    . p e
aract          . . .    . . .    . . .    . . .
prestataire    . . .    . . .    . . .    . . .
federation     . . .    . . .    . . .    . . .
opco           . . .    . . .    . . .    . . .
directrice     . . e    . . .    . . e    . . e
dreets         . . .    . . .    . . .    . . .
ailleurs       . . .    . . .    . . .    . . .
admin          . . .    . . .    . . .    . . .
"""
"""Who reads what the Carsat wrote on the case of Les Tilleuls for its Organisation, the Partners, the Employer too."""

PUBLIC = """
               note     draft    final    document
preventeur     . . .    . . .    . . .    . . .
referent       o p e    o p e    o p e    o p e
departement    . p e    . . .    . p e    . p e
directrice     . . .    . . .    . . .    . . .
"""
"""The same of what the ARS wrote on the case of a public employer: the Carsat reads none of it."""

Entries = dict[str, dict[Visibility, Exchange | Visit | Document]]


@pytest.fixture
def region(world: World) -> World:
    add_everybody(world)
    make_user("collegue", world.organisation("Carsat Poitou"))
    db.session.commit()
    return world


def written(world: World, author: str, employer: str, *, on_case: bool = True) -> Entries:
    """One entry of each kind for each audience."""
    user, actor, body = world.user(author), world.actor(author), world.employer(employer)
    case = world.case(employer) if on_case else None
    entries: Entries = {"note": {}, "draft": {}, "final": {}, "document": {}}
    for audience in AUDIENCES:
        entries["note"][audience] = make_exchange(body, user, case, visibility=audience)
        entries["draft"][audience] = make_visit(body, user, case, visibility=audience)
        entries["final"][audience] = make_visit(
            body, user, case, visibility=audience, status=VisitStatus.FINAL, finalised_at=morning(TODAY)
        )
        entries["document"][audience] = store_document(
            body,
            case,
            Upload("duerp.pdf", PDF),
            kind=DocumentKind.ATTACHMENT,
            title="DUERP",
            visibility=audience,
            actor=actor,
            now=morning(TODAY),
        )
    db.session.commit()
    return entries


def read_one(actor: Actor, entry: Exchange | Visit | Document) -> bool:
    get = {Exchange: get_exchange, Visit: get_visit, Document: get_document}[type(entry)]
    return get(actor, entry.id) is not None


def drawn(actor: Actor, entries: Entries) -> list[str]:
    """The actor’s line of the table, asked entry by entry."""
    return [
        audience.value[0] if read_one(actor, entry) else "."
        for of_kind in entries.values()
        for audience, entry in of_kind.items()
    ]


def expect(world: World, table: str, entries: Entries, subtests: pytest.Subtests) -> None:
    for line in table.strip().splitlines()[1:]:
        name, *cells = line.split()
        with subtests.test(name):
            assert drawn(world.actor(name), entries) == cells


def test_who_reads_the_entries_of_a_case(region: World, subtests: pytest.Subtests) -> None:
    expect(region, READERS, written(region, "preventeur", "Tilleuls"), subtests)


def test_who_reads_the_entries_of_an_employer_without_a_case(region: World, subtests: pytest.Subtests) -> None:
    expect(region, READERS, written(region, "preventeur", "Tilleuls", on_case=False), subtests)


def test_who_reads_the_entries_about_a_public_employer(region: World, subtests: pytest.Subtests) -> None:
    expect(region, PUBLIC, written(region, "referent", "CCAS"), subtests)


def test_the_lists_show_what_one_may_open_and_no_more(region: World, subtests: pytest.Subtests) -> None:
    for author, employer in (("preventeur", "Tilleuls"), ("referent", "CCAS")):
        entries = written(region, author, employer)
        for line in READERS.strip().splitlines()[1:]:
            name = line.split()[0]
            with subtests.test(f"{name}, {employer}"):
                _lists_agree(region.actor(name), region, employer, entries)


def _lists_agree(actor: Actor, world: World, employer: str, entries: Entries) -> None:
    opened = {kind: {one.id for one in of_kind.values() if read_one(actor, one)} for kind, of_kind in entries.items()}
    for record in (get_case(actor, world.case(employer).id), get_employer(actor, world.employer(employer).id)):
        if record is None:
            assert not any(opened.values())
            continue
        assert {one.id for one in list_exchanges(actor, record)} == opened["note"]
        assert {one.id for one in list_visits(actor, record)} == opened["draft"] | opened["final"]
        assert {one.id for one in list_documents(actor, record)} == opened["document"]


def test_an_invited_body_reads_its_own_entries(region: World) -> None:
    for author in ("aract", "prestataire"):
        entries = written(region, author, "Tilleuls")
        assert set(drawn(region.actor(author), entries)) == {"o", "p", "e"}, author
        assert drawn(region.actor("referent"), entries)[:3] == [".", "p", "e"]
        other = "prestataire" if author == "aract" else "aract"
        assert set(drawn(region.actor(other), entries)) == {"."}


def test_a_body_that_lost_sight_of_the_case_loses_its_own_entries_too(region: World) -> None:
    entries = written(region, "preventeur", "Tilleuls")
    covers(region.organisation("Carsat Poitou"), "33")
    region.case("Tilleuls").lead_organisation = region.organisation("ARS Poitou")
    db.session.commit()
    assert set(drawn(region.actor("preventeur"), entries)) == {"."}


def test_a_thread_goes_from_the_newest_to_the_oldest(region: World) -> None:
    case = region.case("Tilleuls")
    for day in (3, 20, 11):
        make_exchange(case.employer, region.user("preventeur"), case, held_on=TODAY.replace(day=day))
    db.session.commit()
    actor = region.actor("preventeur")
    record = get_case(actor, case.id)
    assert record
    assert [one.held_on.day for one in list_exchanges(actor, record)] == [20, 11, 3]
    assert list_events(record) == []


def test_a_record_loaded_without_its_relations_opens_nothing(region: World) -> None:
    written(region, "preventeur", "Tilleuls")
    db.session.expunge_all()
    case = region.case("Tilleuls")
    assert not may(region.actor("preventeur"), Act.READ, Kind.EXCHANGE, case)
    assert list_exchanges(region.actor("preventeur"), case) == []


def test_a_form_sent_twice_is_found(region: World) -> None:
    note = make_exchange(region.employer("Tilleuls"), region.user("preventeur"), submission="c" * 36)
    db.session.commit()
    assert find_submission(Exchange, "c" * 36, region.actor("preventeur")) is note
    assert find_submission(Exchange, "d" * 36, region.actor("preventeur")) is None


def test_drafts_are_those_of_the_person_and_not_of_the_colleagues(region: World) -> None:
    written(region, "preventeur", "Tilleuls")
    assert len(list_drafts(region.actor("preventeur"))) == 3
    assert list_drafts(region.actor("collegue")) == []
    assert list_drafts(region.actor("referent")) == []


# --- Contacts -----------------------------------------------------------------------------------------

CONTACTS = """
preventeur     o p e
referent       . p e
departement    . p e
aract          . p e
prestataire    . p e
federation     . p e
directrice     . . e
"""
"""Who reads which of the three contacts that the Carsat wrote down for Les Tilleuls."""


def test_who_reads_the_contacts_of_an_employer(region: World, subtests: pytest.Subtests) -> None:
    employer = region.employer("Tilleuls")
    carsat = region.organisation("Carsat Poitou")
    for audience in AUDIENCES:
        db.session.add(
            Contact(
                employer_id=employer.id,
                family_name=audience.value,
                function="Direction",
                visibility=audience,
                organisation_id=carsat.id,
            )
        )
    db.session.commit()
    for line in CONTACTS.strip().splitlines():
        name, *cells = line.split()
        with subtests.test(name):
            actor = region.actor(name)
            found = get_employer(actor, employer.id)
            assert found and may(actor, Act.READ, Kind.CONTACT, found)
            seen = {contact.family_name[0] for contact in list_contacts(actor, found)}
            assert seen == {cell for cell in cells if cell != "."}
    for name in ("opco", "fnp", "spsti", "msa", "conseil_regional"):
        actor = region.actor(name)
        found = get_employer(actor, employer.id)
        assert found and not may(actor, Act.READ, Kind.CONTACT, found), name


def test_what_the_employer_writes_of_its_people_is_read_by_the_bodies_and_by_itself(region: World) -> None:
    employer = region.employer("Tilleuls")
    contact = Contact(
        employer_id=employer.id,
        family_name="Martin",
        function="RH",
        visibility=Visibility.EMPLOYER,
        organisation_id=None,
    )
    db.session.add(contact)
    db.session.commit()
    for name in ("preventeur", "referent", "directrice"):
        assert list_contacts(region.actor(name), employer) == [contact], name


def test_nobody_reads_what_nobody_s_organisation_wrote_for_itself(region: World) -> None:
    """An entry whose organisation is unknown is not everybody’s: nothing equals nothing."""
    note = make_exchange(region.employer("Tilleuls"), region.user("preventeur"))
    note.organisation_id = None
    db.session.commit()
    for name in ("preventeur", "directrice", "referent"):
        assert get_exchange(region.actor(name), note.id) is None, name


def test_the_carsat_to_confirm_still_reads(region: World) -> None:
    make_case(region.employer("Marais"))
    entries = written(region, "referent", "Marais")
    assert drawn(region.actor("preventeur"), entries)[:3] == [".", "p", "e"]
    assert region.actor("preventeur").role is Role.CARSAT
