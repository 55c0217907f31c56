"""Bringing a file in: what there is, a new file, its columns, what it would do, how far it has got, what it did."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import access_log, auth, clock
from app.actions import imports as actions
from app.actions.errors import Unacceptable
from app.actions.import_batches import handler_of
from app.actions.import_undoing import built_on
from app.actions.imports import Received, Terms
from app.actions.incoming.handling import layout_of
from app.extensions import db
from app.models import Import
from app.permissions import kinds_brought_in
from app.queries import imports as queries
from app.queries.threads import find_submission
from app.readers.kinds import model_rows
from app.views import import_words as words
from app.views.downloads import as_attachment
from app.views.listing import record_number
from app.views.workbooks import MOST_ROWS, harmless, list_response, workbook_response
from forms.imports import ANSWER, COLUMN, ReadingForm, UploadForm, reading_form
from workflows.core import Refused
from workflows.import_run import ImportKind, ImportState

bp = Blueprint("imports", __name__, url_prefix="/imports")

RECOGNISE = ("", "Le reconnaître d’après ses colonnes")
CONFIRMED = frozenset({ImportState.CONFIRMED, ImportState.RUNNING, ImportState.DONE})
ABANDONED = frozenset({ImportState.ABANDONED})
UNDONE = frozenset({ImportState.UNDOING, ImportState.UNDONE})
"""Where an act that comes a second time finds the import: nothing is left to do."""
LARGEST_FORM = actions.LARGEST + 1024 * 1024


@bp.get("")
@auth.file_importer
def index() -> ResponseReturnValue:
    actor = auth.acting()
    found = queries.list_imports(actor, before=request.args.get("avant", type=record_number))
    shown = found[: queries.PAGE]
    following = url_for("imports.index", avant=shown[-1].id) if len(found) > len(shown) else None
    return render_template(
        "imports/index.html",
        kinds=kinds_brought_in(actor),
        last=queries.last_of_each_kind(actor),
        imports=shown,
        next_url=following,
        first_url=url_for("imports.index") if "avant" in request.args else None,
        has_model=_has_model,
        tone=words.tone,
    )


@bp.get("/liste.xlsx")
@auth.file_importer
@auth.second_factor(back="imports.index")
def export() -> Response:
    found = queries.list_imports(auth.acting(), limit=MOST_ROWS)
    return list_response("imports", words.HEAD, map(words.list_row, found))


def _has_model(kind: ImportKind) -> bool:
    return kind is not ImportKind.FINESS


@bp.get("/modeles/<name>.xlsx")
@auth.file_importer
def model(name: str) -> Response:
    actor = auth.acting()
    kind = next((one for one in kinds_brought_in(actor) if one.value == name and _has_model(one)), None)
    if kind is None:
        abort(404)
    head, *rows = model_rows(name)
    facts = [("Modèle", kind.label), ("Lignes", "Deux exemples inventés : remplacez-les par les vôtres.")]
    return workbook_response(f"modele-{name}", head, rows, facts, actor=actor, now=clock.now())


@bp.route("/nouveau", methods=["GET", "POST"])
@auth.file_importer
@auth.takes_files_of(LARGEST_FORM)
def new() -> ResponseReturnValue:
    actor, form = auth.acting(), UploadForm()
    form.kind.choices = [RECOGNISE, *((kind.value, kind.label) for kind in kinds_brought_in(actor))]
    wanted = request.args.get("nature")
    if request.method == "GET" and any(kind.value == wanted for kind in kinds_brought_in(actor)):
        form.kind.data = wanted
    if form.validate_on_submit():
        received = find_submission(Import, form.submission.data, actor) or _receive(form)
        if received:
            return redirect(url_for("imports.show", import_id=received.id))
    return render_template("imports/new.html", form=form), 422 if form.errors else 200


def _receive(form: UploadForm) -> Import | None:
    file = form.file.data
    if not file or not file.filename:
        form.refuse("Choisissez un fichier.", "file")
        return None
    kind = ImportKind(form.kind.data) if form.kind.data else None
    received = Received(file.stream, file.filename)
    try:
        import_ = actions.receive(received, kind, actor=auth.acting(), now=clock.now(), submission=form.submission.data)
    except Unacceptable as error:
        db.session.rollback()
        form.refuse(str(error), error.field)
        return None
    db.session.commit()
    return import_


def import_or_404(import_id: int, *, lock: bool = False) -> Import:
    """Return an import of the actor's organisation; 404 otherwise."""
    import_ = queries.get_import(auth.acting(), import_id, lock=lock)
    if import_ is None:
        abort(404)
    return import_


@bp.get("/<int:import_id>")
@auth.file_importer
def show(import_id: int) -> ResponseReturnValue:
    import_ = import_or_404(import_id)
    renames = "colonnes" in request.args and import_.state in (ImportState.CHECKED, ImportState.FAILED)
    if import_.state is ImportState.RECEIVED or renames:
        return _columns_page(import_, _form_of(import_))
    return _page(import_)


def _page(import_: Import) -> str:
    is_done = import_.state is ImportState.DONE
    return render_template(
        "imports/show.html",
        import_=import_,
        words=words,
        steps=words.stepper(import_),
        at_work=words.is_at_work(import_),
        progress=words.progress(import_, clock.now()),
        waits_for=queries.running_of(import_.kind) if import_.state is ImportState.CONFIRMED else None,
        counts=words.counts(import_, is_done=is_done),
        rows=words.preview_rows(import_),
        reasons=words.reason_rows(queries.list_reasons(import_)),
        record=words.record(import_),
        same=queries.find_same_bytes(auth.acting(), import_) if import_.state is ImportState.CHECKED else None,
        keeps=built_on(import_, now=clock.now()) if is_done else "",
        duty=handler_of(import_).duty,
        contracts=_contracts(import_) if is_done else None,
    )


def _contracts(import_: Import) -> words.Contracts | None:
    """What the result of a « tableau de bord » offers to who brings contracts in; None when there is nothing."""
    actor, count = auth.acting(), import_.options.get("contracts", 0)
    if not count or ImportKind.CPOM not in kinds_brought_in(actor):
        return None
    taken = queries.find_contracts_taken(actor, import_)
    return words.Contracts(count, taken) if taken or queries.has_bytes(import_) else None


def _form_of(import_: Import) -> ReadingForm:
    layout = layout_of(handler_of(import_).layouts, import_) if import_.head else None
    fields, options = (layout.fields, layout.options) if layout else ((), ())
    made = reading_form(fields, options, asks_whether_complete=handler_of(import_).has_removals)
    known: dict[str, Any] = {f"{COLUMN}{name}": str(place) for name, place in import_.mapping.items()}
    known |= {f"{ANSWER}{name}": str(import_.options.get(name) or "") for name in (one.name for one in options)}
    known |= {name: bool(import_.options.get(name)) for name in ("is_complete",)}
    form = made(data={**known, "is_strict": import_.is_strict, "version": import_.version})
    form.offer(import_.head, import_.mapping)
    return form


def _columns_page(import_: Import, form: ReadingForm) -> ResponseReturnValue:
    layout = layout_of(handler_of(import_).layouts, import_) if import_.head else None
    taken = set(import_.mapping.values())
    groups: dict[str, list[Any]] = {"needed": [], "found": [], "others": []}
    for one in layout.fields if layout else ():
        place = "needed" if one.required else "found" if one.name in import_.mapping else "others"
        groups[place].append(form[f"{COLUMN}{one.name}"])
    page = render_template(
        "imports/columns.html",
        import_=import_,
        form=form,
        layout=layout,
        steps=words.stepper(import_),
        groups=groups,
        answers=[form[f"{ANSWER}{option.name}"] for option in layout.options] if layout else [],
        left=[title for place, title in enumerate(import_.head) if place not in taken],
        same=queries.find_same_bytes(auth.acting(), import_),
    )
    return page, 422 if form.errors else 200


@bp.post("/<int:import_id>/verifier")
@auth.file_importer
def check(import_id: int) -> ResponseReturnValue:
    import_ = import_or_404(import_id, lock=True)
    if words.is_at_work(import_):
        return _already(import_id)
    form = _form_of(import_)
    if not form.validate_on_submit():
        return _columns_page(import_, form)
    options: dict[str, Any] = form.answers()
    if "is_complete" in form:
        options["is_complete"] = bool(form["is_complete"].data)
    terms = Terms(form.columns(), options, bool(form.is_strict.data))
    try:
        actions.check(import_, terms, version=form.version.number, actor=auth.acting(), today=clock.today())
    except Unacceptable as error:
        form.refuse(str(error), f"{ANSWER}{error.field}")
        db.session.rollback()
        return _columns_page(import_or_404(import_id), form)
    except Refused:
        return _already(import_id)
    db.session.commit()
    return redirect(url_for("imports.show", import_id=import_id))


def _already(import_id: int) -> ResponseReturnValue:
    """A second click, or another tab: the page says where the import stands now."""
    db.session.rollback()
    return redirect(url_for("imports.show", import_id=import_id))


def _act(import_id: int, act: Any, said: str, done: frozenset[ImportState], **facts: Any) -> ResponseReturnValue:
    import_ = import_or_404(import_id, lock=True)
    if import_.state in done:
        return _already(import_id)
    version = request.form.get("version", -1, type=int)
    try:
        act(import_, version=version, today=clock.today(), now=clock.now(), **facts)
    except Unacceptable as error:
        db.session.rollback()
        flash(str(error), "error")
        return redirect(url_for("imports.show", import_id=import_id))
    db.session.commit()
    flash(said, "success") if said else None
    return redirect(url_for("imports.show", import_id=import_id))


@bp.post("/<int:import_id>/confirmer")
@auth.file_importer
@auth.second_factor()
def confirm(import_id: int) -> ResponseReturnValue:
    return _act(import_id, actions.confirm, "", CONFIRMED, actor=auth.acting())


@bp.post("/<int:import_id>/abandonner")
@auth.file_importer
def abandon(import_id: int) -> ResponseReturnValue:
    return _act(import_id, actions.abandon, "Le fichier est laissé de côté : rien n’en est entré.", ABANDONED)


@bp.post("/<int:import_id>/annuler")
@auth.file_importer
@auth.second_factor()
def undo(import_id: int) -> ResponseReturnValue:
    return _act(import_id, actions.undo, "", UNDONE, actor=auth.acting())


@bp.post("/<int:import_id>/cpom")
@auth.file_importer
def take_contracts(import_id: int) -> ResponseReturnValue:
    import_, actor = import_or_404(import_id, lock=True), auth.acting()
    if taken := queries.find_contracts_taken(actor, import_):
        return _already(taken.id)
    try:
        found = actions.take_contracts(import_, actor=actor, today=clock.today(), now=clock.now())
    except Unacceptable as error:
        db.session.rollback()
        flash(str(error), "error")
        return redirect(url_for("imports.show", import_id=import_id))
    db.session.commit()
    return redirect(url_for("imports.show", import_id=found.id))


@bp.get("/<int:import_id>/avancement")
@auth.file_importer
def advance(import_id: int) -> ResponseReturnValue:
    """The bar alone, asked for again every two seconds; the whole page once there is something else to show."""
    import_ = import_or_404(import_id)
    if not words.is_at_work(import_):
        is_bar = "HX-Request" in request.headers
        return ("", {"HX-Refresh": "true"}) if is_bar else redirect(url_for("imports.show", import_id=import_id))
    return render_template(
        "imports/_progress.html",
        import_=import_,
        progress=words.progress(import_, clock.now()),
        waits_for=queries.running_of(import_.kind) if import_.state is ImportState.CONFIRMED else None,
    )


@bp.get("/<int:import_id>/rejets.csv")
@auth.file_importer
@auth.second_factor(back="imports.index")
def rejects(import_id: int) -> Response:
    import_ = import_or_404(import_id)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    rows = [[harmless(str(cell)) for cell in row] for row in _reject_rows(import_)]
    writer.writerows([_reject_head(import_), *rows])
    access_log.note_export({"import": import_.id}, len(rows))
    response = Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    return as_attachment(response, f"rejets-{import_.id}.csv")


@bp.get("/<int:import_id>/rejets.xlsx")
@auth.file_importer
@auth.second_factor(back="imports.index")
def rejects_workbook(import_id: int) -> Response:
    import_ = import_or_404(import_id)
    rows = [*_reject_rows(import_)]
    facts = [("Fichier", import_.file_name), ("Contenu", import_.kind.label)]
    return list_response(
        f"rejets-{import_.id}", _reject_head(import_), rows, filters={"import": import_.id}, told=facts
    )


def _reject_head(import_: Import) -> list[str]:
    return [*(harmless(title) for title in import_.head or ["Ligne du fichier"]), "Ligne", "Motif du rejet"]


def _reject_rows(import_: Import) -> Iterator[list[Any]]:
    width = len(import_.head) or 1
    for line, reason, cells in queries.list_rejects(import_):
        own = [*(cells or []), *[""] * width][:width]
        yield [*own, line, reason]
