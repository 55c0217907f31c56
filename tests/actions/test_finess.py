"""The register after FINESS files: counts, what is kept of people's work, and what a file may not erase."""

from dataclasses import asdict
from datetime import date
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.actions import finess
from app.actions.employers import describe_employer
from app.actions.finess import Tally, import_in_batches
from app.actions.finess_values import presumed_scheme
from app.demo.finess_files import build_finess_files, stream_legal_entities, stream_structures
from app.extensions import db
from app.models import CivilServiceBranch, Employer, Scheme, Sector, Structure
from app.queries.employers import get_employer
from app.readers.finess import Problem, Severity, read_finess
from tests.conftest import TODAY
from tests.readers.finess_lines import ej_file, ej_line, et_file, et_line
from tests.world import World

EJ, ET = "790000012", "790000020"


def bring_in(content: bytes, *, is_dry_run: bool = False) -> Tally:
    """Import a file as the command does, and return its tally."""
    tally = _import(content, is_dry_run=is_dry_run)
    db.session.expire_all()
    return tally


def _import(content: bytes, **options: Any) -> Tally:
    tallies = []
    for tally in import_in_batches(read_finess(content), **options):
        db.session.commit()
        tallies.append(tally)
    return tallies[-1]


def counts(tally: Tally) -> tuple[int, ...]:
    return tally.read, tally.created, tally.updated, tally.unchanged, tally.rejected


def employer(number: str = EJ) -> Employer:
    return db.session.scalars(select(Employer).where(Employer.finess == number)).one()


def structure(number: str = ET) -> Structure:
    return db.session.scalars(select(Structure).where(Structure.finess == number)).one()


def values_of(model: type[Employer] | type[Structure]) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(select(model.__table__).order_by("id")).mappings()]


def test_a_legal_entity_becomes_an_employer(app: Flask) -> None:
    assert counts(bring_in(ej_file(ej_line()))) == (1, 1, 0, 0, 0)
    found = employer()
    assert (found.siren, found.name) == ("000100016", "Association Les Tilleuls")
    assert (found.sector, found.civil_service_branch, found.scheme) == (Sector.PRIVATE, None, Scheme.GENERAL)
    assert (found.address, found.postcode, found.city, found.departement) == (
        "12 Rue des Jardins",
        "79000",
        "Niort",
        "79",
    )
    assert found.search_key.split()[:2] == [EJ, "000100016"]
    assert "tilleuls niort" in found.search_key
    assert (found.version, found.is_closed, found.headcount) == (1, False, None)


def test_a_structure_joins_its_employer(app: Flask) -> None:
    bring_in(ej_file(ej_line()))
    assert counts(bring_in(et_file(et_line()))) == (1, 1, 0, 0, 0)
    found = structure()
    assert found.employer.finess == EJ
    assert (found.category, found.siret, found.commune) == ("500", "00010001600013", "79191")
    assert found.opened_on == date(1998, 3, 2)
    assert ET in found.search_key


def test_the_same_files_again_write_nothing(app: Flask, statements: list[str]) -> None:
    files = build_finess_files(TODAY, count=40)
    for content in (files.legal_entities, files.structures):
        bring_in(content)
    before = values_of(Employer), values_of(Structure)
    statements.clear()
    again = [bring_in(content) for content in (files.legal_entities, files.structures)]
    assert all(tally.unchanged == tally.read > 0 for tally in again)
    assert not [sql for sql in statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert (values_of(Employer), values_of(Structure)) == before


def test_what_changed_is_updated_and_its_version_moves(app: Flask) -> None:
    bring_in(ej_file(ej_line(), ej_line(nofiness="790000038", siren="000100024")))
    tally = bring_in(ej_file(ej_line(rs="ASSOCIATION DU MARAIS"), ej_line(nofiness="790000038", siren="000100024")))
    assert counts(tally) == (2, 0, 1, 1, 0)
    assert (employer().name, employer().version, employer("790000038").version) == ("Association du Marais", 2, 1)
    assert "marais" in employer().search_key


def test_a_structure_that_changes_hands_follows_its_new_employer(app: Flask) -> None:
    bring_in(ej_file(ej_line(), ej_line(nofiness="790000038", siren="000100024")))
    bring_in(et_file(et_line()))
    assert counts(bring_in(et_file(et_line(nofinessej="790000038")))) == (1, 0, 1, 0, 0)
    assert structure().employer.finess == "790000038"


def test_structures_alone_make_employers_known_by_their_number(app: Flask) -> None:
    tally = bring_in(et_file(et_line(), et_line(nofinesset="790000038", siret="")))
    assert counts(tally) == (2, 2, 0, 0, 0)
    assert tally.provisional == {EJ}
    found = employer()
    assert (found.name, found.sector, found.scheme) == (f"Entité juridique {EJ}", Sector.TO_CONFIRM, None)
    assert len(found.structures) == 2


def test_the_file_of_legal_entities_then_completes_them(app: Flask) -> None:
    bring_in(et_file(et_line()))
    known = employer().id
    assert counts(bring_in(ej_file(ej_line()))) == (1, 0, 1, 0, 0)
    assert (employer().id, employer().name, employer().sector) == (known, "Association Les Tilleuls", Sector.PRIVATE)
    assert employer().scheme is Scheme.GENERAL
    assert bring_in(et_file(et_line())).provisional == set()


def test_a_confirmed_sector_is_never_overwritten(app: Flask, world: World) -> None:
    bring_in(ej_file(ej_line(statutjuridique="30")))
    bring_in(et_file(et_line()))
    referent = world.actor("referent")
    found = get_employer(referent, employer().id)
    assert found and found.sector is Sector.TO_CONFIRM
    describe_employer(
        found,
        sector=Sector.PUBLIC,
        scheme=Scheme.CNRACL,
        headcount=48,
        idcc=None,
        version=found.version,
        actor=referent,
        today=TODAY,
    )
    db.session.commit()
    tally = bring_in(ej_file(ej_line(statutjuridique="60", rs="GROUPEMENT DU MARAIS")))
    found = employer()
    assert counts(tally) == (1, 0, 1, 0, 0)
    assert (found.name, found.legal_status) == ("Groupement du Marais", "60")
    assert (found.sector, found.scheme, found.sector_confirmed_on) == (Sector.PUBLIC, Scheme.CNRACL, TODAY)
    assert counts(bring_in(ej_file(ej_line(statutjuridique="60", rs="GROUPEMENT DU MARAIS")))) == (1, 0, 0, 1, 0)


def test_a_scheme_somebody_gave_stays_until_the_sector_changes(app: Flask) -> None:
    bring_in(ej_file(ej_line()))
    employer().scheme = Scheme.AGRICOLE
    db.session.commit()
    assert bring_in(ej_file(ej_line())).unchanged == 1
    assert employer().scheme is Scheme.AGRICOLE
    bring_in(ej_file(ej_line(statutjuridique="21")))
    assert (employer().sector, employer().scheme) == (Sector.PUBLIC, Scheme.CNRACL)


def test_sizes_typed_by_people_are_never_erased(app: Flask) -> None:
    bring_in(ej_file(ej_line()))
    bring_in(et_file(et_line()))
    employer().headcount = 61
    found = structure()
    found.capacity, found.headcount, found.hours_served = 82, 61, 1_200
    db.session.commit()
    bring_in(ej_file(ej_line(rs="AUTRE NOM")))
    bring_in(et_file(et_line(rs="AUTRE NOM")))
    found = structure()
    assert (employer().headcount, found.capacity, found.headcount, found.hours_served) == (61, 82, 61, 1_200)
    assert (found.name, employer().name) == ("Autre Nom", "Autre Nom")


def test_an_empty_cell_does_not_erase_a_known_key(app: Flask) -> None:
    bring_in(ej_file(ej_line()))
    bring_in(et_file(et_line()))
    assert bring_in(ej_file(ej_line(siren="", codeape="", statutjuridique=""))).unchanged == 1
    assert counts(bring_in(et_file(et_line(siret="", rs="AUTRE NOM")))) == (1, 0, 1, 0, 0)
    assert (employer().siren, employer().naf, employer().legal_status) == ("000100016", "8710A", "60")
    assert (employer().sector, employer().scheme) == (Sector.PRIVATE, Scheme.GENERAL)
    assert structure().siret == "00010001600013"
    assert structure().search_key.split()[:4] == [ET, "00010001600013", "autre", "nom"]


def test_a_closed_entity_is_flagged_and_may_open_again(app: Flask) -> None:
    bring_in(ej_file(ej_line(rs="[Fermé] ASSOCIATION LES TILLEULS")))
    assert (employer().is_closed, employer().name) == (True, "Association Les Tilleuls")
    bring_in(ej_file(ej_line()))
    assert employer().is_closed is False


@pytest.mark.parametrize(
    ("status", "naf", "sector", "branch", "scheme"),
    [
        ("60", "8710A", Sector.PRIVATE, None, Scheme.GENERAL),
        ("95", "8810A", Sector.PRIVATE, None, Scheme.GENERAL),
        ("60", "", Sector.PRIVATE, None, None),
        ("72", "0113Z", Sector.PRIVATE, None, None),
        ("43", "8430A", Sector.PRIVATE, None, Scheme.AGRICOLE),
        ("13", "8610Z", Sector.PUBLIC, CivilServiceBranch.FPH, Scheme.CNRACL),
        ("17", "8810A", Sector.PUBLIC, CivilServiceBranch.FPT, Scheme.CNRACL),
        ("01", "8411Z", Sector.PUBLIC, CivilServiceBranch.FPE, None),
        ("30", "8810A", Sector.TO_CONFIRM, None, None),
        ("", "8710A", Sector.TO_CONFIRM, None, None),
    ],
)
def test_sector_branch_and_scheme_follow_from_the_status(
    app: Flask, status: str, naf: str, sector: Sector, branch: CivilServiceBranch | None, scheme: Scheme | None
) -> None:
    bring_in(ej_file(ej_line(statutjuridique=status, codeape=naf)))
    found = employer()
    assert (found.sector, found.civil_service_branch, found.scheme) == (sector, branch, scheme)


def test_no_scheme_is_presumed_before_the_sector_is_known() -> None:
    assert presumed_scheme("to_confirm", None, "43", "8710A") is None


def test_good_lines_are_kept_beside_refused_ones(app: Flask) -> None:
    found: list[Problem] = []
    content = et_file(et_line(), et_line(nofinesset="790000021"), "structureet;1;2", et_line(nofinesset="790000038"))
    tally = _import(content, on_problem=found.append)
    assert counts(tally) == (4, 2, 0, 0, 2)
    assert [(p.line, p.severity) for p in found] == [(3, Severity.REJECT), (4, Severity.REJECT)]


def test_what_does_not_fit_a_column_is_cut_when_it_is_a_wording_and_refused_when_it_is_a_code(app: Flask) -> None:
    long_name = "EHPAD " + "DES MILLE ETANGS " * 30
    content = et_file(
        et_line(rs=long_name, telephone="0" * 60),
        et_line(nofinesset="790000038", categetab="500500500"),
        et_line(nofinesset="790000046", codeape="8710A8710A"),
    )
    assert counts(bring_in(content)) == (3, 1, 0, 0, 2)
    assert (len(structure().name), structure().phone) == (255, "")
    assert counts(bring_in(content)) == (3, 0, 0, 1, 2)


def test_a_dry_run_counts_and_writes_nothing(app: Flask, statements: list[str]) -> None:
    before = values_of(Employer), values_of(Structure)
    statements.clear()
    tally = bring_in(et_file(et_line(), et_line(nofinesset="790000038")), is_dry_run=True)
    assert counts(tally) == (2, 2, 0, 0, 0)
    assert tally.provisional == {EJ}
    assert not [sql for sql in statements if not sql.startswith("SELECT")]
    assert (values_of(Employer), values_of(Structure)) == before


def test_an_interruption_leaves_whole_batches_and_a_second_run_finishes(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finess, "BATCH", 25)
    content = b"".join(stream_legal_entities(320, TODAY))
    known = db.session.scalar(select(func.count()).select_from(Employer)) or 0
    batches = import_in_batches(read_finess(content))
    next(batches)
    db.session.commit()
    next(batches)
    db.session.rollback()  # the second batch was under way
    assert db.session.scalar(select(func.count()).select_from(Employer)) == known + 25
    assert counts(bring_in(content)) == (80, 55, 0, 25, 0)


def test_batches_add_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finess, "BATCH", 7)
    files = build_finess_files(TODAY, count=30, with_defects=True)
    for content in (files.structures, files.legal_entities):
        tally = bring_in(content)
        assert tally.read == tally.created + tally.updated + tally.unchanged + tally.rejected
        assert tally.read == read_finess(content).records
        assert asdict(bring_in(content)) == asdict(tally) | {
            "created": 0,
            "updated": 0,
            "unchanged": tally.created + tally.updated,
            "provisional": set(),
        }


def test_a_batch_costs_a_few_statements_whatever_its_size(app: Flask, statements: list[str]) -> None:
    small, large = (b"".join(stream_structures(count, TODAY)) for count in (20, 400))
    bring_in(small)
    first = len(statements)
    statements.clear()
    bring_in(large)
    assert len(statements) == first <= 6


def test_two_imports_at_once_take_turns(app: Flask) -> None:
    """Both end, and every record exists once."""
    content = b"".join(stream_structures(200, TODAY))
    db.session.commit()
    tallies: list[Tally] = []

    def work() -> None:
        with app.app_context():
            tallies.append(_import(content))

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted((tally.created, tally.unchanged) for tally in tallies) == [(0, 200), (200, 0)]
