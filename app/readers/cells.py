"""From the text of one cell to a value. Each function raises InvalidCell, whose words say what to do.

None of them meets an empty cell: whoever reads the row does not ask.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache

from app.readers.finess_keys import normalise_finess, normalise_siren, normalise_siret
from app.readers.finess_places import OVERSEAS
from app.readers.problems import InvalidCell
from app.readers.territories import departements

FIRST_YEAR, LAST_YEAR = 2000, 2099
EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,63}")
NAF = re.compile(r"(\d{2})\.?(\d{2})\.?([A-Z])", re.ASCII)
YES = frozenset("oui o yes y vrai true 1 x ok".split())
NO = frozenset("non n no faux false 0".split())
LEADING_NUMBER = re.compile(r"^(n|no|num|numero) (?=\S)")

finess = normalise_finess
siren = normalise_siren
siret = normalise_siret


def folded(text: str) -> str:
    """Return the text in small letters without accents nor punctuation: what is the same for a reader is equal."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(
        letter if letter.isalnum() or letter in "%<>" else " "
        for letter in plain
        if letter < "\u0300" or letter > "\u036f"
    )
    return LEADING_NUMBER.sub("", " ".join(letters.split()))


def text(cell: str) -> str:
    """The text with blanks collapsed."""
    return " ".join(cell.split())


def year(cell: str) -> int:
    """A year of data, from 2000 to 2099."""
    found = cell.strip()
    if not (found.isdecimal() and len(found) == 4 and FIRST_YEAR <= int(found) <= LAST_YEAR):
        raise InvalidCell(f"« {_cut(cell)} » n’est pas une année : écrivez-la en quatre chiffres, par exemple 2023.")
    return int(found)


def yes_no(cell: str) -> bool:
    """« oui », « non », « vrai », « x »…"""
    word = folded(cell)
    if word in YES:
        return True
    if word in NO:
        return False
    raise InvalidCell(f"« {_cut(cell)} » n’est ni oui ni non : écrivez « oui » ou « non ».")


def email(cell: str) -> str:
    """An address of electronic mail, in small letters."""
    found = cell.strip().removeprefix("mailto:").lower()
    if not EMAIL.fullmatch(found) or len(found) > 254:
        raise InvalidCell(f"« {_cut(cell)} » n’est pas une adresse de courriel : vérifiez-la (nom@domaine.fr).")
    return found


def phone(cell: str) -> str:
    """A French number in ten digits, its lost zero restored; a foreign one with its « + »."""
    compact = re.sub(r"[\s.\-/()]", "", cell)
    if found := re.fullmatch(r"(?:\+33|0033)0?(\d{9})", compact, re.ASCII):
        return f"0{found[1]}"
    if re.fullmatch(r"0\d{9}|\+\d{6,15}", compact, re.ASCII):
        return compact
    if re.fullmatch(r"[1-9]\d{8}", compact, re.ASCII):
        return f"0{compact}"
    raise InvalidCell(f"« {_cut(cell)} » n’est pas un numéro de téléphone : écrivez ses dix chiffres.")


def naf(cell: str) -> str:
    """A code of activity (NAF rév. 2) in five characters: « 8710A »."""
    found = NAF.fullmatch(cell.strip().upper())
    if found is None:
        raise InvalidCell(f"« {_cut(cell)} » n’est pas un code NAF : quatre chiffres et une lettre, comme 8710A.")
    return "".join(found.groups())


def departement(cell: str) -> str:
    """The official code of a département, from its code or its name: « 1 », « 2a », « Gironde », « 16 - Charente »."""
    code = cell.strip().upper()
    code = OVERSEAS.get(code, code.zfill(2) if code.isdecimal() else code)
    if code in departements():
        return code
    known = _departements_by_name()
    words = folded(cell)
    first, _, rest = words.partition(" ")
    found = known.get(words) or known.get(rest)
    if found is None or (words not in known and found != first.upper().zfill(2)):
        raise InvalidCell(f"« {_cut(cell)} » n’est pas un département : écrivez son code (16, 2A, 971) ou son nom.")
    return found


def choice(known: Mapping[str, tuple[str, ...]]) -> Callable[[str], str]:
    """Return the parser of a closed list: slug → the words by which people write it, the first being the usual one."""
    slugs = {folded(word): slug for slug, words in known.items() for word in (slug, *words)}

    def parse(cell: str) -> str:
        found = slugs.get(folded(cell))
        if found is None:
            usual = ", ".join(f"« {words[0]} »" for words in known.values())
            raise InvalidCell(f"« {_cut(cell)} » n’est pas reconnu : écrivez {usual}.")
        return found

    return parse


def each(parse: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    """Return the parser of several values in one cell, separated by commas, semicolons, bars or new lines."""

    def parse_all(cell: str) -> tuple[str, ...]:
        pieces = [piece for piece in re.split(r"[,;|/\n]", cell) if piece.strip()]
        return tuple(dict.fromkeys(parse(piece) for piece in pieces))

    return parse_all


def _cut(cell: str) -> str:
    shown = " ".join(cell.split())
    return shown if len(shown) <= 40 else f"{shown[:39]}…"


@cache
def _departements_by_name() -> dict[str, str]:
    return {folded(place.name): place.code for place in departements().values()}
