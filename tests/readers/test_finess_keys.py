"""FINESS, SIREN and SIRET: shape, checksum, and what a spreadsheet does to them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.readers.finess_keys import (
    InvalidKey,
    finess_luhn_ok,
    is_corsican,
    normalise_finess,
    normalise_siren,
    normalise_siret,
)
from app.readers.reference_files import read_bytes

EXTRACTS = ("finess_etalab_cs1100501_extract.csv", "finess_etalab_cs1100502_extract.csv")


def _column(extract: str, rank: int) -> list[str]:
    lines = read_bytes(extract).decode("utf-8").splitlines()[1:]
    return [line.split(";")[rank] for line in lines]


def _real_numbers() -> set[str]:
    entities, structures = EXTRACTS
    return {*_column(entities, 1), *_column(structures, 1), *_column(structures, 2)}


def test_every_number_of_the_real_extracts_has_a_valid_key() -> None:
    numbers = _real_numbers()
    assert len(numbers) == 26
    assert [number for number in numbers if not finess_luhn_ok(number)] == []
    assert {normalise_finess(number) for number in numbers} == numbers


@given(st.sampled_from(sorted(_real_numbers())), st.integers(0, 8), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_seen(number: str, rank: int, shift: int) -> None:
    wrong = number[:rank] + str((int(number[rank]) + shift) % 10) + number[rank + 1 :]
    assert not finess_luhn_ok(wrong)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10000024", "010000024"),
        (" 010 000 024 ", "010000024"),
        ("010\u00a0000\u00a0024", "010000024"),
        ("970102018", "970102018"),
        ("980600027", "980600027"),
        ("2a0000014", "2A0000014"),
        ("2B0000020", "2B0000020"),
    ],
)
def test_a_number_is_nine_characters_of_text(text: str, expected: str) -> None:
    assert normalise_finess(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "est vide"),
        ("  ", "est vide"),
        ("1000002", "forme"),
        ("0100000240", "forme"),
        ("1,0E+07", "forme"),
        ("000000000", "forme"),
        ("9A0000012", "forme"),
        ("٠١٠٠٠٠٠٢٤", "forme"),
        ("010000025", "clé de contrôle"),
        ("10000025", "clé de contrôle"),
    ],
)
def test_a_wrong_number_is_refused_with_what_to_do(text: str, words: str) -> None:
    with pytest.raises(InvalidKey, match=words):
        normalise_finess(text)


def test_a_corsican_letter_counts_as_its_rank_and_is_never_a_refusal() -> None:
    # 2A → 21, 2B → 22: the two numbers differ by their key alone.
    assert finess_luhn_ok("2A0000014") and finess_luhn_ok("210000014")
    assert finess_luhn_ok("2B0000012") and finess_luhn_ok("220000012")
    assert not finess_luhn_ok("2A0000015")
    assert normalise_finess("2A0000015") == "2A0000015"
    assert is_corsican("2A0000015") and not is_corsican("210000014")


def test_an_administrator_can_accept_a_number_whose_key_is_wrong() -> None:
    assert normalise_finess("010000025", frozenset({"010000025"})) == "010000025"


@given(st.text(max_size=14))
def test_any_text_gives_a_well_formed_number_or_a_reason(text: str) -> None:
    try:
        found = normalise_finess(text)
    except InvalidKey as why:
        assert str(why)
    else:
        assert re.fullmatch(r"[0-9][0-9AB][0-9]{7}", found) and (finess_luhn_ok(found) or is_corsican(found))


def test_real_siren_and_siret_are_accepted() -> None:
    entities, structures = EXTRACTS
    assert [normalise_siren(siren) for siren in _column(entities, 20)] == _column(entities, 20)
    sirets = [siret for siret in _column(structures, 22) if siret]
    assert len(sirets) == 8 and [normalise_siret(siret) for siret in sirets] == sirets


def test_la_poste_has_its_own_rule() -> None:
    assert normalise_siret("35600000049837") == "35600000049837"
    with pytest.raises(InvalidKey):
        normalise_siret("35600000049838")


def test_separators_and_a_lost_zero_are_repaired() -> None:
    assert normalise_siren("732 829 320") == "732829320"
    assert normalise_siren("05420120") == "005420120"
    assert normalise_siret("732 829 320 00074") == "73282932000074"


@pytest.mark.parametrize("text", ["", "000000000", "732829321", "73282932", "abcdefghi"])
def test_a_wrong_siren_is_refused(text: str) -> None:
    with pytest.raises(InvalidKey, match="SIREN"):
        normalise_siren(text)


@pytest.mark.parametrize("text", ["", "00000000000000", "73282932000075", "7328293200007"])
def test_a_wrong_siret_is_refused(text: str) -> None:
    with pytest.raises(InvalidKey, match="SIRET"):
        normalise_siret(text)
