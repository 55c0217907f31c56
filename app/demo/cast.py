"""Who plays in the demonstration: the bodies and people once created, and who acts where."""

from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher

from app.actions.accounts import create_user, give_capacity
from app.auth import actor_of
from app.demo.conventions import sign_convention
from app.demo.organisations import BODIES, create_bodies
from app.demo.people import ACCOUNTS, COLLEAGUES, COORDINATRICE, EMPLOYER_SIDE, PREVENTEUR, Person
from app.extensions import db
from app.models import Organisation, User
from app.permissions import Actor
from workflows.roles import Role

CLAIRE_S_DEPARTEMENTS = frozenset({"16", "79", "86"})
BRUNO_S_DEPARTEMENTS = frozenset({"17", "19"})
MAITE_S_DEPARTEMENTS = frozenset({"24", "33"})


@dataclass(frozen=True)
class Cast:
    """The organisations by key, the people and the actors they are by address."""

    bodies: dict[str, Organisation]
    users: dict[str, User]
    actors: dict[str, Actor]

    @property
    def coordinator(self) -> Actor:
        return self.actors[COORDINATRICE]

    def body_that_leads(self, role: Role, departement: str) -> Organisation:
        """Return the ARS, Carsat or département of a place."""
        return next(self.bodies[b.key] for b in BODIES if b.kind is role and departement in b.departements)

    def officer(self, role: Role, departement: str) -> Actor:
        """Return who follows the cases of a place for the body that leads."""
        if role is Role.CARSAT:
            return self.actors[_preventeur(departement)]
        return self.agent_of(self.body_that_leads(role, departement))

    def agent_of(self, body: Organisation) -> Actor:
        """Return the first person who acts for a body."""
        return next(actor for actor in self.actors.values() if actor.organisation_id == body.id)


def _preventeur(departement: str) -> str:
    if departement in CLAIRE_S_DEPARTEMENTS:
        return PREVENTEUR
    if departement in BRUNO_S_DEPARTEMENTS:
        return "bruno.texier@carsat.demo.example"
    if departement in ("23", "87"):
        return "sandrine.pouget@carsat.demo.example"
    name = "maite.etcheverry" if departement in MAITE_S_DEPARTEMENTS else "xavier.lanusse"
    return f"{name}@carsat.demo.example"


def create_cast(password: str, hasher: PasswordHasher, *, now: datetime) -> Cast:
    """Create the organisations, the accounts that this password opens, the colleagues who have none, the convention."""
    bodies = create_bodies(now)
    users = {person.email: _account(person, password, hasher, now) for person in ACCOUNTS}
    users |= {person.email: _colleague(person) for person in COLLEAGUES}
    people = [person for person in (*ACCOUNTS, *COLLEAGUES) if person.body != EMPLOYER_SIDE]
    for person in people:
        give_capacity(
            users[person.email],
            bodies[person.body],
            now=now,
            job_title=person.job_title,
            is_coordinator=person.is_coordinator,
            is_administrator=person.is_administrator,
        )
    db.session.flush()
    coordinator = actor_of(users[COORDINATRICE], users[COORDINATRICE].capacities[0])
    sign_convention(bodies, coordinator, today=now.date())
    db.session.flush()
    actors = {person.email: actor_of(users[person.email], users[person.email].capacities[0]) for person in people}
    return Cast(bodies, users, actors)


def _account(person: Person, password: str, hasher: PasswordHasher, now: datetime) -> User:
    return create_user(person.email, person.given_name, person.family_name, password, hasher, now=now)


def _colleague(person: Person) -> User:
    user = User(email=person.email, given_name=person.given_name, family_name=person.family_name)
    db.session.add(user)
    return user
