"""The synthetic region: two files in the real layouts, read by the real reader, nobody's numbers."""

from collections import Counter
from datetime import date

import pytest

from app.demo.finess_files import (
    PUBLIC_EMPLOYER_FINESS,
    PUBLIC_STRUCTURE_FINESS,
    STORY_EMPLOYER_FINESS,
    STORY_STRUCTURE_FINESS,
    TO_CONFIRM_EMPLOYER_FINESS,
    build_finess_files,
    capacities,
    stream_legal_entities,
    stream_structures,
    synthetic_employers,
)
from app.demo.finess_numbers import finess_number, siren_number
from app.readers.finess import LegalEntityRow, Problem, Severity, StructureRow, read_finess
from app.readers.nomenclatures import care_field_of_category, sector_of_status
from app.readers.territories import caisse_of_departement

DAY = date(2026, 11, 2)
SMALLEST_REAL_SIREN = "000325175"


def _entities(content: bytes) -> list[LegalEntityRow]:
    found = list(read_finess(content).results())
    assert not any(isinstance(item, Problem) for item in found)
    return [item for item in found if isinstance(item, LegalEntityRow)]


def _structures(content: bytes) -> list[StructureRow]:
    found = list(read_finess(content).results())
    assert not any(isinstance(item, Problem) for item in found)
    return [item for item in found if isinstance(item, StructureRow)]


@pytest.fixture(scope="module")
def entities() -> list[LegalEntityRow]:
    return _entities(build_finess_files(DAY).legal_entities)


@pytest.fixture(scope="module")
def structures() -> list[StructureRow]:
    return _structures(build_finess_files(DAY).structures)


def test_same_seed_same_bytes_and_another_seed_other_bytes() -> None:
    assert build_finess_files(DAY) == build_finess_files(DAY) != build_finess_files(DAY, seed=1)


def test_one_file_is_latin_1_and_the_other_utf_8() -> None:
    files = build_finess_files(DAY)
    entities, structures = read_finess(files.legal_entities), read_finess(files.structures)
    assert (entities.kind, entities.encoding, entities.extracted_on) == ("ej", "cp1252", DAY)
    assert (structures.kind, structures.encoding, structures.extracted_on) == ("et", "utf-8", DAY)


def test_the_reader_finds_every_employer_and_structure(
    entities: list[LegalEntityRow], structures: list[StructureRow]
) -> None:
    employers = synthetic_employers()
    assert [row.finess for row in entities] == [employer.finess for employer in employers]
    assert len(entities) == 300 and 390 <= len(structures) <= 450
    assert {row.legal_entity_finess for row in structures} == {row.finess for row in entities}
    assert all(row.siret and row.commune and row.naf and row.opened_on for row in structures)


def test_the_story_comes_first(entities: list[LegalEntityRow], structures: list[StructureRow]) -> None:
    association, public, grouping = entities[:3]
    assert (association.finess, association.name) == (STORY_EMPLOYER_FINESS, "ASSOCIATION LES TILLEULS")
    assert (structures[0].finess, structures[0].name) == (STORY_STRUCTURE_FINESS, "EHPAD LES TILLEULS")
    assert (structures[0].category_code, structures[0].city, structures[0].commune) == (
        "500",
        "NIORT",
        "79191",
    )
    assert public.finess == PUBLIC_EMPLOYER_FINESS and structures[1].finess == PUBLIC_STRUCTURE_FINESS
    assert grouping.finess == TO_CONFIRM_EMPLOYER_FINESS
    sectors = [sector_of_status(row.status_code) for row in entities[:3]]
    assert sectors == [("private", None), ("public", "fph"), ("to_confirm", None)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_story_does_not_depend_on_the_seed(seed: int) -> None:
    assert synthetic_employers(seed)[0].finess == STORY_EMPLOYER_FINESS
    assert capacities(seed)[STORY_STRUCTURE_FINESS] == capacities()[STORY_STRUCTURE_FINESS]


def test_the_mix_of_sectors_fields_and_caisses(entities: list[LegalEntityRow], structures: list[StructureRow]) -> None:
    sectors = Counter(sector_of_status(row.status_code)[0] for row in entities)
    assert 105 <= sectors["public"] <= 135 and 8 <= sectors["to_confirm"] <= 20
    fields = {care_field_of_category(row.category_code) for row in structures}
    assert len(fields) == 7
    caisses = Counter(caisse_of_departement(row.departement) for row in structures)
    assert set(caisses) == {"CARSAT Centre-Ouest", "CARSAT Aquitaine"}
    assert caisses["CARSAT Centre-Ouest"] > 4 * caisses["CARSAT Aquitaine"] > 0


def test_names_are_never_repeated(entities: list[LegalEntityRow], structures: list[StructureRow]) -> None:
    assert len({row.name for row in entities}) == len(entities)
    assert len({row.name for row in structures}) == len(structures)


def test_the_numbers_belong_to_nobody(entities: list[LegalEntityRow], structures: list[StructureRow]) -> None:
    assert all(row.siren and row.siren < SMALLEST_REAL_SIREN for row in entities)
    rows: list[LegalEntityRow | StructureRow] = [*entities, *structures]
    assert all(row.finess[2] == "9" for row in rows)
    assert all(row.phone and row.phone.startswith("053649") for row in rows)
    with pytest.raises(ValueError, match="real company"):
        siren_number(32_500)
    with pytest.raises(ValueError, match="five digits"):
        finess_number("79", 100_000)


@pytest.mark.parametrize("seed", range(12))
def test_most_ehpad_staff_work_in_sites_of_20_to_99(seed: int) -> None:
    sizes = capacities(seed)
    staff = [
        sizes[structure.finess].headcount
        for employer in synthetic_employers(seed)
        for structure in employer.structures
        if structure.category == "500"
    ]
    share = sum(size for size in staff if 20 <= size <= 99) / sum(staff)
    assert 0.85 <= share <= 0.90


def test_home_care_counts_hours_and_the_others_places() -> None:
    sizes = capacities()
    for employer in synthetic_employers():
        for structure in employer.structures:
            size = sizes[structure.finess]
            is_home_care = structure.category in ("460", "209")
            assert size.headcount > 0 and (size.hours_served is not None) == is_home_care
            assert (size.capacity is None) == is_home_care


def test_planted_defects_lose_no_employer_and_no_structure() -> None:
    sound, faulty = build_finess_files(DAY), build_finess_files(DAY, with_defects=True)
    found = list(read_finess(faulty.structures).results())
    numbers = {item.finess for item in found if isinstance(item, StructureRow)}
    assert numbers >= {row.finess for row in _structures(sound.structures)}
    severities = Counter(item.severity for item in found if isinstance(item, Problem))
    assert severities == {Severity.REJECT: 4, Severity.NOTICE: 3, Severity.WARNING: 1}
    names = [item.name for item in found if isinstance(item, StructureRow)]
    assert sum('"LA TONNELLE"' in name for name in names) == 1
    closed = [row for row in _entities(faulty.legal_entities) if row.is_closed]
    assert [row.name for row in closed] == ["ASSOCIATION DU PONT LEVIS"]


def test_load_files_of_any_length_are_sound_and_fit_together() -> None:
    structures = _structures(b"".join(stream_structures(2_000, DAY)))
    entities = _entities(b"".join(stream_legal_entities(2_000, DAY)))
    assert (len(structures), len(entities)) == (2_000, 500)
    assert {row.legal_entity_finess for row in structures} == {row.finess for row in entities}
    demonstration = {row.finess for row in _structures(build_finess_files(DAY).structures)}
    assert not demonstration & {row.finess for row in structures}


def test_a_region_of_another_size_keeps_the_story() -> None:
    assert [len(synthetic_employers(count=size)) for size in (1, 3, 40, 700)] == [1, 3, 40, 700]
    assert synthetic_employers(count=1)[0].finess == STORY_EMPLOYER_FINESS
