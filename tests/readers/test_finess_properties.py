"""Whatever the bytes: nothing raises, no line is lost, numbers are given once, memory stays bounded."""

import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo.finess_load import stream_structures
from app.readers.finess import FinessReading, LegalEntityRow, Problem, Severity, StructureRow, read_finess
from tests.readers.finess_lines import EJ_HEADER, ET_HEADER, ej_line, et_line

NUMBERS = st.sampled_from(["790000020", "790000038", "10000024", "790000021", "2A0000015", "", "é"])
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "rs": st.text(max_size=12),
        "dateouv": st.sampled_from(["0201-12-01", "2001-01-01", "x"]),
        "siret": st.text("0123456789", max_size=15),
        "departement": st.sampled_from(["79", "9A", "", "99", "2A"]),
        "telephone": st.text(max_size=10),
    },
)
LINES = st.one_of(
    st.builds(lambda number, cells: et_line(nofinesset=number, **cells), NUMBERS, CELLS),
    st.builds(lambda number: ej_line(nofiness=number), NUMBERS),
    st.text(max_size=60),
    st.sampled_from([ET_HEADER, EJ_HEADER, "", "structureet", "structureej;", 'structureet;"', "geolocalisation;1"]),
)


SOUND_FILE = "\n".join((ET_HEADER, et_line(), et_line(nofinesset="790000038"), "")).encode()


def _check(reading: FinessReading) -> None:
    """Each record line became one row or one refusal, each number was given once."""
    found = list(reading.results())
    rows = [item for item in found if isinstance(item, LegalEntityRow | StructureRow)]
    refused = [item for item in found if isinstance(item, Problem) and item.severity is Severity.REJECT and item.line]
    assert len(rows) + len(refused) == reading.records
    assert len({row.finess for row in rows}) == len(rows)
    assert len({item.line for item in (*rows, *refused)}) == reading.records


RANDOM_BYTES = st.binary(max_size=2_000)
RANDOM_FILES = st.builds(
    lambda lines, encoding, end: ("\n".join((ET_HEADER, *lines)) + end).encode(encoding, errors="replace"),
    st.lists(LINES, max_size=12),
    st.sampled_from(["utf-8", "cp1252"]),
    st.sampled_from(["", "\n", "\r\n"]),
)
DAMAGED_FILES = st.builds(
    lambda noise, place: SOUND_FILE[:place] + noise + SOUND_FILE[place:],
    st.binary(max_size=30),
    st.integers(0, 400),
)


# No deadline: a machine busy elsewhere is no fault of the reader.
@settings(deadline=None)
@given(RANDOM_BYTES)
def test_random_bytes_never_raise(content: bytes) -> None:
    _check(read_finess(content))


@settings(deadline=None)
@given(RANDOM_FILES)
def test_random_lines_are_all_accounted_for(content: bytes) -> None:
    _check(read_finess(content))


@settings(deadline=None)
@given(DAMAGED_FILES)
def test_a_good_file_damaged_anywhere_is_still_accounted_for(content: bytes) -> None:
    _check(read_finess(content))


@pytest.mark.long
@settings(deadline=None, max_examples=5_000)
@given(st.one_of(RANDOM_BYTES, RANDOM_FILES, DAMAGED_FILES))
def test_fuzzing_at_length(content: bytes) -> None:
    _check(read_finess(content))


def test_the_check_itself_sees_a_lost_row() -> None:
    reading = read_finess(SOUND_FILE)
    reading.survey.roles["record"] += 1
    with pytest.raises(AssertionError):
        _check(reading)


@pytest.mark.parametrize("rows", [8_000, pytest.param(103_000, marks=pytest.mark.long)])
def test_a_large_file_is_read_whole_in_bounded_memory(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "etablissements.csv"
    with path.open("wb") as target:
        target.writelines(stream_structures(rows, date(2026, 5, 12)))
    with path.open("rb") as stream:
        tracemalloc.start()
        reading = read_finess(stream)
        count = sum(isinstance(found, StructureRow) for found in reading.results())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == reading.records == rows
    # Only the set of numbers grows with the file: about 85 bytes for a line of 350.
    assert peak < 1_000_000 + 100 * rows < path.stat().st_size
