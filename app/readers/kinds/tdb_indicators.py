"""The indicators of the « tableau de bord de la performance » that are read, and the bounds of what is plausible.

Bounds are those by which the ministries' application marks a value as unusual: warnings about quality, never
thresholds of risk.
"""

from dataclasses import dataclass
from enum import StrEnum

from figures.rates import MILLION

WHOLE = MILLION
POINT = WHOLE // 100
"""One percentage point, in millionths."""


class Quality(StrEnum):
    """What a value of an indicator is marked with when it is doubtful."""

    NEGATIVE = "negative"
    ABOVE_WHOLE = "above_whole"
    UNUSUAL = "unusual"
    SUM_DIFFERS = "sum_differs"
    NOT_WHOLE = "not_whole"

    @property
    def label(self) -> str:
        """French words shown beside the value."""
        return {
            "negative": "valeur négative",
            "above_whole": "supérieur à 100 %",
            "unusual": "valeur inhabituelle",
            "sum_differs": "différent de la somme de ses parties",
            "not_whole": "nombre non entier",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: `is_rate` or a count; `most` is the bound of what is usual (millionths of one)."""

    code: str
    label: str
    is_rate: bool = True
    most: int | None = None
    names: tuple[str, ...] = ()


MOTIVES = ("abs_court", "abs_moyen", "abs_long", "abs_mat", "abs_atmp", "abs_special")
AGES = (
    "pyramide_moins_20", "pyramide_20_29", "pyramide_30_39", "pyramide_40_49", "pyramide_50_54", "pyramide_55_59",
    "pyramide_60_64", "pyramide_plus_65",
)  # fmt: skip
ABSENCE = "Taux d'absentéisme pour "

INDICATORS = (
    Indicator("abs_total", "Taux d'absentéisme (hors formation)", most=40 * POINT),
    Indicator("abs_court", f"{ABSENCE}maladie ordinaire/courte durée", most=20 * POINT,
              names=("Pour maladie ordinaire / de courte durée",)),
    Indicator("abs_moyen", f"{ABSENCE}maladie moyenne durée", most=20 * POINT,
              names=("Pour maladie de moyenne durée",)),
    Indicator("abs_long", f"{ABSENCE}maladie longue durée", most=20 * POINT,
              names=("Pour maladie de longue durée",)),
    Indicator("abs_mat", f"{ABSENCE}maternité/paternité", most=20 * POINT, names=("Pour maternité/paternité",)),
    Indicator("abs_atmp", f"{ABSENCE}accident du travail / maladie professionnelle", most=20 * POINT,
              names=("Pour accident du travail / Maladie professionnelle",)),
    Indicator("abs_special", f"{ABSENCE}congés spéciaux dont sans solde", most=20 * POINT,
              names=("Pour congés spéciaux dont les congés sans solde (hors congés payés)",)),
    Indicator("rotation", "Taux de rotation du personnel sur effectifs réels", most=50 * POINT,
              names=("Taux de rotation des personnels", "Taux de rotation des personnels sur effectifs réels")),
    Indicator("vacance", "Taux d'ETP vacants au 31/12", most=20 * POINT, names=("Taux d'ETP vacants",)),
    Indicator("vacance_soins", "Dont taux d'ETP vacants concernant la fonction SOINS", most=20 * POINT),
    Indicator("vacance_socio_edu", "Dont taux d'ETP vacants concernant la fonction SOCIO EDUCATIVE", most=20 * POINT),
    Indicator("prest_ext", "Taux de prestations externes sur les prestations directes", most=20 * POINT),
    Indicator("encadrement", "Taux de personnels occupant une fonction de gestion d'équipe ou de management"),
    Indicator("cdd_rempl", "Nombre de CDD de remplacement", is_rate=False),
    Indicator("pyramide_moins_20", "% de personnes âgées de moins de 20 ans"),
    Indicator("pyramide_20_29", "% de personnes âgées de 20 - 29 ans"),
    Indicator("pyramide_30_39", "% de personnes âgées de 30 - 39 ans"),
    Indicator("pyramide_40_49", "% de personnes âgées de 40 - 49 ans"),
    Indicator("pyramide_50_54", "% de personnes âgées de 50 - 54 ans"),
    Indicator("pyramide_55_59", "% de personnes âgées de 55 - 59 ans"),
    Indicator("pyramide_60_64", "% de personnes âgées de 60 - 64 ans"),
    Indicator("pyramide_plus_65", "% de personnes âgées de Plus de 65 ans"),
)  # fmt: skip
BY_CODE = {one.code: one for one in INDICATORS}
IN_DIAMANT = (
    "cdd_rempl", "vacance", "prest_ext", "rotation", "abs_court", "abs_moyen", "abs_long", "abs_mat", "abs_atmp",
    "abs_special", "abs_total",
)  # fmt: skip
"""The indicators that the DIAMANT export carries, in its order."""
