"""The people one talks to at employers': cards of the organisation that brings them in, shared with its partners."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select

from app.actions import employers as actions
from app.actions.employers import Person
from app.actions.incoming.employers import Known, one_by_one
from app.actions.incoming.handling import Change, Context, Effect, TableHandler, Verdict
from app.extensions import db
from app.models import Contact, Employer, Visibility
from app.readers.kinds.contacts import CONTACTS, ContactRow
from app.readers.layouts import RowReading
from workflows.import_run import ImportKind

OBJECTED = "Cette personne a demandé à ne plus figurer parmi les contacts : elle n’est pas reprise."
KEPT = ("given_name", "family_name", "function", "email", "phone")
DUTY = (
    "Les personnes de cette liste doivent savoir que vous gardez leurs coordonnées : informez-les au premier échange, "
    "et dans le mois (RGPD, article 14). Elles peuvent s’y opposer. Vos partenaires liés par une convention les liront."
)


class ContactsHandler(TableHandler):
    """Rows of a person at an employer's."""

    kind = ImportKind.CONTACTS
    layouts = (CONTACTS,)
    for_author = True
    duty = DUTY

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each row does, and do it unless the context is a dry run."""

        def act(reading: RowReading, employer: Employer, _: Known) -> Verdict:
            return _bring_in(reading.row, employer, context)

        return one_by_one(rows, context, act)


def _bring_in(row: ContactRow, employer: Employer, context: Context) -> Verdict:
    assert context.actor
    shown = f"{row.given_name or ''} {row.family_name}, {employer.name}".strip()
    found = _like(row, employer, context)
    if any(contact.objected_on for contact in found):
        return Verdict(row.line, Effect.REJECT, shown, OBJECTED)
    own = next((contact for contact in found if contact.organisation_id == context.organisation_id), None)
    if own is None:
        contact = actions.add_contact(employer, _person(row), actor=context.actor)
        db.session.flush()
        context.changes.append(Change("contacts", contact.id, contact.version))
        return Verdict(row.line, Effect.CREATE, shown)
    return _complete(row, employer, own, shown, context)


def _like(row: ContactRow, employer: Employer, context: Context) -> Sequence[Contact]:
    """Return the cards of the same person at the same employer's: same name, or same address."""
    names = func.lower(Contact.family_name) == row.family_name.lower()
    same: Any = names & (func.lower(Contact.given_name) == (row.given_name or "").lower())
    if row.email:
        same = or_(same, func.lower(Contact.email) == row.email)
    return db.session.scalars(select(Contact).where(Contact.employer_id == employer.id, same)).all()


def _complete(row: ContactRow, employer: Employer, own: Contact, shown: str, context: Context) -> Verdict:
    """What the file leaves empty erases nothing."""
    assert context.actor
    before = {name: getattr(own, name) for name in KEPT}
    given = {name: value for name in KEPT if (value := getattr(row, name))}
    if all(before[name] == value for name, value in given.items()):
        return Verdict(row.line, Effect.UNCHANGED, shown)
    person = Person(**{**before, **given}, visibility=own.visibility, left_on=own.left_on)
    actions.edit_contact(employer, own, person, version=own.version, actor=context.actor)
    db.session.flush()
    context.changes.append(Change("contacts", own.id, own.version, before))
    return Verdict(row.line, Effect.UPDATE, shown)


def _person(row: ContactRow) -> Person:
    return Person(
        family_name=row.family_name[:80],
        given_name=(row.given_name or "")[:80],
        function=(row.function or "à préciser")[:80],
        phone=row.phone or "",
        email=row.email or "",
        visibility=Visibility.PARTNERS,
    )
