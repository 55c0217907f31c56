"""What is no table is refused at once, in words that say what to do; a hostile file costs nothing."""

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.readers.problems import Severity
from app.readers.tables import open_table, table
from tests import files
from tests.readers.workbooks import by_hand, locked, workbook, zipped

ROW = "<row><c t='str'><v>a</v></c></row><row><c><v>1</v></c></row>"
BOOK = by_hand(ROW)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
BOMB = by_hand(ROW, xl__worksheets__sheet1_xml=b"<worksheet>" + b" " * 60_000_000 + b"</worksheet>")
LAUGHS = "<!DOCTYPE w [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><worksheet><sheetData>&b;</sheetData></worksheet>"

REFUSED = [
    ("vide.csv", b"", "vide"),
    ("blancs.csv", b" \n \n", "vide"),
    ("titres.csv", b"a;b;c\n", "titres"),
    ("titres.xlsx", workbook(("F", [["a", "b"]])), "titres"),
    ("nombres.csv", b"1;2;3\n4;5;6\n", "Aucune ligne ne nomme"),
    ("image.csv", files.PNG, "pas du texte"),
    ("document.pdf", files.PDF, "PDF"),
    ("ancien.xls", OLE, "ancien format"),
    ("protege.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
    ("texte.docx", files.DOCX, "Word"),
    ("libre.ods", files.ODS, "LibreOffice"),
    ("binaire.xlsb", zipped({"xl/workbook.bin": b"x"}), ".xlsb"),
    ("page.xls", b"<html><table><tr><td>a", "page web"),
    ("objets.csv", b' {"a": 1}', "JSON"),
    ("compresse.csv", b"\x1f\x8b\x08" + bytes(50), "gzip"),
    ("large.csv", (";".join(f"c{n}" for n in range(1_000_000)) + "\n1;2\n").encode(), "caractères"),
    ("assez_large.csv", (";".join(f"c{n}" for n in range(2_001)) + "\n1;2\n").encode(), "2000 colonnes"),
    ("large.xlsx", by_hand(f"{ROW}<row><c r='XFD3'><v>1</v></c></row>"), "2000 colonnes"),
    ("sans_fin.csv", b"a" * 3_000_000, "caractères"),
    ("vide.zip", zipped({}), "vide"),
    ("dossier.zip", zipped({"d/": ""}), "vide"),
    ("deux.zip", zipped({"a.csv": "a;b", "b.csv": "a;b"}), "2 fichiers"),
    ("zip.zip", zipped({"a.zip": zipped({"a.csv": "a;b\n1;2\n"})}), "en contient une autre"),
    ("pdf.zip", zipped({"a.pdf": files.PDF}), "PDF"),
    ("protege.zip", locked(zipped({"a.csv": "a;b\n1;2\n"})), "mot de passe"),
    ("protege2.xlsx", locked(BOOK), "mot de passe"),
    ("coupe.zip", zipped({"a.csv": "a;b\n1;2\n"})[:-30], "abîmée"),
    ("bombe.zip", zipped({"a.csv": b"0;" * 40_000_000}), "trop"),
    ("bombe.xlsx", BOMB, "trop"),
    ("rires.xlsx", by_hand("", xl__worksheets__sheet1_xml=LAUGHS), "abîmée"),
    ("coupe.xlsx", by_hand("", xl__worksheets__sheet1_xml="<worksheet><sheetData><row><c"), "abîmée"),
    ("sans_feuille.xlsx", by_hand("", xl__workbook_xml="<workbook/>"), "abîmée"),
    ("vide.xlsx", by_hand(""), "vide"),
    ("balise.xlsx", by_hand(f"<row a='{'x' * 4_000_000}'/>"), "trop lourd"),
    ("cellule.xlsx", by_hand(f"<row><c t='str'><v>{'xy' * 100_000}</v></c></row>"), "trop lourd"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "word"), REFUSED, ids=[case[0] for case in REFUSED])
def test_each_is_refused_in_words_and_gives_no_row(name: str, content: bytes, word: str) -> None:
    found = open_table(io.BytesIO(content), name)
    assert found.refusal is not None and found.refusal.severity is Severity.REJECT
    assert word in found.refusal.message and found.refusal.message.endswith((".", ")."))
    assert list(found.rows()) == [] and found.records == 0


def test_a_file_beyond_the_limit_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LARGEST", 10)
    found = open_table(b"a;b\n1;2\n3;4\n", "x.csv")
    assert found.refusal and "200" in found.refusal.message


def test_two_cells_far_apart_cost_two_cells() -> None:
    """A reader that allots the rectangle between them would ask for half a terabyte."""
    tracemalloc.start()
    found = open_table(by_hand(f"{ROW}<row r='1048576'><c r='BXX1048576'><v>1</v></c></row>"), "x.xlsx")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.records, peak < 5_000_000) == (2, True)
    assert [row.problem is None for row in found.rows()] == [True, False]


def test_bad_lines_in_the_middle_are_kept_with_their_reason() -> None:
    content = b"a;b\n1;2\n" + b"x" * 200_000 + b"\n\0;3\n4;5\n"
    problems = [row.problem and row.problem.message for row in open_table(content, "x.csv").rows()]
    assert [bool(problem) for problem in problems] == [False, True, True, False]
    assert "caractères" in str(problems[1]) and "nuls" in str(problems[2])


def _check(content: bytes) -> None:
    found = open_table(content, "fichier.csv")
    rows = list(found.rows())
    assert len(rows) == found.records and all(len(row.cells) == len(found.head) for row in rows)
    assert [row.number for row in rows] == sorted({row.number for row in rows})
    assert found.refusal is not None or found.records


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from(';,\t"\n\r\0ab1'), max_size=400)
DAMAGED = st.builds(
    lambda noise, place, good: good[:place] + noise + good[place:],
    st.binary(max_size=30), st.integers(0, 700), st.sampled_from([BOOK, zipped({"a.csv": "a;b\n1;2\n"})]),
)  # fmt: skip


@settings(deadline=None)
@given(st.binary(max_size=500) | TEXTS.map(str.encode) | DAMAGED | TEXTS.map(lambda text: f"a;b\n{text}".encode()))
def test_whatever_the_bytes_nothing_raises_and_no_row_is_lost(content: bytes) -> None:
    _check(content)


@pytest.mark.parametrize("rows", [20_000, pytest.param(200_000, marks=pytest.mark.long)])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "grand.csv"
    path.write_bytes(b"a;b;c\n" + b"".join(b"%d;%s;x\n" % (number, b"y" * 80) for number in range(rows)))
    with path.open("rb") as stream:
        tracemalloc.start()
        assert sum(1 for _ in open_table(stream, path.name).rows()) == rows
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 1_000_000
