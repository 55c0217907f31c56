"""Any tabular file becomes the same rows: separators, quotes, encodings, title rows, sheets, dates, numbers."""

import io
from datetime import date

import pytest
import python_calamine

from app.readers.problems import Severity
from app.readers.reference_files import read_bytes
from app.readers.tables import Table, open_table
from tests.readers.workbooks import by_hand, workbook, zipped

HEAD = ("Finess", "Nom", "Taux")
ROWS = [("790000020", "Évaux", "8,9"), ("790000038", "L’Île", "12")]


def _read(content: bytes, name: str = "fichier.csv") -> Table:
    table = open_table(io.BytesIO(content), name)
    assert table.refusal is None, table.refusal
    return table


def _cells(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows()]


def _text(separator: str = ";", end: str = "\n") -> str:
    return end.join(separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in (HEAD, *ROWS))


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_same_rows_from_every_way_of_writing_them(separator: str, end: str, encoding: str) -> None:
    table = _read(_text(separator, end).encode(encoding))
    assert (table.head, _cells(table), table.records) == (HEAD, ROWS, 2)
    assert table.encoding == {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    assert [row.number for row in table.rows()] == [2, 3]


def test_latin_1_is_read_too() -> None:
    assert _cells(_read("Nom;Ville\nRésidence;Évaux\n".encode("latin-1"))) == [("Résidence", "Évaux")]


@pytest.mark.parametrize(
    ("text", "head", "rows"),
    [
        ('a;b\n"dit ""le Pont"" ; annexe";1\n', ("a", "b"), [('dit "le Pont" ; annexe', "1")]),
        ('a;b\n"sur\ndeux lignes";1\nx;2\n', ("a", "b"), [("sur\ndeux lignes", "1"), ("x", "2")]),
        ('a;b\n5" de large;1\nx;2\n', ("a", "b"), [('5" de large', "1"), ("x", "2")]),
        ('a;b\n"jamais fermé;1\nx;2\n', ("a", "b"), [("jamais fermé", "1"), ("x", "2")]),
        ('a;"section \\"soins\\" (en %)"\nx;1\n', ("a", 'section \\soins\\" (en %)"'), [("x", "1")]),
        ("a;b;c\nx\n\n;;\ny;1;2;;\n", ("a", "b", "c"), [("x", "", ""), ("y", "1", "2")]),
        ("Titre du tableau\n;;\nExport du 3 mars 2024;;\na;b;c\n1;2;3\n", ("a", "b", "c"), [("1", "2", "3")]),
        ("a;b;a;;a;;\n1;2;3;4;5\n", ("a", "b", "a (2)", "Colonne 4", "a (3)"), [("1", "2", "3", "4", "5")]),
        ("a;a (2);a\n1;2;3\n", ("a", "a (2)", "a (3)"), [("1", "2", "3")]),
        ("SIREN\n123456782\n", ("SIREN",), [("123456782",)]),
        ("Taux, en %;Taux, brut\n1,5;2,5\n", ("Taux, en %", "Taux, brut"), [("1,5", "2,5")]),
    ],
)
def test_texts_as_they_come(text: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    table = _read(text.encode())
    assert (table.head, _cells(table)) == (head, rows)
    assert table.records == len(rows)


def test_a_row_longer_than_the_head_is_not_trusted_and_keeps_its_text() -> None:
    table = _read(b"a;b\n1;2\n1;2;3\n")
    good, bad = table.rows()
    assert good.problem is None
    assert (
        bad.problem and bad.problem.severity is Severity.REJECT and "3 cellules pour 2 colonnes" in bad.problem.message
    )
    assert (bad.number, bad.raw, bad.problem.raw) == (3, "1;2;3", "1;2;3")


def test_rows_can_be_taken_up_after_any_line_and_read_again() -> None:
    table = _read(b"a;b\n1;2\n\n3;4\n5;6\n")
    assert [row.number for row in table.rows(after=2)] == [4, 5]
    assert [row.number for row in table.rows(after=4)] == [5]
    assert list(table.rows()) == list(table.rows())


def test_one_line_in_another_encoding_is_told() -> None:
    table = _read("Nom;Ville\nRésidence;Évaux\n".encode() + "Château;Île\n".encode("cp1252"))
    assert (table.encoding, _cells(table)[1]) == ("mixte", ("Château", "Île"))
    assert "1 ligne(s)" in table.remarks[0].message


def test_a_workbook_gives_what_people_see_in_it() -> None:
    book = workbook(
        ("2024", [["Titre"], [], ["Finess", "Part", "Le", "Siret", "Total"],
                  [10001436, 0.1 + 0.2, date(2024, 3, 1), 12345678900012, -3.50],
                  ["2A0000015", 8.89e-2, None, 1e-7, True]]),
    )  # fmt: skip
    table = _read(book, "suivi.xlsx")
    assert (table.head_number, table.format, table.encoding) == (3, "XLSX, feuille «\u00a02024\u00a0»", "utf-8")
    assert _cells(table) == [
        ("10001436", "0.3", "2024-03-01", "12345678900012", "-3.5"),
        ("2A0000015", "0.0889", "", "0.0000001", "VRAI"),
    ]
    assert [row.number for row in table.rows()] == [4, 5]


CELLS = "<row r='1'><c r='A1' t='inlineStr'><is><t>a</t></is></c><c r='C1' t='str'><v>c</v></c></row>"


@pytest.mark.parametrize(
    ("cell", "shown", "remark"),
    [
        ("<c r='A2'><f>1+1</f><v>2</v></c>", "2", ""),
        ("<c r='A2'><f>1+1</f></c>", "", "formule"),
        ("<c r='A2'><f>1+1</f><v/></c>", "", "formule"),
        ("<c r='A2' t='str'><f>\"\"</f><v></v></c>", "", ""),
        ("<c r='A2' t='e'><v>#N/A</v></c>", "", "erreur"),
        ("<c r='A2' t='b'><v>0</v></c>", "FAUX", ""),
        ("<c r='A2' t='d'><v>2024-03-01T00:00:00</v></c>", "2024-03-01T00:00:00", ""),
        ("<c r='A2' s='1'><v>45352.5</v></c>", "2024-03-01 12:00", ""),
        ("<c r='A2' s='2'><v>45352</v></c>", "45352", ""),
        ("<c r='A2' s='3'><v>59</v></c>", "1900-02-28", ""),
        ("<c r='A2' s='3'><v>-1</v></c>", "-1", ""),
        ("<c r='A2' s='99'><v>8.8900000000000007E-2</v></c>", "0.0889", ""),
        ("<c r='A2'><v>1E400</v></c>", "1E400", ""),
        ("<c r='A2' t='s'><v>7</v></c>", "", ""),
        ("<c><v>5</v></c>", "5", ""),
        ("<c t='inlineStr'><is><r><t>en </t></r><r><t>gras</t></r><rPh><t>x</t></rPh></is></c>", "en gras", ""),
    ],
)  # fmt: skip
def test_one_cell_of_each_kind(cell: str, shown: str, remark: str) -> None:
    styles = (
        "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='[$-40C]d mmm yyyy'/>"
        "<numFmt numFmtId='165' formatCode='0.0\" d\"'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
        "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='165'/><xf numFmtId='14'/></cellXfs></styleSheet>"
    )
    rows = f"{CELLS}<row r='2'>{cell}<c r='C2'><v>1</v></c></row>"
    table = _read(by_hand(rows, xl__styles_xml=styles), "x.xlsx")
    assert _cells(table) == [(shown, "", "1")]
    assert remark in " ".join(remark.message for remark in table.remarks) and bool(table.remarks) == bool(remark)


def test_prefixes_rows_without_number_and_days_counted_from_1904() -> None:
    rows = "<x:row><x:c t='str'><x:v>a</x:v></x:c></x:row><x:row/><x:row><x:c s='0'><x:v>1</x:v></x:c></x:row>"
    book = (
        "<x:workbook xmlns:x='m' xmlns:r='r'><x:workbookPr date1904='1'/><x:sheets>"
        "<x:sheet name='F' r:id='rId1'/></x:sheets></x:workbook>"
    )
    styles = "<styleSheet><cellXfs><xf numFmtId='14'/></cellXfs></styleSheet>"
    table = _read(by_hand(rows, "x", xl__workbook_xml=book, xl__styles_xml=styles), "x.xlsx")
    assert [(row.number, row.cells) for row in table.rows()] == [(3, ("1904-01-02",))]


def test_the_sheet_that_suits_is_read_and_the_others_are_told() -> None:
    book = workbook(
        ("Vide", []),
        ("Notice", [["Comment remplir"], ["Lisez ceci"]]),
        ("Listes", [["Finess", "Nom"], ["1", "2"]]),
        ("Dossiers", [["Dossiers en cours", None], ["Finess", "Nom"], ["790000020", "Évaux"]]),
        hidden=("Listes",),
    )

    def suits(head: tuple[str, ...]) -> float:
        return float("Finess" in head)

    table = open_table(book, "x.xlsx", suits)
    assert _cells(table) == [("790000020", "Évaux")]
    assert (
        "Dossiers" in table.format and "Notice" in table.remarks[0].message and "Listes" not in table.remarks[0].message
    )
    assert "Notice" in open_table(book, "x.xlsx").format


def test_the_real_workbook_reads_as_another_library_reads_it() -> None:
    content = read_bytes("ameli_2024_AT_CTN_NAF.xlsx")
    theirs = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()[4:]
    ours = _cells(_read(content, "ameli.xlsx"))
    assert ours == [tuple(str(int(cell)) if isinstance(cell, float) else str(cell) for cell in row) for row in theirs]


def test_a_zip_of_one_file_is_that_file() -> None:
    litter: dict[str, str | bytes] = {
        "dossier/": "",
        "__MACOSX/dossier/._a.csv": b"\0",
        "dossier/a.csv": _text().encode(),
    }
    assert _cells(_read(zipped(litter), "a.zip")) == ROWS
    assert _cells(_read(zipped({"a.xlsx": workbook(("F", [HEAD, *ROWS]))}), "a.zip")) == ROWS


def test_a_wrong_extension_is_told_and_read_by_its_content() -> None:
    table = _read(workbook(("F", [HEAD, *ROWS])), "export.csv")
    assert _cells(table) == ROWS and "extension .csv" in table.remarks[0].message
    assert "extension .xlsx" in _read(_text().encode(), "export.xlsx").remarks[0].message
    assert _read(_text().encode(), "export.TXT").remarks == ()


def test_the_real_workbook_and_the_real_export() -> None:
    table = open_table(read_bytes("ameli_2024_AT_CTN_NAF.xlsx"), "ameli.xlsx")
    assert (table.head_number, table.records, len(table.head)) == (4, 4498, 33)
    assert next(iter(table.rows())).cells[8:10] == ("1", "910")
    table = open_table(read_bytes("ANN_MS_TDP_ET_2025_01_16.CSV"), "ANN.CSV")
    assert (table.records, len(table.head), table.format) == (6, 19, "CSV\u00a0;")
    assert next(iter(table.rows())).cells[-1] == ".088900000000000000000000000"
