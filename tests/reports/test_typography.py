from datetime import UTC, date, datetime

import pytest

from reports.typography import date_in_words, filled, instant_in_words, paragraphs, siren, typeset


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Bonjour : ça va ?", "Bonjour\u00a0: ça va\u202f?"),
        ("l'unité d'Anne", "l’unité d’Anne"),
        ("« cité »", "«\u00a0cité\u00a0»"),
        ("à 14:30 ; puis", "à 14:30\u202f; puis"),
        ("https://exemple.fr/a?b=1;c", "https://exemple.fr/a?b=1;c"),
        ("dit 'ainsi'", "dit 'ainsi'"),
        ("", ""),
    ],
)
def test_spaces_become_unbreakable_where_french_asks(typed: str, printed: str) -> None:
    assert typeset(typed) == printed
    assert typeset(printed) == printed


def test_a_text_is_cut_in_escaped_paragraphs() -> None:
    assert paragraphs("un <b>\n\n  deux \r\ntrois & quatre") == (
        "<p>un &lt;b&gt;</p>\n<p>deux</p>\n<p>trois &amp; quatre</p>"
    )
    assert paragraphs(" \n\t") == ""


def test_dates_are_in_words_and_instants_in_paris() -> None:
    assert date_in_words(date(2026, 10, 1)) == "1er\u00a0octobre\u00a02026"
    assert date_in_words(date(2026, 8, 12)) == "12\u00a0août\u00a02026"
    winter = datetime(2026, 12, 31, 23, 5, tzinfo=UTC)
    assert instant_in_words(winter) == "1er\u00a0janvier\u00a02027 à 0\u00a0h\u00a005"
    assert instant_in_words(datetime(2026, 7, 1, 12, 0, tzinfo=UTC)).endswith("à 14\u00a0h\u00a000")


def test_a_siren_is_grouped_and_anything_else_left_alone() -> None:
    assert siren("732829320") == "732\u00a0829\u00a0320"
    assert siren("73282932") == "73282932"
    assert siren("") == ""


def test_blank_items_are_left_out() -> None:
    assert filled(("a", "", " \n", "b")) == ["a", "b"]
