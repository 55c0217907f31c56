"""Who reached what: one row for each page about a record, each file that leaves, each refusal.

Nothing to declare on a view: what an address names (`case_id`, `visit_id`…) says what it is about, and every
answer passes here. The row has a short transaction of its own, so that a refused request leaves it too, and a
hidden record and an unknown one leave the same.
"""

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import OperationalError

from app import clock
from app.actions.journal import keep_accesses
from app.extensions import db, patience, writing
from app.models import AccessAction, ObjectKind
from app.permissions import Actor, is_out_of_territory
from app.sessions import signed_in_id

log = logging.getLogger("jalon.access")

OBJECTS = {
    "campaign_id": ObjectKind.TARGETING,
    "share_id": ObjectKind.SELF_DIAGNOSTIC,
    "sheet_id": ObjectKind.SELF_DIAGNOSTIC,
    "diagnostic_id": ObjectKind.SELF_DIAGNOSTIC,
    "barometer_share_id": ObjectKind.BAROMETER,
    "case_id": ObjectKind.CASE,
    "employer_id": ObjectKind.EMPLOYER,
    "finess_number": ObjectKind.STRUCTURE,
    "exchange_id": ObjectKind.EXCHANGE,
    "visit_id": ObjectKind.VISIT,
    "document_id": ObjectKind.DOCUMENT,
    "contact_id": ObjectKind.CONTACT,
}
"""What the arguments of an address name, from the widest to the nearest."""

READ_PATIENCE_MS = 2_000
"""How long a page waits for somebody who is writing to an embedded database, before it is shown and noted later."""

FREE_TEXT = ("q",)
"""Filters in which people type: only their digest is kept, since a name may be in them."""

MOST_WAITING = 10_000


def init_app(app: Flask) -> None:
    """Note every answer once it is made."""
    app.extensions["jalon_accesses"] = deque(maxlen=MOST_WAITING)
    app.after_request(_note)


def note_export(filters: Mapping[str, Any], rows: int) -> None:
    """Say what a view is about to send as a file: the filters that made it, and how many rows it has."""
    g.export = ({name: _kept(name, str(value)) for name, value in filters.items() if value}, rows)


def note_reading(kind: ObjectKind, filters: Mapping[str, Any]) -> None:
    """Say what a list without a record in its address is about, when to read it is itself to be known."""
    g.reading = (kind, {name: _kept(name, str(value)) for name, value in filters.items() if value})


def note_relations(relations: Iterable[str]) -> None:
    """Say by which relations the record of this request was reached."""
    g.relations = frozenset(relations)


def _kept(name: str, value: str) -> str:
    return f"sha256:{sha256(value.encode()).hexdigest()[:16]}" if name in FREE_TEXT else value


def _note(response: Response) -> Response:
    row = _row(response.status_code, "attachment" in response.headers.get("Content-Disposition", ""))
    if row is None:
        return response
    try:
        _keep(row, is_leaving=row["action"] in (AccessAction.DOWNLOAD, AccessAction.EXPORT))
    except OperationalError as error:
        db.session.rollback()
        return _untraced(error)
    return response


def _untraced(error: OperationalError) -> Response:
    """No file leaves without its trace."""
    return current_app.make_response(current_app.handle_user_exception(error))


def _row(status: int, is_file: bool) -> dict[str, Any] | None:
    """Return what this answer leaves, or None: nobody signed in, nothing about a record, a form sent back."""
    who = _who()
    action = _action(status, is_file)
    if who is None or action is None:
        return None
    kind, object_id = _object()
    filters, rows = g.get("export", (None, None)) if action is AccessAction.EXPORT else (None, None)
    if "reading" in g:
        filters = g.reading[1]
    relations, actor = g.get("relations"), g.get("actor")
    outside = relations is not None and actor is not None and is_out_of_territory(actor, relations)
    return {
        **who,
        "action": action,
        "request": f"{request.method} {request.endpoint}"[:80],
        "status": status,
        "object_kind": ObjectKind.LIST if action is AccessAction.EXPORT else kind,
        "object_id": object_id,
        "is_out_of_territory": outside,
        "filters": filters,
        "rows": rows,
    }


def _who() -> dict[str, Any] | None:
    actor: Actor | None = g.get("actor")
    if actor:
        ids = {"capacity_id": actor.capacity_id, "organisation_id": actor.organisation_id}
        return {"user_id": actor.user_id, **ids}
    if "actor" in g and (user_id := signed_in_id()):  # somebody who may act for nobody any more
        return {"user_id": user_id, "capacity_id": None, "organisation_id": None}
    return None


def _action(status: int, is_file: bool) -> AccessAction | None:
    kind, _ = _object()
    if status == 403 or (status == 404 and kind):
        return AccessAction.REFUSED
    if request.method != "GET" or status not in (200, 304):
        return None
    if "export" in g:
        return AccessAction.EXPORT
    if kind is None:
        return None
    return AccessAction.DOWNLOAD if is_file else AccessAction.READ


def _object() -> tuple[ObjectKind | None, str | None]:
    if "reading" in g:
        return g.reading[0], None
    named = request.view_args or {}
    for argument in reversed(OBJECTS):
        if argument in named:
            return OBJECTS[argument], str(named[argument]).replace("\x00", "")[:20]
    return None, None


def _keep(row: dict[str, Any], *, is_leaving: bool) -> None:
    """Write the row, with those that could not be written before it.

    A file waits for its trace as long as anybody waits for the database. A page waits two seconds: past that it
    is shown, and its row is written with the next one of this process.
    """
    waiting: deque[dict[str, Any]] = current_app.extensions["jalon_accesses"]
    late = [waiting.popleft() for _ in range(len(waiting))]
    try:
        with _own_transaction(None if is_leaving else READ_PATIENCE_MS):
            keep_accesses([*late, row], g.get("actor"), is_leaving=is_leaving, now=clock.now())
    except OperationalError:
        waiting.extendleft(reversed(late))
        if is_leaving:
            raise
        waiting.append(row)
        log.warning("consultation notée plus tard : %s", {name: str(value) for name, value in row.items()})


@contextmanager
def _own_transaction(wait_ms: int | None) -> Iterator[None]:
    db.session.rollback()  # the request has committed what it had to: what is left of it was only read, or refused
    tokens = (writing.set(True), patience.set(wait_ms))
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        writing.reset(tokens[0])
        patience.reset(tokens[1])
