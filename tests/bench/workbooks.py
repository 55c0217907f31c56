"""A workbook read whole, beside the bare reading of the same sheet by the parser of XML."""

import io
from collections.abc import Iterator
from xml.parsers import expat
from zipfile import ZipFile

import xlsxwriter

from app.readers.tables.table import open_table
from tests.bench.report import Finding, compared, thousands
from tests.bench.timing import in_turn, ratio

COLUMNS = 12


def measure(rows: int, rounds: int) -> Iterator[Finding]:
    """Read every cell as an import does, checks included; then let expat walk through the same bytes for nothing."""
    content = _workbook(rows)

    def ours() -> None:
        table = open_table(io.BytesIO(content), "suivi.xlsx")
        assert table.refusal is None and sum(1 for _ in table.rows()) == rows

    def bare() -> None:
        with ZipFile(io.BytesIO(content)) as archive:
            for name in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
                expat.ParserCreate().Parse(archive.read(name), True)

    spent, floor = in_turn(rounds, ours, bare, warm_up=min(rounds, 1))
    yield compared(
        f"la lecture d’un classeur de {thousands(rows)} lignes et {COLUMNS} colonnes, contrôles compris, contre le "
        "parcours à vide du même XML",
        ratio(spent, floor),
    )


def _workbook(rows: int) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("Suivi")
    sheet.write_row(0, 0, [f"Colonne {number}" for number in range(COLUMNS)])
    for row in range(1, rows + 1):
        words = [f"Association {row}", f"79{row:07d}", "Contacté", "12/03/2026"]
        sheet.write_row(row, 0, [*words, *(row * place / 7 for place in range(COLUMNS - len(words)))])
    book.close()
    return target.getvalue()
