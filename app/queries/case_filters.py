"""What the list of cases may be narrowed to, and what each choice means."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from app.models import Alert, Case, CaseOfficer, CasePartner, CaseStructure, Employer, Sector, Structure
from app.models.search import case_number, search_words
from app.permissions import Actor, has_open_calendar, lies_in
from app.queries.cases import ENDED, is_
from workflows.support_case import State

STALLED_DAYS = 90
DUE_SOON_DAYS = 15


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
    alert: str = ""
    sort: str = "echeance"

    def arguments(self) -> dict[str, Any]:
        """Return what differs from the default, as arguments of the address."""
        return {f.name: str(value) for f in fields(self) if (value := getattr(self, f.name)) != f.default}


TIMINGS = {
    "retard": "En retard",
    "bientot": f"À faire sous {DUE_SOON_DAYS} jours",
    "sans-nouvelles": f"Sans activité depuis {STALLED_DAYS} jours",
    "sans-pilote": "Sans chef de file",
    "sans-referent": "Sans référent",
}

CALENDAR_TIMINGS = ("retard", "bientot", "sans-nouvelles", "sans-referent")
"""Those that tell when things are due, or to whom: for who reads it."""

ANY_ALERT = "toutes"
"""The choice of the filter for whatever alert opened a case."""

SCOPES = {"": "Tout ce que je vois", "moi": "Mes dossiers", "organisme": "Mon organisme"}
"""The choices of the filter; a form shows the first one when the address says nothing."""


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
        found.append(has_structure(Structure.category == filters.category))
    if filters.sector:
        found.append(is_(Employer.sector, Sector(filters.sector)))
    if filters.lead:
        found.append(Case.lead_organisation_id == filters.lead)
    if filters.officer:
        # Who is in charge is told with the calendar: a filter must not tell it to who may not read it.
        found.append(and_(has_open_calendar(actor), _has_officer(filters.officer)))
    if filters.timing:
        found.append(_timing(actor, filters.timing, today))
    if filters.alert:
        found.append(and_(has_open_calendar(actor), _was_alerted(filters.alert)))
    return found + _search(filters.q)


def _was_alerted(alert: str) -> ColumnElement[bool]:
    return Case.alert.is_not(None) if alert == ANY_ALERT else is_(Case.alert, Alert(alert))


def _has_officer(user_id: int) -> ColumnElement[bool]:
    return exists().where(CaseOfficer.case_id == Case.id, CaseOfficer.user_id == user_id).correlate(Case)


def _involves(organisation_id: int | None) -> ColumnElement[bool]:
    partner = exists().where(CasePartner.case_id == Case.id, CasePartner.organisation_id == organisation_id)
    return or_(Case.lead_organisation_id == organisation_id, partner.correlate(Case))


def has_structure(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Condition on `Case`: one of the structures that it follows meets this one."""
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
        or_(Employer.search_key.contains(word), has_structure(Structure.search_key.contains(word)))
        for word in search_words(text)
    ]
