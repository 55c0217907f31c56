"""Figures: the employer's remark on one of its own, and the answer."""

from datetime import datetime
from hashlib import sha256

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import remarks
from app.extensions import db
from app.models import FigureRemark
from app.permissions import Act, Kind, may
from app.queries.observations import get_remark, kinds_read
from app.queries.threads import find_submission
from app.readers.indicators import indicators, last_known_year
from app.views.downloads import attachment
from app.views.employer_returns import return_of
from app.views.indicator_lines import KIND_OF, Sheet, in_words, load, shown_indicators
from app.views.situation_sheets import values_of
from app.views.structures import structure_or_404
from figures.absence import NoFigure
from forms.indicators import AnswerForm, RemarkForm
from reports import employer_return, situation_sheet

bp = Blueprint("indicators", __name__)

KEPT = (
    "Votre remarque est gardée : elle accompagne ce chiffre partout où il est lu. "
    "Une réponse est attendue sous un mois."
)


@bp.get("/etablissements/<finess_number>/fiche-de-situation.pdf")
@auth.requires(Kind.EMPLOYER)
def sheet(finess_number: str) -> Response:
    """Drawn outside any transaction, from what whoever asks may read."""
    structure = structure_or_404(finess_number)
    if not kinds_read(auth.acting(), structure.employer):
        abort(403)
    values = values_of(auth.acting(), structure, today=clock.today(), now=clock.now())
    db.session.rollback()
    content = situation_sheet.pdf(values)
    name = f"fiche-de-situation-{finess_number}.pdf"
    return attachment(name, "application/pdf", content, sha256(content).hexdigest())


@bp.get("/employeurs/<int:employer_id>/retour-annuel.pdf")
@auth.requires(Kind.INDICATOR, Act.COMMENT)
def yearly_return(employer_id: int) -> Response:
    """The employer's own return, for the last year whose figures should be known."""
    auth.employer_or_404(employer_id, kind=Kind.INDICATOR, act=Act.COMMENT)
    today = clock.today()
    values = return_of(employer_id, last_known_year(today), today=today, now=clock.now())
    if values is None:
        abort(404)
    db.session.rollback()
    content = employer_return.pdf(values)
    return attachment(f"retour-annuel-{values.year}.pdf", "application/pdf", content, sha256(content).hexdigest())


@bp.route("/etablissements/<finess_number>/remarque", methods=["GET", "POST"])
@auth.requires(Kind.INDICATOR, Act.COMMENT)
def remark(finess_number: str) -> ResponseReturnValue:
    structure = structure_or_404(finess_number)
    form = RemarkForm()
    sheet = load(auth.acting(), structure, structure.employer, clock.today())
    form.figure.choices = _choices(sheet)
    if form.validate_on_submit():
        _keep(sheet, form, clock.now())
        flash(KEPT, "success")
        return redirect(url_for("structures.show", finess_number=finess_number, _anchor="chiffres"))
    return render_template("indicators/remark.html", structure=structure, form=form), 422 if form.errors else 200


def _choices(sheet: Sheet) -> list[tuple[str, str]]:
    """The figures that are known, the last year first."""
    found = []
    for one in shown_indicators(sheet):
        for year in sorted((year for code, year in sheet.current if code == one.code), reverse=True):
            value = sheet.value(one, year)
            if not isinstance(value, NoFigure):
                found.append((f"{one.code} {year}", f"{one.short_label} {year} : {in_words(one, value)}"))
    return found


def _keep(sheet: Sheet, form: RemarkForm, now: datetime) -> None:
    if find_submission(FigureRemark, form.submission.data, auth.acting()):
        return
    code, year = form.figure.data.split()
    remarks.remark_on(
        sheet.structure,
        KIND_OF[indicators()[code].family],
        code,
        int(year),
        form.wording.data or "",
        actor=auth.acting(),
        now=now,
        owner_id=sheet.current[code, int(year)].organisation_id,
        today=clock.today(),
        submission=form.submission.data,
    )
    db.session.commit()


@bp.route("/remarques/<int:remark_id>/reponse", methods=["GET", "POST"])
@auth.requires(Kind.EMPLOYER, Act.WRITE)
def answer(remark_id: int) -> ResponseReturnValue:
    found = get_remark(auth.acting(), remark_id)
    if found is None:
        abort(404)
    employer, indicator = auth.employer_or_404(found.employer_id), indicators()[found.indicator]
    kind = KIND_OF[indicator.family]
    if kind not in kinds_read(auth.acting(), employer):
        abort(404)
    if not may(auth.acting(), Act.WRITE, kind, employer):
        abort(403)
    form = AnswerForm(data={"answer": found.answer, "version": found.version})
    if form.validate_on_submit():
        remarks.answer_remark(
            found,
            kind,
            form.answer.data or "",
            version=form.version.number,
            actor=auth.acting(),
            now=clock.now(),
        )
        db.session.commit()
        flash("La réponse est gardée.", "success")
        return redirect(_home(found))
    return render_template("indicators/answer.html", remark=found, indicator=indicator, form=form, home=_home(found)), (
        422 if form.errors else 200
    )


def _home(found: FigureRemark) -> str:
    if found.structure:
        return url_for("structures.show", finess_number=found.structure.finess, _anchor="chiffres")
    return url_for("employers.show", employer_id=found.employer_id)
