"""Makers of records for the tests, each with sensible defaults."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from app.actions.places import common_departement
from app.extensions import db
from app.models import (
    Capacity,
    Case,
    CaseOfficer,
    CasePartner,
    CaseStructure,
    Convention,
    ConventionDepartement,
    ConventionFamily,
    ConventionParty,
    Employer,
    Exchange,
    ExchangeKind,
    FigureRemark,
    FigureSource,
    Import,
    Observation,
    Organisation,
    OrganisationDepartement,
    Quality,
    Scheme,
    Sector,
    Source,
    Structure,
    User,
    Visibility,
    Visit,
    VisitObservation,
)
from app.models.search import search_key
from app.permissions import BY_CONVENTION, Kind
from workflows.import_run import ImportKind, ImportState
from workflows.roles import Role
from workflows.support_case import State
from workflows.visit_report import ObservationKind

PASSWORD = "un jalon après l’autre"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_numbers = count(1)


def make_organisation(kind: Role, name: str, departements: str = "79 86", **values: Any) -> Organisation:
    organisation = Organisation(kind=kind, name=name, short_name=values.pop("short_name", name), **values)
    organisation.departements = [OrganisationDepartement(departement=code) for code in departements.split()]
    db.session.add(organisation)
    return organisation


def make_user(name: str, organisation: Organisation | None = None, **capacity: Any) -> User:
    user = User(email=f"{name}@test.example", given_name=name.capitalize(), family_name="Testeur", password_hash=_HASH)
    if organisation or capacity:
        user.capacities = [Capacity(organisation=organisation, **capacity)]
    db.session.add(user)
    return user


def make_employer(name: str, sector: Sector = Sector.PRIVATE, departement: str = "79", **values: Any) -> Employer:
    number = next(_numbers)
    values = {"siren": f"{number:09d}", "finess": f"{departement[:2]}9{number:06d}", "city": "Niort", **values}
    scheme = values.pop("scheme", Scheme.GENERAL if sector is Sector.PRIVATE else Scheme.CNRACL)
    employer = Employer(name=name, sector=sector, departement=departement, scheme=scheme, **values)
    employer.search_key = search_key(name, employer.siren, employer.finess, employer.city)
    db.session.add(employer)
    return employer


def make_structure(employer: Employer, name: str, departement: str = "", **values: Any) -> Structure:
    where = departement or employer.departement or "79"
    values = {"finess": f"{where[:2]}0{next(_numbers):06d}", "city": "Niort", "category": "500", **values}
    structure = Structure(employer=employer, name=name, departement=where, **values)
    structure.search_key = search_key(name, structure.finess, structure.city)
    db.session.add(structure)
    return structure


def make_case(
    employer: Employer,
    *structures: Structure,
    state: State = State.IDENTIFIED,
    lead: Organisation | None = None,
    officers: tuple[User, ...] = (),
    partners: tuple[Organisation, ...] = (),
    entered_on: date = date(2026, 11, 2),
    **values: Any,
) -> Case:
    """A case written straight into the database, in any state; `open_case` is tested on its own."""
    scope = structures or tuple(employer.structures)
    ended = state in (State.CLOSED, State.REFUSED, State.OUT_OF_SCOPE)
    case = Case(
        employer=employer,
        main_structure=scope[0],
        departement=common_departement(scope),
        source=values.pop("source", Source.TARGETING_LIST),
        state=state,
        entered_on=entered_on,
        episode=values.pop("episode", 1),
        episode_started_on=entered_on,
        last_step_on=entered_on,
        last_activity_on=values.pop("last_activity_on", entered_on),
        lead_organisation=lead,
        opening_organisation=values.pop("opened_by", None) or lead or _some_ars(),
        **values,
    )
    db.session.add(case)
    db.session.flush()
    db.session.add_all(CaseStructure(case_id=case.id, structure_id=s.id, is_open=not ended) for s in scope)
    db.session.add_all(CaseOfficer(case_id=case.id, user_id=user.id, since=entered_on) for user in officers)
    db.session.add_all(CasePartner(case_id=case.id, organisation_id=partner.id) for partner in partners)
    db.session.flush()
    return case


def _some_ars() -> Organisation:
    """Who opened a case that nobody leads yet: the first ARS there is."""
    return db.session.scalars(
        select(Organisation).where(Organisation.kind == Role.ARS).order_by(Organisation.id).limit(1)
    ).one()


def make_convention(reference: str, *parties: Organisation, **values: Any) -> Convention:
    """A convention that all its parties have confirmed, open for two years around the tests’ day."""
    kinds = values.pop("kinds", [kind.value for kind in Kind if kind in BY_CONVENTION])
    departements = values.pop("departements", "79 86").split()
    values = {"valid_from": date(2026, 1, 1), "valid_until": date(2027, 12, 31), **values}
    recorder = values.pop("recorded_by", None) or db.session.scalars(select(User).limit(1)).one()
    convention = Convention(
        reference=reference,
        title=values.pop("title", f"Convention {reference}"),
        legal_basis="Code de la santé publique, L. 1431-2",
        organisation=parties[0],
        recorded_by=recorder,
        recorded_at=NOW,
        **values,
    )
    day = values["valid_from"]
    convention.parties = [ConventionParty(organisation=party, confirmed_on=day) for party in parties]
    convention.families = [ConventionFamily(family=kind) for kind in kinds]
    convention.departements = [ConventionDepartement(departement=code) for code in departements]
    db.session.add(convention)
    db.session.flush()
    return convention


def make_exchange(employer: Employer, author: User, case: Case | None = None, **values: Any) -> Exchange:
    values = {"summary": "Échange avec la direction.", "visibility": Visibility.ORGANISATION, **values}
    exchange = Exchange(
        employer=employer,
        case=case,
        kind=values.pop("kind", ExchangeKind.CALL),
        held_on=values.pop("held_on", date(2026, 11, 20)),
        author=author,
        organisation_id=author.capacities[0].organisation_id,
        created_at=NOW,
        **values,
    )
    db.session.add(exchange)
    return exchange


def make_visit(employer: Employer, author: User, case: Case | None = None, **values: Any) -> Visit:
    values = {"subject": "Transferts", "visibility": Visibility.EMPLOYER, **values}
    visit = Visit(
        employer=employer,
        case=case,
        visited_on=values.pop("visited_on", date(2026, 11, 20)),
        author=author,
        organisation_id=author.capacities[0].organisation_id,
        created_at=NOW,
        **values,
    )
    visit.observations = [VisitObservation(position=0, kind=ObservationKind.RISK, wording="Sans aide technique")]
    db.session.add(visit)
    return visit


def make_import(organisation: Organisation | None, kind: ImportKind = ImportKind.TDB, **values: Any) -> Import:
    """A file that came in whole."""
    found = Import(
        kind=kind,
        state=ImportState.DONE,
        organisation_id=organisation.id if organisation else None,
        created_at=values.pop("created_at", NOW),
        file_name=values.pop("file_name", "fichier.csv"),
        size=1,
        sha256="0" * 64,
        **values,
    )
    db.session.add(found)
    db.session.flush()
    return found


def make_figure(
    of: Structure | Employer, indicator: str, year: int, value: int, brought: Import, **values: Any
) -> Observation:
    """A value in millionths, as brought in by a file, of a structure or of a whole employer."""
    source = FigureSource.ATMP if indicator.startswith("at_") else FigureSource.TDB
    figure = Observation(
        employer_id=of.employer_id if isinstance(of, Structure) else of.id,
        structure_id=of.id if isinstance(of, Structure) else None,
        indicator=indicator,
        year=year,
        value=value,
        import_id=brought.id,
        organisation_id=brought.organisation_id,
        **{"quality": Quality.GOOD, "source": source, **values},
    )
    db.session.add(figure)
    db.session.flush()
    return figure


def make_remark(structure: Structure, author: User, **values: Any) -> FigureRemark:
    values = {"indicator": "abs_total", "year": 2025, "wording": "Deux départs à la retraite.", **values}
    remark = FigureRemark(
        employer_id=structure.employer_id, structure_id=structure.id, author_id=author.id, written_at=NOW, **values
    )
    db.session.add(remark)
    db.session.flush()
    return remark
