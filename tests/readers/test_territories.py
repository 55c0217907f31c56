"""Départements, regions and caisses."""

from app.readers.territories import (
    CAISSES_NOTE,
    caisse_of_departement,
    caisses,
    departement_name,
    departements,
    departements_of_region,
    regions,
)


def test_codes_are_text_and_whole() -> None:
    assert (len(departements()), len(regions()), len(caisses())) == (109, 26, 103)
    assert departement_name("2A") == "Corse-du-Sud" and departement_name("974") == "La Réunion"
    assert departement_name("zz") == "zz" and departement_name(None) == ""


def test_region_75_is_not_paris() -> None:
    assert regions()["75"].name == "Nouvelle-Aquitaine"
    assert departements()["75"].region == "11"
    expected = ("16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87")
    assert departements_of_region("75") == expected


def test_a_region_may_hold_two_caisses() -> None:
    names = {caisse_of_departement(code) for code in departements_of_region("75")}
    assert names == {"CARSAT Aquitaine", "CARSAT Centre-Ouest"}
    assert caisse_of_departement("971") == "CGSS Guadeloupe" and caisse_of_departement("zz") is None


def test_the_table_of_caisses_says_that_it_is_to_be_confirmed() -> None:
    assert "à confirmer" in CAISSES_NOTE and set(caisses()) <= set(departements())
