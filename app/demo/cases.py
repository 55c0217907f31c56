"""The cases of the demonstration: each part is played act after act."""

from datetime import date
from random import Random

from app.demo.cast import Cast
from app.demo.casting import Part
from app.demo.fieldwork import EXCHANGES, exchange, invite, say_status, visit
from app.demo.replay import Play, Render, give_lead, open_play, take_step
from app.models import PartnerStatus
from app.permissions import Actor
from workflows.roles import Role
from workflows.support_case import State

SPST_DEPARTEMENTS = frozenset({"17", "79", "86"})
ADVANCED = (State.ACCOMPANIMENT, State.EVALUATION, State.CLOSED)
UNDER_WAY = (PartnerStatus.INFORMED, PartnerStatus.WAITING, PartnerStatus.ACTING)
ENDED = (PartnerStatus.DONE, PartnerStatus.DONE, PartnerStatus.NOT_CONCERNED)


def play_case(part: Part, cast: Cast, render: Render | None) -> Play:
    """Open a case and take it through its journey."""
    play = _open(part, cast, render)
    keys = _partners(part, part.rng) if part.journey.lead else []
    day = part.acts[0][1]
    for act, acted_on in part.acts[1:]:
        if act != "lead" and keys:
            _invite_all(play, keys, day)
            keys = []
        _act(play, part, act, acted_on)
        day = acted_on
    _invite_all(play, keys, day)
    _say_statuses(play, day)
    return play


def _open(part: Part, cast: Cast, render: Render | None) -> Play:
    role, departement = part.journey.lead, part.structures[0].departement
    leads = role is not None and not part.journey.acts.startswith("lead")
    opener: Actor = cast.officer(role, departement) if role and leads else cast.coordinator
    day = part.acts[0][1]
    return open_play(
        cast,
        part.employer,
        part.structures,
        day,
        part.rng,
        opener=opener,
        leads=leads,
        render=render,
        alert=part.journey.alert,
    )


def _act(play: Play, part: Part, act: str, day: date) -> None:
    if act == "lead":
        assert part.journey.lead
        give_lead(play, part.journey.lead, part.structures[0].departement, day)
    elif act in EXCHANGES:
        exchange(play, act, day)
    elif act in ("visit", "report", "draft"):
        visit(play, act, day)
    else:
        take_step(play, act, day)


def _partners(part: Part, rng: Random) -> list[str]:
    """Return the keys of the bodies invited on a case, by who leads it and how far it went."""
    departement = part.structures[0].departement
    is_advanced = "start_accompaniment" in part.journey.acts
    chances = {
        "ars": 0.6 if part.journey.lead is not Role.ARS else 0,
        f"dept-{departement}": 0.5 if part.journey.lead is not Role.DEPT else 0,
        "aract": 0.4,
        "horizon": 0.5 if is_advanced else 0.05,
        "atelier": 0.2 if is_advanced else 0,
        "opco": 0.2,
        "spst": 0.3 if departement in SPST_DEPARTEMENTS else 0,
        "msa": 0.1 if departement in ("79", "86") else 0,
    }
    return [key for key, chance in chances.items() if rng.random() < chance]


def _invite_all(play: Play, keys: list[str], day: date) -> None:
    for key in keys:
        invite(play, play.cast.bodies[key], day)


def _say_statuses(play: Play, day: date) -> None:
    statuses = ENDED if play.case.is_ended else UNDER_WAY
    for partner in list(play.case.partners):
        if play.rng.random() < 0.7:
            say_status(play, partner.organisation, day, play.rng.choice(statuses))
