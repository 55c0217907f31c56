"""The figures of an organisation's territory: who has answered, who has not yet, what came in last."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.filters import day
from app.models import Import
from app.permissions import kinds_brought_in, makes_returns
from app.queries import completeness as queries
from app.queries.case_list import PAGE
from app.queries.completeness import Answers, Cells
from app.queries.imports import last_of_each_kind
from app.readers.indicators import last_known_year
from app.readers.territories import departement_name
from app.views.listing import (
    active_filters,
    chosen,
    cursor_of,
    departement_choices,
    is_fragment,
    next_cursor,
    short_category,
)
from app.views.workbooks import list_response
from forms.data import SilentForm
from workflows.import_run import ImportKind

bp = Blueprint("data", __name__)

YEARS = 4


@bp.get("/donnees")
@auth.data_reader
def show() -> ResponseReturnValue:
    actor = auth.acting()
    years = _years()
    cells, last = queries.count_answers(actor, years), last_of_each_kind(actor)
    kinds = [kind for kind in ImportKind if kind in last or kind in kinds_brought_in(actor)]
    return render_template(
        "data/show.html",
        years=years,
        makes_returns=makes_returns(actor),
        by_departement=_table(cells, 0, years, _departement_label, "departement"),
        by_category=_table(cells, 1, years, short_category, "category"),
        whole=[_cell(_sum(cells, None, "", year)) for year in years],
        imports=[_import_row(kind.label, last.get(kind)) for kind in kinds],
    )


def _years() -> list[int]:
    last = last_known_year(clock.today())
    return list(range(last - YEARS + 1, last + 1))


def _departement_label(code: str) -> str:
    return f"{departement_name(code)} ({code})"


def _table(
    cells: Cells, axis: int, years: Iterable[int], label: Callable[[str], str], argument: str
) -> list[dict[str, Any]]:
    """Return a row by département or category: its label and, by year, the rate and the list of those that miss."""
    rows = []
    for name in sorted({str(key[axis]) for key in cells}, key=label):
        rates = [(year, _sum(cells, axis, name, year)) for year in years]
        rows.append(
            {
                "label": label(name),
                "cells": [(year, _cell(rate), _missing(rate, year, argument, name)) for year, rate in rates],
            }
        )
    return rows


def _missing(rate: Answers, year: int, argument: str, name: str) -> str:
    """Return the address of the list of those that have not answered, nothing when all have."""
    arguments: dict[str, Any] = {"year": year, argument: name}
    return url_for("data.silent", **arguments) if rate.answered < rate.structures else ""


def _sum(cells: Cells, axis: int | None, name: str, year: int) -> Answers:
    kept = [rate for key, rate in cells.items() if key[2] == year and (axis is None or key[axis] == name)]
    return sum(kept, Answers(0, 0))


def _cell(rate: Answers) -> str:
    """Return « 85 % (34 sur 40) »."""
    if not rate.structures:
        return "aucune structure"
    return f"{round(100 * rate.answered / rate.structures)} % ({rate.answered} sur {rate.structures})"


def _import_row(label: str, found: Import | None) -> tuple[str, str, str, str]:
    if found is None:
        return label, "jamais", "", ""
    author = found.author.full_name if found.author else "la ligne de commande"
    return label, day(found.ended_at or found.created_at), author, found.file_name


@bp.get("/donnees/sans-reponse")
@auth.data_reader
def silent() -> ResponseReturnValue:
    actor = auth.acting()
    form, filters = _filters()
    after = cursor_of(request.args.get("apres"), dates=False)
    rows = queries.list_silent(actor, **filters, after=after)
    shown, more = rows[:PAGE], len(rows) > PAGE
    arguments = {name: value for name, value in filters.items() if value}
    last = next_cursor(shown[-1].name, shown[-1].id) if more else ""
    return render_template(
        "data/_silent.html" if is_fragment() else "data/silent.html",
        form=form,
        rows=shown,
        year=filters["year"],
        count=queries.count_silent(actor, **filters),
        short_category=short_category,
        next_url=url_for("data.silent", **arguments, apres=last) if more else None,
        first_url=url_for("data.silent", **arguments) if after else None,
        export_url=url_for("data.export", **arguments),
        active=[
            one for one in active_filters(form, arguments, "data.silent") if not one[0].startswith(form.year.label.text)
        ],
    )


def _filters() -> tuple[SilentForm, dict[str, Any]]:
    years = _years()
    form = SilentForm(request.args)
    codes = queries.concerned_categories()
    form.departement.choices = [("", "Tous"), *departement_choices(sorted(auth.acting().territory))]
    form.category.choices = [("", "Toutes"), *sorted(((c, short_category(c)) for c in codes), key=lambda one: one[1])]
    form.year.choices = [(str(year), str(year)) for year in reversed(years)]
    year = chosen(form.year) or str(years[-1])
    form.year.data = year
    return form, {"year": int(year), "departement": chosen(form.departement), "category": chosen(form.category)}


@bp.get("/donnees/sans-reponse.xlsx")
@auth.data_reader
@auth.second_factor(back="data.silent")
def export() -> Response:
    actor = auth.acting()
    _, filters = _filters()
    rows = [
        (row.name, row.finess, short_category(row.category), row.city, row.departement, row.employer)
        for row in queries.list_silent(actor, **filters, limit=None)
    ]
    head = ("Structure", "FINESS", "Catégorie", "Commune", "Département", "Employeur")
    said = (
        ("Année", str(filters["year"])),
        ("Département", filters["departement"]),
        ("Catégorie", filters["category"]),
    )
    return list_response("sans-reponse", head, rows, filters=filters, told=[fact for fact in said if fact[1]])


@bp.get("/donnees.xlsx")
@auth.data_reader
@auth.second_factor(back="data.show")
def export_rates() -> Response:
    actor, years = auth.acting(), _years()
    cells, rows = queries.count_answers(actor, years), []
    for axis, title, label in ((0, "Département", _departement_label), (1, "Catégorie", short_category)):
        for name in sorted({str(key[axis]) for key in cells}, key=label):
            rows += [(title, label(name), year, *_numbers(_sum(cells, axis, name, year))) for year in years]
    rows += [("Ensemble", "", year, *_numbers(_sum(cells, None, "", year))) for year in years]
    head = ("Par", "Valeur", "Année", "Structures", "Avec réponse", "Sans réponse")
    return list_response("repondants", head, rows, told=[("Années", f"{years[0]} à {years[-1]}")])


def _numbers(rate: Answers) -> tuple[int, int, int]:
    return rate.structures, rate.answered, rate.structures - rate.answered
