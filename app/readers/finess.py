"""Reading the FINESS open-data files: bytes in, typed rows and typed problems out.

The file is read twice, so that its kind, its encoding and its duplicates are known before the first row:
the stream must be rewindable (one that is not is spooled to disk). Memory is bounded by the length of one
line and the set of numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO

from app.readers import finess_layouts as layouts
from app.readers.finess_admission import Admitted, admit
from app.readers.finess_keys import (
    InvalidKey,
    finess_luhn_ok,
    normalise_finess,
    normalise_siren,
    normalise_siret,
)
from app.readers.finess_records import legal_entity_row, structure_row
from app.readers.finess_rows import FinessKind, LegalEntityRow, StructureRow
from app.readers.finess_survey import Survey, survey_of
from app.readers.problems import Problem, Severity
from app.readers.text import Line, as_stream, read_lines

__all__ = [
    "FinessKind",
    "FinessReading",
    "FinessResult",
    "InvalidKey",
    "LegalEntityRow",
    "Problem",
    "Severity",
    "StructureRow",
    "finess_luhn_ok",
    "normalise_finess",
    "normalise_siren",
    "normalise_siret",
    "read_finess",
]

FinessResult = LegalEntityRow | StructureRow | Problem


@dataclass(frozen=True)
class FinessReading:
    """A FINESS file, surveyed and ready to give its rows.

    `records` is the number of record lines: each becomes one row or one problem of severity REJECT.
    """

    stream: IO[bytes]
    survey: Survey
    accepted: frozenset[str]

    @property
    def kind(self) -> FinessKind | None:
        """ "ej", "et", or None when the file is refused as a whole."""
        return self.survey.kind

    @property
    def refusal(self) -> Problem | None:
        """Why the whole file is refused (empty, binary, unknown, cut after its header), or None."""
        return self.survey.refusal

    @property
    def encoding(self) -> str:
        """ "utf-8", "cp1252", "ascii" or "mixte"."""
        return self.survey.encoding

    @property
    def extracted_on(self) -> date | None:
        """The date of the file, from its first line."""
        return self.survey.extracted_on

    @property
    def records(self) -> int:
        """How many record lines the file has, whatever becomes of them."""
        return self.survey.roles["record"] if self.kind else 0

    def results(self) -> Iterator[FinessResult]:
        """Problems and rows in the order of the file, the problems of a line before its row.

        Remarks about the whole file come first. A number is given once: when a file repeats it, its last
        line is kept and the earlier ones are refused. Read one iterator at a time: they share the stream.
        """
        if self.refusal is not None:
            yield self.refusal
            return
        yield from self.survey.remarks
        for line in read_lines(self.stream):
            if layouts.role_of(line) == "record":
                yield from self._results_of(line)

    def _results_of(self, line: Line) -> Iterator[FinessResult]:
        assert self.kind is not None
        found = admit(line, self.kind, self.accepted)
        if isinstance(found, Problem):
            yield found
            return
        last = self.survey.last_line_of.get(found.finess, line.number)
        if last != line.number:
            yield _superseded(found, last)
            return
        row = _row(found)
        yield from found.cells.problems
        yield row


def read_finess(source: bytes | IO[bytes], accepted: frozenset[str] = frozenset()) -> FinessReading:
    """Surveys a FINESS file (cs1100501, cs1100502 or cs1100507) and makes it ready to give its rows.

    `source` is the bytes or a binary stream, which stays open and belongs to the caller. `accepted` holds
    the numbers whose wrong checksum an administrator has confirmed. Never raises on any content.
    """
    stream = as_stream(source)
    return FinessReading(stream, survey_of(stream, accepted), accepted)


def _row(found: Admitted) -> LegalEntityRow | StructureRow:
    if found.legal_entity_finess is None:
        return legal_entity_row(found.cells, found.place, found.finess)
    return structure_row(found.cells, found.place, found.finess, found.legal_entity_finess)


def _superseded(found: Admitted, last: int) -> Problem:
    line = found.cells.line
    message = f"Le numéro {found.finess} revient ligne {last}, qui est retenue : vérifiez laquelle est juste."
    return Problem(line.number, "nofiness", Severity.REJECT, message, line.text)
