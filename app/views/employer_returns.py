"""From what an employer reads of itself to the values that its yearly return prints."""

from datetime import date, datetime

from app.auth import actor_at
from app.filters import day, lower_first
from app.models import Case, Employer, Visit
from app.permissions import Actor
from app.queries.case_list import list_cases_of_employer
from app.queries.cases import get_case
from app.queries.employers import get_employer
from app.queries.threads import list_visits
from app.readers.indicators import indicators
from app.views.case_page import state_label
from app.views.indicator_charts import charts_of
from app.views.indicator_lines import Line, Sheet, in_words, lines, load, measured, middle_half
from app.views.indicator_pages import claims_of
from figures.absence import NoFigure
from reports.employer_return import EmployerReturn, ReturnLine, StructureReturn

MOST_CHARTS = 2


def return_of(
    employer_id: int, year: int, *, today: date, now: datetime, viewer: Actor | None = None
) -> EmployerReturn | None:
    """Return the values for one employer, seen with its own eyes; None when nothing of that year is known of it.

    With a `viewer`, who prepares it, only what that viewer reads too.
    """
    actor = actor_at(Employer(id=employer_id, name=""))
    found = get_employer(actor, employer_id)
    if found is None:
        return None
    sheets = [load(actor, one, found, today, viewer=viewer) for one in found.structures if not one.is_closed]
    told = [_structure(sheet, year) for sheet in sheets]
    if not any(one.lines for one in told):
        return None
    cases = _cases(actor, found, viewer)
    visits = [one for one in list_visits(actor, found, viewer) if one.is_final]
    return EmployerReturn(
        employer_name=found.name,
        year=year,
        structures=tuple(told),
        done=_done(actor, cases, visits, year),
        to_come=_to_come(visits, today),
        contacts=tuple(sorted({_contact(case) for case in cases if case.lead_organisation})),
        made_at=now,
    )


def _structure(sheet: Sheet, year: int) -> StructureReturn:
    told = [line for line in lines(sheet) if not isinstance(sheet.value(indicators()[line.code], year), NoFigure)]
    found = [line for line in told if indicators()[line.code].family == "indicator"]
    groups = {line.group for line in found if line.group}
    claims = claims_of(sheet, sheet.actor, names_conventions=False)
    return StructureReturn(
        name=sheet.structure.name,
        lines=tuple(_line(sheet, line, year) for line in found),
        group=f"Établissements comparables : {groups.pop()}." if len(groups) == 1 else "",
        accidents=f"Accidents du travail {claims.years} : {claims.band}. {claims.counts}" if claims else "",
        charts=tuple(charts_of(sheet)[:MOST_CHARTS]) if found else (),
    )


def _line(sheet: Sheet, line: Line, year: int) -> ReturnLine:
    indicator = indicators()[line.code]
    peers = sheet.peers.get((line.code, year))
    median = in_words(indicator, measured(indicator, peers.median)) if peers else ""
    said = f"la moitié {middle_half(indicator, peers)}, médiane {median}" if peers else "trop peu nombreux"
    remark = next((one.wording for one in reversed(line.remarks) if one.year == year), "")
    return ReturnLine(line.label, in_words(indicator, sheet.value(indicator, year)), said, remark)


def _cases(actor: Actor, employer: Employer, viewer: Actor | None) -> list[Case]:
    found = (get_case(actor, row.id) for row in list_cases_of_employer(actor, employer, viewer=viewer))
    return [case for case in found if case]


def _done(actor: Actor, cases: list[Case], visits: list[Visit], year: int) -> tuple[str, ...]:
    """What happened since the year told began to be known."""
    said = [
        f"{case.main_structure.name} : {lower_first(state_label(actor, case.state))}, depuis le {day(case.entered_on)}"
        for case in cases
    ]
    since = date(year + 1, 1, 1)
    return (*said, *(_visit(one) for one in visits if one.visited_on >= since))


def _visit(visit: Visit) -> str:
    who = f" avec {visit.organisation.short_name}" if visit.organisation else ""
    return f"Visite du {day(visit.visited_on)}{who} : {lower_first(visit.subject)}"


def _to_come(visits: list[Visit], today: date) -> tuple[str, ...]:
    days = sorted({one.next_visit_on for one in visits if one.next_visit_on and one.next_visit_on >= today})
    return tuple(f"Prochain rendez-vous le {day(one)}" for one in days)


def _contact(case: Case) -> str:
    assert case.lead_organisation
    names = " et ".join(officer.user.full_name for officer in case.officers)
    return f"{names} ({case.lead_organisation.short_name})" if names else case.lead_organisation.short_name
