"""Reminders turned into mails, and mails sent: each once, by however many processes."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from smtplib import SMTP

from flask import current_app
from sqlalchemy.exc import OperationalError

from app import clock, mail
from app.actions import barometer_reminders, data_requests, outbox, remarks, self_diagnostic_dates
from app.extensions import db, writing
from app.jobs import letters
from app.queries.outbox import has_waiting_mail

Now = Callable[[], datetime]
TRIES_TO_RECORD = 4


class Fate(Enum):
    """What became of a mail that was taken up."""

    SENT = "envoyé"
    CANCELLED = "annulé"
    PUT_OFF = "remis à plus tard"
    GIVEN_UP = "abandonné"


@dataclass
class Round:
    """One round of sending; `server_error` says why it stopped before its end, empty when it did not."""

    fates: Counter[Fate] = field(default_factory=Counter)
    server_error: str = ""


def queue_due_reminders(*, now: Now = clock.now) -> int:
    """Turn the reminders due today into mails; return how many."""
    at = now()
    today = at.astimezone(clock.PARIS).date()
    queued = outbox.queue_reminders(today=today, now=at) + data_requests.queue_reminders(today=today, now=at)
    queued += self_diagnostic_dates.queue_reminders(today=today, now=at)
    queued += barometer_reminders.queue_reminders(today=today, now=at)
    queued += remarks.queue_reminders(today=today, now=at)
    db.session.commit()
    return queued


def send_waiting_mails(*, now: Now = clock.now, should_stop: Callable[[], bool] = lambda: False) -> Round:
    """Send what may leave, one mail at a time, until nothing is left, the server is down or `should_stop`.

    `now` is asked before each mail: a long round outlives the claims made at its start.
    """
    done = Round()
    with reading():
        if not has_waiting_mail(now(), _stale_before(now())):
            return done
    try:
        # The server is greeted before anything is claimed: while it is down, no mail loses an attempt.
        with mail.connected(mail.Server.from_url(current_app.config["SMTP_URL"])) as connection:
            while not should_stop() and (claimed := _claim(now())):
                done.fates[_send(claimed, connection, now)] += 1
    except (mail.ServerDown, mail.BadAddress) as error:
        done.server_error = str(error)
    return done


def _stale_before(at: datetime) -> datetime:
    return at - timedelta(minutes=current_app.config["CLAIM_MINUTES"])


def _claim(at: datetime) -> outbox.Claimed | None:
    claimed = outbox.claim_mail(now=at, stale_before=_stale_before(at))
    db.session.commit()
    return claimed


def _send(claimed: outbox.Claimed, connection: SMTP, now: Now) -> Fate:
    try:
        with reading():  # ended before the server is spoken to: no lock waits for a network
            written = letters.write(claimed, now=now())
        mail.deliver(connection, mail.compose(written.letter))
    except letters.NoReason as reason:
        return _cancel(claimed, reason, now())
    except mail.NotTaken as refusal:
        return _refused(claimed, refusal, now())
    except mail.ServerDown as error:
        _put_off(claimed, str(error), now())
        raise
    except Exception as error:  # one mail that cannot be written must not hold back the others
        current_app.logger.exception("courriel %s : écriture impossible", claimed.id)
        return _put_off(claimed, f"écriture impossible ({type(error).__name__})", now())
    _record(lambda: outbox.keep_sent(claimed, written.letter.subject, written.kept_body, now=now()))
    return Fate.SENT


def _cancel(claimed: outbox.Claimed, reason: letters.NoReason, at: datetime) -> Fate:
    def change() -> None:
        outbox.cancel(claimed, str(reason), now=at)
        if isinstance(reason, letters.NotTheirs) and claimed.template == outbox.REMINDER:
            outbox.redirect_reminder(claimed)

    _record(change)
    return Fate.CANCELLED


def _refused(claimed: outbox.Claimed, refusal: mail.NotTaken, at: datetime) -> Fate:
    if not refusal.is_permanent or claimed.attempts < outbox.ATTEMPTS_ON_REFUSAL:
        return _put_off(claimed, str(refusal), at)
    current_app.logger.warning("courriel %s abandonné : %s", claimed.id, refusal)
    _record(lambda: outbox.cancel(claimed, str(refusal), now=at))
    return Fate.GIVEN_UP


def _put_off(claimed: outbox.Claimed, error: str, at: datetime) -> Fate:
    _record(lambda: outbox.put_off(claimed, error, now=at))
    return Fate.PUT_OFF


def _record(change: Callable[[], None]) -> None:
    """Commit what became of a mail, insisting: a mail taken by the server but not recorded would leave twice."""
    for tries_left in reversed(range(TRIES_TO_RECORD)):
        try:
            change()
            db.session.commit()
            return
        except OperationalError:
            db.session.rollback()
            if not tries_left:
                raise
            time.sleep(1)


@contextmanager
def reading() -> Iterator[None]:
    """A transaction that reads only: on SQLite it keeps nobody from writing."""
    token = writing.set(False)
    try:
        yield
    finally:
        db.session.rollback()
        writing.reset(token)
