"""Cases in sight: one by one, listed by keyset, counted for the desk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from app.extensions import at_most, db
from app.models import (
    CarsatBlock,
    Case,
    CaseDeadline,
    CaseOfficer,
    CasePartner,
    CaseReminder,
    CaseStructure,
    Employer,
    Organisation,
    Sector,
    Structure,
    User,
    Visit,
)
from app.models.search import case_number, search_words
from app.permissions import (
    Actor,
    Kind,
    Relation,
    case_convention,
    case_relations,
    case_sights,
    has_open_calendar,
    hides_some_calendars,
    lies_in,
    reads_calendars,
    reads_entry,
    relation_columns,
    relations_in,
    sees_case,
)
from workflows.roles import Role
from workflows.support_case import WORKFLOW, State
from workflows.visit_report import VisitStatus

PAGE = 25
COUNT_CAP = 1_000
STALLED_DAYS = 90
DUE_SOON_DAYS = 15
ENDED = tuple(WORKFLOW.ended)


@dataclass(frozen=True)
class CaseFilters:
    """What the address of the list says; empty means no restriction."""

    q: str = ""
    scope: str = ""
    state: str = ""
    departement: str = ""
    category: str = ""
    sector: str = ""
    lead: int | None = None
    officer: int | None = None
    timing: str = ""
    sort: str = "echeance"

    def arguments(self) -> dict[str, Any]:
        """Return what differs from the default, as arguments of the address."""
        return {f.name: str(value) for f in fields(self) if (value := getattr(self, f.name)) != f.default}


SORTS: dict[str, tuple[str, Any, bool]] = {
    "echeance": ("Échéance la plus proche", Case.due_on, False),
    "activite": ("Sans nouvelles depuis le plus longtemps", Case.last_activity_on, False),
    "entree": ("Entrée la plus récente dans l’étape", Case.entered_on, True),
    "employeur": ("Nom de l’employeur", Employer.name, False),
}
"""Orders of the list: label, column, descending. The case number breaks ties, so pages never overlap."""

TIMINGS = {
    "retard": "En retard",
    "bientot": f"À faire sous {DUE_SOON_DAYS} jours",
    "sans-nouvelles": f"Sans activité depuis {STALLED_DAYS} jours",
    "sans-pilote": "Sans chef de file",
    "sans-referent": "Sans référent",
}

CALENDAR_SORTS, FREE_SORT = ("echeance", "activite"), "entree"
"""Orders that tell when things are due or happened, and the one of those who may not know."""

HIDDEN = "masque"
"""In the mark of a page, in place of a date that the reader may not know."""

CALENDAR_TIMINGS = ("retard", "bientot", "sans-nouvelles", "sans-referent")
"""Those that tell when things are due, or to whom: for who reads it."""

SCOPES = {"": "Tout ce que je vois", "moi": "Mes dossiers", "organisme": "Mon organisme"}
"""The choices of the filter; a form shows the first one when the address says nothing."""


def visible_cases(actor: Actor) -> Select[Any]:
    """Return the select on `Case` joined to its employer from which every read of cases starts."""
    return select(Case).join(Employer, Case.employer_id == Employer.id).where(sees_case(actor))


def get_case(actor: Actor, case_id: int, *, lock: bool = False) -> Case | None:
    """Return a case in sight with its employer, lead and the reader's relations, in one statement; else None."""
    row = db.session.execute(_one_case(actor, lock), {"case_id": case_id}).first()
    if row is None:
        return None
    case: Case = row[0]
    case.relations = relations_in(row)
    case.has_final_visit = row.has_final_visit
    case.may_be_followed_elsewhere = row.may_be_followed
    case.carsat_block = row.CarsatBlock if actor.role is Role.CARSAT else None
    is_own = Relation.CASE in case.relations or case.owner_id == actor.organisation_id
    case.convention_id = None if is_own else row.convention_id
    return case


@lru_cache(maxsize=256)
def _one_case(actor: Actor, lock: bool) -> Select[Any]:
    # Kept for each person: putting the statement together takes longer than running it.
    statement = (
        visible_cases(actor)
        .where(Case.id == bindparam("case_id"))
        .options(contains_eager(Case.employer), joinedload(Case.lead_organisation))
        .add_columns(
            final_visit_exists(actor).label("has_final_visit"),
            _may_be_followed().label("may_be_followed"),
            case_convention(actor).label("convention_id"),
            *relation_columns(case_relations(actor)),
        )
    )
    if actor.role is Role.CARSAT:
        own = and_(CarsatBlock.employer_id == Case.employer_id, CarsatBlock.organisation_id == actor.organisation_id)
        statement = statement.add_columns(CarsatBlock).outerjoin(CarsatBlock, own)
    if not lock:
        return statement.options(joinedload(Case.main_structure))
    # FOR NO KEY UPDATE: a plain FOR UPDATE and two notes being written on the case would wait for one another.
    return statement.with_for_update(of=Case, key_share=True).execution_options(populate_existing=True)


def final_visit_exists(actor: Actor) -> ColumnElement[bool]:
    """Return the condition « there is a final visit report for the case, that the actor may read »."""
    final = exists().where(Visit.case_id == Case.id, Visit.status == VisitStatus.FINAL, reads_entry(actor, Kind.VISIT))
    return final.correlate(Case, Employer)


def _may_be_followed() -> ColumnElement[bool]:
    """False of a case that has ended and of which no open case follows a structure: reopening it need not ask."""
    ours, theirs = aliased(CaseStructure), aliased(CaseStructure)
    other = exists().where(ours.case_id == Case.id, theirs.structure_id == ours.structure_id, theirs.is_open)
    return or_(Case.state.not_in(ENDED), other.where(theirs.case_id != Case.id).correlate(Case))


def conditions(actor: Actor, filters: CaseFilters, *, today: date) -> list[ColumnElement[bool]]:
    """Return the conditions that the filters add to what is in sight."""
    found: list[ColumnElement[bool]] = []
    if filters.scope == "moi":
        found.append(_has_officer(actor.user_id))
    if filters.scope == "organisme":
        found.append(_involves(actor.organisation_id))
    if filters.state:
        is_open = Case.state.not_in(ENDED)
        found.append(is_open if filters.state == "ouverts" else is_(Case.state, State(filters.state)))
    if filters.departement:
        found.append(or_(*lies_in([filters.departement])))
    if filters.category:
        found.append(_has_structure(Structure.category == filters.category))
    if filters.sector:
        found.append(is_(Employer.sector, Sector(filters.sector)))
    if filters.lead:
        found.append(Case.lead_organisation_id == filters.lead)
    if filters.officer:
        # Who is in charge is told with the calendar: a filter must not tell it to who may not read it.
        found.append(and_(has_open_calendar(actor), _has_officer(filters.officer)))
    if filters.timing:
        found.append(_timing(actor, filters.timing, today))
    return found + _search(filters.q)


def is_(column: Any, value: Any) -> ColumnElement[bool]:
    """Return `column = value`, typed: StrEnum members compare as booleans to a type checker."""
    condition: ColumnElement[bool] = column == value
    return condition


def _has_officer(user_id: int) -> ColumnElement[bool]:
    return exists().where(CaseOfficer.case_id == Case.id, CaseOfficer.user_id == user_id).correlate(Case)


def _involves(organisation_id: int | None) -> ColumnElement[bool]:
    partner = exists().where(CasePartner.case_id == Case.id, CasePartner.organisation_id == organisation_id)
    return or_(Case.lead_organisation_id == organisation_id, partner.correlate(Case))


def _has_structure(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    of_the_case = exists().where(CaseStructure.case_id == Case.id, CaseStructure.structure_id == Structure.id)
    return of_the_case.where(condition).correlate(Case)


def _timing(actor: Actor, timing: str, today: date) -> ColumnElement[bool]:
    open_case, calendar = Case.state.not_in(ENDED), has_open_calendar(actor)
    if timing == "retard":
        return and_(calendar, Case.due_on < today)
    if timing == "bientot":
        return and_(calendar, Case.due_on.between(today, today + timedelta(days=DUE_SOON_DAYS)))
    if timing == "sans-pilote":
        return and_(open_case, Case.lead_organisation_id.is_(None))
    if timing == "sans-referent":
        return and_(calendar, open_case, ~exists().where(CaseOfficer.case_id == Case.id).correlate(Case))
    return and_(calendar, open_case, Case.last_activity_on < today - timedelta(days=STALLED_DAYS))


def _search(text: str) -> list[ColumnElement[bool]]:
    """A reference is that case's alone; else each word is in the employer's or a structure's name, town or number."""
    number = case_number(text)
    if number is not None:
        return [is_(Case.id, number)]
    return [
        or_(Employer.search_key.contains(word), _has_structure(Structure.search_key.contains(word)))
        for word in search_words(text)
    ]


def list_cases(
    actor: Actor,
    filters: CaseFilters,
    *,
    today: date,
    after: tuple[str, int] | None = None,
    limit: int | None = PAGE,
) -> Sequence[Any]:
    """Return the rows of the list (one more than `limit` when a next page exists), in the order of the filters.

    `after` is the sort value (ISO date, name or HIDDEN) and number of the last case of the previous page. An
    order by date tells dates: rows whose calendar the reader may not know come last, by number.
    """
    sort = filters.sort if reads_calendars(actor) or filters.sort not in CALENDAR_SORTS else FREE_SORT
    statement = _rows(actor).where(*conditions(actor, filters, today=today))
    if sort not in CALENDAR_SORTS or not hides_some_calendars(actor):
        return _page(statement, sort, after, limit)
    is_open, is_among_hidden = has_open_calendar(actor), after is not None and after[0] == HIDDEN
    rows = [] if is_among_hidden else list(_page(statement.where(is_open), sort, after, limit))
    if limit is not None and len(rows) > limit:
        return rows
    hidden = statement.where(not_(is_open), Case.id > (after[1] if after and is_among_hidden else 0))
    wanted = hidden.order_by(Case.id).limit(at_most(limit + 1 - len(rows)) if limit else None)
    return rows + list(db.session.execute(wanted))


def _page(statement: Any, sort: str, after: tuple[str, int] | None, limit: int | None) -> Sequence[Any]:
    _, column, descending = SORTS[sort]
    keys = (column.desc(), Case.id.desc()) if descending else (column, Case.id)
    if after:
        last = (date.fromisoformat(after[0]) if sort != "employeur" else after[0], after[1])
        pair = tuple_(column, Case.id)
        statement = statement.where(pair < last if descending else pair > last)
    statement = statement.order_by(*keys)
    return db.session.execute(statement.limit(at_most(limit + 1)) if limit else statement).all()


def _rows(actor: Actor) -> Any:
    return (
        select(
            Case.id,
            Case.state,
            Case.episode,
            Case.entered_on,
            Case.due_on,
            Case.due_label,
            Case.last_activity_on,
            Employer.name.label("employer"),
            Employer.siren,
            Employer.sector,
            Structure.name.label("structure"),
            Structure.finess,
            Structure.city,
            Structure.departement,
            Structure.category,
            Organisation.short_name.label("lead"),
        )
        .join(Employer, Case.employer_id == Employer.id)
        .join(Structure, Case.main_structure_id == Structure.id)
        .outerjoin(Organisation, Case.lead_organisation_id == Organisation.id)
        .where(sees_case(actor))
    )


def count_cases(actor: Actor, filters: CaseFilters, *, today: date) -> int:
    """Return how many cases the list holds, no further than one past COUNT_CAP."""
    wanted, reads = conditions(actor, filters, today=today), []
    before: list[ColumnElement[bool]] = []
    # One way of seeing a case after the other, each read from an index, rather than a walk through all the cases.
    # The outer join removes nothing: the database leaves it out when no condition is about the employer.
    for sight in case_sights(actor) or [false()]:
        cases = select(Case.id).outerjoin(Employer, Case.employer_id == Employer.id)
        reads.append(cases.where(sight, *before, *wanted))
        before.append(sight.is_not(true()))
    found = union_all(*reads).limit(at_most(COUNT_CAP + 1)).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def count_baskets(actor: Actor, baskets: Iterable[CaseFilters], *, today: date) -> list[int]:
    """Return the size of each basket, in one statement, by the very conditions of the list it opens."""
    sums = [
        func.count().filter(and_(true(), *conditions(actor, basket, today=today))).label(f"basket_{number}")
        for number, basket in enumerate(baskets)
    ]
    return list(db.session.execute(visible_cases(actor).with_only_columns(*sums)).one())


def list_officers(case_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return the names of the officers of each case."""
    rows = db.session.execute(
        select(CaseOfficer.case_id, User.given_name, User.family_name)
        .join(User, CaseOfficer.user_id == User.id)
        .where(CaseOfficer.case_id.in_(case_ids))
        .order_by(User.family_name)
    )
    officers: dict[int, list[str]] = {}
    for case_id, given_name, family_name in rows:
        officers.setdefault(case_id, []).append(f"{given_name} {family_name}")
    return officers


def list_open_deadlines(case: Case) -> Sequence[CaseDeadline]:
    """Return what the case still expects, soonest first."""
    return db.session.scalars(
        select(CaseDeadline)
        .where(CaseDeadline.case_id == case.id, CaseDeadline.ended_on.is_(None))
        .order_by(CaseDeadline.due_on, CaseDeadline.id)
    ).all()


def get_reminder_days(case: Case) -> tuple[date | None, date | None]:
    """Return the day of the last reminder queued for the case, and that of the next one; None for none."""
    is_open = CaseDeadline.ended_on.is_(None) & CaseDeadline.paused_on.is_(None)
    last, following = db.session.execute(
        select(
            func.max(CaseReminder.queued_on),
            func.min(CaseReminder.remind_on).filter(CaseReminder.queued_on.is_(None), is_open),
        )
        .join(CaseDeadline, CaseReminder.deadline_id == CaseDeadline.id)
        .where(CaseDeadline.case_id == case.id)
    ).one()
    return last, following


def load_surroundings(case: Case) -> None:
    """Load what the page of a case shows around it: structures, officers, partners, two statements each at most."""
    db.session.scalars(
        select(Case)
        .where(Case.id == case.id)
        .options(
            selectinload(Case.structure_links).joinedload(CaseStructure.structure),
            selectinload(Case.officers).joinedload(CaseOfficer.user),
            selectinload(Case.partners).joinedload(CasePartner.organisation),
        )
        .execution_options(populate_existing=False)
    ).one()


def list_cases_of_employer(
    actor: Actor, employer: Employer, structure: Structure | None = None, viewer: Actor | None = None
) -> Sequence[Any]:
    """Return the cases of one employer (or those that concern one structure of it) in sight, newest first.

    With a `viewer`, only those that this one sees too.
    """
    statement = _rows(actor).where(Case.employer_id == employer.id)
    if structure:
        statement = statement.where(_has_structure(is_(Structure.id, structure.id)))
    if viewer:
        statement = statement.where(sees_case(viewer))
    return db.session.execute(statement.order_by(Case.id.desc())).all()
