"""The synthetic region written as the two FINESS open-data files, so that one importer reads everything.

The file of legal entities is in Latin-1 and that of structures in UTF-8, as both have been published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import Random

from app.demo.finess_defects import plant_defects
from app.demo.finess_employers import (
    EMPLOYERS,
    SEED,
    SyntheticEmployer,
    SyntheticStructure,
    synthetic_employers,
)
from app.demo.finess_lines import header_line, legal_entity_line, structure_line
from app.demo.finess_load import stream_legal_entities, stream_structures
from app.demo.finess_sizes import SiteSize, capacities

__all__ = [
    "EMPLOYERS",
    "PUBLIC_EMPLOYER_FINESS",
    "PUBLIC_STRUCTURE_FINESS",
    "SEED",
    "STORY_EMPLOYER_FINESS",
    "STORY_STRUCTURE_FINESS",
    "TO_CONFIRM_EMPLOYER_FINESS",
    "FinessFiles",
    "SiteSize",
    "SyntheticEmployer",
    "SyntheticStructure",
    "build_finess_files",
    "capacities",
    "stream_legal_entities",
    "stream_structures",
    "synthetic_employers",
]

# The three employers the story and its tests name: private association, public EHPAD, grouping to confirm.
STORY_EMPLOYER_FINESS = "799000013"
STORY_STRUCTURE_FINESS = "799500012"
PUBLIC_EMPLOYER_FINESS = "799000021"
PUBLIC_STRUCTURE_FINESS = "799500020"
TO_CONFIRM_EMPLOYER_FINESS = "799000039"


@dataclass(frozen=True, slots=True)
class FinessFiles:
    """The two files as bytes: `legal_entities` is cs1100501 in Latin-1, `structures` cs1100502 in UTF-8."""

    legal_entities: bytes
    structures: bytes


def build_finess_files(
    extracted_on: date, seed: int = SEED, count: int = EMPLOYERS, with_defects: bool = False
) -> FinessFiles:
    """The synthetic region as it would be downloaded on `extracted_on`; same arguments, same bytes.

    `with_defects` plants the faults met in real files (see `finess_defects`); no employer is lost by it,
    and it needs at least twenty employers.
    """
    employers = synthetic_employers(seed, count)
    legal_entities = [legal_entity_line(employer, Random(f"{seed} {employer.finess}")) for employer in employers]
    structures = [
        structure_line(employer, structure, extracted_on, Random(f"{seed} {structure.finess}"))
        for employer in employers
        for structure in employer.structures
    ]
    if with_defects:
        legal_entities, structures = plant_defects(legal_entities, structures)
    return FinessFiles(
        _file(header_line("ej", extracted_on), legal_entities).encode("latin-1"),
        _file(header_line("et", extracted_on), structures).encode("utf-8"),
    )


def _file(header: str, lines: Iterable[str]) -> str:
    return "\n".join((header, *lines, ""))
