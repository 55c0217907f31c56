"""What each kind of file does: one small file each, every row told, the same again for nothing, then undone."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, inspect, select

from app import clock
from app.actions import imports as actions
from app.actions.errors import Unacceptable
from app.demo.finess_numbers import finess_number
from app.extensions import db
from app.models import (
    Case,
    Contact,
    Employer,
    FederationMember,
    Import,
    ImportProblem,
    Observation,
    PeerBand,
    Quality,
    Sector,
    Structure,
    Visibility,
)
from app.permissions import kinds_brought_in
from app.queries.journal_check import check_journal
from app.readers.reference_files import read_bytes
from tests.incoming import DIAMANT, bring_in, counts, csv_file, plant, work
from tests.world import World
from workflows.import_run import ImportKind, ImportState


def values(**conditions: Any) -> list[tuple[str, int, int]]:
    statement = select(Observation.indicator, Observation.year, Observation.value).filter_by(**conditions)
    return sorted((code, year, value) for code, year, value in db.session.execute(statement))


def current() -> dict[tuple[str, int], int]:
    rows = db.session.execute(
        select(Observation.indicator, Observation.year, Observation.value).order_by(Observation.id)
    )
    return {(indicator, year): value for indicator, year, value in rows}


def problems(import_: Import) -> list[tuple[int, str, str]]:
    found = select(ImportProblem.line, ImportProblem.severity, ImportProblem.message)
    rows = db.session.execute(found.where(ImportProblem.import_id == import_.id))
    return [(line, severity, message) for line, severity, message in rows]


def undo(world: World, who: str, import_: Import) -> Import:
    import_ = db.session.get_one(Import, inspect(import_).identity)
    actions.undo(import_, version=import_.version, actor=world.actor(who), today=clock.today(), now=clock.now())
    db.session.commit()
    return work(import_)


def test_a_value_is_never_overwritten_and_an_import_undone_gives_back_the_former_one(world: World) -> None:
    (here,) = plant(1)
    first = bring_in(world, "referent", csv_file(DIAMANT, [(here.finess, 2023, ".2", ".1", ".03")]))
    assert counts(first) == (1, 1, 0, 0, 0)
    second = bring_in(world, "referent", csv_file(DIAMANT, [(here.finess, 2023, ".2", ".12", "")]))
    assert counts(second) == (1, 0, 1, 0, 0)
    assert values(indicator="abs_total") == [("abs_total", 2023, 100_000), ("abs_total", 2023, 120_000)]
    assert current()["abs_total", 2023] == 120_000 and current()["vacance", 2023] == 30_000
    kept = undo(world, "referent", first)
    assert kept.state is ImportState.DONE and "import plus récent" in kept.failure
    assert undo(world, "referent", second).state is ImportState.UNDONE
    assert current()["abs_total", 2023] == 100_000
    assert undo(world, "referent", first).state is ImportState.UNDONE
    assert values() == []


def test_values_that_are_not_validated_or_look_odd_are_marked(world: World) -> None:
    (here,) = plant(1)
    head = ("finess géographique", "Niveau de validation", "Taux d'absentéisme (hors formation)", "Taux d'ETP vacants")
    rows = [(here.finess, "Validé", "45,5", "3"), (plant(1)[0].finess, "En cours", "10", "2")]
    import_ = bring_in(world, "referent", csv_file(head, rows), name="export-tdbesms-2023-region-75.csv")
    assert counts(import_) == (2, 2, 0, 0, 0)
    marks = db.session.execute(select(Observation.indicator, Observation.quality).order_by(Observation.id)).all()
    assert sorted(map(tuple, marks)) == sorted(
        [
            ("abs_total", Quality.DOUBTFUL),
            ("vacance", Quality.GOOD),
            ("abs_total", Quality.UNVALIDATED),
            ("vacance", Quality.UNVALIDATED),
        ]
    )


def test_home_care(world: World) -> None:
    (here,) = plant(1)
    head = ("FINESS", "Année", "Taux de rotation (en %)", "Heures réalisées")
    for who, expected in (("departement", (1, 1, 0, 0, 0)), ("referent", (1, 0, 0, 1, 0))):
        import_ = bring_in(world, who, csv_file(head, [(here.finess, 2023, "31,5", "48 200")]))
        assert (import_.kind, counts(import_)) == (ImportKind.HOME_CARE, expected)
    assert values() == [("sad_hours_served", 2023, 48_200_000_000), ("sad_rotation", 2023, 315_000)]


def test_accidents_go_to_the_structure_else_to_the_employer_never_to_a_public_one(world: World) -> None:
    (alone, twin, other), (town,), (far,) = plant(3), plant(1, sector=Sector.PUBLIC), plant(1, "33")
    shared = db.session.scalars(select(Structure).where(Structure.finess == other.finess)).one()
    shared.siret = twin.siret
    db.session.commit()
    head = ("SIRET", "SIREN", "Année", "AT en 1er règlement", "Effectif", "Journées d’IT")
    rows = [
        (alone.siret, "", 2023, 4, "61,5", 212),
        (twin.siret, "", 2023, 2, 40, 10),
        ("", other.siren, 2023, 1, 20, 3),
        (town.siret, "", 2023, 9, 90, 9),
        (far.siret, "", 2023, 1, 10, 1),
        ("00032400100015", "", 2023, 1, 10, 1),
    ]
    import_ = bring_in(world, "preventeur", csv_file(head, rows))
    assert (import_.kind, counts(import_)) == (ImportKind.ATMP, (6, 3, 0, 0, 3))
    told = {line: message for line, severity, message in problems(import_) if severity == "reject"}
    assert "agents publics" in told[5] and "territoire" in told[6] and (7 in told)
    of = {
        name: db.session.scalars(select(Structure.id).where(Structure.finess == one.finess)).one()
        for name, one in (("alone", alone), ("twin", twin))
    }
    assert values(structure_id=of["alone"]) == [
        ("at_days_off", 2023, 212_000_000),
        ("at_first_payment", 2023, 4_000_000),
        ("at_headcount", 2023, 61_500_000),
    ]
    assert values(structure_id=of["twin"]) == []
    assert values(siret=twin.siret, indicator="at_first_payment") == [("at_first_payment", 2023, 2_000_000)]


def test_links_complete_the_register_and_are_taken_back(world: World) -> None:
    here, other = plant(2)
    bare = db.session.scalars(select(Structure).where(Structure.finess == here.finess)).one()
    bare.siret = None
    db.session.commit()
    rows = [(here.finess, here.siret), (other.finess, other.siret), (other.finess, here.siret)]
    import_ = bring_in(world, "referent", csv_file(("FINESS ET", "SIRET"), rows), ImportKind.LINKS)
    assert counts(import_) == (3, 1, 0, 1, 1)
    sirets = dict(db.session.execute(select(Structure.finess, Structure.siret)).all())
    assert (sirets[here.finess], sirets[other.finess]) == (here.siret, other.siret)
    assert undo(world, "referent", import_).state is ImportState.UNDONE
    assert db.session.scalar(select(Structure.siret).where(Structure.finess == here.finess)) is None


def test_members_come_and_go(world: World) -> None:
    federation = world.organisation("Fédération A").id
    here, other = plant(2)

    def members() -> set[str | None]:
        own = select(Employer.siren).join(FederationMember, FederationMember.employer_id == Employer.id)
        return set(db.session.scalars(own.where(FederationMember.organisation_id == federation)))

    tilleuls = members()
    added = bring_in(world, "federation", csv_file(("SIREN", "Nom"), [(here.siren, "x"), (other.siren, "y")]))
    assert (counts(added), members()) == ((2, 2, 0, 0, 0), {*tilleuls, here.siren, other.siren})
    whole = bring_in(world, "federation", csv_file(("SIREN", "Nom"), [(here.siren, "x")]), is_complete=True)
    assert (counts(whole), members()) == ((1, 0, 0, 1, 0), {here.siren})
    assert any("2 adhérents absents" in message for _, _, message in problems(whole))
    assert undo(world, "federation", whole).state is ImportState.UNDONE
    assert members() == {*tilleuls, here.siren, other.siren}


def test_all_or_nothing(world: World) -> None:
    (here,) = plant(1)
    rows = [(here.finess, 2023, ".2", ".1", ".03"), ("12", 2023, ".2", ".1", "")]
    import_ = bring_in(world, "referent", csv_file(DIAMANT, rows), is_strict=True)
    assert (import_.state, values()) == (ImportState.FAILED, [])
    assert "rien n’est écrit" in import_.failure
    assert bring_in(world, "referent", csv_file(DIAMANT, rows[:1]), is_strict=True).created == 1


@pytest.mark.parametrize(
    ("who", "kind"), [("preventeur", ImportKind.TDB), ("referent", ImportKind.ATMP), ("federation", ImportKind.LINKS)]
)
def test_nobody_brings_in_what_is_another_s(world: World, who: str, kind: ImportKind) -> None:
    assert kind not in kinds_brought_in(world.actor(who))
    assert db.session.scalar(select(func.count()).select_from(Import)) == 0


def test_a_portfolio_of_150_cases_arrives_with_its_states_dates_and_leads(world: World) -> None:
    places = plant(152)
    states = ("Repéré", "Contacté", "Diagnostic", "Accompagnement", "Évaluation", "Suspendu")
    head = ("FINESS ET", "Employeur", "État", "Depuis le", "Chef de file", "Référent", "Commentaire")
    rows = [
        (one.finess, f"Association {rank}", states[rank % 6], f"{rank % 27 + 1:02d}/03/2026",
         ("", "ARS Poitou", "Carsat")[rank % 3], "Referent Testeur" if rank % 3 == 0 else "", "Suivi de longue date")
        for rank, one in enumerate(places)
    ]  # fmt: skip
    rows[150] = (*rows[150][:2], "Clos", *rows[150][3:])
    rows[151] = (*rows[151][:4], "Mairie de Niort", "", "")
    import_ = bring_in(world, "referent", csv_file(head, rows), ImportKind.PORTFOLIO)
    assert counts(import_) == (152, 150, 0, 0, 2)
    leads = {"": "ARS Poitou", "ARS Poitou": "ARS Poitou", "Carsat": "Carsat Poitou"}
    found = {
        case.main_structure.finess: case
        for case in db.session.scalars(select(Case).join(Structure, Case.main_structure_id == Structure.id))
    }
    for finess, _, state, since, lead, officer, _ in rows[:150]:
        case = found[finess]
        assert (case.state.label, f"{case.entered_on:%d/%m/%Y}") == (state, since)
        assert case.lead_organisation and case.lead_organisation.short_name == leads[lead]
        assert not officer or [one.user.given_name for one in case.officers] == ["Referent"]
        assert (case.employer_informed_on is None) == (state == "Repéré")
    again = bring_in(world, "referent", csv_file(head, rows[:3]), ImportKind.PORTFOLIO)
    assert counts(again) == (3, 0, 0, 0, 3)
    assert "déjà suivi" in problems(again)[0][2]
    assert check_journal().findings == []


def test_contacts_are_added_completed_and_taken_back_never_against_their_will(world: World) -> None:
    (here,), (far,) = plant(1), plant(1, "33")
    head = ("SIREN", "Prénom", "Nom", "Fonction", "Courriel", "Téléphone")
    rows = [
        (here.siren, "Jeanne", "Martin", "Directrice", "jeanne@exemple.fr", ""),
        (far.siren, "Paul", "Loin", "", "", ""),
    ]
    first = bring_in(world, "preventeur", csv_file(head, rows), ImportKind.CONTACTS)
    assert counts(first) == (2, 1, 0, 0, 1)
    card = db.session.scalars(select(Contact).where(Contact.family_name == "Martin")).one()
    assert (card.visibility, card.organisation_id) == (Visibility.PARTNERS, first.organisation_id)
    fuller = bring_in(world, "preventeur", csv_file(head, [(*rows[0][:5], "0549000000")]), ImportKind.CONTACTS)
    assert counts(fuller) == (1, 0, 1, 0, 0)
    assert undo(world, "preventeur", fuller).state is ImportState.UNDONE
    card = db.session.scalars(select(Contact).where(Contact.family_name == "Martin")).one()
    assert card.phone == ""
    card.objected_on = clock.today()
    db.session.commit()
    refused = bring_in(world, "preventeur", csv_file(head, rows[:1]), ImportKind.CONTACTS)
    assert counts(refused) == (1, 0, 0, 0, 1) and "demandé à ne plus figurer" in problems(refused)[0][2]
    kept = undo(world, "preventeur", first)
    assert kept.state is ImportState.DONE and "modifiée" in kept.failure


def test_the_directory_enters_for_one_s_own_departements_only(world: World) -> None:
    lines = read_bytes("finess_etalab_cs1100502_extract.csv")
    whole = bring_in(world, "referent", lines)
    read, created, *_, rejected = counts(whole)
    assert whole.kind is ImportKind.FINESS and read == created + rejected and rejected
    departements = set(db.session.scalars(select(Structure.departement)))
    assert departements <= {"79", "86", "33"}


CELLS = st.one_of(
    st.sampled_from(["2023", "2024", ".1", "8,9 %", "", " ", "=1+1", 'é;"x', "9" * 400, "\u0000", "NaN", "-3", "45 %"]),
    st.text(max_size=12),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_the_file_no_row_is_lost_and_nothing_breaks(world: World, data: st.DataObject) -> None:
    known = [one.finess for one in plant(2)]
    finess = st.sampled_from([*known, "790000020", "", "79"])
    rows = data.draw(st.lists(st.tuples(finess, CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=12))
    separator, encoding = data.draw(
        st.sampled_from([(";", "utf-8"), (",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-8")])
    )
    text = "\n".join(separator.join(row) for row in (DIAMANT, *rows))
    content = text.encode(encoding, "replace")
    try:
        import_ = bring_in(world, "referent", content, ImportKind.TDB)
    except Unacceptable as why:
        assert str(why)
        return
    assert import_.state in (ImportState.DONE, ImportState.FAILED)
    assert "inattendue" not in import_.failure
    if import_.state is ImportState.DONE:
        read = counts(import_)[0]
        refused = db.session.scalar(
            select(func.count()).where(ImportProblem.import_id == import_.id, ImportProblem.severity == "reject")
        )
        assert (read, refused) == (import_.records, import_.rejected)


def test_the_daily_directory_brings_entities_and_their_structures_together(world: World) -> None:
    place = {"cogCommune": "79191", "ligneAcheminement": "NIORT", "codePostal": "79000"}
    entity = {"denominationPm": "ASSOCIATION DU PONT", "numFinessPm": finess_number("79", 31), "statutJuridique": "60"}
    site = {"numFinessEge": finess_number("79", 60_031), "nomEgeCourt": "EHPAD DU PONT"}
    structure = {
        "informationsGeneralesEGE": site,
        "categorieentiteGeographiqueExercice": "500",
        "adresse": [place],
        "etatObjet": "A",
    }
    whole = {"informationsGeneralesPMEJ": entity, "adresse": [place], "etatObjet": "A", "ege": [structure]}
    content = json.dumps({"schemaVersion": "v1.0.0", "pmej": [whole]}).encode()
    import_ = bring_in(world, "referent", content, name="finess.json")
    assert (import_.kind, counts(import_)) == (ImportKind.FINESS, (2, 2, 0, 0, 0))
    found = db.session.scalars(select(Structure).where(Structure.finess == site["numFinessEge"])).one()
    assert (found.employer.name, found.departement) == ("Association du Pont", "79")


def test_peers_are_made_again_as_figures_come_and_go(world: World) -> None:
    rows = [(one.finess, 2023, f".{rank + 10}", ".1", ".03") for rank, one in enumerate(plant(12))]
    import_ = bring_in(world, "referent", csv_file(DIAMANT, rows))
    assert db.session.scalar(select(func.count()).select_from(PeerBand))
    undo(world, "referent", import_)
    assert db.session.scalar(select(func.count()).select_from(PeerBand)) == 0
