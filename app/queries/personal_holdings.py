"""Which columns concern a person: how it is said, and what houses keep of their managers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Holding:
    """Columns of a table that concern a person, found by the account's number or by the address."""

    table: str
    title: str
    columns: str
    by_user: str = ""
    by_email: str = ""
    by_parent: tuple[str, str, str] = ("", "", "")
    """Or what refers to rows of another table that hold the address: own column, that table, its column."""
    mentions: str = ""
    """Texts in which others may have written the person's name: told after somebody has read them."""


OF_HOUSES = (
    Holding(
        "house_wishes",
        "Ce que j’ai demandé pour mon établissement",
        "employer_id kind until told_at",
        by_user="told_by_id",
        mentions="words",
    ),
    Holding(
        "house_wishes",
        "Ce que j’ai retiré pour mon établissement",
        "employer_id kind withdrawn_at",
        by_user="withdrawn_by_id",
    ),
    Holding(
        "self_diagnostic_dates",
        "Dates que j’ai fixées ou proposées pour un auto-diagnostic",
        "employer_id due_on set_at",
        by_user="set_by_id",
    ),
    Holding(
        "team_voices",
        "Ce que j’ai noté de l’écoute des équipes",
        "employer_id tool held_on themes written_at",
        by_user="author_id",
        mentions="words",
    ),
    Holding(
        "help_lines",
        "Coordonnées de mon organisme que j’ai données",
        "organisation_id written_on",
        by_user="written_by_id",
    ),
)
"""What a person asked or recorded for a house, or told of its own organisation."""
