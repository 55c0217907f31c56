"""Who reads and writes what a house asks for and what its teams said; how an organisation may be reached."""

from app.second_wall.conditions import Guard, at_employer
from app.second_wall.functions import EMPLOYER, ORGANISATION, USER


def _of_the_house(table: str, person: str) -> str:
    return f"{table}.employer_id = {EMPLOYER} AND {table}.{person} = {USER}"


_DATED = (
    f"(self_diagnostic_dates.employer_id = {EMPLOYER} OR self_diagnostic_dates.organisation_id = {ORGANISATION} "
    f"AND {at_employer('self_diagnostic_dates')})"
)

HOUSES: dict[str, Guard] = {
    "house_wishes": Guard(
        reads=f"({at_employer('house_wishes')} OR house_wishes.told_by_id = {USER} "
        f"OR house_wishes.withdrawn_by_id = {USER})",
        inserts=_of_the_house("house_wishes", "told_by_id"),
        updates=f"house_wishes.employer_id = {EMPLOYER}",
        fixed=("employer_id", "kind", "until", "words", "told_at", "told_by_id", "submission"),
    ),
    # Hers alone, unless she shares it.
    "team_voices": Guard(
        reads=f"(team_voices.employer_id = {EMPLOYER} OR team_voices.author_id = {USER} "
        f"OR team_voices.is_shared AND {at_employer('team_voices')})",
        inserts=_of_the_house("team_voices", "author_id"),
        updates=f"team_voices.employer_id = {EMPLOYER}",
        deletes=f"team_voices.employer_id = {EMPLOYER}",
        fixed=("employer_id", "author_id", "written_at", "submission"),
    ),
    # A house and the body that supports it agree on it.
    "self_diagnostic_dates": Guard(
        reads=f"({at_employer('self_diagnostic_dates')} OR self_diagnostic_dates.set_by_id = {USER})",
        inserts=_DATED,
        updates=_DATED,
        fixed=("employer_id",),
    ),
    # A public directory, which each organisation keeps for itself.
    "help_lines": Guard(
        reads="true",
        inserts=f"help_lines.organisation_id = {ORGANISATION} AND help_lines.written_by_id = {USER}",
        updates=f"help_lines.organisation_id = {ORGANISATION}",
        fixed=("organisation_id",),
    ),
}
