"""From a signed list to cases: who may lead for which employer, and how the work is shared out. Pure data and rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows.labels import LabelledEnum
from workflows.roles import Role
from workflows.targeting_list import ListState
from workflows.targeting_scope import Route


class OpeningChoice(LabelledEnum):
    """What a person decided of an employer of a signed list; without a decision, what is under way decides."""

    OPEN = "open", "Ouvrir"
    LEAVE = "leave", "Ne pas ouvrir"


class OpeningStanding(LabelledEnum):
    """Where an employer of a signed list stands on its way to a case."""

    READY = "ready", "À ouvrir"
    TO_DECIDE = "to_decide", "À décider"
    NO_LEAD = "no_lead", "Chef de file à désigner"
    LEFT = "left", "Laissé de côté"
    FOLLOWED = "followed", "Déjà suivi"
    OPENED = "opened", "Dossier ouvert"


class LetterStanding(LabelledEnum):
    """Where the letter to the employer of a case opened from a list stands: it goes out before the first contact."""

    READY = "ready", "Prêt"
    WAITING = "waiting", "À préparer"
    NO_OFFICER = "no_officer", "Référent à désigner"
    PAST = "past", "Contact déjà pris"


AFTER_SIGNING = (ListState.SIGNED, ListState.REVISED, ListState.EXPIRED)
"""While there is something to read of the opening; cases open in the first of these states alone."""

MAY_LEAD: Mapping[Route, tuple[Role, ...]] = {
    Route.CARSAT: (Role.CARSAT, Role.ARS, Role.DEPT),
    Route.PUBLIC: (Role.ARS, Role.DEPT),
    Route.MSA: (Role.ARS, Role.DEPT),
    Route.TO_CONFIRM: (),
}
"""Who may lead, in the order that breaks ties. The branch AT-MP never leads for public agents, nor for the MSA’s."""

INVITED: Mapping[Route, Role] = {Route.PUBLIC: Role.PUBLIC_PREVENTION, Route.MSA: Role.MSA}
"""Who acts beside the lead, which is one of the three bodies: invited on the case as it opens."""


@dataclass
class Agent:
    """Somebody who may be in charge: where, and of how many open cases already."""

    id: int
    places: frozenset[str]
    open_cases: int = 0


@dataclass
class Body:
    """An organisation that may lead: where, how many open cases it leads, and its people."""

    id: int
    kind: Role
    places: frozenset[str]
    open_cases: int = 0
    agents: list[Agent] = field(default_factory=list)

    def agents_in(self, departement: str) -> list[Agent]:
        """Return its people who work there."""
        return [agent for agent in self.agents if departement in agent.places]


@dataclass(frozen=True)
class Target:
    """An employer to be shared out: its route, and where it lies."""

    employer_id: int
    route: Route
    departement: str


@dataclass(frozen=True)
class Proposal:
    """Who is proposed for an employer; nobody when a person is to decide."""

    employer_id: int
    lead_id: int | None
    officer_id: int | None


def share_out(targets: Iterable[Target], bodies: Iterable[Body]) -> list[Proposal]:
    """Propose a lead and an officer for each employer: of those that may, the one with the least to do.

    A body’s load is its open cases for each of its people in the département; what has just been proposed counts,
    so that the work is spread. A body without anybody there comes last.
    """
    known = list(bodies)
    return [_propose(target, known) for target in targets]


def _propose(target: Target, bodies: list[Body]) -> Proposal:
    kinds, place = MAY_LEAD[target.route], target.departement
    may = [body for body in bodies if body.kind in kinds and place in body.places]
    if not may:
        return Proposal(target.employer_id, None, None)
    lead = min(may, key=lambda body: (*_load(body, place), kinds.index(body.kind), body.id))
    lead.open_cases += 1
    officer = pick_agent(lead, place)
    if officer:
        officer.open_cases += 1
    return Proposal(target.employer_id, lead.id, officer.id if officer else None)


def _load(body: Body, place: str) -> tuple[bool, float]:
    there = len(body.agents_in(place))
    return not there, body.open_cases / max(there, 1)


def pick_agent(body: Body, departement: str) -> Agent | None:
    """Return who of a body has the fewest open cases among those who work in a département, or None."""
    return min(body.agents_in(departement), key=lambda agent: (agent.open_cases, agent.id), default=None)


def lead_kinds(route: Route) -> tuple[Role, ...]:
    """Return the kinds of organisations among which a person chooses; any of the three when the route is unknown."""
    return MAY_LEAD[route] or (Role.ARS, Role.DEPT)
