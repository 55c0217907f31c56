"""The reference tables: fields of the categories, sector of the statuses."""

import pytest

from app.readers.nomenclatures import (
    CareField,
    LegalNature,
    care_field_of_category,
    categories,
    category_label,
    legal_nature_of_status,
    legal_statuses,
    sector_of_status,
)


def test_both_nomenclatures_are_whole() -> None:
    assert (len(categories()), len(legal_statuses())) == (312, 69)
    assert category_label("500") == "Etablissement d'hébergement pour personnes âgées dépendantes"
    assert category_label("zzz") == "Catégorie zzz" and category_label(None) == "Catégorie non renseignée"
    assert categories()["500"].is_current and not categories()["450"].is_current


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("500 501 502 202 207 381", CareField.ELDERLY),
        ("460 354 209", CareField.HOME_CARE),
        ("255 437 448 449 252 382 253 395 379 370", CareField.DISABLED_ADULTS),
        ("183 186 182 188 192 194 195 196 189 190 396 390 377", CareField.DISABLED_CHILDREN),
        ("246 247", CareField.DISABLED_WORK),
        ("445 446", CareField.DISABLED_SERVICES),
        ("355 462 124 zzz", CareField.OTHER),
    ],
)
def test_the_field_of_each_category(codes: str, expected: CareField) -> None:
    assert {care_field_of_category(code) for code in codes.split()} == {expected}
    assert care_field_of_category(None) is CareField.OTHER and expected.label


@pytest.mark.parametrize(
    ("codes", "sector", "branch"),
    [
        ("10 11 12 13 14 15 16 18 19 20 21 22 23", "public", "fph"),
        ("02 03 04 07 08 17", "public", "fpt"),
        ("01", "public", "fpe"),
        ("05 06", "public", None),
        ("24 25 26 27 28 29 30", "to_confirm", None),
        ("40 47 60 61 62 63 64 65 66 89", "private", None),
        ("70 71 72 73 74 78 85 91 95", "private", None),
        ("90 99 xx", "to_confirm", None),
    ],
)
def test_the_sector_follows_from_the_status(codes: str, sector: str, branch: str | None) -> None:
    assert {sector_of_status(code) for code in codes.split()} == {(sector, branch)}


def test_without_status_a_person_decides() -> None:
    assert sector_of_status(None) == sector_of_status("") == ("to_confirm", None)


def test_every_status_has_a_sector_and_every_public_one_is_never_private() -> None:
    for code in legal_statuses():
        sector, branch = sector_of_status(code)
        assert (legal_nature_of_status(code) is LegalNature.PUBLIC) == (sector != "private") or code == "90"
        assert branch is None or sector == "public"


@pytest.mark.parametrize(
    ("code", "nature"),
    [
        ("21", LegalNature.PUBLIC),
        ("30", LegalNature.PUBLIC),
        ("61", LegalNature.NON_PROFIT),
        ("89", LegalNature.NON_PROFIT),
        ("95", LegalNature.COMMERCIAL),
        ("90", None),
        (None, None),
    ],
)
def test_the_legal_nature(code: str | None, nature: LegalNature | None) -> None:
    assert legal_nature_of_status(code) is nature


def test_natures_are_named_in_french() -> None:
    assert [nature.label for nature in LegalNature] == ["Public", "Privé non lucratif", "Privé commercial"]
