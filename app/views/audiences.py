"""Who reads what, in the words of the pages, and by which convention one reads what another organisation wrote."""

from collections.abc import Iterable
from typing import Any

from flask import url_for

from app import auth, clock
from app.models import HOLDS_OWN_FIGURES, Case, Document, Employer, Visibility, Visit
from app.permissions import Act, Actor, Audience, Kind, Relation, audiences_offered, relations_needed
from app.queries.audiences import get_audience


class Audiences:
    """The readers around each case or employer of a page, asked once for each."""

    def __init__(self) -> None:
        self._known: dict[Any, Audience] = {}

    def around(self, record: Case | Employer) -> Audience:
        """Return who may read what is written on a case, or about an employer outside any case."""
        if record not in self._known:
            self._known[record] = get_audience(record, clock.today())
        return self._known[record]

    def readers_of(self, entry: Any, kind: Kind) -> str:
        """Return, in words, who reads a note, a visit or a document."""
        if isinstance(entry, Visit) and not entry.is_final:
            return f"{organisation_of(entry)}, jusqu’au compte rendu final"
        if entry.visibility is Visibility.ORGANISATION:
            return organisation_of(entry)  # asked of nobody: its own organisation, and no other
        if isinstance(entry, Document) and entry.kind in HOLDS_OWN_FIGURES:
            is_told = entry.case is None or entry.case.employer_informed_on is not None
            return f"{organisation_of(entry)}, et l’employeur{'' if is_told else ' une fois informé du dossier'}"
        return self.words(entry, kind, entry.case or entry.employer)

    def words(self, entry: Any, kind: Kind, record: Case | Employer) -> str:
        """Return, in words, who reads what an organisation wrote on a case or about an employer."""
        audience = self.around(record)
        return audience.in_words(kind, entry.visibility, entry.organisation_id, organisation_of(entry))


def organisation_of(entry: Any) -> str:
    return entry.organisation.short_name if entry.organisation else ""


def audience_choices(kind: Kind, record: Case | Employer) -> list[tuple[str, str]]:
    """Return the audiences of what the actor writes, each saying who will read it."""
    actor = auth.acting()
    return choices_of(actor, kind, record, actor.organisation_id, actor.organisation_name)


def choices_of(
    actor: Actor, kind: Kind, record: Case | Employer, organisation_id: int | None, name: str
) -> list[tuple[str, str]]:
    """Return the audiences that the actor may choose for what an organisation writes."""
    audience = get_audience(record, clock.today())
    return [(v.value, audience.in_words(kind, v, organisation_id, name)) for v in audiences_offered(actor)]


def opened_by(actor: Actor, convention_id: int | None) -> tuple[str, str] | None:
    """Return (reference, address) of the convention by which the actor reads a record; None when it needs none."""
    flow = next((flow for flow in actor.flows if flow.convention_id == convention_id), None)
    return (flow.reference, url_for("conventions.show", convention_id=flow.convention_id)) if flow else None


def conventions_of_cases(actor: Actor) -> list[tuple[str, str]]:
    """Return (reference, address) of each convention that opens other organisations’ cases to the actor."""
    if Relation.TERRITORY not in relations_needed(actor.role, Kind.CASE, Act.READ):
        return []
    opening = actor.flows_of(Kind.CASE)
    return [(flow.reference, url_for("conventions.show", convention_id=flow.convention_id)) for flow in opening]


def others_by_convention(rows: Iterable[Any], actor: Actor) -> list[tuple[str, str]]:
    """Return the conventions to name beside rows of cases: those of `conventions_of_cases`, if one row needs them."""
    return conventions_of_cases(actor) if any(row.lead != actor.organisation_name for row in rows) else []


def basis_of(actor: Actor, case: Case | None = None) -> str:
    """Return by what, other than a convention, somebody reads cases (or this one) of another organisation."""
    if Relation.MEMBER in relations_needed(actor.role, Kind.CASE, Act.READ):
        return "Vous lisez l’état et le chef de file des dossiers de vos adhérents : leur adhésion en est la base."
    if case and actor.organisation_id and case.owner_id != actor.organisation_id and Relation.CASE in case.relations:
        return "Vous lisez ce dossier sur invitation de son chef de file."
    return ""
