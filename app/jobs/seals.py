"""The seal of the day, and its line in a file outside the database."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask import current_app
from sqlalchemy import select

from app import clock
from app.actions.seals import seal_day
from app.extensions import db
from app.jobs.mails import Now, reading
from app.models import JournalSeal

log = logging.getLogger("jalon.scheduler")


class Unreadable(Exception):
    """The file of seals holds something else; the message says where."""


def seal_the_day(*, now: Now = clock.now) -> JournalSeal | None:
    """Seal the journal if nobody has today, and bring the file of seals up to date; return the new seal."""
    at = now()
    seal = seal_day(at.astimezone(clock.PARIS).date(), now=at)
    db.session.commit()
    if seal:
        log.info(line_of(seal))
    keep_outside(Path(current_app.config["SEALS"]))
    return seal


def line_of(seal: JournalSeal) -> str:
    """Return a seal as the file and the log tell it: to be kept where the database's operator cannot write."""
    return f"sceau {seal.number} {seal.day.isoformat()} {seal.digest}"


def keep_outside(path: Path) -> int:
    """Add to a file the seals that it does not hold yet; return how many.

    Only the end is added to: a seal altered in the database stays in the file as it was.
    """
    with _locked(path) as file, reading():
        last = max(read_seals(file), default=0)
        missing = db.session.scalars(
            select(JournalSeal).where(JournalSeal.number > last).order_by(JournalSeal.number)
        ).all()
        file.writelines(f"{line_of(seal)}\n" for seal in missing)
        file.flush()
        os.fsync(file.fileno())
    return len(missing)


def read_seals(file: IO[str]) -> dict[int, str]:
    """Return the digest of each seal of a file, by number; raises Unreadable."""
    found: dict[int, str] = {}
    for position, line in enumerate(file, start=1):
        words = line.split()
        if not words:
            continue
        if len(words) != 4 or words[0] != "sceau" or not words[1].isdecimal():
            raise Unreadable(f"ligne {position} : ce n’est pas un sceau")
        number = int(words[1])
        if found.setdefault(number, words[3]) != words[3]:
            raise Unreadable(f"ligne {position} : le sceau n° {number} y est deux fois, différemment")
    return found


@contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    """Open the file to be read then added to, alone: two schedulers of one machine share it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file
