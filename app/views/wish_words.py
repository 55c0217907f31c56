"""What an employer asks about its support, in words: its own, and those of who supports it."""

from app.filters import day, month
from app.models import HouseWish
from workflows.employer_wish import WishKind


def standing_words(wish: HouseWish | None) -> str:
    """Return what the house asks, as its managers read it; nothing when it asks nothing."""
    if wish is None:
        return ""
    if wish.kind is WishKind.CALL_BACK:
        return f"Vous souhaitez être recontacté en {month(wish.until)}."
    return f"Pas de suite pour le moment : personne ne vous sollicite avant le {day(wish.until)}."


def told_words(wish: HouseWish | None) -> str:
    """Return what the house asks, as those who support it read it."""
    if wish is None:
        return ""
    if wish.kind is WishKind.CALL_BACK:
        said = f"L’employeur demande à être recontacté en {month(wish.until)}"
    else:
        said = f"L’employeur ne souhaite pas donner suite pour le moment. Ne pas solliciter avant le {day(wish.until)}"
    return f"{said} (dit le {day(wish.told_at)}). {wish.words}".strip()


def wish_day(wish: HouseWish | None) -> list[tuple[str, str]]:
    """Return the month in which the house is called, among its appointments."""
    if wish is None or wish.kind is not WishKind.CALL_BACK:
        return []
    return [(month(wish.until), "Votre contact vous appelle, comme vous l’avez demandé")]
