"""Files of figures for the tests, and the structures that they speak of."""

import io
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from app import clock
from app.actions import imports as actions
from app.actions.imports import Received, Terms
from app.demo.finess_numbers import FIRST_STRUCTURE, finess_number, siren_number, siret_number
from app.extensions import db
from app.jobs.imports import work_on_imports
from app.models import Import, Sector, Structure
from tests.factories import make_employer, make_structure
from tests.world import World
from workflows.import_run import ImportKind, ImportState

DIAMANT = (
    "Finess",
    "Année",
    "Taux de rotation du personnel sur effectifs réels",
    "Taux d'absentéisme (hors formation)",
    "Taux d'ETP vacants au 31/12",
)
"""Some of the columns of the export of the tableau de bord."""


class Planted(NamedTuple):
    """A structure of an employer of its own, by its numbers."""

    finess: str
    siren: str
    siret: str


def plant(count: int, departement: str = "79", sector: Sector = Sector.PRIVATE) -> list[Planted]:
    """Add structures with numbers that pass every check, each with an employer of its own."""
    start = db.session.query(Structure).count()
    found = []
    for rank in range(start, start + count):
        siren = siren_number(rank + 1)
        employer = make_employer(
            f"Association {rank}", sector, departement, siren=siren, finess=finess_number(departement, 20_000 + rank)
        )
        number = finess_number(departement, FIRST_STRUCTURE + rank)
        siret = siret_number(siren, 1)
        make_structure(employer, f"Maison {rank}", departement, finess=number, siret=siret)
        found.append(Planted(number, siren, siret))
    db.session.commit()
    return found


def csv_file(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a file as partners give it."""
    return "\n".join(";".join(map(str, row)) for row in (head, *rows)).encode()


def receive(
    world: World, who: str, content: bytes, kind: ImportKind | None = None, name: str = "fichier.csv"
) -> Import:
    """Keep a file for somebody, its kind recognised unless given."""
    received = Received(io.BytesIO(content), name)
    import_ = actions.receive(received, kind, actor=world.actor(who), now=clock.now())
    db.session.commit()
    return import_


def check(world: World, who: str, import_: Import, **values: Any) -> Import:
    """Have the scheduler check a file, its columns as proposed."""
    options = {**{name: str(value) for name, value in import_.options.items() if name != "layout"}, **values}
    terms = Terms(import_.mapping, options, bool(options.pop("is_strict", False)))
    actions.check(import_, terms, version=import_.version, actor=world.actor(who), today=clock.today())
    db.session.commit()
    return work(import_)


def confirm(world: World, who: str, import_: Import) -> Import:
    """Confirm a checked file and have the scheduler write it."""
    actions.confirm(import_, version=import_.version, actor=world.actor(who), today=clock.today(), now=clock.now())
    db.session.commit()
    return work(import_)


def work(import_: Import) -> Import:
    """Let the scheduler do what waits, as if in a process of its own."""
    number = import_.id
    db.session.remove()
    work_on_imports()
    db.session.remove()
    found = db.session.get(Import, number)
    assert found
    return found


def bring_in(
    world: World, who: str, content: bytes, kind: ImportKind | None = None, name: str = "fichier.csv", **options: Any
) -> Import:
    """Bring a file in, from its reception to its end."""
    checked = check(world, who, receive(world, who, content, kind, name), **options)
    return confirm(world, who, checked) if checked.state is ImportState.CHECKED else checked


def counts(import_: Import) -> tuple[int, int, int, int, int]:
    """Return rows read, created, updated, unchanged, rejected: the first is the sum of the others, always."""
    found = (import_.read, import_.created, import_.updated, import_.unchanged, import_.rejected)
    assert found[0] == sum(found[1:])
    return found
