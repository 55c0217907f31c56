"""Every error as a page in the style of the rest, saying what to do next."""

from typing import Any

from flask import Flask, abort, current_app, flash, g, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.actions.errors import Forbidden, Stale, Unacceptable
from app.auth import TooManyAttempts, is_public
from app.extensions import db
from app.filters import duration
from app.sessions import Standing, current_standing
from forms.accounts import OWN_FIELDS
from reports.rendering import PdfUnavailable
from workflows.core import Refused

PAGES = (400, 401, 403, 404, 409, 413, 429, 500)
"""The statuses that have a page of their own; the others show that of their family."""


LONG_ENOUGH = 15
"""From how many characters a text is worth giving back."""


def init_app(app: Flask) -> None:
    """Register the pages of errors, those of HTTP and those of our own actions."""
    app.before_request(_refuse_the_null_character)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(Forbidden, lambda error: page(403, message=str(error)))
    app.register_error_handler(Unacceptable, lambda error: page(400, message=str(error)))
    app.register_error_handler(Refused, lambda error: page(409, message=str(error), url=_record_address()))
    app.register_error_handler(Stale, _stale)
    app.register_error_handler(TooManyAttempts, _too_many)
    for conflict in (StaleDataError, IntegrityError):
        app.register_error_handler(conflict, _conflict)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PdfUnavailable, lambda error: page(503, message=str(error)))
    app.register_error_handler(500, lambda error: page(500))


def _refuse_the_null_character() -> None:
    """Nobody types it, and no text of the database can hold it."""
    if "\0" in request.path:
        abort(404)
    typed = (text for _, text in request.form.items(multi=True))
    files = (file.filename or "" for _, file in request.files.items(multi=True))
    if any("\0" in text for text in (*typed, *files)):
        abort(400)


def page(status: int, **values: Any) -> tuple[str, int]:
    """Render the page of a status; whatever was under way is undone."""
    db.session.rollback()
    name = status if status in PAGES else (500 if status >= 500 else 400)
    values = {"message": "", "conflict": [], "url": "", "typed": _typed() if status in (400, 401) else [], **values}
    return render_template(f"errors/{name}.html", **values), status


def _typed() -> list[str]:
    """Return the texts that the refused request carried: nobody writes them twice."""
    secret = {"code", "password", "present", "secret", "submission", "version"} | OWN_FIELDS
    return [text for name, text in request.form.items(multi=True) if name not in secret and len(text) >= LONG_ENOUGH]


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if error.code == 405:
        return page(404)
    return page(error.code, **({"max_size": "10 Mo"} if error.code == 413 else {}))


def _expired_form(_: CSRFError) -> Any:
    current_app.logger.warning("formulaire sans jeton valable refusé : %s", request.path)
    if current_standing() is Standing.NOBODY and not is_public(request.endpoint):
        return page(401)
    message = (
        "Cette page a été ouverte dans une session ou une fonction qui n’est plus la vôtre. "
        "Revenez en arrière pour copier ce que vous avez écrit, rechargez la page, puis recommencez."
    )
    return page(400, message=message)


def _too_many(error: TooManyAttempts) -> Any:
    body, status = page(429, retry_after=duration(error.wait))
    return body, status, {"Retry-After": str(max(1, round(error.wait.total_seconds())))}


def _stale(error: Stale) -> Any:
    """Show both versions of what differs; a second click that asks for what is already there is no conflict."""
    rows = [one for one in error.differences if one.yours.strip() != one.theirs.strip()]
    if error.differences and not rows:
        db.session.rollback()
        flash("C’est déjà enregistré.", "info")
        return redirect(_record_address())
    return page(409, message=str(error), conflict=rows, url=_record_address())


def _record_address() -> str:
    """Return the page of the record that a form speaks of: the nearest one above its own address."""
    above, pages = request.path.rpartition("/")[0], current_app.url_map.bind("")
    while above:
        try:
            pages.match(above, method="GET")
            return above
        except (HTTPException, RequestRedirect):
            above = above.rpartition("/")[0]
    return "/"


def _conflict(error: Exception) -> Any:
    """Whoever loses a race stands where whoever comes later stands: the request is played again, once."""
    current_app.logger.warning("conflit d’écriture : %s", type(error).__name__)
    if g.get("is_second_try") or request.endpoint is None:
        return page(409, message="Quelqu’un a enregistré en même temps que vous. Rechargez la page et recommencez.")
    g.is_second_try = True
    db.session.rollback()
    for file in request.files.values():
        file.seek(0)
    try:
        return current_app.view_functions[request.endpoint](**(request.view_args or {}))
    except Exception as second:
        return current_app.handle_user_exception(second)


def _busy(error: OperationalError) -> Any:
    current_app.logger.error("base de données indisponible : %s", type(error.orig).__name__)
    return page(503, message="La base de données ne répond pas pour l’instant. Réessayez dans une minute.")
