"""What accidents at work say of one site, in five words: never a number to compare, never a rank."""

from workflows.labels import LabelledEnum


class EvidenceBand(LabelledEnum):
    """How sure one can be that a site has more accidents than its group."""

    STRONG = "strong", "signal fort"
    PROBABLE = "probable", "signal probable"
    INCONCLUSIVE = "inconclusive", "non concluant"
    NONE = "none", "sans signal"
    TOO_SMALL = "too_small", "effectif insuffisant"


EMPLOYER_WORDS = {
    EvidenceBand.STRONG: "nettement plus d’accidents qu’attendu",
    EvidenceBand.PROBABLE: "sans doute plus d’accidents qu’attendu",
    EvidenceBand.INCONCLUSIVE: "rien ne permet de conclure",
    EvidenceBand.NONE: "pas plus d’accidents qu’attendu",
    EvidenceBand.TOO_SMALL: "trop peu de salariés pour conclure",
}
"""The same, as the employer reads it of itself."""
