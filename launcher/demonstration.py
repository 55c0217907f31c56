"""The demonstration: site, reminders and mail sink side by side, on an embedded database that stays."""

import contextlib
import fcntl
import os
import shutil
import socket
import urllib.request
from collections.abc import Iterator

from launcher import ROOT, Stop
from launcher.processes import read, run, say, supervise
from launcher.programs import FLASK, check_walls, gunicorn

INSTANCE = ROOT / "instance"


def play(host: str, port: int) -> None:
    """Run the demonstration until Ctrl-C; raise Stop when the port is taken or a part of it ends."""
    refuse_busy_port(host, port)
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
    with lock():
        own = environment(url, mail_port=free_port())
        accounts = prepare_data(own)
        parts = {
            "la boîte à courriels": [*FLASK, "demo", "mail-sink"],
            "le planificateur": [*FLASK, "scheduler"],
            "le site": gunicorn(host, port, workers=1, threads=8, log_level="warning"),
        }
        welcome = f"\n{accounts}\n\nJalon répond sur {url} (Ctrl-C pour arrêter).\n"
        supervise(parts, own, lambda: answers(f"{url}/sante"), lambda: print(welcome, flush=True))


def environment(url: str, mail_port: int) -> dict[str, str]:
    """Return the environment of the demonstration, cleared of settings meant for production."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JALON_")}
    public = os.environ.get("JALON_PUBLIC_URL", url)
    return kept | {
        "JALON_ENV": "demo",
        "JALON_PUBLIC_URL": public,
        "JALON_SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
    }


def prepare_data(own: dict[str, str]) -> str:
    """Create or upgrade the database, fill it when it is empty; return the text that lists the accounts."""
    is_new = not (INSTANCE / "demo.sqlite").exists()
    say("Base de démonstration : création" if is_new else "Base de démonstration : conservée")
    read([*FLASK, "db", "upgrade"], own)
    run([*FLASK, "demo", "seed"], own)
    check_walls(own)
    return read([*FLASK, "demo", "accounts"], own)


def erase() -> None:
    """Remove the database, key and mails of the demonstration; raise Stop while it runs."""
    with lock():
        for path in INSTANCE.glob("demo*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """Held while a demonstration runs; the kernel lets it go even when the process is killed."""
    INSTANCE.mkdir(exist_ok=True)
    with (INSTANCE / ".demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop("Une démonstration tourne dans ce dossier : arrêtez-la d’abord (Ctrl-C).") from None
        yield


def refuse_busy_port(host: str, port: int) -> None:
    """Raise Stop when this address cannot be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(
                f"Impossible d’écouter sur {host}:{port} ({error.strerror}) : "
                "un autre programme l’occupe sans doute.\n"
                f"Choisissez un autre port, par exemple : PORT={port % 65535 + 1} ./jalon demo"
            ) from None


def free_port() -> int:
    """Return a port that nobody listens on just now, on this machine only."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Return whether this address answers 200, asked directly and not through a proxy."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
