"""FINESS+, the daily JSON file: the same rows as the former files, entity first, then its open structures.

Shape: `pmej` is a list of legal entities (`informationsGeneralesPMEJ`, `adresse`, `contact`), each with its structures
(`ege`). Only what is used is required. The first published schema writes `informationsGeneralesPmej` and codes as
objects: both are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any

from app.readers.finess_cells import parse_day
from app.readers.finess_keys import InvalidKey, normalise_finess
from app.readers.finess_plus_records import EGE, PMEJ, Row, entity_row, is_open, structure_row_of
from app.readers.finess_rows import LegalEntityRow, StructureRow
from app.readers.json_stream import BrokenJson, top_level
from app.readers.problems import Problem, Severity
from app.readers.text import as_stream, refuse

Found = LegalEntityRow | StructureRow | Problem
NOT_FINESS = "Ce fichier JSON n’est pas un fichier FINESS+ : il doit contenir la liste « pmej » des entités juridiques."
DAMAGED = "Le fichier FINESS+ est abîmé ou incomplet : téléchargez-le à nouveau, puis recommencez."


@dataclass
class FinessPlusReading:
    """A FINESS+ file, surveyed and ready to give its rows.

    `records` counts legal entities and open structures: each becomes one row or one problem of severity REJECT. Their
    rank in the file, from 1, stands for the line. `last_rank_of` holds only the numbers met several times.
    """

    stream: IO[bytes]
    accepted: frozenset[str] = frozenset()
    refusal: Problem | None = None
    extracted_on: date | None = None
    records: int = 0
    closed: int = 0
    last_rank_of: dict[str, int] = field(default_factory=dict)
    encoding: str = "utf-8"

    def results(self) -> Iterator[Found]:
        """Problems and rows in the order of the file, the problems of a record before its row."""
        if self.refusal is not None:
            yield self.refusal
            return
        if self.closed:
            message = f"{self.closed} établissement(s) fermé(s) ne sont pas repris."
            yield Problem(0, None, Severity.NOTICE, message)
        for rank, record, entity in _records(self.stream):
            yield from self._results_of(rank, record, entity)

    def _results_of(self, rank: int, record: Any, entity: Any) -> Iterator[Found]:
        found = _row(rank, record, entity, self.accepted)
        if isinstance(found, Problem):
            yield found
            return
        row, problems = found
        last = self.last_rank_of.get(row.finess, rank)
        if last != rank:
            message = f"Le numéro {row.finess} revient plus loin dans le fichier, où il est retenu."
            yield Problem(rank, "numFiness", Severity.REJECT, message, row.finess)
            return
        yield from problems
        yield row


def read_finess_plus(source: bytes | IO[bytes], accepted: frozenset[str] = frozenset()) -> FinessPlusReading:
    """Survey a FINESS+ file (JSON, in gzip or not) and make it ready to give its rows. Never raises on any content."""
    reading = FinessPlusReading(as_stream(source), accepted)
    seen: set[str] = set()
    try:
        for name, value in top_level(reading.stream, "pmej"):
            if name == "generatedAt":
                reading.extracted_on = parse_day(str(value)[:10])
            elif name == "pmej":
                _survey(reading, value, seen)
    except BrokenJson:
        reading.refusal = refuse(DAMAGED)
    if reading.refusal is None and not reading.records:
        reading.refusal = refuse(NOT_FINESS)
    return reading


def is_finess_plus(stream: IO[bytes]) -> bool:
    """Tell from the first bytes whether a file should be read here rather than as a table: JSON, or JSON in gzip."""
    stream.seek(0)
    start = stream.read(64)
    stream.seek(0)
    return start.startswith(b"\x1f\x8b") or start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _row(rank: int, record: Any, entity: Any, accepted: frozenset[str]) -> Row | Problem:
    """What becomes of a record: a structure when it has an entity, else an entity itself."""
    if entity is None:
        return entity_row(rank, record, accepted)
    return structure_row_of(rank, record, entity, accepted)


def _survey(reading: FinessPlusReading, entity: Any, seen: set[str]) -> None:
    for record, parent in _with_structures(entity):
        reading.records += 1
        number = _number_of(record)
        found = _row(0, record, parent, reading.accepted) if number in seen else None
        if found is not None and not isinstance(found, Problem):
            reading.last_rank_of[found[0].finess] = reading.records
        seen.add(number)
    if isinstance(entity, dict):
        structures = entity.get("ege")
        if isinstance(structures, list):
            reading.closed += sum(not is_open(one) for one in structures)


def _records(stream: IO[bytes]) -> Iterator[tuple[int, Any, Any]]:
    """(rank, record, None or the entity it belongs to) of each legal entity and each open structure."""
    rank = 0
    for name, entity in top_level(stream, "pmej"):
        if name != "pmej":
            continue
        for record, parent in _with_structures(entity):
            rank += 1
            yield rank, record, parent


def _with_structures(entity: Any) -> Iterator[tuple[Any, Any]]:
    yield entity, None
    structures = entity.get("ege") if isinstance(entity, dict) else None
    if isinstance(structures, list):
        yield from ((one, entity) for one in structures if is_open(one))


def _number_of(record: Any) -> str:
    """The number as written, to know whether it comes back; empty for what has none."""
    if not isinstance(record, dict):
        return ""
    general = [record[name] for name in (*PMEJ, *EGE) if isinstance(record.get(name), dict)]
    found: dict[str, Any] = general[0] if general else {}
    try:
        return normalise_finess(str(found.get("numFinessPm") or found.get("numFinessEge") or ""))
    except InvalidKey:
        return ""
