"""The small world that every test finds: two départements in Poitou, one elsewhere, somebody in each role."""

from datetime import date, datetime

from sqlalchemy import select

from app.auth import actor_of
from app.extensions import db
from app.models import Capacity, Case, Employer, FederationMember, ManagerFunction, Organisation, Sector, User
from app.permissions import Actor
from tests.factories import make_case, make_convention, make_employer, make_organisation, make_structure, make_user
from workflows.roles import Role
from workflows.support_case import State

PEOPLE = (
    "preventeur",
    "referent",
    "coordinatrice",
    "departement",
    "aract",
    "dreets",
    "federation",
    "directrice",
    "prestataire",
    "observateur",
    "admin",
    "ailleurs",
)
"""One person in each role; « ailleurs » is a préventeur of another territory."""


POITOU = "CONV-POITOU"
"""The convention that binds the organisations of the Poitou, for every family of data."""


def build_world(today: date, now: datetime) -> None:
    """Put the world in an empty database."""
    ars = make_organisation(Role.ARS, "ARS Poitou", "79 86")
    carsat = make_organisation(Role.CARSAT, "Carsat Poitou", "79 86")
    dept = make_organisation(Role.DEPT, "Département 79", "79")
    aract = make_organisation(Role.ARACT, "Aract Poitou", "79 86")
    dreets = make_organisation(Role.DREETS, "DREETS Poitou", "79 86")
    federation = make_organisation(Role.FEDERATION, "Fédération A", "79 86")
    provider = make_organisation(Role.PROVIDER, "Cabinet Ergo", "79 86")
    national = make_organisation(Role.NATIONAL, "Observatoire national", "")
    platform = make_organisation(Role.PLATFORM, "Exploitation de Jalon", "")
    elsewhere = make_organisation(Role.CARSAT, "Carsat Gironde", "33")

    tilleuls = make_employer("Association Les Tilleuls", headcount=62)
    make_structure(tilleuls, "EHPAD Les Tilleuls", capacity=62)
    hospital = make_employer("CCAS de Niort", Sector.PUBLIC)
    make_structure(hospital, "EHPAD municipal")
    grouping = make_employer("GCSMS du Marais", Sector.TO_CONFIRM, scheme=None)
    make_structure(grouping, "Service du Marais", category="460")
    distant = make_employer("Association Garonne", departement="33", city="Bordeaux")
    make_structure(distant, "EHPAD Garonne", city="Bordeaux")
    quiet = make_employer("Mutuelle du Clain", departement="86", city="Poitiers")
    make_structure(quiet, "EHPAD du Clain", city="Poitiers")
    db.session.flush()

    preventeur = make_user("preventeur", carsat, job_title="préventrice")
    make_user("referent", ars, job_title="référent QVT")
    make_user("coordinatrice", ars, is_coordinator=True)
    make_user("departement", dept)
    make_user("aract", aract)
    make_user("dreets", dreets)
    make_user("federation", federation)
    make_user("directrice", employer_id=tilleuls.id, manager_function=ManagerFunction.DIRECTION)
    make_user("prestataire", provider)
    make_user("observateur", national)
    make_user("admin", platform, is_administrator=True)
    remote = make_user("ailleurs", elsewhere)
    db.session.add(FederationMember(organisation_id=federation.id, employer_id=tilleuls.id))

    db.session.flush()
    make_convention(POITOU, ars, carsat, dept, aract, federation, provider, title="Convention du Poitou")

    make_case(
        tilleuls,
        state=State.CONTACTED,
        lead=carsat,
        officers=(preventeur,),
        partners=(aract, provider),
        employer_informed_on=date(2026, 11, 2),
    )
    make_case(hospital, lead=ars)
    make_case(distant, lead=elsewhere, officers=(remote,))


class World:
    """Finds by name what the world holds, in the session of the running test."""

    def user(self, name: str) -> User:
        return db.session.scalars(select(User).where(User.email == f"{name}@test.example")).one()

    def actor(self, name: str) -> Actor:
        user = self.user(name)
        capacity: Capacity = user.capacities[0]
        return actor_of(user, capacity)

    def organisation(self, name: str) -> Organisation:
        return db.session.scalars(select(Organisation).where(Organisation.name == name)).one()

    def employer(self, name: str) -> Employer:
        return db.session.scalars(select(Employer).where(Employer.name.contains(name))).one()

    def case(self, employer_name: str) -> Case:
        found = select(Case).join(Employer, Case.employer_id == Employer.id)
        return db.session.scalars(found.where(Employer.name.contains(employer_name))).one()
