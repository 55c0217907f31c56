"""What the reminders to the managers of a house say, in its words. None: no reason left."""

from datetime import date
from typing import Any

from app.filters import day
from app.queries.self_diagnostic_dates import list_awaited
from workflows.self_diagnostic_dates import PROPOSED


def self_diagnostic_values(
    employer_id: int, due_on: date, rule: str, public_url: str, *, today: date
) -> dict[str, Any] | None:
    """Return what the mail says of the date that still stands, or None when another, or nothing, is awaited."""
    found = next((one for one in list_awaited(today, employer_id=employer_id) if one.due_on == due_on), None)
    if found is None:
        return None
    title, words = _words(due_on, today, found.organisation.name if found.organisation and rule == PROPOSED else "")
    return {
        "title": title,
        "words": words,
        "employer": found.employer.name,
        "link": f"{public_url}/auto-diagnostic",
        "date_link": f"{public_url}/auto-diagnostic/date",
    }


def _words(due_on: date, today: date, proposed_by: str) -> tuple[str, str]:
    if proposed_by:
        return "une date vous est proposée", f"{proposed_by} vous propose de le terminer avant le {day(due_on)}."
    if today <= due_on:
        return f"prévu pour le {day(due_on)}", f"Il est prévu de le terminer pour le {day(due_on)}."
    return "toujours ouvert", f"La date prévue, le {day(due_on)}, est passée : ce n’est pas grave, il reste ouvert."
