"""What the managers of a house do for it, and who reads what its teams said."""

from sqlalchemy import ColumnElement, and_, false, select

from app.models import Case, Employer, TeamVoice
from app.permissions.actor import Actor
from app.permissions.matrix import Act, Kind, Relation, opens, relations_needed
from app.permissions.rules import may, read_only_refusal
from app.permissions.self_diagnostics import answers_for_a_house
from app.permissions.sight import SHARED_READERS, sees_employer


def speaks_for(actor: Actor, employer: Employer) -> bool:
    """Tell whether the actor manages this house, in post: any of its managers asks and records in its name."""
    is_its_own = answers_for_a_house(actor) and actor.employer_id == employer.id
    return is_its_own and read_only_refusal(actor, Act.WRITE) is None


def binds_the_house(actor: Actor, employer: Employer) -> bool:
    """To give no follow-up, or to share what teams said, binds the house: its direction or its presidency does it."""
    return speaks_for(actor, employer) and actor.decides_access


def reads_wishes(actor: Actor, record: Employer | Case) -> bool:
    """Tell whether what an employer asks is told to the actor: to the house, and to the bodies that may approach it."""
    is_told = answers_for_a_house(actor) or actor.role in SHARED_READERS
    return is_told and may(actor, Act.READ, Kind.EXCHANGE, record)


def sees_voice(actor: Actor) -> ColumnElement[bool]:
    """Condition on `TeamVoice`: the house's own; of others what they shared, as a self-diagnostic."""
    if answers_for_a_house(actor):
        return and_(TeamVoice.employer_id == actor.employer_id)
    if not relations_needed(actor.role, Kind.SELF_DIAGNOSTIC, Act.READ):
        return false()
    return and_(TeamVoice.is_shared, TeamVoice.employer_id.in_(select(Employer.id).where(sees_employer(actor))))


def reads_voices(actor: Actor, employer: Employer) -> bool:
    """Tell whether the actor's body reads what this employer shares."""
    return opens(actor.role, Kind.SELF_DIAGNOSTIC, Act.READ, employer.relations | {Relation.SHARED})
