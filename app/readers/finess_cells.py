"""One record of a FINESS file while it is being read: its cells by name, and the remarks they call for."""

import re
from collections.abc import Callable
from datetime import date

from app.readers.finess_keys import InvalidKey
from app.readers.problems import Problem, Severity
from app.readers.text import Line

# Older or later dates are slips of the keyboard: the directory itself holds 0201-12-01 and 0426-03-01.
FIRST_YEAR, LAST_YEAR = 1500, 2100
FRENCH_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)


class Cells:
    """Typed access to the cells of one record; `problems` grows as they are read."""

    def __init__(self, line: Line, names: tuple[str, ...], values: list[str]) -> None:
        self.line = line
        self.problems: list[Problem] = []
        self._values = dict(zip(names, values, strict=False))

    def note(self, column: str, severity: Severity, message: str) -> None:
        """Adds a remark about one column of this record."""
        self.problems.append(Problem(self.line.number, column, severity, message, self.line.text))

    def text(self, name: str) -> str | None:
        """The cell with blanks collapsed, or None when it is empty or absent."""
        found = self._values.get(name)
        if not found:
            return None
        # The plain case first: splitting and joining every cell is a third of the time of a large file.
        if found.isprintable() and "  " not in found:
            return found.strip() or None
        return " ".join(found.split()) or None

    def code(self, name: str, width: int) -> str | None:
        """A code in capitals, whose lost leading zeros are restored up to `width`."""
        found = self.text(name)
        if found is None:
            return None
        return found.zfill(width) if found.isdecimal() else found.upper()

    def phone(self, name: str) -> str | None:
        """A telephone number without separators; a spreadsheet drops its first zero."""
        found = re.sub(r"[\s.\-]", "", self._values.get(name, ""))
        return f"0{found}" if len(found) == 9 and found.isdecimal() else found or None

    def day(self, name: str) -> date | None:
        """A date (2020-02-04 or 04/02/2020); an impossible one gives None and a notice."""
        found = self.text(name)
        if found is None:
            return None
        if (day := parse_day(found)) is None:
            message = f"Date impossible « {found} » : laissée vide, à corriger à la source."
            self.note(name, Severity.NOTICE, message)
        return day

    def key(self, name: str, normalise: Callable[[str], str]) -> str | None:
        """An optional key (SIREN, SIRET): None with a warning when it is wrong, a notice when repaired."""
        found = self.text(name)
        if found is None:
            return None
        try:
            value = normalise(found)
        except InvalidKey as why:
            self.note(name, Severity.WARNING, f"{why} Il est laissé vide : complétez la fiche.")
            return None
        self.note_repair(name, found, value)
        return value

    def note_repair(self, name: str, found: str, value: str) -> None:
        """Tells that a key was completed, which happens when a spreadsheet took it for a number."""
        if len(found) < len(value):
            message = f"« {found} » complété en « {value} » : un tableur a sans doute retiré le zéro initial."
            self.note(name, Severity.NOTICE, message)


def parse_day(text: str) -> date | None:
    """The date written in `text`, or None when it is not one or lies outside 1500–2100."""
    if french := FRENCH_DATE.fullmatch(text):
        text = f"{french[3]}-{french[2]}-{french[1]}"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
