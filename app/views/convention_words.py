"""A convention in words: what it opens, where it stands, who has confirmed it."""

from datetime import date

from app.filters import NBSP, day, short_day
from app.models import Convention, ConventionParty
from app.permissions import Kind
from app.readers.territories import departement_name


def summary(convention: Convention) -> list[dict[str, str]]:
    """Return the rows of a convention's description."""
    families = {row.family for row in convention.families}
    rows = [
        ("Référence", convention.reference),
        ("Données échangées", "\n".join(kind.label for kind in Kind if kind.value in families)),
        ("Départements", ", ".join(_place(row.departement) for row in convention.departements)),
        ("En vigueur", f"du {day(convention.valid_from)} au {day(convention.valid_until)} compris"),
        ("Fondement", convention.legal_basis),
        ("Avenant à", convention.amends.reference if convention.amends else ""),
        (
            "Enregistrée par",
            f"{convention.recorded_by.full_name}, {convention.organisation.short_name}",
        ),
        ("Close le", f"{day(convention.closed_on)}{NBSP}: {convention.closing_motive}" if convention.closed_on else ""),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _place(code: str) -> str:
    return f"{departement_name(code)} ({code})"


def standing(convention: Convention, own: ConventionParty | None, today: date) -> tuple[str, str]:
    """Return (words, tone) of where a convention stands for one's own organisation."""
    if convention.closed_on and convention.closed_on <= today:
        return f"close le {short_day(convention.closed_on)}", "neutral"
    if own and own.left_on and own.left_on <= today:
        return f"quittée le {short_day(own.left_on)}", "neutral"
    if convention.valid_until < today:
        return f"échue le {short_day(convention.valid_until)}", "neutral"
    if own and own.confirmed_on is None:
        return "à confirmer par votre organisme", "warn"
    if convention.valid_from > today:
        return f"en vigueur à partir du {short_day(convention.valid_from)}", "info"
    if not any(p.is_bound(today) for p in convention.parties if p is not own):
        return "attend la confirmation d’un autre organisme", "warn"
    return "en vigueur", "good"


def party_rows(convention: Convention) -> list[tuple[str, str]]:
    """Return (organisation, where it stands) for each party."""
    return [(party.organisation.short_name, _place_of(party)) for party in _by_name(convention)]


def _by_name(convention: Convention) -> list[ConventionParty]:
    return sorted(convention.parties, key=lambda party: party.organisation.short_name)


def _place_of(party: ConventionParty) -> str:
    if party.left_on:
        return f"a quitté la convention le {short_day(party.left_on)}{NBSP}: {party.leaving_motive}"
    if party.confirmed_on is None:
        return "n’a pas encore confirmé"
    by = f" par {party.confirmed_by.full_name}" if party.confirmed_by else ""
    return f"a confirmé le {short_day(party.confirmed_on)}{by}"
