"""What happened with an employer or on a case, as one thread that says who reads each entry."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from flask import url_for

from app import filters
from app.clock import PARIS
from app.models import Case, CaseEvent, Document, EventKind, Exchange, Visit
from app.permissions import Actor, Kind, reads_motives, reads_whole_case
from app.views.audiences import Audiences, opened_by
from app.views.case_page import state_label
from workflows.core import Fact, FactKind
from workflows.support_case import WORKFLOW


@dataclass(frozen=True)
class ThreadItem:
    """One thing that happened, with who reads it."""

    title: str
    on: date
    at: datetime
    when: str
    by: str = ""
    text: str = ""
    visibility: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)

    @property
    def datetime(self) -> str:
        return self.on.isoformat()


def thread(
    actor: Actor,
    case: Case,
    events: Sequence[CaseEvent],
    exchanges: Sequence[Exchange],
    visits: Sequence[Visit],
    documents: Sequence[Document],
    viewer: Actor | None = None,
) -> list[ThreadItem]:
    """Return everything that happened and that the actor may read, newest first; conventions as `viewer` knows them."""
    kept = [event for event in events if reads_whole_case(actor, case) or event.kind in _STATE_EVENTS]
    items = [_of_event(event, actor, case) for event in kept]
    items += entries(viewer or actor, exchanges, visits, documents)
    return _newest_first(items)


def entries(
    actor: Actor, exchanges: Sequence[Exchange], visits: Sequence[Visit], documents: Sequence[Document]
) -> list[ThreadItem]:
    """Return notes, visits and documents as one thread, newest first."""
    replaced, audiences = {visit.corrects_id for visit in visits if visit.is_final}, Audiences()
    found = [
        *((entry, Kind.EXCHANGE, _of_exchange(entry)) for entry in exchanges),
        *((entry, Kind.VISIT, _of_visit(entry, is_replaced=entry.id in replaced)) for entry in visits),
        *((entry, Kind.DOCUMENT, _of_document(entry)) for entry in documents),
    ]
    return _newest_first([_with_readers(actor, audiences, *one) for one in found])


def _with_readers(actor: Actor, audiences: Audiences, entry: Any, kind: Kind, item: ThreadItem) -> ThreadItem:
    convention = opened_by(actor, entry.convention_id)
    links = item.links + ([(f"convention {convention[0]}", convention[1])] if convention else [])
    return replace(item, visibility=audiences.readers_of(entry, kind), links=links)


def _newest_first(items: Sequence[ThreadItem]) -> list[ThreadItem]:
    """By the day it happened, and within a day by the moment it was written down."""
    return sorted(items, key=lambda item: (item.on, item.at), reverse=True)


_STATE_EVENTS = (EventKind.OPENED, EventKind.STEP, EventKind.CORRECTION, EventKind.LEAD, EventKind.TAKEN_UP)


def _of_event(event: CaseEvent, actor: Actor, case: Case) -> ThreadItem:
    recorded_on = event.recorded_at.astimezone(PARIS).date()
    later = f" (noté le {filters.short_day(recorded_on)})" if recorded_on != event.effective_on else ""
    return ThreadItem(
        title=_event_title(event, actor, case),
        on=event.effective_on,
        at=event.recorded_at,
        when=filters.day(event.effective_on) + later,
        by=_event_author(event, actor, case),
        text=_event_text(event) if reads_motives(actor, case) else "",
    )


def _event_text(event: CaseEvent) -> str:
    """Return the motive, then what the step made known."""
    labels = {fact.name: fact for fact in WORKFLOW.step(event.step).facts} if event.step else {}
    known = [
        f"{labels[name].label} : {_fact(labels[name], after)}."
        for name, (_, after) in event.facts.items()
        if name in labels
    ]
    return " ".join([event.motive, *known]).strip()


def _fact(fact: Fact, text: str | None) -> str:
    if fact.kind is FactKind.DATE and text:
        return filters.short_day(date.fromisoformat(text))
    return dict(fact.choices).get(text or "", text or "")


def _event_title(event: CaseEvent, actor: Actor, case: Case) -> str:
    if event.to_state:
        return f"{_move_words(event)}{state_label(actor, event.to_state)}"
    if not event.summary or not (event.kind is EventKind.LEAD or reads_whole_case(actor, case)):
        return event.kind.label
    return event.summary if event.kind is EventKind.PARTNER else f"{event.kind.label} : {event.summary}"


def _move_words(event: CaseEvent) -> str:
    """Return what tells a correction, a resumption or a new episode from a first arrival in a state."""
    step = WORKFLOW.step(event.step) if event.step else None
    if step is None:
        return "Repris d’un fichier : " if event.kind is EventKind.TAKEN_UP else ""
    if step.takes_back:
        return "Correction : "
    if step.starts_episode:
        return "Nouvel épisode : "
    return "Reprise : " if step.returns_to else ""


def _event_author(event: CaseEvent, actor: Actor, case: Case) -> str:
    organisation = event.organisation.short_name if event.organisation else ""
    if not reads_whole_case(actor, case) or event.actor is None:
        return f"par {organisation}" if organisation else ""
    verb = "indiqué par" if event.kind is EventKind.PARTNER else "par"
    return f"{verb} {event.actor.full_name}, {organisation}"


def _author(entry: Any) -> str:
    organisation = entry.organisation.short_name if entry.organisation else ""
    return f"par {entry.author.full_name}, {organisation}" if organisation else f"par {entry.author.full_name}"


def _of_exchange(exchange: Exchange) -> ThreadItem:
    return ThreadItem(
        title=f"Note de terrain : {exchange.kind.label.lower()}",
        on=exchange.held_on,
        at=exchange.created_at,
        when=filters.day(exchange.held_on),
        by=_author(exchange),
        text=exchange.summary,
        links=[("ouvrir", url_for("exchanges.show", exchange_id=exchange.id))],
    )


def _of_visit(visit: Visit, *, is_replaced: bool) -> ThreadItem:
    pages = url_for("visits.show", visit_id=visit.id)
    links = [("compte rendu" if visit.is_final else "brouillon à terminer", pages)]
    if visit.is_final:
        links.append(("PDF", url_for("visits.download", visit_id=visit.id)))
    remote = visit.mode.label.lower()
    return ThreadItem(
        title=f"Visite {remote}" + _version_words(visit, is_replaced=is_replaced),
        on=visit.visited_on,
        at=visit.created_at,
        when=filters.day(visit.visited_on),
        by=_author(visit),
        text=visit.subject,
        links=links,
    )


def _version_words(visit: Visit, *, is_replaced: bool) -> str:
    if is_replaced:
        return f" (version {visit.revision}, remplacée)"
    return " (version rectificative)" if visit.corrects_id else ""


def _of_document(document: Document) -> ThreadItem:
    on = document.created_at.astimezone(PARIS).date()
    return ThreadItem(
        title=f"Document : {document.title}",
        on=on,
        at=document.created_at,
        when=filters.day(on),
        by=_author(document),
        links=[("télécharger", url_for("documents.download", document_id=document.id))],
    )
