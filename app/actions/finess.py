"""Bringing a FINESS file into the register of employers and structures, batch by batch."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, select, text, update

from app.actions.finess_values import Values, employer_values, found_by, provisional_employer, structure_values
from app.actions.places import place_again
from app.extensions import db
from app.models import Employer, Structure
from app.readers.finess import FinessReading, LegalEntityRow, Problem, Severity, StructureRow
from app.readers.finess_plus import FinessPlusReading

BATCH = 5_000
IMPORT_LOCK = 0x46494E45
"""Key of PostgreSQL's advisory lock: two imports at once take turns, batch by batch."""

EMPLOYERS: Table = Employer.__table__  # type: ignore[assignment]
STRUCTURES: Table = Structure.__table__  # type: ignore[assignment]
KEPT_IF_ABSENT = frozenset({"siren", "siret", "naf", "legal_status", "departement", "opened_on"})
"""What a file that leaves it empty does not erase: somebody may have completed it."""
DECIDED = ("sector", "civil_service_branch", "scheme")

Row = LegalEntityRow | StructureRow
Record = Mapping[str, Any]


@dataclass
class Tally:
    """What became of the records so far: `read` is the sum of the next four."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    remarks: int = 0
    provisional: set[str] = field(default_factory=set)
    """Numbers of the legal entities that a file of structures named and nobody knew."""

    def note(self, problem: Problem) -> None:
        """Count a problem: a refused record, or a remark on one that is kept."""
        is_reject = problem.severity is Severity.REJECT
        self.read += is_reject
        self.rejected += is_reject
        self.remarks += not is_reject


@dataclass
class Changes:
    """What a batch would write to one table."""

    table: Table
    created: list[Values] = field(default_factory=list)
    updated: list[Values] = field(default_factory=list)
    """Each with `key`, the number of the record, beside all its values."""
    moved: list[int] = field(default_factory=list)
    """Numbers of the records whose département changes."""
    before: dict[int, Values] = field(default_factory=dict)
    """What each updated record was where it differs, its version with it, by its number."""


def import_in_batches(
    reading: FinessReading | FinessPlusReading,
    *,
    is_dry_run: bool = False,
    on_problem: Callable[[Problem], None] = lambda problem: None,
) -> Iterator[Tally]:
    """Bring the records of an accepted reading in, and yield the same tally after each batch.

    The caller commits at each yield: a batch is whole or absent, and running again finishes the work. A dry
    run only reads. Nothing a person decided or completed is replaced: see `employer_changes`.
    """
    tally = Tally()
    rows: list[Row] = []
    for result in reading.results():
        if isinstance(result, Problem):
            tally.note(result)
            on_problem(result)
            continue
        rows.append(result)
        if len(rows) == BATCH:
            _import(rows, tally, is_dry_run, on_problem)
            rows = []
            yield tally
    _import(rows, tally, is_dry_run, on_problem)
    yield tally


def refresh_statistics() -> None:
    """Tell the database what its tables now hold: without it the first lists after a large import are slow."""
    db.session.execute(text("ANALYZE"))


def _import(rows: Sequence[Row], tally: Tally, is_dry_run: bool, on_problem: Callable[[Problem], None]) -> None:
    done = import_rows(rows, is_dry_run=is_dry_run)
    for problem in done.refused:
        tally.note(problem)
        on_problem(problem)
    tally.provisional.update(done.provisional)
    _count(tally, done, len(rows) - len(done.refused))


@dataclass(frozen=True)
class Done:
    """What a batch wrote, or would write, table by table; `provisional`: unknown entities that structures named."""

    changes: list[Changes]
    refused: list[Problem]
    provisional: list[str]

    @property
    def created(self) -> list[Values]:
        return [values for changes in self.changes for values in changes.created]

    @property
    def updated(self) -> list[Values]:
        return [values for changes in self.changes for values in changes.updated]


def import_rows(rows: Sequence[Row], *, is_dry_run: bool) -> Done:
    """Bring one batch in, entities before structures where a file mixes them. The caller commits."""
    entities = [row for row in rows if isinstance(row, LegalEntityRow)]
    structures = [row for row in rows if isinstance(row, StructureRow)]
    if entities and structures:
        one, other = (import_rows(part, is_dry_run=is_dry_run) for part in (entities, structures))
        return Done(one.changes + other.changes, one.refused + other.refused, one.provisional + other.provisional)
    if not is_dry_run:
        _take_turn()
    owners, unknown = _owners(structures, is_dry_run)
    found = [employer_values(row) for row in entities]
    found += [structure_values(row, owners.get(row.legal_entity_finess)) for row in structures]
    given = [values for values in found if not isinstance(values, Problem)]
    table, compare = (EMPLOYERS, employer_changes) if entities else (STRUCTURES, changed_values)
    changes = _compare(table, given, compare)
    if not is_dry_run:
        _write(table, changes)
        place_again(changes.moved if table is STRUCTURES else ())
    return Done([changes], [problem for problem in found if isinstance(problem, Problem)], unknown)


def _take_turn() -> None:
    """Wait for another import to finish its batch; SQLite's writers already wait for one another."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))


def _owners(rows: Sequence[StructureRow], is_dry_run: bool) -> tuple[dict[str, int], list[str]]:
    """Return the employer of each number, after creating those that nobody knows yet, and which these were."""
    numbers = {row.legal_entity_finess for row in rows}
    owners = _employer_ids(numbers)
    unknown = sorted(numbers - owners.keys())
    if is_dry_run or not unknown:
        return owners, unknown
    db.session.execute(insert(EMPLOYERS), [provisional_employer(finess) for finess in unknown])
    return _employer_ids(numbers), unknown


def _employer_ids(numbers: Iterable[str]) -> dict[str, int]:
    known = select(EMPLOYERS.c.finess, EMPLOYERS.c.id).where(EMPLOYERS.c.finess.in_(numbers))
    return {finess: employer_id for finess, employer_id in db.session.execute(known)}


def _compare(table: Table, given: Sequence[Values], compare: Callable[[Record, Values], Values]) -> Changes:
    """Compare a batch with the records of the same numbers, fetched at once, and again under lock if they differ."""
    known = _known(table, [values["finess"] for values in given])
    differing = [v for v in given if v["finess"] not in known or compare(known[v["finess"]], v)]
    locked = _known(table, [v["finess"] for v in differing if v["finess"] in known], lock=True)
    changes = Changes(table, [{**v, "search_key": found_by(v)} for v in differing if v["finess"] not in known])
    for values in differing:
        record = locked.get(values["finess"])
        if record and (different := compare(record, values)):
            merged = {name: record[name] for name in values} | different
            changes.updated.append(merged | {"search_key": found_by(merged), "key": record["id"]})
            changes.moved += [record["id"]] if "departement" in different else []
            changes.before[record["id"]] = {name: record[name] for name in (*different, "search_key", "version")}
    return changes


def _known(table: Table, numbers: Sequence[str], *, lock: bool = False) -> dict[str, Record]:
    if not numbers:
        return {}
    statement = select(table).where(table.c.finess.in_(numbers))
    rows = db.session.execute(statement.with_for_update() if lock else statement).mappings()
    return {row["finess"]: dict(row) for row in rows}


def changed_values(record: Record, values: Values) -> Values:
    """Return the values that differ from the record; a key that the file leaves empty erases nothing."""
    return {
        name: value
        for name, value in values.items()
        if value != record[name] and not (value is None and name in KEPT_IF_ABSENT)
    }


def employer_changes(record: Record, values: Values) -> Values:
    """Return what the file changes of an employer, without touching what a person decided.

    A confirmed sector stays, with its branch and scheme; a known scheme stays unless the sector changes.
    """
    changes = changed_values(record, values)
    kept: tuple[str, ...]
    if values["legal_status"] is None:
        kept = DECIDED  # without a status the file says nothing of the sector
    elif record["sector_confirmed_on"]:
        kept = DECIDED if record["scheme"] else DECIDED[:2]
    else:
        kept = ("scheme",) if record["scheme"] and "sector" not in changes else ()
    return {name: value for name, value in changes.items() if name not in kept}


def _count(tally: Tally, done: Done, given: int) -> None:
    created, updated = len(done.created), len(done.updated)
    tally.read += given
    tally.created += created
    tally.updated += updated
    tally.unchanged += given - created - updated


def _write(table: Table, changes: Changes) -> None:
    if changes.created:
        db.session.execute(insert(table), changes.created)
    if changes.updated:
        columns: Values = {name: bindparam(name) for name in changes.updated[0] if name != "key"}
        statement = update(table).where(table.c.id == bindparam("key"))
        db.session.execute(statement.values(version=table.c.version + 1, **columns), changes.updated)
