"""Who plays in the walk of leaks: the bodies, their people, what joins them, who wrote about whom."""

from datetime import date, timedelta

from app.extensions import db
from app.models import Capacity, Organisation, User
from workflows.roles import Role

PARTED, SUSPENDED, CLOSED_BODY = "partie", "suspendue", "fermee"

BODIES: dict[str, tuple[Role, str]] = {
    "carsat": (Role.CARSAT, "79 86"),
    "ars": (Role.ARS, "79 86"),
    "dept79": (Role.DEPT, "79"),
    "dept86": (Role.DEPT, "86"),
    "carsat33": (Role.CARSAT, "33"),
    "ars33": (Role.ARS, "33"),
    "aract": (Role.ARACT, "79 86"),
    "cabinet": (Role.PROVIDER, "79 86"),
    "cabinet_b": (Role.PROVIDER, "79 86"),
    "opco": (Role.FUNDER, "79 86"),
    "federation": (Role.FEDERATION, "79 86"),
    "federation_b": (Role.FEDERATION, "79 86 33"),
    "dreets": (Role.DREETS, "79 86"),
    "national": (Role.NATIONAL, ""),
    "platform": (Role.PLATFORM, ""),
    "closed": (Role.CARSAT, "79 86"),
}

PEOPLE: dict[str, str] = {
    "preventeur": "carsat",
    "referent": "ars",
    "coordinatrice": "ars",
    "departement": "dept79",
    "departement86": "dept86",
    "ailleurs": "carsat33",
    "ars33": "ars33",
    "aract": "aract",
    "prestataire": "cabinet",
    "cabinet_b": "cabinet_b",
    "opco": "opco",
    "federation": "federation",
    "federation_b": "federation_b",
    "dreets": "dreets",
    "observateur": "national",
    "admin": "platform",
    PARTED: "carsat",
    SUSPENDED: "ars",
    CLOSED_BODY: "closed",
}
"""Who belongs to which body; `directrice` and `directeur_clain` manage an employer."""

PARTIES = {
    "accord": (
        "ars", "carsat", "dept79", "dept86", "carsat33", "ars33", "aract", "cabinet", "cabinet_b", "opco",
        "federation", "federation_b",
    ),
    "accord33": ("carsat33", "ars33"),
}  # fmt: skip
"""The conventions, and the bodies that they name."""

AUTHORS = {
    "voisin": ("preventeur", "referent", "departement", "aract", "prestataire", "federation"),
    "municipal": ("referent", "departement"),
    "clain": ("referent", "departement86"),
    "garonne": ("ailleurs",),
    "frontiere": ("ailleurs", "referent"),
}
"""Who wrote about which employer; on « frontiere » the ARS of this side has no case to hang its entries on."""


def dismiss(today: date) -> None:
    """End a capacity, disable an account, close an organisation: what their sessions find at the next request."""
    people = {
        name: db.session.query(User).filter_by(email=f"{name}@test.example").one() for name in (PARTED, SUSPENDED)
    }
    capacity: Capacity = people[PARTED].capacities[0]
    capacity.ends_on = today - timedelta(days=1)
    people[SUSPENDED].is_enabled = False
    db.session.query(Organisation).filter_by(name="Corps closed").one().is_active = False
    db.session.commit()
