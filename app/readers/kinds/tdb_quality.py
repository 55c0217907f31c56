"""The quality of the « tableau de bord »: what is missing though it says 0, what is doubtful though it is there.

Source: the exploration notebook and bounds of HELIOS, the ministries' application for the ARS.
"""

from app.readers.kinds.tdb_indicators import AGES, BY_CODE, MOTIVES, POINT, WHOLE, Quality
from app.readers.layouts import Values
from app.readers.problems import Severity
from figures.rates import Rate

USUAL = {code: one.most or WHOLE if one.is_rate else WHOLE**3 for code, one in BY_CODE.items()}
WARNING, NOTICE = Severity.WARNING, Severity.NOTICE


def checked(values: Values) -> tuple[dict[str, int], dict[str, Quality]]:
    """Return the values of the indicators in millionths, and the mark of the doubtful ones; says each in words."""
    found = values.found
    kept = {code: value for code in BY_CODE if (value := found.get(code)) is not None}
    flags: dict[str, Quality] = {}
    if kept.get("abs_total") == 0 and not any(code in kept for code in MOTIVES):
        del kept["abs_total"]
        values.say(NOTICE, "abs_total", "Absentéisme total à 0 sans aucun motif : lu comme non renseigné.")
    _check_sum_of_absence(values, kept, flags)
    _check_ages(values, kept, flags)
    for code, value in kept.items():
        if not 0 <= value <= USUAL[code] or (value % WHOLE and not BY_CODE[code].is_rate):
            _mark_doubtful(values, code, value, flags)
    return kept, flags


def _shown(value: int) -> str:
    return str(Rate.from_millionths(value))


def _check_sum_of_absence(values: Values, kept: dict[str, int], flags: dict[str, Quality]) -> None:
    total, parts = kept.get("abs_total"), [kept[code] for code in MOTIVES if code in kept]
    if total is None or not parts or abs(total - sum(parts)) <= POINT:
        return
    flags["abs_total"] = Quality.SUM_DIFFERS
    message = (
        f"Absentéisme total de {_shown(total)}, alors que ses motifs font {_shown(sum(parts))} : "
        "faites préciser la répartition."
    )
    values.say(WARNING, "abs_total", message)


def _check_ages(values: Values, kept: dict[str, int], flags: dict[str, Quality]) -> None:
    parts = {code: kept[code] for code in AGES if code in kept}
    total = sum(parts.values())
    if not total or abs(total - WHOLE) <= POINT:
        return
    flags.update(dict.fromkeys(parts, Quality.SUM_DIFFERS))
    values.say(WARNING, AGES[0], f"La pyramide des âges fait {_shown(total)} au lieu de 100 % : faites-la vérifier.")


def _mark_doubtful(values: Values, code: str, value: int, flags: dict[str, Quality]) -> None:
    indicator = BY_CODE[code]
    if value < 0:
        flags[code] = Quality.NEGATIVE
        values.say(WARNING, code, "Valeur négative : faites vérifier la saisie.")
    elif not indicator.is_rate:
        if value % WHOLE:
            flags[code] = Quality.NOT_WHOLE
            values.say(WARNING, code, "Ce nombre devrait être entier : faites vérifier la saisie.")
    elif value > WHOLE:
        flags[code] = Quality.ABOVE_WHOLE
        values.say(WARNING, code, f"Taux de {_shown(value)}, supérieur à 100 % : faites vérifier la saisie.")
    elif indicator.most is not None and value > indicator.most:
        flags.setdefault(code, Quality.UNUSUAL)
        message = f"Taux de {_shown(value)}, au-delà de {_shown(indicator.most)} : valeur inhabituelle, à confirmer."
        values.say(WARNING, code, message)
