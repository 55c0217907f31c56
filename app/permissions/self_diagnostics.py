"""Who answers a self-diagnostic, who reads it, and with whom an employer may share it.

It is the employer's own: no convention opens it, and no partner reads the answers themselves. What a partner reads is
the copy that the employer made for it; what it writes, it writes with a pen that a manager lent it.
"""

from sqlalchemy import ColumnElement, and_, false, or_

from app.models import Case, Employer, SelfDiagnostic, SelfDiagnosticShare, SelfDiagnosticSheet
from app.permissions.actor import Actor
from app.permissions.audience import Audience
from app.permissions.matrix import Act, Kind, Relation, opens, relations_needed
from app.permissions.relations import is_own
from app.permissions.rules import is_open_for_the_sector, may, read_only_refusal

FAMILY = Kind.SELF_DIAGNOSTIC
LENT = frozenset({Relation.CONSENT})
SHARED = frozenset({Relation.SHARED})


def answers_for_a_house(actor: Actor) -> bool:
    """Tell whether the actor manages an employer, whose self-diagnostics it reads and answers."""
    return Relation.OWN in relations_needed(actor.role, FAMILY, Act.READ)


def sees_self_diagnostic(actor: Actor) -> ColumnElement[bool]:
    """Condition on `SelfDiagnostic`: those of the actor's own house, draft or not."""
    return and_(SelfDiagnostic.employer_id == actor.employer_id) if answers_for_a_house(actor) else false()


def sees_sheet(actor: Actor) -> ColumnElement[bool]:
    """Condition on `SelfDiagnosticSheet`: the actor's own in the house it manages now, or one whose pen it holds."""
    mine = and_(SelfDiagnosticSheet.user_id == actor.user_id, SelfDiagnosticSheet.employer_id == actor.employer_id)
    return or_(mine if answers_for_a_house(actor) else false(), is_own(SelfDiagnosticSheet.pen_organisation_id, actor))


def sees_share(actor: Actor) -> ColumnElement[bool]:
    """Condition on `SelfDiagnosticShare`: the copies made for the actor's organisation."""
    return is_own(SelfDiagnosticShare.organisation_id, actor)


def may_answer(actor: Actor, sheet: SelfDiagnosticSheet, employer: Employer) -> bool:
    """Tell whether the actor may answer on a sheet it sees, of an employer in its sight."""
    lent = LENT if sheet.pen_organisation_id and sheet.pen_organisation_id == actor.organisation_id else frozenset()
    return may(actor, Act.WRITE, FAMILY, employer, given=lent)


def may_read_share(actor: Actor, share: SelfDiagnosticShare, employer: Employer) -> bool:
    """Tell whether a copy is open: made for the actor's organisation, not withdrawn, of an employer in its sight."""
    is_open = share.organisation_id == actor.organisation_id and share.withdrawn_at is None
    return is_open and may(actor, Act.READ, FAMILY, employer, given=SHARED)


def may_be_shared_with(actor: Actor, record: Employer | Case) -> bool:
    """Tell whether an employer or a case in sight is one of which the actor's body reads what is shared with it."""
    return actor.organisation_id is not None and may(actor, Act.READ, FAMILY, record, given=SHARED)


def decides_for_the_house(actor: Actor, diagnostic: SelfDiagnostic) -> bool:
    """Any manager of the house, in post, begins its rounds, answers them and lends the pen."""
    is_its_own = answers_for_a_house(actor) and diagnostic.employer_id == actor.employer_id
    return is_its_own and read_only_refusal(actor, Act.WRITE) is None


def shares_for_the_house(actor: Actor, diagnostic: SelfDiagnostic) -> bool:
    """Ending a round and sharing it bind the house: its direction or its presidency does it, as for who has access."""
    return decides_for_the_house(actor, diagnostic) and actor.decides_access


def recipients_among(audience: Audience) -> list[Actor]:
    """Return the bodies around an employer that it may choose to share with."""
    return [body for body in audience.bodies if _would(body, audience, Act.READ, SHARED)]


def pens_among(audience: Audience) -> list[Actor]:
    """Return the bodies around an employer whose agents may hold the pen, if a manager lets them."""
    return [body for body in audience.bodies if _would(body, audience, Act.WRITE, LENT)]


def _would(body: Actor, audience: Audience, act: Act, given: frozenset[Relation]) -> bool:
    held = audience.relations_of(body) | given
    return opens(body.role, FAMILY, act, held) and is_open_for_the_sector(
        body.role, act, FAMILY, is_public=audience.is_public
    )
