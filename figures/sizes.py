"""Size bands in which structures are compared: by places authorised, or by hours served where there are no places."""

PLACES = (40, 80, 120)
HOURS = (20_000, 60_000, 120_000)
BANDS = ("small", "medium", "large", "largest")
"""From the smallest; each bound belongs to the band above it."""
UNKNOWN = ""
"""Its structure is compared to those of any size."""


def size_band(places: int | None, hours_served: int | None) -> str:
    """Return the band of a structure, UNKNOWN without places and without hours."""
    if places is not None:
        return BANDS[sum(places >= bound for bound in PLACES)]
    if hours_served is not None:
        return BANDS[sum(hours_served >= bound for bound in HOURS)]
    return UNKNOWN
