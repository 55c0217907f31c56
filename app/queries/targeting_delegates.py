"""What a link leads somebody without an account to: the place at which it signs a targeting list."""

from dataclasses import dataclass
from datetime import date

from app.extensions import db
from app.models import LinkPurpose, MagicLink, TargetingAnswer, TargetingCampaign, TargetingDelegate, TargetingSignatory
from app.permissions import Actor
from app.queries import targeting_signatures
from app.queries.magic_links import get_link
from app.queries.targeting import get_campaign
from app.queries.targeting_versions import ReadVersion, read_version

ABOUT = "targeting_delegate"
"""What such a link is about."""


@dataclass(frozen=True)
class Place:
    """Where a delegate stands: its list, its place, what it reads of the last version, the answer in force."""

    campaign: TargetingCampaign
    seat: TargetingSignatory
    delegate: TargetingDelegate
    found: ReadVersion
    answer: TargetingAnswer | None


def get_delegate_link(reference: str) -> MagicLink | None:
    """Return the link of a delegate, dead or alive; None for any other link."""
    link = get_link(reference)
    return link if link and link.purpose is LinkPurpose.SIGNATURE and link.object_kind == ABOUT else None


def get_delegate_of(link: MagicLink) -> TargetingDelegate | None:
    """Return whom a link was sent to, withdrawn since or not; None once its list was erased."""
    return db.session.get(TargetingDelegate, link.object_id)


def get_place(actor: Actor, delegate: TargetingDelegate, *, lock: bool = False) -> Place | None:
    """Return the place of a delegate, read by its organisation; None when the list is not open to it any more."""
    campaign = get_campaign(actor, delegate.signatory.campaign_id)
    seat = targeting_signatures.get_seat(campaign, delegate.organisation_id, lock=lock) if campaign else None
    version = targeting_signatures.last_version(campaign) if campaign else None
    found = read_version(actor, campaign, version.number) if campaign and version else None
    if campaign is None or seat is None or found is None:
        return None
    return Place(campaign, seat, delegate, found, targeting_signatures.get_answer(seat))


def hold_place(actor: Actor, delegate: TargetingDelegate, link: MagicLink) -> Place | None:
    """Return the same under lock, the link as it is by then: whoever pressed twice finds the first answer given."""
    place = get_place(actor, delegate, lock=True)
    db.session.refresh(link)
    return place


def giver_is_in_post(delegate: TargetingDelegate, *, today: date) -> bool:
    """Tell whether who gave a delegation may still give it: nobody signs for somebody who has left."""
    people = targeting_signatures.list_people_in_post(delegate.organisation_id, today=today)
    return delegate.appointed_by_id in {one.user_id for one in people}
