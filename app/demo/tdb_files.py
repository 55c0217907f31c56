"""Synthetic files of the « tableau de bord » in the two formats partners hold: structures in, lines out.

Lines come one by one, so that a file of any length costs no memory; each comes with the fault planted in it, if any.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random

from app.demo.finess_employers import SyntheticEmployer
from app.demo.tdb_defects import SHARE, Planted, Row, planted
from app.demo.tdb_values import Answers, Site, answers_of, has_answered
from app.readers.kinds.tdb import ATIH, DIAMANT
from app.readers.kinds.tdb_indicators import BY_CODE
from app.readers.layouts import match
from app.readers.nomenclatures import category_label, legal_statuses
from app.readers.problems import Severity
from app.readers.reference_files import read_bytes

SEED = 2026
Line = tuple[bytes, Planted | None]
QUOTE = '"'
FILLERS = ("Oui", "", "12", "Non", "3,5", "", "01/01/2015")
UNVALIDATED = 0.04
NO_ANSWER = Answers({}, 0)


@dataclass(frozen=True, slots=True)
class TdbFile:
    """One file, its name and the faults planted in it."""

    name: str
    content: bytes
    planted: tuple[Planted, ...]


def sites_of(employers: Iterable[SyntheticEmployer]) -> list[Site]:
    """Return the structures of the synthetic region as they answer."""
    return [
        Site(
            structure.finess, employer.finess, structure.name, structure.category, category_label(structure.category),
            legal_statuses()[employer.status].label, structure.commune.departement,
        )
        for employer in employers
        for structure in employer.structures
    ]  # fmt: skip


def build_diamant(sites: Iterable[Site], years: Iterable[int], seed: int = SEED, share: float = SHARE) -> TdbFile:
    """Return the DIAMANT export: fractions without leading zero, UTF-8, one row a structure and year answered."""
    return _built("ANN_MS_TDP_ET_2026_01_15.CSV", diamant_lines(sites, years, seed, share))


def build_atih(sites: Iterable[Site], year: int, seed: int = SEED, share: float = SHARE) -> TdbFile:
    """Return the regional export of a year: percents with a comma, Windows-1252, 331 columns or more."""
    return _built(f"export-tdbesms-{year}-region-75.csv", atih_lines(sites, year, seed, share))


def diamant_lines(
    sites: Iterable[Site], years: Iterable[int], seed: int = SEED, share: float = SHARE
) -> Iterator[Line]:
    """Yield the lines of the DIAMANT export; a structure that did not answer has no row."""
    head = read_bytes("ANN_MS_TDP_ET_2025_01_16.CSV").decode().splitlines()[0].split(";")
    rows = (
        Row(site, year, answers_of(site, year, seed))
        for site in sites
        for year in sorted(years, reverse=True)
        if has_answered(site, year, seed)
    )
    columns = match(DIAMANT, head)
    return _lines(
        head, planted(rows, seed, share), lambda row: _cells(row, columns, [""] * len(head), _fraction), "utf-8"
    )


def atih_lines(sites: Iterable[Site], year: int, seed: int = SEED, share: float = SHARE) -> Iterator[Line]:
    """Yield the lines of the regional export; a structure that did not answer has a row that nobody validated."""
    head = atih_head(year)
    columns, filler = match(ATIH, head), _filler(len(head))
    rows = (_atih_row(site, year, seed) for site in sites)
    return _lines(head, planted(rows, seed, share), lambda row: _cells(row, columns, filler, _percent), "cp1252")


def atih_head(year: int) -> list[str]:
    """Return the titles of that year: those published for 2020 and 2021, then columns that move as they do."""
    head = read_bytes(f"tdbesms_header_{2020 if year <= 2020 else 2021}.txt").decode().splitlines()
    new = [f"Précision ajoutée en {added}" for added in range(2022, year + 1)]
    return [*head[:1], *new, *head[1:]]


def _atih_row(site: Site, year: int, seed: int) -> Row:
    if not has_answered(site, year, seed):
        return Row(site, year, NO_ANSWER, "Non validé", fault="no_answer", severity=Severity.NOTICE)
    is_late = Random(f"{seed} {site.finess} {year} validated").random() < UNVALIDATED
    return Row(site, year, answers_of(site, year, seed), "En cours de validation" if is_late else "Validé")


def _built(name: str, lines: Iterable[Line]) -> TdbFile:
    found = list(lines)
    return TdbFile(name, b"".join(line for line, _ in found), tuple(fault for _, fault in found if fault))


def _lines(head: list[str], rows: Iterable[Row], cells_of: Callable[[Row], list[str]], encoding: str) -> Iterator[Line]:
    yield _line(head, encoding), None
    for number, row in enumerate(rows, start=2):
        fault = Planted(number, row.fault, row.site.finess, row.year, row.severity) if row.severity else None
        yield _line(cells_of(row), encoding), fault


def _line(cells: list[str], encoding: str) -> bytes:
    quoted = (f'"{cell.replace(QUOTE, QUOTE * 2)}"' if QUOTE in cell or ";" in cell else cell for cell in cells)
    return f"{';'.join(quoted)}\r\n".encode(encoding, "replace")


def _cells(row: Row, columns: dict[str, int], filler: list[str], written: Callable[[int], str]) -> list[str]:
    cells = list(filler)
    for name, text in (*_identity(row).items(), *_shares(row, written).items(), *row.cells):
        if name in columns:
            cells[columns[name]] = text
    return [*cells, *["x"] * row.extra]


def _shares(row: Row, written: Callable[[int], str]) -> dict[str, str]:
    shares = row.answers.shares
    found = {code: written(shares[code]) if code in shares else "" for code, one in BY_CODE.items() if one.is_rate}
    return found | {"cdd_rempl": str(row.answers.contracts) if shares else ""}


def _identity(row: Row) -> dict[str, str]:
    site, has_contract = row.site, int(row.site.finess[-4:]) % 3 > 0
    start = 2019 + int(site.finess[-3:]) % 6
    return {
        "finess": site.finess,
        "legal_entity_finess": site.legal_entity_finess,
        "year": str(row.year),
        "category": site.category_label,
        "peer_group": f"Groupe {1 + int(site.finess[-2:]) % 4}",
        "legal_status": site.legal_status,
        "validation": row.validation,
        "progress": "100" if row.answers.shares else "12",
        "agreement": "CCN 51",
        "qwl": "Démarche engagée",
        "cpom_is_running": "Oui" if has_contract else "Non",
        "cpom_in_force_on": f"01/01/{start}" if has_contract else "",
        "cpom_ends_on": f"31/12/{start + 4}" if has_contract else "",
        "cpom_signatories": "ARS, Conseil départemental" if has_contract else "",
    }


def _fraction(share: int) -> str:
    """« .088900000000000000000000000 », as Oracle writes it."""
    sign, size = ("-" if share < 0 else ""), abs(share)
    return f"{sign}{size // 10_000 or ''}.{size % 10_000:04d}{'0' * 23}"


def _percent(share: int) -> str:
    """« 8,89 », « 12 »."""
    return f"{share / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _filler(width: int) -> list[str]:
    """What fills the columns that nobody reads here: a real line weighs about a kilobyte."""
    return [FILLERS[rank % len(FILLERS)] for rank in range(width)]
