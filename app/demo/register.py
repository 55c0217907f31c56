"""The register of the demonstration: FINESS files read by the importer, then what FINESS does not hold."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, select, update

from app.cli.imports import import_file
from app.demo.finess_files import (
    SEED,
    STORY_EMPLOYER_FINESS,
    build_finess_files,
    capacities,
    synthetic_employers,
)
from app.extensions import db
from app.models import Employer, FederationMember, Organisation, Sector, Structure
from app.readers.nomenclatures import CareField, LegalNature, care_field_of_category, legal_nature_of_status
from app.readers.reference_files import read_bytes

EXTRACT_AGE = timedelta(days=20)
REAL_EXTRACTS = ("finess_etalab_cs1100501_extract.csv", "finess_etalab_cs1100502_extract.csv")
MEMBERS_IN_TEN = 8
"""How many private employers in ten belong to a federation."""


def import_register(folder: Path, *, today: date) -> None:
    """Write the synthetic region as two FINESS files in the folder, and import them with the real extracts.

    Each batch is committed, as by the command; importing again changes nothing.
    """
    files = build_finess_files(today - EXTRACT_AGE, with_defects=True)
    folder.mkdir(parents=True, exist_ok=True)
    contents = {"demo-finess-ej.csv": files.legal_entities, "demo-finess-et.csv": files.structures}
    contents |= {f"demo-{name}": read_bytes(name) for name in REAL_EXTRACTS}
    for name, content in contents.items():
        path = folder / name
        path.write_bytes(content)
        import_file(path, path.with_name(f"{name}.rejets.csv"))


def complete_sizes() -> None:
    """Give the structures their places, staff and hours, and each employer the staff of its structures."""
    sizes = [
        {"number": finess, "capacity": size.capacity, "headcount": size.headcount, "hours_served": size.hours_served}
        for finess, size in capacities().items()
    ]
    structures: Table = Structure.__table__  # type: ignore[assignment]
    columns: dict[str, Any] = {name: bindparam(name) for name in ("capacity", "headcount", "hours_served")}
    db.session.execute(update(structures).where(structures.c.finess == bindparam("number")).values(columns), sizes)
    staff = select(func.sum(Structure.headcount)).where(Structure.employer_id == Employer.id).scalar_subquery()
    db.session.execute(update(Employer).values(headcount=staff).execution_options(synchronize_session=False))


def join_federations(bodies: dict[str, Organisation]) -> None:
    """Make most private employers members of the federation of their field, a few of two, the others of none."""
    rng = Random(f"federations {SEED}")
    members = []
    for employer in _private_employers():
        joins = rng.randrange(10) < MEMBERS_IN_TEN or employer.finess == STORY_EMPLOYER_FINESS
        for key in federations_of(employer.legal_status, employer.category) if joins else ():
            members.append({"organisation_id": bodies[key].id, "employer_id": employer.id})
    db.session.execute(insert(FederationMember), members)


def _private_employers() -> Sequence[Any]:
    """Return (id, finess, legal_status, category of the main structure) of the invented private employers."""
    numbers = [employer.finess for employer in synthetic_employers()]
    main = select(Structure.category).where(Structure.employer_id == Employer.id).order_by(Structure.finess).limit(1)
    return db.session.execute(
        select(Employer.id, Employer.finess, Employer.legal_status, main.scalar_subquery().label("category"))
        .where(Employer.sector == Sector.PRIVATE, Employer.finess.in_(numbers))
        .order_by(Employer.finess)
    ).all()


def federations_of(status: str | None, category: str | None) -> tuple[str, ...]:
    """Return the keys of the federations an employer of this status and field would join."""
    field = care_field_of_category(category)
    if legal_nature_of_status(status) is LegalNature.COMMERCIAL:
        return ("synerpa",) if field is CareField.ELDERLY else ()
    if field is CareField.HOME_CARE:
        return ("una",)
    if field is CareField.ELDERLY:
        return ("fehap",)
    # Large associations of both fields often belong to both.
    return ("nexem", "fehap") if status == "61" else ("nexem",)
