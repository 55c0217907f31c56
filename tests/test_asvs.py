"""docs/asvs.md: every requirement once, every test and file it cites, a reason wherever no test speaks."""

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "asvs.md"
NUMBERS = ROOT / "tests" / "asvs_5_0_0.csv"
SHOWN = {"tenu", "en partie"}
REASONED = {"en partie", "à faire", "à l’exploitant", "sans objet"}


class Row(NamedTuple):
    """One requirement: its number, what it asks, where it stands, what shows it or why not."""

    number: str
    asked: str
    status: str
    shown: str

    def cited(self) -> list[str]:
        """The tests and files named between backquotes; settings, commands and addresses of pages are neither."""
        named = re.findall(r"`([^`]+)`", self.shown)
        return [one for one in named if re.fullmatch(r"[\w./-]+\.(py|md|txt|csv|html|js|json|toml|in)(::\w+)?", one)]

    def reason(self) -> str:
        """What is said in words."""
        return re.sub(r"`[^`]+`", "", self.shown).strip(" ,;:.()")


def rows() -> list[Row]:
    found = []
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.match(r"\d", cells[0]):
            assert len(cells) == 4, line
            found.append(Row(*cells))
    return found


def expected() -> list[str]:
    lines = [line for line in NUMBERS.read_text().splitlines() if not line.startswith("#")]
    return [row["number"] for row in csv.DictReader(lines) if row["level"] in ("1", "2")]


@cache
def names_in(path: Path) -> frozenset[str]:
    """The tests of a file, read without being run."""
    tree = ast.parse(path.read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def absent(cited: str) -> bool:
    name, _, test = cited.partition("::")
    path = ROOT / name
    if not path.is_file():
        return True
    return bool(test) and (not test.startswith("test_") or test not in names_in(path))


def faults(row: Row) -> Iterator[str]:
    """What is wrong with a row."""
    if row.status not in SHOWN | REASONED:
        yield f"état inconnu : {row.status}"
    if not row.asked:
        yield "demande vide"
    if row.status in SHOWN and not row.cited():
        yield "rien ne le montre"
    if row.status in REASONED and len(row.reason()) < 10:
        yield "sans raison"
    yield from (f"absent : {one}" for one in row.cited() if absent(one))


def test_every_requirement_of_levels_1_and_2_is_there_once_in_order() -> None:
    assert [row.number for row in rows()] == expected()
    assert len(expected()) == 253


def test_each_line_is_shown_or_explained() -> None:
    assert {row.number: found for row in rows() if (found := list(faults(row)))} == {}


def test_a_line_without_its_test_is_seen() -> None:
    """The check itself: a test that is gone, a file that is gone, a status without a reason, one that nobody knows."""
    here = "tests/test_asvs.py"
    for status, shown, wrong in (
        ("tenu", f"`{here}::test_a_line_without_its_test_is_seen`", []),
        ("tenu", f"`{here}::test_gone`", [f"absent : {here}::test_gone"]),
        ("tenu", f"`{here}::faults`", [f"absent : {here}::faults"]),
        ("tenu", "`docs/gone.md`", ["absent : docs/gone.md"]),
        ("tenu", "cela va de soi", ["rien ne le montre"]),
        ("en partie", f"`{here}`", ["sans raison"]),
        ("sans objet", "", ["sans raison"]),
        ("à faire", "—", ["sans raison"]),
        ("presque", "il ne manque rien", ["état inconnu : presque"]),
    ):
        assert list(faults(Row("1.1.1", "x", status, shown))) == wrong


def test_the_table_is_found_from_where_one_starts() -> None:
    for name, linked in (
        ("README.md", "docs/asvs.md"),
        ("README.md", "docs/security.md"),
        ("CONTRIBUTING.md", "docs/asvs.md"),
    ):
        assert f"({linked})" in (ROOT / name).read_text(), f"{name}: {linked}"
