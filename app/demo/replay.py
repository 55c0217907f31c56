"""One case of the demonstration, made by the very actions people use, each on the day it happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from app.actions.cases import StepTaken, advance
from app.actions.opening import name_lead, name_officers, open_case
from app.demo import wordings
from app.demo.cast import Cast
from app.extensions import db
from app.models import Alert, Case, Employer, Source, Structure, Visit
from app.permissions import Actor
from app.queries.cases import get_case
from app.queries.employers import get_employer
from workflows.calendar import add_months
from workflows.roles import Role
from workflows.support_case import Outcome, State

Render = Callable[[Visit, datetime], bytes]
"""The PDF of a visit, dated at that instant."""


SOURCES = (*(Source.TARGETING_LIST,) * 3, Source.EMPLOYER_REQUEST, Source.ALERT)


def at(day: date, rng: Random) -> datetime:
    """Return an instant of the working day."""
    return datetime.combine(day, time(rng.randint(8, 15), rng.randrange(60)), UTC)


@dataclass
class Play:
    """A case under way: who leads it, who visits, and chance."""

    cast: Cast
    rng: Random
    render: Render | None
    case: Case
    officer: Actor
    seen_by: dict[int, frozenset[str]] = field(default_factory=dict)

    def seen(self, actor: Actor) -> Case:
        """Return the case as this person has it before the eyes."""
        db.session.flush()
        if actor.user_id not in self.seen_by:
            assert get_case(actor, self.case.id)
            self.seen_by[actor.user_id] = self.case.relations
        self.case.relations = self.seen_by[actor.user_id]
        return self.case


def open_play(
    cast: Cast,
    employer: Employer,
    structures: Sequence[Structure],
    day: date,
    rng: Random,
    *,
    opener: Actor,
    leads: bool,
    render: Render | None,
    source: Source | None = None,
    alert: Alert | None = None,
) -> Play:
    """Open the case, led by the opener's body or by nobody yet; without a source, an alert or chance gives one."""
    assert get_employer(opener, employer.id)
    drawn = rng.choice(SOURCES)
    source = source or (alert.source if alert else drawn)
    case = open_case(
        employer,
        structures,
        source=source,
        motive=rng.choice(wordings.OPENING_MOTIVES[source]),
        leads=leads,
        alert=alert,
        alerted_on=day if alert else None,
        actor=opener,
        today=day,
        now=at(day, rng),
        settings={},
    )
    return Play(cast, rng, render, case, opener)


def give_lead(play: Play, role: Role, departement: str, day: date) -> None:
    """The coordinator names the lead, then the officer."""
    actor, now = play.cast.coordinator, at(day, play.rng)
    body = play.cast.body_that_leads(role, departement)
    play.officer = play.cast.officer(role, departement)
    case = play.seen(actor)
    name_lead(case, body, version=case.version, actor=actor, today=day, now=now)
    case = play.seen(actor)
    name_officers(case, [play.officer.user_id], version=case.version, actor=actor, today=day, now=now)


def take_step(play: Play, slug: str, day: date) -> None:
    """Take a step with all that it asks for."""
    motives = wordings.STEP_MOTIVES.get(slug)
    taken = StepTaken(
        effective_on=None if slug == "correct" else day,
        motive=play.rng.choice(motives) if motives else "",
        facts=_facts(play, slug, day),
    )
    case, now = play.seen(play.officer), at(day, play.rng)
    advance(case, slug, taken, version=case.version, actor=play.officer, today=day, now=now, settings={})


def _facts(play: Play, slug: str, day: date) -> dict[str, object]:
    recent = day - timedelta(days=play.rng.randint(20, 200))
    outcome = Outcome.REDIRECTED if play.case.state is State.DIAGNOSTIC else play.rng.choice(list(Outcome)[:2])
    facts: dict[str, dict[str, object]] = {
        "contact": {"employer_informed_on": day},
        "start_diagnostic": {"employer_agreed_on": day, "cse_informed_on": day},
        "sign_contract": {"cse_opinion_on": day, "risk_document_on": recent},
        "sign_cpom_objective": {"cpom_ends_on": add_months(day, 36)},
        "start_accompaniment": {"support_agreed_on": day},
        "close": {"outcome": outcome},
        "reopen": {"employer_asked_on": day},
    }
    return facts.get(slug, {})
