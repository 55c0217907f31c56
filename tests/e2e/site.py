"""The demonstration as a person starts it: real web server, real scheduler, real mail sink, in processes."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Site:
    """A running demonstration."""

    address: str
    engine: str
    folder: Path


def free_port() -> int:
    """Return a port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_site(folder: Path, engine: str, database_url: str | None) -> Iterator[Site]:
    """Migrate, seed and start a demonstration in a folder of its own; stop everything at the end."""
    web, smtp = free_port(), free_port()
    env = {key: value for key, value in os.environ.items() if not key.startswith("JALON_")}
    env |= {
        "JALON_ENV": "demo",
        "JALON_INSTANCE": str(folder),
        "JALON_PUBLIC_URL": f"http://127.0.0.1:{web}",
        "JALON_SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        "JALON_TICK_SECONDS": "0.5",
    }
    if database_url:
        env["JALON_DATABASE_URL"] = database_url
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    for command in (["db", "upgrade"], ["demo", "seed"]):
        subprocess.run([*flask, *command], cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    server = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{web}", "--threads", "8"]
    with ExitStack() as stack:
        for command in ([*flask, "demo", "mail-sink"], [*flask, "scheduler"], server):
            stack.enter_context(_process(command, env, folder))
        _wait_for(f"http://127.0.0.1:{web}/sante")
        yield Site(f"http://127.0.0.1:{web}", engine, folder)


@contextmanager
def _process(command: list[str], env: dict[str, str], folder: Path) -> Iterator[None]:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
