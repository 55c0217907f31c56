"""Programs side by side: they end together, however the end comes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SUPERVISION = """
import os, sys
from pathlib import Path
from launcher import Stop
from launcher.processes import supervise

folder = Path(sys.argv[1])
commands = {
    name: ["sh", "-c", f"echo $$ > {folder / name}.part; mv {folder / name}.part {folder / name}.pid; exec {what}"]
    for name, what in zip(("un", "deux"), sys.argv[2:], strict=True)
}
try:
    supervise(
        commands,
        dict(os.environ),
        is_ready=lambda: all((folder / f"{name}.pid").exists() for name in commands),
        announce=lambda: print("prêt", flush=True),
    )
except Stop as stop:
    sys.exit(str(stop))
"""


def start(folder: Path, *programs: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SUPERVISION, str(folder), *programs]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def running(folder: Path) -> list[int]:
    """Return the process numbers of the programs that are still there, zombies included."""
    return [number for number in map(int, (path.read_text() for path in folder.glob("*.pid"))) if is_there(number)]


def is_there(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_it_stops_them_all_without_complaint(tmp_path: Path, ending: signal.Signals) -> None:
    with start(tmp_path, "sleep 60", "sleep 60") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "prêt\n"
        assert len(running(tmp_path)) == 2
        process.send_signal(ending)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors, running(tmp_path)) == (0, "", [])


def test_when_one_ends_the_rest_stop_and_it_is_named(tmp_path: Path) -> None:
    with start(tmp_path, "sleep 60", "sh -c 'sleep 0.3; exit 7'") as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "deux" in errors
    assert "code 7" in errors
    assert running(tmp_path) == []


def test_killed_outright_it_leaves_nobody_behind(tmp_path: Path) -> None:
    with start(tmp_path, "sleep 60", "sleep 60") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "prêt\n"
        process.kill()
    deadline = time.monotonic() + 10
    while running(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(tmp_path) == []
