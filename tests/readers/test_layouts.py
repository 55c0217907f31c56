"""Columns are found by their names, whatever their place; every row is kept or rejected, never lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.readers.kinds import LAYOUTS, model_rows, recognise, suits
from app.readers.kinds.tdb import DIAMANT
from app.readers.layouts import match, normalised
from app.readers.problems import Severity
from app.readers.reading import Reading, read_table
from app.readers.tables import open_table

KINDS = list(dict.fromkeys(layout.kind for layout in LAYOUTS.values()))


def _file(rows: list[tuple[str, ...]]) -> bytes:
    return "\n".join(";".join(f'"{cell}"' for cell in row) for row in rows).encode()


def _read(content: bytes, name: str = "fichier_2023.csv", kind: str | None = None) -> Reading:
    table = open_table(content, name, suits)
    layout = LAYOUTS[kind] if kind else recognise(table.head, name)[0].layout
    return read_table(table, layout)


def _problems(reading: Reading) -> list[tuple[int, Severity, str | None]]:
    return [(found.number, one.severity, one.column) for found in reading.results() for one in found.problems]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Taux d’absentéisme", "TAUX D'ABSENTEISME"),
        ("Date\u00a0d'entrée", " date d’entree "),
        ("N° FINESS", "Finess"),
        ("Numéro SIREN", "siren"),
        ("Pour maternité/paternité", "Pour maternite / paternite"),
        ("Effectif (œuvre)", "effectif oeuvre"),
    ],
)
def test_titles_that_read_the_same_are_the_same(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


def test_a_percent_sign_or_a_bound_tells_titles_apart() -> None:
    assert normalised("Absence (en %)") != normalised("Absence (en)")
    assert normalised("<1 an") != normalised("1 an")


@pytest.mark.parametrize("kind", KINDS)
def test_each_model_is_recognised_and_read_without_a_word(kind: str) -> None:
    rows = model_rows(kind)
    assert [len(row) for row in rows] == [len(rows[0])] * 3
    table = open_table(_file(rows), "modele_2023.csv", suits)
    best, second = recognise(table.head, table.file_name)[:2]
    assert best.layout.kind == kind and best.is_complete and best.score > second.score + 0.1
    reading = read_table(table, best.layout)
    assert (reading.refusal, _problems(reading), reading.records) == (None, [], 2)
    assert [found.row.line for found in reading.results()] == [2, 3]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(deadline=None, max_examples=20)
def test_whatever_the_cells_rows_in_are_kept_or_rejected(kind: str, data: st.DataObject) -> None:
    head, first, second = model_rows(kind)
    noise = st.text(max_size=12) | st.text("0123456789,.-/% ", max_size=12)
    cell = [st.sampled_from([*values, ""]) | noise for values in zip(first, second, strict=True)]
    rows = data.draw(st.lists(st.tuples(*cell), min_size=1, max_size=6))
    table = open_table(_file([head, *((*(c.replace('"', "") for c in row),) for row in rows)]), "x_2023.csv", suits)
    layout = next(one for one in LAYOUTS.values() if one.kind == kind and one.examples)
    reading = read_table(table, layout)
    found = list(reading.results())
    assert len(found) == reading.records and (reading.refusal or len({one.number for one in found}) == table.records)
    for one in found:
        rejected = any(problem.severity is Severity.REJECT for problem in one.problems)
        assert one.is_rejected == rejected and all(problem.message and problem.line for problem in one.problems)
    keys = [one.key for one in found if one.row is not None and layout.key]
    assert len(set(keys)) == len(keys)


def test_columns_may_move_and_unknown_ones_are_left_aside() -> None:
    reading = _read(b"Ville;N\xc2\xb0 SIREN;Raison sociale\nNiort;000100024;Les Tonnelles\n")
    (found,) = reading.results()
    assert (found.row.siren, found.row.name) == ("000100024", "Les Tonnelles")
    assert reading.layout.kind == "members"


def test_a_missing_column_is_named() -> None:
    refusal = _read(b"FINESS ET;Nom\n799500012;x\n", kind="links").refusal
    assert refusal and "«\u00a0SIRET\u00a0»" in refusal.message
    refusal = _read(b"Siret;Effectif\n1;2\n", kind="atmp").refusal
    assert refusal and "Des colonnes manquent" in refusal.message and "AT en 1er règlement" in refusal.message


def test_a_mapping_given_by_a_person_wins_and_must_fit_the_file() -> None:
    table = open_table(b"Nous;Eux\n000100024;x\n", "x.csv")
    (found,) = read_table(table, LAYOUTS["members"], {"siren": 0, "name": 1}).results()
    assert found.row.name == "x"
    refusal = read_table(table, LAYOUTS["members"], {"siren": 5}).refusal
    assert refusal and "désignez-les à nouveau" in refusal.message
    assert match(DIAMANT, table.head) == {}


def test_the_last_of_two_rows_alike_is_kept_unless_it_is_rejected() -> None:
    content = b"SIREN;Nom;Fin d'adh\xc3\xa9sion\n000100024;a;\n000100024;b;\n100024;c;\n000100032;d;\n000100033;e;\n"
    found = list(_read(content).results())
    assert [one.row.name if one.row else None for one in found] == [None, "b", None, "d", None]
    assert "ligne 3" in found[0].problems[0].message


def test_a_lost_zero_is_told_and_a_wrong_key_rejected() -> None:
    content = b"FINESS;SIRET\n10001436;00010002400017\n790000021;00010002400017\n"
    assert [(line, severity) for line, severity, _ in _problems(_read(content))] == [
        (2, Severity.NOTICE),
        (3, Severity.REJECT),
    ]
    table = open_table(content, "x.csv")
    confirmed = read_table(table, LAYOUTS["links"], accepted=frozenset({"790000021"}))
    assert [found.row.finess for found in confirmed.results()] == ["010001436", "790000021"]


def test_an_optional_cell_that_cannot_be_read_is_left_empty() -> None:
    (found,) = _read(b"SIREN;Nom;Fin d'adh\xc3\xa9sion\n000100024;a;bient\xc3\xb4t\n").results()
    assert found.row.until is None
    assert [(one.severity, one.column) for one in found.problems] == [(Severity.WARNING, "Adhésion jusqu’au")]


def test_reading_can_be_taken_up_after_a_line() -> None:
    reading = _read(b"SIREN;Nom\n000100024;a\n000100032;b\n")
    assert [found.number for found in reading.results(after=2)] == [3]


def test_an_unknown_file_is_recognised_as_nothing() -> None:
    assert recognise(("Couleur", "Taille")) == []
    assert not any(one.is_complete for one in recognise(("FINESS", "Couleur")))
