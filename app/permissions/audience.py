"""Who reads an entry, body by body: the rules of `sight`, for what is not written yet."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.models import Visibility
from app.permissions.actor import Actor
from app.permissions.matrix import Act, Kind, Relation, opens, relations_needed
from app.permissions.rules import is_open_for_the_sector
from app.permissions.sight import audiences_read_by
from workflows.roles import Role


@dataclass(frozen=True)
class Audience:
    """Around a case, or an employer outside any case: the bodies that a convention in force names, and where."""

    places: frozenset[str]
    is_public: bool
    is_case: bool = False
    owner_id: int | None = None
    opener_id: int | None = None
    lead_id: int | None = None
    is_told: bool = True
    """The employer knows of the case: it reads nothing of it before."""
    bodies: tuple[Actor, ...] = ()
    on_case: frozenset[int] = field(default_factory=frozenset)
    federations: frozenset[int] = field(default_factory=frozenset)

    def readers(self, kind: Kind, visibility: Visibility, organisation_id: int | None) -> list[Actor]:
        """Return the bodies that read what `organisation_id` writes for this audience, its own left out."""
        others = (body for body in self.bodies if body.organisation_id != organisation_id)
        return [body for body in others if self._reads(body, kind, visibility, organisation_id)]

    def _reads(self, body: Actor, kind: Kind, visibility: Visibility, source: int | None) -> bool:
        if not self._is_shared_with(body.role, kind, visibility):
            return False
        relations = self.relations_of(body)
        parent = Kind.CASE if self.is_case else Kind.EMPLOYER
        if not relations & relations_needed(body.role, parent, Act.READ):
            return False
        if not opens(body.role, kind, Act.READ, relations):
            return False
        if not is_open_for_the_sector(body.role, Act.READ, kind, is_public=self.is_public):
            return False
        return source is None or any(source in f.sources and f.departements & self.places for f in body.flows_of(kind))

    def _is_shared_with(self, role: Role, kind: Kind, visibility: Visibility) -> bool:
        if kind is Kind.CONTACT:
            return visibility is not Visibility.ORGANISATION
        return visibility in audiences_read_by(role)

    def relations_of(self, body: Actor) -> frozenset[Relation]:
        """Return what ties one of these bodies to the case or the employer."""
        if body.role is Role.FEDERATION:
            return frozenset({Relation.MEMBER} if body.organisation_id in self.federations else ())
        found = {Relation.CASE} if body.organisation_id in self.on_case else set()
        if self._is_in_territory(body):
            found.add(Relation.TERRITORY)
        return frozenset(found)

    def _is_in_territory(self, body: Actor) -> bool:
        here = self.places & body.territory
        if not self.is_case or not here:
            return bool(here)
        return body.organisation_id == self.opener_id or any(
            self.owner_id in flow.sources and flow.departements & here for flow in body.flows_of(Kind.CASE)
        )

    def in_words(self, kind: Kind, visibility: Visibility, organisation_id: int | None, name: str) -> str:
        """Return, in words, who reads an entry: shown before and after saving."""
        if visibility is Visibility.ORGANISATION:
            return name
        others = self.readers(kind, visibility, organisation_id)
        if visibility is not Visibility.EMPLOYER:
            return listed(name, others) if others else f"{name} seulement, faute de convention avec un partenaire"
        employer = "et l’employeur" if self.is_told else "et l’employeur une fois informé du dossier"
        return f"{listed(name, others)}, {employer}" if name or others else "l’employeur"


def listed(name: str, others: Iterable[Actor]) -> str:
    """Return the author's organisation, then the others: ARS, Carsat and département first."""
    ranks = list(Role)
    names = [
        body.organisation_name for body in sorted(others, key=lambda b: (ranks.index(b.role), b.organisation_name))
    ]
    return ", ".join([name, *names] if name else names)
