"""Which figures reach whom: current values, conventions, families of the matrix, bands instead of counts, masking."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.actions.comparisons import refresh_comparisons
from app.extensions import db
from app.models import (
    MILLION,
    CasePartner,
    ClaimReference,
    Convention,
    ConventionDepartement,
    ConventionFamily,
    Employer,
    Quality,
    Structure,
)
from app.permissions import Kind
from app.queries.employers import get_employer
from app.queries.observations import kinds_read, list_current
from app.readers.indicators import MOTIVES, indicators
from app.views.indicator_lines import Sheet, load
from app.views.indicator_pages import claims_of
from figures.absence import NoFigure
from figures.rates import Rate
from tests.factories import make_figure, make_import
from tests.world import PEOPLE, POITOU, World
from workflows.import_run import ImportKind
from workflows.support_case import State

TODAY = date(2026, 11, 24)
COUNT = "at_first_payment"


@pytest.fixture
def tilleuls(world: World) -> Structure:
    """A structure with an absence brought in by the ARS, and accidents by the Carsat."""
    structure = world.employer("Tilleuls").structures[0]
    ars, carsat = world.organisation("ARS Poitou"), world.organisation("Carsat Poitou")
    make_figure(structure, "abs_total", 2025, 114_000, make_import(ars))
    make_figure(structure, COUNT, 2025, 3 * MILLION, make_import(carsat, ImportKind.ATMP))
    db.session.commit()
    return structure


def sheet_of(world: World, name: str, structure: Structure) -> Sheet | None:
    actor = world.actor(name)
    employer = get_employer(actor, structure.employer_id)
    return load(actor, structure, employer, TODAY) if employer else None


def read_by(world: World, name: str, structure: Structure) -> set[str]:
    sheet = sheet_of(world, name, structure)
    return {code for code, _ in sheet.current} if sheet else set()


READERS = {
    "preventeur": {"abs_total", COUNT},
    "referent": {"abs_total"},
    "coordinatrice": {"abs_total"},
    "departement": {"abs_total"},
    "directrice": {"abs_total", COUNT},
}
"""Who reads figures of Les Tilleuls, under a convention for every family; nobody else reads any."""


def test_each_family_goes_to_whom_the_matrix_opens_it(world: World, tilleuls: Structure) -> None:
    assert {name: read for name in PEOPLE if (read := read_by(world, name, tilleuls))} == READERS


def convention() -> Convention:
    return db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one()


CHANGES: dict[str, tuple[Callable[[], Any], set[str]]] = {
    "in force": (lambda: None, {"abs_total"}),
    "missing": (lambda: db.session.delete(convention()), set()),
    "elsewhere": (lambda: setattr(convention(), "departements", [ConventionDepartement(departement="86")]), set()),
    "another family": (
        lambda: setattr(convention(), "families", [ConventionFamily(family=Kind.AT_COUNT.value)]),
        set(),
    ),
    "this family alone": (
        lambda: setattr(convention(), "families", [ConventionFamily(family=Kind.INDICATOR.value)]),
        {"abs_total"},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_organisation_reads_by_a_convention_alone(world: World, tilleuls: Structure, change: str) -> None:
    alter, opened = CHANGES[change]
    alter()
    db.session.commit()
    db.session.expire_all()
    assert read_by(world, "departement", tilleuls) == opened
    assert read_by(world, "referent", tilleuls) == {"abs_total"}, "one’s own needs none"
    assert read_by(world, "directrice", tilleuls) == {"abs_total", COUNT}, "nor does the employer"
    sheet = sheet_of(world, "departement", tilleuls)
    named = {one.convention_id for one in sheet.current.values()} if sheet else set()
    assert named == ({convention().id} if opened else set())


def test_the_current_value_is_the_last_one_brought_in(world: World, tilleuls: Structure) -> None:
    brought = make_import(world.organisation("ARS Poitou"))
    make_figure(tilleuls, "abs_total", 2025, 120_000, brought)
    make_figure(tilleuls, "abs_total", 2024, 99_000, brought, quality=Quality.UNVALIDATED)
    db.session.commit()
    sheet = sheet_of(world, "referent", tilleuls)
    assert sheet and {key: one.value for key, one in sheet.current.items()} == {
        ("abs_total", 2025): 120_000,
        ("abs_total", 2024): 99_000,
    }
    found = sheet.current["abs_total", 2024]
    assert found.quality is Quality.UNVALIDATED and found.organisation == "ARS Poitou"
    assert found.received_at is not None and found.received_at.date() == TODAY


def test_a_structure_out_of_the_territory_keeps_its_figures(world: World, tilleuls: Structure) -> None:
    """An employer of two départements is seen from both; each body reads the figures of its own sites."""
    away = Structure(employer=tilleuls.employer, finess="860999999", name="Ailleurs", category="500", departement="86")
    db.session.add(away)
    db.session.flush()
    make_figure(away, "abs_total", 2025, 90_000, make_import(world.organisation("ARS Poitou")))
    db.session.commit()
    assert read_by(world, "departement", away) == set()
    assert read_by(world, "referent", away) == {"abs_total"}


def test_the_aract_waits_for_the_diagnosis(world: World, tilleuls: Structure) -> None:
    assert read_by(world, "aract", tilleuls) == set()
    world.case("Tilleuls").state = State.ACCOMPANIMENT
    db.session.commit()
    assert read_by(world, "aract", tilleuls) == {"abs_total"}
    db.session.query(CasePartner).delete()
    db.session.commit()
    assert read_by(world, "aract", tilleuls) == set()


def test_a_figure_of_a_command_is_for_those_who_bring_such_files_in(world: World, tilleuls: Structure) -> None:
    make_figure(tilleuls, "rotation", 2025, 250_000, make_import(None))
    make_figure(tilleuls, "at_days_off", 2025, 90 * MILLION, make_import(None, ImportKind.ATMP))
    db.session.commit()
    assert read_by(world, "referent", tilleuls) == {"abs_total", "rotation"}
    assert read_by(world, "preventeur", tilleuls) == {"abs_total", COUNT, "at_days_off"}
    assert read_by(world, "departement", tilleuls) == {"abs_total"}


ABSENT = [
    ("abs_total", 2024, "referent", "not_given"),
    ("abs_total", 2026, "referent", "not_published"),
    ("sad_absence", 2024, "referent", "not_concerned"),
    (COUNT, 2024, "referent", "not_allowed"),
    (COUNT, 2024, "preventeur", "not_given"),
    ("abs_total", 2024, "federation", "not_allowed"),
]


@pytest.mark.parametrize(("code", "year", "name", "reason"), ABSENT)
def test_why_there_is_no_figure(
    world: World, tilleuls: Structure, code: str, year: int, name: str, reason: str
) -> None:
    sheet = sheet_of(world, name, tilleuls)
    assert sheet and sheet.value(indicators()[code], year) is NoFigure(reason)
    assert sheet.value(indicators()["abs_total"], 2025) == (
        NoFigure.NOT_ALLOWED if name == "federation" else Rate.from_percent("11,4")
    )


MASKING = [(61, True), (11, True), (10, False), (None, False)]


@pytest.mark.parametrize(("headcount", "is_told"), MASKING)
def test_motives_of_a_small_service_stay_between_it_and_its_ars(
    world: World, tilleuls: Structure, headcount: int | None, is_told: bool
) -> None:
    tilleuls.headcount = headcount
    brought = make_import(world.organisation("ARS Poitou"))
    for code in MOTIVES:
        make_figure(tilleuls, code, 2025, 20_000, brought)
    db.session.commit()
    always = {"referent": True, "directrice": True, "departement": is_told, "preventeur": is_told}
    for name, told in always.items():
        sheet = sheet_of(world, name, tilleuls)
        assert sheet and sheet.masks_motives is not told
        shown = {sheet.value(indicators()[code], 2025) for code in MOTIVES}
        assert shown == ({Rate.from_percent("2")} if told else {NoFigure.NOT_ALLOWED}), name


def test_public_agents_are_outside_the_branch(world: World) -> None:
    structure = world.employer("CCAS").structures[0]
    assert read_by(world, "preventeur", structure) == set()
    sheet = sheet_of(world, "referent", structure)
    assert sheet and sheet.value(indicators()[COUNT], 2025) is NoFigure.NOT_CONCERNED


def test_the_page_asks_no_more_for_more_figures(world: World, tilleuls: Structure, statements: list[str]) -> None:
    def count() -> int:
        db.session.expire_all()
        actor = world.actor("preventeur")
        employer = get_employer(actor, tilleuls.employer_id)
        assert employer
        structure = employer.structures[0]
        statements.clear()
        load(actor, structure, employer, TODAY)
        return len(statements)

    few = count()
    brought = make_import(world.organisation("ARS Poitou"))
    for year in range(2018, 2026):
        for code in (*MOTIVES, "rotation", "vacance"):
            make_figure(tilleuls, code, year, 30_000, brought)
    db.session.commit()
    assert count() == few <= 5


# --- Accidents ----------------------------------------------------------------------------------------------


def add_claims(world: World, accidents: int) -> Structure:
    """Thirty sites with one to ten accidents a year, ours with as many as said, over three years."""
    carsat = make_import(world.organisation("Carsat Poitou"), ImportKind.ATMP)
    employer: Employer = world.employer("Tilleuls")
    ours = employer.structures[0]
    others = [
        Structure(employer=employer, finess=f"7908{n:05d}", name=f"Site {n}", category="500", departement="79")
        for n in range(30)
    ]
    db.session.add_all(others)
    db.session.flush()
    for n, site in enumerate([ours, *others]):
        site.naf, site.headcount = "8710A", 60
        for year in (2023, 2024, 2025):
            count = accidents if site is ours else 1 + (7 * n + year) % 10
            make_figure(site, COUNT, year, count * MILLION, carsat)
            make_figure(site, "at_headcount", year, 60 * MILLION, carsat)
    for year in (2023, 2024, 2025):
        values = {"staff": 213_658, "hours": 1, "accidents": 17_535, "days_off": 1}
        db.session.add(ClaimReference(year=year, naf="8710A", frequency=82_070_000, **values))
    db.session.commit()
    refresh_comparisons()
    db.session.commit()
    return ours


@pytest.mark.parametrize(("accidents", "exact", "told"), [(0, "0", "0"), (1, "3", "moins de 5"), (12, "36", "36")])
def test_counts_for_the_caisse_and_the_employer_bands_for_the_others(
    world: World, accidents: int, exact: str, told: str
) -> None:
    ours = add_claims(world, accidents)
    for name, seen in {"preventeur": exact, "directrice": exact, "referent": told, "departement": told}.items():
        sheet = sheet_of(world, name, ours)
        assert sheet
        claims = claims_of(sheet, sheet.actor, names_conventions=False)
        assert claims and f": {seen}, pour 14,8 attendus" in claims.counts, name
    for name in ("federation", "prestataire"):
        sheet = sheet_of(world, name, ours)
        assert sheet and sheet.evidence is None


def test_the_interval_of_a_few_accidents_does_not_give_them_back(world: World) -> None:
    """One, two, three or four in all: the same band of what is told, whichever it was."""
    seen: set[tuple[float, float]] = set()
    for accidents in range(1, 5):
        ours = add_claims(world, 0) if not seen else world.employer("Tilleuls").structures[0]
        make_figure(ours, COUNT, 2025, accidents * MILLION, make_import(world.organisation("Carsat Poitou")))
        db.session.commit()
        refresh_comparisons()
        db.session.commit()
        sheet = sheet_of(world, "referent", ours)
        assert sheet and sheet.evidence
        claims, territory = sheet.evidence.claims, sheet.evidence.territory
        assert claims.accidents is None
        # The group itself moves a little with its sites: to the tenth that is printed, nothing differs.
        seen.add((round(claims.low / MILLION, 1), round(claims.high / MILLION, 1)))
        assert [14.8, 2.5, claims.zone] in territory.sites
    assert len(seen) == 1


def test_figures_are_read_in_one_statement_for_a_whole_employer(
    world: World, tilleuls: Structure, statements: list[str]
) -> None:
    actor = world.actor("referent")
    employer = get_employer(actor, tilleuls.employer_id)
    assert employer
    statements.clear()
    found = list_current(actor, employer, employer.structures, kinds_read(actor, employer))
    assert [one.indicator for one in found] == ["abs_total"] and len(statements) == 1
