"""The monthly barometer of one's own house: its months, its curves, its prices, its reminder."""

from datetime import date
from itertools import zip_longest
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import barometer as actions
from app.actions.barometer import Noted, Prices
from app.extensions import db
from app.models import BarometerEntry, BarometerPrices, Employer, Structure
from app.permissions import Act, Kind, keeps_barometer, may_note_barometer
from app.queries import barometer as queries
from app.readers.cells_numbers import cents
from app.readers.kinds.barometer import PARSERS
from app.views import barometer_words as words
from forms.barometer import MonthForm, month_form, prices_form
from workflows.barometer import (
    ABSENCE,
    BY_NAME,
    MEASURES,
    MONEY,
    MOTIVES,
    SAFETY,
    TEAM,
    Book,
    first_day,
    month_in_words,
    questions,
    shifted,
)

bp = Blueprint("barometer", __name__, url_prefix="/mon-etablissement/barometre")

PLACE = "lieu"
"""In the address: the number of a structure; without it, the house as a whole."""


def house_and_place() -> tuple[Employer, Structure | None]:
    """Return the actor's own employer, and the structure that the address names, if it does; 404 otherwise."""
    actor = auth.acting()
    if not keeps_barometer(actor):
        abort(404)
    employer = auth.employer_or_404(actor.employer_id or 0, kind=Kind.BAROMETER)
    asked = request.args.get(PLACE, "")
    if not asked:
        return employer, None
    return employer, next((one for one in employer.structures if str(one.id) == asked), None) or abort(404)


def place_id(structure: Structure | None) -> int | None:
    return structure.id if structure else None


def book_of(months: dict[date, BarometerEntry]) -> Book:
    return {month: one.figures for month, one in months.items()}


def last_month(months: dict[date, BarometerEntry]) -> date:
    """Return the month up to which curves are drawn: the last that was noted, else the one that has ended."""
    return max(months, default=shifted(first_day(clock.today()), -1))


def surroundings(employer: Employer, structure: Structure | None) -> dict[str, Any]:
    """Return what every page of the barometer shows around it."""
    places = [(None, f"{employer.name}, dans son ensemble"), *((one.id, one.name) for one in employer.structures)]
    return {
        "employer": employer,
        "structure": structure,
        "lieu": place_id(structure),
        "about": (structure or employer).name,
        "places": places if len(places) > 2 else [],
    }


@bp.get("")
@auth.requires(Kind.BAROMETER)
def index() -> ResponseReturnValue:
    employer, structure = house_and_place()
    actor, today = auth.acting(), clock.today()
    months = queries.list_months(actor, place_id(structure))
    last, book = last_month(months), book_of(months)
    year = last.year
    return render_template(
        "barometer/index.html",
        months=months,
        to_note=_to_note(months, today),
        rows=_rows(months, place_id(structure)),
        columns=[BY_NAME[name].label for name in words.COLUMNS],
        charts=words.curves(book, last) if months else [],
        until=month_in_words(last),
        year_lines=words.year_lines(book, last),
        costs=[words.cost_of(book, one, queries.get_prices(actor))[1] for one in (year, year - 1) if _has(book, one)],
        reminder=queries.get_reminder(actor),
        may_note=may_note_barometer(actor, employer.id),
        **surroundings(employer, structure),
    )


def _has(book: Book, year: int) -> bool:
    return any(month.year == year for month in book)


def _to_note(months: dict[date, BarometerEntry], today: date) -> list[tuple[str, str, bool]]:
    """Return the last six months that have ended, then the current one: address part, words, whether noted."""
    this = first_day(today)
    found = [shifted(this, -back) for back in range(6, -1, -1)]
    return [(f"{one:%Y-%m}", month_in_words(one), one in months) for one in reversed(found)]


def _rows(months: dict[date, BarometerEntry], lieu: int | None) -> list[tuple[str, str, list[str]]]:
    return [
        (
            month_in_words(month),
            url_for("barometer.edit", month_slug=f"{month:%Y-%m}", lieu=lieu),
            [words.written(one.figures, name) for name in words.COLUMNS],
        )
        for month, one in sorted(months.items(), reverse=True)
    ]


# --- One month ----------------------------------------------------------------------------------------------


@bp.route("/<month_slug>", methods=["GET", "POST"])
@auth.requires(Kind.BAROMETER, Act.WRITE)
def edit(month_slug: str) -> ResponseReturnValue:
    employer, structure = house_and_place()
    month = _month_or_404(month_slug)
    versions = queries.list_versions(auth.acting(), place_id(structure), month)
    form = month_form(MEASURES, PARSERS, _start(versions[0] if versions else None))
    if not form.validate_on_submit():
        return _month_page(employer, structure, month, form, list(versions))
    noted = Noted(month, form.figures(BY_NAME), (form.remark.data or "").strip())
    actions.note_month(
        employer,
        structure,
        noted,
        version=form.version.number,
        actor=auth.acting(),
        now=clock.now(),
        today=clock.today(),
        submission=form.submission.data,
    )
    before = queries.list_months(auth.acting(), place_id(structure)).get(shifted(month, -1))
    db.session.commit()
    flash(f"C’est noté pour {month_in_words(month)}. Vous pourrez corriger quand vous voudrez.", "success")
    for one in questions(noted.figures, month, before.figures if before else None):
        flash(one, "warning")
    return redirect(url_for("barometer.index", lieu=place_id(structure)))


def _month_or_404(slug: str) -> date:
    try:
        month = date.fromisoformat(f"{slug}-01")
    except ValueError:
        abort(404)
    if not month.year >= 1990 or month > first_day(clock.today()) or f"{month:%Y-%m}" != slug:
        abort(404)
    return month


def _start(entry: BarometerEntry | None) -> dict[str, Any]:
    if entry is None:
        return {"version": 0}
    typed = {one.name: one.written(entry.figures) for one in MEASURES}
    return {**typed, "remark": entry.remark, "version": entry.number}


def _month_page(
    employer: Employer, structure: Structure | None, month: date, form: MonthForm, versions: list[BarometerEntry]
) -> ResponseReturnValue:
    before = queries.list_months(auth.acting(), place_id(structure)).get(shifted(month, -1))
    for one in MEASURES:
        figure = one.written(before.figures) if before else ""
        if figure:
            form[one.name].description = f"{one.hint} {month_in_words(shifted(month, -1)).capitalize()} : {figure}."
    page = render_template(
        "barometer/month.html",
        month=month_in_words(month),
        form=form,
        groups=[(group, [form[one.name] for one in MEASURES if one.group == group]) for group in GROUPS],
        motives=[form[one.name] for one in MEASURES if one.group == MOTIVES],
        versions=[(one, _changes(one, older)) for one, older in zip_longest(versions, versions[1:])],
        asked=questions(versions[0].figures, month, before.figures if before else None) if versions else [],
        **surroundings(employer, structure),
    )
    return page, 422 if form.errors else 200


GROUPS = (TEAM, ABSENCE, SAFETY, MONEY)


def _changes(one: BarometerEntry, older: BarometerEntry | None) -> list[str]:
    """Return what a version changed of the one before it, in words."""
    known = older.figures if older else {}
    pairs = [(m.label, m.written(known), m.written(one.figures)) for m in MEASURES]
    found = [f"{label} : {then or 'ne sait pas'} → {now or 'ne sait pas'}" for label, then, now in pairs if then != now]
    return [*found, *(["remarque modifiée"] if older and older.remark != one.remark else [])]


# --- Prices, reminder ---------------------------------------------------------------------------------------


@bp.route("/couts", methods=["GET", "POST"])
@auth.requires(Kind.BAROMETER, Act.WRITE)
def prices() -> ResponseReturnValue:
    employer, structure = house_and_place()
    known = queries.get_prices(auth.acting())
    form = prices_form(cents, _start_of_prices(known))
    if form.validate_on_submit():
        given = Prices(form.day.figure, form.day_source.data, form.departure.figure, form.departure_source.data)
        actions.set_prices(employer, given, version=form.version.number, actor=auth.acting(), now=clock.now())
        db.session.commit()
        flash("C’est noté. Les estimations en tiennent compte.", "success")
        return redirect(url_for("barometer.index", lieu=place_id(structure)))
    page = render_template("barometer/prices.html", form=form, **surroundings(employer, structure))
    return page, 422 if form.errors else 200


def _start_of_prices(known: BarometerPrices | None) -> dict[str, Any]:
    if known is None:
        return {"version": 0}
    return {
        "day": _typed(known.day_cents),
        "day_source": known.day_source,
        "departure": _typed(known.departure_cents),
        "departure_source": known.departure_source,
        "version": known.version,
    }


def _typed(amount: int | None) -> str:
    return "" if amount is None else f"{amount // 100},{amount % 100:02d}"


@bp.post("/rappel")
@auth.requires(Kind.BAROMETER, Act.WRITE)
def remind() -> ResponseReturnValue:
    employer, structure = house_and_place()
    wanted = request.form.get("wanted") == "oui"
    actions.ask_reminder(employer, wanted, actor=auth.acting(), now=clock.now())
    db.session.commit()
    flash("Un courriel vous le rappellera, une fois par mois." if wanted else "Plus de rappel.", "success")
    return redirect(url_for("barometer.index", lieu=place_id(structure)))
