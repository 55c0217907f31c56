"""Who answers a self-diagnostic, and whose pen may be lent. Who reads what is shared of it is in `shares`."""

from sqlalchemy import ColumnElement, and_, false, or_

from app.models import Employer, SelfDiagnostic, SelfDiagnosticSheet
from app.permissions.actor import Actor
from app.permissions.audience import Audience
from app.permissions.matrix import Act, Kind, Relation, relations_needed
from app.permissions.relations import is_own
from app.permissions.rules import may, read_only_refusal
from app.permissions.shares import bodies_that_would

FAMILY = Kind.SELF_DIAGNOSTIC
LENT = frozenset({Relation.CONSENT})


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


def may_answer(actor: Actor, sheet: SelfDiagnosticSheet, employer: Employer) -> bool:
    """Tell whether the actor may answer on a sheet it sees, of an employer in its sight."""
    lent = LENT if sheet.pen_organisation_id and sheet.pen_organisation_id == actor.organisation_id else frozenset()
    return may(actor, Act.WRITE, FAMILY, employer, given=lent)


def decides_for_the_house(actor: Actor, diagnostic: SelfDiagnostic) -> bool:
    """Any manager of the house, in post, begins its rounds, answers them and lends the pen."""
    is_its_own = answers_for_a_house(actor) and diagnostic.employer_id == actor.employer_id
    return is_its_own and read_only_refusal(actor, Act.WRITE) is None


def shares_for_the_house(actor: Actor, diagnostic: SelfDiagnostic) -> bool:
    """Ending a round and sharing it bind the house: its direction or its presidency does it, as for who has access."""
    return decides_for_the_house(actor, diagnostic) and actor.decides_access


def pens_among(audience: Audience) -> list[Actor]:
    """Return the bodies around an employer whose agents may hold the pen, if a manager lets them."""
    return bodies_that_would(audience, Act.WRITE, FAMILY, LENT)
