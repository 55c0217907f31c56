"""The letter to the employer of a case that a list opened, kept with the case: for it and for the body that leads."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from app.actions.documents import Upload, discard_document, store_document
from app.actions.errors import Forbidden
from app.extensions import db
from app.models import Case, Document, DocumentKind, Visibility
from app.permissions import Actor, may_write_letter
from app.queries.employer_letters import find_letter
from workflows.core import Missing, Refused
from workflows.support_case import State

TITLE = "Proposition d’appui"
NOT_YOURS = "Le courrier à l’employeur est préparé par l’organisme qui conduit son dossier."
CONTACTED = "Le contact est déjà pris : le courrier ne se prépare plus, et celui qui est parti reste."


def keep_letter(case: Case, pdf: bytes, *, again: bool = False, actor: Actor, now: datetime) -> Document | None:
    """Keep the letter of a case loaded under lock, open to the employer once it is told of the case.

    None when the actor's organisation has one already; `again` puts this one in its place. Raises Forbidden, or Refused
    once the employer was contacted: what it received is not changed behind it.
    """
    if not may_write_letter(actor, case):
        raise Forbidden(NOT_YOURS)
    if case.state is not State.IDENTIFIED:
        raise Refused(Missing(CONTACTED))
    if known := find_letter(actor, case.id):
        if not again:
            return None
        discard_document(known)
        db.session.flush()  # before the new one, which may bear the same token
    return store_document(
        case.employer,
        case,
        Upload(f"proposition-d-appui-{case.reference}.pdf", pdf),
        kind=DocumentKind.EMPLOYER_LETTER,
        title=TITLE,
        visibility=Visibility.EMPLOYER,
        actor=actor,
        now=now,
        submission=str(uuid5(NAMESPACE_URL, f"courrier:{actor.organisation_id}:{case.id}:{case.episode}")),
    )
