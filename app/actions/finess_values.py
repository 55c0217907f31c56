"""What a FINESS record says, as the values of our columns. A record that does not fit them is refused here."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String

from app.models import CivilServiceBranch, Employer, Scheme, Sector, Structure
from app.models.search import search_key
from app.readers.capitals import in_small_letters
from app.readers.finess import LegalEntityRow, Problem, Severity, StructureRow
from app.readers.nomenclatures import sector_of_status

Values = dict[str, Any]

GENERAL_DIVISIONS = ("86", "87", "88")
"""NAF divisions of health and social care, where private employers usually belong to the régime général."""
MSA_STATUS = "43"
LINES = frozenset({"name", "long_name", "address", "city"})
"""Wordings: cut to the width of their column, which loses nothing a reader looks for."""
PHONE = 20
WIDTHS = {
    model: {column.name: column.type.length for column in model.__table__.c if isinstance(column.type, String)}
    for model in (Employer, Structure)
}


def employer_values(row: LegalEntityRow) -> Values | Problem:
    """Return what the row says of an employer, sector, branch and scheme included, or why it is refused."""
    sector, branch = sector_of_status(row.status_code)
    values: Values = {
        "finess": row.finess,
        "siren": row.siren,
        "name": in_small_letters(row.name),
        "long_name": in_small_letters(row.long_name or ""),
        "legal_status": row.status_code,
        "sector": Sector(sector),
        "civil_service_branch": CivilServiceBranch(branch) if branch else None,
        "scheme": presumed_scheme(sector, branch, row.status_code, row.naf),
        "naf": row.naf,
        "departement": row.departement,
        "is_closed": row.is_closed,
        **_place(row),
    }
    return _fitted(row.line, Employer, values)


def structure_values(row: StructureRow, employer_id: int | None) -> Values | Problem:
    """Return what the row says of a structure of this employer (None: not known yet), or why it is refused."""
    values: Values = {
        "finess": row.finess,
        "employer_id": employer_id,
        "siret": row.siret,
        "name": in_small_letters(row.name),
        "long_name": in_small_letters(row.long_name or ""),
        "category": row.category_code,
        "commune": row.commune,
        "departement": row.departement,
        "naf": row.naf,
        "opened_on": row.opened_on,
        **_place(row),
    }
    return _fitted(row.line, Structure, values)


def provisional_employer(finess: str) -> Values:
    """Return the values of an employer known by its number alone, until the file of legal entities comes."""
    name = f"Entité juridique {finess}"
    return {"finess": finess, "name": name, "sector": Sector.TO_CONFIRM, "search_key": search_key(finess, name)}


def found_by(values: Mapping[str, Any]) -> str:
    """Return the text that finds an employer or a structure: numbers first, then names and city."""
    return search_key(*(values.get(name) for name in ("finess", "siren", "siret", "name", "long_name", "city")))


def presumed_scheme(sector: str, branch: str | None, status: str | None, naf: str | None) -> Scheme | None:
    """Return the scheme an employer most likely belongs to, which a person may change, or None.

    Hospital and territorial branches: CNRACL, the pension fund of their agents. The MSA's own bodies:
    régime agricole. Other private employers whose NAF is in health or social care (divisions 86 to 88):
    régime général, which is a presumption, since an ESAT or a farm may be under the MSA. Source: the
    affiliation rules of the code de la sécurité sociale as generally applied, not a datum of FINESS.
    """
    if sector == "public":
        return Scheme.CNRACL if branch in ("fph", "fpt") else None
    if sector != "private":
        return None
    if status == MSA_STATUS:
        return Scheme.AGRICOLE
    return Scheme.GENERAL if naf and naf.startswith(GENERAL_DIVISIONS) else None


def _place(row: LegalEntityRow | StructureRow) -> Values:
    phone = row.phone or ""
    return {
        "address": in_small_letters(row.address),
        "postcode": row.postcode or "",
        "city": in_small_letters(row.city or ""),
        "phone": phone if len(phone) <= PHONE else "",
    }


def _fitted(line: int, model: type[Employer] | type[Structure], values: Values) -> Values | Problem:
    """Cut wordings to their column; a code that is too long says that the cells have moved: the row is refused."""
    widths: Mapping[str, int | None] = WIDTHS[model]
    for name, value in values.items():
        width = widths.get(name)
        if not width or not isinstance(value, str) or len(value) <= width:
            continue
        if name not in LINES:
            message = f"« {value[:40]} » dépasse {width} caractères : corrigez cette valeur à la source."
            return Problem(line, name, Severity.REJECT, message)
        values[name] = value[:width].rstrip()
    return values
