"""Debian packages, each tested by what it brings: another way of having it is as good."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from launcher import Stop
from launcher.processes import run, say


class Package(NamedTuple):
    """A Debian package and the question whether this machine has what it brings."""

    name: str
    is_present: Callable[[], bool]


def has_program(*names: str) -> bool:
    """Return whether one of these programs is on the path."""
    return any(shutil.which(name) for name in names)


def has_library(name: str) -> bool:
    """Return whether the dynamic linker knows this shared library, by its full name (libpango-1.0.so.0)."""
    # An ordinary account has no sbin on its path.
    ldconfig = shutil.which("ldconfig", path=f"/sbin:/usr/sbin:{os.environ.get('PATH', os.defpath)}")
    if ldconfig is None:
        return False
    known = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=False).stdout
    return any(line.strip().startswith(f"{name} ") for line in known.splitlines())


def has_postgresql() -> bool:
    """Return whether a PostgreSQL server is installed; Debian keeps its programs off the path."""
    return has_program("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


PDF = (
    Package("libpango-1.0-0", lambda: has_library("libpango-1.0.so.0")),
    Package("libpangoft2-1.0-0", lambda: has_library("libpangoft2-1.0.so.0")),
)
DATABASE = (Package("postgresql", has_postgresql),)
BROWSER = (
    Package("chromium", lambda: has_program("chromium")),
    Package("libatomic1", lambda: has_library("libatomic.so.1")),  # for the Node inside Playwright
    Package("poppler-utils", lambda: all(map(has_program, ("pdftotext", "pdftoppm", "pdfsig")))),
)


def missing(packages: Iterable[Package]) -> list[str]:
    """Return the names of the packages that this machine lacks, in order."""
    return [package.name for package in packages if not package.is_present()]


def install(packages: Iterable[Package]) -> None:
    """Install what is missing with apt-get when this person may; else raise Stop with the line to type."""
    packages = tuple(packages)
    names = missing(packages)
    if not names:
        return
    root = way_to_root()
    line = ["apt-get", "install", "--yes", "--no-install-recommends", *names]
    if root is None:
        raise Stop(by_hand(line), code=2)
    say(f"Paquets système : {', '.join(names)}")
    quietly = [*root, "env", "DEBIAN_FRONTEND=noninteractive"]
    run([*quietly, "apt-get", "update", "--quiet=2"])
    run([*quietly, *line, "--quiet=2"], stdout=subprocess.DEVNULL)
    if still := missing(packages):
        raise Stop(f"Toujours absents après l’installation : {', '.join(still)}.", code=2)


def by_hand(line: list[str]) -> str:
    """Return the message for a person who may not install packages, with the exact line to type."""
    return (
        "Il manque des paquets système. Lancez cette ligne, ou demandez-le à qui gère la machine :\n"
        f"  sudo apt-get update && sudo {' '.join(line)}\n"
        "puis recommencez."
    )


def way_to_root() -> list[str] | None:
    """Return the words to put before apt-get; None when this person may not install packages."""
    if not has_program("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if has_program("sudo") and not subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode:
        return ["sudo", "-n"]
    return None
