"""The glossary speaks of names that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = ("app", "figures", "forms", "reports", "workflows")


def test_every_code_name_of_the_glossary_is_in_the_code() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    cells = [line.split("|")[2] for line in lines if line.count("|") == 4 and "---" not in line]
    names = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    code = "\n".join(path.read_text() for folder in CODE for path in (ROOT / folder).rglob("*.py"))
    assert len(names) > 50
    assert [name for name in names if name.lower() not in code.lower()] == []


def test_no_french_term_stands_twice() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    terms = [line.split("|")[1].strip() for line in lines if line.startswith("| ") and "---" not in line]
    terms = [term for term in terms if term != "French"]
    assert len(terms) == len(set(terms))
