"""Taking out what an import brought in, as long as nothing has been built on it."""

from datetime import datetime

from sqlalchemy import delete, select

from app.actions.import_restoring import restore
from app.actions.import_sweeping import KEPT
from app.actions.imports import told
from app.actions.incoming.figures import count_superseded
from app.actions.incoming.figures import withdraw as withdraw_figures
from app.actions.journal import record
from app.extensions import db
from app.models import Import, ImportChange, JournalAction, ObjectKind
from app.permissions import Actor
from workflows.import_run import WORKFLOW


class NotPossible(Exception):
    """The import cannot be undone; the message says what stands on it."""


def built_on(import_: Import, *, now: datetime) -> str:
    """Return what has been built on an import since, in a sentence; empty when it can be undone.

    A list that froze its figures would be said here too.
    """
    if import_.ended_at and import_.ended_at < now - KEPT:
        return "Plus de trente jours ont passé : ce qu’il faut pour annuler cet import n’est plus gardé."
    if count := count_superseded(import_.id):
        several = f"{count} valeurs en ont été remplacées" if count > 1 else "Une valeur en a été remplacée"
        return f"{several} par un import plus récent : annulez d’abord celui-là."
    return ""


def withdraw(import_: Import, *, actor: Actor | None, now: datetime) -> None:
    """Take the values out and put the register back as it was; raises NotPossible when something stands on it."""
    if why := built_on(import_, now=now):
        raise NotPossible(why)
    changes = db.session.scalars(
        select(ImportChange).where(ImportChange.import_id == import_.id).order_by(ImportChange.id.desc())
    ).all()
    if changed := sum(not restore(change, import_) for change in changes):
        lines = f"{changed} lignes ont été modifiées" if changed > 1 else "Une ligne a été modifiée"
        raise NotPossible(f"{lines} par quelqu’un depuis : l’annuler effacerait son travail.")
    withdraw_figures(import_.id)
    db.session.execute(delete(ImportChange).where(ImportChange.import_id == import_.id))
    WORKFLOW.fire(import_, "withdraw", today=now.date(), effective_on=None)
    import_.claimed_at = None
    record(JournalAction.IMPORT_UNDONE, ObjectKind.IMPORT, import_.id, told(import_), actor=actor, now=now)
