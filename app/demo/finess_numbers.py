"""Numbers that pass every check and belong to nobody, for demonstration and load data.

FINESS: the third digit is 9, a series we know no real number in. SIREN: below 000 325 175, the smallest
number of the national register as far as we know. Telephones: 05 36 49, which the French regulator keeps
for fiction.
"""

from stdnum import luhn

MAX_SIREN_SERIAL = 32_499
FIRST_STRUCTURE = 50_000
"""Serials of FINESS numbers: legal entities below, structures from here to 99,999."""


def finess_number(departement: str, serial: int) -> str:
    """The FINESS number of a département of two digits and a serial from 0 to 99,999."""
    if not 0 <= serial <= 99_999:
        raise ValueError("A FINESS serial has five digits at most.")
    return _with_key(f"{departement}9{serial:05d}")


def siren_number(serial: int) -> str:
    """A SIREN, from a serial between 1 and MAX_SIREN_SERIAL."""
    if not 1 <= serial <= MAX_SIREN_SERIAL:
        raise ValueError("That serial could give the SIREN of a real company.")
    return _with_key(f"000{serial:05d}")


def siret_number(siren: str, rank: int) -> str:
    """The SIRET of the establishment of that rank (1 to 9,999) of a company."""
    return _with_key(f"{siren}{rank:04d}")


def phone_number(serial: int) -> str:
    """A telephone number of the range kept for fiction."""
    return f"053649{serial % 10_000:04d}"


def _with_key(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)
