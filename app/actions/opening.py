"""Opening a case, and saying who leads it, who is in charge, who is invited."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from app.actions.cases import followed_structures
from app.actions.deadlines import Settings, plan_deadlines
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.journal import record_event
from app.actions.places import common_departement
from app.extensions import db, keep_at_hand
from app.models import (
    Alert,
    Capacity,
    Case,
    CaseOfficer,
    CasePartner,
    CaseStructure,
    Employer,
    EventKind,
    Organisation,
    PartnerStatus,
    Priority,
    Source,
    Structure,
    User,
)
from app.permissions import Act, Actor, Kind, may, may_coordinate, may_follow, reads_whole_case
from app.queries.users import is_working
from workflows.core import Refused
from workflows.roles import LEADS
from workflows.support_case import State
from workflows.support_case_guards import lead_refusal


def open_case(
    employer: Employer,
    structures: Sequence[Structure],
    *,
    source: Source,
    motive: str,
    leads: bool,
    alert: Alert | None = None,
    alerted_on: date | None = None,
    actor: Actor,
    today: date,
    now: datetime,
    settings: Settings,
    submission: str | None = None,
    opened_on: date | None = None,
) -> Case:
    """Open a case on some structures of an employer in sight; `leads`: the actor's organisation leads it.

    On an `alert` of a day, which `motive` tells, its first delays are shorter. Raises Forbidden, Unacceptable (no
    structure, another employer's, an alert without its day) or Refused (a structure followed elsewhere, a lead that
    does not suit the employer's sector).
    """
    _refuse_opening(employer, structures, actor)
    if alert and (alerted_on is None or alerted_on > today):
        raise Unacceptable("Indiquez quand l’alerte est arrivée : aujourd’hui ou avant.", field="alerted_on")
    assert actor.organisation_id  # only bodies open cases
    start = opened_on or today
    case = Case(
        employer=employer,
        main_structure=structures[0],
        departement=common_departement(structures),
        source=alert.source if alert else source,
        alert=alert,
        alerted_on=alerted_on if alert else None,
        state=State.IDENTIFIED,
        episode=1,
        entered_on=start,
        episode_started_on=start,
        last_step_on=today,
        last_activity_on=start,
        lead_organisation=db.session.get(Organisation, actor.organisation_id) if leads else None,
        opening_organisation_id=actor.organisation_id,
        submission=submission,
    )
    if leads and (why := lead_refusal(case.lead_kind, employer)):
        raise Refused(why)
    db.session.add(case)
    db.session.flush()
    db.session.add_all(CaseStructure(case_id=case.id, structure_id=s.id, is_open=True) for s in structures)
    if leads:
        db.session.add(CaseOfficer(case_id=case.id, user_id=actor.user_id, since=start))
    plan_deadlines(case, start, today=today, settings=settings)
    summary = f"{alert.label}, signalée le {alerted_on:%d/%m/%Y}" if alert else source.label
    record(case, EventKind.OPENED, summary, motive=motive, actor=actor, on=start, now=now)
    return case


def _refuse_opening(employer: Employer, structures: Sequence[Structure], actor: Actor) -> None:
    if not may(actor, Act.WRITE, Kind.CASE, employer):
        raise Forbidden("Un dossier est ouvert par l’ARS, la Carsat ou le département du territoire.")
    if not structures:
        raise Unacceptable("Choisissez au moins un établissement ou service.", field="structures")
    if any(structure.employer_id != employer.id for structure in structures):
        raise Unacceptable("Un de ces établissements n’appartient pas à cet employeur.", field="structures")
    if outside := [structure.name for structure in structures if not may_follow(actor, structure)]:
        raise Unacceptable(f"Hors de votre territoire : {', '.join(outside)}.", field="structures")
    if found := followed_structures([structure.id for structure in structures], actor):
        raise Refused(*found)


def record(
    case: Case, kind: EventKind, summary: str, *, actor: Actor, on: date, now: datetime, motive: str = ""
) -> None:
    """Add to the case's thread something that does not change its state."""
    db.session.flush()  # the version that the event tells is that of the case as written
    event = {
        "case_id": case.id,
        "episode": case.episode,
        "kind": kind,
        "effective_on": on,
        "recorded_at": now,
        "actor_id": actor.user_id,
        "organisation_id": actor.organisation_id,
        "summary": summary,
        "motive": motive.strip(),
        "case_version": case.version,
    }
    record_event(case, event, actor=actor, now=now)


def name_lead(
    case: Case, organisation: Organisation, *, version: int, actor: Actor, today: date, now: datetime
) -> None:
    """Make an organisation the lead of a case; its former officers stay only if they belong to it."""
    _refuse_change(case, version, actor)
    if organisation.kind not in LEADS or not organisation.is_active:
        raise Unacceptable("Le chef de file est une ARS, une Carsat ou un département.", field="lead")
    if why := lead_refusal(organisation.kind, case.employer):
        raise Refused(why)
    keep_at_hand(case.id)  # who hands a case over may lose sight of it before the thread says so
    case.lead_organisation = organisation
    _move_version(case)
    agents = {user.id for user in list_agents([organisation.id], today)}
    case.officers = [officer for officer in case.officers if officer.user_id in agents]
    record(case, EventKind.LEAD, organisation.short_name, actor=actor, on=today, now=now)


def name_officers(
    case: Case, user_ids: Collection[int], *, version: int, actor: Actor, today: date, now: datetime
) -> None:
    """Name the people in charge, among the agents of the lead."""
    _refuse_change(case, version, actor)
    if case.lead_organisation_id is None:
        raise Unacceptable("Désignez d’abord l’organisme chef de file.", field="lead")
    agents = {user.id: user for user in list_agents([case.lead_organisation_id], today)}
    if not set(user_ids) <= agents.keys():
        raise Unacceptable("Un référent est un agent de l’organisme chef de file.", field="officers")
    _move_version(case)
    kept = {officer.user_id: officer for officer in case.officers}
    case.officers = [kept.get(user_id) or CaseOfficer(user_id=user_id, since=today) for user_id in sorted(user_ids)]
    names = ", ".join(agents[user_id].full_name for user_id in sorted(user_ids)) or "personne"
    record(case, EventKind.OFFICERS, names, actor=actor, on=today, now=now)


def list_agents(organisation_ids: Collection[int], today: date) -> Sequence[User]:
    """Return the enabled people who act for one of these organisations and have not left their post."""
    return db.session.scalars(
        select(User)
        .join(Capacity, Capacity.user_id == User.id)
        .where(Capacity.organisation_id.in_(organisation_ids), User.is_enabled, is_working(today))
        .order_by(User.family_name, User.given_name)
    ).all()


def _refuse_change(case: Case, version: int, actor: Actor) -> None:
    if not may_coordinate(actor, case):
        raise Forbidden("La désignation revient à l’organisme chef de file ou à la coordination du territoire.")
    if case.version != version:
        raise Stale(case)


def _move_version(case: Case) -> None:
    """The version moves even when only a child row changes, so that two editors are told apart."""
    flag_modified(case, "lead_organisation_id")
    db.session.flush()


def invite_partner(case: Case, organisation: Organisation, *, actor: Actor, today: date, now: datetime) -> CasePartner:
    """Give an organisation sight of the case, with a status of its own; inviting twice changes nothing."""
    if not may_coordinate(actor, case):
        raise Forbidden("Les invitations reviennent à l’organisme chef de file ou à la coordination du territoire.")
    known = next((p for p in case.partners if p.organisation_id == organisation.id), None)
    if known:
        return known
    partner = CasePartner(
        case_id=case.id, organisation=organisation, status=PartnerStatus.INFORMED, priority=Priority.NORMAL
    )
    case.partners.append(partner)
    record(case, EventKind.PARTNER, f"{organisation.short_name} invité", actor=actor, on=today, now=now)
    return partner


def tell_status(
    case: Case,
    status: PartnerStatus,
    priority: Priority,
    comment: str,
    *,
    version: int,
    actor: Actor,
    today: date,
    now: datetime,
) -> CasePartner:
    """Say where one's own organisation stands on the case: information, which never moves the case.

    `version` is that of the status as shown (0 when there was none); raises Stale when it has changed.
    """
    if not reads_whole_case(actor, case):
        raise Forbidden("Seuls les organismes présents sur le dossier y indiquent leur position.")
    partner = next((p for p in case.partners if p.organisation_id == actor.organisation_id), None)
    if version != (partner.version if partner else 0):
        raise Stale(partner)
    if partner is None:
        partner = CasePartner(case_id=case.id, organisation_id=actor.organisation_id)
        case.partners.append(partner)
    partner.status, partner.priority, partner.comment = status, priority, comment.strip()
    summary = f"{actor.organisation_name} : {status.label}"
    record(case, EventKind.PARTNER, summary, actor=actor, on=today, now=now, motive=comment)
    return partner
