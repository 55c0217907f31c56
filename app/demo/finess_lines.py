"""One line of each FINESS open-data file, from plain values."""

from datetime import date, timedelta
from functools import cache
from random import Random

from app.demo import finess_numbers as numbers
from app.demo.finess_employers import Commune, SyntheticEmployer, SyntheticStructure
from app.demo.finess_names import STREETS, delivery_city, plain_capitals
from app.demo.finess_profiles import HOME_CARE_NAF, NAF
from app.readers.finess_layouts import FIELDS
from app.readers.finess_rows import FinessKind
from app.readers.nomenclatures import LegalNature, legal_nature_of_status, legal_statuses
from app.readers.reference_files import read_table
from app.readers.territories import departement_name

LAYOUT_NUMBERS: dict[FinessKind, int] = {"ej": 93, "et": 111}
# (code, label) of the way tariffs are set: the four met in the public extracts.
FREE_TARIFF = ("01", "Etablissement Tarif Libre")
HOSPITAL_TARIFF = ("03", "ARS établissements Publics de santé dotation globale")
EHPAD_TARIFF = ("40", "ARS/PCD, Tarif global, habilité aide sociale, recours PUI")
UNKNOWN_TARIFF = ("99", "Indéterminé")


def header_line(kind: FinessKind, extracted_on: date) -> str:
    """The metadata line that opens a file."""
    return f"finess;etalab;{LAYOUT_NUMBERS[kind]};{extracted_on.isoformat()}"


def legal_entity_line(employer: SyntheticEmployer, rng: Random) -> str:
    """One « structureej » line (23 fields); `rng` gives what nothing else depends on."""
    cells = {
        "section": "structureej",
        "nofiness": employer.finess,
        "rs": plain_capitals(employer.name),
        "rslongue": employer.long_name.upper(),
        **_address(employer.commune, rng),
        "statutjuridique": employer.status,
        "libstatutjuridique": legal_statuses()[employer.status].label,
        "siren": employer.siren,
        "codeape": NAF.get(employer.structures[0].category, HOME_CARE_NAF) if employer.structures else "",
        "datecrea": _day(rng, 1965, 2015).isoformat(),
    }
    return _line("ej", cells)


def structure_line(employer: SyntheticEmployer, structure: SyntheticStructure, extracted_on: date, rng: Random) -> str:
    """One « structureet » line (32 fields)."""
    opened_on = _day(rng, 1965, 2019)
    tariff_code, tariff_label = _tariff(employer, structure)
    cells = {
        "section": "structureet",
        "nofinesset": structure.finess,
        "nofinessej": employer.finess,
        "rs": plain_capitals(structure.name),
        "rslongue": structure.name.upper(),
        **_address(structure.commune, rng),
        **_category_cells(structure.category),
        "siret": structure.siret,
        "codeape": NAF.get(structure.category, HOME_CARE_NAF),
        "codemft": tariff_code,
        "libmft": tariff_label,
        "dateouv": opened_on.isoformat(),
        "dateautor": max(opened_on, date(2017, 1, 3)).isoformat(),
        "maj": (extracted_on - timedelta(days=rng.randint(10, 900))).isoformat(),
    }
    return _line("et", cells)


def _line(kind: FinessKind, cells: dict[str, str]) -> str:
    return ";".join(_quoted(cells.get(name, "")) for name in FIELDS[kind])


def _quoted(cell: str) -> str:
    if ";" not in cell and '"' not in cell:
        return cell
    return '"' + cell.replace('"', '""') + '"'


def _address(commune: Commune, rng: Random) -> dict[str, str]:
    kind, _, street = rng.choice(STREETS).partition("|")
    return {
        "numvoie": str(rng.randint(1, 90)),
        "typvoie": kind,
        "voie": plain_capitals(street),
        "commune": commune.insee[-3:],
        "departement": commune.departement,
        "libdepartement": _departement_capitals(commune.departement),
        "ligneacheminement": f"{commune.postcode} {delivery_city(commune.name)}",
        "telephone": numbers.phone_number(rng.randrange(10_000)),
    }


@cache
def _departement_capitals(code: str) -> str:
    return plain_capitals(departement_name(code)).replace("-", " ")


@cache
def _category_cells(category: str) -> dict[str, str]:
    row = next(row for row in read_table("finess_categories_et.csv") if row["code"] == category)
    return {
        "categetab": category,
        "libcategetab": row["libelle"],
        "categagretab": row["agr3"],
        "libcategagretab": row["lib_agr3"],
    }


def _tariff(employer: SyntheticEmployer, structure: SyntheticStructure) -> tuple[str, str]:
    if structure.category == "355":
        return HOSPITAL_TARIFF
    if structure.category == "500":
        return EHPAD_TARIFF
    is_commercial = legal_nature_of_status(employer.status) is LegalNature.COMMERCIAL
    return FREE_TARIFF if is_commercial else UNKNOWN_TARIFF


def _day(rng: Random, first_year: int, last_year: int) -> date:
    return date(first_year, 1, 1) + timedelta(days=rng.randrange(365 * (last_year - first_year)))
