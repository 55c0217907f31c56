"""What each mail of the outbox says, and whether there is still a reason to say it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from app import mail
from app.actions import (
    absences,
    barometer_reminders,
    conventions,
    data_requests,
    delegations,
    exceptional_accesses,
    habilitations,
    magic_links,
    notices,
    nudges,
    opening_many,
    outbox,
    remarks,
    retention,
    targeting_signatures,
)
from app.actions.notices import Notice
from app.auth import actor_of
from app.clock import PARIS
from app.extensions import db
from app.filters import moment, plural
from app.jobs import (
    continuity_letters,
    house_letters,
    opening_letters,
    people_letters,
    privacy_letters,
    remark_letters,
    targeting_letters,
)
from app.models import Case, Employer, LinkPurpose, MagicLink, User
from app.permissions import reads_whole_case
from app.queries.absences import list_officers, stands_in_on_case
from app.queries.magic_links import get_pending_link_by_id
from app.queries.outbox import get_case_to_name, get_last_reminder_at, get_running_deadline, is_officer
from app.queries.sessions import get_device_of
from app.queries.users import get_user
from app.sessions import valid_capacities
from workflows.barometer import month_in_words
from workflows.employer_wish import rules as wishes
from workflows.support_case import WORKFLOW


class NoReason(Exception):
    """The mail must not leave any more; the message says why."""


class NotTheirs(NoReason):
    """What it says still holds, but it is not for this person any more."""


@dataclass(frozen=True)
class Written:
    """A letter ready to leave, and what of it may be kept."""

    letter: mail.Letter
    kept_body: str | None


def write(claimed: outbox.Claimed, *, now: datetime) -> Written:
    """Return the letter as things stand now; raises NoReason when nothing is left to say to this person."""
    user = get_user(claimed.user_id) if claimed.user_id else None
    if user is None and claimed.user_id:
        raise NotTheirs("compte désactivé")
    values, keeps_body = TEMPLATES[claimed.template]
    context = {"user": user, "public_url": _public_url(), **values(claimed, user, now)}
    # The first line of the text is the subject.
    subject, _, text = _render(f"{claimed.template}.txt", context).lstrip().partition("\n")
    letter = mail.Letter(
        message_id=message_id(claimed),
        sender=current_app.config["MAIL_FROM"],
        recipient=user.email if user else context["email"],
        recipient_name=user.full_name if user else "",
        subject=subject.strip(),
        text=text.strip() + "\n",
        html=_render(f"{claimed.template}.html", context),
        dated=now,
    )
    return Written(letter, letter.text if keeps_body else None)


def message_id(claimed: outbox.Claimed) -> str:
    """Return the same identifier however often the mail is sent, another one in another database."""
    key = (claimed.object_kind, claimed.object_id, claimed.rule, claimed.cycle, claimed.user_id, claimed.created_at)
    digest = sha256(repr(key).encode()).hexdigest()[:12]
    return f"<outbox-{claimed.id}-{digest}@{urlsplit(_public_url()).hostname}>"


def _render(name: str, context: dict[str, Any]) -> str:
    # Not flask.render_template: the words around a page belong to a request, and there is none here.
    return current_app.jinja_env.get_template(f"mails/{name}").render(context)


def _public_url() -> str:
    address: str = current_app.config["PUBLIC_URL"]
    return address.rstrip("/")


def _reminder(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
    deadline = get_running_deadline(claimed.object_id, claimed.cycle)
    if deadline is None or user is None:
        raise NoReason("l’échéance ne court plus")
    today = now.astimezone(PARIS).date()
    officer = is_officer(deadline.case_id, user.id)
    stands_in = not officer and stands_in_on_case(user.id, deadline.case_id, today=today)
    case = _case_followed_by(user, deadline.case_id, is_officer=officer or stands_in)
    if case is None:
        raise NotTheirs("le dossier est suivi par quelqu’un d’autre")
    return {
        "case": case,
        "task": deadline.label[:1].lower() + deadline.label[1:],
        "due_on": deadline.due_on,
        "timing": _timing(deadline.due_on, today),
        "last_reminder_at": get_last_reminder_at(deadline.id, user.id),
        "why": _why_told(case.id, today, is_officer=officer, stands_in=stands_in),
        "how_to_stop": _how_to_stop(deadline.rule),
        "link": f"{_public_url()}/dossiers/{case.id}",
    }


def _why_told(case_id: int, today: date, *, is_officer: bool, stands_in: bool) -> str:
    if is_officer:
        return "vous suivez ce dossier dans Jalon"
    away = [one.name for one in list_officers([case_id], today=today).get(case_id, []) if one.away_until]
    if stands_in:
        return f"vous suppléez {' et '.join(away)} dans Jalon"
    if away:
        return "vous coordonnez le territoire et que la personne chargée de ce dossier est en absence"
    return "vous coordonnez le territoire et que personne n’est encore chargé de ce dossier dans Jalon"


def _case_followed_by(user: User, case_id: int, *, is_officer: bool) -> Case | None:
    """Return the case when one same capacity both reads its calendar and makes it this person's business."""
    for capacity in valid_capacities(user):
        actor = actor_of(user, capacity)
        case = get_case_to_name(actor, case_id)
        if case and reads_whole_case(actor, case) and (is_officer or capacity.is_coordinator):
            return case
    return None


def _how_to_stop(rule: str) -> str:
    declared = (*WORKFLOW.deadlines, *wishes())
    answered = next((known.answered_by for known in declared if known.slug == rule), ())
    if answered:
        return "Notez-le dans le dossier : les rappels s’arrêtent."
    return "Faites passer le dossier à l’étape suivante : les rappels s’arrêtent."


def _timing(due_on: date, today: date) -> str:
    days = (due_on - today).days
    if days == 0:
        return "c’est aujourd’hui"
    return f"dans {plural(days, 'jour')}" if days > 0 else f"passée depuis {plural(-days, 'jour')}"


def _magic_link(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
    """The secret is worked out here, each time the same: a mail sent again after a crash holds the same link."""
    link = get_pending_link_by_id(claimed.object_id, now)
    if link is None:
        raise NoReason("le lien a servi, a été remplacé ou a expiré")
    if user and user.email != link.email:
        raise NotTheirs("l’adresse du compte a changé")
    secret = magic_links.make_secret(link.reference, current_app.config["SECRET_KEY"])
    if not magic_links.opens(link, secret):
        raise NoReason("la clé de l’application a changé depuis la demande")
    return {
        "email": link.email,
        "link": f"{_public_url()}/lien/{link.reference}#{secret}",
        "secret": secret,
        "expires_at": link.expires_at,
        "needs_code": link.needs_second_factor,
        **_about(link, claimed.rule, secret),
    }


def _about(link: MagicLink, rule: str, secret: str) -> dict[str, Any]:
    """What else a link says, that leads to a page of its own."""
    if link.purpose is not LinkPurpose.SIGNATURE:
        return {}
    told = targeting_letters.delegate_link_values(link.object_id, rule)
    if told is None:
        raise NoReason("rien n’est plus attendu de cette personne")
    return {**told, "link": f"{_public_url()}/signer/{link.reference}#{secret}"}


def _delegate_notice(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
    found = targeting_letters.delegate_values(claimed.object_id, claimed.rule)
    if found is None:
        raise NoReason("ce que ce courriel annonçait n’a plus cours")
    return found


NOTICES: dict[Notice, tuple[str, str]] = {
    Notice.PASSWORD_CHANGED: ("Votre mot de passe a changé", "Le mot de passe de votre compte Jalon a été changé"),
    Notice.SECOND_FACTOR_ADDED: ("Second facteur ajouté", "Un second facteur protège désormais votre compte Jalon"),
    Notice.SECOND_FACTOR_REMOVED: ("Second facteur retiré", "Le second facteur de votre compte Jalon a été retiré"),
    Notice.RECOVERY_CODES_RENEWED: ("Nouveaux codes de secours", "Vos codes de secours ont été remplacés"),
    Notice.NEW_DEVICE: ("Connexion d’un nouvel appareil", "Votre compte Jalon a été ouvert"),
}
"""The subject, and what happened; the instant follows."""


def _account_notice(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
    if user is None:
        raise NotTheirs("le compte n’existe plus")
    notice = Notice(claimed.rule.partition(" ")[0])
    title, what = NOTICES[notice]
    if notice is Notice.NEW_DEVICE and (session := get_device_of(claimed.object_id, user.id)):
        place = f", depuis le réseau {session.address}" if session.address else ""
        what += f" par un appareil que nous ne connaissions pas : {session.browser}{place}"
    return {
        "title": title,
        "what": f"{what}, le {moment(claimed.created_at)}.",
        "link": f"{_public_url()}/compte",
    }


def _privacy(read: Callable[[int, str], dict[str, Any] | None]) -> "Values":
    def values(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
        found = read(claimed.object_id, _public_url())
        if found is None:
            raise NoReason("c’est déjà fait")
        return found

    return values


def _person_notice(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
    """What has changed for somebody in an organisation: written by the kind of thing that the mail is about."""
    found = NOTICE_WRITERS[claimed.object_kind](claimed.object_id, claimed.rule, _public_url())
    if found is None or user is None:
        raise NoReason("ce que ce courriel annonçait n’a plus cours")
    return found


NOTICE_WRITERS: dict[str, Callable[[int, str, str], dict[str, Any] | None]] = {
    notices.PERSON: people_letters.notice_values,
    absences.ABSENCE: continuity_letters.absence_values,
    conventions.ABOUT: continuity_letters.convention_values,
    delegations.ABOUT: continuity_letters.delegation_values,
    exceptional_accesses.ABOUT: continuity_letters.access_values,
    targeting_signatures.ABOUT: targeting_letters.signatory_values,
}


def _review_reminder(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
    found = people_letters.review_values(claimed.object_id, claimed.cycle, _public_url())
    if found is None or user is None:
        raise NoReason("la revue est faite")
    return found


def _remark_reminder(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
    found = remark_letters.remark_values(claimed.object_id, _public_url())
    if found is None or user is None:
        raise NoReason("la remarque a sa réponse")
    return found


def _cases_opened(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
    if user is None:
        raise NotTheirs("le compte n’existe plus")
    today = now.astimezone(PARIS).date()
    found = opening_letters.opened_values(user, claimed.object_id, claimed.cycle, _public_url(), today=today)
    if found is None:
        raise NotTheirs("aucun de ces dossiers ne concerne plus cette personne")
    return found


def _barometer_reminder(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
    month, employer = date.fromordinal(claimed.cycle), db.session.get(Employer, claimed.object_id)
    today = now.astimezone(PARIS).date()
    if user is None or employer is None or not nudges.manages(user.id, claimed.object_id, today):
        raise NotTheirs("cette personne n’est plus en poste dans cet établissement")
    if not barometer_reminders.is_awaited(user.id, claimed.object_id, month):
        raise NoReason("le mois est noté, ou le rappel n’est plus demandé")
    return {
        "employer": employer.name,
        "month": month_in_words(month),
        "link": f"{_public_url()}/mon-etablissement/barometre/{month:%Y-%m}",
    }


def _self_diagnostic_reminder(claimed: outbox.Claimed, user: User | None, now: datetime) -> dict[str, Any]:
    today = now.astimezone(PARIS).date()
    if user is None or not nudges.manages(user.id, claimed.object_id, today):
        raise NotTheirs("cette personne n’est plus en poste dans cet établissement")
    due_on = date.fromordinal(claimed.cycle)
    found = house_letters.self_diagnostic_values(claimed.object_id, due_on, claimed.rule, _public_url(), today=today)
    if found is None:
        raise NoReason("l’auto-diagnostic est terminé, sa date a changé ou les rappels sont arrêtés")
    return found


Values = Callable[[outbox.Claimed, User | None, datetime], dict[str, Any]]

TEMPLATES: dict[str, tuple[Values, bool]] = {
    outbox.REMINDER: (_reminder, True),
    **{f"link_{purpose.value}": (_magic_link, False) for purpose in LinkPurpose},
    retention.NOTICE_MAIL: (_privacy(privacy_letters.notice_values), True),
    data_requests.REMINDER_MAIL: (_privacy(privacy_letters.request_values), True),
    notices.TEMPLATE: (_account_notice, True),
    notices.PERSON_TEMPLATE: (_person_notice, True),
    targeting_signatures.DELEGATE_TEMPLATE: (_delegate_notice, True),
    opening_many.MAIL: (_cases_opened, True),
    nudges.BAROMETER: (_barometer_reminder, True),
    nudges.SELF_DIAGNOSTIC: (_self_diagnostic_reminder, True),
    remarks.REMINDER_MAIL: (_remark_reminder, True),
    habilitations.REMINDER_MAIL: (_review_reminder, True),
}
"""For each mail, by the name of its templates: what it says, and whether its text may be kept (no secret in it)."""
