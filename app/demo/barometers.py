"""The barometer of the story's EHPAD: eighteen months, some of them missing or known in part."""

from datetime import date, datetime, time
from random import Random

from app.actions.barometer import Noted, Prices, note_month, set_prices
from app.clock import PARIS
from app.demo.cast import Cast
from app.demo.finess_files import SEED
from app.demo.people import DIRECTRICE
from app.models import Employer
from app.permissions import Actor
from workflows.barometer import first_day, month_in_words, months_to, shifted
from workflows.roles import Role

MISSING = (1, 2)
"""Months that nobody noted: then twelve follow whose departures are all known."""
WITHOUT_ABSENCES = (6, 11)


def note_barometer(employer: Employer, cast: Cast, *, today: date) -> None:
    """Note the eighteen months that have ended, each a few days after its end, and what a day costs the house."""
    director, chance = cast.users[DIRECTRICE], Random(f"{SEED} barometer")
    actor = Actor(director.id, director.full_name, Role.EMPLOYER, employer_id=employer.id)
    people = 44
    for place, month in enumerate(months_to(shifted(first_day(today), -1), 18)):
        left, come = chance.choice((0, 0, 1, 1, 2)), chance.choice((0, 1, 1, 1, 2))
        people += come - left
        if place in MISSING:
            continue
        figures = {
            "headcount": people,
            "departures": left,
            "arrivals": come,
            "vacancies": chance.choice((0, 50, 100, 150, 200)),
            "stopped": chance.choice((0, 0, 0, 1, 1)),
            "unstopped": chance.choice((0, 0, 1)),
            "agency": chance.randrange(0, 4_000_00, 50_00),
            "contracts": chance.randrange(1_500_00, 6_000_00, 50_00),
        }
        if place not in WITHOUT_ABSENCES:
            figures["absence"] = chance.randint(95, 190)
        remark = f"Épidémie de grippe en {month_in_words(month)}." if month.month == 1 else ""
        said_on = min(shifted(month, 1).replace(day=6), today)
        now = datetime.combine(said_on, time(17, 30), PARIS)
        note_month(employer, None, Noted(month, figures, remark), version=0, actor=actor, now=now, today=today)
    # An invented amount, as all of the demonstration: a house sets its own.
    own = Prices(180_00, "chiffre inventé pour la démonstration", None, "")
    set_prices(employer, own, version=0, actor=actor, now=datetime.combine(today, time(9), PARIS))
