"""Workbooks as spreadsheets write them, and some that no spreadsheet would."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(*sheets: tuple[str, Sequence[Sequence[Any]]], hidden: tuple[str, ...] = ()) -> bytes:
    """A workbook made by a real library: numbers as numbers, dates as dates, « = » as formulas."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, column, value, day)
                    elif value is not None:
                        sheet.write(number, column, value)
    return buffer.getvalue()


def by_hand(rows: str, prefix: str = "", **parts: str | bytes) -> bytes:
    """A workbook of one sheet, « Feuil1 », whose rows are written in XML; `parts` replaces whole parts."""
    colon = f"{prefix}:" if prefix else ""
    space = f"xmlns{':' + prefix if prefix else ''}='{MAIN}'"
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{RELATIONS}'>"
        "<sheets><sheet name='Feuil1' sheetId='1' r:id='rId1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        f"<Relationship Id='rId1' Type='{RELATIONS}/worksheet' Target='worksheets/sheet1.xml'/>"
        f"<Relationship Id='rId2' Type='{RELATIONS}/styles' Target='styles.xml'/></Relationships>",
        "xl/worksheets/sheet1.xml": f"<{colon}worksheet {space}><{colon}sheetData>{rows}</{colon}sheetData>"
        f"</{colon}worksheet>",
    }
    content |= {name.replace("__", "/").replace("_xml", ".xml"): value for name, value in parts.items()}
    return zipped(content)


def zipped(content: dict[str, str | bytes]) -> bytes:
    """A ZIP of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in content.items():
            archive.writestr(name, value)
    return buffer.getvalue()


def locked(archive: bytes) -> bytes:
    """The same ZIP, each of its entries marked as encrypted."""
    content = bytearray(archive)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1
            start = content.find(mark, start + 4)
    return bytes(content)
