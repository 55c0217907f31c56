"""What an employer says of one of its figures, and what the body whose figure it is answers."""

from datetime import date, datetime, timedelta

from app.actions.errors import Difference, Forbidden, Stale
from app.actions.outbox import queue_mail
from app.extensions import db
from app.models import FigureRemark, Structure
from app.permissions import Act, Actor, Kind, may
from app.queries.people import list_administrators, list_coordinators
from app.queries.remarks import list_awaited
from workflows.calendar import days

ANSWERED_WITHIN = days(30)
REMIND = (-7, 0, 7)
REMINDER_MAIL, OBJECT = "remark_reminder", "figure_remark"


def remark_on(
    structure: Structure,
    kind: Kind,
    indicator: str,
    year: int,
    wording: str,
    *,
    actor: Actor,
    now: datetime,
    owner_id: int | None,
    today: date,
    submission: str | None = None,
) -> FigureRemark:
    """Keep the employer's remark on a figure of one of its structures, to be answered within a month.

    `kind`: the family of the indicator; `owner_id`: the organisation that brought the figure in, which answers.
    """
    if not may(actor, Act.COMMENT, kind, structure.employer):
        raise Forbidden("L’employeur seul commente ses chiffres.")
    remark = FigureRemark(
        employer_id=structure.employer_id,
        structure_id=structure.id,
        indicator=indicator,
        year=year,
        wording=wording.strip(),
        author_id=actor.user_id,
        written_at=now,
        due_on=ANSWERED_WITHIN.after(today),
        organisation_id=owner_id,
        submission=submission,
    )
    db.session.add(remark)
    return remark


def answer_remark(remark: FigureRemark, kind: Kind, answer: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Answer a remark on a figure that one's organisation brings in; raises Forbidden or Stale."""
    if not may(actor, Act.WRITE, kind, remark.employer):
        raise Forbidden("La réponse revient à l’organisme dont vient le chiffre.")
    if remark.version != version:
        raise Stale(remark, [Difference("Réponse", answer, remark.answer)])
    remark.answer, remark.answered_by_id, remark.answered_at = answer.strip(), actor.user_id, now


def queue_reminders(*, today: date, now: datetime) -> int:
    """Remind who coordinates the organisation whose figure it is; each once a day named, however many sweeps run."""
    queued = 0
    for number, due_on, organisation_id in list_awaited(today - timedelta(days=min(REMIND))):
        offset = max(day for day in REMIND if due_on + timedelta(days=day) <= today)
        told = list_coordinators(organisation_id, today=today) or list_administrators(organisation_id, today=today)
        queued += sum(queue_mail(user.id, REMINDER_MAIL, OBJECT, number, f"due{offset:+d}", now=now) for user in told)
    return queued
