"""The frequency index of accidents at work: told beside its counts, never compared from one site to another.

At the size of one site it is mostly chance (a mean home-care service expects two accidents a year): sorting it lists
small sites at both ends. So the type is no number. It cannot be ordered, added, nor put in an array of numbers, and no
function that ranks or scores takes it (`tests/statistics/test_rankable.py`).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn, Self

from figures.words import number_in_french

NOT_FOR_ONE_SITE = (
    "Un indice de fréquence ne veut rien dire pour un seul petit établissement : à cette taille, le hasard suffit à le "
    "doubler ou à l’annuler d’une année à l’autre."
)
"""The sentence that stands beside any index or band of one site."""


@dataclass(frozen=True, slots=True)
class FrequencyIndex:
    """Accidents with a first payment for 1,000 employees, over a year."""

    per_thousand: Decimal

    def __post_init__(self) -> None:
        if not isinstance(self.per_thousand, Decimal):
            raise TypeError(f"un indice se lit d’un Decimal, pas de {type(self.per_thousand).__name__}")
        if not self.per_thousand.is_finite() or self.per_thousand < 0:
            raise ValueError(f"pas un indice : {self.per_thousand}")

    @classmethod
    def of(cls, accidents: int, headcount: Decimal | int) -> Self:
        """Return the index of a number of accidents among employees; ValueError without any employee."""
        if headcount <= 0:
            raise ValueError("pas d’indice sans salarié")
        return cls(1000 * Decimal(accidents) / Decimal(headcount))

    def in_french(self) -> str:
        """Return « 82,1 accidents pour 1 000 salariés »."""
        many = "accidents" if self.per_thousand >= 2 else "accident"
        return f"{number_in_french(self.per_thousand, 1)} {many} pour {number_in_french(1000)} salariés"

    def __lt__(self, other: object) -> NoReturn:
        raise TypeError("un indice de fréquence ne se classe pas : voir la probabilité de dépassement")

    __gt__ = __le__ = __ge__ = __lt__
