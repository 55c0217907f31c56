"""Whether a password is easily guessed: its length, and what is left of it without what anybody would try first.

After the ANSSI and CNIL recommendations on passwords: twelve characters at least, no rule of composition, and
a refusal of the common ones. The words are those of `common_passwords.txt`, and those of the person's own account.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

SHORTEST, LONGEST = 12, 200
LEAST_LEFT = 5
"""How many characters must be left once what one would try first is taken away."""
ROWS = ("1234567890", "azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz")
DISGUISES = str.maketrans("4@3€1!|0$57", "aaeeiilosst")


def password_refusal(password: str, personal: Iterable[str] = ()) -> str | None:
    """Return why a password is not taken, in French and with what to do, or None.

    `personal` holds the address and names of its owner: alone, they protect nobody.
    """
    if len(password) < SHORTEST:
        return f"Choisissez un mot de passe d’au moins {SHORTEST} caractères."
    if len(password) > LONGEST:
        return f"Choisissez un mot de passe de {LONGEST} caractères au plus."
    folded = _fold(password)
    words = {*_common_words(), *(word for text in personal for word in re.split(r"[^a-z]+", _fold(text)))}
    if any(_left(guess, words) < LEAST_LEFT for guess in (folded, folded.translate(DISGUISES))):
        return "Ce mot de passe se devine trop vite. Quelques mots sans lien entre eux protègent bien mieux."
    return None


def _left(text: str, words: Iterable[str]) -> int:
    """Count what is left of a text without common words, runs of the keyboard, years, and what one adds at the ends."""
    for word in sorted((word for word in words if len(word) >= 3), key=len, reverse=True):
        text = text.replace(word, " ")
    bare = re.sub(r"(19|20)\d\d|\s", "", _without_runs(text))
    return len(re.sub(r"(.{1,6}?)\1+", r"\1", re.sub(r"^[\W\d_]+|[\W\d_]+$", "", bare)))


def _without_runs(text: str) -> str:
    """Drop the stretches of four letters or more that follow a row of the keyboard or the alphabet, either way."""
    for row in (*ROWS, *(row[::-1] for row in ROWS)):
        for size in range(min(len(text), len(row)), 3, -1):
            for start in range(len(row) - size + 1):
                text = text.replace(row[start : start + size], "")
    return text


@cache
def _common_words() -> frozenset[str]:
    path = Path(__file__).parents[1] / "data" / "common_passwords.txt"
    return frozenset(line for line in path.read_text().splitlines() if line and not line.startswith("#"))


def _fold(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)).lower()
