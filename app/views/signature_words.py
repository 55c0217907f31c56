"""What the pages of signatures say: who signs, what each answered, what the quorum still awaits."""

from collections.abc import Sequence
from typing import Any

from app.filters import moment
from app.models import Capacity, TargetingAnswer, TargetingCampaign
from app.queries.targeting_signatures import Seat
from workflows.targeting_list import Answer, ListState, QuorumRule, Signature, is_out_of_reach, quorum_awaits

OFFERED = {
    Answer.SIGNED: "Je signe",
    Answer.RESERVED: "Je signe avec une réserve",
    Answer.REFUSED: "Je refuse de signer",
}
HINTS = {
    Answer.SIGNED.value: "Votre organisme est d’accord pour proposer un appui à ces employeurs en premier.",
    Answer.RESERVED.value: "L’accord vaut ; votre réserve est jointe à la liste.",
    Answer.REFUSED.value: "Votre refus est joint à la liste, avec sa raison.",
}
TONES = {Answer.SIGNED: "good", Answer.RESERVED: "warn", Answer.REFUSED: "alert", Answer.AWAITED: "neutral"}
WHAT_TO_DO = "Désignez une autre personne, ou faites rétablir son accès par qui gère les accès de cet organisme."
BLOCK = 4
"""A digest is read aloud by groups of that many characters."""


def short(root: str) -> str:
    """Return the beginning of a digest, in groups: « 3f2a 90bc 12de »."""
    return " ".join(root[at : at + BLOCK] for at in range(0, 3 * BLOCK, BLOCK))


def person(capacity: Capacity) -> str:
    """Return « Claire Martin, directrice »."""
    return ", ".join(filter(None, (capacity.user.full_name, capacity.job_title)))


def given(answer: TargetingAnswer) -> str:
    """Return what has been answered already, and when."""
    reason = f" Raison : {answer.reason}" if answer.reason else ""
    return f"Réponse {answer.answer.label}, le {moment(answer.answered_at)}.{reason}"


def row(seat: Seat, *, is_named_to_reader: bool, may_name: bool, may_delegate: bool) -> dict[str, Any]:
    """Return a place as everybody reads it; who signs is told to its own organisation and to who runs the list."""
    signatory, answer = seat.signatory, seat.answer
    kind = answer.answer if answer else Answer.AWAITED
    return {
        "organisation": signatory.organisation.short_name,
        "number": signatory.organisation_id,
        "part": "sa part" if signatory.part else "toute la liste",
        "person": _named(seat) if is_named_to_reader else "",
        "trouble": f"{seat.trouble} {WHAT_TO_DO}" if seat.trouble and is_named_to_reader and not answer else "",
        "closed": "" if seat.is_open else "Aucune convention en vigueur ne lui ouvre cette liste.",
        "answer": kind.label,
        "tone": TONES[kind],
        "since": moment(answer.answered_at) if answer else "",
        "reason": answer.reason if answer else "",
        "voided": "Sa part a changé depuis sa dernière réponse." if seat.voided and seat.voided.voided_parts else "",
        "is_named": signatory.user_id is not None,
        "may_name": may_name,
        "may_delegate": may_delegate,
        "is_delegated": seat.delegate is not None,
    }


def _named(seat: Seat) -> str:
    if seat.answer:
        return _in_words(seat.answer.signed_by, seat.answer.function, seat.answer.delegation)
    if one := seat.delegate:
        return _in_words(one.full_name, one.function, one.origin)
    signatory = seat.signatory
    if signatory.user is None:
        return "à désigner"
    return _in_words(signatory.user.full_name, signatory.function, signatory.delegation)


def _in_words(name: str, function: str, delegation: str) -> str:
    return f"{name}, {function}{f' ({delegation})' if delegation else ''}"


def quorum(campaign: TargetingCampaign, signatures: Sequence[Signature]) -> dict[str, Any] | None:
    """Return what the rule still awaits; None when nobody signs now."""
    if campaign.state is not ListState.SIGNING:
        return None
    rule = QuorumRule(campaign.quorum)
    return {
        "rule": rule.label,
        "awaited": quorum_awaits(rule, signatures),
        "is_out_of_reach": is_out_of_reach(rule, signatures),
    }
