"""The first reading of a FINESS file: what it is, before any row is given."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import IO

from app.readers import finess_layouts as layouts
from app.readers.finess_admission import Admitted, admit
from app.readers.finess_cells import parse_day
from app.readers.finess_rows import FinessKind
from app.readers.problems import Problem, Severity
from app.readers.text import Line, read_lines, refusal_of, refuse


@dataclass
class Survey:
    """What the first reading found; `refusal` is set when the file cannot be read at all.

    `last_line_of` holds only the numbers met several times, with the last line that carries each.
    """

    kind: FinessKind | None = None
    refusal: Problem | None = None
    extracted_on: date | None = None
    roles: Counter[str] = field(default_factory=Counter)
    encodings: Counter[str] = field(default_factory=Counter)
    last_line_of: dict[str, int] = field(default_factory=dict)
    remarks: list[Problem] = field(default_factory=list)

    @property
    def encoding(self) -> str:
        """ "utf-8", "cp1252", "ascii", or "mixte" when lines differ."""
        used = sorted(set(self.encodings) - {"ascii"})
        return "mixte" if len(used) > 1 else (used or ["ascii"])[0]


def survey_of(stream: IO[bytes], accepted: frozenset[str]) -> Survey:
    """Reads the whole stream once, in bounded memory."""
    survey = Survey(refusal=refusal_of(stream))
    if survey.refusal is not None:
        return survey
    seen: set[int] = set()
    for line in read_lines(stream):
        role = layouts.role_of(line)
        survey.roles[role] += 1
        survey.encodings[line.encoding] += 1
        if role == "metadata":
            _read_metadata(survey, line)
        elif role == "record":
            _read_record(survey, line, accepted, seen)
    _conclude(survey)
    return survey


def _read_metadata(survey: Survey, line: Line) -> None:
    cells = layouts.cut(line.text)
    if len(cells) >= layouts.METADATA_CELLS:
        survey.extracted_on = parse_day(cells[3].strip())
    if survey.extracted_on is None:
        message = "Ligne d’en-tête incomplète : la date du fichier est inconnue, la suite est lue."
        survey.remarks.append(Problem(line.number, None, Severity.NOTICE, message, line.text))


def _read_record(survey: Survey, line: Line, accepted: frozenset[str], seen: set[int]) -> None:
    survey.kind = survey.kind or layouts.KINDS.get(layouts.record_name(line.text))
    compact = _compact_number(line)
    if survey.kind is None or compact is None:
        return
    if compact not in seen:
        seen.add(compact)
        return
    # Only a line that will be kept may replace an earlier one.
    found = admit(line, survey.kind, accepted)
    if isinstance(found, Admitted):
        survey.last_line_of[found.finess] = line.number


def _compact_number(line: Line) -> int | None:
    """The number of a record as an integer, which weighs half as much as text in a set of 100,000."""
    cells = line.text.split(";", 2)
    number = "".join(cells[1].strip('"').split()) if len(cells) > 1 else ""
    is_plausible = len(number) in (8, 9) and number.isascii() and number.isalnum()
    return int(number, 36) if is_plausible else None


def _conclude(survey: Survey) -> None:
    if survey.kind is None:
        survey.refusal = refuse(_why_unknown(survey))
        return
    if not survey.roles["metadata"]:
        _remark(survey, "La ligne d’en-tête manque : la date du fichier est inconnue, la suite est lue.")
    if survey.encoding == "mixte":
        _remark(
            survey,
            f"{survey.encodings['cp1252']} ligne(s) ne sont pas en UTF-8 comme les autres : "
            "vérifiez leurs accents, lus en Windows-1252.",
        )
    if survey.roles["geolocation"]:
        _remark(survey, f"{survey.roles['geolocation']} ligne(s) de coordonnées ne sont pas utilisées.")


def _why_unknown(survey: Survey) -> str:
    if survey.roles["metadata"] and not survey.roles["record"]:
        return "Le fichier s’arrête après son en-tête : le téléchargement a été interrompu, recommencez-le."
    return (
        "Ce fichier n’est pas un fichier FINESS connu : ses lignes doivent commencer par « structureej » "
        "(cs1100501) ou « structureet » (cs1100502, cs1100507). Téléchargez-le à nouveau, sans l’ouvrir "
        "dans un tableur."
    )


def _remark(survey: Survey, message: str) -> None:
    survey.remarks.append(Problem(0, None, Severity.NOTICE, message))
