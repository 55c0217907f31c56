"""The entry ./jalon, run as a person runs it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = {"help", "setup", "demo", "demo-reset", "test", "check", "audit", "bench", "serve", "scheduler"}


def jalon(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # -S: without site-packages, as on a machine where nothing is installed.
    command = [sys.executable, "-S", str(ROOT / "jalon"), *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"} | environment
    )


def listed_commands() -> dict[str, str]:
    lines = re.findall(r"^  (\S+) +(.+)$", jalon("help").stdout, re.MULTILINE)
    return dict(lines)


def test_help_lists_every_command_with_what_it_does() -> None:
    assert set(listed_commands()) == EXPECTED
    assert all(summary for summary in listed_commands().values())


def test_help_is_what_comes_without_a_command() -> None:
    assert jalon().stdout == jalon("help").stdout == jalon("--help").stdout


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_command_explains_itself(name: str) -> None:
    title, summary, *details = jalon("help", name).stdout.splitlines()
    assert title.split()[:2] == ["./jalon", name]
    assert summary == f"{listed_commands()[name]}."
    assert details
    assert jalon(name, "--help").stdout == jalon("help", name).stdout


@pytest.mark.parametrize("words", [("démo",), ("help", "démo"), ("setup", "démo"), ("demo-reset", "tout")])
def test_a_wrong_word_is_refused_with_the_way_to_help(words: tuple[str, ...]) -> None:
    result = jalon(*words)
    assert (result.returncode, result.stdout) == (2, "")
    assert "./jalon help" in result.stderr


def test_the_script_may_be_run_directly_and_from_elsewhere(tmp_path: Path) -> None:
    result = subprocess.run([ROOT / "jalon", "help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.stdout == jalon("help").stdout


def test_ci_runs_the_tests() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec ./jalon test"
