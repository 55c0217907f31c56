"""What the pages say of the opening of cases from a signed list."""

from collections import Counter
from collections.abc import Mapping, Sequence

from app.filters import number, plural
from app.queries.targeting_openings import OpeningRow
from workflows.targeting_opening import Agent, Body, OpeningChoice, OpeningStanding

TONES = {
    OpeningStanding.READY: "info",
    OpeningStanding.TO_DECIDE: "warn",
    OpeningStanding.NO_LEAD: "warn",
    OpeningStanding.LEFT: "neutral",
    OpeningStanding.FOLLOWED: "neutral",
    OpeningStanding.OPENED: "good",
}
WAYS = {
    OpeningStanding.READY: "Son dossier s’ouvrira avec les autres.",
    OpeningStanding.TO_DECIDE: "Quelque chose est déjà en cours : son dossier ne s’ouvre que si vous le décidez.",
    OpeningStanding.NO_LEAD: "Son dossier s’ouvrira quand vous aurez désigné qui le conduit.",
    OpeningStanding.LEFT: "Vous avez choisi de ne pas ouvrir son dossier.",
    OpeningStanding.FOLLOWED: "Ses établissements sont déjà suivis dans un dossier ouvert.",
    OpeningStanding.OPENED: "Son dossier est ouvert : la suite s’y passe.",
}


def counts(rows: Sequence[OpeningRow]) -> list[tuple[str, str]]:
    """Return how many employers stand where."""
    found = Counter(row.standing for row in rows)
    return [(one.label, number(found[one])) for one in OpeningStanding if found[one]]


def loads(
    rows: Sequence[OpeningRow], bodies: Sequence[Body], names: Mapping[int, str]
) -> list[tuple[str, str, str, str]]:
    """Return what each body that may lead has to do: open cases, people, employers proposed here."""
    waiting = (OpeningStanding.READY, OpeningStanding.TO_DECIDE)
    here = Counter(row.lead_id for row in rows if row.standing in waiting)
    return [(names[one.id], number(one.open_cases), number(len(one.agents)), number(here[one.id])) for one in bodies]


def body_in_words(body: Body, names: Mapping[int, str]) -> str:
    """Return « Carsat Poitou : 12 dossiers ouverts pour 3 personnes »."""
    cases = plural(body.open_cases, "dossier ouvert", "dossiers ouverts")
    return f"{names[body.id]} : {cases} pour {plural(len(body.agents), 'personne')}"


def agents_of(body: Body, departement: str, names: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return the people of a body who work in a département, with what each has to do."""
    return [(str(one.id), _agent(one, names)) for one in body.agents_in(departement)]


def _agent(agent: Agent, names: Mapping[int, str]) -> str:
    return f"{names[-agent.id]} ({plural(agent.open_cases, 'dossier ouvert', 'dossiers ouverts')})"


def choices(row: OpeningRow) -> list[tuple[str, str]]:
    """Return what may be decided of an employer, in the words of its situation."""
    follow = "Suivre la règle : l’ouvrir si rien n’est en cours"
    return [("follow", follow), (OpeningChoice.OPEN.value, "L’ouvrir, même si quelque chose est en cours"),
            (OpeningChoice.LEAVE.value, "Ne pas l’ouvrir")]  # fmt: skip


def opened(count: int) -> str:
    """Return what is said once the cases are opened."""
    if not count:
        return "Aucun dossier à ouvrir : tous ceux qui étaient prêts le sont déjà."
    cases = "1 dossier est ouvert" if count == 1 else f"{number(count)} dossiers sont ouverts"
    return f"{cases}. Chaque personne concernée reçoit un seul courriel."


def given(name: str, changed: int, kept: int) -> str:
    """Return what is said once a département is given to a body."""
    told = f"{name} conduira {plural(changed, 'dossier')} de ce département."
    if kept:
        told += (
            f" {plural(kept, 'employeur')} n’en relève pas et garde sa proposition."
            if kept == 1
            else (f" {plural(kept, 'employeur')} n’en relèvent pas et gardent leur proposition.")
        )
    return told
