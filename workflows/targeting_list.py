"""A targeting list, from the first figures to the signatures of all: states, steps, what each needs, the quorum.

A signature says that an organisation agrees to propose support to these employers first. It compels nobody else: a
refusal is recorded with its reason, and blocks no further than the quorum rule that everybody read at the start.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from workflows.calendar import add_months
from workflows.core import Missing, Step, Workflow
from workflows.labels import LabelledEnum
from workflows.roles import LEADS, Role
from workflows.targeting_texts import METHOD, FrozenList

SHORTEST_MONTHS, LONGEST_MONTHS = 12, 18
"""How long a signed list holds: its figures are already old when it is signed."""
SIGNATURE_REMINDERS = (7, 14)
"""Days after the call when who has not answered is reminded."""


class ListState(LabelledEnum):
    """Where a list stands."""

    DRAFT = "draft", "En préparation"
    CONSULTATION = "consultation", "En consultation"
    FROZEN = "frozen", "Figée"
    SIGNING = "signing", "À la signature"
    SIGNED = "signed", "Signée"
    REVISED = "revised", "Remplacée"
    EXPIRED = "expired", "Échue"


OPEN_TO_CHANGE = (ListState.DRAFT, ListState.CONSULTATION)
"""While notes and proposals still change the list."""
SEALED = (ListState.SIGNED, ListState.REVISED, ListState.EXPIRED)
"""Once signed, the documents of its last version are sealed, whatever becomes of the list afterwards."""
SHOWN_TO_FEDERATIONS = tuple(state for state in ListState if state is not ListState.DRAFT)
"""A federation is consulted on what is ready, never on a draft."""


REPLACEABLE = (ListState.SIGNED, ListState.EXPIRED)
"""What a next list may replace: what is not signed yet is amended instead."""


class MembershipRule(LabelledEnum):
    """On whose sub-list an employer of several federations stands; of none, on the one that no federation signs."""

    EACH = "each", "sur la sous-liste de chacune de ses fédérations"
    NONE = "none", "sur la sous-liste sans fédération, que signent les seuls pilotes"


class QuorumRule(LabelledEnum):
    """Whose signatures make a list signed. A reservation is a signature."""

    LEADS = "leads", "L’ARS, la Carsat et les départements ; l’avis des fédérations est joint"
    MAJORITY = "majority", "L’ARS, la Carsat et les départements, et plus de la moitié des fédérations"
    EVERYBODY = "everybody", "Toutes les organisations signataires"


class Answer(LabelledEnum):
    """What a signatory has said of its part."""

    AWAITED = "awaited", "attendue"
    SIGNED = "signed", "signée"
    RESERVED = "reserved", "signée avec réserve"
    REFUSED = "refused", "refusée"


AGREED = (Answer.SIGNED, Answer.RESERVED)


@dataclass(frozen=True)
class Signature:
    """The answer of one organisation, with the digests of what it read: its parts, the method among them.

    `own` is the key of its text when it signs a part: its members, or its départements; empty for who signs the whole.
    """

    organisation: str
    kind: Role
    answer: Answer = Answer.AWAITED
    read: tuple[tuple[str, str], ...] = ()
    own: str = ""


# --- Guards -------------------------------------------------------------------------------------------------


def list_is_computed(campaign: Any, **_: Any) -> Missing | None:
    if campaign.is_computing:
        return Missing("Le calcul est en cours : attendez qu’il soit terminé.", at="calcul")
    if campaign.computed_at is None:
        return Missing("Lancez d’abord le calcul de la liste.", at="calcul")
    return None


def figures_follow_the_method(campaign: Any, **_: Any) -> Missing | None:
    if campaign.computed_at is not None and campaign.computed_method != campaign.method_digest:
        return Missing("La méthode a changé depuis le calcul : relancez-le.", at="calcul")
    return None


def consultation_is_dated(campaign: Any, *, today: date, **_: Any) -> Missing | None:
    if campaign.consulted_until is None:
        return Missing("Indiquez jusqu’à quand les fédérations sont consultées.", at="consulted_until")
    if campaign.consulted_until < today:
        return Missing("La fin de la consultation est déjà passée : indiquez une date à venir.", at="consulted_until")
    return None


def consultation_is_over(campaign: Any, *, today: date, **_: Any) -> Missing | None:
    if campaign.consulted_until is not None and today <= campaign.consulted_until:
        until = f"{campaign.consulted_until:%d/%m/%Y}"
        return Missing(
            f"La consultation est ouverte jusqu’au {until} : chacun a droit à ce délai.", at="consulted_until"
        )
    return None


def somebody_is_retained(campaign: Any, *, retained: int = 0, **_: Any) -> Missing | None:
    return None if retained else Missing("Aucun employeur n’est retenu : une liste vide ne se signe pas.", at="lignes")


def every_route_is_known(campaign: Any, *, unrouted: int = 0, **_: Any) -> Missing | None:
    if not unrouted:
        return None
    which = "un employeur retenu n’a" if unrouted == 1 else f"{unrouted} employeurs retenus n’ont"
    return Missing(f"Secteur à confirmer : {which} pas encore d’organisme qui puisse l’accompagner.", at="lignes")


def meeting_is_described(campaign: Any, **_: Any) -> Missing | None:
    if not campaign.meeting.strip():
        return Missing("Indiquez la composition de la réunion : elle est imprimée sur la liste.", at="meeting")
    return None


def validity_is_given(campaign: Any, *, today: date, **_: Any) -> Missing | None:
    return (
        None
        if campaign.valid_until > today
        else Missing("La liste serait déjà échue : revoyez sa validité.", at="valid_until")
    )


def signatories_are_named(campaign: Any, *, signatures: Sequence[Signature] = (), **_: Any) -> Missing | None:
    lacking = [role.label for role in (Role.ARS, Role.CARSAT) if role not in {one.kind for one in signatures}]
    return Missing(f"Il manque un signataire : {', '.join(lacking)}.", at="signataires") if lacking else None


def signatories_are_in_post(campaign: Any, *, absent: Sequence[str] = (), **_: Any) -> Missing | None:
    return Missing(f"Nommez une autre personne : {' '.join(absent)}", at="signataires") if absent else None


def quorum_is_reached(campaign: Any, *, signatures: Sequence[Signature] = (), **_: Any) -> Missing | None:
    awaited = quorum_awaits(QuorumRule(campaign.quorum), signatures)
    return (
        Missing(f"Le quorum n’est pas atteint. Il manque : {', '.join(awaited)}.", at="signataires")
        if awaited
        else None
    )


def next_version_is_signed(campaign: Any, *, successor: str = "", **_: Any) -> Missing | None:
    return (
        None if successor == ListState.SIGNED else Missing("Une liste est remplacée par une suivante, une fois signée.")
    )


def validity_is_over(campaign: Any, *, today: date, **_: Any) -> Missing | None:
    if today > campaign.valid_until:
        return None
    return Missing(f"La liste vaut jusqu’au {campaign.valid_until:%d/%m/%Y}.", at="valid_until")


# --- The procedure ------------------------------------------------------------------------------------------


def _step(
    slug: str,
    sources: tuple[ListState, ...],
    target: ListState,
    label: str,
    *guards: Any,
    by: tuple[Role, ...] = LEADS,
    needs_motive: bool = False,
) -> Step:
    return Step(slug, sources, target, label, by, guards, needs_motive=needs_motive, lead_only=False)


WORKFLOW = Workflow(
    name="targeting_list",
    states=ListState,
    initial=ListState.DRAFT,
    steps=(
        _step(
            "consult",
            (ListState.DRAFT,),
            ListState.CONSULTATION,
            "Ouvrir la consultation",
            list_is_computed,
            figures_follow_the_method,
            consultation_is_dated,
        ),
        _step("resume", (ListState.CONSULTATION,), ListState.DRAFT, "Revenir à la préparation", needs_motive=True),
        _step(
            "freeze",
            (ListState.CONSULTATION,),
            ListState.FROZEN,
            "Figer la liste",
            list_is_computed,
            figures_follow_the_method,
            consultation_is_over,
            somebody_is_retained,
            every_route_is_known,
            meeting_is_described,
            validity_is_given,
        ),
        _step(
            "amend",
            (ListState.FROZEN, ListState.SIGNING),
            ListState.CONSULTATION,
            "Rouvrir pour modifier",
            needs_motive=True,
        ),
        _step(
            "call",
            (ListState.FROZEN,),
            ListState.SIGNING,
            "Appeler à signer",
            validity_is_given,
            signatories_are_named,
            signatories_are_in_post,
        ),
        _step(
            "conclude",
            (ListState.SIGNING,),
            ListState.SIGNED,
            "Constater les signatures",
            validity_is_given,
            quorum_is_reached,
        ),
        _step("replace", (ListState.SIGNED,), ListState.REVISED, "Remplacer par la suivante", next_version_is_signed),
        _step("expire", (ListState.SIGNED,), ListState.EXPIRED, "Constater l’échéance", validity_is_over),
    ),
    ended=frozenset({ListState.REVISED, ListState.EXPIRED}),
)


def replacement_refusal(state: ListState) -> str | None:
    """Return why no next list is prepared to replace one in this state, in French, or None."""
    if state is ListState.REVISED:
        return "Cette liste est déjà remplacée : c’est la suivante qui se remplace."
    if state not in REPLACEABLE:
        return "Une liste se remplace une fois signée ; celle-ci peut encore être modifiée."
    return None


def validity_refusal(valid_from: date, valid_until: date) -> Missing | None:
    """Return why a list may not hold over these days: from twelve months on, and eighteen at the most."""
    if valid_until < add_months(valid_from, SHORTEST_MONTHS):
        return Missing(f"Une liste vaut {SHORTEST_MONTHS} mois au moins.", at="valid_until")
    if valid_until > add_months(valid_from, LONGEST_MONTHS):
        return Missing(
            f"Une liste vaut {LONGEST_MONTHS} mois au plus : ses chiffres seraient trop vieux.", at="valid_until"
        )
    return None


# --- Signatures ---------------------------------------------------------------------------------------------


def quorum_awaits(rule: QuorumRule, signatures: Iterable[Signature]) -> list[str]:
    """Return whose agreement is still needed, by name; empty once the quorum is reached.

    For the majority of federations, « encore 2 fédérations » stands for any of them.
    """
    listed = list(signatures)
    needed = [one for one in listed if rule is QuorumRule.EVERYBODY or one.kind in LEADS]
    awaited = [one.organisation for one in needed if one.answer not in AGREED]
    if not any(one.kind in LEADS for one in listed):
        return ["les pilotes"]
    federations = [one for one in listed if one.kind is Role.FEDERATION]
    if rule is QuorumRule.MAJORITY and federations:
        lacking = len(federations) // 2 + 1 - sum(one.answer in AGREED for one in federations)
        if lacking > 0:
            awaited.append(f"encore {lacking} fédération{'s' if lacking > 1 else ''}")
    return awaited


def is_out_of_reach(rule: QuorumRule, signatures: Iterable[Signature]) -> bool:
    """Tell whether refusals keep the quorum from being reached: the list is then to be amended."""
    hopeful = [one if one.answer is Answer.REFUSED else replace(one, answer=Answer.SIGNED) for one in signatures]
    return bool(quorum_awaits(rule, hopeful))


def voided_by(signature: Signature, frozen: FrozenList) -> tuple[str, ...]:
    """Return the parts that no longer are what this signatory read, the method first; empty: its answer holds.

    A change to another federation's sub-list voids nothing here.
    """
    if signature.answer is Answer.AWAITED:
        return ()
    now = {part.key: part.digest for part in frozen.parts}
    known = dict(signature.read)
    changed = [key for key, digest in known.items() if now.get(key) != digest]
    # What came since has not been read: any text for who signs the whole, its own for who signs a part.
    changed += [key for key in parts_of(frozen, signature.kind, signature.own) if key not in known]
    return tuple(sorted(changed, key=lambda key: (key != METHOD, key)))


def parts_of(frozen: FrozenList, kind: Role, own: str) -> tuple[str, ...]:
    """Return the parts that a signatory reads and signs, by the key of its own text.

    A lead of the whole territory (no text of its own) signs all of them; a federation, and a lead of some of the
    départements, the method and its own.
    """
    if kind in LEADS and not own:
        return tuple(part.key for part in frozen.parts)
    return tuple(part.key for part in frozen.parts if part.key in (METHOD, own))
