"""Which employer a row names, as its author sees it: by SIREN, by FINESS of the entity, or of one of its places."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.incoming.handling import ELSEWHERE, Context, Effect, Verdict
from app.actions.incoming.register import Body, Place, employers_by, structures_by_finess
from app.extensions import db
from app.models import Employer
from app.permissions import Act, Kind, Relation, may, places_of
from app.queries.employers import get_employer
from app.readers.kinds.employer_key import EmployerKey
from app.readers.layouts import RowReading
from workflows.core import Refused

UNKNOWN = "Employeur inconnu du répertoire : vérifiez le numéro, ou importez d’abord FINESS."
OUT_OF_SIGHT = "Cet employeur n’est pas dans vos départements."
CLOSED = "« {kind} » : votre organisme n’écrit pas pour cet employeur ({sector})."


@dataclass(frozen=True)
class Known:
    """The employers that a batch names, by each of the numbers that may name them."""

    places: dict[str, Place]
    entities: dict[str, Body]
    sirens: dict[str, Body]

    def employer_id(self, key: EmployerKey) -> int | None:
        """Return the employer of a key, the most precise of its numbers first."""
        if key.finess and (place := self.places.get(key.finess)):
            return place.employer_id
        entity = self.entities.get(key.legal_entity_finess or "") or self.entities.get(key.finess or "")
        found = entity or self.sirens.get(key.siren or "")
        return found.id if found else None


def known_employers(rows: Sequence[RowReading]) -> Known:
    """Look for the employers of a batch, in three statements."""
    keys: list[EmployerKey] = [reading.row.employer for reading in rows]
    numbers = {number for key in keys for number in (key.finess, key.legal_entity_finess) if number}
    return Known(
        structures_by_finess({key.finess for key in keys if key.finess}),
        employers_by(Employer.finess, numbers),
        employers_by(Employer.siren, {key.siren for key in keys if key.siren}),
    )


def one_by_one(
    rows: Sequence[RowReading], context: Context, act: Callable[[RowReading, Employer, Known], Verdict]
) -> list[Verdict]:
    """Let each row be an act of its author, whole or not at all; a dry run does it too, then takes it back."""
    known = known_employers(rows)
    return [_apart(reading, known, context, act) for reading in rows]


def _apart(
    reading: RowReading, known: Known, context: Context, act: Callable[[RowReading, Employer, Known], Verdict]
) -> Verdict:
    number = known.employer_id(reading.row.employer)
    if number is None:
        return Verdict(reading.number, Effect.REJECT, "", UNKNOWN)
    kept = len(context.changes)
    savepoint = db.session.begin_nested()
    try:
        assert context.actor  # such files have an author
        employer = get_employer(context.actor, number)
        if employer is None:
            verdict = Verdict(reading.number, Effect.REJECT, "", OUT_OF_SIGHT)
        else:
            verdict = act(reading, employer, known)
            db.session.flush()
    except (Refused, Forbidden, Stale, Unacceptable) as why:
        verdict = Verdict(reading.number, Effect.REJECT, "", str(why))
    if context.is_dry_run or verdict.effect.is_lost:
        savepoint.rollback()
        del context.changes[kept:]
    else:
        savepoint.commit()
    return verdict


def refusal_to_write(kind: Kind, employer: Employer, context: Context) -> str:
    """Return why the author may not bring in its own lines of a family about an employer; empty when it may."""
    assert context.actor
    if all(context.is_elsewhere(place) for place in places_of(employer)):
        return ELSEWHERE.format(departement=", ".join(sorted(places_of(employer))) or "inconnu")
    if may(context.actor, Act.WRITE, kind, employer, given=frozenset({Relation.AUTHOR})):
        return ""
    return CLOSED.format(kind=kind.label, sector=employer.sector.label.lower())
