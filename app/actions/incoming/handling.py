"""What a kind of file must say of itself to be brought in, and what is said of each of its rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from typing import IO, Any, Protocol

from app.models import Import
from app.permissions import Actor
from app.readers.layouts import Layout, RowReading, match, score
from app.readers.problems import Problem
from app.readers.reading import Reading, read_table
from app.readers.tables import Table, open_table
from app.readers.text import refuse
from workflows.import_run import ImportKind
from workflows.labels import LabelledEnum

UNKNOWN_STRUCTURE = "FINESS {finess} inconnu du répertoire : importez d’abord FINESS, puis ce fichier."
ELSEWHERE = "Hors du territoire de votre organisme (département {departement}) : une ligne de vos voisins reste à eux."


class Effect(LabelledEnum):
    """What a row does, or would do."""

    CREATE = "create", "Nouveau"
    UPDATE = "update", "Mise à jour"
    UNCHANGED = "unchanged", "Inchangé"
    REJECT = "reject", "Refusé"
    CONFLICT = "conflict", "En conflit"

    @property
    def is_lost(self) -> bool:
        """True when nothing of the row enters."""
        return self in (Effect.REJECT, Effect.CONFLICT)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one row does: in a few words for the preview; `reason` says why it does not enter, and what to do.

    `remark` is what to look after in a row that enters.
    """

    line: int
    effect: Effect
    summary: str = ""
    reason: str = ""
    remark: str = ""


class NotPossible(Exception):
    """The import cannot be undone; the message says what stands on it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a row of the register was before (None: it was not), and the version in which the import left it."""

    table: str
    row_id: int
    row_version: int | None = None
    before: dict[str, Any] | None = None


def kept(record: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return these columns of a record as `Change.before` keeps them: dates written out, slugs for the enumerations."""
    return as_json({name: getattr(record, name) for name in names})


def as_json(values: dict[str, Any]) -> dict[str, Any]:
    """Return values of columns as `Change.before` keeps them."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


@dataclass
class Context:
    """For whom a file is brought in, and when. `territory` None: everywhere, for the command of who runs the server."""

    import_id: int
    organisation_id: int | None
    territory: frozenset[str] | None
    actor: Actor | None
    today: date
    now: datetime
    options: dict[str, Any] = field(default_factory=dict)
    is_dry_run: bool = False
    changes: list[Change] = field(default_factory=list)

    def is_elsewhere(self, departement: str | None) -> bool:
        """Tell whether a place is another organisation's."""
        return self.territory is not None and departement not in self.territory


class Opened(Protocol):
    """A file made ready: refused as a whole, or giving what became of each of its rows."""

    @property
    def refusal(self) -> Problem | None:
        """Why the whole file is refused."""

    @property
    def records(self) -> int:
        """How many rows of data it has."""

    def results(self, after: int = 0) -> Iterator[RowReading]:
        """What became of each row whose number is above `after`."""


class Handler(Protocol):
    """One kind of file. `for_author`: each row is an act of the person who confirmed, judged as such."""

    kind: ImportKind
    layouts: tuple[Layout, ...]
    for_author: bool
    in_one_batch: bool
    """Rows only have a meaning together: such files are small."""
    has_removals: bool
    """A list that is complete also takes out who is not in it, if the person says so."""
    duty: str
    """What the person who brings these files in owes to others, said before confirming."""

    def open(self, stream: IO[bytes], import_: Import) -> Opened:
        """Return the file ready to be read, its columns mapped as the person said."""

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each of these rows does, one verdict each; and do it, unless the context is a dry run."""

    def remarks(self, import_: Import) -> list[str]:
        """What is to be said of every file of this kind and layout."""

    def finish(self, opened: Opened, context: Context, rejected: int) -> list[str]:
        """Do what can only be done once all the rows have been treated; return what is to be said of it."""

    def count_contracts(self, opened: Opened) -> int:
        """Of how many establishments the file also tells the contract (CPOM), which another import may take."""


class UsualHandler:
    """What most kinds say of themselves."""

    kind: ImportKind
    layouts: tuple[Layout, ...] = ()
    for_author = False
    in_one_batch = False
    has_removals = False
    duty = ""

    def remarks(self, import_: Import) -> list[str]:
        """Nothing, for most kinds."""
        return []

    def finish(self, opened: Opened, context: Context, rejected: int) -> list[str]:
        """Nothing remains to be done."""
        return []

    def count_contracts(self, opened: Opened) -> int:
        """None, but in a « tableau de bord »."""
        return 0


class TableHandler(UsualHandler):
    """A kind that is read by a layout. `most_rows`: a longer file is refused, with `too_long` to say so."""

    most_rows: int | None = None
    too_long = ""

    def open(self, stream: IO[bytes], import_: Import) -> Reading:
        """Return the file read by the layout and the columns that were agreed upon."""
        layout = layout_of(self.layouts, import_)
        table = open_table(stream, import_.file_name, lambda head: score(layout, head))
        given = {option.name: str(import_.options.get(option.name) or "") for option in layout.options}
        reading = read_table(table, layout, import_.mapping, given)
        is_too_long = self.most_rows is not None and reading.records > self.most_rows
        return replace(reading, refusal=refuse(self.too_long)) if is_too_long else reading


def layout_of(layouts: Sequence[Layout], import_: Import) -> Layout:
    """Return the layout of a kind by which an import is read: the one chosen when it was received."""
    named = {layout.name: layout for layout in layouts}
    return named.get(str(import_.options.get("layout")), layouts[0])


def best_layout(handler: Handler, head: Sequence[str], file_name: str = "") -> tuple[Layout, float]:
    """Return the layout of a kind that suits a head best, and how well, from 0 to 1."""
    scores = [(score(layout, head, file_name), -rank, layout) for rank, layout in enumerate(handler.layouts)]
    found, _, layout = max(scores, key=lambda one: one[:2])
    return layout, found


def open_unknown(stream: IO[bytes], file_name: str, layouts: Sequence[Layout]) -> Table:
    """Return a file surveyed when its layout is still to be found among these."""
    return open_table(stream, file_name, lambda head: max((score(layout, head) for layout in layouts), default=0.0))


def propose(layout: Layout, head: Sequence[str], kept: dict[str, str]) -> dict[str, int]:
    """Return the column of each field: as the organisation said last time, else by the titles."""
    places = {name: rank for rank, name in enumerate(head)}
    known = {field: places[name] for field, name in kept.items() if name in places}
    proposed = {
        field: rank for field, rank in match(layout, head).items() if field not in known and rank not in known.values()
    }
    return known | proposed
