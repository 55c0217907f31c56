"""Why a figure is not there: four different words, the same in a page, a document, a chart and an export."""

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
