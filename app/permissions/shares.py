"""What an employer shares of its own: with whom it may, and who reads the copy that it made.

It is the employer's own: no convention opens it, and no partner reads what the copy was made from.
"""

from sqlalchemy import ColumnElement

from app.models import BarometerShare, Case, Employer, SelfDiagnosticShare
from app.permissions.actor import Actor
from app.permissions.audience import Audience
from app.permissions.matrix import Act, Kind, Relation, opens
from app.permissions.relations import is_own
from app.permissions.rules import is_open_for_the_sector, may

SHARED = frozenset({Relation.SHARED})
Share = SelfDiagnosticShare | BarometerShare
KINDS: dict[type, Kind] = {SelfDiagnosticShare: Kind.SELF_DIAGNOSTIC, BarometerShare: Kind.BAROMETER}


def sees_share(actor: Actor, shares: type[Share]) -> ColumnElement[bool]:
    """Condition on a table of shares: the copies made for the actor's organisation."""
    return is_own(shares.organisation_id, actor)


def may_read_share(actor: Actor, share: Share, employer: Employer) -> bool:
    """Tell whether a copy is open: made for the actor's organisation, not withdrawn, of an employer in its sight."""
    is_open = share.organisation_id == actor.organisation_id and share.withdrawn_at is None
    return is_open and may(actor, Act.READ, KINDS[type(share)], employer, given=SHARED)


def may_be_shared_with(actor: Actor, kind: Kind, record: Employer | Case) -> bool:
    """Tell whether an employer or a case in sight is one of which the actor's body reads what is shared with it."""
    return actor.organisation_id is not None and may(actor, Act.READ, kind, record, given=SHARED)


def recipients_among(audience: Audience, kind: Kind) -> list[Actor]:
    """Return the bodies around an employer that it may choose to share with."""
    return bodies_that_would(audience, Act.READ, kind, SHARED)


def bodies_that_would(audience: Audience, act: Act, kind: Kind, given: frozenset[Relation]) -> list[Actor]:
    """Return the bodies around an employer to which this would open, given what it chooses."""
    return [body for body in audience.bodies if _would(body, audience, act, kind, given)]


def _would(body: Actor, audience: Audience, act: Act, kind: Kind, given: frozenset[Relation]) -> bool:
    held = audience.relations_of(body) | given
    return opens(body.role, kind, act, held) and is_open_for_the_sector(
        body.role, act, kind, is_public=audience.is_public
    )
