"""What the pages of imports say: where one stands, how far it has got, what it did."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.clock import PARIS
from app.filters import duration, moment, number, plural
from app.models import Import
from app.queries.imports import Reason
from workflows.import_run import TO_WORK, ImportKind, ImportState

STEPS = ("Fichier", "Colonnes", "Vérification", "Import")
PLACES = {
    ImportState.RECEIVED: 1,
    ImportState.CHECKING: 2,
    ImportState.CHECKED: 2,
    ImportState.FAILED: 2,
    ImportState.CONFIRMED: 3,
    ImportState.RUNNING: 3,
}
TONES = {
    ImportState.DONE: "good",
    ImportState.FAILED: "alert",
    ImportState.ABANDONED: "neutral",
    ImportState.UNDONE: "neutral",
}
EFFECTS = {
    "create": ("Nouveau", "good"),
    "update": ("Mise à jour", "info"),
    "unchanged": ("Inchangé", "neutral"),
    "reject": ("Refusé", "alert"),
    "conflict": ("En conflit", "warn"),
}
SEVERITIES = {
    "reject": ("Ligne refusée", "alert"),
    "warning": ("À vérifier", "warn"),
    "notice": ("Information", "info"),
}


@dataclass(frozen=True)
class Contracts:
    """Of how many establishments a file also tells the contract (CPOM), and the import that took them, if one did."""

    count: int
    taken: Import | None


def is_at_work(import_: Import) -> bool:
    """Tell whether the scheduler has something to do: the page then looks again by itself."""
    return import_.state in TO_WORK


def tone(import_: Import) -> str:
    """Return the tone of the badge of a state."""
    return TONES.get(import_.state, "info")


def stepper(import_: Import) -> list[dict[str, str]]:
    """Return the steps of the assistant, or nothing once it is over."""
    place = PLACES.get(import_.state)
    if place is None:
        return []
    ways = ("done",) * place + ("current",) + ("todo",) * (len(STEPS) - place - 1)
    return [{"label": label, "status": status} for label, status in zip(STEPS, ways, strict=True)]


def counts(import_: Import, *, is_done: bool) -> list[tuple[str, str]]:
    """Return what became of the rows: the first count is the sum of the next four."""
    words = ("Lignes lues", "Nouvelles", "Mises à jour", "Inchangées", "Refusées")
    names = ("read", "created", "updated", "unchanged", "rejected")
    told = [(word, number(getattr(import_, name))) for word, name in zip(words, names, strict=True)]
    return [*told, ("Remarques", number(import_.remarks))] if import_.remarks or is_done else told


def record(import_: Import) -> list[dict[str, str]]:
    """Return what stays for good: who, when, which file."""
    rows = [
        ("Contenu", import_.kind.label),
        ("Fichier", import_.file_name),
        ("Format", import_.format),
        ("Taille", _size(import_.size)),
        ("Empreinte (SHA-256)", import_.sha256),
        ("Déposé par", f"{_name(import_)}, le {moment(import_.created_at)}"),
        ("Confirmé le", moment(import_.confirmed_at)),
        ("Terminé le", moment(import_.ended_at)),
        ("Annulé", f"le {moment(import_.undone_at)}" if import_.state is ImportState.UNDONE else ""),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


HEAD = (
    "Fichier", "Contenu", "Où il en est", "Déposé le", "Par", "Lignes lues", "Entrées", "Inchangées", "Refusées",
    "Empreinte (SHA-256)",
)  # fmt: skip


def list_row(import_: Import) -> tuple[Any, ...]:
    """Return a row of the list as a workbook, in the order of HEAD."""
    counts = (import_.read, import_.created + import_.updated, import_.unchanged, import_.rejected)
    where = (import_.file_name, import_.kind.label, import_.state.label)
    return (*where, import_.created_at.astimezone(PARIS).date(), _name(import_), *counts, import_.sha256)


def _name(import_: Import) -> str:
    return import_.author.full_name if import_.author else "l’exploitation"


def _size(size: int) -> str:
    if size < 1_000_000:
        return f"{number(max(size // 1_000, 1))} ko"
    return f"{number(round(size / 1_000_000, 1))} Mo"


@dataclass(frozen=True)
class Progress:
    """How far a pass has got: the bar, and in words its speed and what is left."""

    value: int
    maximum: int
    words: str


def progress(import_: Import, now: datetime) -> Progress:
    """Return how far the pass under way has got; without a worker yet, it waits."""
    if import_.started_at is None:
        return Progress(0, max(import_.records, 1), "Dans la file : cela commence dans quelques secondes.")
    elapsed = max((now - import_.started_at).total_seconds(), 0.1)
    speed = import_.read / elapsed
    words = plural(round(speed), "ligne") + " par seconde" if import_.read else "Lecture du fichier…"
    if speed and import_.records > import_.read:
        left = timedelta(seconds=round((import_.records - import_.read) / speed) or 1)
        words += f", encore {duration(left)} environ"
    return Progress(import_.read, max(import_.records, import_.read, 1), words)


def undoing(import_: Import) -> str:
    """Return what undoing would do."""
    what = f"Ce qui est entré par ce fichier ({plural(import_.created + import_.updated, 'ligne')})"
    if import_.kind is ImportKind.PORTFOLIO:
        return (
            "Les dossiers ouverts par ce fichier seront classés hors champ, si personne n’y a touché depuis ; leurs "
            "établissements pourront entrer dans un autre dossier."
        )
    return f"{what} sera retiré, et ce qu’il y avait avant redeviendra ce que l’on lit."


def preview_rows(import_: Import) -> list[tuple[int, tuple[str, str], str]]:
    """Return the first rows: line, what it does and the tone of it, in words."""
    return [
        (row["line"], EFFECTS[row["effect"]], " : ".join(filter(None, (row["summary"], row["reason"]))))
        for row in import_.preview
    ]


def reason_rows(reasons: list[Reason]) -> list[dict[str, Any]]:
    """Return the problems by reason, each with how many there are and where the first one is."""
    return [
        {
            "severity": SEVERITIES[one.severity],
            "count": one.count,
            "text": one.example,
            "where": f"ligne {one.line}" if one.line else "le fichier entier",
        }
        for one in reasons
    ]
