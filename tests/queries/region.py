"""The small world of the tests, with somebody of every kind of organisation in it."""

from datetime import date

from sqlalchemy import select

from app.extensions import db
from app.models import (
    CasePartner,
    Convention,
    ConventionParty,
    FederationMember,
    ManagerFunction,
    Organisation,
    OrganisationDepartement,
)
from tests.factories import make_case, make_convention, make_employer, make_organisation, make_structure, make_user
from tests.world import PEOPLE, POITOU, World
from workflows.roles import Role
from workflows.support_case import State

INVITED = {
    "opco": Role.FUNDER,
    "fnp": Role.PUBLIC_PREVENTION,
    "spsti": Role.SPST,
    "msa": Role.MSA,
    "conseil_regional": Role.REGION,
}
"""Bodies that see a case only because they were invited on it."""

OTHERS = ("departement86", "federation_b", "directeur_clain", "cabinet_voisin")
EVERYBODY = (*PEOPLE, *INVITED, *OTHERS)


def add_everybody(world: World) -> None:
    """Invite the bodies of INVITED on the case of Les Tilleuls, follow the Mutuelle du Clain, add who is of the 86."""
    clain = world.employer("Clain")
    for name, role in INVITED.items():
        body = make_organisation(role, name.upper(), "79 86")
        make_user(name, body)
        db.session.flush()
        db.session.add(CasePartner(case_id=world.case("Tilleuls").id, organisation_id=body.id))
    make_user("departement86", make_organisation(Role.DEPT, "Département 86", "86"))
    make_user("cabinet_voisin", make_organisation(Role.PROVIDER, "Cabinet voisin", "79 86"))
    federation = make_organisation(Role.FEDERATION, "Fédération B", "79 86")
    make_user("federation_b", federation)
    make_user("directeur_clain", employer_id=clain.id, manager_function=ManagerFunction.DIRECTION)
    db.session.flush()
    db.session.add(FederationMember(organisation_id=federation.id, employer_id=clain.id))
    join_convention(world, "Département 86", "Fédération B", *(name.upper() for name in INVITED))
    make_case(clain, lead=None)
    db.session.commit()


def join_convention(world: World, *names: str) -> None:
    """Make these organisations parties to the convention of the Poitou."""
    convention = db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one()
    convention.parties += [
        ConventionParty(organisation=world.organisation(name), confirmed_on=convention.valid_from) for name in names
    ]
    db.session.flush()


def straddle(world: World) -> None:
    """Add an association with a case on two structures of the 79 and the 86, and an ended one on its site in the 33.

    A convention joins the Poitou and the Gironde for what lies in the 33.
    """
    near = [world.organisation(name) for name in ("ARS Poitou", "Carsat Gironde", "Département 79")]
    make_convention("CONV-GIRONDE", *near, departements="33")
    both = make_employer("Association du Seuil", departement="86", city="Poitiers")
    sites = [make_structure(both, "Site de Niort", "79"), make_structure(both, "Site de Poitiers", "86")]
    third = make_structure(both, "Site de Bordeaux", "33")
    make_case(both, sites[1], sites[0], state=State.CONTACTED, lead=world.organisation("ARS Poitou"))
    make_case(both, third, state=State.REFUSED, lead=world.organisation("Carsat Gironde"), entered_on=date(2026, 9, 1))
    db.session.commit()


def covers(organisation: Organisation, departements: str) -> None:
    """Change the territory of an organisation."""
    organisation.departements = [OrganisationDepartement(departement=code) for code in departements.split()]
    db.session.commit()
