"""The barometer as files: months brought in at once, a model to fill, the list taken away, the page for a board.

The import assistant keeps the files of organisations, for them to check and undo; this one is the employer's own,
small, and read at once: its reader is the same, its page is here.
"""

from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from app import access_log, auth, clock
from app.actions import barometer as actions
from app.actions.barometer import Noted
from app.extensions import db
from app.models import Employer, Structure
from app.permissions import Act, Kind
from app.queries import barometer as queries
from app.readers.kinds.barometer import months_layout
from app.readers.layouts import score
from app.readers.reading import Reading, read_table
from app.readers.tables import open_table
from app.views import barometer_words as words
from app.views.barometer import book_of, house_and_place, last_month, place_id, surroundings
from app.views.downloads import attachment
from app.views.workbooks import list_response, workbook_response
from forms.barometer import FileForm
from reports import barometer as report
from workflows.barometer import MEASURES, Figures, Unit, month_in_words

bp = Blueprint("barometer_files", __name__, url_prefix="/mon-etablissement/barometre")

BAROMETER = months_layout((one.name, one.label, one.unit.value) for one in MEASURES)
MOST_LINES = 240
"""Twenty years of months: a longer file is not one of these."""
HEAD = ["Mois", *(one.label for one in MEASURES), "Remarque"]


@bp.route("/fichier", methods=["GET", "POST"])
@auth.requires(Kind.BAROMETER, Act.WRITE)
def bring() -> ResponseReturnValue:
    employer, structure = house_and_place()
    form = FileForm()
    told: dict[str, Any] = {"kept": None, "refused": [], "warned": []}
    if form.validate_on_submit():
        reading = _read(form.file.data.read(), form.file.data.filename or "")
        if reading.refusal or reading.records > MOST_LINES:
            form.refuse(reading.refusal.message if reading.refusal else "Vingt ans de mois au plus.", "file")
        else:
            told = _note(reading, employer, structure)
            db.session.commit()
            employer, structure = house_and_place()
    page = render_template("barometer/file.html", form=form, **told, **surroundings(employer, structure))
    return page, 422 if form.errors else 200


def _read(data: bytes, name: str) -> Reading:
    return read_table(open_table(data, name, lambda head: score(BAROMETER, head)), BAROMETER)


def _note(reading: Reading, employer: Employer, structure: Structure | None) -> dict[str, Any]:
    """Note the lines that can be; return what became of each, for the page."""
    results = list(reading.results())
    rows = [(one.number, Noted(one.row.month, one.row.figures, one.row.remark)) for one in results if one.row]
    who: dict[str, Any] = {"actor": auth.acting(), "now": clock.now(), "today": clock.today()}
    changed, early = actions.note_file(employer, structure, rows, reading.table.file_name, **who)
    problems = [(problem, one.is_rejected) for one in results for problem in one.problems]
    return {
        "kept": [month_in_words(month) for month, is_new in sorted(changed.items()) if is_new],
        "same": sum(not is_new for is_new in changed.values()),
        "refused": [
            *((one.line, one.column or "", one.message) for one, is_lost in problems if is_lost),
            *((line, "Mois", why) for line, why in early.items()),
        ],
        "warned": [
            (problem.line, problem.column or "", problem.message) for problem, is_lost in problems if not is_lost
        ],
    }


@bp.get("/modele.xlsx")
@auth.requires(Kind.BAROMETER)
def model() -> Response:
    """An empty workbook with its titles and two invented months."""
    house_and_place()
    rows = [[example.get(one.name, "") for one in BAROMETER.fields] for example in BAROMETER.examples]
    facts = [("Une case vide", "« ne sait pas » : ce n’est pas zéro"), ("Un mois par ligne", "11/2026")]
    return workbook_response("modele-barometre", HEAD, rows, facts, actor=auth.acting(), now=clock.now())


@bp.get("/mois.xlsx")
@auth.requires(Kind.BAROMETER)
def export() -> Response:
    """All that was noted, in the columns of the model: it can be brought in again."""
    employer, structure = house_and_place()
    months = queries.list_months(auth.acting(), place_id(structure))
    rows = [[f"{month:%m/%Y}", *_cells(one.figures), one.remark] for month, one in months.items()]
    return list_response("barometre", HEAD, rows, told=[("Établissement", (structure or employer).name)])


def _cells(figures: Figures) -> list[Any]:
    """Return whole numbers as numbers, the others as they are typed; what is not known stays empty."""
    return [figures.get(one.name, "") if one.unit is Unit.COUNT else one.written(figures) for one in MEASURES]


@bp.get("/synthese.pdf")
@auth.requires(Kind.BAROMETER)
def board() -> Response:
    """One page for the board: curves, rolling figures and costs, as they stand today."""
    employer, structure = house_and_place()
    months = queries.list_months(auth.acting(), place_id(structure))
    last, book = last_month(months), book_of(months)
    values = report.Barometer(
        employer_name=(structure or employer).name,
        until=month_in_words(last),
        charts=tuple(words.curves(book, last)),
        lines=_lines(words.year_lines(book, last)),
        costs=_lines(words.cost_of(book, last.year, queries.get_prices(auth.acting()))[1]),
        made_at=clock.now(),
    )
    data = report.pdf(values)
    access_log.note_export({}, 1)
    return attachment(f"barometre-{last:%Y-%m}.pdf", "application/pdf", data, sha256(data).hexdigest())


def _lines(found: list[words.CostLine]) -> tuple[report.Line, ...]:
    return tuple(report.Line(one.label, one.value, one.formula) for one in found)
