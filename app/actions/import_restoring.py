"""The rows of the register put back as they were before an import, unless somebody has built on them since."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import CursorResult, Date, Integer, Table, bindparam, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.actions.incoming.handling import Change, Context, NotPossible
from app.actions.places import place_again
from app.extensions import db
from app.models import (
    Aid,
    Contact,
    Cpom,
    CpomMilestone,
    CpomObjective,
    CpomSignatory,
    CpomStructure,
    Employer,
    FederationMember,
    ImportChange,
    Structure,
)

MEMBERS: Table = FederationMember.__table__  # type: ignore[assignment]
REGISTER: dict[str, Table] = {
    model.__tablename__: model.__table__  # type: ignore[misc]
    for model in (Aid, CpomObjective, Cpom, Contact, Structure, Employer)
}
"""In the order in which rows go: what belongs to an employer before the employer."""
PARTS: dict[str, Table] = {
    model.__tablename__: model.__table__  # type: ignore[misc]
    for model in (CpomMilestone, CpomSignatory, CpomStructure)
}
"""They have no version of their own: whoever changes one changes that of what it is a part of."""
CHANGES: Table = ImportChange.__table__  # type: ignore[assignment]
NAMED, SHOWN, BATCH = ("structures", "employers"), 5, 5_000
CHANGED = "{rows} par quelqu’un depuis{names} : l’annuler effacerait son travail."
LEANT_ON = (
    "Des dossiers, des notes, des chiffres, des comptes ou d’autres fiches s’appuient sur ce que cet import a "
    "créé{names} : le retirer les laisserait sans attache."
)


def restore_rows(changes: Sequence[Change], context: Context) -> None:
    """Put rows back; raises NotPossible, naming what has been changed or leant on since. The caller rolls back."""
    _restore_members([change for change in changes if change.table == MEMBERS.name], context)
    if lost := sum(not _restore_part(change) for change in reversed(changes) if change.table in PARTS):
        raise NotPossible(CHANGED.format(rows=_lines(lost), names=""))
    for name, table in REGISTER.items():
        own = [change for change in changes if change.table == name]
        rows = _merged(own)
        _refuse_changed(table, rows)
        _put_back(table, [change for change in rows if change.before is not None])
        _give_back(table, own, rows, context)
        _take_out(table, [change.row_id for change in rows if change.before is None])


def _merged(changes: Sequence[Change]) -> list[Change]:
    """Of a row that an import changed twice: what it was before the first, the version that the last left."""
    found: dict[tuple[str, int], Change] = {}
    for change in changes:
        key = change.table, change.row_id
        first = found.get(key)
        if first is None:
            found[key] = change
            continue
        before = None if first.before is None else {**(change.before or {}), **first.before}
        found[key] = replace(change, before=before)
    return [*found.values()]


def _refuse_changed(table: Table, rows: Sequence[Change]) -> None:
    versions: dict[int, int] = {}
    for ids in _cut([change.row_id for change in rows]):
        found = select(table.c.id, table.c.version).where(table.c.id.in_(_numbers(ids)))
        versions |= {number: version for number, version in db.session.execute(found)}
    changed = [change.row_id for change in rows if versions.get(change.row_id) != change.row_version]
    if changed:
        raise NotPossible(CHANGED.format(rows=_lines(len(changed)), names=_names(table, changed)))


def _lines(count: int) -> str:
    return f"{count} lignes ont été modifiées" if count > 1 else "Une ligne a été modifiée"


def _names(table: Table, ids: Sequence[int]) -> str:
    """Return a few names, in brackets; those of the people one talks to are not read."""
    if table.name not in NAMED:
        return ""
    some = select(table.c.name).where(table.c.id.in_([*ids][:SHOWN])).order_by(table.c.name)
    names = ", ".join(db.session.scalars(some))
    return f" ({names}{'…' if len(ids) > SHOWN else ''})" if names else ""


def _put_back(table: Table, rows: Sequence[Change]) -> None:
    """One statement for all the rows of which the same columns had changed."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for change in rows:
        before = {name: _stored(table, name, value) for name, value in (change.before or {}).items()}
        alike.setdefault(tuple(sorted(before)), []).append({**before, "key": change.row_id})
    for names, values in alike.items():
        statement = update(table).where(table.c.id == bindparam("key"))
        columns: dict[str, Any] = {name: bindparam(name) for name in names}
        db.session.connection().execute(statement.values(version=table.c.version + 1, **columns), values)
    if table.name == Structure.__tablename__:
        place_again([change.row_id for change in rows if "departement" in (change.before or {})])


def _give_back(table: Table, own: Sequence[Change], rows: Sequence[Change], context: Context) -> None:
    """The rows are again as an earlier import left them: that one may be taken back in its turn."""
    found: dict[int, tuple[int | None, int]] = {}
    for first in reversed(own):  # the first change of each row has the last word
        found[first.row_id] = (first.row_version, 0)
    for last in rows:
        found[last.row_id] = (found[last.row_id][0], (last.row_version or 0) + 1)
    earlier = select(CHANGES.c.id, CHANGES.c.row_id, CHANGES.c.row_version).where(
        CHANGES.c.table_name == table.name, CHANGES.c.import_id != context.import_id
    )
    moved = []
    for ids in _cut([change.row_id for change in rows if change.before is not None]):
        for number, row_id, version in db.session.execute(earlier.where(CHANGES.c.row_id.in_(_numbers(ids)))):
            first_version, now = found[row_id]
            if first_version is not None and version == first_version - 1:
                moved.append({"key": number, "now": now})
    if moved:
        statement = update(CHANGES).where(CHANGES.c.id == bindparam("key")).values(row_version=bindparam("now"))
        db.session.connection().execute(statement, moved)


def _restore_part(change: Change) -> bool:
    table = PARTS[change.table]
    this = table.c.id == change.row_id
    if change.before is None:
        return _touched(delete(table).where(this))
    values = {name: _stored(table, name, value) for name, value in change.before.items()}
    return _touched(update(table).where(this).values(**values))


def _touched(statement: Any) -> bool:
    done: CursorResult[Any] = db.session.execute(statement)  # type: ignore[assignment]
    return bool(done.rowcount)


def _stored(table: Table, name: str, value: Any) -> Any:
    is_day = isinstance(table.c[name].type, Date) and value is not None
    return date.fromisoformat(value) if is_day else value


def _take_out(table: Table, ids: Sequence[int]) -> None:
    for some in _cut(ids):
        if kept := [*_delete(table, some)]:
            raise NotPossible(LEANT_ON.format(names=_names(table, kept)))


def _delete(table: Table, ids: Sequence[int]) -> Iterator[int]:
    """Delete rows; give some of those to which something holds, found by halves.

    The database knows all that refers to a row, even what this role may not read; it is not said which it is.
    """
    try:
        with db.session.begin_nested():
            db.session.execute(delete(table).where(table.c.id.in_(_numbers(ids))))
    except IntegrityError:
        if len(ids) == 1:
            yield ids[0]
            return
        half, shown = len(ids) // 2, 0
        for part in (ids[:half], ids[half:]):
            for number in _delete(table, part):
                yield number
                shown += 1
                if shown == SHOWN:
                    return


def _cut(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _numbers(ids: Sequence[int]) -> Any:
    return bindparam(None, [*ids], Integer, expanding=True, literal_execute=True)


def _restore_members(changes: Sequence[Change], context: Context) -> None:
    """A membership is one or is not: whoever added or removed it since has the last word."""
    if count := sum(not _restore_member(change, context) for change in reversed(changes)):
        raise NotPossible(CHANGED.format(rows=_lines(count), names=""))


def _restore_member(change: Change, context: Context) -> bool:
    here = (MEMBERS.c.organisation_id == context.organisation_id, MEMBERS.c.employer_id == change.row_id)
    if change.before is None:
        return _touched(delete(MEMBERS).where(*here))
    if db.session.scalar(select(exists().where(*here))):
        return False
    values = {"organisation_id": context.organisation_id, "employer_id": change.row_id}
    db.session.execute(insert(MEMBERS).values(**values))
    return True
