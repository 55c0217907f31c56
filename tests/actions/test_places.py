"""Where a case lies follows its structures, when it opens and when a file moves them."""

from io import BytesIO

import pytest
from sqlalchemy import select

from app.actions.finess import import_in_batches
from app.demo.finess_numbers import finess_number
from app.extensions import db
from app.models import Case, Employer, Structure
from app.queries.cases import get_case
from app.readers.finess import read_finess
from tests.actions.moves import opened
from tests.factories import make_convention, make_structure
from tests.readers.finess_lines import et_file, et_line
from tests.world import World

READERS = ("departement", "ailleurs")
"""The first sees the 79 alone, the second the 33 alone."""
SEVRE, VIENNE, OWNER = finess_number("79", 1), finess_number("86", 2), finess_number("86", 3)


@pytest.fixture
def employer(world: World) -> Employer:
    """An employer with a structure in the 79 and another in the 86."""
    found = world.employer("Clain")
    found.finess = OWNER
    make_structure(found, "EHPAD de la Sèvre", departement="79", finess=SEVRE)
    make_structure(found, "EHPAD de la Vienne", departement="86", finess=VIENNE)
    bodies = [world.organisation(name) for name in ("ARS Poitou", "Département 79", "Carsat Gironde")]
    make_convention("CONV-EST", *bodies, departements="33 79 86")
    db.session.commit()
    return found


def opened_on(world: World, *numbers: str) -> Case:
    """A case just opened by the ARS, which covers both, on the structures of these numbers."""
    structures = db.session.scalars(select(Structure).where(Structure.finess.in_(numbers))).all()
    return opened(world.actor("referent"), world.employer("Clain").id, structures)


def bring(finess: str, departement: str) -> None:
    """Import the line that says a structure lies in that département."""
    places = {"departement": departement, "commune": "063", "ligneacheminement": f"{departement}000 VILLE"}
    line = et_line(nofinesset=finess, nofinessej=OWNER, siret="", **places)
    for _ in import_in_batches(read_finess(BytesIO(et_file(line)))):
        db.session.commit()


def seen_by(world: World, case_id: int) -> set[str]:
    """The readers who see a case."""
    db.session.expunge_all()
    return {name for name in READERS if get_case(world.actor(name), case_id)}


def departement_of(case_id: int) -> str | None:
    return db.session.get_one(Case, case_id, populate_existing=True).departement


@pytest.mark.usefixtures("employer")
def test_a_case_lies_where_its_structures_do(world: World) -> None:
    case_id = opened_on(world, SEVRE).id
    assert departement_of(case_id) == "79"
    assert seen_by(world, case_id) == {"departement"}


@pytest.mark.usefixtures("employer")
def test_a_case_over_two_departements_is_in_both(world: World) -> None:
    case_id = opened_on(world, SEVRE, VIENNE).id
    assert departement_of(case_id) is None
    assert seen_by(world, case_id) == {"departement"}
    bring(VIENNE, "33")
    assert departement_of(case_id) is None
    assert seen_by(world, case_id) == {"departement", "ailleurs"}


@pytest.mark.usefixtures("employer")
def test_a_file_that_moves_a_structure_moves_its_case(world: World) -> None:
    case_id = opened_on(world, SEVRE).id
    bring(SEVRE, "33")
    assert departement_of(case_id) == "33"
    assert seen_by(world, case_id) == {"ailleurs"}


@pytest.mark.usefixtures("employer")
def test_a_file_may_bring_the_structures_of_a_case_together_or_apart(world: World) -> None:
    case_id = opened_on(world, SEVRE, VIENNE).id
    bring(VIENNE, "79")
    assert departement_of(case_id) == "79"
    bring(SEVRE, "33")
    assert departement_of(case_id) is None
