"""A person on the way to ProConnect and back."""

from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.models import User, UserIdentity
from tests.openid_provider import FakeProvider
from tests.pages import Page

SIRET, OTHER_SIRET = "13000000000015", "13000000000023"
BACK = "/connexion/proconnect/retour"


def go(client: FlaskClient, suite: str = "") -> str:
    """Leave for the provider; return the address the browser is sent to."""
    answer = client.get("/connexion/proconnect" + (f"?suite={suite}" if suite else ""))
    assert answer.status_code == 302, Page(answer).text
    return str(answer.headers["Location"])


def come_and_go(client: FlaskClient, provider: FakeProvider, suite: str = "", **changes: str) -> Page:
    return Page(client.get(provider.authorise(go(client, suite), **changes)))


def who(client: FlaskClient) -> str:
    """The person signed in, as the page shows her."""
    found = Page(client.get("/aide")).tree.xpath("string(//*[contains(@class, 'jalon-account__summary')])")
    return " ".join(found.split())


def identities() -> list[tuple[str, str]]:
    """The ties there are, as (address of the account, sub)."""
    ties = select(User.email, UserIdentity.sub).join(User, User.id == UserIdentity.user_id).order_by(UserIdentity.id)
    return [(email, sub) for email, sub in db.session.execute(ties)]


def stopped(page: Page, status: int, title: str) -> None:
    """A page of ours, in French, with the way back; and nobody is signed in."""
    assert (page.status, page.title) == (status, title)
    assert page.tree.get("lang") == "fr" and "/connexion" in page.links()


REFUSED = (400, "Cette connexion n’a pas pu être vérifiée")
DOWN = (503, "ProConnect ne répond pas pour l’instant")
