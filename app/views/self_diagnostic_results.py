"""What the answers of a house come to: pictures, what to look at first, what nobody knows, its own earlier answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import auth
from app.actions.self_diagnostic_sharing import comments_of
from app.filters import day
from app.models import SelfDiagnostic
from app.permissions import Kind, shares_for_the_house
from app.queries import self_diagnostics as queries
from app.queries.self_diagnostics import Filled
from app.views.self_diagnostic_words import result_opens
from app.views.self_diagnostics import diagnostic_or_404
from reports.charts.chart import Chart
from reports.charts.radar import Spoke, radar
from reports.charts.theme_bars import Bar, theme_bars
from workflows.self_diagnostic import Change, Level, Result, ThemeResult, changes, level_of, result, rounded
from workflows.self_diagnostic_questions import Questionnaire
from workflows.self_diagnostic_sharing import in_words

bp = Blueprint("self_diagnostic_results", __name__, url_prefix="/auto-diagnostic")

FEWEST = 3
"""Themes that a radar needs."""
BUILDING = (Level.TO_BUILD, Level.TO_STRENGTHEN)


@dataclass(frozen=True)
class Earlier:
    """The round that a house finished before, and what changed since on the same statements."""

    diagnostic: SelfDiagnostic
    label: str
    changes: Sequence[Change]


@bp.get("/<int:diagnostic_id>/resultat")
@auth.requires(Kind.SELF_DIAGNOSTIC)
def show(diagnostic_id: int) -> ResponseReturnValue:
    diagnostic = diagnostic_or_404(diagnostic_id)
    filled = queries.fill(diagnostic.sheets)
    mine = next((one for one in filled if one.sheet.user_id == auth.acting().user_id), None)
    if not result_opens(filled, mine):
        return render_template(
            "self_diagnostics/too_early.html", diagnostic=diagnostic, mine=mine, asked=diagnostic.asked
        )
    counted = [one for one in filled if one.has_enough]
    asked, sheets = diagnostic.asked, [one.replies for one in counted]
    found = result(asked, sheets)
    earlier = _earlier(diagnostic, counted)
    return render_template(
        "self_diagnostics/result.html",
        diagnostic=diagnostic,
        counted=counted,
        unfinished=[one for one in filled if not one.has_enough],
        result=found,
        charts=_charts(diagnostic, found, earlier),
        next_steps=[(one, _next_step(one)) for one in found.most_to_build],
        whole=rounded(found.whole) if found.whole is not None else None,
        earlier=earlier,
        comparison=_comparison(earlier),
        rows=_rows(asked, counted),
        may_share=shares_for_the_house(auth.acting(), diagnostic),
    )


def _next_step(one: ThemeResult) -> str:
    return one.theme.first if one.level in BUILDING else one.theme.further


def _earlier(diagnostic: SelfDiagnostic, counted: Sequence[Filled]) -> Earlier | None:
    previous = queries.get_previous(auth.acting(), diagnostic)
    sheets = [one.replies for one in queries.fill(previous.sheets) if one.has_enough] if previous else []
    if previous is None or not sheets:
        return None
    return Earlier(
        previous,
        f"Vos réponses du {day(previous.submitted_at)}",
        changes((previous.asked, sheets), (diagnostic.asked, [one.replies for one in counted])),
    )


def _comparison(earlier: Earlier | None) -> list[list[str]]:
    found = earlier.changes if earlier else ()
    return [[one.theme.title, str(rounded(one.before)), str(rounded(one.after)), str(one.compared)] for one in found]


def _charts(diagnostic: SelfDiagnostic, found: Result, earlier: Earlier | None) -> list[Chart]:
    source = f"Source : vos réponses, questionnaire {diagnostic.questionnaire}."
    spokes = [Spoke(one.theme.title, _shown(one.value), _level(one)) for one in found.themes]
    bars = [
        Bar(one.theme.title, _shown(one.value), _level(one), _shown(one.low), _shown(one.high)) for one in found.themes
    ]
    pictures = [
        radar("radar", "Vos huit thèmes d’un coup d’œil", spokes, source=source),
        theme_bars("themes", "Thème par thème", bars, source=source),
    ]
    if earlier and len(earlier.changes) >= FEWEST:
        then = [
            Spoke(one.theme.title, rounded(one.after), level_of(one.after).label, rounded(one.before))
            for one in earlier.changes
        ]
        same = f"{source[:-1]}, sur les énoncés restés les mêmes."
        pictures.append(radar("avant", "Avant, et maintenant", then, source=same, before=earlier.label))
    return pictures


def _level(one: ThemeResult) -> str:
    return one.level.label if one.level else ""


def _shown(value: Fraction | None) -> int | None:
    return None if value is None else rounded(value)


def _rows(asked: Questionnaire, counted: Sequence[Filled]) -> list[tuple[str, str, str, str]]:
    """Return each statement with what the house answers and what was written beside it."""
    sheets = [one.replies for one in counted]
    beside = comments_of(counted)
    return [
        (theme.title, one.text, in_words(one, sheets), " ; ".join(beside.get(one.code, ())))
        for theme in asked.themes
        for one in theme.statements
    ]
