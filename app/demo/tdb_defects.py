"""The faults met in real files of the « tableau de bord », planted in known rows, and how severe each is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from app.demo.tdb_values import Answers, Site, with_share
from app.readers.problems import Severity

SHARE = 0.02
"""Share of the rows that carry a fault."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One fault: in which line of the file, about whom, and the severity of the one problem it must raise."""

    line: int
    fault: str
    finess: str
    year: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class Row:
    """One row to be written: `cells` replaces the text of some fields, `extra` adds cells at its end."""

    site: Site
    year: int
    answers: Answers
    validation: str = "Validé"
    cells: tuple[tuple[str, str], ...] = ()
    extra: int = 0
    fault: str = ""
    severity: Severity | None = None


Plant = Callable[[Row], list[Row]]


def _changed(row: Row, fault: str, severity: Severity, **shares: int | None) -> list[Row]:
    return [_marked(row, fault, severity, answers=with_share(row.answers, **shares))]


def _marked(
    row: Row,
    fault: str,
    severity: Severity,
    answers: Answers | None = None,
    cells: tuple[tuple[str, str], ...] = (),
    extra: int = 0,
) -> Row:
    return Row(row.site, row.year, answers or row.answers, row.validation, cells, extra, fault, severity)


def zero_total(row: Row) -> list[Row]:
    """A total of absence of 0 without any motive: missing, in fact."""
    motives = dict.fromkeys(code for code in row.answers.shares if code.startswith("abs_"))
    return _changed(row, "zero_total", Severity.NOTICE, **{**motives, "abs_total": 0})


def sum_differs(row: Row) -> list[Row]:
    """A total two points and a half above its motives."""
    return _changed(row, "sum_differs", Severity.WARNING, abs_total=row.answers.shares["abs_total"] + 250)


def negative_vacancy(row: Row) -> list[Row]:
    """More posts filled than budgeted."""
    return _changed(row, "negative_vacancy", Severity.WARNING, vacance=-310)


def rotation_above_whole(row: Row) -> list[Row]:
    """A rate of 130 %."""
    return _changed(row, "rotation_above_whole", Severity.WARNING, rotation=13_000)


def unusual_services(row: Row) -> list[Row]:
    """External services beyond what is usual."""
    return _changed(row, "unusual_services", Severity.WARNING, prest_ext=3_500)


def older_copy(row: Row) -> list[Row]:
    """The same structure and year twice: the last row is the right one."""
    return [_marked(row, "older_copy", Severity.REJECT, answers=with_share(row.answers, rotation=777)), row]


def wrong_key(row: Row) -> list[Row]:
    """A copy whose number has a wrong key, before the right row."""
    wrong = row.site.finess[:-1] + str((int(row.site.finess[-1]) + 1) % 10)
    return [_marked(row, "wrong_key", Severity.REJECT, cells=(("finess", wrong),)), row]


def shifted(row: Row) -> list[Row]:
    """A copy with three cells too many, before the right row: a semicolon was left in a name."""
    return [_marked(row, "shifted", Severity.REJECT, extra=3), row]


def unreadable(row: Row) -> list[Row]:
    """Words where a number is expected."""
    return [_marked(row, "unreadable", Severity.WARNING, cells=(("prest_ext", "n.d."),))]


def lost_zero(row: Row) -> list[Row]:
    """A number that lost its first zero; only where it has one."""
    if not row.site.finess.startswith("0"):
        return [row]
    return [_marked(row, "lost_zero", Severity.NOTICE, cells=(("finess", row.site.finess[1:]),))]


FAULTS: tuple[Plant, ...] = (
    zero_total, sum_differs, negative_vacancy, rotation_above_whole, unusual_services, older_copy, wrong_key, shifted,
    unreadable, lost_zero,
)  # fmt: skip


def planted(rows: Iterable[Row], seed: int, share: float = SHARE) -> Iterable[Row]:
    """Yield the rows with faults among them, each in its turn; a fault that adds a row puts it before the right one."""
    rng, turn = Random(f"{seed} faults"), 0
    for row in rows:
        if not row.answers.shares or rng.random() >= share:
            yield row
            continue
        yield from FAULTS[turn % len(FAULTS)](row)
        turn += 1
