"""A region's whole tableau de bord, with every fault it is known for: exactly what was planted is refused or told."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import clock
from app.actions import imports as actions
from app.actions.finess import import_in_batches
from app.actions.imports import Received
from app.demo.finess_load import load_employers, stream_legal_entities, stream_structures
from app.demo.finess_profiles import DEPARTEMENTS
from app.demo.tdb_defects import Planted
from app.demo.tdb_files import atih_lines, diamant_lines, sites_of
from app.extensions import db
from app.models import Import, ImportProblem, Observation, Quality
from app.readers.finess import read_finess
from app.readers.problems import Severity
from tests.factories import make_organisation, make_user
from tests.incoming import check, confirm, counts
from tests.world import World
from workflows.import_run import ImportKind, ImportState
from workflows.roles import Role

EXTRACTED_ON, OFFICER, SHARE = date(2026, 11, 2), "regionale", 0.2
FORMATS = {"diamant": "ANN_MS_TDP_ET_2026_11_02.CSV", "atih": "export-tdbesms-2024-region-75.csv"}
WITHOUT_VALIDATION = (0, "notice")
"""That format does not say which values are validated: the record of the import does."""
SIZES = [
    pytest.param("diamant", 120, 2, id="diamant"),
    pytest.param("atih", 120, 1, id="atih"),
    pytest.param("diamant", 2_500, 4, id="diamant-2500-4", marks=pytest.mark.long),
    pytest.param("atih", 2_500, 1, id="atih-2500", marks=pytest.mark.long),
    pytest.param("diamant", 40_000, 3, id="diamant-40000-3", marks=pytest.mark.long),
]


def _register(structures: int) -> None:
    """The directory of the region, and an ARS for all of it."""
    for stream in (stream_legal_entities, stream_structures):
        for _ in import_in_batches(read_finess(b"".join(stream(structures, EXTRACTED_ON)))):
            db.session.commit()
    ars = make_organisation(Role.ARS, "ARS de toute la région", " ".join(DEPARTEMENTS))
    make_user(OFFICER, ars)
    db.session.commit()


def _write(path: Path, kind: str, structures: int, years: int) -> list[Planted]:
    sites, planted = sites_of(load_employers(structures)), []
    made: Iterable[tuple[bytes, Planted | None]] = (
        diamant_lines(sites, range(2025 - years, 2025), share=SHARE)
        if kind == "diamant"
        else atih_lines(sites, 2024, share=SHARE)
    )
    with path.open("wb") as target:
        for line, fault in made:
            target.write(line)
            planted += [fault] if fault else []
    return planted


@pytest.mark.parametrize(("kind", "structures", "years"), SIZES)
def test_exactly_the_planted_faults_are_refused_or_told(
    world: World, tmp_path: Path, kind: str, structures: int, years: int
) -> None:
    _register(structures)
    path = tmp_path / FORMATS[kind]
    planted = _write(path, kind, structures, years)
    with path.open("rb") as stream:
        received = actions.receive(
            Received(stream, path.name), ImportKind.TDB, actor=world.actor(OFFICER), now=clock.now()
        )
        db.session.commit()
    done = confirm(world, OFFICER, check(world, OFFICER, received))
    assert done.state is ImportState.DONE, done.failure
    of_the_file = [WITHOUT_VALIDATION] if kind == "diamant" else []
    assert _problems(done) == Counter([*of_the_file, *((fault.line, fault.severity.value) for fault in planted)])
    refused = sum(fault.severity is Severity.REJECT for fault in planted)
    read, created, updated, unchanged, rejected = counts(done)
    assert (rejected, updated) == (refused, 0) and created + unchanged == read - refused
    usable = db.session.scalar(select(func.count()).where(Observation.quality != Quality.UNVALIDATED))
    assert usable and usable > structures


def _problems(import_: Import) -> Counter[tuple[int, str]]:
    found = select(ImportProblem.line, ImportProblem.severity).where(ImportProblem.import_id == import_.id)
    return Counter((line, severity) for line, severity in db.session.execute(found))
