"""Taking out what an import brought in, as long as nothing has been built on it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, delete, exists, or_, select

from app.actions.evidence import CODES as ACCIDENT_CODES
from app.actions.import_restoring import restore_rows
from app.actions.import_sweeping import KEPT
from app.actions.imports import told
from app.actions.incoming.cases_left_out import leave_cases_out
from app.actions.incoming.figures import count_superseded
from app.actions.incoming.figures import withdraw as withdraw_figures
from app.actions.incoming.handling import Change, Context, NotPossible
from app.actions.incoming.references import restore_references
from app.actions.journal import record
from app.extensions import db
from app.models import (
    Import,
    ImportChange,
    JournalAction,
    ObjectKind,
    Observation,
    TargetingCampaign,
    TargetingScore,
)
from workflows.import_run import WORKFLOW, ImportKind
from workflows.targeting_list import OPEN_TO_CHANGE
from workflows.targeting_scope import TargetField, criteria_of

OTHERWISE: dict[ImportKind, Callable[[Sequence[Change], Context], None]] = {
    ImportKind.PORTFOLIO: leave_cases_out,
    ImportKind.REFERENCES: restore_references,
}
"""The kinds that do more than put rows of the register back."""


def built_on(import_: Import, *, now: datetime) -> str:
    """Return what has been built on an import since, in a sentence; empty when nothing is known to stand in the way."""
    if import_.ended_at and import_.ended_at < now - KEPT:
        return "Plus de trente jours ont passé : ce qu’il faut pour annuler cet import n’est plus gardé."
    if count := count_superseded(import_.id):
        several = f"{count} valeurs en ont été remplacées" if count > 1 else "Une valeur en a été remplacée"
        return f"{several} par un import plus récent : annulez d’abord celui-là."
    if import_.ended_at and (titles := frozen_upon(import_)):
        names = ", ".join(f"« {title} »" for title in titles)
        return f"Une liste de ciblage a été figée avec ces chiffres : {names}."
    return ""


def frozen_upon(import_: Import) -> Sequence[str]:
    """Return the titles of the lists, frozen or signed, whose snapshot holds values of an import."""
    used = (
        exists(TargetingScore.id)
        .where(
            TargetingScore.campaign_id == TargetingCampaign.id,
            TargetingScore.structure_id == Observation.structure_id,
            Observation.import_id == import_.id,
            or_(*(_counts_in(field) for field in TargetField), _weighs_accidents()),
        )
        .correlate(TargetingCampaign)
    )
    return db.session.scalars(
        select(TargetingCampaign.title)
        .where(TargetingCampaign.state.not_in(OPEN_TO_CHANGE), TargetingCampaign.computed_at >= import_.ended_at, used)
        .order_by(TargetingCampaign.id)
    ).all()


def _counts_in(field: TargetField) -> ColumnElement[bool]:
    indicators = {code for criterion in criteria_of(field) for code in (*criterion.plus, *criterion.minus)}
    is_of_its_years = Observation.year.between(TargetingCampaign.first_year, TargetingCampaign.last_year)
    return (TargetingCampaign.field == field) & Observation.indicator.in_(indicators) & is_of_its_years


def _weighs_accidents() -> ColumnElement[bool]:
    """Accidents weigh by what all their years come to together, not by the years of the list."""
    return Observation.indicator.in_(ACCIDENT_CODES) & (cast(TargetingCampaign.claim_owners, String) != "[]")


def withdraw(import_: Import, context: Context) -> None:
    """Take the values out and put the register back as it was; raises NotPossible when something stands on it."""
    if why := built_on(import_, now=context.now):
        raise NotPossible(why)
    OTHERWISE.get(import_.kind, restore_rows)(_changes(import_.id), context)
    withdraw_figures(import_.id)
    db.session.execute(delete(ImportChange).where(ImportChange.import_id == import_.id))
    WORKFLOW.fire(import_, "withdraw", today=context.today, effective_on=None)
    import_.claimed_at = None
    record(
        JournalAction.IMPORT_UNDONE, ObjectKind.IMPORT, import_.id, told(import_), actor=context.actor, now=context.now
    )


def _changes(import_id: int) -> list[Change]:
    kept = select(ImportChange.table, ImportChange.row_id, ImportChange.row_version, ImportChange.before)
    rows = db.session.execute(kept.where(ImportChange.import_id == import_id).order_by(ImportChange.id))
    return [Change(*row) for row in rows]
