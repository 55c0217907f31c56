"""The accounts of the demonstration, and the one password that opens them all."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app.demo.organisations import BODIES
from app.demo.people import ACCOUNTS, EMPLOYER_SIDE, Person
from workflows.roles import Role

PASSWORD_FILE = "demo-password"
WORDS = (
    "abeille bateau cabane chemin clairon dauphin erable falaise galet hirondelle jardin lagune marais moulin "
    "nuage olivier passerelle peuplier prairie riviere sentier tilleul tonnelle verger"
)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account, as the sign-in page shows it."""

    email: str
    name: str
    role: str
    organisation: str


def is_demonstration(app: Flask) -> bool:
    """Tell whether invented accounts may exist here: never in production."""
    return bool(app.config["DEMO"] or app.config["TESTING"])


def demo_accounts(app: Flask) -> list[DemoAccount]:
    """Return the accounts of the demonstration in the order they are shown; none elsewhere."""
    return [_shown(person) for person in ACCOUNTS] if is_demonstration(app) else []


def _shown(person: Person) -> DemoAccount:
    if person.body == EMPLOYER_SIDE:
        return DemoAccount(person.email, person.full_name, Role.EMPLOYER.label, "EHPAD Les Tilleuls")
    body = next(body for body in BODIES if body.key == person.body)
    role = f"{person.job_title} ({Role.COORDINATOR.label})" if person.is_coordinator else person.job_title
    return DemoAccount(person.email, person.full_name, role, body.short_name)


def demo_password(app: Flask) -> str | None:
    """Return the password, or None before the first seed."""
    path = Path(app.instance_path) / PASSWORD_FILE
    return path.read_text().strip() if path.exists() else None


def make_password(app: Flask) -> str:
    """Return the password, drawn the first time and kept in the instance folder for its owner only."""
    if known := demo_password(app):
        return known
    words = WORDS.split()
    password = "-".join([*(secrets.choice(words) for _ in range(3)), str(secrets.randbelow(90) + 10)])
    path = Path(app.instance_path) / PASSWORD_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(password)
    return password


def describe_accounts(app: Flask) -> str:
    """Return the text printed when the demonstration starts."""
    accounts = demo_accounts(app)
    width = max(len(account.email) for account in accounts)
    lines = [f"  {account.email:<{width}}  {account.role}, {account.organisation}" for account in accounts]
    password = demo_password(app) or "à créer par « flask demo seed »"
    return "\n".join(["Comptes de démonstration :", *lines, f"Mot de passe, le même pour tous : {password}"])
