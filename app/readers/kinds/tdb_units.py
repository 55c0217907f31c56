"""Fractions and percents are never taken for one another: a whole file in the wrong unit is refused."""

from collections.abc import Mapping
from typing import Any

from app.readers.kinds.tdb_indicators import MOTIVES, POINT, WHOLE

TOO_MANY = 0.2
"""Share of the rows that may hold a rate above 100 % before the unit is doubted: a few are slips."""
ALL_TINY = 0.8
ENOUGH_ROWS = 5
TOTAL, BOUNDED = "abs_total", ("abs_moyen", "abs_long", "vacance", "prest_ext")
IN_PERCENT = (
    "Les taux de ce fichier sont en pourcentage (8,9), alors que ce format les donne en parts de un (.089) : "
    "redonnez l’export d’origine, sans le modifier."
)
IN_FRACTIONS = (
    "Les taux de ce fichier sont en parts de un (0,089), alors que ce format les donne en pourcentage (8,9) : "
    "redonnez l’export d’origine, sans le modifier."
)
MIXED = (
    "Le total de l’absentéisme ne correspond pas à ses motifs sur la plupart des lignes : les colonnes n’ont "
    "sans doute pas toutes la même unité. Vérifiez les colonnes désignées, ou redonnez l’export d’origine."
)


class _Survey:
    fields: tuple[str, ...] = (TOTAL, *MOTIVES, "rotation", "vacance", "prest_ext")

    def __init__(self) -> None:
        self.rows = self.doubtful = self.comparable = self.apart = 0

    def see(self, values: Mapping[str, Any]) -> None:
        parts = [values[code] for code in MOTIVES if code in values]
        if values.get(TOTAL) and any(parts):
            self.comparable += 1
            self.apart += abs(values[TOTAL] - sum(parts)) > max(POINT, values[TOTAL] // 2)

    def is_mixed(self) -> bool:
        """True when totals and parts differ by more than half on most of the rows."""
        return self.comparable >= ENOUGH_ROWS and 2 * self.apart > self.comparable


class InFractions(_Survey):
    """Watches a file whose rates should be parts of one."""

    def see(self, values: Mapping[str, Any]) -> None:
        super().see(values)
        rates = [values[code] for code in (TOTAL, *BOUNDED) if code in values]
        self.rows += bool(rates)
        self.doubtful += any(rate > WHOLE for rate in rates)

    def refusal(self) -> str | None:
        if self.doubtful and self.doubtful >= TOO_MANY * self.rows:
            return IN_PERCENT
        return MIXED if self.is_mixed() else None


class InPercents(_Survey):
    """Watches a file whose rates should be percents: an absence under 1 % everywhere is that of another unit."""

    def see(self, values: Mapping[str, Any]) -> None:
        super().see(values)
        rates = [rate for code in (TOTAL, "rotation") if (rate := values.get(code))]
        self.rows += bool(rates)
        self.doubtful += bool(rates) and all(abs(rate) <= POINT for rate in rates)

    def refusal(self) -> str | None:
        if self.rows >= ENOUGH_ROWS and self.doubtful >= ALL_TINY * self.rows:
            return IN_FRACTIONS
        return MIXED if self.is_mixed() else None
