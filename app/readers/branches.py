"""The collective agreements of the sector (IDCC), and the national agreement on objectives (CNO) of each branch."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.readers.reference_files import read_bytes

FILE = "idcc.csv"


@dataclass(frozen=True)
class Branch:
    """A collective agreement; the dates of its CNO, which opens prevention contracts, when they are known."""

    idcc: str
    label: str
    agreed_on: date | None
    agreed_until: date | None


@lru_cache(maxsize=1)
def branches() -> dict[str, Branch]:
    """Return the collective agreements that employers of the sector apply, by IDCC."""
    rows = csv.DictReader(io.StringIO(read_bytes(FILE).decode("utf-8")), delimiter=";")
    return {
        row["idcc"]: Branch(row["idcc"], row["libelle"], _day(row["cno_signee_le"]), _day(row["cno_jusqu_au"]))
        for row in rows
    }


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def branch_label(idcc: str | None) -> str:
    """Return « 0029 Hospitalisation privée… », the number alone when it is not one of these, empty for none."""
    found = branches().get(idcc or "")
    return f"{found.idcc} {found.label}" if found else idcc or ""
