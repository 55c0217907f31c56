"""What the page of a case shows, made ready: stepper, steps with what they lack, thread."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for

from app import filters
from app.clock import PARIS
from app.models import Case, CaseEvent, Document, EventKind, Exchange, Visit
from app.permissions import Actor, Kind, readers_of, reads_motives, reads_whole_case, step_refusal
from workflows.core import Missing, Step
from workflows.roles import Role
from workflows.support_case import EMPLOYER_LABELS, MAIN_PATH, WORKFLOW, State

ASIDE = ("refuse", "suspend", "declare_out_of_scope", "correct")
"""Steps that are never the next one to propose."""


@dataclass(frozen=True)
class StepOffer:
    """A step as the page shows it: open, or closed with all that it lacks."""

    step: Step
    url: str
    refusal: str | None
    missing: Sequence[dict[str, str]] = ()
    to_give: Sequence[dict[str, str]] = ()

    @property
    def is_open(self) -> bool:
        return self.refusal is None and not self.missing

    @property
    def why(self) -> str:
        return self.refusal or " ".join(item["text"] for item in self.missing)


@dataclass(frozen=True)
class ThreadItem:
    """One thing that happened, with who reads it."""

    title: str
    on: date
    when: str
    by: str = ""
    text: str = ""
    visibility: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)

    @property
    def datetime(self) -> str:
        return self.on.isoformat()


def state_label(actor: Actor, state: State) -> str:
    """Return the words for a state: the employer's own, or the agents'."""
    return EMPLOYER_LABELS[state] if actor.role is Role.EMPLOYER else state.label


def stepper(case: Case, events: Sequence[CaseEvent], actor: Actor, today: date) -> list[dict[str, str]]:
    """Return the milestones of the main path, those passed in this episode, and the one reached."""
    reached = {event.to_state for event in events if event.episode == case.episode and event.to_state}
    place = case.suspended_from or (case.previous_state if _is_aside(case.state) else case.state)
    here = next((number for number, states in enumerate(MAIN_PATH) if place in states), 0)
    steps = []
    for number, states in enumerate(MAIN_PATH):
        passed = number < here and (number == 0 or reached & set(states))
        status = "current" if number == here else ("done" if passed else "todo")
        note = _note(case, actor, today) if status == "current" else ("" if number >= here or passed else "sans objet")
        steps.append({"label": _milestone(states, case, actor), "status": status, "note": note})
    return steps


def _is_aside(state: State) -> bool:
    return state in (State.REFUSED, State.OUT_OF_SCOPE)


def _note(case: Case, actor: Actor, today: date) -> str:
    since = filters.since(case.entered_on, today)
    on_path = any(case.state in states for states in MAIN_PATH)
    return since if on_path else f"{state_label(actor, case.state)}, {since}"


def _milestone(states: tuple[State, ...], case: Case, actor: Actor) -> str:
    if len(states) == 1:
        return state_label(actor, states[0])
    return state_label(actor, case.state) if case.state in states else "Contrat ou objectif"


def offers(case: Case, actor: Actor, today: date) -> list[StepOffer]:
    """Return the steps that leave the present state, each with what stands in its way for this actor."""
    return [
        offer(case, step, actor, today)
        for step in WORKFLOW.steps_from(case.state)
        if not step.returns_to or getattr(case, step.returns_to)
    ]


def offer(case: Case, step: Step, actor: Actor, today: date) -> StepOffer:
    """Return one step; what its own form will ask for is to give, the rest is missing."""
    asked = {"motive", "effective_on", *(fact.name for fact in step.facts)}
    found = WORKFLOW.missing(case, step.slug, today=today, actor=actor, motive="(à venir)")
    url = url_for("steps.take", case_id=case.id, step=step.slug)
    return StepOffer(
        step=step,
        url=url,
        refusal=step_refusal(actor, case, step),
        missing=[{"text": m.why, "url": place(m, case)} for m in found if m.at not in asked],
        to_give=[{"text": m.why, "url": f"{url}#{m.at}"} for m in found if m.at in asked],
    )


def place(missing: Missing, case: Case) -> str:
    """Return the address where what is missing can be given; nothing when no page holds it."""
    places = {
        "lead": lambda: url_for("teams.edit", case_id=case.id),
        "sector": lambda: url_for("employers.edit", employer_id=case.employer_id) + "#sector",
        "headcount": lambda: url_for("employers.edit", employer_id=case.employer_id) + "#headcount",
        "visit": lambda: url_for("visits.new_on_case", case_id=case.id),
    }
    return places[missing.at]() if missing.at in places else ""


def proposed(steps: Sequence[StepOffer]) -> StepOffer | None:
    """Return the step to propose first: the first ahead that is this actor's to take, else the first ahead."""
    ahead = [item for item in steps if item.step.slug not in ASIDE]
    mine = [item for item in ahead if item.refusal is None]
    return next(iter(mine or ahead), None)


def thread(
    actor: Actor,
    case: Case,
    events: Sequence[CaseEvent],
    exchanges: Sequence[Exchange],
    visits: Sequence[Visit],
    documents: Sequence[Document],
) -> list[ThreadItem]:
    """Return everything that happened and that the actor may read, newest first."""
    kept = [event for event in events if reads_whole_case(actor, case) or event.kind in _STATE_EVENTS]
    items = [_of_event(event, actor, case) for event in kept] + entries(exchanges, visits, documents)
    return sorted(items, key=lambda item: item.on, reverse=True)


def entries(exchanges: Sequence[Exchange], visits: Sequence[Visit], documents: Sequence[Document]) -> list[ThreadItem]:
    """Return notes, visits and documents as one thread, newest first."""
    items = [
        *(_of_exchange(exchange) for exchange in exchanges),
        *(_of_visit(visit) for visit in visits),
        *(_of_document(document) for document in documents),
    ]
    return sorted(items, key=lambda item: item.on, reverse=True)


_STATE_EVENTS = (EventKind.OPENED, EventKind.STEP, EventKind.CORRECTION, EventKind.LEAD)


def _of_event(event: CaseEvent, actor: Actor, case: Case) -> ThreadItem:
    recorded_on = event.recorded_at.astimezone(PARIS).date()
    later = f" (noté le {filters.short_day(recorded_on)})" if recorded_on != event.effective_on else ""
    return ThreadItem(
        title=_event_title(event, actor),
        on=event.effective_on,
        when=filters.day(event.effective_on) + later,
        by=_event_author(event, actor),
        text=event.motive if reads_motives(actor, case) else "",
    )


def _event_title(event: CaseEvent, actor: Actor) -> str:
    if event.to_state:
        prefix = "Correction : " if event.kind is EventKind.CORRECTION else ""
        return f"{prefix}{state_label(actor, event.to_state)}"
    return f"{event.kind.label} : {event.summary}" if event.summary else event.kind.label


def _event_author(event: CaseEvent, actor: Actor) -> str:
    organisation = event.organisation.short_name if event.organisation else ""
    if actor.role in (Role.EMPLOYER, Role.FEDERATION) or event.actor is None:
        return f"par {organisation}" if organisation else ""
    return f"par {event.actor.full_name}, {organisation}"


def _author(entry: Any) -> str:
    organisation = entry.organisation.short_name if entry.organisation else ""
    return f"par {entry.author.full_name}, {organisation}" if organisation else f"par {entry.author.full_name}"


def _of_exchange(exchange: Exchange) -> ThreadItem:
    return ThreadItem(
        title=f"Note de terrain : {exchange.kind.label.lower()}",
        on=exchange.held_on,
        when=filters.day(exchange.held_on),
        by=_author(exchange),
        text=exchange.summary,
        visibility=_readers(exchange, Kind.EXCHANGE),
        links=[("ouvrir", url_for("exchanges.show", exchange_id=exchange.id))],
    )


def _of_visit(visit: Visit) -> ThreadItem:
    pages = url_for("visits.show", visit_id=visit.id)
    links = [("compte rendu" if visit.is_final else "brouillon à terminer", pages)]
    if visit.is_final:
        links.append(("PDF", url_for("visits.download", visit_id=visit.id)))
    remote = visit.mode.label.lower()
    return ThreadItem(
        title=f"Visite {remote}" + (" (version rectificative)" if visit.corrects_id else ""),
        on=visit.visited_on,
        when=filters.day(visit.visited_on),
        by=_author(visit),
        text=visit.subject,
        visibility=_readers(visit, Kind.VISIT) if visit.is_final else readers_of_draft(visit),
        links=links,
    )


def _of_document(document: Document) -> ThreadItem:
    on = document.created_at.astimezone(PARIS).date()
    return ThreadItem(
        title=f"Document : {document.title}",
        on=on,
        when=filters.day(on),
        by=_author(document),
        visibility=_readers(document, Kind.DOCUMENT),
        links=[("télécharger", url_for("documents.download", document_id=document.id))],
    )


def _readers(entry: Any, kind: Kind) -> str:
    return readers_of(entry.visibility, kind, entry.organisation.short_name if entry.organisation else "")


def readers_of_draft(visit: Visit) -> str:
    """Return who reads a draft: its organisation, until it is final."""
    return f"{visit.organisation.short_name if visit.organisation else ''}, jusqu’au compte rendu final"


def due_badge(due_on: date, today: date) -> dict[str, str] | None:
    """Return the badge that says whether a due date is passed, near or far; nothing when none is set."""
    if due_on.year == filters.NEVER:
        return None
    if due_on < today:
        return {"text": f"en retard de {filters.plural((today - due_on).days, 'jour')}", "tone": "alert"}
    if (due_on - today).days <= 15:
        return {"text": "à faire bientôt", "tone": "warn"}
    return {"text": "dans les délais", "tone": "good"}
