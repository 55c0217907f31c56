"""The demonstration keeps to itself: its own data, its own settings, one at a time."""

import socket
from pathlib import Path

import pytest

from launcher import Stop, demonstration
from launcher.demonstration import answers, environment, erase, free_port, lock, refuse_busy_port


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(demonstration, "INSTANCE", tmp_path / "instance")
    return tmp_path / "instance"


def test_production_settings_never_reach_the_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JALON_DATABASE_URL", "postgresql://production")
    monkeypatch.setenv("JALON_ENV", "production")
    own = environment("http://127.0.0.1:8000", mail_port=2525)
    assert {name: value for name, value in own.items() if name.startswith("JALON_")} == {
        "JALON_ENV": "demo",
        "JALON_PUBLIC_URL": "http://127.0.0.1:8000",
        "JALON_SMTP_URL": "smtp://127.0.0.1:2525",
    }
    assert "PATH" in own


def test_the_public_address_may_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JALON_PUBLIC_URL", "https://essai.example")
    assert environment("http://127.0.0.1:8000", mail_port=2525)["JALON_PUBLIC_URL"] == "https://essai.example"


def test_a_busy_port_is_refused_with_another_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Stop, match=rf"127\.0\.0\.1:{port}(.|\n)*PORT={port % 65535 + 1} ./jalon demo"):
            refuse_busy_port("127.0.0.1", port)


def test_a_free_port_is_accepted_and_does_not_answer_yet() -> None:
    port = free_port()
    refuse_busy_port("127.0.0.1", port)
    assert not answers(f"http://127.0.0.1:{port}/sante")


def test_erasing_takes_the_demonstration_and_nothing_else(instance: Path) -> None:
    (instance / "demo-mails").mkdir(parents=True)
    for name in ("demo.sqlite", "demo.sqlite-wal", "demo-mails/1.eml", "development.sqlite"):
        (instance / name).touch()
    erase()
    assert {path.name for path in instance.iterdir()} == {".demo.lock", "development.sqlite"}


def test_erasing_is_refused_while_a_demonstration_runs(instance: Path) -> None:
    with lock():
        (instance / "demo.sqlite").touch()
        with pytest.raises(Stop, match="arrêtez-la"):
            erase()
    assert (instance / "demo.sqlite").exists()
    erase()
    assert not (instance / "demo.sqlite").exists()
