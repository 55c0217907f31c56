"""What happens around a case of the demonstration: notes, visits, invited partners and where they stand."""

from datetime import date

from app.actions.documents import Upload
from app.actions.exchanges import log_exchange
from app.actions.opening import invite_partner, tell_status
from app.actions.visits import finalise_visit, log_visit
from app.demo import wordings
from app.demo.attached_report import attached_report
from app.demo.replay import Play, at
from app.demo.visit_notes import visit_notes
from app.extensions import db
from app.models import ExchangeKind, Organisation, PartnerStatus, Priority, Visibility
from app.permissions import Actor
from workflows.roles import Role

EXCHANGES = {
    "call": (ExchangeKind.CALL, wordings.CALLS),
    "mail": (ExchangeKind.MAIL, wordings.MAILS),
    "meeting": (ExchangeKind.MEETING, wordings.MEETINGS),
}


def exchange(play: Play, act: str, day: date) -> None:
    """Keep a note of a call, a mail or a meeting, for the partners once in three."""
    kind, summaries = EXCHANGES[act]
    log_exchange(
        play.case.employer,
        play.seen(play.officer),
        kind=kind,
        held_on=day,
        summary=play.rng.choice(summaries),
        visibility=play.rng.choice((Visibility.ORGANISATION, Visibility.ORGANISATION, Visibility.PARTNERS)),
        actor=play.officer,
        today=day,
        now=at(day, play.rng),
        settings={},
    )


def visit(play: Play, act: str, day: date) -> None:
    """Visit the main structure: a draft, or a final report (Jalon's own, or one written elsewhere)."""
    actor, structure, now = visitor(play, day), play.case.main_structure, at(day, play.rng)
    is_ours = act == "draft" or (act == "report" and play.render is not None)
    written = None if is_ours else Upload(f"visite-{day:%Y-%m-%d}.pdf", _written_elsewhere(play, actor, day))
    case = play.seen(actor)
    notes = visit_notes(structure.category, structure.id, day, play.rng, written)
    found = log_visit(case.employer, case, notes, actor=actor, today=day, now=now, settings={})
    if act == "draft":
        return
    db.session.flush()
    pdf = play.render(found, now) if is_ours and play.render else None
    finalise_visit(found, pdf, version=found.version, actor=actor, now=now)
    case.has_final_visit = True


def _written_elsewhere(play: Play, actor: Actor, day: date) -> bytes:
    structure = play.case.main_structure
    return attached_report(
        [
            "Compte rendu de visite",
            f"{structure.name}, {structure.city} ({structure.finess})",
            f"Visite du {day:%d/%m/%Y}, {actor.name}, {actor.organisation_name}",
            "",
            "Compte rendu repris de l’outil précédent. Visite de conseil : ce n’est pas un contrôle.",
        ]
    )


def visitor(play: Play, day: date) -> Actor:
    """Return who visits: the Carsat that leads, else a partner of the sector, invited if need be."""
    if play.officer.role is Role.CARSAT:
        return play.officer
    bodies, departement = play.cast.bodies, play.case.main_structure.departement
    public = bodies["cdg"] if departement == "79" else bodies["fnp"]
    body = public if play.case.employer.is_public else bodies["aract"]
    invite(play, body, day)
    return play.cast.agent_of(body)


def invite(play: Play, body: Organisation, day: date) -> None:
    """Give a body sight of the case."""
    invite_partner(play.seen(play.officer), body, actor=play.officer, today=day, now=at(day, play.rng))
    play.seen_by.pop(play.cast.agent_of(body).user_id, None)


def say_status(play: Play, body: Organisation, day: date, status: PartnerStatus) -> None:
    """Let an invited body say where it stands."""
    actor = play.cast.agent_of(body)
    case = play.seen(actor)
    partner = next(p for p in case.partners if p.organisation_id == body.id)
    comment = play.rng.choice(wordings.STATUS_COMMENTS)
    priority = play.rng.choice([Priority.NORMAL, Priority.NORMAL, Priority.HIGH, Priority.LOW])
    version, now = partner.version, at(day, play.rng)
    tell_status(case, status, priority, comment, version=version, actor=actor, today=day, now=now)
