"""What the page of a case says of self-diagnostics: shared with one's organisation, and since when, or not."""

from flask import url_for

from app.filters import day
from app.models import Case
from app.permissions import Actor, Kind, may_be_shared_with
from app.queries.self_diagnostics import list_received

NOT_SHARED = ("Auto-diagnostic : non partagé", "")


def shared_lines(actor: Actor, case: Case) -> list[tuple[str, str]]:
    """Return (words, address) of each copy that the actor's organisation may read; nothing for who never reads any."""
    if not may_be_shared_with(actor, Kind.SELF_DIAGNOSTIC, case):
        return []
    current = [one for one in list_received(actor, case.employer_id) if one.withdrawn_at is None]
    return [
        (
            f"{one.about} : partagé par l’employeur le {day(one.shared_at)}",
            url_for("self_diagnostic_sharing.read", share_id=one.id),
        )
        for one in current
    ] or [NOT_SHARED]
