"""What of a self-diagnostic an employer lets a partner read: by theme or by statement, the sensitive ones apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workflows.labels import LabelledEnum
from workflows.self_diagnostic import Reply, Result, Sheet, ThemeResult, points_of, result, rounded
from workflows.self_diagnostic_questions import Questionnaire, Statement, Theme, Topic


class Depth(LabelledEnum):
    """How far the reader sees."""

    SUMMARY = "summary", "Une synthèse par thème"
    ANSWERS = "answers", "Les réponses, énoncé par énoncé"


@dataclass(frozen=True)
class Terms:
    """What one recipient is let read. Nothing sensitive, and no comment, unless it was ticked."""

    depth: Depth = Depth.SUMMARY
    topics: frozenset[Topic] = frozenset()
    with_comments: bool = False

    def lets(self, statement: Statement) -> bool:
        """Tell whether a statement is open to the recipient."""
        return statement.topics <= self.topics


Comments = Mapping[str, Sequence[str]]
"""What the managers wrote beside a statement, by its code."""


def opened(asked: Questionnaire, terms: Terms) -> Questionnaire:
    """Return the questionnaire without the statements that stay closed: they weigh on nothing that is shared."""
    themes = (_opened(theme, terms) for theme in asked.themes)
    return replace(asked, themes=tuple(themes))


def _opened(theme: Theme, terms: Terms) -> Theme:
    return replace(theme, statements=tuple(one for one in theme.statements if terms.lets(one)))


def shared(asked: Questionnaire, sheets: Sequence[Sheet], comments: Comments, terms: Terms) -> dict[str, Any]:
    """Return what the recipient will read, as plain values that stay as they are that day."""
    kept = opened(asked, terms)
    found = result(kept, sheets)
    content: dict[str, Any] = {
        "version": asked.version,
        "sheets": len(sheets),
        "closed": len(asked.statements) - len(kept.statements),
        "themes": [_theme(one, len(asked.themes[place].statements)) for place, one in enumerate(found.themes)],
    }
    if terms.depth is Depth.ANSWERS:
        content |= _answers(kept, sheets, found)
        if terms.with_comments:
            codes = {one.code for one in kept.statements}
            content["comments"] = {code: [*told] for code, told in comments.items() if code in codes and told}
    return content


def _theme(one: ThemeResult, of: int) -> dict[str, Any]:
    value = None if one.value is None else rounded(one.value)
    level = one.level.label if one.level else ""
    closed = of - len(one.theme.statements)
    return {"title": one.theme.title, "value": value, "level": level, "known": one.known, "of": of, "closed": closed}


def _answers(kept: Questionnaire, sheets: Sequence[Sheet], found: Result) -> dict[str, Any]:
    rows = [
        {"code": one.code, "theme": theme.title, "text": one.text, "reply": in_words(one, sheets)}
        for theme in kept.themes
        for one in theme.statements
    ]
    return {
        "answers": rows,
        "look_first": [one.text for one in found.look_first],
        "nobody_knows": [one.text for one in found.nobody_knows],
    }


def in_words(statement: Statement, sheets: Sequence[Sheet]) -> str:
    """Return what the managers of a house answer to a statement: one degree, or from one to another."""
    points = points_of(statement, sheets)
    if points:
        least, most = (Reply(str(one)).label for one in (min(points), max(points)))
        return least if least == most else f"de « {least} » à « {most} »"
    said = {sheet[statement.code] for sheet in sheets if statement.code in sheet}
    if Reply.DONT_KNOW in said:
        return Reply.DONT_KNOW.label
    return Reply.NOT_CONCERNED.label if said else "Sans réponse"
