"""Whom a structure is compared to: the nearest group that holds enough of them, and its words."""

from workflows.labels import LabelledEnum

FEWEST_PEERS = 11
"""A group is compared to from so many known values on, the structure's own among them."""


class PeerGroup(LabelledEnum):
    """The groups tried, from the nearest to the widest, then none."""

    SAME_SIZE = "same_size", "de même statut et de même taille"
    SAME_STATUS = "same_status", "de même statut, de toute taille"
    SAME_CATEGORY = "same_category", "de tout statut et de toute taille"
    NONE = "none", "trop peu nombreux pour une comparaison"


def group_in_words(group: PeerGroup, count: int, category: str, fewest: int = FEWEST_PEERS) -> str:
    """Return « comparé à 34 EHPAD de la région, de même statut et de même taille », or why there is no comparison.

    `category` is what the structures are called, in the plural.
    """
    if group is PeerGroup.NONE:
        return f"moins de {fewest} {category} de la région ont ce chiffre\u00a0: pas de comparaison"
    wider = "" if group is PeerGroup.SAME_SIZE else f" (moins de {fewest} dans un groupe plus proche)"
    return f"comparé à {count} {category} de la région, {group.label}{wider}"
