"""Who has given its figures for a year, and who has not yet: counts, and the list of the second, never good nor bad."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, tuple_

from app.extensions import at_most, db
from app.models import Employer, Observation, Structure
from app.permissions import Actor, Kind, reads_figure
from app.permissions.relations import codes_of
from app.queries.case_list import PAGE
from app.readers.indicators import indicators
from app.readers.nomenclatures import categories

ANSWERS = ("abs_total", "rotation", "vacance", "sad_absence", "sad_rotation", "sad_vacance")
"""One of them is enough to have answered."""


@dataclass(frozen=True)
class Answers:
    """How many structures there are, and how many have answered."""

    structures: int
    answered: int

    def __add__(self, other: "Answers") -> "Answers":
        return Answers(self.structures + other.structures, self.answered + other.answered)


Cells = dict[tuple[str, str, int], Answers]
"""By département, category and year."""


def concerned_categories() -> list[str]:
    """Return the categories of structures that are asked for figures."""
    listed = [indicators()[code] for code in ANSWERS]
    return [code for code in categories() if any(one.concerns(code) for one in listed)]


def _asked(actor: Actor, departement: str = "", category: str = "") -> list[ColumnElement[bool]]:
    places = {departement} & actor.territory if departement else actor.territory
    wanted = [category] if category else concerned_categories()
    return [
        Structure.departement.in_(codes_of(places)),
        Structure.category.in_(wanted),
        Structure.is_closed.is_(False),
    ]


def count_answers(actor: Actor, years: Sequence[int]) -> Cells:
    """Return the structures of the actor's départements that have answered, in two statements."""
    place = (Structure.departement, Structure.category)
    asked = db.session.execute(select(*place, func.count()).where(*_asked(actor)).group_by(*place))
    answered = db.session.execute(
        select(*place, Observation.year, func.count(Structure.id.distinct()))
        .join(Observation, Observation.structure_id == Structure.id)
        .where(*_asked(actor), Observation.year.in_(list(years)), _is_answer(actor))
        .group_by(*place, Observation.year)
    )
    found = {(departement, category, year): count for departement, category, year, count in answered}
    return {
        (departement, category, year): Answers(count, found.get((departement, category, year), 0))
        for departement, category, count in asked
        for year in years
    }


def _is_answer(actor: Actor) -> ColumnElement[bool]:
    return Observation.indicator.in_(ANSWERS) & reads_figure(actor, Kind.INDICATOR)


def list_silent(
    actor: Actor,
    year: int,
    departement: str = "",
    category: str = "",
    *,
    after: tuple[str, int] | None = None,
    limit: int | None = PAGE,
) -> Sequence[Any]:
    """Return the structures without an answer for a year, by name (one more than `limit` when a next page exists)."""
    statement = (
        _silent(actor, year, departement, category)
        .with_only_columns(
            Structure.id,
            Structure.finess,
            Structure.name,
            Structure.category,
            Structure.city,
            Structure.departement,
            Employer.id.label("employer_id"),
            Employer.name.label("employer"),
        )
        .order_by(Structure.name, Structure.id)
    )
    if after:
        statement = statement.where(tuple_(Structure.name, Structure.id) > after)
    return db.session.execute(statement.limit(at_most(limit + 1)) if limit else statement).all()


def count_silent(actor: Actor, year: int, departement: str = "", category: str = "") -> int:
    """Return how many they are."""
    rows = _silent(actor, year, departement, category).with_only_columns(func.count())
    return db.session.scalar(rows) or 0


def _silent(actor: Actor, year: int, departement: str, category: str) -> Select[Any]:
    answered = exists().where(Observation.structure_id == Structure.id, Observation.year == year, _is_answer(actor))
    return (
        select(Structure)
        .join(Employer, Structure.employer_id == Employer.id)
        .where(*_asked(actor, departement, category), ~answered.correlate(Structure))
    )


def list_employers_with_figures(year: int) -> list[tuple[int, str]]:
    """Return (number, FINESS or SIREN, else the number) of the employers of whom a figure of that year is known.

    For a command, which owns the tables: it writes to each employer what is its own.
    """
    known = exists().where(Observation.employer_id == Employer.id, Observation.year == year).correlate(Employer)
    rows = db.session.execute(select(Employer.id, Employer.finess, Employer.siren).where(known).order_by(Employer.id))
    return [(number, finess or siren or str(number)) for number, finess, siren in rows]
