"""Who is who in the register, for the rows of a batch at once."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, bindparam, select

from app.actions.incoming.handling import ELSEWHERE, Context
from app.extensions import db
from app.models import Employer, Sector, Structure


@dataclass(frozen=True, slots=True)
class Place:
    """A structure, as far as a batch needs to know it."""

    id: int
    employer_id: int
    finess: str
    name: str
    departement: str
    siret: str | None
    version: int
    sector: Sector


_PLACES = (
    select(
        Structure.id,
        Structure.employer_id,
        Structure.finess,
        Structure.name,
        Structure.departement,
        Structure.siret,
        Structure.version,
        Employer.sector,
    )
    .join(Employer, Structure.employer_id == Employer.id)
    .order_by(Structure.id)
)


def structures_by_finess(numbers: Collection[str]) -> dict[str, Place]:
    """Return the structures of these FINESS numbers."""
    return {place.finess: place for place in _places(_PLACES.where(Structure.finess.in_(texts(numbers))))}


def structures_by_siret(numbers: Collection[str]) -> dict[str, list[Place]]:
    """Return the structures of each SIRET: one number may serve several."""
    found: dict[str, list[Place]] = {}
    for place in _places(_PLACES.where(Structure.siret.in_(texts(numbers)))):
        found.setdefault(place.siret or "", []).append(place)
    return found


def _places(statement: Select[*tuple[Any, ...]]) -> list[Place]:
    return [Place(*row) for row in db.session.execute(statement)]


@dataclass(frozen=True, slots=True)
class Body:
    """An employer, as far as a batch needs to know it; `places` are the départements of its seat and structures."""

    id: int
    name: str
    sector: Sector
    places: frozenset[str]


def employers_by(column: Any, numbers: Collection[str]) -> dict[str, Body]:
    """Return the employers whose SIREN, or FINESS number, is one of these; of two with one SIREN, the first."""
    statement = (
        select(column, Employer.id, Employer.name, Employer.sector, Employer.departement, Structure.departement)
        .outerjoin(Structure, Structure.employer_id == Employer.id)
        .where(column.in_(texts(numbers)))
        .order_by(Employer.id)
    )
    places: dict[str, set[str]] = {}
    seen: dict[str, tuple[int, str, Sector]] = {}
    for number, key, name, sector, seat, place in db.session.execute(statement):
        if seen.setdefault(number, (key, name, sector))[0] == key:
            places.setdefault(number, set()).update(code for code in (seat, place) if code)
    return {number: Body(*who, frozenset(places.get(number, ()))) for number, who in seen.items()}


def texts(values: Collection[str]) -> Any:
    """Return a list of numbers to look for, written out: a batch holds more than a statement takes parameters."""
    return bindparam(None, sorted(values), String, expanding=True, literal_execute=True)


def refusal_of_place(place: Place, context: Context) -> str:
    """Return why a row about this structure does not enter, empty when it does."""
    return ELSEWHERE.format(departement=place.departement) if context.is_elsewhere(place.departement) else ""
