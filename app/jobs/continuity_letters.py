"""What the mails about absences, delegations, exceptional accesses and conventions say. None: no reason left."""

from typing import Any

from app.actions.absences import AbsenceNotice
from app.actions.delegations import DelegationNotice
from app.actions.exceptional_accesses import TO_OFFICER
from app.extensions import db
from app.filters import day, moment
from app.models import Absence, Convention, Delegation, JournalAction, Organisation
from app.queries.exceptional_accesses import get_access_to_tell

WORDS: dict[AbsenceNotice, tuple[str, str]] = {
    AbsenceNotice.STANDS_IN: (
        "Une suppléance vous est confiée",
        "Vous suppléez {person} du {starts_on} au {ends_on}. Pendant ces jours, les rappels de ses dossiers vous "
        "parviennent aussi, et les pages de ces dossiers vous nomment.",
    ),
    AbsenceNotice.STANDS_DOWN: (
        "Votre suppléance prend fin",
        "Vous ne suppléez plus {person} : ses rappels ne vous parviennent plus.",
    ),
    AbsenceNotice.NOTED: (
        "Une absence est notée pour vous",
        "La personne qui gère les accès dans votre organisme a noté votre absence du {starts_on} au {ends_on}. "
        "Vous pouvez la changer ou y mettre fin depuis « Mon compte ».",
    ),
}
"""The subject, and what happened."""


def absence_values(absence_id: int, rule: str, public_url: str) -> dict[str, Any] | None:
    """Return what tells somebody of an absence, as things stand; nothing once it was called off."""
    absence = db.session.get(Absence, absence_id)
    notice = AbsenceNotice(rule.partition(" ")[0])
    if absence is None or (absence.withdrawn_on is not None and notice is not AbsenceNotice.STANDS_DOWN):
        return None
    title, words = WORDS[notice]
    days = {"starts_on": day(absence.starts_on), "ends_on": day(absence.ends_on)}
    what = words.format(person=absence.user.full_name, **days)
    return {"title": title, "what": what, "link": f"{public_url}/compte"}


def delegation_values(delegation_id: int, rule: str, public_url: str) -> dict[str, Any] | None:
    """Return what tells giver and receiver of a delegation, in the same words; nothing of one taken back since."""
    delegation = db.session.get(Delegation, delegation_id)
    notice = DelegationNotice(rule.partition(" ")[0])
    if delegation is None or (notice is DelegationNotice.GIVEN and delegation.revoked_on is not None):
        return None
    both = f"{delegation.giver.full_name} à {delegation.receiver.full_name}"
    if notice is DelegationNotice.REVOKED:
        title, what = "Une délégation prend fin", f"La délégation de {both} a pris fin le {day(delegation.revoked_on)}."
    else:
        title, what = "Une délégation vous concerne", f"Délégation de {both}, {_days_of(delegation)}."
    return {"title": title, "what": f"{what} « Mon compte » dit ce qu’elle contient.", "link": f"{public_url}/compte"}


def _days_of(delegation: Delegation) -> str:
    return f"du {day(delegation.starts_on)} au {day(delegation.ends_on)}"


CONVENTIONS: dict[JournalAction, tuple[str, str]] = {
    JournalAction.CONVENTION_RECORDED: (
        "Une convention nomme votre organisme",
        "{by} a enregistré la convention {reference}. Elle n’ouvre rien avec votre organisme tant que vous ne l’avez "
        "pas confirmée : lisez-la, puis confirmez-la si elle vous convient.",
    ),
    JournalAction.CONVENTION_CHANGED: (
        "Une convention a changé",
        "{by} a modifié la convention {reference}, que votre organisme n’a pas encore confirmée.",
    ),
    JournalAction.CONVENTION_CONFIRMED: (
        "Une convention est confirmée",
        "{by} a confirmé la convention {reference}.",
    ),
    JournalAction.CONVENTION_ENDED: (
        "Une convention prend fin",
        "{by} a mis fin à la convention {reference}, pour tous ou pour soi. Ce qu’elle ouvrait ainsi est fermé.",
    ),
}
"""The subject, and what happened; what the convention opens stays on its page."""


def convention_values(convention_id: int, rule: str, public_url: str) -> dict[str, Any] | None:
    """Return what tells the other parties of a convention; of one that is over, only that it is."""
    action, by, _ = rule.split(" ", 2)
    convention, organisation = db.session.get(Convention, convention_id), db.session.get(Organisation, int(by))
    if convention is None or organisation is None:
        return None
    if convention.closed_on is not None and action != JournalAction.CONVENTION_ENDED:
        return None
    title, words = CONVENTIONS[JournalAction(action)]
    what = words.format(by=organisation.short_name, reference=f"« {convention.reference} »")
    return {"title": title, "what": what, "link": f"{public_url}/conventions/{convention_id}"}


def access_values(access_id: int, rule: str, public_url: str) -> dict[str, Any] | None:
    """Return what tells of an exceptional access: who, which case by its number, until when; never why."""
    access = get_access_to_tell(access_id)
    organisation = db.session.get(Organisation, access.organisation_id) if access else None
    if access is None or organisation is None:
        return None
    reference = f"D-{access.case_id:05d}"
    opened = (
        f"{access.person} ({organisation.short_name}) a ouvert le dossier {reference} le {moment(access.opened_at)}, "
        f"hors de ses départements. L’accès prend fin le {moment(access.expires_at)}."
    )
    if rule.startswith(TO_OFFICER):
        title, what, path = "Accès exceptionnel à un dossier que vous suivez", opened, f"dossiers/{access.case_id}"
    else:
        title, path = "Accès exceptionnel à un dossier", "organisme/acces-exceptionnels"
        what = f"{opened} Lisez pourquoi, refermez-le s’il le faut, et dites que vous en avez pris connaissance."
    return {"title": title, "what": what, "link": f"{public_url}/{path}"}
