"""Values of indicators: compared with the current ones, and what differs added beside, never over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Table, bindparam, delete, exists, func, insert, select
from sqlalchemy.orm import aliased

from app.actions.incoming.handling import Context, Effect, Verdict
from app.extensions import db
from app.models import FigureSource, Observation, Quality

OBSERVATIONS: Table = Observation.__table__  # type: ignore[assignment]
Value = tuple[int, Quality]
Key = tuple[int | None, str | None, int, str, int]
"""Structure, SIRET, employer, indicator, year: all of it tells one series from another."""

STAGING = """
CREATE TEMP TABLE IF NOT EXISTS incoming_observations (
    employer_id integer, structure_id integer, siret varchar(14), indicator varchar(30), year integer, value bigint,
    quality varchar(40), supersedes_id bigint
) ON COMMIT DELETE ROWS
"""
STAGED = "employer_id, structure_id, siret, indicator, year, value, quality, supersedes_id"
# The rules of rows forbid COPY into the table itself.
FROM_STAGING = f"""
INSERT INTO observations ({STAGED}, source, import_id, organisation_id)
SELECT {STAGED}, %(source)s, %(import_id)s, %(organisation_id)s FROM incoming_observations
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one row says: whose values (a structure's, else a SIRET's or a whole employer's), of which year."""

    line: int
    name: str
    employer_id: int
    structure_id: int | None
    siret: str | None
    year: int
    values: dict[str, Value]

    def key(self, indicator: str) -> Key:
        """Return what tells the series of an indicator from the others."""
        return self.structure_id, self.siret, self.employer_id, indicator, self.year


def bring_in(rows: Sequence[Figures], source: FigureSource, context: Context) -> list[Verdict]:
    """Add the values that differ from the current ones, and say what each row does."""
    current = _current(rows)
    fresh: dict[Key, tuple[Value, int | None]] = {}
    verdicts = []
    for row in rows:
        new = changed = 0
        for indicator, value in row.values.items():
            key = row.key(indicator)
            known = current.get(key)
            if known is None:
                new += 1
            elif known[1] != value:
                changed += 1
            else:
                continue
            fresh[key] = value, known[0] if known else None
        verdicts.append(_verdict(row, new, changed))
    if fresh and not context.is_dry_run:
        _write(fresh, source, context)
    return verdicts


def _verdict(row: Figures, new: int, changed: int) -> Verdict:
    told = [f"{new} valeur{'s' if new > 1 else ''} de plus"] if new else []
    told += [f"{changed} valeur{'s' if changed > 1 else ''} qui change{'nt' if changed > 1 else ''}"] if changed else []
    what = ", ".join(told) or ("rien ne change" if row.values else "sans réponse")
    effect = Effect.UPDATE if changed else Effect.CREATE if new else Effect.UNCHANGED
    return Verdict(row.line, effect, f"{row.name}, {row.year} : {what}")


def _current(rows: Sequence[Figures]) -> dict[Key, tuple[int, Value]]:
    """Return the current value of every series of these structures and employers, in these years."""
    years = {row.year for row in rows}
    of_structures = {row.structure_id for row in rows if row.structure_id is not None}
    alone = {row.employer_id for row in rows if row.structure_id is None}
    found: dict[Key, tuple[int, Value]] = {}
    if of_structures:
        found |= _read(OBSERVATIONS.c.structure_id.in_(_numbers(of_structures)), years)
    if alone:
        is_alone = OBSERVATIONS.c.structure_id.is_(None)
        found |= _read(is_alone & OBSERVATIONS.c.employer_id.in_(_numbers(alone)), years)
    return found


def _read(condition: Any, years: Iterable[int]) -> dict[Key, tuple[int, Value]]:
    table = OBSERVATIONS.c
    statement = (
        select(
            table.structure_id,
            table.siret,
            table.employer_id,
            table.indicator,
            table.year,
            table.id,
            table.value,
            table.quality,
        )
        .where(condition, table.year.in_(_numbers(years)))
        .order_by(table.id)
    )
    return {
        (structure, siret, employer, indicator, year): (number, (value, quality))
        for structure, siret, employer, indicator, year, number, value, quality in db.session.execute(statement)
    }


def _numbers(values: Iterable[int]) -> Any:
    return bindparam(None, sorted(values), Integer, expanding=True, literal_execute=True)


def _write(fresh: dict[Key, tuple[Value, int | None]], source: FigureSource, context: Context) -> None:
    common = {"import_id": context.import_id, "organisation_id": context.organisation_id}
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(STAGING)
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(f"COPY incoming_observations ({STAGED}) FROM STDIN") as copy:
            copy.write("".join(map(_copied, fresh.items())))
        connection.exec_driver_sql(FROM_STAGING, {"source": source.value, **common})
        return
    rows = [
        {
            "structure_id": structure,
            "siret": siret,
            "employer_id": employer,
            "indicator": indicator,
            "year": year,
            "value": value,
            "quality": quality,
            "supersedes_id": old,
            "source": source,
            **common,
        }
        for (structure, siret, employer, indicator, year), ((value, quality), old) in fresh.items()
    ]
    connection.execute(insert(OBSERVATIONS), rows)


def _copied(item: tuple[Key, tuple[Value, int | None]]) -> str:
    """One line of COPY: numbers, codes and SIRET have nothing to escape."""
    (structure, siret, employer, indicator, year), ((value, quality), old) = item
    return (
        f"{employer}\t{_or_null(structure)}\t{siret or chr(92) + 'N'}\t{indicator}\t{year}\t{value}\t{quality.value}\t"
        f"{_or_null(old)}\n"
    )


def _or_null(number: int | None) -> str:
    return "\\N" if number is None else str(number)


def count_superseded(import_id: int) -> int:
    """Return how many values of an import another one has replaced since."""
    later = aliased(Observation)
    replaced = exists().where(later.supersedes_id == Observation.id, later.import_id != import_id)
    statement = select(func.count()).select_from(Observation).where(Observation.import_id == import_id, replaced)
    return db.session.scalar(statement) or 0


def withdraw(import_id: int) -> int:
    """Take out the values of an import; the former ones are current again. Return how many they were."""
    gone: Any = db.session.execute(delete(OBSERVATIONS).where(OBSERVATIONS.c.import_id == import_id))
    return int(gone.rowcount)
