"""A throwaway PostgreSQL server: no port, no password, nothing left behind."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import make_url

SECONDS_TO_START = 30
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # what is lost when the machine stops is of no interest
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@contextmanager
def cluster(folder: Path | None = None) -> Iterator[str]:
    """Start a server on a unix socket of its own and yield the SQLAlchemy address of its first database.

    It lives in a new folder inside the one given (the temporary folder of the system by default), which the
    account nobody must be able to reach when this process is root, because PostgreSQL refuses to be root.
    Text sorts by code point, as in SQLite. Raises RuntimeError when the server is absent or does not start.
    """
    home = Path(tempfile.mkdtemp(prefix="jalon-pg-", dir=folder))
    try:
        if os.geteuid() == 0:
            shutil.chown(home, "nobody")
        _initialise(home)
        with _server(home) as process:
            url = f"postgresql+psycopg://jalon@/postgres?host={home}"
            _wait_until_it_answers(url, process, home / "log")
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


def create_database(url: str, name: str, template: str | None = None) -> str:
    """Create a database on the server of this address and return its own address.

    With a template it is a copy of it, which takes a fraction of a second; nobody may then be connected to it.
    """
    command = SQL("CREATE DATABASE {}").format(Identifier(name))
    if template is not None:
        command += SQL(" TEMPLATE {}").format(Identifier(template))
    _execute(url, command)
    return _address(url, name)


def drop_database(url: str, name: str) -> None:
    """Drop a database from the server of this address, if it is there, whoever is still connected to it."""
    _execute(url, SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def lend(url: str, *roles: str) -> None:
    """Let these roles sign in, as an administrator of the server does in production."""
    for role in roles:
        _execute(url, SQL("ALTER ROLE {} LOGIN").format(Identifier(role)))


def run(url: str, *commands: str) -> None:
    """Run statements as the administrator of the server."""
    for command in commands:
        _execute(url, SQL(command))


def as_role(url: str, role: str) -> str:
    """Return the address of the same database for another role."""
    return make_url(url).set(username=role).render_as_string(hide_password=False)


def program(name: str) -> str:
    """Return the path of a PostgreSQL program, the newest of those that Debian keeps side by side."""
    return _program(name)


def save(url: str) -> None:
    """Keep the rows of all tables as they are, for `restore`; the tables themselves must not change after that."""
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(SAVE)


def restore(url: str) -> bool:
    """Give all tables the rows that `save` kept, and their sequences; whoever is in the middle of something is sent
    away. Tell whether somebody was.

    A copy of a whole database takes ten times longer, and a connection that begins reads the whole catalogue again.
    """
    if url not in _KEPT or _KEPT[url].closed:
        _KEPT[url] = psycopg.connect(_plain(url), autocommit=True)
    sent_away = (
        _KEPT[url]
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        .fetchall()
    )
    _KEPT[url].execute("SELECT saved.restore()")
    return bool(sent_away)


_KEPT: dict[str, psycopg.Connection[tuple[object, ...]]] = {}
"""The connection by which each database is restored."""


SAVE = """
CREATE SCHEMA saved;
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE saved.%I AS TABLE public.%I', name, name);
    END LOOP;
END $$;
CREATE TABLE saved.the_sequences AS
    SELECT schemaname, sequencename, coalesce(last_value, 1) AS value, last_value IS NOT NULL AS is_called
    FROM pg_sequences WHERE schemaname = 'public';
CREATE FUNCTION saved.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; kept record;
BEGIN
    -- As a replica does: neither triggers nor foreign keys, so that the order of the tables does not matter.
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', name);
        EXECUTE format('INSERT INTO public.%I SELECT * FROM saved.%I', name, name);
    END LOOP;
    FOR kept IN SELECT * FROM saved.the_sequences LOOP
        PERFORM setval(format('%I.%I', kept.schemaname, kept.sequencename)::regclass, kept.value, kept.is_called);
    END LOOP;
END $$;
"""


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def _address(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _execute(url: str, command: SQL | Composed) -> None:
    with psycopg.connect(_plain(_address(url, "postgres")), autocommit=True) as connection:
        connection.execute(command)


def _program(name: str) -> str:
    """Return the path of a PostgreSQL program, the newest of those that Debian keeps side by side."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise RuntimeError("PostgreSQL est absent de cette machine : ./jalon setup test l’installe.")
    return found


def _lent(command: list[str]) -> list[str]:
    """Return the command run as nobody if need be, and ended by the kernel should this process be killed."""
    words = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        words += ["--reuid", str(nobody.pw_uid), "--regid", str(nobody.pw_gid), "--clear-groups"]
    return [*words, *command]


def _initialise(home: Path) -> None:
    options = ["--username=jalon", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = _lent([_program("initdb"), "--pgdata", str(home / "data"), *options])
    result = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"initdb : {result.stdout}{result.stderr}")


@contextmanager
def _server(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    settings = SETTINGS | {"unix_socket_directories": str(home)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = _lent([_program("postgres"), "-D", str(home / "data"), *options])
    with (home / "log").open("wb") as log:
        # In a session of its own it does not hear Ctrl-C: it is there until the tests have concluded.
        process = subprocess.Popen(command, cwd=home, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            return _execute(url, SQL("SELECT 1"))
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL ne démarre pas : {log.read_text()}") from None
            time.sleep(0.02)
