"""Passwords that are too short, too common, or made of what anybody knows of their owner."""

import pytest

from app.readers.passwords import password_refusal

OWNER = ("sophie.delmas@employeur.example", "Sophie", "Delmas")


@pytest.mark.parametrize(
    "password",
    ["douze lettre", "correct horse battery", "un jalon après l’autre", "x7#9K2$mQ4!8z", "moulin-nuage-sentier-44"],
)
def test_words_that_have_nothing_to_do_with_one_another_are_taken(password: str) -> None:
    assert password_refusal(password, OWNER) is None


@pytest.mark.parametrize("password", ["", "onze lettre", "x7#9K2$mQ4!"])
def test_eleven_characters_are_not_enough(password: str) -> None:
    assert "au moins 12 caractères" in (password_refusal(password, OWNER) or "")


def test_a_book_is_not_a_password() -> None:
    assert "200 caractères au plus" in (password_refusal("un mot " * 100) or "")


@pytest.mark.parametrize(
    "password",
    [
        "motdepasse2026!", "MotDePasse-2026", "P@ssw0rd1234", "azertyuiop123", "poiuytreza456", "123456789012",
        "aaaaaaaaaaaaaaa", "abcabcabcabc", "Bonjour2026!!", "été2026été2026", "jalon-jalon-jalon", "20262026202620",
        "sophie.delmas@employeur", "Delmas-Sophie-79", "D3lm4s!S0ph13!", "              ", "Marseille13!!!",
    ],
)  # fmt: skip
def test_what_anybody_would_try_first_is_refused(password: str) -> None:
    assert "se devine trop vite" in (password_refusal(password, OWNER) or "")


def test_the_same_password_suits_somebody_else() -> None:
    assert password_refusal("Delmas-Grimaud-79", OWNER) is None
    assert password_refusal("delmas-sophie-du-79", ("x@test.example", "Anne", "Petit")) is None
