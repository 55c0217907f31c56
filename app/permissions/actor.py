"""Who acts, and by which conventions other organisations' data come to them."""

from dataclasses import dataclass
from datetime import datetime

from app.permissions.matrix import Kind
from workflows.roles import Role


@dataclass(frozen=True)
class Flow:
    """What one convention in force opens to the actor: these families, from these organisations, in these places."""

    convention_id: int
    reference: str
    kinds: frozenset[str]
    sources: frozenset[int]
    departements: frozenset[str]


@dataclass(frozen=True)
class Opening:
    """One case opened to the actor outside its own départements, until then."""

    access_id: int
    case_id: int
    until: datetime


@dataclass(frozen=True)
class Actor:
    """Who acts, in the one capacity chosen for this session."""

    user_id: int
    name: str
    role: Role
    capacity_id: int = 0
    organisation_id: int | None = None
    organisation_name: str = ""
    territory: frozenset[str] = frozenset()
    whole_territory: frozenset[str] = frozenset()
    """That of the organisation, of which the person may have a part."""
    employer_id: int | None = None
    decides_access: bool = False
    """At an employer: says who else has access."""
    is_coordinator: bool = False
    is_administrator: bool = False
    lent: frozenset[str] = frozenset()
    """Powers held by delegation alone: « is_coordinator », « is_administrator »."""
    is_read_only: bool = False
    """Has left its post: reads for a while, and does nothing more."""
    flows: tuple[Flow, ...] = ()
    openings: tuple[Opening, ...] = ()
    """Exceptional accesses that run, to cases that the whole organisation reads at this very request."""

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset({self.role, Role.COORDINATOR} if self.is_coordinator else {self.role})

    @property
    def is_employer(self) -> bool:
        """Pages speak to an employer in its own words; what it may is asked of the rules, not of this."""
        return self.role is Role.EMPLOYER

    def flows_of(self, kind: Kind) -> tuple[Flow, ...]:
        """Return the conventions that open this family of data."""
        return tuple(flow for flow in self.flows if kind.value in flow.kinds)
