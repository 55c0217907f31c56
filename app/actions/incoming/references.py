"""The national references of accidents at work, one year at a time, summed by activity."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, delete, insert, select

from app.actions.incoming.handling import Change, Context, Effect, NotPossible, TableHandler, Verdict
from app.extensions import db
from app.models import ClaimReference, ImportChange
from app.models.observations import MILLION
from app.readers.kinds.references import REFERENCES, NafReference, ReferenceRow, naf_references
from app.readers.layouts import RowReading
from workflows.import_run import ImportKind

TABLE: Table = ClaimReference.__table__  # type: ignore[assignment]
TOO_LONG = "Ce fichier est bien plus long qu’une année de références (CTN × NAF) : vérifiez que c’est le bon."
COMPARED = ("staff", "hours", "accidents", "days_off")
REPLACED = "Un import plus récent a remplacé des références de celui-ci ({years}) : annulez d’abord celui-là."


class ReferencesHandler(TableHandler):
    """Rows of a committee and an activity. An activity is summed over the whole file before it is written."""

    kind = ImportKind.REFERENCES
    layouts = (REFERENCES,)
    in_one_batch = True
    most_rows = 20_000
    too_long = TOO_LONG

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each row does; the sums of all of them are written, unless the context is a dry run."""
        effects = _compare([reading.row for reading in rows], context)
        verdicts = []
        for reading in rows:
            row: ReferenceRow = reading.row
            shown = f"{row.naf or 'Activité inconnue'} ({row.ctn}), {row.year} : {row.naf_label or 'dans le total'}"
            verdicts.append(Verdict(reading.number, effects[row.naf], shown))
        return verdicts


def _compare(rows: Sequence[ReferenceRow], context: Context) -> dict[str, Effect]:
    """Write the sums that differ from what is known of their year; return what each activity becomes."""
    sums = naf_references(rows)
    years = {one.year for one in sums}
    known = {(row["year"], row["naf"]): row for row in _known(years)}
    effects, fresh, replaced = {}, [], []
    for one in sums:
        values = _values(one, context)
        before = known.get((one.year, one.naf))
        if before is None:
            effects[one.naf] = Effect.CREATE
        elif any(before[name] != values[name] for name in COMPARED):
            effects[one.naf] = Effect.UPDATE
            replaced.append(Change(TABLE.name, one.year, before=before))
        else:
            effects[one.naf] = Effect.UNCHANGED
            continue
        fresh.append(values)
    if fresh and not context.is_dry_run:
        codes = [values["naf"] for values in fresh]
        db.session.execute(delete(TABLE).where(TABLE.c.year.in_(years), TABLE.c.naf.in_(codes)))
        db.session.execute(insert(TABLE), fresh)
        context.changes += replaced
    return effects


def restore_references(changes: Sequence[Change], context: Context) -> None:
    """Take the sums of an import out and give back those that it had replaced."""
    mine = TABLE.c.import_id == context.import_id
    years = {*db.session.scalars(select(TABLE.c.year).where(mine).distinct())} | {one.row_id for one in changes}
    since = select(ImportChange.row_id, ImportChange.before).where(
        ImportChange.table == TABLE.name,
        ImportChange.row_id.in_(years),
        ImportChange.import_id != context.import_id,
    )
    replaced = {year for year, before in db.session.execute(since) if before["import_id"] == context.import_id}
    if replaced:
        raise NotPossible(REPLACED.format(years=", ".join(map(str, sorted(replaced)))))
    db.session.execute(delete(TABLE).where(mine))
    if former := [one.before for one in changes if one.before]:
        db.session.execute(insert(TABLE), former)


def _known(years: set[int]) -> Sequence[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(select(TABLE).where(TABLE.c.year.in_(years))).mappings()]


def _values(one: NafReference, context: Context) -> dict[str, int | str]:
    staff, accidents = one.counts["employees"], one.counts["at_first_payment"]
    return {
        "year": one.year,
        "naf": one.naf,
        "staff": staff,
        "hours": one.counts["hours"],
        "accidents": accidents,
        "days_off": one.counts["days_off"],
        "frequency": round(MILLION * 1_000 * accidents / staff) if staff else 0,
        "import_id": context.import_id,
    }
