"""The matrix of rights in words, for the help page: drawn from the very table that the judge reads."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.models import Visibility
from app.permissions import BY_CONVENTION, Act, Kind, Relation, Right, right_of
from workflows.roles import Role

VERBS = {
    Act.READ: "lit",
    Act.WRITE: "écrit",
    Act.SIGN: "signe",
    Act.COMMENT: "commente",
    Act.COUNT: "lit des chiffres sans nom",
}
HOLDERS = tuple(role for role in Role if role is not Role.COORDINATOR)
"""The coordination is held besides a role, and reads what that role reads."""


@dataclass(frozen=True)
class FamilyRights:
    """One family of data: for each role that has any, what it does there; the roles to which it is closed."""

    kind: Kind
    rows: tuple[tuple[str, str], ...]
    closed: str
    flow: str

    @property
    def anchor(self) -> str:
        return f"famille-{self.kind.value}"


def matrix_in_words() -> list[FamilyRights]:
    """Return every family of data, with a row for each role."""
    return [_family(kind) for kind in Kind]


def _family(kind: Kind) -> FamilyRights:
    cells = {role.label: cell_in_words(role, kind) for role in HOLDERS}
    rows = tuple((label, words) for label, words in cells.items() if words)
    closed = ", ".join(label for label, words in cells.items() if not words)
    return FamilyRights(kind, rows, closed, _flow(kind))


def _flow(kind: Kind) -> str:
    if kind in BY_CONVENTION:
        return "D’un organisme à l’autre : par convention."
    if kind is Kind.EMPLOYER:
        return "Registre public (FINESS) : sans convention."
    return "Ne passe pas d’un organisme à l’autre par convention."


def cell_in_words(role: Role, kind: Kind) -> str:
    """Return what a role does with a family of data, and on which records; nothing when it is closed."""
    acts: dict[Right, list[str]] = {}
    for act, verb in VERBS.items():
        found = right_of(role, kind, act)
        if found.ties:
            acts.setdefault(found, []).append(verb)
    return " ; ".join(f"{_together(verbs)} {right_in_words(right)}" for right, verbs in acts.items())


def _together(verbs: list[str]) -> str:
    *others, last = verbs
    return f"{', '.join(others)} et {last}" if others else last


def right_in_words(right: Right) -> str:
    """Return on which records a right is held: any of its ties, provided all that is given."""
    ties, given = _labels(right.ties), _labels(right.given)
    return ", ".join([" ou ".join(ties), *given])


def _labels(relations: Iterable[Relation]) -> list[str]:
    return [relation.label for relation in Relation if relation in relations]


def audiences_in_words() -> list[tuple[str, str]]:
    """Return (audience, who then reads an entry)."""
    bodies = "l’organisme qui écrit et, si une convention en vigueur l’ouvre, l’ARS, la Carsat et le département"
    readers = {
        Visibility.ORGANISATION: "l’organisme qui écrit",
        Visibility.PARTNERS: bodies,
        Visibility.EMPLOYER: f"{bodies}, et l’employeur",
    }
    return [(visibility.label, readers[visibility]) for visibility in Visibility]
