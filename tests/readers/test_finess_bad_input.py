"""Every fault of a FINESS file: the good rows are kept, the others are refused with what to do."""

import pytest

from app.readers.finess import LegalEntityRow, Problem, Severity, StructureRow, read_finess
from tests.readers.finess_lines import EJ_HEADER, ET_HEADER, ej_file, ej_line, et_file, et_line

GOOD = et_line(nofinesset="790000038")


def _problems(content: bytes) -> list[Problem]:
    return [found for found in read_finess(content).results() if isinstance(found, Problem)]


def _rows(content: bytes) -> list[LegalEntityRow | StructureRow]:
    return [found for found in read_finess(content).results() if not isinstance(found, Problem)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "est vide"),
        (b"\n\n  \n", "est vide"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "pas du texte"),
        (b"PK\x03\x04\x14\0", "classeur Excel"),
        (f"{ET_HEADER}\n".encode(), "s’arrête après son en-tête"),
        (b"finess;eta", "s’arrête après son en-tête"),
        (b"nofinesset,rs,rslongue\n010000024,CH,CH\n", "pas un fichier FINESS connu"),
        ("bonjour\nà tous\n".encode(), "pas un fichier FINESS connu"),
        (b'{"pmej": []}', "s’arrête"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_one_problem(content: bytes, words: str) -> None:
    reading = read_finess(content)
    assert reading.kind is None and reading.records == 0
    assert list(reading.results()) == [reading.refusal]
    assert reading.refusal is not None and words in reading.refusal.message


def test_a_missing_or_damaged_first_line_only_loses_the_date() -> None:
    missing = read_finess(f"{GOOD}\n".encode())
    damaged = read_finess(f"ness;etalab;111\n{GOOD}\n".encode())
    assert missing.kind == damaged.kind == "et" and missing.extracted_on is damaged.extracted_on is None
    for reading in (missing, damaged):
        notice, row = list(reading.results())
        assert isinstance(notice, Problem) and notice.severity is Severity.NOTICE and "en-tête" in notice.message
        assert isinstance(row, StructureRow)


def test_a_file_cut_in_the_middle_of_a_line_keeps_what_came_before() -> None:
    content = f"{ET_HEADER}\n{GOOD}\n{et_line()[:60]}".encode()
    (problem,) = _problems(content)
    assert (problem.line, problem.severity) == (3, Severity.REJECT) and "interrompu" in problem.message
    assert [row.finess for row in _rows(content)] == ["790000038"]


def test_a_file_cut_inside_an_accent_keeps_what_came_before() -> None:
    content = et_file(GOOD, et_line(rs="RÉSIDENCE"))
    cut = content[: content.index("É".encode()) + 1]
    assert [row.finess for row in _rows(cut)] == ["790000038"] and len(_problems(cut)) >= 1


def test_a_wrong_checksum_is_refused_with_the_line_as_read() -> None:
    wrong = et_line(nofinesset="790000021")
    (problem,) = _problems(et_file(GOOD, wrong))
    assert (problem.line, problem.column, problem.severity) == (3, "nofinesset", Severity.REJECT)
    assert "790000021" in problem.message and problem.raw == wrong
    assert len(_rows(et_file(GOOD, wrong))) == 1


def test_a_number_confirmed_by_an_administrator_is_kept() -> None:
    content = et_file(et_line(nofinesset="790000021"))
    (row,) = read_finess(content, accepted=frozenset({"790000021"})).results()
    assert isinstance(row, StructureRow) and row.finess == "790000021"


def test_a_wrong_corsican_checksum_is_only_a_warning() -> None:
    warning, row = list(read_finess(ej_file(ej_line(nofiness="2A0000015", departement="2A"))).results())
    assert isinstance(warning, Problem) and warning.severity is Severity.WARNING
    assert isinstance(row, LegalEntityRow) and row.finess == "2A0000015"


def test_a_lost_leading_zero_is_restored_and_told() -> None:
    notice, row = list(read_finess(et_file(et_line(nofinesset="10000024"))).results())
    assert isinstance(notice, Problem) and notice.severity is Severity.NOTICE and "tableur" in notice.message
    assert isinstance(row, StructureRow) and row.finess == "010000024"


@pytest.mark.parametrize("day", ["0201-12-01", "0426-03-01", "2001-02-30", "9999-12-31", "hier", "2001"])
def test_an_impossible_date_is_left_empty_and_the_row_kept(day: str) -> None:
    notice, row = list(read_finess(et_file(et_line(dateouv=day))).results())
    assert isinstance(notice, Problem) and (notice.column, notice.severity) == ("dateouv", Severity.NOTICE)
    assert day in notice.message
    assert isinstance(row, StructureRow) and row.opened_on is None and row.authorised_on is not None


def test_the_last_line_of_a_repeated_number_is_kept() -> None:
    content = et_file(et_line(rs="ANCIEN NOM"), GOOD, et_line(rs="NOUVEAU NOM"))
    (problem,) = _problems(content)
    assert (problem.line, problem.severity) == (2, Severity.REJECT) and "ligne 4" in problem.message
    assert [(row.finess, row.name) for row in _rows(content)] == [
        ("790000038", "EHPAD LES TILLEULS"),
        ("790000020", "NOUVEAU NOM"),
    ]


def test_a_repeated_number_is_seen_with_and_without_its_zero() -> None:
    content = et_file(et_line(nofinesset="010000024"), et_line(nofinesset=" 10000024"))
    assert [row.line for row in _rows(content)] == [3]


def test_a_later_line_that_is_refused_replaces_nothing() -> None:
    content = et_file(et_line(rs="BONNE LIGNE"), et_line(categetab=""))
    assert [row.name for row in _rows(content)] == ["BONNE LIGNE"]
    assert [problem.line for problem in _problems(content)] == [3]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (et_line().rsplit(";", 5)[0], "27 champs au lieu de 32"),
        (et_line(rs="A;B") + "X", "33 champs au lieu de 32"),
        ("equipementsocial;790000020;924", "Type de ligne inconnu"),
        (ej_line(), "entités juridiques (cs1100501)"),
        (et_line(rs="EHPAD\0"), "illisible"),
        (et_line(rs="X" * 70_000), "plus de 65536 caractères"),
        (et_line(nofinesset=""), "est vide"),
        (et_line(nofinessej=""), "est vide"),
        (et_line(nofinessej="790000013"), "clé de contrôle"),
        (et_line(departement="99", ligneacheminement="MONACO"), "Département inconnu"),
        (et_line(categetab=""), "Catégorie"),
    ],
)
def test_a_line_that_cannot_be_kept_is_refused_alone(line: str, words: str) -> None:
    content = et_file(GOOD, line, et_line(nofinesset="790000046"))
    (problem,) = _problems(content)
    assert (problem.line, problem.severity) == (3, Severity.REJECT) and words in problem.message.replace("\xa0", " ")
    assert [row.finess for row in _rows(content)] == ["790000038", "790000046"]


def test_a_quote_left_open_does_not_swallow_the_following_lines() -> None:
    content = et_file(et_line(rs='"EHPAD LE MOULIN'), GOOD)
    assert [row.name for row in _rows(content)] == ["EHPAD LE MOULIN", "EHPAD LES TILLEULS"]
    assert _problems(content) == []


@pytest.mark.parametrize(("column", "wrong"), [("siret", "00010001600014"), ("siret", "1,00E+13")])
def test_a_wrong_siret_is_left_empty_and_the_row_kept(column: str, wrong: str) -> None:
    warning, row = list(read_finess(et_file(et_line(**{column: wrong}))).results())
    assert isinstance(warning, Problem) and (warning.column, warning.severity) == (column, Severity.WARNING)
    assert isinstance(row, StructureRow) and row.siret is None


def test_a_wrong_siren_or_place_of_a_legal_entity_leaves_it_to_be_completed() -> None:
    content = ej_file(ej_line(siren="123456789", departement="", ligneacheminement="LIEU INCONNU"))
    assert [(problem.column, problem.severity) for problem in _problems(content)] == [
        ("departement", Severity.WARNING),
        ("siren", Severity.WARNING),
    ]
    (row,) = _rows(content)
    assert isinstance(row, LegalEntityRow)
    assert (row.siren, row.departement, row.postcode, row.city) == (None, None, None, "LIEU INCONNU")


def test_lines_in_another_encoding_are_read_and_counted() -> None:
    content = et_file(et_line(rs="RÉSIDENCE")) + et_line(nofinesset="790000038", rs="CHÂTEAU").encode("latin-1")
    reading = read_finess(content)
    remark = next(iter(reading.results()))
    assert reading.encoding == "mixte" and isinstance(remark, Problem) and "Windows-1252" in remark.message
    assert [row.name for row in _rows(content)] == ["RÉSIDENCE", "CHÂTEAU"]


def test_every_message_says_what_to_do() -> None:
    lines = (
        et_line(nofinesset="790000021"),
        et_line(siret="1"),
        et_line(dateouv="0201-12-01"),
        "autre;1;2;3;4",
    )
    for problem in _problems(et_file(*lines)):
        assert ":" in problem.message and problem.message.endswith(".") and problem.severity.label


def test_an_empty_metadata_date_is_told_for_both_kinds() -> None:
    for header, line in ((EJ_HEADER, ej_line()), (ET_HEADER, et_line())):
        reading = read_finess(f"{header.rsplit(';', 1)[0]};\n{line}\n".encode())
        assert reading.extracted_on is None and reading.kind is not None and len(list(reading.results())) == 2
