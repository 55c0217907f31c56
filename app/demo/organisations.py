"""The bodies of the demonstration region. Their kinds exist everywhere; no person or decision here is real."""

from dataclasses import dataclass
from datetime import datetime

from app.actions.accounts import create_organisation
from app.models import Organisation
from app.readers.territories import departements_of_region
from workflows.roles import Role

NOUVELLE_AQUITAINE = "75"
"""Code of the region (not of a département)."""
REGION = departements_of_region(NOUVELLE_AQUITAINE)
CENTRE_OUEST = ("16", "17", "19", "23", "79", "86", "87")
AQUITAINE = ("24", "33", "40", "47", "64")
DEPARTEMENTS = {
    "16": "de la Charente",
    "17": "de la Charente-Maritime",
    "19": "de la Corrèze",
    "23": "de la Creuse",
    "24": "de la Dordogne",
    "33": "de la Gironde",
    "40": "des Landes",
    "47": "de Lot-et-Garonne",
    "64": "des Pyrénées-Atlantiques",
    "79": "des Deux-Sèvres",
    "86": "de la Vienne",
    "87": "de la Haute-Vienne",
}


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation to create: its key here, kind, names and territory."""

    key: str
    kind: Role
    name: str
    short_name: str
    departements: tuple[str, ...] = REGION


BODIES = (
    Body("ars", Role.ARS, "Agence régionale de santé Nouvelle-Aquitaine", "ARS Nouvelle-Aquitaine"),
    Body("carsat-co", Role.CARSAT, "Carsat Centre-Ouest", "Carsat Centre-Ouest", CENTRE_OUEST),
    Body("carsat-aq", Role.CARSAT, "Carsat Aquitaine", "Carsat Aquitaine", AQUITAINE),
    *(
        Body(f"dept-{code}", Role.DEPT, f"Conseil départemental {name}", f"Département {name}", (code,))
        for code, name in DEPARTEMENTS.items()
    ),
    Body("aract", Role.ARACT, "Aract Nouvelle-Aquitaine", "Aract Nouvelle-Aquitaine"),
    Body("dreets", Role.DREETS, "DREETS Nouvelle-Aquitaine", "DREETS Nouvelle-Aquitaine"),
    Body("spst", Role.SPST, "Service de santé au travail du Marais", "Santé au travail du Marais", ("17", "79", "86")),
    Body("opco", Role.FUNDER, "OPCO Santé, délégation Nouvelle-Aquitaine", "OPCO Santé"),
    Body("fnp", Role.PUBLIC_PREVENTION, "Fonds national de prévention de la CNRACL", "FNP de la CNRACL"),
    Body("cdg", Role.PUBLIC_PREVENTION, "Centre de gestion des Deux-Sèvres", "CDG des Deux-Sèvres", ("79",)),
    Body("msa", Role.MSA, "MSA Poitou", "MSA Poitou", ("79", "86")),
    Body("fehap", Role.FEDERATION, "FEHAP Nouvelle-Aquitaine", "FEHAP"),
    Body("nexem", Role.FEDERATION, "NEXEM Nouvelle-Aquitaine", "NEXEM"),
    Body("una", Role.FEDERATION, "UNA Nouvelle-Aquitaine", "UNA"),
    Body("synerpa", Role.FEDERATION, "SYNERPA Nouvelle-Aquitaine", "SYNERPA"),
    Body("horizon", Role.PROVIDER, "Cabinet Horizon Travail", "Horizon Travail"),
    Body("atelier", Role.PROVIDER, "Atelier des Métiers du Soin", "Atelier des Métiers du Soin"),
    Body("cnsa", Role.NATIONAL, "Caisse nationale de solidarité pour l’autonomie", "CNSA", ()),
    Body("platform", Role.PLATFORM, "Administration de Jalon", "Administration de Jalon", ()),
)


def create_bodies(now: datetime) -> dict[str, Organisation]:
    """Create the organisations and return them by key."""
    return {
        body.key: create_organisation(body.kind, body.name, body.short_name, body.departements, now=now)
        for body in BODIES
    }
