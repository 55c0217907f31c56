"""How an absence is told: beside an officer, on the desk, on the pages of a person."""

from collections.abc import Iterable
from datetime import date

from app.filters import day, short_day
from app.models import Absence
from app.queries.absences import Officer


def beside(officer: Officer) -> str:
    """Return what stands beside the name of an officer who is away; nothing otherwise."""
    if officer.away_until is None:
        return ""
    return ", ".join(filter(None, (f"absence jusqu’au {short_day(officer.away_until)}", _stand_in(officer))))


def _stand_in(officer: Officer) -> str:
    if not officer.stand_in:
        return "sans suppléance"
    also = f" (aussi en absence, jusqu’au {short_day(officer.stand_in_away_until)})"
    return f"suppléance : {officer.stand_in}{also if officer.stand_in_away_until else ''}"


def beside_for_employer(officer: Officer) -> str:
    """Return whom an employer may call instead: neither days nor any word of an absence."""
    return f"en ce moment : {officer.stand_in}" if officer.stand_in and not officer.stand_in_away_until else ""


def in_a_list(officer: Officer) -> str:
    """Return a name, and in brackets what stands beside it."""
    words = beside(officer)
    return f"{officer.name} ({words})" if words else officer.name


def capitalised(words: str) -> str:
    """Return words as they begin a line."""
    return words[:1].upper() + words[1:]


def days_of(absence: Absence) -> str:
    """Return « du 1er au 12 décembre » in full."""
    if absence.starts_on == absence.ends_on:
        return f"le {day(absence.starts_on)}"
    return f"du {day(absence.starts_on)} au {day(absence.ends_on)}"


def stand_in_of(absence: Absence) -> str:
    return absence.stand_in.full_name if absence.stand_in else "personne"


def desk_notices(absences: Iterable[Absence], user_id: int, today: date) -> list[tuple[Absence, str, bool]]:
    """Return (absence, words, whether it is the reader's own) for the desk."""
    told = []
    for absence in absences:
        is_own = absence.user_id == user_id
        told.append((absence, _own(absence, today) if is_own else _stood_for(absence), is_own))
    return told


def _own(absence: Absence, today: date) -> str:
    runs = f"Vous êtes en absence jusqu’au {day(absence.ends_on)}."
    planned = f"Absence prévue {days_of(absence)}."
    return f"{runs if absence.is_running(today) else planned} Suppléance : {stand_in_of(absence)}."


def _stood_for(absence: Absence) -> str:
    return (
        f"Vous suppléez {absence.user.full_name} jusqu’au {day(absence.ends_on)}. "
        "Les rappels de ses dossiers vous parviennent aussi."
    )
