"""FINESS files of any length for load tests, line by line: never the whole file in memory."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from random import Random

from app.demo import finess_numbers as numbers
from app.demo.finess_employers import SEED, Commune, SyntheticEmployer, SyntheticStructure, communes
from app.demo.finess_lines import header_line, legal_entity_line, structure_line
from app.demo.finess_profiles import DEPARTEMENTS, NAF, PROFILES

STRUCTURES_PER_EMPLOYER = 4
# Away from the serials of the demonstration, so that both can be loaded in one database.
FIRST_EMPLOYER, FIRST_STRUCTURE = 30_000, 60_000
PLACES, CATEGORIES = tuple(DEPARTEMENTS), tuple(sorted(NAF))


def stream_structures(count: int, extracted_on: date, seed: int = SEED) -> Iterator[bytes]:
    """The lines of a file of `count` structures (cs1100502, UTF-8), metadata first.

    Their employers are those of `stream_legal_entities` with the same count. At most 480,000.
    """
    yield f"{header_line('et', extracted_on)}\n".encode()
    for employer, structure, rng in _structures(count, seed):
        yield f"{structure_line(employer, structure, extracted_on, rng)}\n".encode()


def load_employers(structures: int, seed: int = SEED) -> Iterator[SyntheticEmployer]:
    """The employers of `stream_structures` with the same count, one for each structure, which they carry."""
    for employer, structure, _ in _structures(structures, seed):
        yield replace(employer, structures=(structure,))


def stream_legal_entities(structures: int, extracted_on: date, seed: int = SEED) -> Iterator[bytes]:
    """The lines of the file of legal entities (cs1100501, Latin-1) behind `structures` structures."""
    yield f"{header_line('ej', extracted_on)}\n".encode("latin-1")
    for rank in range(-(-structures // STRUCTURES_PER_EMPLOYER)):
        line = legal_entity_line(_employer(rank), Random(seed * 1_000_003 + rank))
        yield f"{line}\n".encode("latin-1")


def _structures(count: int, seed: int) -> Iterator[tuple[SyntheticEmployer, SyntheticStructure, Random]]:
    for rank in range(count):
        rng = Random(seed * 1_000_003 + rank)
        employer = _employer(rank // STRUCTURES_PER_EMPLOYER)
        yield employer, _structure(employer, rank, rng), rng


def _employer(rank: int) -> SyntheticEmployer:
    departement = PLACES[rank % len(PLACES)]
    return SyntheticEmployer(
        numbers.finess_number(departement, FIRST_EMPLOYER + rank // len(PLACES)),
        numbers.siren_number(1 + rank % numbers.MAX_SIREN_SERIAL),
        f"Employeur d'essai {rank + 1}",
        f"Employeur d'essai {rank + 1}",
        PROFILES[rank % len(PROFILES)].status,
        _communes_of(departement)[rank % 20],
        (),
    )


def _structure(employer: SyntheticEmployer, rank: int, rng: Random) -> SyntheticStructure:
    departement = PLACES[rank % len(PLACES)]
    return SyntheticStructure(
        numbers.finess_number(departement, FIRST_STRUCTURE + rank // len(PLACES)),
        numbers.siret_number(employer.siren, 1 + rank % STRUCTURES_PER_EMPLOYER),
        f"Établissement d'essai {rank + 1}",
        rng.choice(CATEGORIES),
        rng.choice(_communes_of(departement)),
        1 + rank % STRUCTURES_PER_EMPLOYER,
    )


@cache
def _communes_of(departement: str) -> tuple[Commune, ...]:
    return tuple(commune for commune in communes() if commune.departement == departement)
