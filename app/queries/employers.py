"""Employers and structures in sight."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.extensions import at_most, db
from app.models import Case, CasePartner, Contact, Employer, FederationMember, Organisation, Sector, Structure
from app.models.search import search_words
from app.permissions import (
    Actor,
    contact_convention,
    employer_relations,
    reads_contact,
    relation_columns,
    relations_in,
    sees_case,
    sees_employer,
)
from app.queries.case_list import COUNT_CAP, PAGE
from app.queries.cases import ENDED, is_


@dataclass(frozen=True)
class EmployerFilters:
    """What the address of the list of employers says; empty means no restriction."""

    q: str = ""
    departement: str = ""
    category: str = ""
    sector: str = ""
    followed: str = ""

    def arguments(self) -> dict[str, Any]:
        """Return what differs from the default, as arguments of the address."""
        return {f.name: str(value) for f in fields(self) if (value := getattr(self, f.name)) != f.default}


FOLLOWED = {"oui": "Avec un dossier ouvert", "non": "Sans dossier ouvert"}


def visible_employers(actor: Actor) -> Select[Any]:
    """Return the select on `Employer` from which every read of employers starts."""
    return select(Employer).where(sees_employer(actor))


def get_employer(actor: Actor, employer_id: int) -> Employer | None:
    """Return an employer in sight with its structures and the reader's relations; else None."""
    return _one(actor, Employer.id == employer_id)


def get_structure(actor: Actor, finess: str) -> Structure | None:
    """Return a structure of an employer in sight, by its FINESS number; else None."""
    of_this_number = _has_structure(and_(Structure.finess == finess))
    employer = _one(actor, of_this_number)
    if employer is None:
        return None
    found = next(structure for structure in employer.structures if structure.finess == finess)
    # The very employer that the query judged: loaded anew from the structure, it would have lost its relations.
    set_committed_value(found, "employer", employer)
    return found


def _one(actor: Actor, condition: ColumnElement[bool]) -> Employer | None:
    row = db.session.execute(
        visible_employers(actor)
        .where(condition)
        .options(selectinload(Employer.structures))
        .add_columns(*relation_columns(employer_relations(actor)))
    ).first()
    if row is None:
        return None
    employer: Employer = row[0]
    employer.relations = relations_in(row)
    return employer


def _conditions(actor: Actor, filters: EmployerFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.departement:
        found.append(_has_structure(Structure.departement == filters.departement))
    if filters.category:
        found.append(_has_structure(Structure.category == filters.category))
    if filters.sector:
        found.append(is_(Employer.sector, Sector(filters.sector)))
    if filters.followed:
        followed = _is_followed(actor)
        found.append(followed if filters.followed == "oui" else ~followed)
    return found + [
        or_(Employer.search_key.contains(word), _has_structure(Structure.search_key.contains(word)))
        for word in search_words(filters.q)
    ]


def _is_followed(actor: Actor) -> ColumnElement[bool]:
    """An open case in sight: that another organisation follows an employer is told by a convention, or by nothing."""
    found = exists().where(Case.employer_id == Employer.id, Case.state.not_in(ENDED), sees_case(actor))
    return found.correlate(Employer)


def _has_structure(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Structure.employer_id == Employer.id, condition).correlate(Employer)


def list_employers(
    actor: Actor, filters: EmployerFilters, *, after: tuple[str, int] | None = None, limit: int | None = PAGE
) -> Sequence[Any]:
    """Return the rows of the list by name (one more than `limit` when a next page exists).

    `after` is the name and number of the last employer of the previous page.
    """
    count = select(func.count()).where(Structure.employer_id == Employer.id).scalar_subquery()
    statement = (
        visible_employers(actor)
        .with_only_columns(
            Employer.id,
            Employer.name,
            Employer.siren,
            Employer.finess,
            Employer.sector,
            Employer.city,
            Employer.departement,
            count.label("structures"),
            _is_followed(actor).label("is_followed"),
        )
        .where(*_conditions(actor, filters))
        .order_by(Employer.name, Employer.id)
    )
    if after:
        statement = statement.where(tuple_(Employer.name, Employer.id) > after)
    return db.session.execute(statement.limit(at_most(limit + 1)) if limit else statement).all()


def count_employers(actor: Actor, filters: EmployerFilters) -> int:
    """Return how many employers the list holds, no further than one past COUNT_CAP."""
    rows = visible_employers(actor).with_only_columns(Employer.id).where(*_conditions(actor, filters))
    return db.session.scalar(select(func.count()).select_from(rows.limit(at_most(COUNT_CAP + 1)).subquery())) or 0


def list_contacts(actor: Actor, employer: Employer, *conditions: ColumnElement[bool]) -> Sequence[Contact]:
    """Return the people of an employer in sight that the actor may read, those who left last."""
    rows = db.session.execute(
        select(Contact, contact_convention(actor).label("convention_id"))
        .join(Employer, Contact.employer_id == Employer.id)
        .where(Contact.employer_id == employer.id, reads_contact(actor), Contact.objected_on.is_(None), *conditions)
        .order_by(Contact.left_on.is_not(None), Contact.family_name)
    )
    return [_opened(contact, number) for contact, number in rows]


def _opened(contact: Contact, convention_id: int | None) -> Contact:
    contact.convention_id = convention_id
    return contact


def list_federations(employer: Employer) -> Sequence[Organisation]:
    """Return the federations an employer belongs to."""
    return db.session.scalars(
        select(Organisation)
        .join(FederationMember, FederationMember.organisation_id == Organisation.id)
        .where(FederationMember.employer_id == employer.id)
        .order_by(Organisation.short_name)
    ).all()


def list_bodies(actor: Actor, employer: Employer) -> list[Organisation]:
    """Return the other organisations of the cases of an employer that the actor sees: leads and partners."""
    cases = select(Case.id).join(Employer, Case.employer_id == Employer.id)
    seen = cases.where(Case.employer_id == employer.id, sees_case(actor)).subquery()
    leads = select(Case.lead_organisation_id).where(Case.id.in_(select(seen.c.id)))
    partners = select(CasePartner.organisation_id).where(CasePartner.case_id.in_(select(seen.c.id)))
    found = select(Organisation).where(Organisation.id.in_(leads.union(partners)), Organisation.is_active)
    others = found.where(Organisation.id != actor.organisation_id)
    return list(db.session.scalars(others.order_by(Organisation.short_name)))
