"""Real schedulers, in processes of their own: two at once, killed, stopped, without a mail server."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.jobs.mails import send_waiting_mails
from app.models import User
from app.queries.outbox import count_waiting_mails
from config import ROOT
from tests.conftest import Databases
from tests.mail_server import MailServer, mail_server
from tests.outbox import LONG_AGO, list_mails, make_deadline, make_mails
from tests.world import World

SECONDS_TO_ACT = 30
DUE = date(2099, 1, 1)
ONE_MORE = User.family_name + "!"
Process = subprocess.Popen[str]
Start = Callable[..., Process]


@pytest.fixture
def start(databases: Databases, app: Flask, post: MailServer, tmp_path: Path) -> Iterator[Start]:
    """Start `flask scheduler` with these options, on the database and the mail server of the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JALON_")}
    environment = kept | {"JALON_ENV": "testing", "JALON_DATABASE_URL": databases.url}
    environment["JALON_SEALS"] = str(tmp_path / "sceaux.txt")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
    started: list[Process] = []

    def begin(*options: str, url: str = post.url) -> Process:
        process = subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            env={**environment, "JALON_SMTP_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def conclude(process: Process) -> str:
    """Wait for the end of a process that succeeds and return what it said."""
    output, _ = process.communicate(timeout=SECONDS_TO_ACT)
    assert process.returncode == 0, output
    return output


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_TO_ACT
    while not is_so():
        assert time.monotonic() < deadline, "rien ne vient"
        time.sleep(0.01)


def queue(world: World, count: int) -> None:
    make_mails(count, world.user("preventeur"), world.case("Tilleuls"), DUE)
    db.session.commit()


def sent_count() -> int:
    """How many mails are recorded as sent; leaves no transaction open, which would stop every other writer."""
    count = sum(mail.sent_at is not None for mail in list_mails())
    db.session.rollback()
    return count


def send_those_of_the_dead(app: Flask) -> None:
    """Send what a killed process had claimed, once its claim has grown old."""
    claims = [mail.claimed_at for mail in list_mails() if mail.claimed_at and not mail.sent_at]
    if claims:
        later = max(claims) + timedelta(minutes=app.config["CLAIM_MINUTES"] + 1)
        send_waiting_mails(now=lambda: later)


def test_two_at_once_send_each_mail_once(world: World, post: MailServer, start: Start) -> None:
    """Both plan the same reminders, then share the mails."""
    for _ in range(60):
        make_deadline(world.case("Tilleuls"), DUE, (-15, LONG_AGO.date()))
    db.session.commit()
    post.waits_for_senders = 2
    said = [conclude(process) for process in (start("--once"), start("--once"))]
    queued = [int(number) for number in re.findall(r"Rappels préparés : (\d+)", " ".join(said))]
    sent = [int(number) for number in re.findall(r"envoyé (\d+)", " ".join(said))]
    assert sum(queued) == sum(sent) == len(list_mails()) == 60
    assert min(sent) > 0
    assert set(Counter(post.identifiers).values()) == {1} and len(post.received) == 60


def _kill_and_count(app: Flask, post: MailServer, start: Start, kills: int, seed: int) -> Counter[str]:
    """Kill one of two schedulers again and again, then let them conclude; return how often each mail came."""
    chance, total = random.Random(seed), sent_count() + count_waiting_mails()
    db.session.rollback()
    running = [start("--tick", "0.1"), start("--tick", "0.1")]
    for number in range(1, kills + 1):
        goal = total * number // (kills + 1)
        wait_until(lambda goal=goal: len(post.received) >= goal)  # type: ignore[misc]
        time.sleep(chance.random() * 2 * post.seconds_before_answer)
        victim = running.pop(chance.randrange(2))
        victim.kill()
        victim.wait(SECONDS_TO_ACT)
        running.append(start("--tick", "0.1"))
    wait_until(lambda: sent_count() >= total - kills)
    for process in running:
        process.terminate()
        process.wait(SECONDS_TO_ACT)
    send_those_of_the_dead(app)
    return Counter(post.identifiers)


@pytest.mark.parametrize(
    ("mails", "kills"), [(40, 1), pytest.param(600, 12, marks=pytest.mark.long)], ids=["sample", "whole"]
)
def test_killed_in_the_middle(app: Flask, world: World, post: MailServer, start: Start, mails: int, kills: int) -> None:
    """None is lost; none comes twice but the one that each killed process had in hand, under the same identifier."""
    queue(world, mails)
    post.seconds_before_answer = 0.05
    seen = _kill_and_count(app, post, start, kills, seed=20261124)
    assert len(seen) == mails
    twice = {identifier for identifier, times in seen.items() if times > 1}
    assert max(seen.values()) <= 2 and len(twice) <= kills
    retried = {mail.id for mail in list_mails() if mail.attempts > 1}
    assert {int(identifier.split("-")[1]) for identifier in twice} <= retried
    assert sent_count() == mails


def test_stopped_it_finishes_the_mail_in_hand(world: World, post: MailServer, start: Start) -> None:
    queue(world, 30)
    post.seconds_before_answer = 0.2
    process = start("--tick", "0.1")
    wait_until(lambda: len(post.received) >= 2)
    process.send_signal(signal.SIGTERM)
    output = conclude(process)
    assert "Planificateur arrêté" in output and "Traceback" not in output
    assert sent_count() == len(post.received) < 30
    assert [mail for mail in list_mails() if mail.claimed_at and not mail.sent_at] == []


def _write(app: Flask, count: int, failures: list[Exception]) -> None:
    """What a request does, again and again: read, then write, then commit."""
    with app.app_context():
        for _ in range(count):
            try:
                user = db.session.scalars(select(User).where(User.given_name == "Referent")).one()
                db.session.execute(update(User).where(User.id == user.id).values(family_name=ONE_MORE))
                db.session.commit()
            except OperationalError as error:
                db.session.rollback()
                failures.append(error)


def test_two_writers_and_the_scheduler_share_the_database(
    app: Flask, world: World, post: MailServer, start: Start
) -> None:
    queue(world, 40)
    process, failures = start("--tick", "0.1"), list[Exception]()
    wait_until(lambda: len(post.received) >= 1)
    writers = [threading.Thread(target=_write, args=(app, 30, failures)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    wait_until(lambda: sent_count() == 40)
    process.terminate()
    assert "échoué" not in conclude(process)
    assert failures == []
    assert world.user("referent").family_name.count("!") == 60
    assert len(set(post.identifiers)) == len(post.identifiers) == 40


def absent_server() -> tuple[str, int]:
    """The address and port of a mail server that has just stopped."""
    with mail_server() as server:
        return server.url, int(server.url.rpartition(":")[2])


def test_without_a_mail_server_it_waits_for_one(world: World, start: Start) -> None:
    queue(world, 5)
    url, port = absent_server()
    process = start("--tick", "0.1", url=url)
    assert process.stdout
    wait_until(lambda: "Rien n’est perdu" in process.stdout.readline())  # type: ignore[union-attr]
    with mail_server(port) as server:
        wait_until(lambda: sent_count() == 5)
        process.terminate()
        output = conclude(process)
        assert len(set(server.identifiers)) == len(server.identifiers) == 5
    assert "répond de nouveau" in output and "Rien n’est perdu" not in output


def test_one_round_says_that_the_mail_server_is_absent(world: World, start: Start) -> None:
    queue(world, 2)
    process = start("--once", url=absent_server()[0])
    output, _ = process.communicate(timeout=SECONDS_TO_ACT)
    assert process.returncode == 1
    assert "Rien n’est perdu" in output and "Encore en attente : 2" in output and "Traceback" not in output
