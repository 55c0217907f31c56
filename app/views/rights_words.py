"""The matrix of rights in words, for the help page: drawn from the very table that the judge reads."""

from dataclasses import dataclass

from app.models import Employer, Sector, Visibility
from app.permissions import Act, Kind, Relation, readers_of, relations_needed
from workflows.roles import Role


@dataclass(frozen=True)
class RoleRights:
    """What a role reads and writes; `where` says on which records, when one answer holds for all it may do."""

    role: str
    where: str
    cells: tuple[str, ...]

    @property
    def is_closed(self) -> bool:
        return not any(self.cells)


def matrix_in_words() -> list[RoleRights]:
    """Return a row for each role, a cell for each family of data; an empty cell is closed.

    The coordination has no row: it is held besides a role, and reads what that role reads.
    """
    return [_row(role) for role in Role if role is not Role.COORDINATOR]


def _row(role: Role) -> RoleRights:
    opened = {relations_needed(role, kind, act) for kind in Kind for act in Act} - {frozenset()}
    where = _relations(next(iter(opened))) if len(opened) == 1 else ""
    return RoleRights(role.label, where, tuple(_cell(role, kind, says_where=not where) for kind in Kind))


def _cell(role: Role, kind: Kind, *, says_where: bool) -> str:
    read, write = (relations_needed(role, kind, act) for act in (Act.READ, Act.WRITE))
    if read == write:
        acts = [("lit et écrit", read)] if read else []
    else:
        acts = [(word, relations) for word, relations in (("lit", read), ("écrit", write)) if relations]
    return ", ".join(f"{word} {_relations(relations)}" if says_where else word for word, relations in acts)


def _relations(relations: frozenset[Relation]) -> str:
    return " et ".join(relation.label for relation in Relation if relation in relations)


def audiences_in_words() -> list[tuple[str, str]]:
    """Return (audience, who then reads an entry) for a private employer."""
    employer, author = Employer(sector=Sector.PRIVATE), "l’organisme qui écrit"
    return [(v.label, readers_of(v, Kind.EXCHANGE, employer, author)) for v in Visibility]
