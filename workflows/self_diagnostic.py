"""What answers to the self-diagnostic come to: themes, points to look at first, what nobody knows, before and after.

Domain reference §5. Nothing here opens or closes an aid; nothing compares a house with another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from workflows.labels import LabelledEnum
from workflows.self_diagnostic_questions import Questionnaire, Statement, Theme

TOP = 3
LEAST_ANSWERS = 3
"""How many statements of a theme must have a value for the theme to be told."""
LEAST_THEMES = 6
"""How many themes must be told for the whole to be."""
ENOUGH = Fraction(80, 100)
"""The part of the statements to which a reply opens the result."""
FEW = 3
"""How many themes stand out at each end."""


class Reply(LabelledEnum):
    """What one answers to a statement."""

    NOT_YET = "0", "Pas en place"
    BEGUN = "1", "Commencé, ou irrégulier"
    IN_PLACE = "2", "En place, pas encore suivi"
    FOLLOWED = "3", "En place et suivi"
    NOT_CONCERNED = "nc", "Non concerné"
    DONT_KNOW = "nsp", "Ne sait pas"

    @property
    def points(self) -> int | None:
        """From 0 to 3; None for what is not a degree."""
        return int(self.value) if self.value.isdecimal() else None


class Level(LabelledEnum):
    """Where a theme stands, in words."""

    TO_BUILD = "to_build", "À construire"
    TO_STRENGTHEN = "to_strengthen", "À consolider"
    STRUCTURED = "structured", "Structuré"
    SETTLED = "settled", "Installé"


LEVELS = ((80, Level.SETTLED), (60, Level.STRUCTURED), (40, Level.TO_STRENGTHEN), (0, Level.TO_BUILD))

Sheet = Mapping[str, Reply]
"""The replies of one manager, by code of statement."""


@dataclass(frozen=True)
class ThemeResult:
    """A theme; `value` from 0 to 100, None when too little is known. `low` and `high`: from one manager to another."""

    theme: Theme
    value: Fraction | None
    known: int
    low: Fraction | None = None
    high: Fraction | None = None

    @property
    def level(self) -> Level | None:
        return None if self.value is None else level_of(self.value)


@dataclass(frozen=True)
class Result:
    """What the replies of a house come to. `spread`: statements that its managers answer very differently."""

    themes: tuple[ThemeResult, ...]
    whole: Fraction | None
    look_first: tuple[Statement, ...]
    nobody_knows: tuple[Statement, ...]
    spread: tuple[Statement, ...]
    sheets: int

    @property
    def told(self) -> tuple[ThemeResult, ...]:
        return tuple(one for one in self.themes if one.value is not None)

    @property
    def most_settled(self) -> tuple[ThemeResult, ...]:
        """The three themes where most is in place; none in common with the three others."""
        told = self._from_least_in_place()
        return told[len(told) - self._few() :][::-1]

    @property
    def most_to_build(self) -> tuple[ThemeResult, ...]:
        """The three themes where most is left to build."""
        return self._from_least_in_place()[: self._few()]

    def _from_least_in_place(self) -> tuple[ThemeResult, ...]:
        return tuple(sorted(self.told, key=_value))

    def _few(self) -> int:
        """How many themes to name at each end: none of them twice, and none when all are alike."""
        alike = len({one.value for one in self.told}) < 2
        return 0 if alike else min(FEW, len(self.told) // 2)


@dataclass(frozen=True)
class Change:
    """A theme before and after, on the statements that have a value both times and the same words."""

    theme: Theme
    before: Fraction
    after: Fraction
    compared: int


def _value(one: ThemeResult) -> Fraction:
    assert one.value is not None
    return one.value


def rounded(value: Fraction) -> int:
    """Return the whole number that is shown, halves upwards."""
    return int(value + Fraction(1, 2))


def level_of(value: Fraction) -> Level:
    """Return the level of what is shown: 39,6 is read 40."""
    return next(level for least, level in LEVELS if rounded(value) >= least)


def count_replies(asked: Questionnaire, sheet: Sheet) -> int:
    """Return to how many of the statements asked there is a reply, whichever."""
    return sum(statement.code in sheet for statement in asked.statements)


def has_enough(asked: Questionnaire, sheet: Sheet) -> bool:
    """Tell whether enough is answered for a result: four statements out of five, « ne sait pas » included."""
    return Fraction(count_replies(asked, sheet)) >= ENOUGH * len(asked.statements)


def result(asked: Questionnaire, sheets: Sequence[Sheet]) -> Result:
    """Return what the sheets of one house come to together: each statement counts by the mean of its known degrees."""
    pooled = pool(asked, sheets)
    themes = tuple(_theme_result(theme, pooled, sheets) for theme in asked.themes)
    told = [one.value for one in themes if one.value is not None]
    return Result(
        themes=themes,
        whole=_mean(told) if len(told) >= LEAST_THEMES else None,
        look_first=tuple(one for one in asked.statements if one.look_first and 0 in points_of(one, sheets)),
        nobody_knows=tuple(one for one in asked.statements if is_unknown(one, sheets)),
        spread=tuple(one for one in asked.statements if _differs(one, sheets)),
        sheets=len(sheets),
    )


def pool(asked: Questionnaire, sheets: Sequence[Sheet]) -> dict[str, Fraction]:
    """Return the mean degree of each statement that somebody gave one."""
    found = ((one.code, points_of(one, sheets)) for one in asked.statements)
    return {code: _mean([Fraction(one) for one in points]) for code, points in found if points}


def points_of(statement: Statement, sheets: Sequence[Sheet]) -> list[int]:
    """Return the degrees given to a statement, in the order of the sheets."""
    replies = (sheet.get(statement.code) for sheet in sheets)
    return [reply.points for reply in replies if reply is not None and reply.points is not None]


def is_unknown(statement: Statement, sheets: Sequence[Sheet]) -> bool:
    """Tell whether somebody was asked, and nobody knows."""
    asked = any(sheet.get(statement.code) is Reply.DONT_KNOW for sheet in sheets)
    return asked and not points_of(statement, sheets)


def theme_value(theme: Theme, degrees: Mapping[str, Fraction]) -> Fraction | None:
    """Return 100 × mean of the degrees / 3; None when fewer than three statements have one."""
    known = [degrees[one.code] for one in theme.statements if one.code in degrees]
    return 100 * _mean(known) / TOP if len(known) >= LEAST_ANSWERS else None


def _theme_result(theme: Theme, pooled: Mapping[str, Fraction], sheets: Sequence[Sheet]) -> ThemeResult:
    own = [theme_value(theme, _degrees(sheet)) for sheet in sheets]
    told = [one for one in own if one is not None]
    known = sum(one.code in pooled for one in theme.statements)
    value = theme_value(theme, pooled)
    return ThemeResult(theme, value, known, min(told, default=None), max(told, default=None))


def _degrees(sheet: Sheet) -> dict[str, Fraction]:
    return {code: Fraction(reply.points) for code, reply in sheet.items() if reply.points is not None}


def _differs(statement: Statement, sheets: Sequence[Sheet]) -> bool:
    points = points_of(statement, sheets)
    return bool(points) and max(points) - min(points) >= 2


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def changes(
    before: tuple[Questionnaire, Sequence[Sheet]], after: tuple[Questionnaire, Sequence[Sheet]]
) -> tuple[Change, ...]:
    """Return, by theme of the later version, what changed; themes with too few statements in common are left out."""
    old, new = pool(*before), pool(*after)
    kept = {one.code for one in identical(before[0], after[0]) if one.code in old and one.code in new}
    return tuple(_changes(after[0], old, new, kept))


def _changes(
    asked: Questionnaire, old: Mapping[str, Fraction], new: Mapping[str, Fraction], kept: set[str]
) -> Iterator[Change]:
    for theme in asked.themes:
        codes = [one.code for one in theme.statements if one.code in kept]
        then, now = (theme_value(theme, {code: degrees[code] for code in codes}) for degrees in (old, new))
        if then is not None and now is not None:
            yield Change(theme, then, now, len(codes))


def identical(before: Questionnaire, after: Questionnaire) -> tuple[Statement, ...]:
    """Return the statements of the later version that stood in the earlier one, word for word."""
    return tuple(one for one in after.statements if one.is_same_as(before.find(one.code)))
