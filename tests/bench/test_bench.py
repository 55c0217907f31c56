"""The bench runs, on both databases, and says what it compares; what it measures is nobody's test."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.report import MET, MISSED, NO_AIM, Finding, compared, counted, decimal, duration, thousands
from tests.bench.timing import Ratio, each_of, in_turn, ratio

ROOT = Path(__file__).resolve().parents[2]
AIMS = ("≤ × 1,10", "≥ × 1,70", "≤ × 1,30", "≤ × 2,0", "≤ × 3,0", "≤ × 5,0", "≤ 6 ordres", "≤ 8 ordres")


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_measure_is_printed_with_its_aim_and_a_verdict() -> None:
    result = bench("--quick")
    assert (result.returncode, result.stderr) == (0, "")
    heading, documents, workbooks, postgresql, sqlite, end = re.split(r"\n\n", result.stdout)
    assert re.search(r"^\d+ cœurs .*\nPython 3\.\d+.*sqlalchemy 2.*weasyprint", heading)
    assert (verdicts(documents), verdicts(workbooks)) == (2, 1)
    assert (postgresql.split(" ")[0], sqlite.split(" ")[0]) == ("PostgreSQL", "SQLite")
    assert verdicts(postgresql) == verdicts(sqlite) >= 12
    assert all(aim in result.stdout for aim in AIMS)
    assert re.fullmatch(r"Objectifs tenus : \d+, manqués : \d+\. Durée : \d+ s, charge à la fin : [\d,]+\.\n", end)


def verdicts(section: str) -> int:
    """How many findings a section holds; each says what it compares."""
    lines = [line for line in section.splitlines() if line.startswith((MET, MISSED, NO_AIM))]
    assert all(re.search(r"(objectif [≤≥]|sans objectif)", line) for line in lines)
    assert all(" contre " in line or "ordres SQL" in line for line in lines)
    return len(lines)


def test_an_unknown_measure_is_refused_with_those_that_exist() -> None:
    result = bench("vitesse")
    assert (result.returncode, result.stdout) == (2, "")
    known = "pdf, classeur, liste, murs, rappels, etape, finess, imports, pairs, ciblage, ouverture"
    assert result.stderr == f"Mesure inconnue : vitesse. Au choix : {known}.\n"


def test_a_ratio_compares_the_medians_and_tells_the_spread() -> None:
    found = ratio([4.0, 6.0, 20.0, 5.0], [2.0, 2.0, 2.0, 1.0])
    assert (found.ours, found.floor, found.value, found.rounds) == (5.5, 2.0, 2.75, 4)
    assert found.low < found.value < found.high
    assert ratio([3.0], [2.0]) == Ratio(3.0, 2.0, 1.5, 1.5, 1)


def test_acts_take_turns_and_the_first_rounds_do_not_count() -> None:
    done: list[str] = []
    first = each_of(range(9), lambda number: done.append(f"a{number}"))
    series = in_turn(2, first, lambda: done.append("b"), before=lambda: done.append("-"), warm_up=1)
    assert done == ["-", "a0", "b", "-", "a1", "b", "-", "a2", "b"]
    assert [len(durations) for durations in series] == [2, 2]


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (compared("", Ratio(2.0, 1.0, 1.9, 2.1, 7), at_most=2), MET),
        (compared("", Ratio(2.1, 1.0, 1.9, 2.1, 7), at_most=2), MISSED),
        (compared("", Ratio(1.7, 1.0, 1.6, 1.8, 7), at_least=1.7), MET),
        (compared("", Ratio(1.6, 1.0, 1.6, 1.8, 7), at_least=1.7), MISSED),
        (compared("", Ratio(9.0, 1.0, 8.0, 9.9, 7)), NO_AIM),
        (counted("", 8, at_most=8), MET),
        (counted("", 9, at_most=8), MISSED),
    ],
)
def test_the_verdict_follows_the_aim(finding: Finding, verdict: str) -> None:
    assert finding.verdict == verdict
    assert str(finding).startswith(verdict)


def test_figures_are_written_as_in_french() -> None:
    assert [decimal(number) for number in (0.714, 1.996, 4.25, 128.4)] == ["0,71", "2,00", "4,2", "128"]
    assert [duration(seconds) for seconds in (0.00071, 0.034, 2.13)] == ["0,71 ms", "34 ms", "2,1 s"]
    assert thousands(103_000) == "103\u202f000"
