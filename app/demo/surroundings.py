"""Around the cases of the demonstration: people to talk to, notes on employers without case, past reminders."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from random import Random

from sqlalchemy import update

from app.actions.employers import Person, add_contact
from app.actions.exchanges import log_exchange
from app.demo import wordings
from app.demo.cast import Cast
from app.demo.finess_files import SEED
from app.demo.finess_numbers import phone_number
from app.demo.replay import Play, at
from app.demo.visit_notes import field_of
from app.extensions import db
from app.models import CaseReminder, Employer, ExchangeKind, OutboxMail, Visibility
from app.permissions import Actor
from app.queries.employers import get_employer
from workflows.calendar import add_working_days
from workflows.roles import Role

NOTES_WITHOUT_CASE = 16
NOTES_BY = (Role.CARSAT, Role.DEPT)


def add_contacts(plays: Iterable[Play]) -> None:
    """Add to each employer followed its director and, most often, somebody of the field."""
    for rank, play in enumerate(plays):
        rng = Random(f"{SEED} contacts {rank}")
        employer = get_employer(play.officer, play.case.employer_id)
        if employer is None or employer.contacts:
            continue
        others = wordings.OTHER_FUNCTIONS[field_of(play.case.main_structure.category)]
        functions = [rng.choice(wordings.DIRECTION), *rng.sample(others, rng.randint(0, 2))]
        for function in functions:
            add_contact(employer, _person(function, rng), actor=play.officer)


def _person(function: str, rng: Random) -> Person:
    given, family = rng.choice(wordings.GIVEN_NAMES), rng.choice(wordings.FAMILY_NAMES)
    email = f"contact{rng.randrange(10_000):04d}@structure.demo.example"
    return Person(family, given, function, phone_number(rng.randrange(10_000)), email, Visibility.EMPLOYER)


def add_notes_without_case(employers: Sequence[Employer], followed: set[int], cast: Cast, *, today: date) -> None:
    """Keep a few notes on private employers that nobody follows yet."""
    rng = Random(f"{SEED} notes")
    unfollowed = [employer for employer in employers if employer.is_private and employer.id not in followed]
    for employer in unfollowed[:NOTES_WITHOUT_CASE]:
        actor = cast.officer(rng.choice(NOTES_BY), employer.structures[0].departement)
        _note(employer, actor, add_working_days(today, -rng.randint(2, 60)), rng)


def _note(employer: Employer, actor: Actor, day: date, rng: Random) -> None:
    assert get_employer(actor, employer.id)
    log_exchange(
        employer,
        None,
        kind=rng.choice(list(ExchangeKind)),
        held_on=day,
        summary=rng.choice(wordings.NOTES_WITHOUT_CASE),
        visibility=rng.choice((Visibility.ORGANISATION, Visibility.PARTNERS)),
        actor=actor,
        today=day,
        now=at(day, rng),
        settings={},
    )


def mark_past_mails(today: date) -> None:
    """Say that the reminders and the mails of the past days left on their day, so that only today's are sent."""
    db.session.execute(
        update(CaseReminder)
        .where(CaseReminder.remind_on < today, CaseReminder.queued_on.is_(None))
        .values(queued_on=CaseReminder.remind_on)
        .execution_options(synchronize_session=False)
    )
    morning = datetime.combine(today, time(), UTC)
    db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.created_at < morning, OutboxMail.sent_at.is_(None))
        .values(sent_at=OutboxMail.created_at)
        .execution_options(synchronize_session=False)
    )
