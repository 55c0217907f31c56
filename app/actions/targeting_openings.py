"""From a signed list to its cases: prepared, changed line by line or for a whole département, then opened once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.actions.deadlines import Settings
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.journal import record
from app.actions.opening_many import Opening, open_prepared
from app.actions.targeting import is_of_field
from app.extensions import db
from app.models import JournalAction, ObjectKind, TargetingCampaign, TargetingOpening
from app.permissions import Actor, may_open_cases
from app.permissions.relations import numbers
from app.queries.targeting_openings import OpeningRow, list_bodies, list_openings, list_unprepared
from app.readers.nomenclatures import categories
from workflows.core import Missing, Refused
from workflows.targeting_list import ListState
from workflows.targeting_opening import Body, OpeningChoice, OpeningStanding, lead_kinds, pick_agent, share_out

NOT_YOURS = "L’ouverture des dossiers d’une liste revient à la coordination du territoire."
NOT_SIGNED = "Les dossiers s’ouvrent à partir d’une liste signée, tant qu’elle vaut."
WRONG_LEAD = "Cet organisme ne peut pas conduire l’accompagnement de cet employeur : choisissez-en un autre."
ELSEWHERE = "Cet organisme n’intervient pas dans ce département."
NOT_THEIRS = "Cette personne n’appartient pas à l’organisme chef de file, ou n’intervient pas dans ce département."
DONE = "Le dossier de cet employeur est déjà ouvert : le chef de file se change depuis le dossier."


def scope_categories(campaign: TargetingCampaign) -> list[str]:
    """Return the categories of structures that a list is about."""
    return [code for code in categories() if is_of_field(campaign.field, code)]


def prepare(campaign: TargetingCampaign, *, actor: Actor, today: date, now: datetime) -> int:
    """Propose a lead and an officer for each employer of a signed list on which nobody has decided; return how many.

    What people have chosen stays. Done again, it follows what each has to do by then.
    """
    _refuse_unless_open(campaign, actor)
    bodies, _ = list_bodies(actor, campaign, today=today)
    found = share_out(list_unprepared(actor, campaign, scope_categories(campaign)), bodies)
    rows = [
        {
            "campaign_id": campaign.id,
            "employer_id": one.employer_id,
            "lead_organisation_id": one.lead_id,
            "officer_id": one.officer_id,
            "version": 1,
        }
        for one in found
    ]
    if rows:
        _keep(rows)
        _tell(JournalAction.TARGETING_PREPARED, campaign, {"employers": len(rows)}, actor=actor, now=now)
    return len(rows)


def _keep(rows: list[dict[str, Any]]) -> None:
    dialect: Any = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(TargetingOpening.__table__)
    kept = statement.on_conflict_do_update(
        index_elements=["campaign_id", "employer_id"],
        set_={
            "lead_organisation_id": statement.excluded.lead_organisation_id,
            "officer_id": statement.excluded.officer_id,
            "version": TargetingOpening.version + 1,
        },
        where=TargetingOpening.chosen_by_id.is_(None) & TargetingOpening.opened_at.is_(None),
    )
    db.session.connection().execute(kept, rows)


@dataclass(frozen=True)
class Chosen:
    """What a person decides of an employer; `choice` None: what is under way decides."""

    lead_id: int | None
    officer_id: int | None
    choice: OpeningChoice | None


def change(
    campaign: TargetingCampaign,
    opening: TargetingOpening,
    row: OpeningRow,
    chosen: Chosen,
    *,
    version: int,
    actor: Actor,
    today: date,
) -> None:
    """Change what opening will do with one employer; raises Stale, Refused, or Unacceptable naming the field."""
    _refuse_unless_open(campaign, actor)
    if opening.version != version:
        raise Stale(opening)
    if opening.opened_at:
        raise Refused(Missing(DONE))
    bodies, _ = list_bodies(actor, campaign, today=today)
    if chosen.lead_id is not None:
        body = _body(bodies, chosen.lead_id, row)
        if chosen.officer_id and chosen.officer_id not in [one.id for one in body.agents_in(row.departement)]:
            raise Unacceptable(NOT_THEIRS, field="officer")
    opening.lead_organisation_id = chosen.lead_id
    opening.officer_id = chosen.officer_id if chosen.lead_id else None
    opening.choice, opening.chosen_by_id = chosen.choice, actor.user_id
    db.session.flush()


def _body(bodies: Sequence[Body], lead_id: int, row: OpeningRow) -> Body:
    body = next((one for one in bodies if one.id == lead_id), None)
    if body is None or body.kind not in lead_kinds(row.route):
        raise Unacceptable(WRONG_LEAD, field="lead")
    if row.departement not in body.places:
        raise Unacceptable(ELSEWHERE, field="lead")
    return body


def change_departement(
    campaign: TargetingCampaign, departement: str, lead_id: int, *, actor: Actor, today: date
) -> tuple[int, int]:
    """Give an organisation the lead of all the employers of a département that it may lead, the work shared among its
    people; return how many were changed, and how many it may not lead. What is opened stays."""
    _refuse_unless_open(campaign, actor)
    bodies, _ = list_bodies(actor, campaign, today=today)
    body = next((one for one in bodies if one.id == lead_id), None)
    if body is None or departement not in body.places:
        raise Unacceptable(ELSEWHERE, field="lead")
    rows = [
        row
        for row in list_openings(actor, campaign, scope_categories(campaign), today=today)
        if row.departement == departement and not row.opened
    ]
    may = [row for row in rows if body.kind in lead_kinds(row.route)]
    by_officer: dict[int | None, list[int]] = {}
    for row in may:
        officer = pick_agent(body, departement)
        if officer:
            officer.open_cases += 1
        by_officer.setdefault(officer.id if officer else None, []).append(row.employer_id)
    for officer_id, employers in by_officer.items():
        values = {"lead_organisation_id": lead_id, "officer_id": officer_id, "chosen_by_id": actor.user_id}
        _change_many(campaign, employers, values)
    return len(may), len(rows) - len(may)


def _change_many(campaign: TargetingCampaign, employers: Collection[int], values: dict[str, Any]) -> None:
    db.session.execute(
        update(TargetingOpening)
        .where(
            TargetingOpening.campaign_id == campaign.id,
            TargetingOpening.employer_id.in_(numbers(employers)),
            TargetingOpening.opened_at.is_(None),
        )
        .values(**values, version=TargetingOpening.version + 1)
        .execution_options(synchronize_session=False)
    )


def open_cases(campaign: TargetingCampaign, *, actor: Actor, today: date, now: datetime, settings: Settings) -> int:
    """Open the cases that are ready, of a list loaded under lock, and tell who is concerned; return how many.

    All of them or none: a second call finds nothing left to open, and so does one that waited for the first. A case
    bears the number of its list and employer, which is unique.
    """
    _refuse_unless_open(campaign, actor, today=today)
    rows = list_openings(actor, campaign, scope_categories(campaign), today=today, waiting=True)
    ready = [row.employer_id for row in rows if row.standing is OpeningStanding.READY]
    if not ready:
        return 0
    number = 1 + (
        db.session.scalar(select(func.max(TargetingOpening.round)).where(TargetingOpening.campaign_id == campaign.id))
        or 0
    )
    _change_many(campaign, ready, {"round": number})
    opened = open_prepared(
        Opening(campaign, number, scope_categories(campaign)), actor=actor, today=today, now=now, settings=settings
    )
    if opened:
        _tell(JournalAction.TARGETING_OPENED, campaign, {"round": number, "cases": opened}, actor=actor, now=now)
    return opened


def _refuse_unless_open(campaign: TargetingCampaign, actor: Actor, today: date | None = None) -> None:
    if not may_open_cases(actor, campaign):
        raise Forbidden(NOT_YOURS)
    if campaign.state is not ListState.SIGNED or (today and today > campaign.valid_until):
        raise Refused(Missing(NOT_SIGNED))


def _tell(
    action: JournalAction, campaign: TargetingCampaign, content: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    record(action, ObjectKind.TARGETING, campaign.id, content, actor=actor, now=now)
