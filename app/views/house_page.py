"""What the page of a house shows its managers, made ready: each support, its people, what is agreed, what is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.filters import short_day
from app.models import Case, Employer, SelfDiagnostic, Visit
from app.permissions import Actor
from app.queries import houses, threads
from app.queries.absences import list_officers
from app.queries.self_diagnostics import list_self_diagnostics
from app.views import absence_words, case_page
from app.views.threads import ThreadItem, entries


@dataclass(frozen=True)
class Person:
    """Somebody to call, and who may be called instead for now."""

    name: str
    email: str
    instead: str


@dataclass(frozen=True)
class Support:
    """One support of the house, in its own words."""

    case: Case
    stepper: list[dict[str, str]]
    state: str
    people: list[Person]


@dataclass(frozen=True)
class Agreed:
    """Something agreed at a visit: who does it, by when."""

    wording: str
    owner: str
    due: str


@dataclass(frozen=True)
class Written:
    """What was written of the house and its managers read, and what comes out of it."""

    thread: list[ThreadItem]
    agreed: list[Agreed]
    appointments: list[tuple[str, str]]


def supports_of(actor: Actor, today: date) -> list[Support]:
    """Return the supports of the actor's house that it was told of, those that run first: four statements in all."""
    cases = houses.list_house_cases(actor)
    events, people = houses.list_events_of(cases), _people(cases, today)
    return [
        Support(
            case,
            case_page.stepper(case, events[case.id], actor, today),
            case_page.state_label(actor, case.state),
            people[case.id],
        )
        for case in cases
    ]


def _people(cases: Sequence[Case], today: date) -> dict[int, list[Person]]:
    away = list_officers([case.id for case in cases], today=today) if cases else {}
    instead = {one.name: absence_words.beside_for_employer(one) for officers in away.values() for one in officers}
    return {
        number: [Person(one.name, one.email, instead.get(one.name, "")) for one in people]
        for number, people in houses.list_reachable(cases).items()
    }


def written_of(actor: Actor, employer: Employer, today: date) -> Written:
    """Return what the managers read of notes, visits and documents, and the days that concern them."""
    visits = threads.list_visits(actor, employer)
    notes, documents = threads.list_exchanges(actor, employer), threads.list_documents(actor, employer)
    replaced = {visit.corrects_id for visit in visits if visit.is_final}
    standing = [visit for visit in visits if visit.is_final and visit.id not in replaced]
    steps = houses.list_agreed_steps([visit.id for visit in standing])
    return Written(
        thread=entries(actor, notes, visits, documents),
        agreed=[Agreed(one.wording, one.owner, short_day(one.due_on) if one.due_on else "") for one in steps],
        appointments=[
            *_visits_to_come(standing, today),
            *((short_day(one.due_on), _said(one.wording)) for one in steps if one.due_on and one.due_on >= today),
        ],
    )


def _visits_to_come(visits: Sequence[Visit], today: date) -> list[tuple[str, str]]:
    ahead = [(v.next_visit_on, v) for v in visits if v.next_visit_on and v.next_visit_on >= today]
    ahead.sort(key=lambda pair: pair[0])
    return [(short_day(on), "Visite" + (f", {v.organisation.short_name}" if v.organisation else "")) for on, v in ahead]


def _said(wording: str) -> str:
    return f"Convenu ensemble : {wording}"


def diagnostic_line(actor: Actor) -> SelfDiagnostic | None:
    """Return the last round of the self-diagnostic of the house, or None."""
    return next(iter(list_self_diagnostics(actor)), None)
