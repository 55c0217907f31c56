"""What a measure says: one sentence of what is compared, the figure, the aim beside it, a verdict."""

from dataclasses import dataclass

from tests.bench.timing import Ratio

MET, MISSED, NO_AIM = "tenu", "manqué", "repère"


@dataclass(frozen=True)
class Finding:
    """One line of the report; without an aim it is a landmark."""

    sentence: str
    figure: str
    details: str = ""
    aim: str = ""
    is_met: bool | None = None

    @property
    def verdict(self) -> str:
        return NO_AIM if self.is_met is None else MET if self.is_met else MISSED

    def __str__(self) -> str:
        aim = f"objectif {self.aim}" if self.aim else "sans objectif"
        head = f"{self.verdict:<8}{self.figure:<10}{aim:<20}"
        return "\n".join((f"{head}{self.sentence}", *([f"{'':<39}{self.details}"] if self.details else [])))


def compared(
    sentence: str, found: Ratio, *, at_most: float | None = None, at_least: float | None = None, note: str = ""
) -> Finding:
    """Return the finding of a ratio, with the aim it must not pass, or must reach; neither: a landmark."""
    spread = f"moitié des rapports entre {decimal(found.low)} et {decimal(found.high)}, " if found.rounds > 1 else ""
    details = f"{note or duration(found.ours)} contre {duration(found.floor)} ; {spread}n = {found.rounds}"
    figure = f"× {decimal(found.value)}"
    if at_most is not None:
        return Finding(sentence, figure, details, f"≤ × {decimal(at_most)}", found.value <= at_most)
    if at_least is not None:
        return Finding(sentence, figure, details, f"≥ × {decimal(at_least)}", found.value >= at_least)
    return Finding(sentence, figure, details)


def counted(sentence: str, number: int, *, at_most: int) -> Finding:
    """Return the finding of a number of SQL statements."""
    return Finding(sentence, f"{number} ordres", "", f"≤ {at_most} ordres", number <= at_most)


def duration(seconds: float) -> str:
    """Return « 0,71 ms », « 34 ms », « 2,1 s »."""
    if seconds >= 1:
        return f"{decimal(seconds)} s"
    return f"{decimal(seconds * 1_000)} ms"


def decimal(number: float) -> str:
    """Return a number with the digits that mean something: « 0,71 », « 4,2 », « 128 »."""
    digits = 2 if number < 2 else 1 if number < 20 else 0
    return f"{number:.{digits}f}".replace(".", ",")


def thousands(number: float) -> str:
    """Return « 103 000 »."""
    return f"{number:,.0f}".replace(",", "\u202f")
