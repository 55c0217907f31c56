"""« Ce repérage était-il juste ? »: the answer of a case, the counts of a list."""

from sqlalchemy import func, select

from app.extensions import db
from app.models import Case, Employer, Exchange, ExchangeKind, TargetingAppraisal, TargetingCampaign, Visit
from app.permissions import Actor, sees_line
from workflows.targeting_appraisal import Fairness


def get_appraisal(case: Case) -> TargetingAppraisal | None:
    """Return what was said of the list that a case in sight came from, or None."""
    return db.session.scalars(select(TargetingAppraisal).where(TargetingAppraisal.case_id == case.id)).first()


def was_met(actor: Actor, case: Case) -> bool:
    """Tell whether the actor's organisation has noted on a case that the employer was met: a visit, or a meeting."""
    visit = select(Visit.id).where(Visit.case_id == case.id, Visit.organisation_id == actor.organisation_id)
    meeting = select(Exchange.id).where(
        Exchange.case_id == case.id,
        Exchange.organisation_id == actor.organisation_id,
        Exchange.kind == ExchangeKind.MEETING,
    )
    return any(db.session.scalar(one.limit(1)) is not None for one in (visit, meeting))


def count_appraisals(actor: Actor, campaign: TargetingCampaign) -> dict[Fairness, int]:
    """Return how many answers of each kind a list has had, of the employers that the actor reads there."""
    rows = db.session.execute(
        select(TargetingAppraisal.verdict, func.count())
        .join(Employer, TargetingAppraisal.employer_id == Employer.id)
        .where(TargetingAppraisal.campaign_id == campaign.id, sees_line(actor, campaign))
        .group_by(TargetingAppraisal.verdict)
    )
    return {verdict: count for verdict, count in rows}
