"""The journal: what changed, and what was reached. Identifiers and labels, never a word of a case."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import access_log, auth
from app.filters import moment, plural, short_day
from app.models import AccessAction, JournalAction, ObjectKind
from app.models.journal import chain_label
from app.permissions import Actor, reads_every_journal
from app.queries import journal as queries
from app.queries.journal import PAGE, JournalFilters
from app.views.listing import chosen, is_fragment, record_number
from app.views.workbooks import MOST_ROWS, in_words, list_response
from forms.journal import JournalFilterForm
from workflows.labels import LabelledEnum

bp = Blueprint("journal", __name__, url_prefix="/journal")

EXPORTS = {"journal.index": "journal.export", "journal.accesses": "journal.export_accesses"}
LISTS = {
    "cases": "Liste des dossiers",
    "employers": "Liste des employeurs",
    "data": "Structures et répondants",
    "imports": "Imports",
    "journal": "Journal",
    "people": "Personnes",
    "exceptional_accesses": "Accès exceptionnels",
    "conventions": "Conventions",
    "returns": "Retours aux employeurs",
    "privacy": "Demandes sur les données",
    "desk": "Chiffres et organismes",
}
FILTERS = {
    "q": "recherche", "scope": "périmètre", "state": "état", "timing": "échéance", "departement": "département",
    "category": "catégorie", "sector": "secteur", "lead": "chef de file n°", "officer": "référent n°",
    "followed": "accompagnement", "sort": "tri",
}  # fmt: skip
"""Names of the filters of an export, as the journal tells them."""

List = Callable[..., Sequence[Any]]


@bp.get("")
@auth.journal_reader
def index() -> ResponseReturnValue:
    return _page("journal.index", JournalAction, queries.list_entries, _entry)


@bp.get("/consultations")
@auth.journal_reader
def accesses() -> ResponseReturnValue:
    return _page("journal.accesses", AccessAction, queries.list_accesses, _access)


def _page(
    endpoint: str, actions: type[LabelledEnum], list_rows: List, word: Callable[[Any], dict[str, Any]]
) -> ResponseReturnValue:
    actor = auth.acting()
    form = _form(actor, actions)
    filters = _filters(form)
    access_log.note_reading(ObjectKind.JOURNAL, filters.arguments())
    before = request.args.get("apres", type=record_number)
    rows = list_rows(actor, filters, before=before)
    shown = rows[:PAGE]
    arguments = filters.arguments()
    return render_template(
        "journal/_results.html" if is_fragment() else "journal/index.html",
        form=form,
        filters=filters,
        endpoint=endpoint,
        sees_all=reads_every_journal(actor),
        rows=[_who(row) | word(row) for row in shown],
        active=_active(form, filters, endpoint),
        export_url=url_for(EXPORTS[endpoint], **arguments),
        next_url=url_for(endpoint, **arguments, apres=shown[-1].id) if len(rows) > PAGE else None,
        first_url=url_for(endpoint, **arguments) if before else None,
    )


@bp.get("/liste.xlsx")
@auth.journal_reader
@auth.second_factor(back="journal.index")
def export() -> Response:
    return _workbook("journal", "journal.index", JournalAction, queries.list_entries, _entry)


@bp.get("/consultations.xlsx")
@auth.journal_reader
@auth.second_factor(back="journal.accesses")
def export_accesses() -> Response:
    return _workbook("consultations", "journal.accesses", AccessAction, queries.list_accesses, _access)


def _workbook(
    name: str, endpoint: str, actions: type[LabelledEnum], list_rows: List, word: Callable[[Any], dict[str, Any]]
) -> Response:
    actor = auth.acting()
    form = _form(actor, actions)
    filters = _filters(form)
    found = (_who(row) | word(row) for row in list_rows(actor, filters, limit=MOST_ROWS + 1))
    rows = [
        (one["when"], one["action"], one["about"], _asides(one), one["person"], one["organisation"]) for one in found
    ]
    head = ("Quand", "Action", "Sur quoi", "Précisions", "Personne", "Organisme")
    told = in_words(_active(form, filters, endpoint))
    return list_response(name, head, rows, filters=filters.arguments(), told=told)


def _asides(row: dict[str, Any]) -> str:
    return ", ".join([*(text for text, _ in row["badges"]), *row["notes"]])


def _form(actor: Actor, actions: type[LabelledEnum]) -> JournalFilterForm:
    form = JournalFilterForm(request.args)
    form.action.choices = [("", "Toutes"), *actions.choices()]
    organisations = queries.list_organisation_choices() if reads_every_journal(actor) else []
    form.organisation.choices = [("", "Tous"), *organisations]
    form.validate()  # for the words beside a wrong day
    return form


def _filters(form: JournalFilterForm) -> JournalFilters:
    organisation = chosen(form.organisation)
    return JournalFilters(
        q=(form.q.data or "").strip()[:100],
        since=None if form.since.errors else form.since.data,
        until=None if form.until.errors else form.until.data,
        action=chosen(form.action),
        organisation=int(organisation) if organisation else None,
    )


def _active(form: JournalFilterForm, filters: JournalFilters, endpoint: str) -> list[tuple[str, str]]:
    """Return (label, address without it) for each filter in place."""
    arguments, found = filters.arguments(), []
    for name in arguments:
        field, value = form[name], getattr(filters, name)
        words = {str(known): label for known, label in getattr(field, "choices", None) or ()}
        text = words.get(str(value)) or (short_day(value) if name in ("since", "until") else str(value))
        others = {key: kept for key, kept in arguments.items() if key != name}
        found.append((f"{field.label.text} : {text}", url_for(endpoint, **others)))
    return found


def _who(row: Any) -> dict[str, Any]:
    """Whoever was erased since stays a number; an entry without anybody was a command, or the sign-in page."""
    name = f"{row.given_name} {row.family_name}" if row.family_name else ""
    number = f"personne n° {row.user_id}" if row.user_id else "—"
    return {"when": moment(row.recorded_at), "person": name or number, "organisation": row.organisation or ""}


def _entry(row: Any) -> dict[str, Any]:
    about = chain_label(row.chain) if row.chain > 0 else _object(row)
    return {"action": row.action.label, "about": about, "notes": [], "badges": []}


def _access(row: Any) -> dict[str, Any]:
    notes = [plural(row.rows, "ligne")] if row.rows is not None else []
    notes += [f"{FILTERS.get(name, name)} : {_filter(value)}" for name, value in (row.filters or {}).items()]
    notes += [row.request] if row.object_kind is None else []
    badges = [("hors territoire", "info")] if row.is_out_of_territory else []
    return {"action": row.action.label, "about": _object(row), "notes": notes, "badges": badges}


def _filter(value: str) -> str:
    return "texte non conservé" if value.startswith("sha256:") else value


def _object(row: Any) -> str:
    kind: ObjectKind | None = row.object_kind
    if kind is None:
        return "Page"
    if kind is ObjectKind.LIST:
        return next((words for name, words in LISTS.items() if f" {name}." in getattr(row, "request", "")), kind.label)
    if kind is ObjectKind.CASE and row.object_id is not None:
        return chain_label(int(row.object_id))
    return kind.label if row.object_id is None else f"{kind.label} n° {row.object_id}"
