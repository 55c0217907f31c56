"""A region in which every text of every record holds a mark, so that whoever reads it can be asked by what right."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import String, Text

from app.actions.documents import Upload, store_document
from app.actions.visits import finalise_visit
from app.auth import actor_of
from app.extensions import db
from app.models import (
    MILLION,
    BlockReason,
    CarsatBlock,
    Case,
    CaseEvent,
    CasePartner,
    Contact,
    DocumentKind,
    Employer,
    EventKind,
    FederationMember,
    ManagerFunction,
    Organisation,
    Sector,
    User,
    Visibility,
    Visit,
    VisitAgreedStep,
)
from app.models.search import search_key
from figures.words import number_in_french
from tests.factories import (
    NOW,
    make_case,
    make_convention,
    make_employer,
    make_exchange,
    make_figure,
    make_import,
    make_organisation,
    make_remark,
    make_structure,
    make_user,
)
from tests.factories import make_visit as make_draft
from tests.leaks.people import AUTHORS, BODIES, PARTIES, PEOPLE
from workflows.labels import LabelledEnum
from workflows.support_case import State

MARK = re.compile(r"zq\d{5}zq")
FIGURE = re.compile("7\u202f7\\d\\d\u202f\\d{3}")
"""A figure cannot hold a mark: those planted are of seven digits, and told by their writing in French."""


class Topic(LabelledEnum):
    """What a mark is about: the rows of the table of readers."""

    REGISTER = "register", "Employeur et ses établissements"
    CONTACT = "contact", "Contact"
    PROGRESS = "progress", "Étape ou chef de file d’un dossier"
    INTERNAL = "internal", "Motif, commentaire de partenaire"
    NOTE = "note", "Note de terrain"
    VISIT = "visit", "Visite"
    DOCUMENT = "document", "Document"
    LETTER = "letter", "Courrier à l’employeur, ses chiffres compris"
    PERSON = "person", "Agent d’un autre territoire"
    BLOCK = "block", "Empêchement de signer"
    CONVENTION = "convention", "Convention entre organismes"
    REMARK = "remark", "Remarque de l’employeur sur un chiffre"
    FIGURE = "figure", "Indicateur"
    ACCIDENT = "accident", "Nombre d’accidents du travail"
    IMPORT = "import", "Fichier importé"
    CPOM = "cpom", "CPOM et leurs objectifs"
    AID = "aid", "Aide"
    TARGETING = "targeting", "Liste de ciblage"
    TARGET_LINE = "target_line", "Employeur d’une liste de ciblage"
    FROZEN = "frozen", "Employeur d’une liste figée, dans son texte et ses documents"
    TARGET_NOTE = "target_note", "Note sur une liste de ciblage"
    PROPOSAL = "proposal", "Proposition sur une liste de ciblage"
    APPRAISAL = "appraisal", "Ce qu’un chef de file dit d’une liste, une fois l’employeur rencontré"
    SIGNATORY = "signatory", "Signataire d’une liste de ciblage"
    DELEGATE_ADDRESS = "delegate_address", "Adresse d’un délégataire sans compte"
    DIAGNOSTIC = "diagnostic", "Réponses à un auto-diagnostic"
    SHARE = "share", "Auto-diagnostic partagé avec un organisme"
    BAROMETER = "barometer", "Mois noté d’un baromètre"
    BAROMETER_SHARE = "barometer_share", "Baromètre partagé avec un organisme"
    WISH = "wish", "Ce que demande un employeur"
    VOICE = "voice", "Ce que disent les équipes, gardé par l’employeur"
    TOLD_VOICE = "told_voice", "Ce que disent les équipes, partagé"
    CONNECTION = "connection", "Adresse de connexion d’un signataire"


@dataclass(frozen=True)
class Secret:
    """What a mark stands for: about which employer, written for whom."""

    topic: Topic
    employer: str
    owner: str = ""
    visibility: Visibility | None = None
    is_final: bool = True
    is_on_case: bool = False
    where: str = ""


@dataclass
class Place:
    """An employer of the ground, with its case if it has one."""

    employer: Employer
    case: Case | None = None
    author_names: tuple[str, ...] = ()


@dataclass
class Ground:
    """Everything planted, by mark; and the numbers of the records, by what an address calls them."""

    secrets: dict[str, Secret] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    numbers: dict[str, list[tuple[str, Secret]]] = field(default_factory=dict)
    employer_ids: dict[str, int] = field(default_factory=dict)
    body_ids: list[str] = field(default_factory=list)
    """With whose eyes somebody may ask to look."""

    def mark(self, secret: Secret) -> str:
        """Return a new mark that stands for this secret."""
        text = f"zq{len(self.secrets):05d}zq"
        self.secrets[text] = secret
        return text

    def figure(self, secret: Secret) -> int:
        """Return a number that stands for this secret, wherever it is written in French."""
        number = 7_700_000 + len(self.secrets)
        self.secrets[number_in_french(number)] = secret
        return number

    def plant(self, record: Any, secret: Secret) -> None:
        """Add a mark to every free text of a record."""
        for name in _texts(record):
            mark = self.mark(_at(secret, f"{record.__tablename__}.{name}"))
            setattr(record, name, f"{getattr(record, name) or ''} {mark}".strip())

    def plant_name(self, person: User, secret: Secret) -> None:
        """Add a mark to a person's name, which the address of its account does not hold."""
        person.family_name = f"{person.family_name} {self.mark(_at(secret, 'users.family_name'))}"

    def name(self, kind: str, number: Any, secret: Secret) -> None:
        """Remember that an address may hold this number."""
        self.numbers.setdefault(kind, []).append((str(number), secret))


def _at(secret: Secret, where: str) -> Secret:
    return Secret(**{**secret.__dict__, "where": where})


SHORT = 20
"""Columns narrower than this hold codes, not texts."""

NOT_TEXTS = {
    "indicator", "search_key", "submission", "sha256", "media_type", "step", "last_step", "due_label", "long_name",
}  # fmt: skip


def _texts(record: Any) -> Iterator[str]:
    for column in record.__table__.columns:
        kind = column.type
        is_text = isinstance(kind, Text) or (type(kind) is String and (kind.length or SHORT) >= SHORT)
        if is_text and column.name not in NOT_TEXTS and not column.foreign_keys:
            yield column.name


VISITORS = ("preventeur", "aract", "prestataire", "ailleurs")
STATES = tuple(f"etat_{state.value}" for state in State)


def build(today: date) -> Ground:
    """Return a ground planted beside the small world, committed."""
    from tests.leaks.barometers import plant_barometers
    from tests.leaks.commitments import make_commitments  # they know the ground
    from tests.leaks.diagnostics import plant_diagnostics
    from tests.leaks.houses import plant_houses
    from tests.leaks.incoming import bring_files_in
    from tests.leaks.listing import plant_list

    ground = Ground()
    for user in db.session.query(User):  # the small world stays around, its people under other addresses
        user.email = f"other-{user.email}"
    db.session.flush()
    bodies = {name: make_organisation(kind, f"Corps {name}", where) for name, (kind, where) in BODIES.items()}
    people = {name: make_user(name, bodies[body], **_titles(name)) for name, body in PEOPLE.items()}
    db.session.flush()
    ground.body_ids = [str(bodies[name].id) for name in ("carsat", "aract", "carsat33")]
    _sign_conventions(ground, bodies)
    bring_files_in(ground, bodies, people)
    _open_places(ground, bodies, people)
    _name_managers(ground, people)
    for name in ("ailleurs", "ars33"):
        ground.plant_name(people[name], Secret(Topic.PERSON, "garonne"))
    db.session.flush()
    for name, place in ground.places.items():
        _furnish(ground, name, place, people)
    make_commitments(ground, bodies)
    plant_list(ground, people)
    plant_diagnostics(ground, bodies, people)
    plant_barometers(ground, bodies, people)
    plant_houses(ground, people)
    db.session.commit()
    return ground


def _titles(name: str) -> dict[str, bool]:
    return {"is_coordinator": name == "coordinatrice", "is_administrator": name == "admin"}


def _sign_conventions(ground: Ground, bodies: dict[str, Organisation]) -> None:
    """One joins everybody who reads cases, for every family and place; another, that opens nothing more, two bodies."""
    for name, parties in PARTIES.items():
        convention = make_convention(name, *(bodies[body] for body in parties), departements="79 86 33")
        ground.plant(convention, Secret(Topic.CONVENTION, name))
        ground.name("convention", convention.id, Secret(Topic.CONVENTION, name))


def _open_places(ground: Ground, bodies: dict[str, Organisation], people: dict[str, User]) -> None:
    def place(name: str, sector: Sector, *departements: str, lead: str = "", **values: Any) -> None:
        employer = make_employer(f"Association {name}", sector, departements[0])
        sites = [make_structure(employer, f"Site {name} {where}", where) for where in departements]
        db.session.flush()
        scope = sites[-1:]
        case = make_case(employer, *scope, lead=bodies.get(lead), **values) if lead != "none" else None
        ground.places[name] = Place(employer, case, AUTHORS.get(name, ()))

    told = {"employer_informed_on": date(2026, 11, 2)}
    invited = (bodies["aract"], bodies["cabinet"], bodies["opco"])
    officers = (people["preventeur"],)
    place(
        "voisin",
        Sector.PRIVATE,
        "79",
        lead="carsat",
        partners=invited,
        officers=officers,
        state=State.CONTACTED,
        **told,
    )
    place("municipal", Sector.PUBLIC, "79", lead="ars", officers=(people["referent"],))
    place("confirmer", Sector.TO_CONFIRM, "79", opened_by=bodies["ars"])
    place("sans_dossier", Sector.PRIVATE, "79", lead="none")
    place("clain", Sector.PRIVATE, "86", lead="ars")
    place("garonne", Sector.PRIVATE, "33", lead="carsat33", officers=(people["ailleurs"],), **told)
    place("frontiere", Sector.PRIVATE, "79", "33", lead="carsat33")
    for state in State:
        place(f"etat_{state.value}", Sector.PRIVATE, "79", lead="carsat", state=state, **told)
    for federation, names in {"federation": ("voisin",), "federation_b": ("clain", "garonne")}.items():
        db.session.add_all(
            FederationMember(organisation_id=bodies[federation].id, employer_id=ground.places[name].employer.id)
            for name in names
        )


def _name_managers(ground: Ground, people: dict[str, User]) -> None:
    for name, of in {"directrice": "voisin", "directeur_clain": "clain"}.items():
        employer_id = ground.places[of].employer.id
        people[name] = make_user(name, employer_id=employer_id, manager_function=ManagerFunction.DIRECTION)


def _furnish(ground: Ground, name: str, place: Place, people: dict[str, User]) -> None:
    employer, case = place.employer, place.case
    secret = Secret(Topic.REGISTER, name)
    records: list[Any] = [employer, *employer.structures]
    for record in records:
        ground.plant(record, secret)
        record.search_key = search_key(record.name, record.finess or "", record.city)
    ground.employer_ids[name] = employer.id
    ground.name("employer", employer.id, secret)
    for structure in employer.structures:
        ground.name("structure", structure.finess, secret)
    _figures(ground, name, employer, people)
    if not employer.is_public:
        _block(ground, name, employer, people["ailleurs" if employer.departement == "33" else "preventeur"])
    if case:
        _furnish_case(ground, name, case, people["preventeur"])
    for author in place.author_names:
        on_case = None if name == "frontiere" and author == "referent" else case
        for visibility in Visibility:
            _furnish_entries(ground, name, employer, on_case, people[author], visibility)


def _figures(ground: Ground, name: str, employer: Employer, people: dict[str, User]) -> None:
    """A remark and, where every structure lies in one place, an indicator and a number of accidents."""
    author, site = people["ailleurs" if employer.departement == "33" else "referent"], employer.structures[0]
    remark = make_remark(site, author, answer="Vu.")
    secret = Secret(Topic.REMARK, name)
    ground.plant(remark, secret)
    ground.name("remark", remark.id, secret)
    if name == "frontiere":
        return
    here = "33" if employer.departement == "33" else ""
    for topic, indicator, body in (
        (Topic.FIGURE, "cdd_rempl", f"ars{here}"),
        (Topic.ACCIDENT, "at_days_off", f"carsat{here}"),
    ):
        organisation = next(people[one].capacities[0].organisation for one, of in PEOPLE.items() if of == body)
        if topic is Topic.FIGURE or not employer.is_public:
            number = ground.figure(Secret(topic, name, where=f"observations.{indicator}"))
            make_figure(site, indicator, 2025, number * MILLION, make_import(organisation))


def _block(ground: Ground, name: str, employer: Employer, author: User) -> None:
    block = CarsatBlock(
        employer_id=employer.id,
        organisation_id=author.capacities[0].organisation_id,
        since=date(2026, 11, 2),
        reason=BlockReason.INJUNCTION,
        author_id=author.id,
        written_at=NOW,
    )
    ground.plant(block, Secret(Topic.BLOCK, name, PEOPLE[_name_of(author)]))
    db.session.add(block)


def _furnish_case(ground: Ground, name: str, case: Case, author: User) -> None:
    progress = Secret(Topic.PROGRESS, name, is_on_case=True)
    internal = Secret(Topic.INTERNAL, name, is_on_case=True)
    ground.name("case", case.id, progress)
    for partner in db.session.query(CasePartner).filter_by(case_id=case.id):
        ground.plant(partner, internal)
    values = {"case_id": case.id, "episode": 1, "case_version": 1, "effective_on": case.entered_on, "recorded_at": NOW}
    for kind in (EventKind.OPENED, EventKind.OFFICERS, EventKind.PARTNER):
        event = CaseEvent(kind=kind, actor_id=author.id, organisation_id=case.lead_organisation_id, **values)
        ground.plant(event, internal)
        db.session.add(event)


def _furnish_entries(
    ground: Ground, name: str, employer: Employer, case: Case | None, author: User, visibility: Visibility
) -> None:
    owner = PEOPLE[_name_of(author)]

    def secret(topic: Topic, *, is_final: bool = True) -> Secret:
        is_on_case = case is not None and topic is not Topic.CONTACT
        return Secret(topic, name, owner, visibility, is_final, is_on_case=is_on_case)

    def keep(record: Any, what: Secret) -> None:
        ground.plant(record, what)
        db.session.add(record)
        db.session.flush()
        ground.name(what.topic.value, record.id, what)

    keep(make_exchange(employer, author, case, visibility=visibility), secret(Topic.NOTE))
    contact = Contact(employer_id=employer.id, family_name="Moreau", function="Cadre", visibility=visibility)
    contact.organisation_id = author.capacities[0].organisation_id
    keep(contact, secret(Topic.CONTACT))
    for topic in (Topic.DOCUMENT, *([Topic.LETTER] if case and visibility is Visibility.EMPLOYER else [])):
        _furnish_document(ground, employer, case, author, secret(topic))
    if _name_of(author) in VISITORS:
        keep(_visit(employer, author, case, visibility), secret(Topic.VISIT, is_final=False))
        _finalise(ground, _visit(employer, author, case, visibility), author, secret(Topic.VISIT))


def _name_of(user: User) -> str:
    return user.email.partition("@")[0]


def _visit(employer: Employer, author: User, case: Case | None, visibility: Visibility) -> Visit:
    told = {"subject": "Transferts", "visited_on": date(2026, 11, 12)}
    return make_draft(employer, author, case, visibility=visibility, **told)


def _furnish_document(ground: Ground, employer: Employer, case: Case | None, author: User, secret: Secret) -> None:
    content = b"%PDF-1.7\n% " + ground.mark(_at(secret, "document_contents.data")).encode() + b"\n"
    document = store_document(
        employer,
        case,
        Upload("piece.pdf", content),
        kind=DocumentKind.EMPLOYER_LETTER if secret.topic is Topic.LETTER else DocumentKind.ATTACHMENT,
        title="Pièce",
        visibility=secret.visibility or Visibility.PARTNERS,
        actor=actor_of(author, author.capacities[0]),
        now=NOW,
    )
    ground.plant(document, secret)
    db.session.flush()
    ground.name(Topic.DOCUMENT.value, document.id, secret)


def _finalise(ground: Ground, visit: Visit, author: User, secret: Secret) -> None:
    visit.agreed_steps = [VisitAgreedStep(position=0, wording="Former", owner="Direction")]
    for record in (visit, *visit.observations, *visit.agreed_steps):
        ground.plant(record, secret)
    db.session.flush()
    content = b"%PDF-1.7\n% " + ground.mark(_at(secret, "visits.report")).encode() + b"\n"
    finalise_visit(visit, content, version=visit.version, actor=actor_of(author, author.capacities[0]), now=NOW)
    db.session.flush()
    ground.name("visit", visit.id, secret)
