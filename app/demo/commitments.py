"""The contracts (CPOM), objectives and aids of the invented employers, as their ARS and caisses would bring them in."""

import hashlib
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any

from app.demo.cast import Cast
from app.demo.finess_files import SEED
from app.extensions import db
from app.models import (
    Aid,
    Cpom,
    CpomMilestone,
    CpomObjective,
    CpomSignatory,
    CpomStructure,
    Employer,
    Import,
    ObjectiveState,
    Organisation,
    SignatoryBody,
)
from app.permissions import Actor
from workflows.import_run import ImportKind, ImportState
from workflows.roles import Role

OBJECTIVES: tuple[tuple[str, str, str, bool, int, int, int], ...] = (
    ("Qualité de vie au travail", "Réduire l’absentéisme", "Taux d’absentéisme", True, 124_000, 115_000, 105_000),
    ("Encadrement", "Former les cadres de proximité", "Cadres formés", False, 0, 3_000_000, 6_000_000),
    ("Attractivité", "Stabiliser les équipes", "Taux de rotation", True, 262_000, 240_000, 215_000),
)
"""Axis, wording, indicator, whether it is a rate, then start, milestone and target in millionths."""
AIDS = (("Contrat de prévention", 3_200_000, 1_000_000), ("FIPU", 450_000, 450_000), ("RPS Accompagnement", 700_000, 0))
"""Source, granted, paid, in cents."""


def bring_commitments(employers: list[Employer], cast: Cast, *, today: date) -> None:
    """Give about half of the employers a contract with its objectives, and some private ones an aid of their caisse."""
    ars = cast.coordinator
    brought = {kind: _import(kind, ars, today).id for kind in (ImportKind.CPOM, ImportKind.OBJECTIVES)}
    for employer in employers:
        rng = Random(f"{SEED} commitments {employer.finess}")
        if rng.random() < 0.5 and ars.organisation_id:
            db.session.add_all(_contract(employer, ars.organisation_id, brought, rng, today))
    for caisse in db.session.query(Organisation).filter_by(kind=Role.CARSAT).order_by(Organisation.id).all():
        _aid(employers, caisse, today)
    db.session.flush()


def _import(kind: ImportKind, actor: Actor, today: date) -> Import:
    """Return the file that somebody is said to have brought in, without its bytes."""
    at = datetime.combine(date(today.year, 10, 12) if today.month > 10 else today, time(9), UTC)
    name = f"{kind.value}-demonstration.csv"
    found = Import(
        kind=kind,
        state=ImportState.DONE,
        organisation_id=actor.organisation_id,
        author_id=actor.user_id or None,
        created_at=at,
        ended_at=at,
        file_name=name,
        size=0,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
    )
    db.session.add(found)
    db.session.flush()
    return found


def _contract(
    employer: Employer, organisation_id: int, brought: dict[ImportKind, int], rng: Random, today: date
) -> list[Any]:
    own: dict[str, Any] = {"employer_id": employer.id, "organisation_id": organisation_id, "noted_on": today}
    start = today.year - rng.randint(0, 5)
    cpom = Cpom(import_id=brought[ImportKind.CPOM], **own)
    cpom.in_force_on, cpom.ends_on = date(start, 1, 1), date(start + 4, 12, 31)
    bodies = (SignatoryBody.ARS, SignatoryBody.DEPT) if rng.random() < 0.7 else (SignatoryBody.ARS,)
    cpom.signatories = [CpomSignatory(body=body) for body in bodies]
    cpom.structure_links = [CpomStructure(structure_id=structure.id) for structure in employer.structures]
    chosen = rng.sample(OBJECTIVES, rng.randint(1, 2))
    return [cpom, *(_objective(one, start, {**own, "import_id": brought[ImportKind.OBJECTIVES]}) for one in chosen)]


def _objective(told: tuple[str, str, str, bool, int, int, int], start: int, own: dict[str, Any]) -> CpomObjective:
    axis, wording, indicator, is_rate, baseline, milestone, target = told
    objective = CpomObjective(axis=axis, wording=wording, indicator=indicator, is_rate=is_rate, **own)
    objective.baseline, objective.baseline_year = baseline, start - 1
    objective.target, objective.target_year = target, start + 4
    objective.state = ObjectiveState.UNDER_WAY
    objective.milestones = [CpomMilestone(year=start + 2, value=milestone)]
    return objective


def _aid(employers: list[Employer], caisse: Organisation, today: date) -> None:
    actor = Actor(0, caisse.short_name, Role.CARSAT, organisation_id=caisse.id, territory=caisse.territory)
    import_id = _import(ImportKind.AIDS, actor, today).id
    for employer in (one for one in employers if one.is_private and one.departement in caisse.territory):
        rng = Random(f"{SEED} aids {employer.finess}")
        if rng.random() < 0.3:
            source, granted, paid = rng.choice(AIDS)
            day = date(today.year - rng.randint(0, 2), rng.randint(1, 9), rng.randint(1, 28))
            aid = Aid(employer_id=employer.id, organisation_id=caisse.id, source=source, import_id=import_id)
            aid.year, aid.granted_on, aid.noted_on = day.year, day, today
            aid.granted_cents, aid.paid_cents = granted, paid or None
            db.session.add(aid)
