"""A territory with figures and a list on it, for the tests of targeting."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from app.actions import targeting as actions
from app.actions.targeting_versions import freeze_list
from app.extensions import db
from app.jobs.targeting import compute_lists
from app.models import (
    WHOLE_LIST,
    ClaimEvidence,
    Employer,
    FederationMember,
    FigureSource,
    Observation,
    Quality,
    SealCertificate,
    SealedFile,
    Sector,
    Structure,
    TargetingCampaign,
    TargetingDocument,
    TargetingDocumentContent,
    TargetingLine,
    TargetingPart,
    TargetingScore,
    TargetingVersion,
)
from app.permissions import Actor
from figures.bands import EvidenceBand
from figures.targeting import TargetClass
from tests.factories import make_employer, make_import, make_structure
from tests.world import World
from workflows.targeting_list import ListState, MembershipRule, QuorumRule
from workflows.targeting_scope import ListRun, TargetField
from workflows.targeting_texts import Entry, freeze

TODAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
YEARS = (2023, 2024, 2025)
POINT = 10_000


def terms(**changed: Any) -> actions.ListTerms:
    """The terms of a list of EHPAD on the two départements of the Poitou."""
    values: dict[str, Any] = {
        "title": "EHPAD du Poitou, 2027",
        "field": TargetField.EHPAD,
        "departements": frozenset({"79", "86"}),
        "first_year": YEARS[0],
        "last_year": YEARS[-1],
        "weights": {"absence": 50, "rotation": 35, "vacance": 15, "prest_ext": 0},
        "first": 10,
        "following": 20,
        "coverage": 60,
        "valid_from": date(2026, 12, 1),
        "valid_until": date(2028, 5, 31),
        "consulted_until": date(2026, 12, 15),
        "speak_from": date(2027, 1, 5),
        "meeting": "ARS, Carsat, département des Deux-Sèvres",
        "quorum": QuorumRule.MAJORITY,
        "membership": MembershipRule.EACH,
        **changed,
    }
    return actions.ListTerms(**values)


def make_campaign(actor: Actor, **changed: Any) -> TargetingCampaign:
    """A list in preparation, not computed yet."""
    state = changed.pop("state", ListState.DRAFT)
    campaign = actions.create_campaign(terms(**changed), actor=actor, today=TODAY, now=NOW)
    campaign.state = state
    db.session.flush()
    return campaign


def targeted(world: World, who: str, *names: str, **changed: Any) -> TargetingCampaign:
    """A list as if it had been computed: these employers are to be examined first."""
    campaign = make_campaign(world.actor(who), **changed)
    campaign.run, campaign.computed_at, campaign.code_version = ListRun.DONE, NOW, "ciblage-1"
    campaign.computed_method = campaign.method_digest
    campaign.owners = [campaign.organisation_id]
    campaign.summary = {"employers": 12, "structures": 14, "classes": {}, "robust": 50, "moves": [], "inputs": "0" * 64}
    for name in names:
        employer = world.employer(name)
        place = {"campaign_id": campaign.id, "employer_id": employer.id, "computed": TargetClass.FIRST}
        counts = {"structures": 1, "first_count": 1, "next_count": 0, "is_steady": False}
        line = TargetingLine(**place, **counts, motives="absence rotation")
        db.session.add_all([line, _score(campaign, employer)])
    db.session.flush()
    return campaign


def signed(world: World, who: str, *names: str, **changed: Any) -> TargetingCampaign:
    """A signed list of which these employers are retained."""
    return targeted(world, who, *names, state=ListState.SIGNED, **changed)


def _score(campaign: TargetingCampaign, employer: Employer) -> TargetingScore:
    structure = employer.structures[0]
    told = {
        "code": "absence", "values": [None, 158_000, 160_000], "mean": 159_000, "years": 2, "credibility": 80,
        "percentile": 940, "peers": 34, "group": 1, "contribution": 940,
    }  # fmt: skip
    return TargetingScore(
        campaign_id=campaign.id,
        employer_id=employer.id,
        structure_id=structure.id,
        departement=structure.departement,
        computed=TargetClass.FIRST,
        total=94_000_000,
        coverage=850_000,
        is_steady=False,
        figures=json.dumps({"criteria": [told], "moves": [["vacance", 0, "next"]]}),
    )


def frozen_by_hand(campaign: TargetingCampaign, world: World) -> TargetingVersion:
    """A first version of a list, of which the federation has a text."""
    federation = world.organisation("Fédération A")
    facts = {"city": "Niort", "departement": "79", "route": "carsat", "origin": "indicators"}
    entry = Entry("790000001", "Association Les Tilleuls", (f"federation-{federation.id}",), facts)
    frozen = freeze(1, {"title": campaign.title}, [entry], {entry.federations[0]: federation.short_name})
    version = TargetingVersion(
        campaign_id=campaign.id, number=1, root=frozen.root, frozen_at=NOW, author_id=campaign.author_id
    )
    db.session.add(version)
    db.session.flush()
    for position, part in enumerate(frozen.parts):
        whose = federation.id if position else None
        words = {"key": part.key, "label": part.label, "text": part.text, "digest": part.digest}
        place = {"version_id": version.id, "position": position, "employers": position}
        db.session.add(TargetingPart(**place, **words, organisation_id=whose))
    db.session.flush()
    return version


def sealed_by_hand(version: TargetingVersion, held: Mapping[str, str] | None = None) -> dict[str, TargetingDocument]:
    """The documents of a version as if they had been sealed: bytes that say whose they are and what each part holds,
    and no PDF."""
    days = dict.fromkeys(("valid_from", "valid_until", "first_used_at"), NOW)
    db.session.add(SealCertificate(fingerprint="f" * 64, subject="Essai", pem="", **days))
    db.session.flush()
    found = {}
    for part, whose in [(WHOLE_LIST, None), *((one.key, one.organisation_id) for one in version.parts)]:
        if whose is None and part != WHOLE_LIST:
            continue
        data = f"document {part} de la version {version.id} {(held or {}).get(part, '')}".encode()
        digest = hashlib.sha256(data).hexdigest()
        db.session.add(SealedFile(sha256=digest, fingerprint="f" * 64, sealed_at=NOW))
        db.session.flush()
        kept = {"sealed_at": NOW, "sha256": digest, "size": len(data)}
        found[part] = TargetingDocument(version_id=version.id, part=part, organisation_id=whose, **kept)
        db.session.add(found[part])
        db.session.flush()
        db.session.add(TargetingDocumentContent(document_id=found[part].id, data=data))
    db.session.flush()
    return found


def frozen_whole(world: World, *, state: ListState, **changed: Any) -> TargetingVersion:
    """A list frozen as the application freezes it: Les Tilleuls are the federation's, two employers are nobody's."""
    campaign = targeted(world, "coordinatrice", "Tilleuls", "CCAS", "Clain", state=ListState.CONSULTATION, **changed)
    return freeze_again(world, campaign, state)


def freeze_again(world: World, campaign: TargetingCampaign, state: ListState = ListState.SIGNED) -> TargetingVersion:
    """Freeze a list whose consultation is over, and put it in this state."""
    over = campaign.consulted_until or TODAY
    version = freeze_list(
        campaign, version=campaign.version, actor=world.actor("coordinatrice"), today=over + timedelta(days=1), now=NOW
    )
    campaign.state = state
    db.session.commit()
    return version


def make_frozen(world: World, *, today: date, now: datetime) -> TargetingCampaign:
    """A list frozen by the coordination: 027 and 029 lie in the Deux-Sèvres, 028 in the Vienne; 028 is a member."""
    employers, federation = make_region(world, 30), world.organisation("Fédération A")
    db.session.add(FederationMember(organisation_id=federation.id, employer_id=employers[28].id))
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor), actor)
    campaign.state = ListState.CONSULTATION
    db.session.commit()
    freeze_list(campaign, version=campaign.version, actor=actor, today=today, now=now)
    db.session.commit()
    return campaign


def make_region(world: World, count: int = 40) -> list[Employer]:
    """Private EHPAD of 60 staff, the higher their number the higher their rates; with three years of figures of the
    ARS. The first is silent, the second has one year only, the third is of the federation."""
    brought, employers = make_import(world.organisation("ARS Poitou")), []
    for number in range(count):
        departement = "79" if number % 2 else "86"
        employer = make_employer(f"Association {number:03d}", departement=departement, legal_status="60", headcount=60)
        make_structure(employer, f"EHPAD {number:03d}", departement=departement, headcount=60, capacity=60)
        employers.append(employer)
    db.session.flush()
    db.session.execute(
        insert(Observation), [row for n, one in enumerate(employers) for row in _figures(n, one, brought)]
    )
    federation = world.organisation("Fédération A")
    db.session.add(FederationMember(organisation_id=federation.id, employer_id=employers[2].id))
    db.session.flush()
    return employers


def _figures(number: int, employer: Employer, brought: Any) -> list[dict[str, Any]]:
    years = () if number == 0 else YEARS[-1:] if number == 1 else YEARS
    structure = employer.structures[0]
    found = []
    for year in years:
        wobble = (year - YEARS[1]) * 2_000
        values = {
            "abs_total": (80 + 2 * number) * 1_000 + 20_000 + wobble,
            "abs_mat": 8_000,
            "abs_atmp": 12_000,
            "rotation": (100 + 5 * number) * 1_000 - wobble,
            "vacance": (10 + number) * 1_000 + wobble,
        }
        found += [
            {
                "employer_id": employer.id,
                "structure_id": structure.id,
                "indicator": code,
                "year": year,
                "value": value,
                "quality": Quality.GOOD,
                "source": FigureSource.TDB,
                "import_id": brought.id,
                "organisation_id": brought.organisation_id,
            }
            for code, value in values.items()
        ]
    return found


def add_accidents(world: World, chances: Mapping[str, int | None]) -> None:
    """What the Carsat knows of accidents: the probability of an excess of some structures, in percent, or none told."""
    carsat = world.organisation("Carsat Poitou")
    for name, percent in chances.items():
        structure = db.session.scalars(select(Structure).where(Structure.name == name)).one()
        told = None if percent is None else percent * POINT
        known = {"expected": 8_000_000, "low": 500_000, "high": 2_000_000, "weight": 500_000, "zone": 0}
        years = {"first_year": YEARS[0], "last_year": YEARS[-1], "years": 3}
        whose = {"structure_id": structure.id, "employer_id": structure.employer_id, "organisation_id": carsat.id}
        band = EvidenceBand.INCONCLUSIVE
        db.session.add(ClaimEvidence(**whose, **years, **known, accidents=6, band=band, exceedance=told))
    db.session.flush()


def compute(campaign: TargetingCampaign, actor: Actor) -> TargetingCampaign:
    """Have the scheduler compute a list, and return it as it is then."""
    number = campaign.id
    actions.launch(campaign, version=campaign.version, actor=actor, now=NOW)
    db.session.commit()
    assert compute_lists(now=lambda: NOW) == 1
    found = db.session.get(TargetingCampaign, number)
    assert found
    return found


def make_public(employer: Employer) -> None:
    """Turn an employer into a public one."""
    employer.sector = Sector.PUBLIC
    db.session.flush()


def add_lines(campaign: TargetingCampaign, count: int) -> None:
    """Put more employers of the Deux-Sèvres on a list, in one statement a table."""
    if not count:
        return
    model = make_employer("Modèle", headcount=10)
    make_structure(model, "Modèle")
    db.session.flush()
    employers = [_another(model, f"Z{count}{n:05d}", count + n) for n in range(count)]
    db.session.execute(insert(Employer), employers)
    numbers = list(db.session.scalars(select(Employer.id).where(Employer.name.like(f"Association Z{count}%"))))
    db.session.execute(
        insert(Structure),
        [
            {**_plain(model.structures[0]), "employer_id": one, "finess": f"797{n + count:06d}"}
            for n, one in enumerate(numbers)
        ],
    )
    classes = list(TargetClass)
    db.session.execute(
        insert(TargetingLine),
        [
            {"campaign_id": campaign.id, "employer_id": one, "computed": classes[n % 5], "structures": 1,
             "first_count": 0, "next_count": 0, "is_steady": True, "motives": ""}
            for n, one in enumerate(numbers)
        ],
    )  # fmt: skip


def _another(model: Employer, name: str, number: int) -> dict[str, Any]:
    own = {"name": f"Association {name}", "search_key": f"association {name.lower()}"}
    return {**_plain(model), **own, "siren": f"8{number:08d}", "finess": f"798{number:06d}"}


def _plain(record: Any) -> dict[str, Any]:
    return {column.key: getattr(record, column.key) for column in record.__table__.columns if column.key != "id"}
