"""Reading pages as a person does: by what they say, their links, their forms."""

import io
import re
from contextlib import nullcontext
from contextvars import Context
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.extensions import db
from app.models import User, UserSession
from tests.factories import PASSWORD


class Client(FlaskClient):
    """A client whose every request has a context and a transaction of its own, as on a real server.

    What the test has prepared is committed first: the request finds it, and no lock stands in its way.
    """

    def open(self, *args: Any, **values: Any) -> TestResponse:
        if has_app_context():
            db.session.commit()
        return Context().run(super().open, *args, **values)


class Page:
    """An answer, read."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.location = response.headers.get("Location")
        is_html = response.mimetype == "text/html" and response.data
        self.tree = html.fromstring(response.data) if is_html else html.fromstring("<html><body></body></html>")
        for hidden in self.tree.xpath("//script|//style|//template"):  # nobody reads them, no form sends them
            hidden.drop_tree()

    @property
    def text(self) -> str:
        """The words of the page, white space folded."""
        return re.sub(r"\s+", " ", self.tree.text_content()).strip()

    @property
    def main(self) -> str:
        """The words of its content, header and footer left aside."""
        return re.sub(r"\s+", " ", self.tree.xpath("string(//main)")).strip()

    @property
    def title(self) -> str:
        return re.sub(r"\s+", " ", self.tree.xpath("string(//h1)")).strip()

    def links(self, pattern: str = "") -> list[str]:
        return [href for href in self.tree.xpath("//a/@href") if re.search(pattern, href)]

    def errors(self) -> list[str]:
        """The lines of the error summary."""
        found = self.tree.xpath("//*[contains(@class, 'govuk-error-summary__list')]/li")
        return [re.sub(r"\s+", " ", item.text_content()).strip() for item in found]

    def form(self, action: str = "") -> Any:
        """The first form that POSTs to an address containing `action`, sign-out left aside."""
        for form in self.tree.forms:
            if form.method == "POST" and action in (form.action or "") and "deconnexion" not in (form.action or ""):
                return form
        raise AssertionError(f"no form posts to {action!r}")

    def fields(self, action: str = "") -> dict[str, Any]:
        """What that form would send as it stands; several values of one name make a list."""
        values: dict[str, Any] = {}
        for name, value in self.form(action).form_values():
            known = values.get(name)
            values[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
        return values


def vouch(name: str) -> None:
    """Mark the sessions of somebody as those of a person who has just shown a second factor."""
    own = select(User.id).where(User.email == f"{name}@test.example").scalar_subquery()
    fresh = update(UserSession).where(UserSession.user_id == own).values(second_factor_at=UserSession.created_at)
    db.session.execute(fresh.execution_options(synchronize_session=False))
    db.session.commit()


class Browser:
    """Somebody signed in, without a real browser; the second factor has just been shown, unless told otherwise."""

    def __init__(self, app: Flask, name: str | None, *, second_factor: bool = True) -> None:
        self.client = app.test_client()
        if name:
            self.sign_in(name)
        if name and second_factor:
            with nullcontext() if has_app_context() else app.app_context():
                vouch(name)

    def sign_in(self, name: str) -> None:
        page = self.get("/connexion")
        answer = self.client.post(
            "/connexion",
            data={**page.fields(), "email": f"{name}@test.example", "password": PASSWORD},
        )
        assert answer.status_code == 302, Page(answer).text

    def get(self, address: str) -> Page:
        return Page(self.client.get(address))

    def send(self, address: str, data: dict[str, Any] | None = None, **values: Any) -> Page:
        """POST exactly these values, with a fresh token against forgery."""
        return self._post(address, {**(data or {}), **values, "csrf_token": self.token()})

    def token(self) -> str:
        """The anti-forgery token of this session: of any form, that of signing in for who is not signed in."""
        for address in ("/aide", "/connexion"):
            if value := self.get(address).tree.xpath("string(//input[@name='csrf_token']/@value)"):
                return str(value)
        raise AssertionError("no page holds a token")

    def fill(self, address: str, action: str = "", **values: Any) -> Page:
        """Open the page, change these fields of its form, send it: nothing else is invented."""
        page = self.get(address)
        assert page.status == 200, f"{address}: {page.status}"
        target = page.form(action).action or address
        return self._post(target, {**page.fields(action), **values})

    def _post(self, address: str, data: dict[str, Any]) -> Page:
        """As a browser does: an answer 307 asks to send the same elsewhere, files included."""
        files = {name: (value[0].read(), value[1]) for name, value in data.items() if isinstance(value, tuple)}

        def post(where: str) -> TestResponse:
            fresh = {name: (io.BytesIO(content), title) for name, (content, title) in files.items()}
            return self.client.post(where, data={**data, **fresh})

        answer = post(address)
        return Page(post(answer.location) if answer.status_code == 307 else answer)
