"""The words that no page, mail or document for an employer holds: nothing ranks it, scores it or blames it."""

from tests.pages import Page

BLAME = (
    "à risque", "risqué", "score", "rang ", "classement", "retard", "sanction", "en faute", "fautif", "manquement",
    "défaillan", "mauvais", "infraction", "coupable", "contrevenant", "négligen", "suspect", "dysfonctionnement",
    "sinistralité", "échec", "non-respect", "mise en demeure", "insuffisan", "votre obligation",
)  # fmt: skip
AMONG_AGENTS = ("refus ", "hors champ", "repéré", "ciblage", "ciblé", "alerte", "relance", "sans nouvelles")
"""What agents say of a case; the employer has its own words for it, and the help explains both."""
OF_ITSELF = ("points faibles", "faiblesse", "lacune", "moins bien que", "meilleur que", "palmarès")
"""What is never said either where an employer looks at itself."""

FOR_AN_EMPLOYER = BLAME + AMONG_AGENTS + OF_ITSELF


def words_in(page: Page, words: tuple[str, ...]) -> list[str]:
    """Those of these words that a page shows or reads aloud."""
    said = page.tree.xpath("//@aria-label|//@title|//@alt|//@placeholder|//option/text()|//title/text()")
    return words_in_text(" ".join([page.main, *said]), words)


def words_in_text(text: str, words: tuple[str, ...] = FOR_AN_EMPLOYER) -> list[str]:
    """Those of these words that a mail, or the text of a document, holds."""
    return [word for word in words if word in text.lower()]
