"""What people who know the field propose of a list, why, and what is decided: beside what was computed, not over it."""

from collections.abc import Mapping

from workflows.labels import LabelledEnum


class NoteNature(LabelledEnum):
    """What a note is about."""

    CONTEXT = "context", "Contexte : travaux, fusion, changement d’organisme"
    MANAGEMENT = "management", "Direction et encadrement"
    STAFF = "staff", "Recrutement et équipes"
    DIALOGUE = "dialogue", "Dialogue social"
    PREVENTION = "prevention", "Démarche de prévention en cours"
    OTHER = "other", "Autre"


class Certainty(LabelledEnum):
    """How one knows what a note says."""

    FACT = "fact", "Un fait"
    PERCEPTION = "perception", "Une perception"


class ProposalKind(LabelledEnum):
    """What is proposed of an employer."""

    ADD = "add", "Ajouter"
    RAISE = "raise", "Examiner plus tôt"
    LOWER = "lower", "Examiner plus tard"
    WITHDRAW = "withdraw", "Retirer"
    POSTPONE = "postpone", "Reporter à une date"


class Reason(LabelledEnum):
    """Why, from a closed list: what can be counted. The text says the rest."""

    REQUEST = "request", "L’employeur le demande"
    UNSEEN = "unseen", "Difficulté que les indicateurs ne montrent pas"
    OUTDATED = "outdated", "Les chiffres ne reflètent plus la situation"
    ISOLATED = "isolated", "Petite structure isolée"
    NEW_MANAGEMENT = "new_management", "Nouvelle direction"
    CRISIS = "crisis", "Situation de crise, fusion ou reprise"
    ALREADY_HELPED = "already_helped", "Déjà accompagné par ailleurs"
    CLOSING = "closing", "Fermeture ou changement d’activité"
    OTHER = "other", "Autre raison"


REASONS: dict[ProposalKind, tuple[Reason, ...]] = {
    ProposalKind.ADD: (Reason.REQUEST, Reason.UNSEEN, Reason.ISOLATED, Reason.OTHER),
    ProposalKind.RAISE: (Reason.REQUEST, Reason.UNSEEN, Reason.ISOLATED, Reason.OUTDATED, Reason.OTHER),
    ProposalKind.LOWER: (Reason.OUTDATED, Reason.ALREADY_HELPED, Reason.NEW_MANAGEMENT, Reason.OTHER),
    ProposalKind.WITHDRAW: (Reason.ALREADY_HELPED, Reason.CLOSING, Reason.OUTDATED, Reason.OTHER),
    ProposalKind.POSTPONE: (Reason.CRISIS, Reason.NEW_MANAGEMENT, Reason.ALREADY_HELPED, Reason.OTHER),
}
"""The reasons that go with each proposal."""


class Consent(LabelledEnum):
    """By what right a federation adds one of its members."""

    ASKED = "asked", "À sa demande"
    AGREED = "agreed", "Avec son accord"


class ProposalState(LabelledEnum):
    """What became of a proposal."""

    PENDING = "pending", "À décider"
    ACCEPTED = "accepted", "Retenue"
    DECLINED = "declined", "Non retenue"


class Decision(LabelledEnum):
    """The class that people decided. The first three have the slugs of the computed classes."""

    FIRST = "first", "À examiner en premier"
    NEXT = "next", "À examiner ensuite"
    REST = "rest", "Pas en priorité"
    WITHDRAWN = "withdrawn", "Retiré"
    POSTPONED = "postponed", "Reporté"


_RAISED: Mapping[str, Decision] = {"first": Decision.FIRST, "next": Decision.FIRST, "rest": Decision.NEXT}
_LOWERED: Mapping[str, Decision] = {"first": Decision.NEXT, "next": Decision.REST, "rest": Decision.REST}


def decision_of(kind: ProposalKind, standing: str | None) -> Decision:
    """Return what a proposal makes of an employer that stands there (a class, a decision; None: on no list yet).

    Raised once from what was never classed, withdrawn or put off, an employer is examined next.
    """
    if kind is ProposalKind.WITHDRAW:
        return Decision.WITHDRAWN
    if kind is ProposalKind.POSTPONE:
        return Decision.POSTPONED
    if kind is ProposalKind.ADD:
        return Decision.FIRST
    if kind is ProposalKind.RAISE:
        return _RAISED.get(standing or "", Decision.NEXT)
    return _LOWERED.get(standing or "", Decision.REST)


def offered(standing: str | None, *, is_listed: bool) -> tuple[ProposalKind, ...]:
    """Return what may be proposed of an employer that stands there; `is_listed`: it has a line in the list."""
    if not is_listed:
        return (ProposalKind.ADD,)
    barred = {ProposalKind.ADD}
    if standing == Decision.FIRST:
        barred.add(ProposalKind.RAISE)
    if standing in (Decision.REST, Decision.WITHDRAWN, Decision.POSTPONED):
        barred.add(ProposalKind.LOWER)
    if standing == Decision.WITHDRAWN:
        barred.add(ProposalKind.WITHDRAW)
    return tuple(kind for kind in ProposalKind if kind not in barred)
