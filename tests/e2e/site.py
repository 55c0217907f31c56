"""The demonstration as a person starts it: real web server, real scheduler, real mail sink, in processes."""

import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from app.second_wall.rules import APP, SCHEDULER
from tests import postgresql

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 60
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")


class Server:
    """The web server of a site, which may be stopped and started again."""

    def __init__(self, address: str, start: Callable[[], AbstractContextManager[None]]) -> None:
        self._address, self._start, self._stack = address, start, ExitStack()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._stack.enter_context(self._start())
        _wait_for(f"{self._address}/sante")

    def stop(self) -> None:
        """Stop it, if it runs."""
        self._stack.close()


@dataclass(frozen=True)
class Site:
    """A running demonstration; `owner` is the environment of who runs it, `serve` what starts its web server."""

    address: str
    engine: str
    folder: Path
    owner: Mapping[str, str]
    serve: "Server"

    @property
    def home(self) -> re.Pattern[str]:
        """Where signing in leads: the desk of an agent, the page of the house for who manages one."""
        return re.compile(f"^{re.escape(self.address)}/(mon-etablissement)?$")

    def command(self, *words: str) -> str:
        """Run a command of the application as who runs the site, and return what it prints."""
        return _flask(self.owner, *words)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The web server stops for a while, then starts again at the same address."""
        self.serve.stop()
        try:
            yield
        finally:
            self.serve.start()

    def query(self, sql: str, **values: object) -> Sequence[Any]:
        """Run one statement on the database, and return its rows if it has any."""
        engine = create_engine(self.owner.get("JALON_DATABASE_URL") or f"sqlite:///{self.folder}/demo.sqlite")
        with engine.begin() as connection:
            answer = connection.execute(text(sql), values)
            rows = answer.all() if answer.returns_rows else []
        engine.dispose()
        return rows


def free_port() -> int:
    """Return a port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _flask(env: Mapping[str, str], *words: str) -> str:
    done = subprocess.run([*FLASK, *words], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _seed(env: Mapping[str, str]) -> None:
    for words in (("db", "upgrade"), ("demo", "seed")):
        _flask(env, *words)


def _copy_seeded(env: dict[str, str], seeded: Path, folder: Path) -> None:
    with seeded.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not seeded.exists():
            making = seeded.with_suffix(".making")
            _seed(env | {"JALON_INSTANCE": str(making)})
            making.rename(seeded)
    shutil.copytree(seeded, folder, dirs_exist_ok=True)


@contextmanager
def running_site(folder: Path, engine: str, database_url: str | None, seeded: Path) -> Iterator[Site]:
    """Migrate, seed and start a demonstration in a folder of its own; stop everything at the end.

    `seeded` is where the first one on SQLite leaves its data for the others of the same run.
    """
    web, smtp = free_port(), free_port()
    env = {key: value for key, value in os.environ.items() if not key.startswith("JALON_")}
    env |= {
        "JALON_ENV": "demo",
        "JALON_INSTANCE": str(folder),
        "JALON_PUBLIC_URL": f"http://127.0.0.1:{web}",
        "JALON_SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        "JALON_TICK_SECONDS": "0.5",
    }
    owner, pages, reminders = (_signed_in_as(env, database_url, role) for role in (None, APP, SCHEDULER))
    if database_url:
        _seed(owner)
    else:
        _copy_seeded(owner, seeded, folder)
    server = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{web}", "--threads", "8"]
    with ExitStack() as stack:
        if database_url:
            postgresql.lend(database_url, APP, SCHEDULER)
        parts = {("demo", "mail-sink"): env, ("scheduler",): reminders}
        for words, own in parts.items():
            stack.enter_context(_process([*FLASK, *words], own, folder))
        address = f"http://127.0.0.1:{web}"
        serve = Server(address, lambda: _process(server, pages, folder))
        stack.callback(serve.stop)
        serve.start()
        yield Site(address, engine, folder, owner, serve)


def _signed_in_as(env: dict[str, str], database_url: str | None, role: str | None) -> dict[str, str]:
    """Each process has the role of its work, as in production: the owner, the pages, the scheduler."""
    if database_url is None:
        return env
    return env | {"JALON_DATABASE_URL": postgresql.as_role(database_url, role) if role else database_url}


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
