"""The programs of .venv that the commands run, and how they are called."""

import os
import subprocess

from launcher import BIN, ROOT, Stop
from launcher.processes import accompany, read, say

FLASK = [str(BIN / "flask"), "--app", "wsgi"]
PYTHON = str(BIN / "python")
CHECKS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "import-linter": ["lint-imports", "--no-logo"],
    "djlint": ["djlint", "--lint", "app/templates", "reports"],
}


def gunicorn(host: str, port: int, workers: int, threads: int, log_level: str = "info") -> list[str]:
    """Return the command of the web server; access lines go to standard output at level info."""
    options = ["--bind", f"{host}:{port}", "--workers", str(workers), "--threads", str(threads)]
    logs = ["--log-level", log_level, *(["--access-logfile", "-"] if log_level == "info" else [])]
    return [str(BIN / "gunicorn"), "wsgi:app", *options, *logs, "--no-control-socket"]


def failed_checks() -> list[str]:
    """Run all the checks side by side, show what the failing ones say, return their names."""
    started = {
        name: subprocess.Popen(
            [str(BIN / program), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, (program, *options) in CHECKS.items()
    }
    failed = []
    for name, process in started.items():
        output, _ = process.communicate()
        print(f"{'échec ' if process.returncode else 'réussi'}  {name}", flush=True)
        if process.returncode:
            print(output, flush=True)
            failed.append(name)
    return failed


def pytest(arguments: list[str]) -> int:
    """Run the tests on every core and return pytest's exit code; --long among the arguments adds the long ones."""
    # A file keeps to one process: its server and its browser start once. Groups across files ("loadgroup") are
    # silently ignored by pytest-xdist 3.8 under pytest 9.2.
    workers = min((os.cpu_count() or 1) + 1, 8)
    # In the order of tests/conftest.py: the processes would otherwise end on the files that take longest.
    distribution = ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]
    environment = dict(os.environ) | ({"JALON_LONG": "1"} if "--long" in arguments else {})
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # the tests start Jalon a hundred times
    return accompany([PYTHON, "-m", "pytest", *distribution, *arguments], environment)


def refuse_old_schema(environment: dict[str, str]) -> None:
    """Raise Stop when the database does not carry the last migration: serve never migrates by itself."""
    if "(head)" not in read([*FLASK, "db", "current"], environment):
        raise Stop(
            "La base n’est pas à jour. Sauvegardez-la, puis lancez :\n"
            "  JALON_ENV=production .venv/bin/flask --app wsgi db upgrade"
        )


def check_walls(environment: dict[str, str]) -> None:
    """Say how the database keeps organisations apart; raise Stop when production would run without."""
    say(read([*FLASK, "database", "check"], environment))
