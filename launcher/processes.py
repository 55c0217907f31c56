"""Running other programs: one to its end, in place of this one, or several side by side."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import NoReturn

from launcher import ROOT, Stop

SECONDS_TO_ANSWER = 60
SECONDS_TO_STOP = 10
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Process = subprocess.Popen[bytes]


def say(message: str) -> None:
    """Tell the person what is being done, at once."""
    print(f"→ {message}", file=sys.stderr, flush=True)


def run(command: list[str], environment: dict[str, str] | None = None, stdout: int | None = None) -> None:
    """Run a program to its end from the root of the project; raise Stop when it fails."""
    result = subprocess.run(command, cwd=ROOT, env=environment, stdout=stdout, check=False)
    if result.returncode:
        raise Stop(f"Échec (code {result.returncode}) de : {' '.join(command)}")


def read(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Return what a program prints; when it fails, raise Stop with what it said."""
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        said = f"{result.stdout}{result.stderr}".strip()
        raise Stop(said or f"Échec (code {result.returncode}) de : {' '.join(command)}")
    return result.stdout.strip()


def become(command: list[str], environment: dict[str, str] | None = None) -> NoReturn:
    """Replace this process: the service manager then speaks to the program itself."""
    os.chdir(ROOT)
    os.execve(command[0], command, os.environ if environment is None else environment)


def tethered(command: list[str]) -> list[str]:
    """Return the command, to be ended by the kernel should this process be killed outright."""
    return ["setpriv", "--pdeathsig", "TERM", *command] if shutil.which("setpriv") else command


def accompany(command: list[str], environment: dict[str, str]) -> int:
    """Run a program that hears Ctrl-C itself and let it conclude; return its exit code."""
    with subprocess.Popen(tethered(command), cwd=ROOT, env=environment) as process:
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return process.wait()


def supervise(
    commands: dict[str, list[str]],
    environment: dict[str, str],
    is_ready: Callable[[], bool],
    announce: Callable[[], None],
) -> None:
    """Run named programs until Ctrl-C or SIGTERM, announcing once they are ready.

    Raises Stop when one of them ends or when they are not ready in time; none outlives the call.
    """
    for ending in ENDINGS:  # SIGINT too: a shell that starts a script in the background has it ignored
        signal.signal(ending, signal.default_int_handler)
    processes: dict[str, Process] = {}
    try:
        for name, command in commands.items():
            # In a session of its own, Ctrl-C does not reach it: this process stops them all in order.
            processes[name] = subprocess.Popen(tethered(command), cwd=ROOT, env=environment, start_new_session=True)
        wait_until(is_ready, processes)
        announce()
        while True:
            stop_if_one_ended(processes)
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
    finally:
        end(processes.values())


def wait_until(is_ready: Callable[[], bool], processes: dict[str, Process]) -> None:
    """Return once ready; raise Stop when a program ends before, or after SECONDS_TO_ANSWER."""
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while not is_ready():
        stop_if_one_ended(processes)
        if time.monotonic() > deadline:
            raise Stop(f"Le site ne répond pas après {SECONDS_TO_ANSWER} secondes : tout est arrêté.")
        time.sleep(0.1)


def stop_if_one_ended(processes: dict[str, Process]) -> None:
    """Raise Stop naming the program that ended, if any did."""
    for name, process in processes.items():
        if process.poll() is not None:
            raise Stop(f"« {name} » s’est interrompu (code {process.returncode}) : le reste est arrêté aussi.")


def end(processes: Iterable[Process]) -> None:
    """Ask each program to end, then insist."""
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + SECONDS_TO_STOP
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
