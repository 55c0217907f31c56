"""Objectives of contracts (CPOM), as an organisation follows them: each row an act of who brings it in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.actions.incoming.employers import Known, one_by_one, refusal_to_write
from app.actions.incoming.handling import Change, Context, Effect, TableHandler, Verdict, kept
from app.extensions import db
from app.models import CpomMilestone, CpomObjective, Employer, ObjectiveState
from app.permissions import Kind
from app.readers.cells import folded
from app.readers.kinds.objectives import OBJECTIVES, ObjectiveRow
from app.readers.layouts import RowReading
from workflows.import_run import ImportKind

FIELDS = (
    "axis", "wording", "indicator", "is_rate", "baseline", "baseline_year", "target", "target_year", "state",
)  # fmt: skip
OTHER_UNIT = "Cet objectif est déjà noté dans une autre unité ({known}) : écrivez ses valeurs dans la même."
DUTY = (
    "Les objectifs sont lus par l’employeur, et par vos partenaires liés par une convention : n’y nommez personne, "
    "n’y mettez rien qui relève d’un contrôle."
)


class ObjectivesHandler(TableHandler):
    """Rows of an objective of an employer."""

    kind = ImportKind.OBJECTIVES
    layouts = (OBJECTIVES,)
    for_author = True
    duty = DUTY

    def treat(self, rows: Any, context: Context) -> list[Verdict]:
        """Say what each row does, and do it unless the context is a dry run."""

        def act(reading: RowReading, employer: Employer, _: Known) -> Verdict:
            return _bring_in(reading.row, employer, context)

        return one_by_one(rows, context, act)


def _bring_in(row: ObjectiveRow, employer: Employer, context: Context) -> Verdict:
    shown = f"{employer.name} : {row.wording[:120]}"
    if why := refusal_to_write(Kind.CPOM, employer, context):
        return Verdict(row.line, Effect.REJECT, shown, why)
    known, given = _like(row, employer, context), _given(row)
    if known and row.measures and _has_values(known) and known.is_rate != given["is_rate"]:
        unit = "en %" if known.is_rate else "sans %"
        return Verdict(row.line, Effect.REJECT, shown, OTHER_UNIT.format(known=unit))
    effect = _change(known, given, row, context) if known else _create(given, row, employer, context)
    return Verdict(row.line, effect, shown)


def _like(row: ObjectiveRow, employer: Employer, context: Context) -> CpomObjective | None:
    """Return the organisation's own objective of the same wording, whatever its accents and capitals."""
    own = (CpomObjective.employer_id == employer.id, CpomObjective.organisation_id == context.organisation_id)
    found = db.session.scalars(select(CpomObjective).where(*own).options(selectinload(CpomObjective.milestones)))
    return next((one for one in found.all() if folded(one.wording) == folded(row.wording)), None)


def _has_values(objective: CpomObjective) -> bool:
    return bool(objective.milestones) or objective.baseline is not None or objective.target is not None


def _given(row: ObjectiveRow) -> dict[str, Any]:
    """Return the columns that the row fills: what a file leaves empty erases nothing."""
    found = {
        "axis": row.axis[:255] if row.axis else None,
        "wording": row.wording,
        "indicator": row.indicator,
        "is_rate": row.measures[0].is_rate if row.measures else None,
        "baseline": row.baseline.millionths if row.baseline else None,
        "baseline_year": row.baseline_year,
        "target": row.target.millionths if row.target else None,
        "target_year": row.target_year,
        "state": ObjectiveState(row.status) if row.status else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _create(given: Mapping[str, Any], row: ObjectiveRow, employer: Employer, context: Context) -> Effect:
    objective = CpomObjective(employer_id=employer.id, organisation_id=context.organisation_id, **given)
    _sign(objective, context)
    db.session.add(objective)
    db.session.flush()
    context.changes.append(Change(CpomObjective.__tablename__, objective.id, objective.version))
    _set_milestone(objective, row, context)
    return Effect.CREATE


def _change(objective: CpomObjective, given: Mapping[str, Any], row: ObjectiveRow, context: Context) -> Effect:
    is_same = all(getattr(objective, name) == value for name, value in given.items())
    if is_same and _has_milestone(objective, row):
        return Effect.UNCHANGED
    before = kept(objective, (*FIELDS, "noted_on", "import_id"))
    for name, value in given.items():
        setattr(objective, name, value)
    _sign(objective, context)
    db.session.flush()
    context.changes.append(Change(CpomObjective.__tablename__, objective.id, objective.version, before))
    _set_milestone(objective, row, context)
    return Effect.UPDATE


def _sign(objective: CpomObjective, context: Context) -> None:
    objective.noted_on, objective.import_id = context.today, context.import_id or None


def _has_milestone(objective: CpomObjective, row: ObjectiveRow) -> bool:
    if row.milestone is None or row.milestone_year is None:
        return True
    return any((one.year, one.value) == (row.milestone_year, row.milestone.millionths) for one in objective.milestones)


def _set_milestone(objective: CpomObjective, row: ObjectiveRow, context: Context) -> None:
    """The others stay: a file tells the next one, and the years before had theirs."""
    if row.milestone is None or row.milestone_year is None or _has_milestone(objective, row):
        return
    known = next((one for one in objective.milestones if one.year == row.milestone_year), None)
    before = kept(known, ("value",)) if known else None
    milestone = known or CpomMilestone(objective_id=objective.id, year=row.milestone_year)
    milestone.value = row.milestone.millionths
    db.session.add(milestone)
    db.session.flush()
    context.changes.append(Change(CpomMilestone.__tablename__, milestone.id, before=before))
