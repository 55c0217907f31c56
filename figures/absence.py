"""Why a figure is not there: four different words, the same in a page, a document, a chart and an export."""

from datetime import date

from workflows.labels import LabelledEnum


class NoFigure(LabelledEnum):
    """The reason why nothing is shown where a figure was expected. Never a zero, never a blank."""

    NOT_GIVEN = "not_given", "non renseigné"
    """Whoever was to declare it has not."""
    NOT_ALLOWED = "not_allowed", "non autorisé"
    """It exists; whoever asks may not read it."""
    NOT_CONCERNED = "not_concerned", "non concerné"
    """It has no meaning for this structure."""
    NOT_PUBLISHED = "not_published", "pas encore publié"
    """Nobody has it yet: the campaign of that year is not closed."""


def why_absent(year: int, today: date, *, concerns: bool, may_read: bool, published_in: int) -> NoFigure:
    """Return why there is no figure for a year: what is nobody's figure first, then the right, then the calendar.

    `published_in` is the month of the following year from which the figures of a year are known. The right comes
    before the calendar, so that what is written says nothing of a figure that whoever asks may not read.
    """
    if not concerns:
        return NoFigure.NOT_CONCERNED
    if not may_read:
        return NoFigure.NOT_ALLOWED
    return NoFigure.NOT_GIVEN if is_published(year, today, published_in) else NoFigure.NOT_PUBLISHED


def is_published(year: int, today: date, published_in: int) -> bool:
    """Tell whether the figures of a year are expected to be known by now."""
    return today >= date(year + 1, published_in, 1)


def last_published(today: date, published_in: int) -> int:
    """Return the last year whose figures are expected to be known."""
    return today.year - 1 if is_published(today.year - 1, today, published_in) else today.year - 2


OLD_AFTER = 2
"""A figure of more than so many years is said to be old wherever it is shown."""


def is_old(year: int, today: date) -> bool:
    """Tell whether a figure is older than the year before last."""
    return year < today.year - OLD_AFTER
