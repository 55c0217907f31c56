"""Known flaws of the pinned libraries: OSV for Python through uv, npm for the pages. Says so when it cannot ask."""

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from launcher import BIN, ROOT
from launcher.installation import npm_program

PINNED = ("requirements.txt", "requirements-dev.txt", "requirements-tools.txt")
NOT_RUN = "non exécuté : hors ligne"
SECONDS = 300


class Verdict(NamedTuple):
    """What one audit says: its name, its words, whether it found a flaw."""

    name: str
    words: str
    has_flaws: bool = False


def report(verdicts: list[Verdict]) -> int:
    """Print the verdicts; return 1 when a flaw was found, 0 otherwise, an audit that could not run included."""
    for verdict in verdicts:
        print(f"{verdict.name} : {verdict.words}", flush=True)
    return int(any(verdict.has_flaws for verdict in verdicts))


def audit_python() -> Verdict:
    """Ask OSV about every version pinned in requirements*.txt."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pyproject.toml").write_text(project(pins()))
        command = [str(BIN / "uv"), "audit", "--no-python-downloads", "--no-progress"]
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    return read_uv(result.returncode, f"{result.stdout}{result.stderr}")


def pins() -> list[str]:
    """Return « name==version » of every pinned package, once."""
    lines = [line for name in PINNED for line in (ROOT / name).read_text().splitlines()]
    return sorted({found[0] for line in lines if (found := re.match(r"[\w.-]+(\[[\w,-]+\])?==[^\s;]+", line))})


def project(requirements: list[str]) -> str:
    """Return a project that asks for these versions: the form in which uv audits."""
    return (
        '[project]\nname = "jalon-audit"\nversion = "0"\nrequires-python = "==3.11.*"\n'
        f"dependencies = {json.dumps(requirements)}\n"
    )


def read_uv(code: int, output: str) -> Verdict:
    """Read what `uv audit` answers: 0 nothing found, 1 flaws, anything else it could not run."""
    if code == 0:
        return Verdict("Python", "aucune faille connue")
    if code == 1 and "error:" not in output:
        return Verdict("Python", output.strip(), has_flaws=True)
    return Verdict("Python", NOT_RUN)


def audit_npm() -> Verdict:
    """Ask npm about every version of package-lock.json."""
    program, environment = npm_program()
    command = [*program, "audit", "--package-lock-only", "--json"]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return read_npm(result.stdout)


def read_npm(output: str) -> Verdict:
    """Read the JSON of `npm audit`; without its counts it could not run."""
    try:
        answer: Any = json.loads(output)
        counts: dict[str, int] = answer["metadata"]["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return Verdict("Pages", NOT_RUN)
    if not counts.get("total"):
        return Verdict("Pages", "aucune faille connue")
    names = ", ".join(f"{name} ({flaw['severity']})" for name, flaw in answer["vulnerabilities"].items())
    return Verdict("Pages", f"{counts['total']} paquet(s) à mettre à jour : {names}", has_flaws=True)
