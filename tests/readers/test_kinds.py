"""What one row of each kind becomes, and what each kind has to say about it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.models import ObjectiveState
from app.readers.cells import each, text
from app.readers.kinds import LAYOUTS, suits
from app.readers.kinds.cpom import bodies_in
from app.readers.kinds.objectives import STATUSES, Measured
from app.readers.kinds.portfolio import STATES
from app.readers.kinds.references import CAUSES, naf_references
from app.readers.layouts import RowReading
from app.readers.reading import read_table
from app.readers.reference_files import read_bytes
from app.readers.tables import open_table
from tests.readers.workbooks import workbook
from workflows.support_case_states import EMPLOYER_LABELS, State

SIREN, SIRET, EJ, ET = "000100024", "00010002400017", "799000013", "799500012"


def _one(kind: str, **cells: str) -> RowReading:
    """The reading of one row; cells by the title of their column, with blanks as underscores."""
    head = ";".join(name.replace("_", " ") for name in cells)
    table = open_table(f"{head}\n{';'.join(cells.values())}\n".encode(), f"{kind}_2023.csv")
    reading = read_table(table, LAYOUTS[kind])
    assert reading.refusal is None, reading.refusal
    (found,) = reading.results()
    return found


def _said(found: RowReading) -> list[str]:
    return [one.severity.value for one in found.problems]


def test_every_state_of_a_case_can_be_written_in_the_words_of_the_application() -> None:
    assert set(STATES) == set(State)
    for state in State:
        for word in (state.label, EMPLOYER_LABELS[state], state.value, state.label.upper()):
            assert _one("portfolio", SIREN=SIREN, Etat=word, Depuis="01/03/2026").row.state == state


def test_a_portfolio_kept_in_a_workbook() -> None:
    book = workbook(
        ("Suivi 2026", [
            ["Suivi des dossiers"], [],
            ["N° FINESS", "Raison sociale", "Statut", "Depuis", "Pilote", "Suivi par", "Relance", "Observations"],
            [10001436, "EHPAD Bel Air", "en diagnostic", date(2026, 3, 1), "Carsat", "a.b@c.fr", 46_000, "RAS"],
            [None, "EHPAD sans numéro", "Contacté", None, "ARS", None, None, None]]),
    )  # fmt: skip
    reading = read_table(open_table(book, "suivi.xlsx", suits), LAYOUTS["portfolio"])
    first, second = reading.results()
    assert (first.row.employer.finess, first.row.state, first.row.since) == (
        "010001436",
        "diagnostic",
        date(2026, 3, 1),
    )
    assert (first.row.lead, first.row.officer, first.row.comment) == ("Carsat", "a.b@c.fr", "RAS")
    assert first.row.next_on == date(2025, 12, 9) and _said(first) == ["notice", "warning"]
    assert second.is_rejected and "FINESS" in second.problems[0].message


def test_a_case_whose_state_is_unknown_is_rejected_with_the_states_that_exist() -> None:
    found = _one("portfolio", SIREN=SIREN, Etat="on verra")
    assert found.is_rejected and "Repéré" in found.problems[0].message


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"SIRET": SIRET, "Effectif": "61"}, []),
        ({"SIREN": SIREN, "Effectif": "38,5"}, []),
        ({"SIRET": SIRET, "Effectif": ""}, ["warning"]),
        ({"SIRET": SIRET, "Effectif": "2"}, ["warning"]),
        ({"SIRET": SIRET, "SIREN": "000100032", "Effectif": "61"}, ["reject"]),
        ({"SIRET": "", "Effectif": "61"}, ["reject"]),
    ],
)
def test_accidents_of_an_employer(cells: dict[str, str], said: list[str]) -> None:
    found = _one("atmp", **cells, Année="2023", **{"AT en 1er règlement": "4"})
    assert _said(found) == said
    if found.row:
        assert (found.row.siren, found.row.at_first_payment, found.row.year) == (SIREN, 4, 2023)
        assert found.row.headcount in (Decimal(61), Decimal("38.5"), Decimal(2), None)


COLUMNS = {
    "salaries": "employees", "heures": "hours", "sirets": "sites", "at": "at_first_payment", "at4j": "at_four_days",
    "nip": "permanent_incapacities", "dc": "deaths", "jours": "days_off",
}  # fmt: skip


def test_the_national_reference_is_that_of_the_public_workbook() -> None:
    """Seventeen activities computed apart from the same file, to the last digit given there."""
    table = open_table(read_bytes("ameli_2024_AT_CTN_NAF.xlsx"), "ameli_2024_AT_CTN_NAF.xlsx", suits)
    reading = read_table(table, LAYOUTS["references"])
    found = list(reading.results())
    assert (len(found), [one for one in found if one.problems]) == (4498, [])
    whole, *activities = naf_references(one.row for one in found)
    by_naf = {one.naf: one for one in activities}
    rows = open_table((Path(__file__).parent / "atmp_reference_2024_medicosocial.csv").read_bytes(), "reference.csv")
    names = {name: rank for rank, name in enumerate(rows.head)}
    expected = {row.cells[0]: row.cells for row in rows.rows()}
    for naf, cells in expected.items():
        for theirs, ours in COLUMNS.items():
            assert by_naf[naf].counts[ours] == float(cells[names[theirs]]), (naf, theirs)
        assert by_naf[naf].frequency == pytest.approx(float(cells[names["IF"]]), abs=5e-5)
        assert by_naf[naf].causes == float(cells[names["causes"]])
        for theirs, ours in (("pct_manut", "handling"), ("pct_agr", "assaults"), ("pct_route", "road")):
            share = 100 * by_naf[naf].counts[ours] / by_naf[naf].causes
            assert share == pytest.approx(float(cells[names[theirs]]), abs=5e-5)
    assert (len(expected), whole.naf, whole.counts["at_first_payment"], reading.given) == (
        17,
        "",
        549_614,
        {"year": 2024},
    )
    assert whole.frequency == pytest.approx(26.4, abs=0.05) and set(CAUSES) < set(whole.counts)


def test_home_care_rates_are_percents_and_never_fractions() -> None:
    titles = "FINESS;Année;Taux d’absence (en %);Taux de rotation (en %);Heures réalisées"
    rows = [
        f"{number};2023;12,5;31;48 200" for number in ("799500012", "799500020", "799500038", "799500046", "799500053")
    ]
    table = open_table("\n".join([titles, *rows]).encode(), "sad.csv")
    first, *_ = read_table(table, LAYOUTS["home_care"]).results()
    assert first.row.values == {"sad_absence": 125_000, "sad_rotation": 310_000, "sad_hours_served": 48_200_000_000}
    rows = [row.replace("12,5;31", "0,125;0,31") for row in rows]
    table = open_table("\n".join([titles, *rows]).encode(), "sad.csv")
    refusal = read_table(table, LAYOUTS["home_care"]).refusal
    assert refusal and "multipliez" in refusal.message


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Date d'effet": "01/01/2023", "Échéance": "31/12/2027"}, []),
        ({"Date d'effet": "01/01/2023", "Échéance": "31/12/2022"}, ["reject"]),
        ({"Date d'effet": "01/01/2010", "Échéance": "31/12/2022"}, ["warning"]),
        ({"Date d'effet": "", "Échéance": ""}, ["reject"]),
        ({"Date d'effet": "01/01/2020", "Échéance": "31/12/2024", "Prorogation": "31/12/2026"}, []),
        ({"Date d'effet": "01/01/2020", "Échéance": "31/12/2024", "Prorogation": "31/12/2028"}, ["warning"]),
        ({"Date d'effet": "01/01/2020", "Échéance": "31/12/2024", "Prorogation": "31/12/2024"}, ["reject"]),
    ],
)
def test_contracts(cells: dict[str, str], said: list[str]) -> None:
    found = _one("cpom", FINESS_EJ=EJ, **cells, Signataires="ARS, CD", Établissements=f"{ET}, 799500020")
    assert _said(found) == said
    if found.row:
        assert (found.row.signatories, found.row.structures) == (("ARS", "CD"), (ET, "799500020"))


@pytest.mark.parametrize(
    ("written", "bodies", "others"),
    [
        ("ARS, Conseil départemental", "ars dept", ()),
        ("ARS et CD79", "ars dept", ()),
        ("Agence régionale de santé/Métropole", "ars dept", ()),
        ("ARS & gestionnaire", "ars", ()),
        ("ARS; Assurance maladie", "ars other", ("Assurance maladie",)),
        ("Mars", "other", ("Mars",)),
        ("", "", ()),
    ],
)
def test_who_signs_is_an_authority(written: str, bodies: str, others: tuple[str, ...]) -> None:
    assert bodies_in(each(text)(written)) == (frozenset(bodies.split()), others)


def test_every_state_of_an_objective_can_be_written_in_the_words_of_the_application() -> None:
    assert {slug: words[0] for slug, words in STATUSES.items()} == {one.value: one.label for one in ObjectiveState}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Valeur de départ": "11,4 %", "Cible": "9,5 %"}, []),
        ({"Cible": "9,5 %", "Année visée": "2027", "Jalon": "10 %", "Année du jalon": "2025"}, []),
        ({"Cible": "9,5 %", "Année visée": "2027", "Jalon": "10 %"}, ["warning"]),
        ({"Cible": "9,5 %", "Année visée": "2024", "Jalon": "10 %", "Année du jalon": "2025"}, ["reject"]),
        ({"Cible": "9,5 %", "Année visée": "2027", "Jalon": "10", "Année du jalon": "2025"}, ["reject"]),
        ({"Valeur de départ": "11,4 %", "Cible": "9,5"}, ["reject"]),
        ({"Valeur de départ": "0", "Cible": "12", "Année de départ": "2026", "Année visée": "2024"}, ["reject"]),
    ],
)
def test_objectives(cells: dict[str, str], said: list[str]) -> None:
    found = _one("objectives", FINESS_EJ=EJ, Objectif="Réduire", État="engagé", **cells)
    assert _said(found) == said
    if found.row:
        assert (found.row.status, found.row.target) == ("under_way", Measured(95_000, True))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Demandé": "40 000", "Accordé": "32 500,50 €", "Payé": "10 000"}, []),
        ({"Demandé": "40 000", "Accordé": "32 500,50", "Payé": "40 000"}, ["reject"]),
        ({"Demandé": "10", "Accordé": "32 500,50", "Payé": ""}, ["warning"]),
        ({"Accordé": "32500.5", "Accordé le": "01/02/2026", "Payé le": "01/01/2026"}, ["warning"]),
    ],
)
def test_aids(cells: dict[str, str], said: list[str]) -> None:
    found = _one("aids", SIREN=SIREN, Dispositif="FIR", **cells)
    assert _said(found) == said
    assert found.is_rejected or found.row.granted_cents == 3_250_050


def test_contacts() -> None:
    found = _one("contacts", SIREN=SIREN, Prénom="Jeanne", Nom="Exemple", Mél="J@Exemple.fr", Tél="536490001")
    assert (found.row.email, found.row.phone, found.problems) == ("j@exemple.fr", "0536490001", ())
    assert _said(_one("contacts", SIREN=SIREN, Nom="Exemple", Mél="sans arobase")) == ["warning", "warning"]
    assert _one("contacts", SIREN=SIREN, Nom="", Tél="0536490001").is_rejected
