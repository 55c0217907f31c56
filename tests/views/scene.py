"""What the pages show besides the small world: one entry of each kind, and the numbers by which addresses name it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from app.actions.barometer import Noted, note_month
from app.actions.barometer_sharing import Chosen, share
from app.actions.documents import Upload, store_document
from app.actions.visits import finalise_visit
from app.extensions import db
from app.models import (
    WHOLE_LIST,
    Absence,
    Case,
    Contact,
    Convention,
    DataRequest,
    Delegation,
    Document,
    DocumentKind,
    Employer,
    ExceptionalAccess,
    ExceptionReason,
    Import,
    ImportProblem,
    TargetingOpening,
    TargetingProposal,
    TargetingSignatory,
    TeamVoice,
    User,
    Visibility,
    Visit,
)
from app.permissions import Actor, Kind
from app.queries.barometer import list_shares as list_barometer_shares
from app.queries.recipients import list_recipients
from app.queries.self_diagnostics import list_shares
from tests.factories import (
    NOW,
    make_convention,
    make_exchange,
    make_figure,
    make_import,
    make_organisation,
    make_remark,
    make_visit,
)
from tests.files import PDF
from tests.self_diagnostics import all_of, begin, finish, give
from tests.targeting import frozen_by_hand, sealed_by_hand, signed, targeted
from tests.world import POITOU, World
from workflows.data_request import RequestKind
from workflows.import_run import ImportKind, ImportState
from workflows.roles import Role
from workflows.self_diagnostic import Reply
from workflows.self_diagnostic_sharing import Terms
from workflows.targeting_list import ListState
from workflows.targeting_proposals import ProposalKind, ProposalState, Reason
from workflows.team_voice import VoiceTool

UNKNOWN = "999999"
UNKNOWN_FINESS = "990000000"


@dataclass(frozen=True)
class Scene:
    """Numbers of records, by the names that the tables of addresses use."""

    names: dict[str, str]

    def address(self, template: str) -> str:
        return template.format(**self.names)

    def missing(self, template: str) -> str:
        """The same address, whose last number is that of nothing that anybody ever made."""
        start, _, name = template.rpartition("{")
        name, _, end = name.partition("}")
        return start.format(**self.names) + (UNKNOWN_FINESS if "structure" in name else UNKNOWN) + end


def furnish(world: World) -> Scene:
    """Add a note, a visit, a document and a contact here and there, and name everything."""
    here, public, far = world.case("Tilleuls"), world.case("CCAS"), world.case("Garonne")
    names = {
        "case": here.id,
        "public_case": public.id,
        "far_case": far.id,
        "employer": here.employer_id,
        "public_employer": public.employer_id,
        "quiet_employer": world.employer("Clain").id,
        "far_employer": far.employer_id,
        "structure": here.main_structure.finess,
        "far_structure": far.main_structure.finess,
        **_entries(world, "", here, "preventeur"),
        **_entries(world, "far_", far, "ailleurs"),
        "data_request": _data_request(),
        "ars_note": _note(world, here, "referent", Visibility.PARTNERS),
        "public_note": _note(world, public, "referent", Visibility.PARTNERS),
        "person": world.user("admin").capacities[0].id,
        "far_person": world.user("ailleurs").capacities[0].id,
        "absence": _absence(world, "preventeur"),
        "admin_absence": _absence(world, "admin"),
        "access": _access(world, here),
        "delegation": _delegation(world),
        "import": _import(world, "referent"),
        "far_import": _import(world, "ailleurs"),
        "aract": world.organisation("Aract Poitou").id,
        **_conventions(world),
        **_figures(world, here, far),
        **targeting_numbers(world),
        **_diagnostics(world),
        "barometer_share": _barometer(world),
        "voice": _voice(world.employer("Tilleuls"), world.user("directrice")),
        "far_voice": _voice(world.employer("Garonne"), world.user("ailleurs")),
        "shared_document": _document(here, world.actor("preventeur"), Visibility.PARTNERS).id,
    }
    db.session.commit()
    parts = {"whole": WHOLE_LIST, "part": f"federation-{world.organisation('Fédération A').id}"}
    return Scene({name: str(number) for name, number in names.items()} | parts)


def _barometer(world: World) -> int:
    """October, noted by a manager and shared with the ARS."""
    actor, house = world.actor("directrice"), world.employer("Tilleuls")
    noted = Noted(date(2026, 10, 1), {"headcount": 40, "absence": 124})
    note_month(house, None, noted, version=0, actor=actor, now=NOW, today=NOW.date())
    chosen = Chosen(noted.month, noted.month, frozenset({"absence"}))
    among = list_recipients(house, Kind.BAROMETER, NOW.date())
    share(house, None, [world.organisation("ARS Poitou").id], chosen, among, actor=actor, now=NOW)
    return list_barometer_shares(actor)[0].id


def targeting_numbers(world: World) -> dict[str, int]:
    """A list of the ARS that federations are consulted on, one in preparation, one of the Gironde; a proposal."""
    here = targeted(world, "coordinatrice", "Tilleuls", "CCAS", state=ListState.CONSULTATION)
    sealed_by_hand(frozen_by_hand(here, world))
    draft = targeted(world, "coordinatrice", "Tilleuls")
    far = targeted(world, "ailleurs", "Garonne", departements=frozenset({"33"}), state=ListState.CONSULTATION)
    author = world.actor("departement")
    proposal = TargetingProposal(
        campaign_id=here.id,
        employer_id=world.employer("Tilleuls").id,
        kind=ProposalKind.LOWER,
        reason=Reason.OUTDATED,
        wording="La direction a changé.",
        state=ProposalState.PENDING,
        author_id=author.user_id,
        organisation_id=author.organisation_id,
        created_at=NOW,
    )
    seat = TargetingSignatory(campaign_id=here.id, organisation_id=world.organisation("Carsat Poitou").id)
    seat.user_id = world.user("preventeur").id
    db.session.add_all([proposal, seat])
    db.session.flush()
    ready = signed(world, "coordinatrice", "Tilleuls", "Clain")
    lead = world.organisation("ARS Poitou").id
    for name in ("Tilleuls", "Clain"):
        place = {"campaign_id": ready.id, "employer_id": world.employer(name).id}
        db.session.add(TargetingOpening(**place, lead_organisation_id=lead))
    db.session.flush()
    campaigns = {"campaign": here, "draft_campaign": draft, "far_campaign": far, "signed_campaign": ready}
    numbers = {name: one.id for name, one in campaigns.items()}
    return {**numbers, "proposal": proposal.id, "signing_body": seat.organisation_id}


def _diagnostics(world: World) -> dict[str, int]:
    """A round that is running, whose pen the Aract holds; one ended, of which the ARS reads a summary."""
    manager, house = world.actor("directrice"), world.employer("Tilleuls")
    ended, sheet = begin(house, manager)
    give(sheet, house, manager, all_of(ended, T1a=Reply.NOT_YET, T2a=Reply.DONT_KNOW, T3c=Reply.NOT_YET))
    finish(ended, ["ARS Poitou"], world, Terms(), manager)
    running, own = begin(house, manager)
    own.pen_organisation_id, own.pen_given_at = world.organisation("Aract Poitou").id, NOW
    give(own, house, manager, {"T1a": Reply.BEGUN, "T1b": Reply.DONT_KNOW})
    (shared,) = list_shares(ended)
    numbers = {"diagnostic": running.id, "sheet": own.id, "ended": ended.id, "ended_sheet": sheet.id}
    return {**numbers, "share": shared.id, "share_body": shared.organisation_id}


def _voice(employer: Employer, author: User) -> int:
    """What the teams of a house said."""
    voice = TeamVoice(employer_id=employer.id, author_id=author.id, written_at=NOW, held_on=NOW.date())
    voice.tool, voice.words = VoiceTool.QENA, "Plus de temps pour les transmissions."
    db.session.add(voice)
    db.session.flush()
    return voice.id


def _figures(world: World, here: Case, far: Case) -> dict[str, int]:
    """An absence and its remark, here and elsewhere."""
    brought = make_import(world.organisation("ARS Poitou"))
    make_figure(here.main_structure, "abs_total", 2025, 114_000, brought)
    make_figure(far.main_structure, "abs_total", 2025, 98_000, make_import(world.organisation("Carsat Gironde")))
    author = world.user("directrice")
    return {
        "remark": make_remark(here.main_structure, author).id,
        "far_remark": make_remark(far.main_structure, world.user("ailleurs")).id,
    }


def _import(world: World, author: str) -> int:
    """A file that its organisation has had checked, with a refused row."""
    import_ = Import(
        kind=ImportKind.LINKS,
        state=ImportState.CHECKED,
        organisation_id=world.actor(author).organisation_id,
        author_id=world.user(author).id,
        created_at=NOW,
        file_name=f"Correspondance de {author}.csv",
        size=1_000,
        sha256="0" * 64,
        head=["FINESS ET", "SIRET"],
        mapping={"finess": 0, "siret": 1},
        read=1,
        rejected=1,
    )
    db.session.add(import_)
    db.session.flush()
    problem = {"line": 2, "severity": "reject", "message": f"Refusée à {author}.", "cells": ["1", "2"]}
    db.session.add(ImportProblem(import_id=import_.id, **problem))
    return import_.id


def _conventions(world: World) -> dict[str, int]:
    """That of the Poitou, one of the Gironde, and one that the ARS has written down and nobody else confirmed."""
    poitou = db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one()
    elsewhere = make_organisation(Role.ARACT, "Aract Gironde", "33")
    far = make_convention("CONV-33", world.organisation("Carsat Gironde"), elsewhere, departements="33")
    ars, carsat = world.organisation("ARS Poitou"), world.organisation("Carsat Poitou")
    draft = make_convention("CONV-BROUILLON", ars, carsat, departements="79")
    draft.parties[1].confirmed_on = None
    return {"convention": poitou.id, "far_convention": far.id, "draft_convention": draft.id}


def _access(world: World, case: Case) -> int:
    person = world.actor("preventeur")
    access = ExceptionalAccess(
        case_id=case.id,
        user_id=person.user_id,
        organisation_id=person.organisation_id,
        reason=ExceptionReason.CALL,
        explanation="La direction attend une réponse.",
        opened_at=NOW,
        expires_at=NOW + timedelta(hours=4),
    )
    db.session.add(access)
    db.session.flush()
    return access.id


def _delegation(world: World) -> int:
    person = world.actor("preventeur")
    lent = Delegation(
        organisation_id=person.organisation_id,
        giver_id=person.user_id,
        receiver_id=world.user("admin").id,
        starts_on=date(2026, 12, 21),
        ends_on=date(2026, 12, 31),
        departements="79",
    )
    db.session.add(lent)
    db.session.flush()
    return lent.id


def _absence(world: World, name: str) -> int:
    capacity = world.user(name).capacities[0]
    away = Absence(
        user_id=capacity.user_id,
        organisation_id=capacity.organisation_id,
        starts_on=date(2026, 12, 21),
        ends_on=date(2026, 12, 31),
    )
    db.session.add(away)
    db.session.flush()
    return away.id


def _entries(world: World, where: str, case: Case, author: str) -> dict[str, int]:
    draft = make_visit(case.employer, world.user(author), case, subject="Brouillon")
    entries = {
        "note": _note(world, case, author, Visibility.ORGANISATION),
        "document": _document(case, world.actor(author), Visibility.ORGANISATION).id,
        "final": final_visit(world, case, author).id,
        "contact": add_contact(world, case.employer, author).id,
    }
    db.session.flush()
    return {f"{where}{name}": number for name, number in {**entries, "draft": draft.id}.items()}


def _data_request() -> int:
    """A request addressed to nobody in particular: the platform's administrator treats it."""
    asked = DataRequest(
        kind=RequestKind.OBJECTION,
        full_name="Claire Moreau",
        email="claire.moreau@tilleuls.example",
        received_on=date(2026, 11, 20),
        due_on=date(2026, 12, 20),
    )
    db.session.add(asked)
    db.session.flush()
    return asked.id


def _note(world: World, case: Case, author: str, visibility: Visibility) -> int:
    note = make_exchange(case.employer, world.user(author), case, visibility=visibility, summary=f"Note de {author}.")
    db.session.flush()
    return note.id


def final_visit(world: World, case: Case, author: str, visibility: Visibility = Visibility.EMPLOYER) -> Visit:
    """A final report, with bytes in the place of a rendered PDF."""
    visit = make_visit(case.employer, world.user(author), case, visibility=visibility, visited_on=date(2026, 11, 12))
    db.session.flush()
    finalise_visit(visit, PDF, version=visit.version, actor=world.actor(author), now=NOW)
    db.session.flush()
    return visit


def _document(case: Case, actor: Actor, visibility: Visibility) -> Document:
    return store_document(
        case.employer,
        case,
        Upload("convention.pdf", PDF),
        kind=DocumentKind.ATTACHMENT,
        title="Convention",
        visibility=visibility,
        actor=actor,
        now=NOW,
    )


def add_contact(world: World, employer: Employer, author: str) -> Contact:
    """Somebody to talk to, open to the partners and the employer."""
    contact = Contact(
        employer_id=employer.id,
        family_name="Moreau",
        given_name="Claire",
        function="Cadre de santé",
        phone="05 49 00 00 00",
        visibility=Visibility.EMPLOYER,
        organisation_id=world.actor(author).organisation_id,
    )
    db.session.add(contact)
    db.session.flush()
    return contact
