"""`flask scheduler`: a process of its own: the day's reminders, the mails, the files brought in, the journal's seal."""

import logging
import signal
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import click
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app
from flask.cli import with_appcontext

from app import clock
from app.extensions import db
from app.jobs.habilitations import pursue_reviews
from app.jobs.identity import sweep_identity
from app.jobs.imports import forget_old_imports, work_on_imports
from app.jobs.mails import Fate, Round, queue_due_reminders, send_waiting_mails
from app.jobs.seals import seal_the_day
from app.jobs.targeting import compute_lists
from app.jobs.targeting_dates import pursue_lists
from app.jobs.targeting_documents import seal_lists
from app.queries.outbox import count_waiting_mails
from app.second_wall.standing import blindness_of_scheduler

TICK_SECONDS, DEMO_TICK_SECONDS = 10.0, 1.0
TICKS_PER_SWEEP = 30
ENDINGS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
log = logging.getLogger("jalon.scheduler")


@click.command("scheduler")
@click.option(
    "--once",
    is_flag=True,
    help="Prépare les rappels, envoie les courriels, reprend imports et calculs, scelle listes et journal ; s’arrête.",
)
@click.option(
    "--tick",
    type=click.FloatRange(min=0.05),
    envvar="JALON_TICK_SECONDS",
    help="Secondes entre deux envois (10 par défaut) ; les rappels sont préparés tous les trente envois.",
)
@with_appcontext
def scheduler(once: bool, tick: float | None) -> None:
    """Prépare les rappels, envoie les courriels, reprend les fichiers importés et scelle le journal du jour."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    _refuse_to_be_blind()
    if once:
        run_once()
    else:
        run(app, tick or (DEMO_TICK_SECONDS if app.config["DEMO"] else TICK_SECONDS))


def _refuse_to_be_blind() -> None:
    """Behind the wall of the pages nothing would ever be due: better not to start than to remind nobody."""
    with db.engine.connect() as connection:
        why = blindness_of_scheduler(connection)
    if why:
        raise click.ClickException(why)


def run_once() -> None:
    """Do one round and say what it did; status 1 when the mail server could not be reached."""
    queued = queue_due_reminders() + pursue_reviews() + pursue_lists()
    sweep_identity()
    done = send_waiting_mails()
    work_on_imports()
    compute_lists()
    seal_lists()
    forget_old_imports()
    seal_the_day()
    click.echo(f"Rappels préparés : {queued}. {_summary(done)} Encore en attente : {count_waiting_mails()}.")
    if done.server_error:
        raise click.ClickException(_trouble(done.server_error))


def run(app: Flask, tick: float) -> None:
    """Repeat the jobs until SIGTERM or Ctrl-C; the mail under way is finished first."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # each job says what goes wrong
    log.setLevel(logging.WARNING if app.config["DEMO"] else logging.INFO)
    stopping = Event()
    jobs = BackgroundScheduler(timezone=clock.PARIS)
    common: dict[str, Any] = {"trigger": "interval", "coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    jobs.add_job(_in_context(app, Sweeper()), seconds=tick * TICKS_PER_SWEEP, next_run_time=clock.now(), **common)
    first = clock.now() + timedelta(seconds=min(tick, 1))
    jobs.add_job(_in_context(app, Sender(stopping)), seconds=tick, next_run_time=first, **common)
    jobs.add_job(_in_context(app, Importer(stopping)), seconds=tick, next_run_time=first, **common)
    jobs.add_job(_in_context(app, ListMaker(stopping)), seconds=tick, next_run_time=first, **common)
    jobs.add_job(_in_context(app, ListSealer(stopping)), seconds=tick, next_run_time=first, **common)
    # Blocked, then waited for: a handler that interrupts a thread holding a lock could leave it held for ever.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    jobs.start()
    log.info("Planificateur prêt : un envoi toutes les %g secondes.", tick)
    signal.sigwait(ENDINGS)
    log.info("Planificateur arrêté.")
    stopping.set()
    jobs.shutdown(wait=True)


class Sweeper:
    """Queues the reminders of the day, forgets what need not be remembered, seals the journal."""

    def __call__(self) -> None:
        sweep_identity()
        pursue_reviews()
        pursue_lists()
        forget_old_imports()
        if queued := queue_due_reminders():
            log.info("Rappels préparés : %d.", queued)
        seal_the_day()  # the last: were its file out of reach, nobody's reminder would wait


class Importer:
    """Checks and writes the files that people bring in; stopped, it leaves them after a whole batch."""

    def __init__(self, stopping: Event) -> None:
        self._stopping = stopping

    def __call__(self) -> None:
        if done := work_on_imports(should_stop=self._stopping.is_set):
            log.info("Imports traités : %d.", done)


class ListMaker:
    """Computes the targeting lists that wait; stopped, it leaves the others for the next time."""

    def __init__(self, stopping: Event) -> None:
        self._stopping = stopping

    def __call__(self) -> None:
        if done := compute_lists(should_stop=self._stopping.is_set):
            log.info("Listes de ciblage calculées : %d.", done)


class ListSealer:
    """Seals the documents of the lists that are signed; stopped, it leaves the others for the next time."""

    def __init__(self, stopping: Event) -> None:
        self._stopping = stopping

    def __call__(self) -> None:
        if done := seal_lists(should_stop=self._stopping.is_set):
            log.info("Documents de listes scellés : %d.", done)


class Sender:
    """Sends the mails; tells of the mail server when its state changes, not at each round."""

    def __init__(self, stopping: Event) -> None:
        self._stopping = stopping
        self._trouble = ""

    def __call__(self) -> None:
        done = send_waiting_mails(should_stop=self._stopping.is_set)
        if done.fates:
            log.info(_summary(done))
        if done.server_error and not self._trouble:
            log.warning(_trouble(done.server_error))
        if self._trouble and done.fates and not done.server_error:
            log.warning("Le serveur de courriel répond de nouveau.")
        if done.server_error or done.fates:
            self._trouble = done.server_error


def _in_context(app: Flask, job: Callable[[], None]) -> Callable[[], None]:
    def work() -> None:
        with app.app_context():
            try:
                job()
            except Exception:  # the database restarts, a disk is full: the next round tries again
                log.exception("Un passage du planificateur a échoué.")

    return work


def _summary(done: Round) -> str:
    shown = [fate for fate in Fate if done.fates[fate] or fate is Fate.SENT]
    return f"Courriels : {', '.join(f'{fate.value} {done.fates[fate]}' for fate in shown)}."


def _trouble(error: str) -> str:
    return f"Courriels en attente ({error}). Rien n’est perdu : ils partiront dès que possible."


COMMANDS = (scheduler,)
