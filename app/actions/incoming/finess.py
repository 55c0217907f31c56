"""The directory of legal entities and establishments: the same writing as the command's, for one's own départements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from sqlalchemy import Table, select

from app.actions.finess import EMPLOYERS, Done, Row, import_rows
from app.actions.incoming.handling import ELSEWHERE, Change, Context, Effect, UsualHandler, Verdict, as_json
from app.actions.incoming.register import texts
from app.extensions import db
from app.models import Employer, Import, Structure
from app.readers.finess import FinessReading, LegalEntityRow, read_finess
from app.readers.finess_plus import FinessPlusReading, is_finess_plus, read_finess_plus
from app.readers.layouts import RowReading
from app.readers.problems import Problem, Severity
from workflows.import_run import ImportKind


@dataclass(frozen=True)
class OpenedFiness:
    """A FINESS file, giving one result for each of its records."""

    reading: FinessReading | FinessPlusReading

    @property
    def refusal(self) -> Problem | None:
        return self.reading.refusal

    @property
    def records(self) -> int:
        return self.reading.records

    def results(self, after: int = 0) -> Iterator[RowReading]:
        """What became of each record after a line, the remarks on it with it."""
        told: list[Problem] = []
        for result in self.reading.results():
            if not isinstance(result, Problem):
                number, row = result.line, result
                raw = told[-1].raw if told else ""
            elif result.severity is Severity.REJECT:
                number, row, raw = result.line, None, result.raw
                told.append(result)
            else:
                told += [result] if result.line else []
                continue
            if number > after:
                yield RowReading(number, row, tuple(told), raw)
            told = []


def read_directory(stream: IO[bytes]) -> FinessReading | FinessPlusReading:
    """Return a file of the directory surveyed, in the former formats or in the daily one (FINESS+)."""
    return read_finess_plus(stream) if is_finess_plus(stream) else read_finess(stream)


class FinessHandler(UsualHandler):
    """Records of legal entities (cs1100501), of establishments (cs1100502, cs1100507), or of both (FINESS+)."""

    kind = ImportKind.FINESS

    def refusal(self, stream: IO[bytes]) -> str | None:
        """Return why a file is not one of the directory, or None."""
        refusal = read_directory(stream).refusal
        return refusal.message if refusal else None

    def open(self, stream: IO[bytes], import_: Import) -> OpenedFiness:
        """Return the file surveyed."""
        return OpenedFiness(read_directory(stream))

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each record does, and do it unless the context is a dry run."""
        here, verdicts = _sorted_out(rows, context)
        done = import_rows([reading.row for reading in here], is_dry_run=context.is_dry_run) if here else None
        if done is None:
            return verdicts
        refused = {problem.line: problem.message for problem in done.refused}
        created = {values["finess"] for values in done.created}
        updated = {values["finess"] for values in done.updated}
        if not context.is_dry_run:
            context.changes += _kept(done)
        for reading in here:
            row: Row = reading.row
            shown = f"{row.finess} {row.name}"
            if reading.number in refused:
                verdicts.append(Verdict(reading.number, Effect.REJECT, shown, refused[reading.number]))
                continue
            effect = Effect.CREATE if row.finess in created else Effect.UPDATE if row.finess in updated else None
            verdicts.append(Verdict(reading.number, effect or Effect.UNCHANGED, shown))
        return verdicts


def _kept(done: Done) -> Iterator[Change]:
    """What it takes to undo a batch: which records are new, and what the others were where they differ."""
    yield from _new(EMPLOYERS, done.provisional)
    for changes in done.changes:
        yield from _new(changes.table, [values["finess"] for values in changes.created])
        for number, before in changes.before.items():
            version = before.pop("version") + 1
            yield Change(changes.table.name, number, version, as_json(before))


def _new(table: Table, numbers: Sequence[str]) -> Iterator[Change]:
    found = select(table.c.id, table.c.version).where(table.c.finess.in_(texts(numbers))).order_by(table.c.id)
    for number, version in db.session.execute(found) if numbers else ():
        yield Change(table.name, number, version)


def _sorted_out(rows: Sequence[RowReading], context: Context) -> tuple[list[RowReading], list[Verdict]]:
    """Set aside the records of other territories; an entity whose seat is elsewhere is kept if it has a place here."""
    elsewhere = [reading for reading in rows if context.is_elsewhere(reading.row.departement)]
    entities = {reading.row.finess for reading in elsewhere if isinstance(reading.row, LegalEntityRow)}
    known = _with_places_here(entities, context) if entities else set()
    lost = {reading.number for reading in elsewhere if reading.row.finess not in known}
    verdicts = [
        Verdict(reading.number, Effect.REJECT, reading.row.name, _where(reading.row))
        for reading in rows
        if reading.number in lost
    ]
    return [reading for reading in rows if reading.number not in lost], verdicts


def _where(row: Row) -> str:
    return ELSEWHERE.format(departement=row.departement or "inconnu")


def _with_places_here(numbers: set[str], context: Context) -> set[str]:
    statement = (
        select(Employer.finess)
        .join(Structure, Structure.employer_id == Employer.id)
        .where(Employer.finess.in_(texts(numbers)), Structure.departement.in_(sorted(context.territory or ())))
    )
    return {number for number in db.session.scalars(statement) if number}
