"""The text that a search looks into, and the words of a search: without accents, capitals or punctuation."""

import re
import unicodedata

LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"})
"""FINESS writes SACRE COEUR, people type Sacré-Cœur."""

NUMBER_LENGTHS = (14, 9)
"""Characters of a SIRET; of a SIREN or a FINESS number."""
NUMBER_PART = re.compile(r"\d+|2[ab]")
"""What a number is shown in; FINESS numbers of Corsica begin with 2A or 2B."""
REFERENCE = re.compile(r"\s*d\s?[-‐‑–]?\s?0*(\d{1,9})\s*", re.IGNORECASE)


def search_key(*parts: str | None) -> str:
    """Return the parts joined, unaccented, lower-case, words separated by single spaces (600 characters at most)."""
    joined = " ".join(part for part in parts if part)
    letters = unicodedata.normalize("NFKD", joined.translate(LIGATURES))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()[:600]


def search_words(text: str) -> list[str]:
    """Return the words to look for; « 000 100 016 », a number in groups, is one word, as it is stored."""
    parts, words, start = search_key(text).split(), [], 0
    while start < len(parts):
        end = _end_of_number(parts, start)
        words.append("".join(parts[start:end]))
        start = end
    return words


def _end_of_number(parts: list[str], start: int) -> int:
    ends: dict[int, int] = {}
    length = 0
    for place in range(start, len(parts)):
        if not NUMBER_PART.fullmatch(parts[place]):
            break
        length += len(parts[place])
        ends[length] = place + 1
    return next((ends[wanted] for wanted in NUMBER_LENGTHS if wanted in ends), start + 1)


def case_number(text: str) -> int | None:
    """Return the number of the case that a search names by its reference, « D-00012 » or « d12 »; else None."""
    found = REFERENCE.fullmatch(text)
    return int(found[1]) if found else None
