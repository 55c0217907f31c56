"""The « tableau de bord » in both formats: exact values, the quality rules, and no confusion of units."""

from collections import Counter
from pathlib import Path

import pytest

from app.demo.finess_employers import synthetic_employers
from app.demo.finess_load import load_employers
from app.demo.tdb_files import TdbFile, atih_head, build_atih, build_diamant, diamant_lines, sites_of
from app.readers.kinds import recognise, suits
from app.readers.kinds.tdb import ATIH, DIAMANT, TdbRow
from app.readers.kinds.tdb_indicators import Quality
from app.readers.layouts import Layout, RowReading, match
from app.readers.problems import Severity
from app.readers.reading import Reading, read_table
from app.readers.reference_files import read_bytes
from app.readers.tables import open_table

SITES = sites_of(synthetic_employers())[:150]
NAME = "export-tdbesms-2021-region-75.csv"


def _read(content: bytes, name: str = "x.csv", options: dict[str, str] | None = None) -> Reading:
    table = open_table(content, name, suits)
    return read_table(table, recognise(table.head, name)[0].layout, options=options)


def _one(layout: Layout, name: str = NAME, **cells: str) -> RowReading:
    """The reading of one row of that layout, whose other cells are empty."""
    head = atih_head(2021) if layout is ATIH else [one.label for one in layout.fields]
    mapping = match(layout, head)
    given = {"finess": "010001436", "year": "2023", "validation": "Validé", "rotation": "0"} | cells
    row = [""] * len(head)
    for field, text in given.items():
        if field in mapping:
            row[mapping[field]] = text
    content = "\n".join(";".join(f'"{cell.replace(QUOTE, QUOTE * 2)}"' for cell in line) for line in (head, row))
    (found,) = _read(content.encode(), name).results()
    return found


QUOTE = '"'


def test_the_real_extract_gives_its_exact_values() -> None:
    reading = _read(read_bytes("ANN_MS_TDP_ET_2025_01_16.CSV"))
    assert reading.layout is DIAMANT and reading.refusal is None
    found = {one.row.year: one for one in reading.results()}
    assert found[2023].row.values == {
        "abs_total": 88_900, "abs_court": 73_200, "abs_moyen": 0, "abs_long": 0, "abs_mat": 0, "abs_atmp": 14_200,
        "abs_special": 1_500, "rotation": 52_600, "vacance": 0, "prest_ext": 81_800, "cdd_rempl": 3_000_000,
    }  # fmt: skip
    assert found[2023].row.is_validated is None and found[2023].problems == ()
    assert "vacance" not in found[2022].row.values
    assert str(found[2023].row.rate("abs_total")) == "8,9\u00a0%" and found[2023].row.rate("cdd_rempl") is None
    assert found[2019].row.flags == {"cdd_rempl": Quality.NOT_WHOLE}
    assert "abs_total" not in found[2018].row.values
    assert [one.severity for one in found[2018].problems] == [Severity.NOTICE]


@pytest.mark.parametrize("year", [2020, 2021])
def test_the_real_heads_are_recognised_and_all_is_found_in_them(year: int) -> None:
    head = read_bytes(f"tdbesms_header_{year}.txt").decode().splitlines()
    best, second = recognise(head)[:2]
    assert best.layout is ATIH and best.is_complete and second.layout.kind == "cpom"
    assert set(match(ATIH, head)) == {field.name for field in ATIH.fields}
    columns = match(ATIH, head)
    assert head[columns["rotation"]] == "Taux de rotation des personnels"
    assert [head[columns[code]] for code in ("abs_total", "vacance")] == [
        "Taux d'absentéisme (hors formation) en %",
        "Taux d'ETP vacants",
    ]


def test_the_real_heads_of_one_format_are_never_those_of_the_other() -> None:
    diamant = read_bytes("ANN_MS_TDP_ET_2025_01_16.CSV").decode().splitlines()[0].split(";")
    assert [one.layout.name for one in recognise(diamant) if one.is_complete] == ["tdb.diamant"]
    assert "tdb.diamant" not in [one.layout.name for one in recognise(atih_head(2023)) if one.is_complete]


ABSENT = {"abs_court": "5", "abs_moyen": "3", "abs_atmp": "1"}


@pytest.mark.parametrize(
    ("cells", "values", "flags", "severities"),
    [
        ({"abs_total": "9", **ABSENT}, {"abs_total": 90_000}, {}, []),
        ({"abs_total": "10", **ABSENT}, {"abs_total": 100_000}, {}, []),
        ({"abs_total": "10,1", **ABSENT}, {"abs_total": 101_000}, {"abs_total": Quality.SUM_DIFFERS}, ["warning"]),
        ({"abs_total": "0"}, {"abs_total": None}, {}, ["notice"]),
        ({"abs_total": "0", "abs_court": "0"}, {"abs_total": 0}, {}, []),
        ({"abs_total": "41"}, {"abs_total": 410_000}, {"abs_total": Quality.UNUSUAL}, ["warning"]),
        ({"vacance": "-2,5"}, {"vacance": -25_000}, {"vacance": Quality.NEGATIVE}, ["warning"]),
        ({"rotation": "130"}, {"rotation": 1_300_000}, {"rotation": Quality.ABOVE_WHOLE}, ["warning"]),
        ({"rotation": "50"}, {"rotation": 500_000}, {}, []),
        ({"rotation": "n.d."}, {"rotation": None}, {}, ["warning", "notice"]),
        ({"cdd_rempl": "12"}, {"cdd_rempl": 12_000_000}, {}, []),
        ({"pyramide_20_29": "60", "pyramide_30_39": "40"}, {"pyramide_20_29": 600_000}, {}, []),
        ({"pyramide_20_29": "60"}, {"pyramide_20_29": 600_000}, {"pyramide_20_29": Quality.SUM_DIFFERS}, ["warning"]),
    ],
)
def test_the_quality_rules(
    cells: dict[str, str], values: dict[str, int | None], flags: dict[str, Quality], severities: list[str]
) -> None:
    found = _one(ATIH, **cells)
    assert {code: found.row.values.get(code) for code in values} == values
    assert found.row.flags == flags
    assert [one.severity.value for one in found.problems] == severities


@pytest.mark.parametrize(
    ("written", "is_validated", "is_told"),
    [
        ("Validé", True, False), ("Validée ARS", True, False), ("Validation CD", True, False),
        ("Non validé", False, False), ("En cours de validation", False, False), ("À valider", False, False),
        ("En attente de validation", False, False), ("", False, True), ("Niveau 2", False, True),
    ],
)  # fmt: skip
def test_only_a_validation_that_is_understood_counts(written: str, is_validated: bool, is_told: bool) -> None:
    found = _one(ATIH, validation=written)
    assert found.row.is_validated is is_validated and bool(found.problems) == is_told


def test_contract_and_category_come_with_the_row() -> None:
    row: TdbRow = _one(
        ATIH, category="EHPAD", legal_status="Public", cpom_is_running="Oui", cpom_in_force_on="01/01/2019",
        cpom_ends_on="31/12/2023", cpom_signatories="ARS, CD", legal_entity_finess="10000016",
    ).row  # fmt: skip
    assert (row.category, row.legal_status, row.cpom.ends_on and row.cpom.ends_on.year) == ("EHPAD", "Public", 2023)
    assert (row.cpom.is_running, row.cpom.signatories) == (True, "ARS, CD")


def test_the_year_comes_from_the_name_else_is_asked_for() -> None:
    content = build_atih(SITES[:20], 2021, share=0).content
    assert {one.row.year for one in _read(content, "export-tdbesms-2021-region-NA-20230115.csv").results()} == {2021}
    refusal = _read(content, "export.csv").refusal
    assert refusal and "Année des données" in refusal.message
    assert {one.row.year for one in _read(content, "export.csv", {"year": "2020"}).results()} == {2020}
    refusal = _read(content, "export.csv", {"year": "hier"}).refusal
    assert refusal and "hier" in refusal.message


def _in_other_unit(made: TdbFile, factor: float) -> bytes:
    """The same file with every number that has decimals multiplied."""
    lines = made.content.decode("cp1252").splitlines()
    layout = DIAMANT if made.name.startswith("ANN") else ATIH
    columns = match(layout, lines[0].replace('"', "").split(";") if layout is DIAMANT else atih_head(2021))
    shares = [columns[code] for code in columns if code.startswith(("abs_", "rotation", "vacance", "prest"))]
    changed = [lines[0]]
    for line in lines[1:]:
        cells = line.split(";")
        for column in shares:
            if cells[column]:
                cells[column] = f"{float(cells[column].replace(',', '.')) * factor:.6f}"
        changed.append(";".join(cells))
    return "\n".join(changed).encode("cp1252")


def test_a_file_in_the_other_unit_is_refused_in_words() -> None:
    diamant, atih = build_diamant(SITES[:30], [2023], share=0), build_atih(SITES[:30], 2021, share=0)
    refusal = _read(_in_other_unit(diamant, 100)).refusal
    assert refusal and "sont en pourcentage" in refusal.message
    refusal = _read(_in_other_unit(atih, 0.01), NAME).refusal
    assert refusal and "sont en parts de un" in refusal.message
    assert _read(_in_other_unit(diamant, 1)).refusal is None


def test_a_total_in_another_unit_than_its_motives_is_refused() -> None:
    made = build_diamant(SITES[:30], [2023], share=0)
    table = open_table(made.content, made.name)
    mapping = match(DIAMANT, table.head)
    mapping["abs_total"] = mapping["rotation"]
    refusal = read_table(table, DIAMANT, mapping).refusal
    assert refusal and "motifs" in refusal.message


@pytest.mark.parametrize(
    "made",
    [build_diamant(SITES, range(2020, 2024), share=0.2), build_atih(SITES, 2021, share=0.4),
     build_atih(SITES, 2024, share=0.4)],
    ids=["diamant", "atih-2021", "atih-2024"],
)  # fmt: skip
def test_planted_faults_and_only_they_are_told(made: TdbFile) -> None:
    reading = _read(made.content, made.name)
    told = [(found.number, one.severity) for found in reading.results() for one in found.problems]
    assert told == [(fault.line, fault.severity) for fault in made.planted]
    assert len({fault.fault for fault in made.planted}) >= 9
    kept = [(found.row.finess, found.row.year) for found in reading.results() if found.row]
    assert len(set(kept)) == len(kept) == len(list(reading.results())) - Counter(s for _, s in told)[Severity.REJECT]


def test_the_same_seed_gives_the_same_bytes() -> None:
    one, other = build_atih(SITES[:20], 2022), build_atih(SITES[:20], 2022)
    assert one == other and build_atih(SITES[:20], 2022, seed=1).content != one.content


def test_both_formats_hold_the_same_rates() -> None:
    diamant = build_diamant(SITES, [2021], share=0)
    atih = build_atih(SITES, 2021, share=0)
    ones = {one.row.finess: one.row.values for one in _read(diamant.content).results()}
    others = {one.row.finess: one.row.values for one in _read(atih.content, atih.name).results() if one.row.values}
    assert ones.keys() == others.keys() and len(ones) > 100
    assert all(ones[finess].items() <= others[finess].items() for finess in ones)


@pytest.mark.long
def test_a_national_file_gives_exactly_what_was_planted(tmp_path: Path) -> None:
    path, planted = tmp_path / "national.csv", []
    with path.open("wb") as target:
        for line, fault in diamant_lines(sites_of(load_employers(40_000)), (2021, 2022, 2023)):
            target.write(line)
            planted += [(fault.line, fault.severity)] if fault else []
    with path.open("rb") as stream:
        reading = read_table(open_table(stream, path.name, suits), DIAMANT)
        told = [(found.number, one.severity) for found in reading.results() for one in found.problems]
    assert told == planted and reading.records > 100_000
