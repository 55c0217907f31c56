"""An import undone: what it created goes, what it changed comes back; what was built since is named and kept."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app import clock
from app.actions.cases import StepTaken, advance
from app.actions.import_undoing import built_on
from app.demo.finess_numbers import finess_number
from app.extensions import db
from app.models import (
    Case,
    CaseStructure,
    ClaimReference,
    Employer,
    ExchangeKind,
    FigureSource,
    Import,
    ImportChange,
    Observation,
    Quality,
    Sector,
    Structure,
    Visibility,
)
from app.queries.cases import get_case
from app.queries.journal_check import check_journal
from tests.actions.test_imports import undo
from tests.factories import make_case, make_exchange, make_import
from tests.incoming import bring_in, counts, csv_file, plant
from tests.targeting import NOW, YEARS, add_accidents, compute, make_campaign, make_region
from tests.world import World
from workflows.import_run import ImportKind, ImportState
from workflows.support_case import State
from workflows.targeting_list import ListState

ENTITY, SITE = finess_number("79", 31), finess_number("79", 60_031)
HEAD = ("FINESS ET", "Employeur", "État", "Depuis le", "Chef de file")


def directory(name: str = "DU PONT", status: str = "60", commune: str = "79191", rank: int = 0) -> bytes:
    """Return a daily directory (FINESS+) of an entity and a structure."""
    place = {"cogCommune": commune, "ligneAcheminement": "NIORT", "codePostal": f"{commune[:2]}000"}
    structure = {
        "informationsGeneralesEGE": {"numFinessEge": SITE, "nomEgeCourt": f"EHPAD {name}"},
        "categorieentiteGeographiqueExercice": "500",
        "adresse": [place],
        "dateOuverture": "2001-02-03",
        "etatObjet": "A",
    }
    entity = {"denominationPm": f"ASSOCIATION {name}", "numFinessPm": ENTITY, "statutJuridique": status}
    whole = {"informationsGeneralesPMEJ": entity, "adresse": [place], "etatObjet": "A", "ege": [structure]}
    return json.dumps({"schemaVersion": "v1.0.0", "pmej": [whole]}).encode()


def bring_directory(world: World, **values: Any) -> Import:
    return bring_in(world, "referent", directory(**values), name="finess.json")


def site() -> Structure | None:
    return db.session.scalars(select(Structure).where(Structure.finess == SITE)).one_or_none()


def known() -> tuple[int, ...]:
    return tuple(db.session.scalar(select(func.count()).select_from(model)) or 0 for model in (Employer, Structure))


def test_a_directory_goes_and_what_it_had_changed_comes_back(world: World) -> None:
    before = known()
    first = bring_directory(world)
    found = site()
    assert found and found.employer.sector is Sector.PRIVATE
    case = make_case(found.employer, found)
    db.session.commit()
    number = case.id
    second = bring_directory(world, name="DU MARAIS", status="17", commune="86194")
    found = site()
    assert counts(second) == (2, 0, 2, 0, 0)
    assert found and (found.name, found.departement) == ("EHPAD du Marais", "86")
    assert (found.employer.sector, db.session.get_one(Case, number).departement) == (Sector.PUBLIC, "86")
    assert undo(world, "referent", second).state is ImportState.UNDONE
    found = site()
    assert found and (found.name, found.departement, found.city) == ("EHPAD du Pont", "79", "Niort")
    assert (found.employer.name, found.employer.sector) == ("Association du Pont", Sector.PRIVATE)
    assert "pont" in found.search_key and "marais" not in found.search_key
    assert db.session.get_one(Case, number).departement == "79"
    kept = undo(world, "referent", first)
    assert kept.state is ImportState.DONE and "EHPAD du Pont" in kept.failure
    assert known() == (before[0] + 1, before[1] + 1)


def test_a_directory_on_which_nothing_stands_leaves_nothing(world: World) -> None:
    before = known()
    import_ = bring_directory(world)
    assert known() == (before[0] + 1, before[1] + 1)
    assert undo(world, "referent", import_).state is ImportState.UNDONE
    assert known() == before
    assert db.session.scalar(select(func.count()).select_from(ImportChange)) == 0
    assert counts(bring_directory(world)) == (2, 2, 0, 0, 0)


def test_what_somebody_changed_or_leant_on_is_named(world: World) -> None:
    import_ = bring_directory(world)
    found = site()
    assert found
    found.employer.name = "Association rebaptisée"
    db.session.commit()
    kept = undo(world, "referent", import_)
    assert kept.state is ImportState.DONE and "Association rebaptisée" in kept.failure
    again = bring_directory(world, name="DU GUÉ")
    found = site()
    assert found and counts(again) == (2, 0, 2, 0, 0)
    make_exchange(found.employer, author=world.user("preventeur"), visibility=Visibility.ORGANISATION)
    db.session.commit()
    assert undo(world, "referent", again).state is ImportState.UNDONE
    assert (site() or found).name == "EHPAD du Pont"


def test_references_of_a_year_are_replaced_then_given_back(world: World) -> None:
    head = ("CTN", "Code NAF", "Libellé du code NAF", "Nombre de salariés", "Nombre d'heures travaillées",
            "AT en 1er règlement", "Journées d'IT")  # fmt: skip

    def bring(*rows: tuple[str, int]) -> Import:
        lines = [("I", naf, "Activité", 1_000, 1_500_000, accidents, 10) for naf, accidents in rows]
        return bring_in(world, "preventeur", csv_file(head, lines), ImportKind.REFERENCES, year="2023")

    def known_references() -> dict[str, int]:
        found = select(ClaimReference.naf, ClaimReference.accidents).where(ClaimReference.naf != "")
        return dict(db.session.execute(found).all())

    first = bring(("8710A", 80), ("8810A", 60))
    assert first.state is ImportState.DONE, first.failure
    second = bring(("8710A", 90), ("8899B", 20))
    assert known_references() == {"8710A": 90, "8810A": 60, "8899B": 20}
    kept = undo(world, "preventeur", first)
    assert kept.state is ImportState.DONE and "2023" in kept.failure
    assert undo(world, "preventeur", second).state is ImportState.UNDONE
    assert known_references() == {"8710A": 80, "8810A": 60}
    assert undo(world, "preventeur", first).state is ImportState.UNDONE
    assert known_references() == {}


def test_cases_that_nobody_touched_are_left_out_and_their_structures_free(world: World) -> None:
    places = plant(4)
    states = ("Repéré", "Diagnostic", "Suspendu", "Contacté")
    leads = ("", "Carsat Poitou", "", "ARS Poitou")
    rows = [(one.finess, "", state, "02/03/2026", lead) for one, state, lead in zip(places, states, leads, strict=True)]
    import_ = bring_in(world, "referent", csv_file(HEAD, rows), ImportKind.PORTFOLIO)
    assert counts(import_) == (4, 4, 0, 0, 0)
    assert undo(world, "referent", import_).state is ImportState.UNDONE
    mine = select(Case).join(Structure, Case.main_structure_id == Structure.id)
    found = db.session.scalars(mine.where(Structure.finess.in_([one.finess for one in places]))).all()
    assert {case.state for case in found} == {State.OUT_OF_SCOPE} and len(found) == 4
    assert {case.employer_informed_on for case in found} == {None}
    ids = [case.id for case in found]
    links = select(func.count()).where(CaseStructure.case_id.in_(ids), CaseStructure.is_open)
    assert db.session.scalar(links) == 0
    assert check_journal().findings == []
    assert counts(bring_in(world, "referent", csv_file(HEAD, rows[:2]), ImportKind.PORTFOLIO)) == (2, 2, 0, 0, 0)


def test_cases_on_which_work_was_done_are_named_and_all_stay(world: World) -> None:
    places = plant(3)
    rows = [(one.finess, "", "Contacté", "02/03/2026", "") for one in places]
    import_ = bring_in(world, "referent", csv_file(HEAD, rows), ImportKind.PORTFOLIO)
    first, second, third = db.session.scalars(
        select(Case).join(Structure, Case.main_structure_id == Structure.id)
        .where(Structure.finess.in_([one.finess for one in places])).order_by(Case.id)
    )  # fmt: skip
    references, untouched = (first.reference, second.reference, third.reference), second.id
    make_exchange(first.employer, case=first, author=world.user("preventeur"), kind=ExchangeKind.CALL)
    taken = StepTaken(clock.today(), "Il préfère attendre.")
    actor = world.actor("referent")
    seen = get_case(actor, third.id, lock=True)
    assert seen
    advance(
        seen, "suspend", taken, version=seen.version, actor=actor, today=clock.today(), now=clock.now(), settings={}
    )
    db.session.commit()
    kept = undo(world, "referent", import_)
    assert kept.state is ImportState.DONE
    assert [reference in kept.failure for reference in references] == [True, False, True]
    assert db.session.get_one(Case, untouched).state is State.CONTACTED


def test_figures_that_a_frozen_list_holds_stay(world: World) -> None:
    make_region(world, 20)
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor, title="EHPAD 2026"), actor)
    brought = db.session.scalars(select(Import).where(Import.kind == ImportKind.TDB)).one()
    brought.ended_at = campaign.computed_at
    assert built_on(brought, now=NOW) == ""
    campaign.state = ListState.FROZEN
    db.session.flush()
    assert built_on(brought, now=NOW) == "Une liste de ciblage a été figée avec ces chiffres : « EHPAD 2026 »."
    brought.ended_at = NOW + timedelta(days=1)
    assert built_on(brought, now=NOW) == "", "what came in after the computation is not in it"


def test_accidents_that_a_frozen_list_weighs_stay(world: World) -> None:
    structure = make_region(world, 20)[5].structures[0]
    add_accidents(world, {structure.name: 90})
    brought = make_import(world.organisation("Carsat Poitou"), ImportKind.ATMP)
    years = {"year": YEARS[0] - 2, "value": 6, "quality": Quality.GOOD, "source": FigureSource.ATMP}
    place = {"structure_id": structure.id, "employer_id": structure.employer_id, "import_id": brought.id}
    db.session.add(Observation(indicator="at_first_payment", **years, **place))
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor, title="EHPAD 2026", weights={"absence": 50, "accidents": 10}), actor)
    brought = db.session.scalars(select(Import).where(Import.kind == ImportKind.ATMP)).one()
    campaign.state, brought.ended_at = ListState.FROZEN, campaign.computed_at
    db.session.flush()
    assert built_on(brought, now=NOW) == "Une liste de ciblage a été figée avec ces chiffres : « EHPAD 2026 »."
    campaign.claim_owners = []
    db.session.flush()
    assert built_on(brought, now=NOW) == ""
