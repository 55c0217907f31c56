"""Settings of the region over what the code declares."""

from dataclasses import replace

from sqlalchemy import select

from app.extensions import db
from app.models import RuleSetting
from workflows.calendar import Delay
from workflows.core import Deadline, Workflow


def get_deadlines(workflow: Workflow) -> dict[str, Deadline]:
    """Return the deadlines that the region words its own way, by name."""
    declared = {rule.slug: rule for rule in workflow.deadlines}
    rows = db.session.scalars(select(RuleSetting).where(RuleSetting.workflow == workflow.name))
    return {
        row.deadline: replace(declared[row.deadline], due=Delay(row.count, row.unit), remind=tuple(row.remind))
        for row in rows
        if row.deadline in declared
    }
