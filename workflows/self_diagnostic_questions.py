"""The questionnaires of the self-diagnostic, read from their files: one file a version, never edited once answered."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from workflows.labels import LabelledEnum

FOLDER = Path(__file__).parent / "questionnaires"
CURRENT = "SD-2026.1"
"""The version that a new self-diagnostic takes."""


class Setting(LabelledEnum):
    """Where the work is done: some statements are only for one of them."""

    ESTABLISHMENT = "establishment", "En établissement"
    HOME = "home", "À domicile"
    BOTH = "both", "En établissement et à domicile"


class Topic(LabelledEnum):
    """What is never shared unless it was ticked apart."""

    RISK_DOCUMENT = "risk_document", "Document unique (DUERP)"
    PSYCHOSOCIAL = "psychosocial", "Risques psychosociaux"


@dataclass(frozen=True)
class Statement:
    """One practice, in positive words. `axes` are those of the Gollac report (2011), for later analyses."""

    code: str
    text: str
    help: str
    axes: tuple[str, ...] = ()
    settings: frozenset[Setting] = frozenset({Setting.ESTABLISHMENT, Setting.HOME})
    topics: frozenset[Topic] = frozenset()
    look_first: str = ""
    """Why this practice comes first where it is not in place; empty for most."""

    def is_for(self, setting: Setting) -> bool:
        """Tell whether it is asked there."""
        return setting is Setting.BOTH or setting in self.settings

    def is_same_as(self, other: "Statement | None") -> bool:
        """Tell whether answers to both may be compared: same code, same words."""
        return other is not None and (self.code, self.text) == (other.code, other.text)


@dataclass(frozen=True)
class Theme:
    """Statements of one subject; `first` and `further` are what one may do next, where little or much is in place."""

    slug: str
    title: str
    about: str
    first: str
    further: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Questionnaire:
    """One version; `seconds_each` is about how long one takes over a statement."""

    version: str
    seconds_each: int
    themes: tuple[Theme, ...]

    def asked(self, setting: Setting) -> "Questionnaire":
        """Return the same version with the statements asked in this setting only."""
        kept = (tuple(one for one in theme.statements if one.is_for(setting)) for theme in self.themes)
        themes = tuple(replace(theme, statements=some) for theme, some in zip(self.themes, kept, strict=True))
        return replace(self, themes=themes)

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(statement for theme in self.themes for statement in theme.statements)

    def find(self, code: str) -> Statement | None:
        """Return the statement of this code, or None."""
        return next((one for one in self.statements if one.code == code), None)

    def theme(self, slug: str) -> Theme | None:
        """Return the theme of this slug, or None."""
        return next((one for one in self.themes if one.slug == slug), None)

    def minutes_for(self, left: int) -> int:
        """Return about how many minutes so many statements take, at least one."""
        return max(1, -(-left * self.seconds_each // 60))


def parse(text: str) -> Questionnaire:
    """Return the questionnaire that a file holds. Raises KeyError or ValueError when something is missing or twice."""
    read = tomllib.loads(text)
    themes = tuple(_theme(one) for one in read["themes"])
    found = Questionnaire(read["version"], read["seconds_each"], themes)
    codes, slugs = [one.code for one in found.statements], [one.slug for one in themes]
    if len({*codes}) != len(codes) or len({*slugs}) != len(slugs):
        raise ValueError(f"{found.version} : un thème ou un énoncé y figure deux fois")
    return found


def _theme(read: Mapping[str, Any]) -> Theme:
    words = {name: read[name] for name in ("slug", "title", "about", "first", "further")}
    return Theme(**words, statements=tuple(_statement(one) for one in read["statements"]))


def _statement(read: Mapping[str, Any]) -> Statement:
    return Statement(
        code=read["code"],
        text=read["text"],
        help=read["help"],
        axes=tuple(read["axes"]),
        settings=frozenset(map(Setting, read.get("settings", ("establishment", "home")))),
        topics=frozenset(map(Topic, read.get("topics", ()))),
        look_first=read.get("look_first", ""),
    )


@cache
def _versions() -> dict[str, Questionnaire]:
    return {one.version: one for one in _files()}


def _files() -> Iterator[Questionnaire]:
    for path in sorted(FOLDER.glob("*.toml")):
        yield parse(path.read_text(encoding="utf-8"))


def questionnaire(version: str = CURRENT) -> Questionnaire:
    """Return a version, whole. Raises KeyError when no file holds it."""
    return _versions()[version]
