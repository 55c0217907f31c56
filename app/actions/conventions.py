"""Writing conventions down, confirming them, leaving them: what opens and closes the flows between organisations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm.attributes import flag_modified

from app.actions.errors import Difference, Forbidden, Stale, Unacceptable
from app.actions.journal import record
from app.actions.notices import PERSON_TEMPLATE
from app.actions.outbox import queue_mail
from app.clock import PARIS
from app.extensions import db
from app.models import (
    Convention,
    ConventionDepartement,
    ConventionFamily,
    ConventionParty,
    JournalAction,
    ObjectKind,
    Organisation,
)
from app.permissions import (
    BY_CONVENTION,
    Actor,
    Kind,
    commits_its_organisation,
    may_change_convention,
    may_record_conventions,
    party_of,
)
from app.queries.conventions import is_known_reference, list_possible_parties
from app.queries.people import list_to_tell

ABOUT = "convention"

LONGEST_YEARS = 10
"""A convention is renewed at least this often: nobody remembers what was opened longer ago."""


@dataclass(frozen=True)
class Terms:
    """What a convention says."""

    reference: str
    title: str
    legal_basis: str
    parties: frozenset[int]
    families: frozenset[str]
    departements: frozenset[str]
    valid_from: date
    valid_until: date


def record_convention(
    terms: Terms,
    *,
    actor: Actor,
    today: date,
    now: datetime,
    amends: Convention | None = None,
    submission: str | None = None,
) -> Convention:
    """Write a convention down; the actor's own organisation confirms it thereby, the others each for itself.

    Raises Forbidden, or Unacceptable naming the field: parties and départements lie in the actor's territory.
    """
    if not may_record_conventions(actor):
        raise Forbidden("Une convention est enregistrée par la coordination ou l’administration d’un organisme pilote.")
    _refuse_faults(terms, actor)
    assert actor.organisation_id
    convention = Convention(
        organisation_id=actor.organisation_id,
        recorded_by_id=actor.user_id,
        recorded_at=now,
        amends_id=amends.id if amends else None,
        submission=submission,
    )
    db.session.add(convention)
    _write(convention, terms)
    own = ConventionParty(organisation_id=actor.organisation_id, confirmed_on=today, confirmed_by_id=actor.user_id)
    convention.parties = [own, *(ConventionParty(organisation_id=number) for number in sorted(terms.parties))]
    _tell(JournalAction.CONVENTION_RECORDED, convention, actor=actor, now=now)
    return convention


def amend_convention(convention: Convention, terms: Terms, *, version: int, actor: Actor, now: datetime) -> None:
    """Change what nobody else has confirmed yet; raises Stale with both versions."""
    if not may_change_convention(actor, convention):
        raise Forbidden("Une fois confirmée par un autre organisme, une convention ne change plus : faites un avenant.")
    if convention.version != version:
        raise Stale(convention, differences(convention, terms))
    _refuse_faults(terms, actor, but=convention.id)
    _touch(convention)
    _write(convention, terms)
    kept = {party.organisation_id: party for party in convention.parties}
    wanted = sorted(terms.parties | {convention.organisation_id})
    convention.parties = [kept.get(number) or ConventionParty(organisation_id=number) for number in wanted]
    _tell(JournalAction.CONVENTION_CHANGED, convention, actor=actor, now=now)


def differences(convention: Convention, terms: Terms) -> list[Difference]:
    """Return what two people wrote differently of one convention."""
    return [
        Difference("Référence", terms.reference, convention.reference),
        Difference("Objet", terms.title, convention.title),
        Difference("Fondement", terms.legal_basis, convention.legal_basis),
        Difference("Du", f"{terms.valid_from:%d/%m/%Y}", f"{convention.valid_from:%d/%m/%Y}"),
        Difference("Au", f"{terms.valid_until:%d/%m/%Y}", f"{convention.valid_until:%d/%m/%Y}"),
        Difference(
            "Départements",
            ", ".join(sorted(terms.departements)),
            ", ".join(row.departement for row in convention.departements),
        ),
        Difference("Données", _labels(terms.families), _labels({row.family for row in convention.families})),
        Difference("Parties", _names(terms.parties | {convention.organisation_id}), _present(convention)),
    ]


def _labels(families: Collection[str]) -> str:
    return ", ".join(kind.label for kind in Kind if kind.value in families)


def _names(numbers: Collection[int]) -> str:
    found = (db.session.get(Organisation, number) for number in numbers)
    return ", ".join(sorted(organisation.short_name for organisation in found if organisation))


def _present(convention: Convention) -> str:
    return ", ".join(sorted(party.organisation.short_name for party in convention.parties))


def _write(convention: Convention, terms: Terms) -> None:
    convention.reference, convention.title = terms.reference, terms.title
    convention.legal_basis = terms.legal_basis
    convention.valid_from, convention.valid_until = terms.valid_from, terms.valid_until
    families = {row.family: row for row in convention.families}
    convention.families = [families.get(slug) or ConventionFamily(family=slug) for slug in sorted(terms.families)]
    places = {row.departement: row for row in convention.departements}
    convention.departements = [
        places.get(code) or ConventionDepartement(departement=code) for code in sorted(terms.departements)
    ]


def _refuse_faults(terms: Terms, actor: Actor, but: int | None = None) -> None:
    if not terms.parties:
        raise Unacceptable("Choisissez au moins un autre organisme.", field="parties")
    if not terms.parties <= {organisation.id for organisation in list_possible_parties(actor)}:
        raise Unacceptable("Un de ces organismes n’intervient pas dans votre territoire.", field="parties")
    if not terms.families or not terms.families <= {kind.value for kind in BY_CONVENTION}:
        raise Unacceptable("Choisissez au moins une famille de données.", field="families")
    if not terms.departements or not terms.departements <= actor.territory:
        raise Unacceptable("Choisissez des départements de votre territoire.", field="departements")
    if terms.valid_until < terms.valid_from:
        raise Unacceptable("La fin précède le début.", field="valid_until")
    if terms.valid_until.year - terms.valid_from.year > LONGEST_YEARS:
        raise Unacceptable(f"Une convention dure au plus {LONGEST_YEARS} ans.", field="valid_until")
    if is_known_reference(terms.reference, but=but):
        raise Unacceptable("Une convention porte déjà cette référence.", field="reference")


def confirm_convention(convention: Convention, *, version: int, actor: Actor, today: date, now: datetime) -> None:
    """Bind the actor's organisation to the very text it read; confirming twice changes nothing."""
    party = _own_party(convention, actor)
    if party.confirmed_on:
        return
    if convention.version != version:
        raise Stale(convention)
    _touch(convention)
    party.confirmed_on, party.confirmed_by_id = today, actor.user_id
    _tell(JournalAction.CONVENTION_CONFIRMED, convention, actor=actor, now=now)


def end_convention(
    convention: Convention, motive: str, *, version: int, actor: Actor, today: date, now: datetime
) -> None:
    """End early from today on: for all, when the organisation that wrote it down says so; else for the actor's own."""
    party = _own_party(convention, actor)
    if convention.closed_on or party.left_on:
        return
    if convention.version != version:
        raise Stale(convention)
    _touch(convention)
    if convention.organisation_id == actor.organisation_id:
        convention.closed_on, convention.closing_motive = today, motive.strip()
    else:
        party.left_on, party.leaving_motive = today, motive.strip()
    _tell(JournalAction.CONVENTION_ENDED, convention, actor=actor, now=now)


def _tell(action: JournalAction, convention: Convention, *, actor: Actor, now: datetime) -> None:
    """What opens or closes flows joins the journal: between whom, which data, where, until when."""
    db.session.flush()
    content = {
        "parties": sorted([party.organisation_id, str(party.left_on)] for party in convention.parties),
        "families": sorted(row.family for row in convention.families),
        "departements": sorted(row.departement for row in convention.departements),
        "until": str(convention.closed_on or convention.valid_until),
    }
    record(action, ObjectKind.CONVENTION, convention.id, content, actor=actor, now=now)
    _write_to_the_others(action, convention, actor=actor, now=now)


def _write_to_the_others(action: JournalAction, convention: Convention, *, actor: Actor, now: datetime) -> None:
    """One mail for each person, however many of the parties it answers for; none to who has left the convention."""
    today, rule = now.astimezone(PARIS).date(), f"{action.value} {actor.organisation_id} {now.isoformat()}"
    for party in convention.parties:
        if party.organisation_id == actor.organisation_id or party.left_on is not None:
            continue
        for user in list_to_tell(party.organisation_id, today=today, but=actor.user_id):
            queue_mail(user.id, PERSON_TEMPLATE, ABOUT, convention.id, rule=rule, now=now)


def _own_party(convention: Convention, actor: Actor) -> ConventionParty:
    party = party_of(actor, convention)
    if party is None or not commits_its_organisation(actor):
        raise Forbidden("Cela revient à la coordination ou à l’administration de chaque organisme, pour lui-même.")
    return party


def _touch(convention: Convention) -> None:
    """The version moves with a child row too, so that nobody confirms a text that has just changed."""
    flag_modified(convention, "title")
