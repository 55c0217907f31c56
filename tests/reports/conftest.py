"""Documents drawn once for all the tests that look at them; what a report needs, and no database."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import page
import pytest

from reports import visit_report
from tests.reports.examples import EXAMPLES

PROFILES = ("3a", "ua1")  # PDF/A-3a and PDF/UA-1


@cache
def _drawn(name: str) -> bytes:
    return visit_report.pdf(EXAMPLES[name])


@pytest.fixture
def drawn() -> Callable[[str], bytes]:
    """The PDF of an example, by its name."""
    return _drawn


def failures(content: bytes) -> list[str]:
    """What the checker reproaches, in both standards; empty when the file keeps its two promises."""
    reports = [page.validate_pdf_bytes(content, profile=profile) for profile in PROFILES]
    return [f"{failure.rule_id} {failure.message}" for report in reports for failure in report.failures]


@pytest.fixture
def no_fonts(tmp_path: Path) -> Path:
    """A folder without Inter: the page then uses a font of the system."""
    folder = tmp_path / "no-fonts"
    folder.mkdir()
    return folder
