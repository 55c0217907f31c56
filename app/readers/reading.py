"""A whole file read by its layout: every row of data becomes one typed row or one rejection, none is lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.readers.layouts import Field, Layout, RowReading, match, missing, parsed, read
from app.readers.problems import InvalidCell, Problem, Severity
from app.readers.tables import Table, TableRow
from app.readers.text import refuse

Columns = tuple[tuple[Field, int], ...]


@dataclass(frozen=True)
class Reading:
    """A file surveyed and ready: refused as a whole, or giving one result for each row of data.

    `last_line_of` holds only the keys met several times, with the last line that carries each.
    """

    table: Table
    layout: Layout
    mapping: Mapping[str, int] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()
    refusal: Problem | None = None
    last_line_of: Mapping[tuple[Any, ...], int] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """How many rows of data the file has, whatever becomes of them."""
        return 0 if self.refusal else self.table.records

    def results(self, after: int = 0) -> Iterator[RowReading]:
        """The result of each row whose number is above `after`, in order; a key is given once, by its last row."""
        if self.refusal is not None:
            return
        for row in self.table.rows(after):
            yield self._result(row)

    def _result(self, row: TableRow) -> RowReading:
        found = read(self.layout, self.mapping, row, self.given, self.accepted)
        last = self.last_line_of.get(found.key, row.number)
        if found.row is None or last == row.number:
            return found
        message = f"Cette ligne revient ligne {last}, qui est retenue : vérifiez laquelle est juste."
        superseded = Problem(row.number, None, Severity.REJECT, message, row.raw)
        return replace(found, row=None, problems=(*found.problems, superseded))


def read_table(
    table: Table,
    layout: Layout,
    mapping: Mapping[str, int] | None = None,
    options: Mapping[str, str] | None = None,
    accepted: frozenset[str] = frozenset(),
) -> Reading:
    """Survey a table once by its layout and make it ready to give its rows. Never raises on any content.

    `mapping` is the column of each field (proposed by `match` when None); `options` are what a person answered, as
    text; `accepted` are the FINESS numbers whose wrong key an administrator confirmed.
    """
    mapping = match(layout, table.head) if mapping is None else mapping
    given, unanswered = options_of(layout, table, options or {})
    reading = Reading(table, layout, mapping, given, accepted)
    if refusal := table.refusal or _refusal(reading, unanswered):
        return replace(reading, refusal=refusal)
    return _surveyed(reading)


def options_of(layout: Layout, table: Table, options: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return the options by name, from what was answered else from what surrounds the rows, and what is unknown."""
    given: dict[str, Any] = {}
    unanswered = []
    for option in layout.options:
        around = (table.file_name, *table.titles, table.format)
        text = options.get(option.name) or next(filter(None, map(option.found_in, around)), "")
        try:
            given[option.name] = option.parse(text)
        except InvalidCell as why:
            unanswered.append(str(why) if text else f"« {option.label} » n’est pas dans le fichier : précisez-la.")
    return given, unanswered


def _refusal(reading: Reading, unanswered: list[str]) -> Problem | None:
    if lacking := missing(reading.layout, reading.mapping):
        several = "Des colonnes manquent" if len(lacking) > 1 else "Une colonne manque"
        return refuse(f"{several} : {', '.join(lacking)}. Désignez-les parmi celles du fichier, ou ajoutez-les.")
    wide = len(reading.table.head)
    if any(not 0 <= column < wide for column in reading.mapping.values()):
        return refuse("Les colonnes désignées ne sont pas dans ce fichier : désignez-les à nouveau.")
    return refuse(" ".join(unanswered)) if unanswered else None


def _surveyed(reading: Reading) -> Reading:
    """The first reading: keys that come back, and what makes the whole file doubtful."""
    layout = reading.layout
    survey = layout.survey() if layout.survey else None
    seen: set[int] = set()
    last_line_of: dict[tuple[Any, ...], int] = {}
    if not layout.key and survey is None:
        return reading
    watched, telling = _columns(reading, survey.fields if survey else ()), _columns(reading, layout.key)
    for row in reading.table.rows():
        if row.problem is not None:
            continue
        if survey is not None:
            survey.see(_some_values(row, watched, reading.accepted))
        values = {**reading.given, **_some_values(row, telling, reading.accepted)}
        key = tuple([values.get(name) for name in layout.key])
        if key.count(None) == len(key):
            continue
        if hash(key) not in seen:
            seen.add(hash(key))
        elif read(layout, reading.mapping, row, reading.given, reading.accepted).row is not None:
            # Only a row that will be kept may replace an earlier one.
            last_line_of[key] = row.number
    why = survey.refusal() if survey else None
    return replace(reading, last_line_of=last_line_of, refusal=refuse(why) if why else None)


def _columns(reading: Reading, names: tuple[str, ...]) -> Columns:
    return tuple((reading.layout.field(name), reading.mapping[name]) for name in names if name in reading.mapping)


def _some_values(row: TableRow, columns: Columns, accepted: frozenset[str]) -> dict[str, Any]:
    found = {}
    for one, column in columns:
        try:
            value = parsed(one, row.cells[column], accepted)
        except InvalidCell:
            continue
        if value is not None:
            found[one.name] = value
    return found
