"""What the mails about signing a targeting list say, as things stand. None: no reason left."""

from typing import Any

from app.actions.targeting_signatures import CALL, REMINDER, VOIDED
from app.extensions import db
from app.filters import plural
from app.models import TargetingCampaign, TargetingDelegate, TargetingSignatory
from app.queries.targeting_signatures import OwnChange, change_of, get_answer, last_version
from workflows.targeting_list import ListState

MOST_NAMED = 12
"""Employers named one by one in a mail; the page tells the others."""
TITLES = {
    CALL: "Votre signature est attendue",
    REMINDER: "Votre signature est toujours attendue",
    VOIDED: "Votre part d’une liste a changé",
}


def signatory_values(seat_id: int, rule: str, public_url: str) -> dict[str, Any] | None:
    """Return what calls somebody to sign, or tells what has changed in the text that it had answered."""
    what, number, person = rule.split()[:3]
    seat = db.session.get(TargetingSignatory, seat_id)
    campaign = db.session.get(TargetingCampaign, seat.campaign_id) if seat else None
    if seat is None or campaign is None or str(seat.user_id) != person or get_answer(seat):
        return None
    version = last_version(campaign)
    if version is None or version.number != int(number):
        return None
    page = f"{public_url}/ciblage/{campaign.id}/signature"
    if what == VOIDED:
        told = _voided(campaign, seat, int(number))
        return {"title": TITLES[VOIDED], "what": told, "link": page} if told else None
    if campaign.state is not ListState.SIGNING or not seat.is_concerned:
        return None
    return {"title": TITLES[what], "what": _called(campaign, seat), "link": page}


def delegate_link_values(delegate_id: int, rule: str) -> dict[str, Any] | None:
    """Return what the link of a delegate is for, as things stand: nobody is called to what is not signed now."""
    delegate = db.session.get(TargetingDelegate, delegate_id)
    campaign = db.session.get(TargetingCampaign, delegate.signatory.campaign_id) if delegate else None
    if delegate is None or delegate.withdrawn_at or campaign is None or get_answer(delegate.signatory):
        return None
    if campaign.state is not ListState.SIGNING or not delegate.signatory.is_concerned:
        return None
    return {
        "title": TITLES[REMINDER if rule.startswith(REMINDER) else CALL],
        "delegate": delegate,
        "organisation": delegate.signatory.organisation.name,
        "campaign": campaign.title,
    }


def delegate_values(delegate_id: int, rule: str) -> dict[str, Any] | None:
    """Return what tells a delegate that the text it had answered has changed."""
    number = int(rule.split()[1])
    delegate = db.session.get(TargetingDelegate, delegate_id)
    campaign = db.session.get(TargetingCampaign, delegate.signatory.campaign_id) if delegate else None
    version = last_version(campaign) if campaign else None
    if delegate is None or campaign is None or version is None or version.number != number:
        return None
    told = _voided(campaign, delegate.signatory, number)
    if not told or get_answer(delegate.signatory):
        return None
    return {"title": TITLES[VOIDED], "what": told, "delegate": delegate, "email": delegate.email}


def _called(campaign: TargetingCampaign, seat: TargetingSignatory) -> str:
    return (
        f"{campaign.organisation.name} vous appelle à signer la liste « {campaign.title} » au nom de "
        f"{seat.organisation.name}. Lisez votre part, confirmez l’empreinte de la liste, puis signez, signez avec une "
        "réserve ou refusez. Votre second facteur vous sera demandé."
    )


def _voided(campaign: TargetingCampaign, seat: TargetingSignatory, number: int) -> str:
    if not seat.is_concerned:
        return (
            f"La liste « {campaign.title} » a changé : elle n’a plus d’employeur de votre part. Votre réponse est "
            "conservée, et rien ne vous est plus demandé."
        )
    change = change_of(campaign, seat, number)
    if change is None:
        return ""
    return (
        f"La liste « {campaign.title} », à laquelle il a été répondu au nom de {seat.organisation.name}, a changé "
        f"dans le texte que vous lisez. {_in_words(change)} Cette réponse est conservée, mais ne vaut plus : "
        "il faudra répondre de nouveau, quand la liste sera rappelée à signature."
    )


def _in_words(change: OwnChange) -> str:
    told = ["La méthode ou les règles de la liste ont changé."] if change.is_method else []
    groups = (("Entrent", change.entrants), ("Sortent", change.leavers), ("Changent", change.changed))
    told += [f"{label} : {_names(names)}." for label, names in groups if names]
    return " ".join(told)


def _names(names: tuple[str, ...]) -> str:
    shown, others = ", ".join(names[:MOST_NAMED]), len(names) - MOST_NAMED
    return f"{shown} et {plural(others, 'autre')}" if others > 0 else shown
