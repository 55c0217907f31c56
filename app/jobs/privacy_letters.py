"""What the mails of data protection say, and whether there is still a reason to say it. None: no reason left."""

from typing import Any

from app.extensions import db
from app.models import DataRequest, RetentionNotice
from workflows.retention import BY_SLUG


def notice_values(notice_id: int, public_url: str) -> dict[str, Any] | None:
    """Return what the announcement of an erasure says."""
    notice = db.session.get(RetentionNotice, notice_id)
    if notice is None or notice.applied_at:
        return None
    rule, organisation = BY_SLUG[notice.rule], notice.organisation
    return {
        "what": rule.what,
        "why": rule.why,
        "since": rule.since,
        "kept": str(rule.delay_of(organisation.kind if organisation else None)),
        "treatment": rule.treatment.label,
        "organisation": organisation.short_name if organisation else "",
        "found": notice.found,
        "applies_on": notice.applies_on,
        "link": f"{public_url}/donnees-personnelles#conservation",
    }


def request_values(request_id: int, public_url: str) -> dict[str, Any] | None:
    """Return what the reminder of a request says; once answered, nothing."""
    asked = db.session.get(DataRequest, request_id)
    if asked is None or not asked.is_waiting:
        return None
    return {
        "reference": asked.reference,
        "kind": asked.kind.label,
        "received_on": asked.received_on,
        "due_on": asked.due_on,
        "link": f"{public_url}/donnees-personnelles/demandes/{asked.id}",
    }
