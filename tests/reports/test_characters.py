import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.characters import SYMBOL, TEXT, name_undrawable, printable


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_nothing_that_an_archive_refuses_remains(typed: str) -> None:
    printed = printable(typed)
    assert {unicodedata.category(character) for character in printed} & {"Cs", "Co"} == set()
    assert [c for c in printed if unicodedata.category(c) == "Cc" and c not in "\n\t"] == []
    assert "\ufeff" not in printed and "\uffff" not in printed
    assert printable(printed) == printed


@given(st.text(alphabet=st.characters(max_codepoint=0x17F, exclude_categories=("Cc", "Cs"))))
def test_french_text_is_left_as_typed(typed: str) -> None:
    assert printable(typed) == typed


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("e\u0301", "é"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("ab\u202eba", "abba"),
        ("𝗚𝗿𝗮𝘀", "Gras"),
        ("☎\ufe0f", "☎"),
    ],
)
def test_the_rest_is_composed_or_taken_off(typed: str, printed: str) -> None:
    assert printable(typed) == printed


def test_runs_without_a_drawing_are_named() -> None:
    missing = {ord(character) for character in "👩🔬漢字"}
    assert name_undrawable("Bravo 👩\u200d🔬 !", missing) == f"Bravo {SYMBOL} !"
    assert name_undrawable("nom 漢 字 fin", missing) == f"nom {TEXT} fin"
    assert name_undrawable("rien", missing) == "rien"


def test_a_letter_is_named_when_one_of_its_parts_is_missing() -> None:
    assert name_undrawable("น\u0e33", {0x0E4D}) == f"น{TEXT}"
