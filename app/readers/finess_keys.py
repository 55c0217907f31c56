"""The keys of an establishment: FINESS (ours), SIREN and SIRET (python-stdnum). All are text.

The Luhn formula of FINESS is written for speed: a file holds it two hundred thousand times.
"""

import re

from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from app.readers.problems import InvalidCell

# A letter is only met in second place, for the two départements of Corsica; no number begins with 00.
FINESS_SHAPE = re.compile(r"(?!00)[0-9]{9}|2[AB][0-9]{7}", re.ASCII)
# The rank of the letter fits the Corsican numbers known to us, but no text confirms it: a Corsican number
# that fails is therefore kept with a warning, never refused.
CORSICA = str.maketrans("AB", "12")
# What each digit is worth when the formula doubles it and adds the two digits of the product.
DOUBLED = str.maketrans("0123456789", "0246813579")


class InvalidKey(InvalidCell):
    """A number that cannot be accepted; its text is the reason, in French, with what to do."""


def finess_luhn_ok(finess: str) -> bool:
    """True when the nine characters of a FINESS number (EJ or ET) satisfy the Luhn formula.

    The letter of a Corsican number counts as its rank (A = 1, B = 2).
    """
    if FINESS_SHAPE.fullmatch(finess) is None:
        return False
    digits = finess.translate(CORSICA)
    return (sum(map(int, digits[0::2])) + sum(map(int, digits[1::2].translate(DOUBLED)))) % 10 == 0


def is_corsican(finess: str) -> bool:
    """True for a number created in 2A or 2B, whose checksum only deserves a warning."""
    return finess[:2] in ("2A", "2B")


def normalise_finess(text: str, accepted: frozenset[str] = frozenset()) -> str:
    """The FINESS number in nine characters: blanks removed, capital letter, lost leading zero restored.

    `accepted` holds the numbers an administrator has checked by hand: their checksum is not required.
    Raises InvalidKey when the shape or the checksum is wrong; a Corsican checksum is never a refusal.
    """
    if FINESS_SHAPE.fullmatch(text) and finess_luhn_ok(text):
        return text
    compact = re.sub(r"\s", "", text).upper()
    if not compact:
        raise InvalidKey("Le numéro FINESS est vide : complétez-le.")
    if re.fullmatch(r"[0-9]{8}", compact, re.ASCII):
        compact = "0" + compact
    if FINESS_SHAPE.fullmatch(compact) is None:
        raise InvalidKey(
            f"« {text.strip()} » n’a pas la forme d’un numéro FINESS (9 chiffres, ou 2A/2B puis "
            "7 chiffres) : vérifiez que la colonne est au format texte."
        )
    if not (finess_luhn_ok(compact) or is_corsican(compact) or compact in accepted):
        raise InvalidKey(
            f"Le numéro FINESS « {compact} » ne respecte pas sa clé de contrôle : "
            "corrigez la faute de frappe à la source."
        )
    return compact


def normalise_siren(text: str) -> str:
    """The SIREN in nine digits, a lost leading zero restored. Raises InvalidKey when it is not one."""
    compact = text if text.isdecimal() else stdnum_siren.compact(text)
    padded = compact.zfill(9) if len(compact) == 8 else compact
    if not padded.strip("0") or not stdnum_siren.is_valid(padded):
        raise InvalidKey(f"« {text.strip()} » n’est pas un SIREN valide (9 chiffres et clé de contrôle).")
    return padded


def normalise_siret(text: str) -> str:
    """The SIRET in fourteen digits, with La Poste's own rule. Raises InvalidKey when it is not one."""
    compact = text if text.isdecimal() else stdnum_siret.compact(text)
    padded = compact.zfill(14) if len(compact) == 13 else compact
    if not padded[:9].strip("0") or not stdnum_siret.is_valid(padded):
        raise InvalidKey(f"« {text.strip()} » n’est pas un SIRET valide (14 chiffres et clé de contrôle).")
    return padded
