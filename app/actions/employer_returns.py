"""The yearly return of an employer kept with it: what it reads of itself, for it and for whoever made it."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select

from app.actions.documents import Upload, store_document
from app.actions.errors import Forbidden
from app.extensions import db
from app.models import Document, DocumentKind, Employer, Visibility
from app.permissions import Actor, may_make_return
from app.queries.employer_returns import TITLE


def keep_return(employer: Employer, year: int, pdf: bytes, *, actor: Actor, now: datetime) -> Document | None:
    """Keep the return of a year, open to the employer; None when the actor's organisation has made it meanwhile."""
    if not may_make_return(actor, employer):
        raise Forbidden("Les retours annuels sont préparés par la coordination du territoire.")
    token = str(uuid5(NAMESPACE_URL, f"retour:{actor.organisation_id}:{employer.id}:{year}"))
    if db.session.scalar(select(Document.id).where(Document.submission == token)):
        return None
    return store_document(
        employer,
        None,
        Upload(f"retour-annuel-{year}.pdf", pdf),
        kind=DocumentKind.YEARLY_RETURN,
        title=TITLE.format(year=year),
        visibility=Visibility.EMPLOYER,
        actor=actor,
        now=now,
        submission=token,
    )
