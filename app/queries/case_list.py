"""The list of cases in sight: read by keyset, counted as it is listed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true, tuple_, union_all

from app.extensions import at_most, db
from app.models import Case, Employer, Organisation, Structure
from app.permissions import (
    Actor,
    case_sights,
    has_open_calendar,
    hides_some_calendars,
    reads_calendars,
    sees_case,
)
from app.queries.case_filters import CaseFilters, conditions, has_structure
from app.queries.cases import is_, visible_cases

PAGE = 25
COUNT_CAP = 1_000

SORTS: dict[str, tuple[str, Any, bool]] = {
    "echeance": ("Échéance la plus proche", Case.due_on, False),
    "activite": ("Sans nouvelles depuis le plus longtemps", Case.last_activity_on, False),
    "entree": ("Entrée la plus récente dans l’étape", Case.entered_on, True),
    "employeur": ("Nom de l’employeur", Employer.name, False),
}
"""Orders of the list: label, column, descending. The case number breaks ties, so pages never overlap."""

CALENDAR_SORTS, FREE_SORT = ("echeance", "activite"), "entree"
"""Orders that tell when things are due or happened, and the one of those who may not know."""

HIDDEN = "masque"
"""In the mark of a page, in place of a date that the reader may not know."""


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
    # The second part is never true: without it SQLite reads all the employers into a filter before the first row.
    is_open = or_(has_open_calendar(actor), Case.id < 0)
    is_among_hidden = after is not None and after[0] == HIDDEN
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
            Case.alert,
            Case.alerted_on,
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


def list_cases_of_employer(
    actor: Actor, employer: Employer, structure: Structure | None = None, viewer: Actor | None = None
) -> Sequence[Any]:
    """Return the cases of one employer (or those that concern one structure of it) in sight, newest first.

    With a `viewer`, only those that this one sees too.
    """
    statement = _rows(actor).where(Case.employer_id == employer.id)
    if structure:
        statement = statement.where(has_structure(is_(Structure.id, structure.id)))
    if viewer:
        statement = statement.where(sees_case(viewer))
    return db.session.execute(statement.order_by(Case.id.desc())).all()
