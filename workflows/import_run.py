"""Bringing a file in: what kinds of files there are and whose they are, and the life of one import."""

from workflows.core import Step, Workflow
from workflows.labels import LabelledEnum
from workflows.roles import LEADS, Role


class ImportKind(LabelledEnum):
    """What a file holds."""

    FINESS = "finess", "Répertoire FINESS"
    TDB = "tdb", "Tableau de bord de la performance"
    HOME_CARE = "home_care", "Indicateurs déclarés des services à domicile"
    ATMP = "atmp", "Accidents du travail et maladies professionnelles"
    REFERENCES = "references", "Références nationales des accidents du travail"
    MEMBERS = "members", "Adhérents d’une fédération"
    LINKS = "links", "Correspondance entre établissements et SIRET"
    PORTFOLIO = "portfolio", "Accompagnements en cours"
    CPOM = "cpom", "CPOM en cours"
    OBJECTIVES = "objectives", "Objectifs de CPOM"
    AIDS = "aids", "Aides accordées"
    CONTACTS = "contacts", "Contacts chez les employeurs"


OWNERS: dict[ImportKind, frozenset[Role]] = {
    **dict.fromkeys(
        (ImportKind.FINESS, ImportKind.LINKS, ImportKind.PORTFOLIO, ImportKind.CONTACTS, ImportKind.AIDS),
        frozenset(LEADS),
    ),
    **dict.fromkeys((ImportKind.TDB, ImportKind.HOME_CARE), frozenset({Role.ARS})),
    **dict.fromkeys((ImportKind.ATMP, ImportKind.REFERENCES), frozenset({Role.CARSAT})),
    **dict.fromkeys((ImportKind.CPOM, ImportKind.OBJECTIVES), frozenset({Role.ARS, Role.DEPT})),
    ImportKind.HOME_CARE: frozenset({Role.ARS, Role.DEPT}),
    ImportKind.MEMBERS: frozenset({Role.FEDERATION}),
}
"""Whose figures and lists they are: nobody else brings them in."""


class ImportState(LabelledEnum):
    """Where an import stands. What is in `TO_WORK` is the scheduler's: it survives a stop."""

    RECEIVED = "received", "Colonnes à vérifier"
    CHECKING = "checking", "Vérification en cours"
    CHECKED = "checked", "À confirmer"
    CONFIRMED = "confirmed", "En attente de son tour"
    RUNNING = "running", "Import en cours"
    DONE = "done", "Terminé"
    FAILED = "failed", "Refusé"
    ABANDONED = "abandoned", "Abandonné"
    UNDOING = "undoing", "Annulation en cours"
    UNDONE = "undone", "Annulé"


_IMPORTERS = tuple(sorted({role for roles in OWNERS.values() for role in roles}, key=list(Role).index))
_OPEN = (ImportState.RECEIVED, ImportState.CHECKED, ImportState.FAILED)
_AT_WORK = (ImportState.CHECKING, ImportState.RUNNING)


def _step(slug: str, sources: tuple[ImportState, ...], target: ImportState, label: str) -> Step:
    return Step(slug, sources, target, label, _IMPORTERS, lead_only=False)


WORKFLOW = Workflow(
    name="import_run",
    states=ImportState,
    initial=ImportState.RECEIVED,
    steps=(
        _step("check", _OPEN, ImportState.CHECKING, "Vérifier le fichier"),
        _step("show", (ImportState.CHECKING,), ImportState.CHECKED, "Montrer ce qui serait fait"),
        _step("confirm", (ImportState.CHECKED,), ImportState.CONFIRMED, "Importer"),
        _step("begin", (ImportState.CONFIRMED,), ImportState.RUNNING, "Commencer"),
        _step("finish", (ImportState.RUNNING,), ImportState.DONE, "Terminer"),
        _step("fail", _AT_WORK, ImportState.FAILED, "Refuser le fichier"),
        _step("abandon", (*_OPEN, ImportState.CONFIRMED), ImportState.ABANDONED, "Abandonner"),
        _step("undo", (ImportState.DONE,), ImportState.UNDOING, "Annuler l’import"),
        _step("withdraw", (ImportState.UNDOING,), ImportState.UNDONE, "Retirer ce qui était entré"),
        _step("keep", (ImportState.UNDOING,), ImportState.DONE, "Garder ce qui était entré"),
    ),
    ended=frozenset({ImportState.ABANDONED, ImportState.UNDONE}),
)
"""An import that is `DONE` may still be undone while nothing has been built on it."""

TO_WORK = (ImportState.CHECKING, ImportState.CONFIRMED, ImportState.RUNNING, ImportState.UNDOING)
"""What the scheduler takes up."""
OVER = (ImportState.DONE, ImportState.FAILED, ImportState.ABANDONED, ImportState.UNDONE)
"""What it has left: the bytes are forgotten some time after."""
