"""Which employer goes through which journey, and on which of its structures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.demo.finess_files import SEED, STORY_EMPLOYER_FINESS, synthetic_employers
from app.demo.journeys import JOURNEYS, Journey, dated_acts
from app.extensions import db
from app.models import Employer, Scheme, Sector, Structure
from workflows.roles import Role
from workflows.support_case_guards import CONTRACT_HEADCOUNT_BELOW

HOME_CARE = frozenset({"460", "209", "354"})


@dataclass(frozen=True)
class Part:
    """A case to play: its journey, its employer and structures, its dated acts."""

    journey: Journey
    employer: Employer
    structures: Sequence[Structure]
    acts: list[tuple[str, date]]
    rng: Random


def synthetic_region() -> list[Employer]:
    """Return the invented employers with their structures, always in the same shuffled order."""
    numbers = [employer.finess for employer in synthetic_employers()]
    found = db.session.scalars(
        select(Employer).where(Employer.finess.in_(numbers)).options(selectinload(Employer.structures))
    ).all()
    employers = sorted(found, key=lambda employer: employer.finess or "")
    Random(SEED).shuffle(employers)
    return employers


def cast_journeys(employers: Sequence[Employer], *, today: date) -> list[Part]:
    """Return the cases to play, oldest first. The most demanding journeys choose their employer first."""
    free = [employer for employer in employers if employer.finess != STORY_EMPLOYER_FINESS]
    parts: list[Part] = []
    for journey in sorted(JOURNEYS, key=_how_choosy, reverse=True):
        for _ in range(journey.count):
            parts.append(
                _second_part(journey, parts, today) if journey.is_second else _part(journey, free, parts, today)
            )
    return sorted(parts, key=lambda part: part.acts[0][1])


def _how_choosy(journey: Journey) -> tuple[bool, bool, bool, bool]:
    return not journey.is_second, bool(journey.departement), journey.needs_sector, journey.is_public is not None


def _part(journey: Journey, free: list[Employer], parts: Sequence[Part], today: date) -> Part:
    rng = Random(f"{SEED} case {len(parts)}")
    employer = rng.choice([employer for employer in free if suits(journey, employer)])
    free.remove(employer)
    first, *others = sorted(employer.structures, key=lambda structure: structure.finess)
    scope = [first, *(structure for structure in others if rng.random() < 0.6)]
    return Part(journey, employer, scope, dated_acts(journey, rng, today=today), rng)


def _second_part(journey: Journey, parts: Sequence[Part], today: date) -> Part:
    rng = Random(f"{SEED} case {len(parts)}")
    beside = {part.employer.id for part in parts if part.journey.is_second}
    for part in parts:
        left = [structure for structure in part.employer.structures if structure not in part.structures]
        if part.journey.lead is Role.CARSAT and left and part.employer.id not in beside:
            return Part(journey, part.employer, left, dated_acts(journey, rng, today=today), rng)
    raise LookupError("Aucun employeur suivi n’a de structure libre.")


def suits(journey: Journey, employer: Employer) -> bool:
    """Tell whether an employer may go through a journey: place, sector, and what its lead may follow."""
    main = employer.structures[0]
    if journey.departement and main.departement != journey.departement:
        return False
    if journey.needs_sector or employer.needs_sector:
        return journey.needs_sector and employer.needs_sector
    if journey.is_public is not None and employer.is_public is not journey.is_public:
        return False
    if journey.lead is Role.CARSAT:
        return _fits_a_contract(employer)
    return journey.lead is not Role.DEPT or main.category in HOME_CARE or employer.sector is Sector.PUBLIC


def _fits_a_contract(employer: Employer) -> bool:
    is_small = bool(employer.headcount and employer.headcount < CONTRACT_HEADCOUNT_BELOW)
    return employer.is_private and employer.scheme is Scheme.GENERAL and is_small
