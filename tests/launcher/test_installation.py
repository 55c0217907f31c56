"""The pinned requirements and the stamp that spares a second installation."""

import re
from pathlib import Path

import pytest

from launcher import installation
from launcher.installation import LOCKED, REQUIREMENTS, TOOLS, digest, read_stamp, write_stamp


def pinned(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", file.read_text(), re.MULTILINE))


@pytest.mark.parametrize("file", [*REQUIREMENTS.values(), TOOLS], ids=lambda file: file.name)
def test_every_requirement_is_pinned_and_hashed(file: Path) -> None:
    blocks = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", file.read_text(), flags=re.MULTILINE).strip())
    assert blocks
    assert all(re.match(r"\S+==\S+", block) and "--hash=sha256:" in block for block in blocks)


@pytest.mark.parametrize("file", [*REQUIREMENTS.values(), TOOLS, *LOCKED], ids=lambda file: file.name)
def test_no_lock_file_names_a_registry(file: Path) -> None:
    assert not re.search(r"^--|^ *\"resolved\"|file:", file.read_text(), re.MULTILINE)


def test_the_tests_run_on_the_versions_that_are_served() -> None:
    assert pinned(REQUIREMENTS["run"]).items() <= pinned(REQUIREMENTS["test"]).items()


def test_the_digest_follows_names_and_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "ROOT", tmp_path)
    first, second = tmp_path / "un", tmp_path / "deux"
    first.write_text("a")
    second.write_text("a")
    assert digest([first]) == digest([first])
    before = digest([first])
    assert digest([second]) != before
    first.write_text("b")
    assert digest([first]) != before


def test_the_stamp_keeps_what_others_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "STAMP", tmp_path / "jalon.json")
    assert read_stamp() == {}
    write_stamp(level="test")
    write_stamp(assets="123")
    assert read_stamp() == {"level": "test", "assets": "123"}


def test_a_damaged_stamp_means_installing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "STAMP", tmp_path / "jalon.json")
    (tmp_path / "jalon.json").write_text("{")
    assert read_stamp() == {}
