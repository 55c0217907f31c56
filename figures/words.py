"""Numbers in French: comma, spaces that do not break, a true minus sign."""

from decimal import ROUND_HALF_UP, Decimal

NBSP = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"


def number_in_french(value: Decimal | int, decimals: int = 0) -> str:
    """Return « 1 234,5 », rounded half up; a minus sign never stands before a zero."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded if rounded else abs(rounded):,f}".replace(",", THIN).replace(".", ",").replace("-", "−")


def euros_in_french(cents: int) -> str:
    """Return « 32 500,50 € », without decimals when there are none."""
    return f"{number_in_french(Decimal(cents) / 100, 2 if cents % 100 else 0)}{NBSP}€"
