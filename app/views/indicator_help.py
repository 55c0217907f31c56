"""The definitions of the indicators in the words of the help page."""

from typing import Any

from app.filters import MONTHS, number
from app.readers.indicators import SOURCES, Indicator, indicators
from figures.absence import NoFigure
from figures.bands import EvidenceBand
from figures.frequency import NOT_FOR_ONE_SITE
from figures.peers import FEWEST_PEERS

REASONS = {
    NoFigure.NOT_GIVEN: "qui devait déclarer le chiffre ne l’a pas fait, ou pas encore",
    NoFigure.NOT_ALLOWED: "vos droits n’ouvrent pas ce chiffre, qu’il existe ou non",
    NoFigure.NOT_CONCERNED: "l’indicateur n’a pas de sens pour cette structure",
    NoFigure.NOT_PUBLISHED: "la campagne de cette année-là n’est pas close",
}
BANDS = {
    EvidenceBand.STRONG: "au moins 95 chances sur 100 d’avoir 1,2 fois plus d’accidents que le groupe",
    EvidenceBand.PROBABLE: "entre 80 et 95 chances sur 100",
    EvidenceBand.INCONCLUSIVE: "entre 20 et 80 chances sur 100 : rien ne permet de conclure",
    EvidenceBand.NONE: "moins de 20 chances sur 100",
}
TOO_SMALL = ("trop petit", "moins de deux années, ou moins de deux accidents attendus : aucune classe")


def in_words() -> dict[str, Any]:
    """Return what the page shows."""
    return {
        "reasons": [(reason.label, words) for reason, words in REASONS.items()],
        "bands": [*((band.label, words) for band, words in BANDS.items()), TOO_SMALL],
        "families": [(_title(source), _rows(source)) for source in SOURCES],
        "fewest": FEWEST_PEERS,
        "not_for_one_site": NOT_FOR_ONE_SITE,
    }


def _title(source: str) -> str:
    month = next(one.published_in for one in indicators().values() if one.source == source)
    return f"{SOURCES[source]} (connu en {MONTHS[month - 1]} de l’année suivante)"


def _rows(source: str) -> list[tuple[str, ...]]:
    return [_row(one) for one in indicators().values() if one.source == source]


def _row(one: Indicator) -> tuple[str, ...]:
    return (
        one.label,
        one.formula,
        one.direction.label,
        _bounds(one),
        one.reliability.label,
    )


def _bounds(one: Indicator) -> str:
    if one.lowest is None or one.highest is None:
        return "à partir de 0"
    return f"de {number(int(one.lowest))} à {number(int(one.highest))}{' %' if one.is_rate else ''}"
