"""What is in sight, in SQL: the records that the relations open, and what a convention lets through."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, literal, null, or_, select, true

from app.models import (
    HOLDS_OWN_FIGURES,
    Aid,
    Case,
    CasePartner,
    ClaimEvidence,
    Contact,
    Cpom,
    CpomObjective,
    Document,
    Employer,
    Exchange,
    Observation,
    Sector,
    Structure,
    Visibility,
    Visit,
)
from app.permissions.actor import Actor
from app.permissions.matrix import Act, Kind, Relation, relations_needed, right_of
from app.permissions.relations import (
    case_conditions,
    case_relations,
    codes_of,
    employer_lies_in,
    employer_relations,
    is_own,
    lies_in,
    numbers,
    owner_is_among,
)
from workflows.roles import LEADS, Role
from workflows.visit_report import VisitStatus

SHARED_READERS = frozenset(LEADS)
"""Who reads the entries that partners share; the other partners read their own organisation's only."""


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
    partner = Case.id.in_(select(CasePartner.case_id).where(is_own(CasePartner.organisation_id, actor)))
    known = case_conditions(actor, partner)
    return [and_(part, _was_told(actor)) for relation in known if relation in needed for part in known[relation]]


def _was_told(actor: Actor) -> ColumnElement[bool]:
    return Case.employer_informed_on.is_not(None) if actor.role is Role.EMPLOYER else true()


def _any_of(relations: Mapping[Relation, ColumnElement[bool]], wanted: frozenset[Relation]) -> ColumnElement[bool]:
    return or_(false(), *(condition for relation, condition in relations.items() if relation in wanted))


def case_convention(actor: Actor) -> ColumnElement[Any]:
    """Return, on `Case`, the number of the convention that opens it in the actor's départements; NULL for none."""
    places = actor.whole_territory if actor.openings else actor.territory
    return _first(
        (flow.convention_id, and_(or_(*lies_in(here)), owner_is_among(flow.sources)))
        for flow in actor.flows_of(Kind.CASE)
        if (here := flow.departements & places)
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
    final = _is_shareable(actor, kind)
    shared = or_(false(), *(entry.visibility == audience for audience in audiences_read_by(actor.role)))
    flowing = true() if actor.role is Role.EMPLOYER else or_(false(), *_flowing(actor, kind, entry).values())
    own = is_own(entry.organisation_id, actor)
    return and_(or_(own, and_(shared, final, flowing)), not_public_for_the_carsat(actor))


def _is_shareable(actor: Actor, kind: Kind) -> ColumnElement[bool]:
    """Whatever its audience, a draft stays where it is written, and an employer's figures go to no third body."""
    if kind is Kind.VISIT:
        return and_(Visit.status == VisitStatus.FINAL)
    if kind is Kind.DOCUMENT and actor.role is not Role.EMPLOYER:
        return and_(Document.kind.not_in(HOLDS_OWN_FIGURES))
    return true()


def _entry(kind: Kind) -> Any:
    return {Kind.EXCHANGE: Exchange, Kind.VISIT: Visit, Kind.DOCUMENT: Document}[kind]


def _flowing(actor: Actor, kind: Kind, entry: Any) -> dict[int, ColumnElement[bool]]:
    """Return, by convention, the condition that it opens an entry."""
    return {
        flow.convention_id: and_(
            entry.organisation_id.in_(numbers(flow.sources)),
            or_(*lies_in(flow.departements), and_(Case.id.is_(None), or_(*employer_lies_in(flow.departements)))),
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
    return or_(is_own(Contact.organisation_id, actor), and_(Contact.visibility != Visibility.ORGANISATION, flowing))


def contact_convention(actor: Actor) -> ColumnElement[Any]:
    """The same as `entry_convention`, for a contact."""
    return _first((number, condition) for number, condition in _contact_flows(actor).items())


def _contact_flows(actor: Actor) -> dict[int, ColumnElement[bool]]:
    return {
        flow.convention_id: and_(
            Contact.organisation_id.in_(numbers(flow.sources)), or_(*employer_lies_in(flow.departements))
        )
        for flow in actor.flows_of(Kind.CONTACT)
    }


def audiences_read_by(role: Role) -> tuple[Visibility, ...]:
    """Return the audiences of which entries of other organisations are open to a role."""
    if role in SHARED_READERS:
        return (Visibility.PARTNERS, Visibility.EMPLOYER)
    return (Visibility.EMPLOYER,) if role is Role.EMPLOYER else ()


# --- Figures ------------------------------------------------------------------------------------------------


def reads_figure(actor: Actor, kind: Kind, relations: frozenset[str] = frozenset()) -> ColumnElement[bool]:
    """Condition on a figure (`Observation`, or `ClaimEvidence` for the band) joined to `Structure`, employer in sight.

    One's own organisation's; another's, when a convention opens the family where the structure lies and the actor
    works there, or is invited by the case (`relations` with the employer). What a command brought in for no
    organisation is for those who bring such files in. An employer reads its own, without a convention.
    """
    if not relations_needed(actor.role, kind, Act.READ):
        return false()
    figure = _figure(kind)
    if actor.role is Role.EMPLOYER:
        return and_(figure.employer_id == actor.employer_id)
    nobody = figure.organisation_id.is_(None) if relations_needed(actor.role, kind, Act.WRITE) else false()
    flowing = or_(false(), *_figure_flows(actor, kind).values())
    places = actor.whole_territory if actor.openings else actor.territory
    here = true() if Relation.CASE in relations else _is_here(places)
    return and_(here, or_(is_own(figure.organisation_id, actor), nobody, flowing))


def _figure(kind: Kind) -> Any:
    return ClaimEvidence if kind is Kind.AT_BAND else Observation


def _is_here(departements: Iterable[str]) -> ColumnElement[bool]:
    """A structure there, or none: the figures of a whole employer in sight."""
    return or_(Structure.id.is_(None), Structure.departement.in_(codes_of(departements)))


def _figure_flows(actor: Actor, kind: Kind) -> dict[int, ColumnElement[bool]]:
    figure = _figure(kind)
    return {
        flow.convention_id: and_(figure.organisation_id.in_(numbers(flow.sources)), _is_here(flow.departements))
        for flow in actor.flows_of(kind)
    }


def figure_convention(actor: Actor, kind: Kind) -> ColumnElement[Any]:
    """The same as `entry_convention`, for a figure; NULL for one's own organisation's."""
    if actor.role is Role.EMPLOYER:
        return null()
    other = ~is_own(_figure(kind).organisation_id, actor)
    return _first((number, and_(other, condition)) for number, condition in _figure_flows(actor, kind).items())


# --- Contracts, objectives, aids ----------------------------------------------------------------------------

Line = type[Cpom] | type[CpomObjective] | type[Aid]
"""What one organisation keeps of an employer, whole: it has no audience of its own."""


def reads_line(actor: Actor, kind: Kind, line: Line) -> ColumnElement[bool]:
    """Condition on a line joined to `Employer`, on the page of an employer whose lines of this family `may` be read.

    One's own organisation's; another's, when a convention opens the family where the employer lies, unless the family
    is open to the actor for its own lines only. An employer reads its own, without a convention.
    """
    found = right_of(actor.role, kind, Act.READ)
    if not found.ties:
        return false()
    if actor.role is Role.EMPLOYER:
        return and_(line.employer_id == actor.employer_id)
    own = is_own(line.organisation_id, actor)
    flowing = () if Relation.AUTHOR in found.given else _line_flows(actor, kind, line).values()
    return and_(or_(own, *flowing), not_public_for_the_carsat(actor))


def _line_flows(actor: Actor, kind: Kind, line: Line) -> dict[int, ColumnElement[bool]]:
    return {
        flow.convention_id: and_(
            line.organisation_id.in_(numbers(flow.sources)), or_(*employer_lies_in(flow.departements))
        )
        for flow in actor.flows_of(kind)
    }


def line_convention(actor: Actor, kind: Kind, line: Line) -> ColumnElement[Any]:
    """The same as `entry_convention`, for a line; NULL for one's own organisation's."""
    if actor.role is Role.EMPLOYER:
        return null()
    other = ~is_own(line.organisation_id, actor)
    return _first((number, and_(other, condition)) for number, condition in _line_flows(actor, kind, line).items())


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
