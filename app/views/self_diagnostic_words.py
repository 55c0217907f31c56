"""The self-diagnostic in words: what is left, what a page changed, what another device had said."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.actions.self_diagnostics import Given, Outcome
from app.filters import moment
from app.models import SelfDiagnosticAnswer
from app.queries.self_diagnostics import Filled
from forms.self_diagnostics import ThemeForm
from workflows.self_diagnostic import Reply, Sheet
from workflows.self_diagnostic_questions import Questionnaire, Setting, Theme, questionnaire

KINDS = ("reply", "evidence", "comment")


def minutes_of_all() -> int:
    """Return about how many minutes the whole questionnaire takes."""
    asked = questionnaire().asked(Setting.ESTABLISHMENT)
    return asked.minutes_for(len(asked.statements))


def time_left(asked: Questionnaire, count: int) -> str:
    """Return « environ 12 minutes », or that nothing is left."""
    left = len(asked.statements) - count
    if left <= 0:
        return "Vous avez répondu à tout."
    minutes = asked.minutes_for(left)
    return f"Il reste environ {minutes} minute{'s' if minutes > 1 else ''}."


def themes_of(asked: Questionnaire, replies: Sheet) -> list[dict[str, Any]]:
    """Return each theme with how many of its statements have a reply."""
    return [
        {
            "slug": one.slug,
            "title": one.title,
            "count": sum(statement.code in replies for statement in one.statements),
            "total": len(one.statements),
        }
        for one in asked.themes
    ]


def result_opens(filled: Sequence[Filled], mine: Filled | None) -> bool:
    """A manager reads the result once they have answered enough themselves, so that nobody answers after another."""
    return any(one.has_enough for one in filled) and (mine is None or mine.has_enough)


def as_typed(theme: Theme, filled: Filled) -> dict[str, Any]:
    """Return what stands on a sheet as the form of a theme shows it."""
    start: dict[str, Any] = {}
    for one in theme.statements:
        standing = filled.standing.get(one.code)
        said = standing.said if standing else ("", "", "")
        start |= {f"{kind}_{one.code}": value for kind, value in zip(KINDS, said, strict=True)}
        start[f"seen_{one.code}"] = standing.id if standing else 0
    return start


def changed(theme: Theme, form: ThemeForm, now: datetime, known: Mapping[int, SelfDiagnosticAnswer]) -> Iterator[Given]:
    """Return the answers of a page that differ from those that it was showing; what it did not touch stays as it is."""
    for one in theme.statements:
        reply, evidence, comment = (form.of(kind, one.code).data or "" for kind in KINDS)
        seen = form.number(one.code)
        given = Given(one.code, Reply(reply) if reply else None, evidence.strip(), comment.strip(), now, seen)
        shown = known.get(seen)
        if given.said != (shown.said if shown else ("", "", "")):
            yield given


def about(outcome: Outcome, given: Given) -> str:
    """Return what to say when another device had answered otherwise; empty when none had."""
    if outcome.other is None:
        return ""
    theirs, when = _said(outcome.other.said), moment(outcome.other.answered_at)
    if outcome.is_kept:
        return (
            f"Une autre réponse avait été donnée ailleurs, le {when} : {theirs}. La vôtre, plus récente, la remplace ; "
            "l’autre reste sous « Réponses précédentes »."
        )
    return (
        f"Une réponse plus récente a été donnée ailleurs, le {when} : {theirs}. C’est elle qui compte ; la vôtre, "
        f"{_said(given.said)}, reste sous « Réponses précédentes »."
    )


def _said(said: tuple[str, str, str]) -> str:
    reply, evidence, comment = said
    parts = [f"« {Reply(reply).label} »" if reply else "sans réponse", evidence, comment]
    return ", ".join(part for part in parts if part)


def earlier_in_words(earlier: Mapping[str, Sequence[SelfDiagnosticAnswer]]) -> dict[str, list[str]]:
    """Return what was answered before, by statement, with when and by whom."""
    return {
        code: [f"{moment(one.answered_at)}, {one.entered_by.full_name} : {_said(one.said)}" for one in answers]
        for code, answers in earlier.items()
    }
