"""The reminders that are due turned into mails, against one INSERT … SELECT of the same rows."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Flask

from app import clock
from app.actions.outbox import REMINDER, queue_reminders
from app.extensions import db
from app.queries.outbox import DEADLINE
from tests.bench.engines import Engine
from tests.bench.report import Finding, compared, thousands
from tests.bench.timing import counted_statements, in_turn, ratio

AIM = 2
MAILS, BARE = "outbox_mails", "bare_mails"
BARE_SWEEP = f"""
    INSERT INTO {BARE} (object_id, rule, cycle, user_id, object_kind, template, created_at, send_after, attempts)
    SELECT reminder.deadline_id, deadline.rule || '+' || reminder."offset", reminder.cycle, officer.user_id,
        '{DEADLINE}', '{REMINDER}', %s, %s, 0
    FROM case_reminders reminder
    JOIN case_deadlines deadline ON deadline.id = reminder.deadline_id
    JOIN case_officers officer ON officer.case_id = deadline.case_id
    WHERE reminder.queued_on IS NULL AND reminder.remind_on <= %s
"""
UNDO = (
    f"DELETE FROM {MAILS} WHERE sent_at IS NULL",
    f"DELETE FROM {BARE} WHERE sent_at IS NULL",
    "UPDATE case_reminders SET queued_on = NULL WHERE queued_on = %s",
)
KEY = "object_id, rule, cycle, user_id"
DIFFERENT = f"SELECT count(*) FROM (SELECT {KEY} FROM {MAILS} EXCEPT SELECT {KEY} FROM {BARE}) AS others"


def measure(engine: Engine, app: Flask, due: int, open_cases: int, rounds: int) -> Iterator[Finding]:
    """Sweep a full database `rounds` times, put back as it was before each; `due` reminders fall today."""
    today, now = clock.today(), clock.now()
    engine.copy_table(app, MAILS, BARE)
    connection = engine.connect(app)
    connection.execute(f"INSERT INTO {BARE} SELECT * FROM {MAILS}")

    def sweep() -> None:
        with app.app_context():
            queued = queue_reminders(today=today, now=now)
            db.session.commit()
        assert queued == due, queued

    def insert() -> None:
        instant = now.isoformat()
        connection.execute(engine.native("BEGIN"))
        connection.execute(engine.native(BARE_SWEEP), (instant, instant, today.isoformat()))
        connection.execute("COMMIT")

    with counted_statements(app) as statements:
        sweep()
    spent = in_turn(rounds, insert, sweep, before=lambda: _undo(engine, app, connection, today), warm_up=1)
    assert connection.execute(DIFFERENT).fetchone()[0] == 0, "the two sides did not write the same rows"
    yield compared(
        f"le balayage de {thousands(due)} rappels dus parmi {thousands(open_cases)} dossiers ouverts "
        f"({len(statements)} ordres et COMMIT) contre un seul INSERT … SELECT des mêmes lignes, sans règle ni marque, "
        "dans une table de mêmes index et clé étrangère",
        ratio(spent[1], spent[0]),
        at_most=AIM,
    )


def _undo(engine: Engine, app: Flask, connection: Any, today: date) -> None:
    for sql in UNDO:
        connection.execute(engine.native(sql), (today.isoformat(),) if "%s" in sql else ())
    engine.settle(app)
