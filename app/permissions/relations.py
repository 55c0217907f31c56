"""What ties an actor to a record, in SQL: the one definition of each relation."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, bindparam, exists, false, func, or_, select

from app.models import CASE_PLACES, Case, CasePartner, Employer, FederationMember, Structure
from app.permissions.actor import Actor
from app.permissions.matrix import Kind, Relation
from workflows.roles import Role

Conditions = tuple[ColumnElement[bool], ...]
"""Any one of them is enough."""


def employer_relations(actor: Actor) -> dict[Relation, ColumnElement[bool]]:
    """Return, for the actor's own possible relations, the condition on `Employer` that establishes each.

    The register is public data of FINESS: no convention is asked for it.
    """
    partner = exists().where(
        Case.employer_id == Employer.id, CasePartner.case_id == Case.id, is_own(CasePartner.organisation_id, actor)
    )
    lead = exists().where(Case.employer_id == Employer.id, is_own(Case.lead_organisation_id, actor))
    # Explicit correlation: a statement that itself joins cases or structures must not lend them to the test.
    on_case, here = (partner.correlate(Employer), lead.correlate(Employer)), employer_lies_in(actor.territory)
    found = _possible(actor, here, here, on_case)
    if actor.openings:
        opened = exists().where(Case.employer_id == Employer.id, Case.id.in_(_opened(actor)))
        found[Relation.EXCEPTION] = (opened.correlate(Employer),)
    return _each(found)


def case_relations(actor: Actor) -> dict[Relation, ColumnElement[bool]]:
    """The same for `Case` (joined to `Employer`): the territory is that of the case's own structures."""
    invited = is_own(CasePartner.organisation_id, actor)
    partner = select(CasePartner.case_id).where(CasePartner.case_id == Case.id, invited)
    # Offset: without it PostgreSQL reads all the invitations of an organisation to tell 25 cases.
    return _each(case_conditions(actor, partner.correlate(Case).offset(0).exists()))


def _each(relations: Mapping[Relation, Conditions]) -> dict[Relation, ColumnElement[bool]]:
    return {relation: or_(false(), *conditions) for relation, conditions in relations.items()}


def case_conditions(actor: Actor, partner: ColumnElement[bool]) -> dict[Relation, Conditions]:
    """Return the parts of each of `case_relations`, by the form of « is a partner » that suits the statement."""
    here = lies_in(actor.territory)
    found = _possible(actor, here, _open_territory(actor), (is_own(Case.lead_organisation_id, actor), partner))
    if actor.openings:
        found[Relation.EXCEPTION] = (Case.id.in_(_opened(actor)),)
    return found


def _opened(actor: Actor) -> Any:
    return numbers(opening.case_id for opening in actor.openings)


def _open_territory(actor: Actor) -> Conditions:
    """In its départements a body sees the cases it opened, and those of others that a convention opens there."""
    opened, reach = is_own(Case.opening_organisation_id, actor), _reach(actor)
    owners = {here: owner_is_among(sources) for here, sources in reach.items()}
    owners[actor.territory] = or_(opened, owners[actor.territory]) if actor.territory in owners else opened
    return tuple(and_(place, owner) for departements, owner in owners.items() for place in lies_in(departements))


def _reach(actor: Actor) -> dict[frozenset[str], frozenset[int]]:
    """Return, by départements of the actor's own, the organisations whose cases conventions open there."""
    reach: dict[frozenset[str], frozenset[int]] = {}
    for flow in actor.flows_of(Kind.CASE):
        if here := flow.departements & actor.territory:
            reach[here] = reach.get(here, frozenset()) | flow.sources
    return reach


def owner_is_among(sources: Iterable[int]) -> ColumnElement[bool]:
    """A case is the data of its lead or, while it has none, of the organisation that opened it."""
    return func.coalesce(Case.lead_organisation_id, Case.opening_organisation_id).in_(numbers(sources))


def numbers(values: Iterable[int]) -> Any:
    """Return the numbers of records, written out in the statement, for an `IN`."""
    return bindparam(None, sorted(values), Integer, expanding=True, literal_execute=True)


def codes_of(departements: Iterable[str]) -> Any:
    """Return the codes of départements, for an `IN`."""
    # Written out in the statement: as parameters, the codes of a region would travel four times at each reading.
    return bindparam(None, sorted(departements), String(3), expanding=True, literal_execute=True)


def lies_in(departements: Iterable[str]) -> Conditions:
    """Return the conditions on `Case` that one of its structures at least lies in these départements."""
    codes = codes_of(departements)
    one_of_several = (
        select(CASE_PLACES.c.case_id)
        .where(CASE_PLACES.c.case_id == Case.id, CASE_PLACES.c.departement.in_(codes))
        .correlate(Case)
        .offset(0)  # without which PostgreSQL first gathers every case of these départements
        .exists()
    )
    return Case.departement.in_(codes), and_(Case.departement.is_(None), one_of_several)


def employer_lies_in(departements: Iterable[str]) -> Conditions:
    """The same on `Employer`: its seat, or one of its structures at least."""
    codes = codes_of(departements)
    here = exists().where(Structure.employer_id == Employer.id, Structure.departement.in_(codes))
    return here.correlate(Employer), Employer.departement.in_(codes)


def _possible(actor: Actor, here: Conditions, territory: Conditions, on_case: Conditions) -> dict[Relation, Conditions]:
    if actor.role is Role.EMPLOYER:
        return {Relation.OWN: (Employer.id == actor.employer_id,)}
    if actor.role is Role.FEDERATION:
        # By its statutes and their consent, its members let their federation know who they are, where their case
        # stands and who leads it: the membership is the basis, not a convention.
        member = exists().where(
            FederationMember.employer_id == Employer.id, is_own(FederationMember.organisation_id, actor)
        )
        return {Relation.MEMBER: (member.correlate(Employer),)}
    return {Relation.TERRITORY: territory, Relation.CASE: on_case, Relation.LOCATED: here}


def is_own(column: Any, actor: Actor) -> ColumnElement[bool]:
    """Condition that a column holds the actor's organisation: never, for who acts for none."""
    condition: ColumnElement[bool] = column == actor.organisation_id
    return condition if actor.organisation_id is not None else false()


def relation_columns(relations: Mapping[Relation, ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Return the relations as labelled columns, to be selected beside the record they qualify."""
    return [condition.label(relation.value) for relation, condition in relations.items()]


def relations_in(row: Any) -> frozenset[Relation]:
    """Return those that hold, from a row that was read with `relation_columns`."""
    return frozenset(relation for relation in Relation if getattr(row, relation.value, False))
