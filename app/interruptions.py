"""What comes between a request and its page: unlocking, or showing a second factor. Nothing typed is lost on the way.

The page that asks keeps the fields of the form under way; once answered, the browser is told (307) to send them
where they were going. That address is signed for this session, so that nobody can slip another one in.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.models import SignInWay
from app.sessions import Standing, current_session, current_standing
from forms.accounts import OWN_FIELDS, CodeForm, UnlockForm

UNLOCK, VERIFY = "sessions.unlock", "second_factors.verify"


def interrupt() -> ResponseReturnValue:
    """Ask for what is missing: on a page of its own for what is read, around the fields for what is sent."""
    locked = current_standing() is Standing.LOCKED
    if request.headers.get("HX-Request"):
        abort(401)
    if request.method in ("GET", "HEAD"):
        return redirect(url_for(UNLOCK if locked else VERIFY, suite=request.full_path.rstrip("?")))
    form: UnlockForm | CodeForm = UnlockForm(formdata=None) if locked else CodeForm(formdata=None)
    form.resume.data = _signer().dumps(request.full_path.rstrip("?"))
    return ask(form), 401


def ask(form: UnlockForm | CodeForm) -> str:
    """Return the page that asks for a password or a code."""
    found = current_session()
    assert found
    locked = isinstance(form, UnlockForm)
    return render_template(
        "accounts/unlock.html" if locked else "accounts/verify.html",
        form=form,
        action=url_for(UNLOCK if locked else VERIFY, suite=local_address(request.args.get("suite"))),
        user=found.user,
        is_demo=found.how is SignInWay.DEMO and current_app.config["DEMO"],
        is_signing_in=current_standing() is Standing.AWAITS_CODE,
        kept=list(_kept()),
        has_files=any(file.filename for file in request.files.values()),
    )


def _kept() -> Iterator[tuple[str, str]]:
    """Give the fields under way, those of the question itself left out."""
    return ((name, value) for name, value in request.form.items(multi=True) if name not in OWN_FIELDS)


def go_on(form: UnlockForm | CodeForm) -> ResponseReturnValue:
    """Return to what was interrupted."""
    if form.resume.data:
        try:
            return redirect(_signer().loads(form.resume.data), 307)
        except BadSignature:
            abort(400)
    return redirect(local_address(request.args.get("suite")) or "/")


def page_behind(target: str) -> str:
    """Return where to stand after a verification: the address itself, or for a file the page that offers it."""
    parts = urlsplit(target)
    try:
        endpoint, arguments = current_app.url_map.bind("").match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return target
    back = getattr(getattr(current_app.view_functions[endpoint], "second_factor", None), "back", "")
    if not back:
        return target
    return url_for(back, **arguments) + (f"?{parts.query}" if parts.query else "")


def local_address(target: str | None) -> str | None:
    """Return an address of this application, or None for anything that leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(letter) < 32 or letter == "\x7f" for letter in target):
        return None  # a browser drops tabs and line breaks: « /<tab>/ailleurs » would lead elsewhere
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or "\\" in target else target


def _signer() -> URLSafeSerializer:
    found = current_session()
    assert found
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"interruption {found.id}")
