"""The faults met in real FINESS files, planted beside good lines: every good line stays readable.

Each function takes the lines of one file (without metadata) and returns them with one fault more.
"""

from collections.abc import Callable

from app.demo.finess_numbers import finess_number
from app.readers.finess_layouts import FIELDS
from app.readers.finess_rows import FinessKind

Lines = list[str]


def repeated_number(lines: Lines) -> Lines:
    """An older copy of a line before the right one: only the last is kept."""
    older = _with(lines[5], "et", maj="2001-01-01", telephone="0536499999")
    return [*lines[:5], older, *lines[5:]]


def wrong_checksum(lines: Lines) -> Lines:
    """A copy whose number has a wrong key: refused."""
    number = lines[6].split(";")[1]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    return [*lines[:7], lines[6].replace(number, wrong, 1), *lines[7:]]


def lost_zero(lines: Lines) -> Lines:
    """A structure whose number was created in Allier and lost its zero: completed and kept."""
    number = finess_number("03", 50_001)
    return [*lines[:8], _with(lines[7], "et", nofinesset=number[1:], siret=""), *lines[8:]]


def impossible_dates(lines: Lines) -> Lines:
    """Two dates of the Middle Ages: left empty, the line is kept."""
    return [*lines[:9], _with(lines[9], "et", dateouv="0201-12-01", dateautor="0426-03-01"), *lines[10:]]


def doubled_quotes(lines: Lines) -> Lines:
    """A name between quotes inside a quoted cell: read as it should."""
    name = lines[10].split(";")[3]
    return [*lines[:10], _with(lines[10], "et", rs=f'"{name} ""LA TONNELLE"""'), *lines[11:]]


def missing_cells(lines: Lines) -> Lines:
    """A copy cut before its category: refused."""
    return [*lines[:12], ";".join(lines[11].split(";")[:15]), *lines[12:]]


def unknown_record(lines: Lines) -> Lines:
    """A line of another kind: refused."""
    return [*lines[:14], "equipementsocial;790000000;924;;11", *lines[14:]]


def wrong_siret(lines: Lines) -> Lines:
    """A SIRET whose key is wrong: left empty, the line is kept."""
    return [*lines[:16], _with(lines[16], "et", siret="00010001200019"), *lines[17:]]


def closed_entity(lines: Lines) -> Lines:
    """A legal entity marked as closed, without structure: kept, and closed."""
    finess = finess_number("87", 29_999)
    closed = _with(lines[8], "ej", nofiness=finess, rs="[Fermé] ASSOCIATION DU PONT LEVIS", siren="")
    return [*lines, closed]


STRUCTURE_DEFECTS: tuple[Callable[[Lines], Lines], ...] = (
    doubled_quotes,
    impossible_dates,
    wrong_siret,
    repeated_number,
    wrong_checksum,
    lost_zero,
    missing_cells,
    unknown_record,
)
LEGAL_ENTITY_DEFECTS: tuple[Callable[[Lines], Lines], ...] = (closed_entity,)


def plant_defects(legal_entities: Lines, structures: Lines) -> tuple[Lines, Lines]:
    """Both files with every fault of this module; each needs at least twenty lines."""
    for plant in LEGAL_ENTITY_DEFECTS:
        legal_entities = plant(legal_entities)
    for plant in STRUCTURE_DEFECTS:
        structures = plant(structures)
    return legal_entities, structures


def _with(line: str, kind: FinessKind, **cells: str) -> str:
    values = line.split(";")
    for name, value in cells.items():
        values[FIELDS[kind].index(name)] = value
    return ";".join(values)
