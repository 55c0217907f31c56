"""By which number a file names an employer: partners use the SIREN, the FINESS of the entity, or that of a site."""

from dataclasses import dataclass

from app.readers import cells
from app.readers.layouts import Field, Values


@dataclass(frozen=True, slots=True)
class EmployerKey:
    """The numbers given, at least one. `finess` may be that of a legal entity or of a structure: look in both."""

    siren: str | None = None
    legal_entity_finess: str | None = None
    finess: str | None = None


SIREN = Field("siren", "SIREN", cells.siren, ("SIREN de l'employeur", "Numéro SIREN"), hint="9 chiffres")
LEGAL_ENTITY = Field(
    "legal_entity_finess",
    "FINESS EJ",
    cells.finess,
    ("FINESS juridique", "FINESS entité juridique", "EJ", "Finess EJ employeur"),
    hint="9 caractères, au format texte",
)
FINESS = Field(
    "finess",
    "FINESS ET",
    cells.finess,
    ("FINESS", "FINESS géographique", "FINESS établissement", "FINESS structure", "ET"),
    hint="9 caractères ; le FINESS de l’entité juridique convient aussi",
)
FIELDS = (SIREN, LEGAL_ENTITY, FINESS)
NAMES = tuple(one.name for one in FIELDS)


def employer_key(values: Values) -> EmployerKey:
    """Return the numbers of the row."""
    return EmployerKey(values["siren"], values["legal_entity_finess"], values["finess"])
