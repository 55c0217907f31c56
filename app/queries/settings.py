"""Settings of the region over what the code declares."""

from dataclasses import replace

from sqlalchemy import Table, bindparam, select

from app.extensions import db
from app.models import RuleSetting
from workflows.calendar import Delay
from workflows.core import Deadline, Workflow

SETTINGS: Table = RuleSetting.__table__  # type: ignore[assignment]
# Put together once, without records: every step of every case asks, and there is nearly always none.
OWN_RULES = select(SETTINGS.c.deadline, SETTINGS.c["count"], SETTINGS.c.unit, SETTINGS.c.remind).where(
    SETTINGS.c.workflow == bindparam("workflow")
)


def get_deadlines(workflow: Workflow) -> dict[str, Deadline]:
    """Return the deadlines that the region words its own way, by name."""
    declared = {rule.slug: rule for rule in workflow.deadlines}
    rows = db.session.execute(OWN_RULES, {"workflow": workflow.name})
    return {
        slug: replace(declared[slug], due=Delay(count, unit), remind=tuple(remind))
        for slug, count, unit, remind in rows
        if slug in declared
    }
