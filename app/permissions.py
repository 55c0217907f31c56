"""The only judge of who may read and do what: one table, one SQL meaning for each relation, and the steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, exists, false, or_, select, true

from app.models import (
    Case,
    CasePartner,
    CaseStructure,
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
from workflows.core import Step
from workflows.labels import LabelledEnum
from workflows.roles import LEADS, Role
from workflows.visit_report import VisitStatus


@dataclass(frozen=True)
class Actor:
    """Who acts, in the one capacity chosen for this session."""

    user_id: int
    name: str
    role: Role
    capacity_id: int = 0
    organisation_id: int | None = None
    organisation_name: str = ""
    territory: frozenset[str] = frozenset()
    employer_id: int | None = None
    is_coordinator: bool = False
    is_administrator: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset({self.role, Role.COORDINATOR} if self.is_coordinator else {self.role})


class Relation(LabelledEnum):
    """What ties an actor to an employer or a case; the query that loads a record sets those that hold."""

    TERRITORY = "territory", "dans ses départements"
    CASE = "case", "sur les dossiers où il est chef de file ou partenaire"
    MEMBER = "member", "pour ses adhérents"
    OWN = "own", "pour son propre établissement"


class Kind(LabelledEnum):
    """A family of data."""

    EMPLOYER = "employer", "Employeurs et établissements"
    CONTACT = "contact", "Contacts"
    CASE = "case", "Dossiers : état, chef de file, échéances"
    EXCHANGE = "exchange", "Notes de terrain"
    VISIT = "visit", "Comptes rendus de visite"
    DOCUMENT = "document", "Documents"


class Act(Enum):
    """Reading, or writing."""

    READ = "read"
    WRITE = "write"


ON_SITE = frozenset({Relation.TERRITORY, Relation.CASE})
INVITED = frozenset({Relation.CASE})
MEMBERS = frozenset({Relation.MEMBER})
OWN = frozenset({Relation.OWN})

_LEADS = dict.fromkeys(LEADS, ON_SITE)
_INVITED = dict.fromkeys(
    (
        Role.ARACT,
        Role.PROVIDER,
        Role.FUNDER,
        Role.PUBLIC_PREVENTION,
        Role.SPST,
        Role.MSA,
        Role.REGION,
    ),
    INVITED,
)
_EVERYONE_CONCERNED = {**_LEADS, **_INVITED, Role.FEDERATION: MEMBERS, Role.EMPLOYER: OWN}
_VISITORS = {
    Role.CARSAT: ON_SITE,
    Role.ARACT: INVITED,
    Role.PROVIDER: INVITED,
    # The counterparts of the Carsat for public employers and for the régime agricole.
    Role.PUBLIC_PREVENTION: INVITED,
    Role.MSA: INVITED,
}

MATRIX: Mapping[Kind, Mapping[Act, Mapping[Role, frozenset[Relation]]]] = {
    Kind.EMPLOYER: {Act.READ: _EVERYONE_CONCERNED, Act.WRITE: _LEADS},
    Kind.CONTACT: {
        Act.READ: {
            **_LEADS,
            Role.ARACT: INVITED,
            Role.PROVIDER: INVITED,
            Role.FEDERATION: MEMBERS,
            Role.EMPLOYER: OWN,
        },
        Act.WRITE: {**_LEADS, Role.EMPLOYER: OWN},
    },
    Kind.CASE: {Act.READ: _EVERYONE_CONCERNED, Act.WRITE: _LEADS},
    Kind.EXCHANGE: {
        Act.READ: _EVERYONE_CONCERNED,
        Act.WRITE: {**_LEADS, Role.ARACT: INVITED, Role.PROVIDER: INVITED, Role.FEDERATION: MEMBERS},
    },
    Kind.VISIT: {Act.READ: {**_LEADS, **_VISITORS, Role.EMPLOYER: OWN}, Act.WRITE: _VISITORS},
    Kind.DOCUMENT: {
        Act.READ: _EVERYONE_CONCERNED,
        Act.WRITE: {**_LEADS, Role.ARACT: INVITED, Role.PROVIDER: INVITED, Role.FEDERATION: MEMBERS},
    },
}
"""Which relation opens which family of data to which role. Absent: closed. DREETS, national bodies and the
platform's administration appear nowhere: they read aggregates or settings only."""

SHARED_READERS = frozenset(LEADS)
"""Who reads the entries that partners share; the other partners read their own organisation's only."""


def relations_needed(role: Role, kind: Kind, act: Act) -> frozenset[Relation]:
    """Return the relations any one of which opens this act; empty: closed to the role."""
    return MATRIX[kind][act].get(role, frozenset())


# --- Relations, in SQL: the one definition ----------------------------------------------------------


def employer_relations(actor: Actor) -> dict[Relation, ColumnElement[bool]]:
    """Return, for the actor's own possible relations, the condition on `Employer` that establishes each."""
    here = exists().where(Structure.employer_id == Employer.id, Structure.departement.in_(actor.territory))
    partner = exists().where(
        Case.employer_id == Employer.id, CasePartner.case_id == Case.id, _is(CasePartner.organisation_id, actor)
    )
    lead = exists().where(Case.employer_id == Employer.id, _is(Case.lead_organisation_id, actor))
    # Explicit correlation: a statement that itself joins cases or structures must not lend them to the test.
    at_home = (here.correlate(Employer), Employer.departement.in_(actor.territory))
    return _each(_possible(actor, at_home, (partner.correlate(Employer), lead.correlate(Employer))))


def case_relations(actor: Actor) -> dict[Relation, ColumnElement[bool]]:
    """The same for `Case` (joined to `Employer`): the territory is that of the case's own structures."""
    partner = exists().where(CasePartner.case_id == Case.id, _is(CasePartner.organisation_id, actor))
    return _each(_case_conditions(actor, partner.correlate(Case)))


Conditions = tuple[ColumnElement[bool], ...]
"""Any one of them is enough."""


def _each(relations: Mapping[Relation, Conditions]) -> dict[Relation, ColumnElement[bool]]:
    return {relation: or_(*conditions) for relation, conditions in relations.items()}


def _case_conditions(actor: Actor, partner: ColumnElement[bool]) -> dict[Relation, Conditions]:
    return _possible(actor, lies_in(actor.territory), (_is(Case.lead_organisation_id, actor), partner))


def lies_in(departements: Iterable[str]) -> Conditions:
    """Return the conditions on `Case` that one of its structures at least lies in these départements."""
    # Written out in the statement: as parameters, the codes of a region would travel four times at each reading.
    codes: Any = bindparam(None, sorted(departements), String(3), expanding=True, literal_execute=True)
    one_of_several = (
        select(CaseStructure.case_id)
        .join(Structure, CaseStructure.structure_id == Structure.id)
        .where(CaseStructure.case_id == Case.id, Structure.departement.in_(codes))
        .correlate(Case)
        .offset(0)  # without which PostgreSQL first gathers every case of these départements
        .exists()
    )
    return Case.departement.in_(codes), and_(Case.departement.is_(None), one_of_several)


def _possible(actor: Actor, territory: Conditions, on_case: Conditions) -> dict[Relation, Conditions]:
    if actor.role is Role.EMPLOYER:
        return {Relation.OWN: (Employer.id == actor.employer_id,)}
    if actor.role is Role.FEDERATION:
        member = exists().where(
            FederationMember.employer_id == Employer.id, _is(FederationMember.organisation_id, actor)
        )
        return {Relation.MEMBER: (member.correlate(Employer),)}
    return {Relation.TERRITORY: territory, Relation.CASE: on_case}


def _is(column: Any, actor: Actor) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column == actor.organisation_id
    return condition if actor.organisation_id is not None else false()


# --- What is in sight ---------------------------------------------------------------------------------


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


def reads_entry(actor: Actor, kind: Kind) -> ColumnElement[bool]:
    """Condition on an entry (`Exchange`, `Visit`, `Document`) joined to `Employer`, whose parent is in sight."""
    if not relations_needed(actor.role, kind, Act.READ):
        return false()
    entry: Any = {Kind.EXCHANGE: Exchange, Kind.VISIT: Visit, Kind.DOCUMENT: Document}[kind]
    final = Visit.status == VisitStatus.FINAL if kind is Kind.VISIT else true()
    shared = or_(false(), *(entry.visibility == audience for audience in audiences_read_by(actor.role)))
    return and_(or_(_is(entry.organisation_id, actor), and_(shared, final)), _not_public_for_the_carsat(actor))


def reads_contact(actor: Actor) -> ColumnElement[bool]:
    """Condition on `Contact`, on the page of an employer whose contacts are open to the actor."""
    shared = or_(Contact.visibility != Visibility.ORGANISATION, false())
    if actor.role is Role.EMPLOYER:
        shared = and_(Contact.visibility == Visibility.EMPLOYER)
    return or_(_is(Contact.organisation_id, actor), shared)


def audiences_read_by(role: Role) -> tuple[Visibility, ...]:
    """Return the audiences of which entries of other organisations are open to a role."""
    if role in SHARED_READERS:
        return (Visibility.PARTNERS, Visibility.EMPLOYER)
    return (Visibility.EMPLOYER,) if role is Role.EMPLOYER else ()


def _any_of(relations: Mapping[Relation, ColumnElement[bool]], wanted: frozenset[Relation]) -> ColumnElement[bool]:
    return or_(false(), *(condition for relation, condition in relations.items() if relation in wanted))


def _not_public_for_the_carsat(actor: Actor) -> ColumnElement[bool]:
    return Employer.sector != Sector.PUBLIC if actor.role is Role.CARSAT else true()


def relation_columns(relations: Mapping[Relation, ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Return the relations as labelled columns, to be selected beside the record they qualify."""
    return [condition.label(relation.value) for relation, condition in relations.items()]


# --- What may be done on a record in sight ---------------------------------------------------------------


def may(actor: Actor, act: Act, kind: Kind, record: Employer | Case) -> bool:
    """Tell whether the actor may read or write this family of data on an employer or a case it sees.

    `record.relations` is set by the query that loaded the record; without it everything is closed.
    """
    if not record.relations & relations_needed(actor.role, kind, act):
        return False
    employer = record.employer if isinstance(record, Case) else record
    if actor.role is Role.CARSAT and employer.is_public:
        # The branch AT-MP does not act for public agents: it reads who they are and where the case stands.
        return act is Act.READ and kind in (Kind.EMPLOYER, Kind.CASE)
    return True


def may_follow(actor: Actor, structure: Structure) -> bool:
    """Tell whether the actor's body acts where the structure is: another département's belongs to its neighbours."""
    return actor.role in LEADS and structure.departement in actor.territory


def may_write_entry(actor: Actor, entry: Exchange | Visit) -> bool:
    """An entry is completed by the organisation that wrote it; a final visit by nobody."""
    is_final = isinstance(entry, Visit) and entry.is_final
    return entry.organisation_id == actor.organisation_id and actor.organisation_id is not None and not is_final


def may_correct(actor: Actor, visit: Visit) -> bool:
    """A final report has a corrected version by the organisation that wrote it, and by no other."""
    return visit.is_final and actor.organisation_id is not None and visit.organisation_id == actor.organisation_id


def may_coordinate(actor: Actor, case: Case) -> bool:
    """Naming the lead and the officers: the lead's agents, any lead body while there is none, the coordinator."""
    if not may(actor, Act.WRITE, Kind.CASE, case):
        return False
    return actor.is_coordinator or case.lead_organisation_id in (None, actor.organisation_id)


def step_refusal(actor: Actor, case: Case, step: Step) -> str | None:
    """Return why this actor may not take this step on a case it sees, in French, or None."""
    if actor.role is Role.CARSAT and case.employer.is_public:
        return "Employeur public : les étapes reviennent à l’ARS et au département, non à la branche AT-MP."
    if step.lead_only and case.lead_organisation and case.lead_organisation_id != actor.organisation_id:
        return f"Cette étape revient à l’organisme chef de file : {case.lead_organisation.short_name}."
    if not actor.roles & frozenset(step.by) or not may(actor, Act.WRITE, Kind.CASE, case):
        bodies = ", ".join(role.label for role in step.by)
        return f"Cette étape revient à : {bodies}."
    return None


def is_out_of_territory(actor: Actor, relations: frozenset[str]) -> bool:
    """Tell whether a record reached by these relations lies outside the actor's départements: it was let in there."""
    return actor.role not in (Role.EMPLOYER, Role.FEDERATION) and Relation.TERRITORY not in relations


def reads_journal(actor: Actor) -> bool:
    """The platform's administration reads the whole journal; an organisation's administrator, that of its people."""
    return actor.role is Role.PLATFORM or (actor.is_administrator and actor.organisation_id is not None)


def reads_whole_case(actor: Actor, case: Case) -> bool:
    """Tell whether the partners, deadlines and internal motives of a case are open to the actor.

    A federation, the employer, and the Carsat on a public employer read its state and its lead only.
    """
    is_partner = actor.role in SHARED_READERS or actor.role in _INVITED
    return is_partner and may(actor, Act.READ, Kind.EXCHANGE, case)


def reads_calendars(actor: Actor) -> bool:
    """Tell whether a list may show when things are due, and to whom, on the cases that the actor sees."""
    return actor.role in SHARED_READERS or actor.role in _INVITED


def reads_calendar_of(actor: Actor, sector: Sector) -> bool:
    """The same for one row of a list: `reads_whole_case`, known from the sector of the employer."""
    return reads_calendars(actor) and not (actor.role is Role.CARSAT and sector is Sector.PUBLIC)


def writes_notes_on(actor: Actor, sector: Sector) -> bool:
    """`may` write a note on a case of a list, known from the sector of the employer.

    Whoever may write a note at all may do so by the relations that put the case in its sight.
    """
    is_open = bool(relations_needed(actor.role, Kind.EXCHANGE, Act.WRITE))
    return is_open and not (actor.role is Role.CARSAT and sector is Sector.PUBLIC)


def hides_some_calendars(actor: Actor) -> bool:
    """Tell whether the actor sees cases of which it may know the calendar and others of which it may not."""
    return actor.role is Role.CARSAT


def has_open_calendar(actor: Actor) -> ColumnElement[bool]:
    """The same as a condition on `Case` joined to `Employer`."""
    return _not_public_for_the_carsat(actor) if reads_calendars(actor) else false()


def reads_motives(actor: Actor, case: Case) -> bool:
    """Motives of steps are written between ARS, Carsat and département."""
    return actor.role in SHARED_READERS and reads_whole_case(actor, case)


def readers_of(visibility: Visibility, kind: Kind, employer: Employer, organisation_name: str) -> str:
    """Return, in words, who reads an entry of this visibility: shown before and after saving.

    The words follow the rules above: the leads' bodies that read shared entries, the Carsat left out for a
    public employer, and for contacts whoever else the matrix lets read them.
    """
    if visibility is Visibility.ORGANISATION:
        return organisation_name
    bodies = "ARS et département du territoire" if employer.is_public else "ARS, Carsat et département du territoire"
    if kind is Kind.CONTACT:
        bodies += ", partenaires du dossier, fédération de l’employeur"
    readers = f"{organisation_name}, {bodies}" if organisation_name else bodies
    return f"{readers}, et l’employeur" if visibility is Visibility.EMPLOYER else readers


def audiences_offered(actor: Actor) -> tuple[Visibility, ...]:
    """Return the audiences an author may choose; what an employer writes is always open to itself."""
    return (Visibility.EMPLOYER,) if actor.role is Role.EMPLOYER else tuple(Visibility)
