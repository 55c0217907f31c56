"""What employers shared of their own with the actor's organisation, whatever it is a copy of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select, union_all

from app.extensions import db
from app.models import BarometerShare, SelfDiagnosticShare
from app.permissions import Actor, Kind, sees_share

TABLES: dict[Kind, type[SelfDiagnosticShare] | type[BarometerShare]] = {
    Kind.SELF_DIAGNOSTIC: SelfDiagnosticShare,
    Kind.BAROMETER: BarometerShare,
}


@dataclass(frozen=True)
class Received:
    """A copy that is open: of what, in words, and since when."""

    kind: Kind
    id: int
    about: str
    shared_at: datetime


def list_open_shares(actor: Actor, employer_id: int) -> list[Received]:
    """Return the copies of an employer's own that the actor's organisation may read, in one statement, latest first."""
    each = [
        select(literal(kind.value).label("kind"), table.id, table.about, table.shared_at).where(
            sees_share(actor, table), table.employer_id == employer_id, table.withdrawn_at.is_(None)
        )
        for kind, table in TABLES.items()
    ]
    found = [Received(Kind(row.kind), row.id, row.about, row.shared_at) for row in db.session.execute(union_all(*each))]
    return sorted(found, key=lambda one: (one.shared_at, one.id), reverse=True)
