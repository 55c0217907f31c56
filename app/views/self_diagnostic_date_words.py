"""The date of a self-diagnostic in words: to the house, and to those who support it."""

from app.filters import day
from app.models import SelfDiagnosticDate
from app.queries.self_diagnostic_dates import is_done_since


def house_words(known: SelfDiagnosticDate | None) -> str:
    """Return what its managers read of the date; nothing when there is none, or once it has served."""
    if known is None or is_done_since(known.employer_id, known.set_at):
        return ""
    by = f", sur proposition de : {known.organisation.short_name}" if known.organisation else ""
    reminders = "Les rappels sont arrêtés." if known.stopped_at else "Un courriel vous le rappelle un peu avant."
    return f"Prévu pour le {day(known.due_on)}{by}. {reminders}"


def agent_words(known: SelfDiagnosticDate | None) -> str:
    """Return what those who support a house read of the date."""
    if known is None:
        return ""
    said = f"Auto-diagnostic prévu pour le {day(known.due_on)}"
    said += f", proposé par {known.organisation.short_name}" if known.organisation else ", choisi par l’établissement"
    return f"{said}. L’établissement ne souhaite pas de rappel." if known.stopped_at else f"{said}."
