"""What the mail about a remark that waits for its answer says: whose figure, until when; nothing of its words."""

from typing import Any

from app.queries.remarks import get_awaited
from app.readers.indicators import indicators


def remark_values(remark_id: int, public_url: str) -> dict[str, Any] | None:
    """Return what the mail says, or None once it is answered."""
    found = get_awaited(remark_id)
    if found is None:
        return None
    due_on, indicator, year, employer = found
    return {
        "employer": employer,
        "figure": f"{indicators()[indicator].short_label} {year}",
        "due_on": due_on,
        "link": f"{public_url}/remarques/{remark_id}/reponse",
    }
