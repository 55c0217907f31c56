"""What is in sight, in SQL: the one definition of each relation, and of what a convention lets through."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from app.models import (
    CASE_PLACES,
    Case,
    CasePartner,
    Contact,
    Document,
    Employer,
    Exchange,
    FederationMember,
    Sector,
    Structure,
    Visibility,
    Visit,
)
from app.permissions.actor import Actor
from app.permissions.matrix import Act, Kind, Relation, relations_needed
from workflows.roles import LEADS, Role
from workflows.visit_report import VisitStatus

SHARED_READERS = frozenset(LEADS)
"""Who reads the entries that partners share; the other partners read their own organisation's only."""

Conditions = tuple[ColumnElement[bool], ...]
"""Any one of them is enough."""


# --- Relations --------------------------------------------------------------------------------------------


def employer_relations(actor: Actor) -> dict[Relation, ColumnElement[bool]]:
    """Return, for the actor's own possible relations, the condition on `Employer` that establishes each.

    The register is public data of FINESS: no convention is asked for it.
    """
    partner = exists().where(
        Case.employer_id == Employer.id, CasePartner.case_id == Case.id, _is(CasePartner.organisation_id, actor)
    )
    lead = exists().where(Case.employer_id == Employer.id, _is(Case.lead_organisation_id, actor))
    # Explicit correlation: a statement that itself joins cases or structures must not lend them to the test.
    on_case, here = (partner.correlate(Employer), lead.correlate(Employer)), _employer_lies_in(actor.territory)
    return _each(_possible(actor, here, here, on_case))


def case_relations(actor: Actor) -> dict[Relation, ColumnElement[bool]]:
    """The same for `Case` (joined to `Employer`): the territory is that of the case's own structures."""
    partner = select(CasePartner.case_id).where(CasePartner.case_id == Case.id, _is(CasePartner.organisation_id, actor))
    # Offset: without it PostgreSQL reads all the invitations of an organisation to tell 25 cases.
    return _each(_case_conditions(actor, partner.correlate(Case).offset(0).exists()))


def _each(relations: Mapping[Relation, Conditions]) -> dict[Relation, ColumnElement[bool]]:
    return {relation: or_(false(), *conditions) for relation, conditions in relations.items()}


def _case_conditions(actor: Actor, partner: ColumnElement[bool]) -> dict[Relation, Conditions]:
    here = lies_in(actor.territory)
    return _possible(actor, here, _open_territory(actor), (_is(Case.lead_organisation_id, actor), partner))


def _open_territory(actor: Actor) -> Conditions:
    """In its départements a body sees the cases it opened, and those of others that a convention opens there."""
    opened, reach = _is(Case.opening_organisation_id, actor), _reach(actor)
    owners = {here: _owner_is_among(sources) for here, sources in reach.items()}
    owners[actor.territory] = or_(opened, owners[actor.territory]) if actor.territory in owners else opened
    return tuple(and_(place, owner) for departements, owner in owners.items() for place in lies_in(departements))


def _reach(actor: Actor) -> dict[frozenset[str], frozenset[int]]:
    """Return, by départements of the actor's own, the organisations whose cases conventions open there."""
    reach: dict[frozenset[str], frozenset[int]] = {}
    for flow in actor.flows_of(Kind.CASE):
        if here := flow.departements & actor.territory:
            reach[here] = reach.get(here, frozenset()) | flow.sources
    return reach


def _owner_is_among(sources: Iterable[int]) -> ColumnElement[bool]:
    """A case is the data of its lead or, while it has none, of the organisation that opened it."""
    return func.coalesce(Case.lead_organisation_id, Case.opening_organisation_id).in_(_numbers(sources))


def _numbers(values: Iterable[int]) -> Any:
    return bindparam(None, sorted(values), Integer, expanding=True, literal_execute=True)


def _codes(departements: Iterable[str]) -> Any:
    # Written out in the statement: as parameters, the codes of a region would travel four times at each reading.
    return bindparam(None, sorted(departements), String(3), expanding=True, literal_execute=True)


def lies_in(departements: Iterable[str]) -> Conditions:
    """Return the conditions on `Case` that one of its structures at least lies in these départements."""
    codes = _codes(departements)
    one_of_several = (
        select(CASE_PLACES.c.case_id)
        .where(CASE_PLACES.c.case_id == Case.id, CASE_PLACES.c.departement.in_(codes))
        .correlate(Case)
        .offset(0)  # without which PostgreSQL first gathers every case of these départements
        .exists()
    )
    return Case.departement.in_(codes), and_(Case.departement.is_(None), one_of_several)


def _employer_lies_in(departements: Iterable[str]) -> Conditions:
    codes = _codes(departements)
    here = exists().where(Structure.employer_id == Employer.id, Structure.departement.in_(codes))
    return here.correlate(Employer), Employer.departement.in_(codes)


def _possible(actor: Actor, here: Conditions, territory: Conditions, on_case: Conditions) -> dict[Relation, Conditions]:
    if actor.role is Role.EMPLOYER:
        return {Relation.OWN: (Employer.id == actor.employer_id,)}
    if actor.role is Role.FEDERATION:
        # By its statutes and their consent, its members let their federation know who they are, where their case
        # stands and who leads it: the membership is the basis, not a convention.
        member = exists().where(
            FederationMember.employer_id == Employer.id, _is(FederationMember.organisation_id, actor)
        )
        return {Relation.MEMBER: (member.correlate(Employer),)}
    return {Relation.TERRITORY: territory, Relation.CASE: on_case, Relation.LOCATED: here}


def _is(column: Any, actor: Actor) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column == actor.organisation_id
    return condition if actor.organisation_id is not None else false()


def relation_columns(relations: Mapping[Relation, ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Return the relations as labelled columns, to be selected beside the record they qualify."""
    return [condition.label(relation.value) for relation, condition in relations.items()]


# --- Cases and employers ------------------------------------------------------------------------------------


def sees_employer(actor: Actor) -> ColumnElement[bool]:
    """Condition on `Employer`: the employers in the actor's sight."""
    return _any_of(employer_relations(actor), relations_needed(actor.role, Kind.EMPLOYER, Act.READ))


def sees_case(actor: Actor) -> ColumnElement[bool]:
    """Condition on `Case` joined to `Employer`. An employer sees its case once it has been told of it."""
    in_sight = _any_of(case_relations(actor), relations_needed(actor.role, Kind.CASE, Act.READ))
    return and_(in_sight, _was_told(actor))


def case_sights(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the parts of `sees_case`, any one being enough, each in the form that reads an index from its start."""
    needed = relations_needed(actor.role, Kind.CASE, Act.READ)
    partner = Case.id.in_(select(CasePartner.case_id).where(_is(CasePartner.organisation_id, actor)))
    known = _case_conditions(actor, partner)
    return [and_(part, _was_told(actor)) for relation in known if relation in needed for part in known[relation]]


def _was_told(actor: Actor) -> ColumnElement[bool]:
    return Case.employer_informed_on.is_not(None) if actor.role is Role.EMPLOYER else true()


def _any_of(relations: Mapping[Relation, ColumnElement[bool]], wanted: frozenset[Relation]) -> ColumnElement[bool]:
    return or_(false(), *(condition for relation, condition in relations.items() if relation in wanted))


def case_convention(actor: Actor) -> ColumnElement[Any]:
    """Return, on `Case`, the number of the convention that opens it in the actor's départements; NULL for none."""
    return _first(
        (flow.convention_id, and_(or_(*lies_in(here)), _owner_is_among(flow.sources)))
        for flow in actor.flows_of(Kind.CASE)
        if (here := flow.departements & actor.territory)
    )


def _first(found: Iterable[tuple[int, ColumnElement[bool]]]) -> ColumnElement[Any]:
    choices = [(condition, literal(number, literal_execute=True)) for number, condition in found]
    return case(*choices, else_=None) if choices else null()


# --- Entries and contacts -----------------------------------------------------------------------------------


def reads_entry(actor: Actor, kind: Kind) -> ColumnElement[bool]:
    """Condition on an entry (`Exchange`, `Visit`, `Document`) joined to `Employer` and `Case`, parent in sight.

    One's own organisation's; another's, when its audience says so and a convention opens it where the case lies
    (the employer, for an entry without a case). The employer reads what is open to it, without a convention.
    """
    if not relations_needed(actor.role, kind, Act.READ):
        return false()
    entry = _entry(kind)
    final = Visit.status == VisitStatus.FINAL if kind is Kind.VISIT else true()
    shared = or_(false(), *(entry.visibility == audience for audience in audiences_read_by(actor.role)))
    flowing = true() if actor.role is Role.EMPLOYER else or_(false(), *_flowing(actor, kind, entry).values())
    return and_(or_(_is(entry.organisation_id, actor), and_(shared, final, flowing)), not_public_for_the_carsat(actor))


def _entry(kind: Kind) -> Any:
    return {Kind.EXCHANGE: Exchange, Kind.VISIT: Visit, Kind.DOCUMENT: Document}[kind]


def _flowing(actor: Actor, kind: Kind, entry: Any) -> dict[int, ColumnElement[bool]]:
    """Return, by convention, the condition that it opens an entry."""
    return {
        flow.convention_id: and_(
            entry.organisation_id.in_(_numbers(flow.sources)),
            or_(*lies_in(flow.departements), and_(Case.id.is_(None), or_(*_employer_lies_in(flow.departements)))),
        )
        for flow in actor.flows_of(kind)
    }


def entry_convention(actor: Actor, kind: Kind) -> ColumnElement[Any]:
    """Return the number of the convention that opens an entry to the actor, as a column; NULL when none is needed."""
    entry = _entry(kind)
    found = {} if actor.role is Role.EMPLOYER else _flowing(actor, kind, entry)
    return _first((number, condition) for number, condition in found.items())


def reads_contact(actor: Actor) -> ColumnElement[bool]:
    """Condition on `Contact` joined to `Employer`, on the page of an employer whose contacts are open to the actor.

    Whom an employer names itself is no other organisation's data: no convention is asked for it.
    """
    if actor.role is Role.EMPLOYER:
        return and_(Contact.visibility == Visibility.EMPLOYER)
    flowing = or_(Contact.organisation_id.is_(None), *_contact_flows(actor).values())
    return or_(_is(Contact.organisation_id, actor), and_(Contact.visibility != Visibility.ORGANISATION, flowing))


def contact_convention(actor: Actor) -> ColumnElement[Any]:
    """The same as `entry_convention`, for a contact."""
    return _first((number, condition) for number, condition in _contact_flows(actor).items())


def _contact_flows(actor: Actor) -> dict[int, ColumnElement[bool]]:
    return {
        flow.convention_id: and_(
            Contact.organisation_id.in_(_numbers(flow.sources)), or_(*_employer_lies_in(flow.departements))
        )
        for flow in actor.flows_of(Kind.CONTACT)
    }


def audiences_read_by(role: Role) -> tuple[Visibility, ...]:
    """Return the audiences of which entries of other organisations are open to a role."""
    if role in SHARED_READERS:
        return (Visibility.PARTNERS, Visibility.EMPLOYER)
    return (Visibility.EMPLOYER,) if role is Role.EMPLOYER else ()


# --- Calendars ----------------------------------------------------------------------------------------------


def reads_calendars(actor: Actor) -> bool:
    """Tell whether a list may show when things are due, and to whom, on the cases that the actor sees."""
    return actor.role not in (Role.FEDERATION, Role.EMPLOYER) and bool(
        relations_needed(actor.role, Kind.CASE, Act.READ)
    )


def reads_calendar_of(actor: Actor, sector: Sector) -> bool:
    """The same for one row of a list: `reads_whole_case`, known from the sector of the employer."""
    return reads_calendars(actor) and not (actor.role is Role.CARSAT and sector is Sector.PUBLIC)


def hides_some_calendars(actor: Actor) -> bool:
    """Tell whether the actor sees cases of which it may know the calendar and others of which it may not."""
    return actor.role is Role.CARSAT


def has_open_calendar(actor: Actor) -> ColumnElement[bool]:
    """`reads_calendar_of` as a condition on `Case` joined to `Employer`."""
    return not_public_for_the_carsat(actor) if reads_calendars(actor) else false()


def not_public_for_the_carsat(actor: Actor) -> ColumnElement[bool]:
    """Condition on `Employer`: the branch AT-MP does not act for public agents."""
    return Employer.sector != Sector.PUBLIC if actor.role is Role.CARSAT else true()
