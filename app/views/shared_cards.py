"""What the page of a case says of what is the employer's own: shared with one's organisation since when, or not."""

from dataclasses import dataclass

from flask import url_for

from app.actions.self_diagnostic_dates import proposes_date
from app.filters import day
from app.models import Case
from app.permissions import Actor, Kind, may_be_shared_with
from app.queries.shares import Received, list_open_shares

CARDS = (
    (Kind.SELF_DIAGNOSTIC, "Auto-diagnostic", "auto-diagnostic"),
    (Kind.BAROMETER, "Baromètre", "barometre"),
)
"""The family, the title of its card, the name of its place on the page."""


@dataclass(frozen=True)
class SharedCard:
    """Copies as (words, address), or one line that says there is none."""

    title: str
    place: str
    lines: list[tuple[str, str]]


def shared_cards(actor: Actor, case: Case) -> list[SharedCard]:
    """Return a card for each family that the actor's organisation reads when it is shared; none for the others."""
    shown = [card for card in CARDS if may_be_shared_with(actor, card[0], case)]
    received = list_open_shares(actor, case.employer_id) if shown else []
    dated = {Kind.SELF_DIAGNOSTIC: _date_lines(actor, case) if shown else []}
    return [
        SharedCard(
            title,
            place,
            [
                *([_line(one) for one in received if one.kind is kind] or [(f"{title} : non partagé", "")]),
                *dated.get(kind, []),
            ],
        )
        for kind, title, place in shown
    ]


def _date_lines(actor: Actor, case: Case) -> list[tuple[str, str]]:
    if not proposes_date(actor, case):
        return []
    url = url_for("self_diagnostic_dates.propose", case_id=case.id)
    return [("Lui proposer une date, ou lire celle qui est prévue", url)]


def _line(one: Received) -> tuple[str, str]:
    if one.kind is Kind.BAROMETER:
        url = url_for("barometer_sharing.read", barometer_share_id=one.id)
    else:
        url = url_for("self_diagnostic_sharing.read", share_id=one.id)
    return f"{one.about} : partagé par l’employeur le {day(one.shared_at)}", url
