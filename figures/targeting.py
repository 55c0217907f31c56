"""The method of a targeting list, and what it says of an employer in five words: where people look first, not a mark.

The words of people who work on the list; an employer reads none of them.
"""

from dataclasses import dataclass

from workflows.labels import LabelledEnum


class TargetClass(LabelledEnum):
    """The class of a structure. The last two are lists of their own: nothing known is neither good nor bad."""

    FIRST = "first", "À examiner en premier"
    NEXT = "next", "À examiner ensuite"
    REST = "rest", "Pas en priorité"
    TO_QUALIFY = "to_qualify", "À qualifier"
    SILENT = "silent", "Sans réponse"

    @property
    def letter(self) -> str:
        """The letter of the class among people who know it; empty for the lists apart."""
        return {"first": "A", "next": "B", "rest": "C"}.get(self.value, "")


WORST_FIRST = (TargetClass.FIRST, TargetClass.NEXT, TargetClass.TO_QUALIFY, TargetClass.SILENT, TargetClass.REST)
"""The order in which the structures of one employer give it theirs: what is not known comes before what is fine."""


class Unscorable(ValueError):
    """There is nothing to compute; the message says why, in French, to whoever sets a campaign."""


@dataclass(frozen=True)
class Criterion:
    """One column of the score. `is_probability`: its values, from 0 to 1, are taken as they are (accidents)."""

    code: str
    weight: int
    is_worse_when_high: bool = True
    is_probability: bool = False


@dataclass(frozen=True)
class Method:
    """Criteria, cut points (percents of the structures classed) and the least coverage (percent of the weights)."""

    criteria: tuple[Criterion, ...]
    first: int = 10
    following: int = 20
    coverage: int = 60

    def __post_init__(self) -> None:
        if any(one.weight < 0 for one in self.criteria):
            raise Unscorable("Un poids ne peut pas être négatif.")
        if not self.total:
            raise Unscorable("Tous les poids sont à zéro : donnez un poids à un critère au moins.")
        if len({one.code for one in self.criteria}) < len(self.criteria):
            raise Unscorable("Un même critère ne compte pas deux fois.")
        if self.first < 1 or self.following < 0 or self.first + self.following > 99:
            raise Unscorable("Les deux premières classes réunissent entre 1 et 99 % des établissements.")
        if not 0 <= self.coverage <= 100:
            raise Unscorable("La part des critères qu’il faut connaître est entre 0 et 100 %.")

    @property
    def total(self) -> int:
        return sum(one.weight for one in self.criteria)

    @property
    def weights(self) -> tuple[int, ...]:
        return tuple(one.weight for one in self.criteria)
