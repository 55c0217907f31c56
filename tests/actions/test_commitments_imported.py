"""Contracts (CPOM), objectives and aids brought in by files: each row told, the same again for nothing, then undone."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, inspect, select

from app import clock
from app.actions import imports as actions
from app.actions.errors import Forbidden, Unacceptable
from app.demo.finess_numbers import finess_number
from app.extensions import db
from app.models import (
    Aid,
    AidStage,
    Cpom,
    CpomMilestone,
    CpomObjective,
    CpomSignatory,
    CpomStructure,
    Employer,
    Import,
    ImportProblem,
    ObjectiveState,
    Sector,
    Structure,
)
from tests.factories import make_structure
from tests.incoming import DIAMANT, Planted, bring_in, check, confirm, counts, csv_file, plant, receive, work
from tests.world import World
from workflows.import_run import ImportKind, ImportState

CONTRACT = ("FINESS EJ", "Signé le", "En vigueur le", "Échéance", "Prorogé jusqu’au", "Signataires", "Établissements")
OBJECTIVE = (
    "FINESS EJ", "Axe", "Objectif", "Indicateur", "Valeur de départ", "Année de départ", "Jalon", "Année du jalon",
    "Cible", "Année visée", "État",
)  # fmt: skip
AID = (
    "FINESS ET",
    "Dispositif",
    "Financeur",
    "Montant demandé",
    "Montant accordé",
    "Montant payé",
    "Accordé le",
    "Référence",
)
ATIH = (
    "finess géographique", "Niveau de validation", "CPOM médico-social en cours", "Date d'entrée en vigueur du CPOM",
    "Date d'échéance du CPOM", "Partenaires signataires du CPOM", "Taux d'absentéisme (hors formation)",
    "Taux d'ETP vacants",
)  # fmt: skip


def problems(import_: Import) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        select(ImportProblem.line, ImportProblem.message).where(ImportProblem.import_id == import_.id)
    )
    for line, message in rows:
        found.setdefault(line, []).append(message)
    return found


def undo(world: World, who: str, import_: Import) -> Import:
    import_ = db.session.get_one(Import, inspect(import_).identity)
    actions.undo(import_, version=import_.version, actor=world.actor(who), today=clock.today(), now=clock.now())
    db.session.commit()
    return work(import_)


def employer_of(place: Planted) -> Employer:
    return db.session.scalars(select(Structure).where(Structure.finess == place.finess)).one().employer


def entity_of(place: Planted) -> str:
    """The number of the legal entity of a planted structure."""
    return employer_of(place).finess or ""


def sibling(place: Planted, rank: int, departement: str = "79") -> str:
    """Add an establishment to the employer of a planted one; return its number."""
    number = finess_number(departement, 60_000 + rank)
    make_structure(employer_of(place), f"Annexe {rank}", departement, finess=number)
    db.session.commit()
    return number


def told() -> list[dict[str, Any]]:
    """Every contract, in short."""
    return [
        {
            "dates": [str(one.signed_on), str(one.in_force_on), str(one.ends_on), str(one.extended_until)],
            "by": [signatory.body.value for signatory in one.signatories],
            "covers": sorted(link.structure.finess for link in one.structure_links),
        }
        for one in db.session.scalars(select(Cpom).order_by(Cpom.id))
    ]


def count(*models: Any) -> list[int]:
    return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def test_a_contract_of_several_establishments_is_one_and_is_completed_by_the_next_file(world: World) -> None:
    (here,) = plant(1)
    other, entity = sibling(here, 1), entity_of(here)
    rows = [(entity, "15/12/2022", "01/01/2023", "31/12/2027", "", "ARS", f"{here.finess}")]
    first = bring_in(world, "referent", csv_file(CONTRACT, rows))
    assert (first.kind, counts(first)) == (ImportKind.CPOM, (1, 1, 0, 0, 0))
    assert told() == [
        {"dates": ["2022-12-15", "2023-01-01", "2027-12-31", "None"], "by": ["ars"], "covers": [here.finess]}
    ]
    again = bring_in(world, "referent", csv_file(CONTRACT, rows))
    assert counts(again) == (1, 0, 0, 1, 0)
    more = [
        (entity, "", "01/01/2023", "", "", "ARS et Conseil départemental", other),
        (entity, "", "01/01/2023", "31/12/2027", "31/12/2029", "", ""),
    ]
    second = bring_in(world, "referent", csv_file(CONTRACT, more))
    assert counts(second) == (2, 0, 2, 0, 0)
    whole = {"dates": ["2022-12-15", "2023-01-01", "2027-12-31", "2029-12-31"], "by": ["ars", "dept"]}
    assert told() == [{**whole, "covers": sorted([here.finess, other])}]
    kept = undo(world, "referent", first)
    assert kept.state is ImportState.DONE and "modifiée" in kept.failure
    assert undo(world, "referent", second).state is ImportState.UNDONE
    assert told()[0]["covers"] == [here.finess] and told()[0]["dates"][3] == "None" and told()[0]["by"] == ["ars"]
    assert (db.session.scalars(select(Cpom.import_id)).one(),) == inspect(first).identity
    assert undo(world, "referent", first).state is ImportState.UNDONE
    assert count(Cpom, CpomSignatory, CpomStructure) == [0, 0, 0]


def test_what_is_wrong_or_doubtful_in_a_contract_is_told(world: World) -> None:
    (here, stranger), (far,) = plant(2), plant(1, "33")
    entity = entity_of(here)
    rows = [
        (entity, "", "01/01/2023", "31/12/2027", "", "ARS, Mme Durand", f"{here.finess}, {stranger.finess}"),
        (entity, "", "01/01/2023", "31/12/2026", "", "ARS", ""),
        (entity, "", "01/06/2026", "31/05/2031", "", "", ""),
        (here.finess, "", "01/01/2023", "31/12/2027", "", "", ""),
        ("790000020", "", "01/01/2023", "31/12/2027", "", "", ""),
        (entity_of(far), "", "01/01/2023", "31/12/2027", "", "", ""),
        (entity, "", "01/01/2023", "31/12/2022", "", "", ""),
        (entity, "", "01/01/2023", "31/12/2027", "31/12/2026", "", ""),
    ]
    import_ = bring_in(world, "departement", csv_file(CONTRACT, rows), ImportKind.CPOM)
    assert counts(import_) == (8, 2, 1, 0, 5)
    said = {line: " ".join(messages) for line, messages in problems(import_).items()}
    assert stranger.finess in said[2] and "sans son nom" in said[2]
    assert "la dernière est retenue" in said[3] and "sur cette période" in said[4]
    assert "numéro d’un établissement" in said[5] and "inconnu" in said[6] and "territoire" in said[7]
    assert "précède" in said[8] and "prorogation" in said[9]
    assert told()[0]["by"] == ["ars", "other"] and told()[0]["covers"] == [here.finess]
    assert not db.session.scalar(select(func.count()).where(CpomSignatory.body == "Mme Durand"))


def test_two_organisations_each_keep_what_they_know_of_a_contract(world: World) -> None:
    (here,) = plant(1)
    rows = [(entity_of(here), "", "01/01/2023", "31/12/2027", "", "ARS, CD 79", here.finess)]
    for who in ("referent", "departement"):
        assert counts(bring_in(world, who, csv_file(CONTRACT, rows))) == (1, 1, 0, 0, 0)
    assert count(Cpom) == [2]


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("preventeur", ImportKind.CPOM),
        ("preventeur", ImportKind.OBJECTIVES),
        ("aract", ImportKind.AIDS),
        ("federation", ImportKind.CPOM),
    ],
)
def test_nobody_brings_in_what_is_another_s(world: World, who: str, kind: ImportKind) -> None:
    with pytest.raises(Forbidden):
        receive(world, who, csv_file(CONTRACT, []), kind)


def atih(*rows: Sequence[Any]) -> bytes:
    return csv_file(ATIH, rows)


def test_the_tableau_de_bord_offers_its_contracts_which_only_complete(world: World) -> None:
    here, alone, over, far = (*plant(3), *plant(1, "33"))
    twin = sibling(here, 2)
    own = [(entity_of(here), "15/12/2022", "01/01/2023", "31/12/2027", "", "ARS", here.finess)]
    bring_in(world, "referent", csv_file(CONTRACT, own))
    content = atih(
        (here.finess, "Validé", "Oui", "01/01/2023", "31/12/2026", "ARS, Conseil départemental", "10", "2"),
        (twin, "Validé", "Oui", "01/01/2023", "31/12/2027", "ARS", "10", "2"),
        (alone.finess, "Validé", "Oui", "01/07/2021", "", "ARS", "10", "2"),
        (over.finess, "Validé", "Non", "01/01/2010", "31/12/2014", "", "10", "2"),
        (far.finess, "Validé", "Oui", "01/01/2023", "", "", "10", "2"),
    )
    tdb = bring_in(world, "referent", content, name="export-tdbesms-2023-region-75.csv")
    assert (tdb.kind, tdb.created, tdb.options["contracts"]) == (ImportKind.TDB, 4, 5)
    taken = actions.take_contracts(tdb, actor=world.actor("referent"), today=clock.today(), now=clock.now())
    db.session.commit()
    checked = work(taken)
    assert (checked.state, counts(checked)) == (ImportState.CHECKED, (5, 1, 2, 1, 1))
    done = confirm(world, "referent", checked)
    assert counts(done) == (5, 1, 2, 1, 1)
    first, second = told()
    assert first["dates"] == ["2022-12-15", "2023-01-01", "2027-12-31", "None"]  # the date noted by the ARS stays
    assert (first["by"], first["covers"]) == (["ars", "dept"], sorted([here.finess, twin]))
    assert (second["dates"][1:3], second["covers"]) == (["2021-07-01", "None"], [alone.finess])
    assert "qui est gardée" in problems(done)[2][0]
    assert actions.kept_columns(done) != {}  # those of the organisation's own follow-up are still the ones proposed
    assert "cpom_in_force_on" not in actions.kept_columns(done)
    assert undo(world, "referent", done).state is ImportState.UNDONE
    assert [one["by"] for one in told()] == [["ars"]]
    with pytest.raises(Forbidden):
        actions.take_contracts(tdb, actor=world.actor("preventeur"), today=clock.today(), now=clock.now())


def test_of_several_years_the_last_one_tells_the_contract(world: World) -> None:
    (here,) = plant(1)
    head = (*DIAMANT, "Date d'entrée en vigueur du CPOM")
    rows = [
        (here.finess, year, ".2", ".1", ".03", start) for year, start in ((2021, "01/01/2016"), (2023, "01/01/2022"))
    ]
    tdb = bring_in(world, "referent", csv_file(head, rows))
    assert tdb.options["contracts"] == 1
    same = receive(world, "departement", csv_file(head, rows), ImportKind.CPOM)
    assert same.options["layout"] == "cpom.diamant"
    done = confirm(world, "departement", check(world, "departement", same))
    assert counts(done) == (2, 1, 0, 1, 0)
    assert [one["dates"][1] for one in told()] == ["2022-01-01"]


def test_a_tableau_de_bord_without_contract_offers_nothing(world: World) -> None:
    (here,) = plant(1)
    tdb = bring_in(world, "referent", csv_file(DIAMANT, [(here.finess, 2023, ".2", ".1", ".03")]))
    assert "contracts" not in tdb.options
    with pytest.raises(Unacceptable):
        actions.take_contracts(tdb, actor=world.actor("referent"), today=clock.today(), now=clock.now())


def test_objectives_come_with_their_milestones_and_go(world: World) -> None:
    (here,), (far,) = plant(1), plant(1, "33")
    entity = entity_of(here)
    row = (
        entity,
        "Qualité de vie au travail",
        "Réduire l’absentéisme",
        "Taux",
        "11,4 %",
        2023,
        "10,5 %",
        2025,
        "9,5 %",
        2027,
        "En cours",
    )
    rows = [
        row,
        (entity, "", "Former les cadres", "", "0", "", "", "", "12", 2026, ""),
        (entity_of(far), *row[1:]),
        (entity, "", "Sans année", "", "", "", "4", "", "", "", ""),
        (entity, "", "À rebours", "", "", 2023, "4", 2030, "6", 2027, ""),
    ]
    first = bring_in(world, "referent", csv_file(OBJECTIVE, rows))
    assert (first.kind, counts(first)) == (ImportKind.OBJECTIVES, (5, 3, 0, 0, 2))
    said = {line: " ".join(messages) for line, messages in problems(first).items()}
    assert (
        ("vos départements" in said[4] or "inconnu" in said[4])
        and "Jalon sans année" in said[5]
        and "entre le départ et la cible" in said[6]
    )
    one = db.session.scalars(select(CpomObjective).where(CpomObjective.target_year == 2027)).one()
    assert (one.is_rate, one.baseline, one.target, one.state) == (True, 114_000, 95_000, ObjectiveState.UNDER_WAY)
    assert [(step.year, step.value) for step in one.milestones] == [(2025, 105_000)]
    assert counts(bring_in(world, "referent", csv_file(OBJECTIVE, rows[:2]))) == (2, 0, 0, 2, 0)
    later = (entity, "", "REDUIRE L'ABSENTEISME", "", "", "", "10 %", 2025, "", "", "Atteint")
    wrong_unit = (entity, "", "Former les cadres", "", "", "", "", "", "12 %", "", "")
    second = bring_in(world, "referent", csv_file(OBJECTIVE, [later, wrong_unit]))
    assert counts(second) == (2, 0, 1, 0, 1) and "autre unité" in problems(second)[3][0]
    db.session.expire_all()
    one = db.session.scalars(select(CpomObjective).where(CpomObjective.target_year == 2027)).one()
    assert (one.state, one.baseline, one.milestones[0].value) == (ObjectiveState.ACHIEVED, 114_000, 100_000)
    assert "modifiée" in undo(world, "referent", first).failure
    assert undo(world, "referent", second).state is ImportState.UNDONE
    one = db.session.scalars(select(CpomObjective).where(CpomObjective.target_year == 2027)).one()
    assert (one.state, one.milestones[0].value) == (ObjectiveState.UNDER_WAY, 105_000)
    assert one.wording == "Réduire l’absentéisme"
    assert undo(world, "referent", first).state is ImportState.UNDONE
    assert count(CpomObjective, CpomMilestone) == [0, 0]


def test_each_payer_brings_in_its_own_aids_in_whole_cents(world: World) -> None:
    (here,), (town,), (far,) = plant(1), plant(1, sector=Sector.PUBLIC), plant(1, "33")
    rows = [
        (here.finess, "Contrat de prévention", "Carsat", "40 000", "32 500,50", "10 000", "02/04/2026", "CP-14"),
        (here.finess, "FIPU", "", "", "1 000", "", "", ""),
        (here.finess, "FIR", "ARS", "15 000", "", "", "", ""),
        (town.finess, "FIPU", "", "5 000", "", "", "", ""),
        (far.finess, "FIPU", "", "5 000", "", "", "", ""),
        (here.finess, "TMS Pros", "CARSAT POITOU", "", "100", "200", "", ""),
    ]
    first = bring_in(world, "preventeur", csv_file(AID, rows))
    assert (first.kind, counts(first)) == (ImportKind.AIDS, (6, 2, 0, 0, 4))
    said = {line: " ".join(messages) for line, messages in problems(first).items()}
    assert (
        "chaque financeur" in said[4]
        and "n’écrit pas" in said[5]
        and ("départements" in said[6] or "inconnu" in said[6])
    )
    contract = db.session.scalars(select(Aid).where(Aid.reference == "CP-14")).one()
    assert (contract.granted_cents, contract.paid_cents, contract.year) == (3_250_050, 1_000_000, 2026)
    assert contract.stage is AidStage.PARTLY_PAID
    assert contract.structure and contract.structure.finess == here.finess
    assert counts(bring_in(world, "preventeur", csv_file(AID, rows[:2]))) == (2, 0, 0, 2, 0)
    paid = [(*rows[0][:5], "32 500,50", *rows[0][6:]), (here.finess, "FIPU", "", "", "", "2 000", "", "")]
    second = bring_in(world, "preventeur", csv_file(AID, paid))
    assert counts(second) == (2, 0, 1, 0, 1) and "dépasserait" in problems(second)[3][0]
    db.session.expire_all()
    assert db.session.scalars(select(Aid).where(Aid.reference == "CP-14")).one().stage is AidStage.PAID
    assert undo(world, "preventeur", second).state is ImportState.UNDONE
    assert db.session.scalars(select(Aid).where(Aid.reference == "CP-14")).one().paid_cents == 1_000_000
    assert undo(world, "preventeur", first).state is ImportState.UNDONE
    assert count(Aid) == [0]


CELLS = st.one_of(
    st.sampled_from(
        ["2023", "01/01/2023", "31/12/2027", "ARS", "8,9 %", "", " ", "=1+1", 'é"x', "9" * 400, "-3", "45 %", "12"]
    ),
    st.text(max_size=12),
)
HEADS = {ImportKind.CPOM: CONTRACT, ImportKind.OBJECTIVES: OBJECTIVE, ImportKind.AIDS: AID}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_the_file_no_row_is_lost_and_nothing_breaks(world: World, data: st.DataObject) -> None:
    here = plant(1)[0]
    kind, head = data.draw(st.sampled_from(sorted(HEADS.items())))
    numbers = (here.finess, entity_of(here), "790000020", "")
    width = len(head) - 1
    rows = data.draw(st.lists(st.tuples(st.integers(0, 3), *[CELLS] * width), min_size=1, max_size=6))
    lines = [head, *((numbers[rank], *cells) for rank, *cells in rows)]
    content = "\n".join(";".join(row) for row in lines).encode("utf-8", "replace")
    try:
        import_ = bring_in(world, "referent", content, kind)
    except Unacceptable as why:
        assert str(why)
        return
    assert import_.state in (ImportState.DONE, ImportState.FAILED)
    assert "inattendue" not in import_.failure
    if import_.state is ImportState.DONE:
        assert counts(import_)[0] == import_.records


def test_the_day_of_a_line_is_that_of_the_file_that_changed_it(world: World) -> None:
    (here,) = plant(1)
    bring_in(world, "referent", csv_file(CONTRACT, [(entity_of(here), "", "01/01/2023", "31/12/2027", "", "", "")]))
    assert db.session.scalars(select(Cpom.noted_on)).one() == clock.today() >= date(2020, 1, 1)
