"""A list to be signed, of which somebody without an account signs a part: what the tests of it do."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select, update

from app import clock
from app.actions import targeting as lists
from app.actions.magic_links import make_secret
from app.actions.outbox import Claimed
from app.actions.targeting_signatures import SignatoryTerms, name_signatory, take_signing_step
from app.actions.targeting_versions import freeze_list
from app.extensions import db
from app.jobs import letters
from app.models import (
    MagicLink,
    OutboxMail,
    TargetingAnswer,
    TargetingCampaign,
    TargetingLine,
)
from app.queries import targeting_signatures as queries
from tests.pages import Browser, Page
from tests.targeting import make_frozen
from tests.views.test_targeting_signatures import AFTER, SIGNERS
from tests.world import World
from workflows.targeting_proposals import Decision

Browse = Callable[[str], Browser]
WHO = {
    "given_name": "Odile",
    "family_name": "Renard",
    "function": "Directrice adjointe",
    "email": "odile@ailleurs.example",
}


def make_called(world: World) -> int:
    """A list to be signed; for the federation, by « federation »."""
    campaign = make_frozen(world, today=AFTER, now=clock.now() - timedelta(hours=1))
    who = world.actor("coordinatrice")
    for seat in queries.list_seats(campaign, today=AFTER):
        name = next(one for one, organisation in SIGNERS.items() if organisation == seat.signatory.organisation.name)
        facts: dict[str, Any] = {"version": seat.signatory.version, "actor": who, "today": AFTER, "now": clock.now()}
        name_signatory(campaign, seat, SignatoryTerms(world.user(name).id, "Présidente", ""), **facts)
    take_signing_step(campaign, "call", version=campaign.version, actor=who, today=AFTER, now=clock.now())
    db.session.commit()
    return campaign.id


def delegated(browser: Browser, campaign: int, **changed: str) -> str:
    """Appoint the delegate, and return the code that the page shows."""
    page = browser.fill(f"/ciblage/{campaign}/delegation", **{**WHO, **changed})
    return code_on(page)


def code_on(page: Page) -> str:
    assert page.status == 200 and "Code à donner de vive voix" in page.title, page.main
    found = re.search(r"\b(\d{3}) (\d{3})\b", page.main)
    assert found
    return "".join(found.groups())


def link() -> MagicLink:
    """The last link sent."""
    db.session.rollback()
    return db.session.scalars(select(MagicLink).order_by(MagicLink.id.desc()).limit(1)).one()


def address() -> str:
    return f"/signer/{link().reference}"


def secret() -> str:
    return make_secret(link().reference, current_app.config["SECRET_KEY"])


def entered(app: Flask, code: str) -> Browser:
    """A browser without account in which the link and the code have been given."""
    browser = Browser(app, None)
    page = browser.fill(address(), secret=secret(), code=code)
    assert page.location == f"{address()}/liste", page.errors()
    return browser


def answered(browser: Browser, **given: Any) -> Page:
    return browser.fill(f"{address()}/liste", **{"answer": "signed", "confirmed": "y", **given})


def answers() -> list[TargetingAnswer]:
    db.session.rollback()
    return list(db.session.scalars(select(TargetingAnswer).order_by(TargetingAnswer.id)))


def refrozen(world: World, campaign: int, employer: str, *, call: bool = True) -> None:
    """Reopen the list, take an employer out, freeze it again, call again."""
    listed = db.session.get_one(TargetingCampaign, campaign, populate_existing=True)
    who: dict[str, Any] = {"actor": world.actor("coordinatrice"), "today": AFTER, "now": clock.now()}
    lists.take_step(listed, "amend", "Une fermeture", version=listed.version, **who)
    line = (TargetingLine.campaign_id == campaign, TargetingLine.employer_id == world.employer(employer).id)
    db.session.execute(update(TargetingLine).where(*line).values(decided=Decision.WITHDRAWN))
    freeze_list(listed, version=listed.version, **who)
    if call:
        take_signing_step(listed, "call", version=listed.version, **who)
    db.session.commit()


def written(rule: str) -> dict[str, str]:
    """What the mails of this rule say today, by address."""
    found = {}
    for mail in db.session.scalars(select(OutboxMail).where(OutboxMail.rule.startswith(rule))).all():
        names = ("id", "user_id", "template", "object_kind", "object_id", "rule", "cycle", "attempts", "created_at")
        try:
            claimed = Claimed(**{name: getattr(mail, name) for name in names})
            letter = letters.write(claimed, now=clock.now()).letter
        except letters.NoReason:
            continue
        found[letter.recipient] = f"{letter.subject} {letter.text}"
    return found
