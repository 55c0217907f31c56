"""What leaves otherwise than by a page: mails to whoever they name, answers to whoever holds the digest of a file."""

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.actions.outbox import REMINDER
from app.extensions import db
from app.jobs.mails import send_waiting_mails
from app.models import CaseDeadline, CaseOfficer, Document, OutboxMail, User
from tests.engines import on_sqlite_first
from tests.leaks import ground as grounds
from tests.leaks.ground import MARK, Ground, Topic
from tests.leaks.people import dismiss
from tests.leaks.readers import EVERYBODY, may_read
from tests.leaks.walk import NOBODY_S, Walker, marks
from tests.mail_server import MailServer, mail_server
from tests.test_routes import bare

pytestmark = on_sqlite_first


@pytest.fixture
def ground(app: Flask) -> Ground:
    return grounds.build(clock.today())


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        monkeypatch.setitem(app.config, "SMTP_URL", server.url)
        yield server


def test_a_reminder_of_every_case_put_in_everybodys_name(
    ground: Ground, post: MailServer, record_property: Callable[[str, object], None]
) -> None:
    """Even named officer of a case out of sight, nobody is told of it: who may read is judged as the mail leaves."""
    people = {user.email.partition("@")[0]: user for user in db.session.scalars(select(User)) if _is_named(user)}
    cases = [place.case.id for place in ground.places.values() if place.case]
    for case_id, user in product(cases, people.values()):
        if db.session.get(CaseOfficer, (case_id, user.id)) is None:
            db.session.add(CaseOfficer(case_id=case_id, user_id=user.id, since=clock.today()))
    for case_id in cases:
        _remind_everybody(case_id, people.values())
    dismiss(clock.today())
    db.session.commit()
    done = send_waiting_mails()
    assert not done.server_error
    record_property("requests", len(cases) * len(people))
    faults = [fault for mail in post.received for fault in _faults(ground, mail)]
    assert faults == [], "\n".join(faults[:20])
    told = {str(mail["To"].addresses[0].username) for mail in post.received}
    assert {"preventeur", "referent", "departement", "ailleurs"} <= told <= _readers_of_calendars(ground)


def _is_named(user: User) -> bool:
    return not user.email.startswith("other-")


def _remind_everybody(case_id: int, people: Iterable[User]) -> None:
    today, now = clock.today(), clock.now()
    dates = {"started_on": today, "due_on": today, "original_due_on": today}
    deadline = CaseDeadline(case_id=case_id, rule="first_contact", label="Prendre contact", **dates)
    db.session.add(deadline)
    db.session.flush()
    for user in people:
        named = {"object_kind": "case_deadline", "object_id": deadline.id, "rule": "first_contact+0"}
        instants = {"created_at": now, "send_after": now - timedelta(minutes=1)}
        db.session.add(OutboxMail(**named, user_id=user.id, template=REMINDER, **instants))


def _faults(ground: Ground, mail: EmailMessage) -> Iterator[str]:
    name = str(mail["To"].addresses[0].username)
    for mark in MARK.findall(mail.as_string().lower()):
        if not may_read(name, ground.secrets[mark]):
            yield f"{name}: {ground.secrets[mark]}"


def _readers_of_calendars(ground: Ground) -> set[str]:
    internal = [secret for secret in ground.secrets.values() if secret.topic is Topic.INTERNAL]
    return {name for name in EVERYBODY if any(may_read(name, secret) for secret in internal)}


def test_the_digest_of_a_file_opens_it_to_nobody_else(
    app: Flask, ground: Ground, record_property: Callable[[str, object], None]
) -> None:
    walkers = {name: Walker(app, name) for name in EVERYBODY}
    dismiss(clock.today())
    digests = {str(number): digest for number, digest in db.session.execute(select(Document.id, Document.sha256))}
    faults, known, chance = [], 0, random.Random(20261124)
    for name, walker in walkers.items():
        for number, secret in ground.numbers["document"][chance.randrange(5) :: 5]:
            asked = walker.get(f"/documents/{number}", {"If-None-Match": f'"{digests[number]}"'})
            nothing = walker.get(f"/documents/{NOBODY_S}", {"If-None-Match": f'"{digests[number]}"'})
            reads = may_read(name, secret)
            known += reads and asked.status_code in (200, 304)
            told = {ground.secrets[mark] for mark in marks(asked)}
            alike = asked.status_code == nothing.status_code == 302 or bare(asked) == bare(nothing)  # sent to sign in
            if not reads and not (alike and all(may_read(name, one) for one in told)):
                faults.append(f"{name} {number}: {asked.status_code}, {secret}")
    record_property("requests", sum(walker.count for walker in walkers.values()))
    assert faults == [], "\n".join(faults[:20])
    assert known > 10
