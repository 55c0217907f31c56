"""The text that a search looks into: without accents, capitals or punctuation."""

import re
import unicodedata


def search_key(*parts: str | None) -> str:
    """Return the parts joined, unaccented, lower-case, words separated by single spaces (600 characters at most)."""
    joined = " ".join(part for part in parts if part)
    plain = unicodedata.normalize("NFKD", joined).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()[:600]
