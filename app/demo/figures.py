"""The figures of the demonstration: invented files, brought in as the pages bring theirs.

The tableau de bord comes in the regional format of each year, with its faults; home care declares its own; accidents
are drawn by chance around the national index of the activity.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from math import exp
from random import Random
from typing import Any

from sqlalchemy import select

from app.actions import import_batches as batches
from app.actions import imports as actions
from app.actions.imports import Received, Terms
from app.actions.incoming.handling import Context
from app.auth import actor_for
from app.demo.cast import Cast
from app.demo.finess_files import SEED, STORY_EMPLOYER_FINESS, synthetic_employers
from app.demo.tdb_files import build_atih, sites_of
from app.extensions import db
from app.models import Capacity, Employer, FigureRemark, Import, Structure
from app.models.organisations import Organisation
from app.permissions import Actor
from app.readers.indicators import indicators
from app.readers.kinds.atmp import ATMP
from app.readers.kinds.home_care import HOME_CARE
from app.readers.kinds.references import REFERENCES as NATIONAL
from app.readers.layouts import Layout
from figures.absence import last_published
from workflows.import_run import ImportKind
from workflows.roles import Role

YEARS = 4
TDB_SEED = 3343
"""One with which the employer of the story answers every year, without a fault, and has something to explain."""
NAF_OF = {
    "500": "8710A",
    "460": "8810A",
    "209": "8810A",
    "354": "8810A",
    "255": "8710C",
    "448": "8710C",
    "246": "8810C",
}
OTHER_NAF = "8899B"
# Staff, hours, accidents with a first payment, days off: the national file of the AT-MP branch for 2024.
REFERENCES = {
    "8710A": (213_658, 411_086_626, 17_535, 1_949_236),
    "8810A": (213_196, 342_800_000, 18_633, 2_231_000),
    "8710C": (42_646, 80_000_000, 3_947, 356_000),
    "8810C": (140_107, 233_900_000, 5_334, 273_000),
    "8899B": (196_529, 314_600_000, 6_292, 485_000),
}
MIDDLE = {"sad_absence": 12.5, "sad_rotation": 31.0, "sad_vacance": 7.0}
REMARK = "Deux départs à la retraite et un congé de longue durée expliquent l’essentiel de la hausse de cette année."


def bring_figures(employers: list[Employer], cast: Cast, *, today: date) -> None:
    """Give the invented structures their figures, the national reference and the groups that they are compared to."""
    last = last_published(today, 10)
    years = range(last - YEARS + 1, last + 1)
    structures = [structure for employer in employers for structure in employer.structures]
    for structure in structures:
        structure.naf = structure.naf or NAF_OF.get(structure.category, OTHER_NAF)
    db.session.flush()
    now = datetime.combine(today, time(5), UTC)
    sites = [site for site in sites_of(synthetic_employers()) if indicators()["abs_total"].concerns(site.category)]
    for year in years:
        file = build_atih(sites, year, TDB_SEED)
        _bring_in(ImportKind.TDB, file.name, file.content, cast.coordinator, now)
    _bring_in(ImportKind.HOME_CARE, "services-a-domicile.csv", _home_care(structures, years), cast.coordinator, now)
    caisses = _caisses()
    for year in years:
        _bring_in(ImportKind.REFERENCES, f"AT par CTN x NAF {year}.csv", _national(), caisses[0], now, year=str(year))
    for caisse in caisses:
        here = [one for one in structures if one.employer.is_private and one.departement in caisse.territory]
        name = f"accidents {caisse.organisation_name}.csv"
        _bring_in(ImportKind.ATMP, name, _accidents(here, years), caisse, now)
    _remark(last, today)
    db.session.flush()
    from app.actions.comparisons import refresh_comparisons  # numpy and scipy: for this alone

    refresh_comparisons()


def _caisses() -> list[Actor]:
    """The caisses, by nobody in particular."""
    found = db.session.scalars(select(Organisation).where(Organisation.kind == Role.CARSAT).order_by(Organisation.id))
    return [actor_for(one) for one in found]


def _bring_in(kind: ImportKind, name: str, content: bytes, actor: Actor, now: datetime, **options: str) -> Import:
    """Bring a file in as the scheduler does, within the one transaction of the seed."""
    stream = io.BytesIO(content)
    import_, mapping = actions.prepare(Received(stream, name), kind, (kind,), actor=actor, now=now)
    actions.keep(import_, stream)
    answers = {key: str(value) for key, value in import_.options.items() if key != "layout"} | options
    today, terms = now.date(), Terms(mapping, answers, is_strict=False)
    actions.check(import_, terms, version=import_.version, actor=actor, today=today)
    batches.end_check(import_, today=today, now=now)
    actions.confirm(import_, version=import_.version, actor=actor, today=today, now=now)
    batches.take(import_, now=now)
    handler = batches.handler_of(import_)
    opened = handler.open(stream, import_)
    context = Context(import_.id, actor.organisation_id, actor.territory, actor, today, now, dict(import_.options))
    batches.begin(import_, opened, now=now)
    batches.note_remarks(import_, batches.remarks_of(import_, opened))
    reached = 0
    for batch in batches.batches(opened.results(), handler):
        reached = batches.treat(batch, reached, context, handler, now=now)
    db.session.refresh(import_)
    batches.finish(import_, opened, context)
    batches.end_run(import_, actor=actor, today=today, now=now)
    return import_


def _csv(layout: Layout, rows: Iterable[dict[str, Any]]) -> bytes:
    """Return a file as its owner holds it, its columns named as the model names them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([field.label for field in layout.fields])
    writer.writerows([row.get(field.name, "") for field in layout.fields] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _home_care(structures: Sequence[Structure], years: range) -> bytes:
    declared = [one for one in structures if indicators()["sad_absence"].concerns(one.category)]
    return _csv(HOME_CARE, (row for one in declared for row in _declared(one, years)))


def _declared(structure: Structure, years: range) -> list[dict[str, Any]]:
    """What a service at home declares; one in eight has not answered yet for the last year."""
    rng = Random(f"{SEED} figures {structure.finess}")
    own = {code: rng.gauss(0, 0.28) for code in MIDDLE}
    rows: list[dict[str, Any]] = []
    for year in years:
        if year == years[-1] and rng.random() < 0.12:
            continue
        shares = {code: middle * exp(own[code] + rng.gauss(0, 0.12)) for code, middle in MIDDLE.items()}
        rows.append(
            {
                "finess": structure.finess,
                "year": year,
                **{code: f"{share:.2f}".replace(".", ",") for code, share in shares.items()},
                "sad_hours_served": round((structure.hours_served or 20_000) * rng.uniform(0.93, 1.05)),
                "sad_unmet_requests": rng.randint(0, 60),
                "sad_sectors": 1 + (structure.headcount or 20) // 20,
            }
        )
    return rows


def _accidents(structures: Sequence[Structure], years: range) -> bytes:
    return _csv(ATMP, (row for one in structures if one.siret for row in _claimed(one, years)))


def _claimed(structure: Structure, years: range) -> list[dict[str, Any]]:
    rng = Random(f"{SEED} accidents {structure.finess}")
    staff, _, accidents, _ = REFERENCES.get(structure.naf or "", REFERENCES[OTHER_NAF])
    own, people, rows = exp(rng.gauss(-0.06, 0.35)), structure.headcount or 20, []
    for year in years:
        count = _poisson(people * accidents / staff * own, rng)
        rows.append(
            {
                "siret": structure.siret,
                "year": year,
                "at_first_payment": count,
                "headcount": people,
                "days_off": count * rng.randint(30, 90),
                "commuting": _poisson(people * 0.006, rng),
                "diseases": _poisson(people * 0.004, rng),
            }
        )
    return rows


def _poisson(mean: float, rng: Random) -> int:
    """Draw a number of events (Knuth): the sites are small."""
    floor, product, count = exp(-mean), rng.random(), 0
    while product > floor:
        product *= rng.random()
        count += 1
    return count


def _national() -> bytes:
    """The national reference, the same for each year of the demonstration."""
    names = ("employees", "hours", "at_first_payment", "days_off")
    rows = ({"ctn": "I", "naf": naf, **dict(zip(names, counts, strict=True))} for naf, counts in REFERENCES.items())
    return _csv(NATIONAL, rows)


def _remark(year: int, today: date) -> None:
    """The story's employer explains one of its figures."""
    employer = db.session.scalars(select(Employer).where(Employer.finess == STORY_EMPLOYER_FINESS)).one()
    structure, author = employer.structures[0], _manager(employer.id)
    if author is None:
        return
    at = datetime.combine(today, time(6), UTC)
    db.session.add(
        FigureRemark(
            employer_id=employer.id,
            structure_id=structure.id,
            indicator="abs_total",
            year=year,
            wording=REMARK,
            author_id=author,
            written_at=at,
        )
    )


def _manager(employer_id: int) -> int | None:
    return db.session.scalar(select(Capacity.user_id).where(Capacity.employer_id == employer_id).limit(1))
