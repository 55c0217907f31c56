"""Which SIRET pays the people who work at which establishment: the two worlds do not line up by themselves."""

from dataclasses import dataclass

from app.readers import cells
from app.readers.layouts import Field, Layout, Values


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One establishment (FINESS ET) and one SIRET; either may stand in several rows."""

    line: int
    finess: str
    siret: str


def _row(values: Values) -> LinkRow:
    return LinkRow(values.number, values["finess"], values["siret"])


LINKS = Layout(
    "links",
    "Correspondance entre établissements et SIRET",
    (
        Field("finess", "FINESS ET", cells.finess, ("FINESS", "FINESS géographique", "ET"), True, "9 caractères"),
        Field("siret", "SIRET", cells.siret, ("Numéro SIRET",), True, "14 chiffres"),
    ),
    _row,
    key=("finess", "siret"),
    file_names=("correspondance", "finess_siret"),
    examples=(
        {"finess": "799500012", "siret": "00010002400017"},
        {"finess": "799500020", "siret": "00010003200010"},
    ),
)
