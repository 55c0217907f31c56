"""The targeting lists that wait to be computed: each is claimed, scored stage after stage, then kept as a snapshot."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update

from app import auth, clock
from app.extensions import act_for, db, switch_role, take_role
from app.models import TargetingCampaign
from app.permissions import Actor
from app.second_wall.rules import APP, IMPORTER
from figures.targeting import Unscorable
from workflows.targeting_scope import ListRun

log = logging.getLogger("jalon.targeting")
UNEXPECTED = (
    "Le calcul s’est arrêté sur une erreur inattendue : relancez-le ; si cela se répète, prévenez l’exploitation."
)


def compute_lists(*, now: Callable[[], datetime] = clock.now, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Compute what waits, one list after the other; return how many were dealt with."""
    take_role(IMPORTER)
    try:
        return _compute(now, should_stop)
    finally:
        db.session.remove()  # the role and the person go with it


def _compute(now: Callable[[], datetime], should_stop: Callable[[], bool]) -> int:
    from app.actions.targeting_run import claim, compute  # numpy and scipy: for this alone

    done = 0
    while not should_stop() and (campaign := claim(now=now())):
        number = campaign.id
        db.session.commit()
        try:
            compute(campaign, actor=_actor(campaign), now=now(), on_stage=lambda stage, n=number: _note(n, stage))  # type: ignore[misc]
            db.session.commit()
        except Unscorable as why:
            _fail(number, str(why))
        except Exception:
            log.exception("Le calcul de la liste %d s’est arrêté.", number)
            _fail(number, UNEXPECTED)
        done += 1
    return done


def _actor(campaign: TargetingCampaign) -> Actor:
    """Return any agent of the organisation of a list, found as the pages find people: conventions say what it reads."""
    act_for(0, campaign.organisation_id, None)
    switch_role(APP)
    try:
        return auth.actor_for(campaign.organisation)
    finally:
        switch_role(IMPORTER)


def _note(campaign_id: int, stage: int) -> None:
    """Say how far it has got, to whoever looks at the page: beside the record, whose version does not move."""
    statement = update(TargetingCampaign).where(TargetingCampaign.id == campaign_id).values(run_stage=stage)
    db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.commit()


def _fail(campaign_id: int, why: str) -> None:
    db.session.rollback()
    campaign = db.session.get(TargetingCampaign, campaign_id, populate_existing=True)
    assert campaign
    campaign.run, campaign.failure = ListRun.FAILED, why
    db.session.commit()
