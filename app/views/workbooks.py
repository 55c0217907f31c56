"""A list as a workbook: what the page shows, and a sheet that says which filters made it."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from flask import Response

from app import access_log, auth, clock
from app.clock import PARIS
from app.permissions import Actor
from app.views.headers import ATTACHMENT_POLICY

MOST_ROWS = 20_000
"""A workbook is read by a person: a list that grows without end gives its last rows, and says so."""
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


Told = Sequence[tuple[str, str]]


def list_response(
    name: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    filters: Mapping[str, Any] | None = None,
    told: Told = (),
) -> Response:
    """Return a list of the application as a workbook, and leave its trace: `filters` for the journal, `told` in words.

    The one way out for every list: the view gives what its page shows, already judged and masked.
    """
    table = list(rows)
    if len(table) > MOST_ROWS:
        table, told = table[:MOST_ROWS], [*told, ("Limite", f"les {MOST_ROWS} premières lignes")]
    access_log.note_export(filters or {}, len(table))
    return workbook_response(name, head, table, told, actor=auth.acting(), now=clock.now())


def in_words(active: Iterable[tuple[str, str]], q: str = "") -> Told:
    """Return the filters in place (label, address without it) and the search, for the sheet of filters."""
    return [*((label, "") for label, _ in active), *([("Recherche", q)] if q else [])]


def workbook_response(
    name: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    filters: Sequence[tuple[str, str]],
    *,
    actor: Actor,
    now: datetime,
) -> Response:
    """Return the workbook as a download; texts are written as texts, so that no cell is ever a formula."""
    data = workbook(head, rows, [*_provenance(actor, now), *filters])
    response = Response(data, mimetype=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{now.astimezone(PARIS):%Y-%m-%d}.xlsx"'
    response.headers["Content-Security-Policy"] = ATTACHMENT_POLICY
    return response


def _provenance(actor: Actor, now: datetime) -> list[tuple[str, str]]:
    instant = f"{now.astimezone(PARIS):%d/%m/%Y à %H:%M}"
    return [("Extrait le", instant), ("Par", f"{actor.name}, {actor.organisation_name}"), ("Filtres", "")]


def workbook(head: Sequence[str], rows: Iterable[Sequence[Any]], facts: Sequence[tuple[str, str]]) -> bytes:
    """Return an XLSX of two sheets: the list, and the facts about it."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet("Liste")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, head, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, day)
        sheet.autofit(300)
        about = book.add_worksheet("Filtres")
        about.set_column(0, 1, 45)
        for number, fact in enumerate(facts):
            about.write_row(number, 0, [harmless(text) for text in fact])
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif value:
        sheet.write_string(row, column, harmless(str(value)))


def harmless(text: str) -> str:
    """Neutralise what a spreadsheet would read as a formula if the file were turned into CSV."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
