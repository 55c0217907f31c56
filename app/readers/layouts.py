"""What a kind of file is: its fields, how its columns are found, what one of its rows becomes.

Columns are found by their normalised names, never by their place: exports move them from year to year.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.readers import cells
from app.readers.problems import InvalidCell, Problem, Severity
from app.readers.tables import TableRow

Parse = Callable[[str], Any]
KEYS: tuple[Parse, ...] = (cells.finess, cells.siren, cells.siret)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a file may say. `label` is its title in the model; `aliases` are the titles met in real files.

    A cell that cannot be read rejects the row when the field is required, else it is left empty with a warning.
    """

    name: str
    label: str
    parse: Parse = cells.text
    aliases: tuple[str, ...] = ()
    required: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """What must be known of a whole file and is not in its columns.

    `found_in` looks for it in the name of the file, in the titles above the table, in the name of the sheet.
    """

    name: str
    label: str
    parse: Parse
    hint: str = ""
    found_in: Callable[[str], str | None] = lambda _: None


class Survey(Protocol):
    """What a first reading watches in some fields of every row, to refuse a whole file."""

    fields: tuple[str, ...]

    def see(self, values: Mapping[str, Any]) -> None:
        """Take one row into account; a field that is empty or unreadable is absent."""

    def refusal(self) -> str | None:
        """Why the file cannot be trusted, in French, or None."""


@dataclass(frozen=True)
class Layout:
    """One kind of file. `key` names the fields that tell a row from another: of two alike the last is kept.

    `needs_one_of` are groups of fields of which each row fills at least one, `needs_column_of` groups of which the
    file has at least one. `examples` are two invented rows by name of field, for the model that people download.
    `variant` tells two formats of the same kind apart. What `is_borrowed` reads a part of a file of another kind, and
    is never recognised by itself.
    """

    kind: str
    label: str
    fields: tuple[Field, ...]
    row: Callable[["Values"], Any]
    key: tuple[str, ...] = ()
    needs_one_of: tuple[tuple[str, ...], ...] = ()
    needs_column_of: tuple[tuple[str, ...], ...] = ()
    options: tuple[Option, ...] = ()
    examples: tuple[Mapping[str, str], ...] = ()
    variant: str = ""
    survey: Callable[[], Survey] | None = None
    file_names: tuple[str, ...] = ()
    is_borrowed: bool = False

    @property
    def name(self) -> str:
        """ "tdb.atih", "portfolio": what names a layout in a stored mapping."""
        return f"{self.kind}.{self.variant}" if self.variant else self.kind

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        return next((one for one in self.fields if one.name == name), None) or _unknown(name)


@dataclass
class Values:
    """One row while it is read: its values by name of field, None where nothing is written, and its problems."""

    layout: Layout
    number: int
    raw: str
    found: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        return self.found.get(name)

    def say(self, severity: Severity, name: str | None, message: str) -> None:
        """Add a problem about one field, or about the whole row."""
        column = self.layout.field(name).label if name else None
        self.problems.append(Problem(self.number, column, severity, message, self.raw))

    @property
    def is_rejected(self) -> bool:
        """True once one problem loses the row."""
        return any(problem.severity is Severity.REJECT for problem in self.problems)


@dataclass(frozen=True, slots=True)
class RowReading:
    """What became of one row: its typed row, or None when a problem of severity REJECT lost it.

    `raw` and `cells` are what was read, for the file of rejects; `key` is what tells the row from the others.
    """

    number: int
    row: Any
    problems: tuple[Problem, ...]
    raw: str = ""
    cells: tuple[str, ...] = ()
    key: tuple[Any, ...] = ()

    @property
    def is_rejected(self) -> bool:
        """True when the row is lost."""
        return self.row is None


def normalised(header: str) -> str:
    """Return what two titles of columns that read the same have in common (case, accents, apostrophes, blanks)."""
    return cells.folded(header)


def match(layout: Layout, head: Sequence[str]) -> dict[str, int]:
    """Propose the column of each field, by normalised title; the fields without column are absent."""
    columns: dict[str, int] = {}
    for rank, header in enumerate(head):
        columns.setdefault(normalised(header), rank)
    mapping: dict[str, int] = {}
    for one in layout.fields:
        names = (one.label, *one.aliases)
        found = next((columns[name] for name in map(normalised, names) if name in columns), None)
        if found is not None and found not in mapping.values():
            mapping[one.name] = found
    return mapping


def missing(layout: Layout, mapping: Mapping[str, int]) -> list[str]:
    """Return what the mapping still lacks, in words; empty when the file can be read."""
    lacking = [f"« {one.label} »" for one in layout.fields if one.required and one.name not in mapping]
    for group in (*layout.needs_one_of, *layout.needs_column_of):
        if not any(name in mapping for name in group):
            lacking.append(" ou ".join(f"« {layout.field(name).label} »" for name in group[:3]))
    return lacking


def score(layout: Layout, head: Sequence[str], file_name: str = "") -> float:
    """Return from 0 to 1 how well a head is that of a layout: under 0.5 when a required column is missing."""
    mapping = match(layout, head)
    wanted = sum(one.required for one in layout.fields) + len(layout.needs_one_of + layout.needs_column_of)
    lacking = len(missing(layout, mapping))
    if not mapping or lacking:
        return 0.4 * (wanted - lacking) / wanted if mapping and wanted else 0.0
    is_named = any(normalised(word) in normalised(file_name) for word in layout.file_names)
    return 0.5 + 0.2 * len(mapping) / len(layout.fields) + 0.2 * len(mapping) / len(head) + 0.1 * is_named


def read(
    layout: Layout,
    mapping: Mapping[str, int],
    row: TableRow,
    given: Mapping[str, Any] | None = None,
    accepted: frozenset[str] = frozenset(),
) -> RowReading:
    """Read one row. `given` holds the options of the file; `accepted`, FINESS numbers whose key a person confirmed."""
    if row.problem is not None:
        return RowReading(row.number, None, (row.problem,), row.raw, row.cells)
    values = Values(layout, row.number, row.raw, dict(given or {}))
    for one in layout.fields:
        if one.name in mapping:
            _read_cell(values, one, row.cells[mapping[one.name]], accepted)
    for group in layout.needs_one_of:
        if not values.is_rejected and all(values[name] is None for name in group):
            names = " ou ".join(f"« {layout.field(name).label} »" for name in group)
            values.say(Severity.REJECT, group[0], f"Rien dans {names} : complétez la ligne.")
    typed = None if values.is_rejected else layout.row(values)
    key = tuple([values.found.get(name) for name in layout.key])
    kept = None if values.is_rejected else typed
    return RowReading(row.number, kept, tuple(values.problems), row.raw, row.cells, key)


def parsed(one: Field, cell: str, accepted: frozenset[str] = frozenset()) -> Any:
    """Return the value of a cell, None when nothing is written. Raises InvalidCell."""
    if not cell or cell.isspace():
        return None
    return cells.finess(cell, accepted) if accepted and one.parse is cells.finess else one.parse(cell)


def _read_cell(values: Values, one: Field, cell: str, accepted: frozenset[str]) -> None:
    try:
        value = parsed(one, cell, accepted)
    except InvalidCell as why:
        is_lost = one.required or one.parse in KEYS
        end = "" if is_lost else " La cellule est lue comme vide."
        values.say(Severity.REJECT if is_lost else Severity.WARNING, one.name, f"{why}{end}")
        return
    if value is None:
        if one.required:
            values.say(Severity.REJECT, one.name, f"« {one.label} » est vide : complétez la ligne.")
        return
    values.found[one.name] = value
    if one.parse in KEYS and len(cell.strip()) < len(value):
        message = f"« {cell.strip()} » complété en « {value} » : un tableur a sans doute retiré le zéro initial."
        values.say(Severity.NOTICE, one.name, message)


def _unknown(name: str) -> Field:
    raise KeyError(name)
