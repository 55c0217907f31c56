"""One row of the register put back as it was before an import, unless somebody has changed it since."""

from datetime import date
from typing import Any

from sqlalchemy import CursorResult, Date, Table, delete, exists, insert, select, update

from app.extensions import db
from app.models import (
    Aid,
    Contact,
    Cpom,
    CpomMilestone,
    CpomObjective,
    CpomSignatory,
    CpomStructure,
    FederationMember,
    Import,
    ImportChange,
    Structure,
)

MEMBERS: Table = FederationMember.__table__  # type: ignore[assignment]
VERSIONED: dict[str, Table] = {
    model.__tablename__: model.__table__  # type: ignore[misc]
    for model in (Aid, Contact, Cpom, CpomObjective, Structure)
}
PARTS: dict[str, Table] = {
    model.__tablename__: model.__table__  # type: ignore[misc]
    for model in (CpomMilestone, CpomSignatory, CpomStructure)
}
"""They have no version of their own: whoever changes one changes that of what it is a part of."""


def restore(change: ImportChange, import_: Import) -> bool:
    """Put one row back; False when it is no longer as the import left it, and nothing is then written."""
    if change.table == MEMBERS.name:
        return _restore_member(change, import_)
    if change.table in PARTS:
        return _restore_part(change, PARTS[change.table])
    table = VERSIONED[change.table]
    as_left = (table.c.id == change.row_id, table.c.version == change.row_version)
    if change.before is None:
        return _touched(delete(table).where(*as_left))
    values = _revived(change.before, table)
    is_back = _touched(update(table).where(*as_left).values(**values, version=table.c.version + 1))
    if is_back:
        _give_back(change)
    return is_back


def _give_back(change: ImportChange) -> None:
    """The row is again as an earlier change left it: that one may be taken back in its turn."""
    assert change.row_version
    same = (ImportChange.table == change.table, ImportChange.row_id == change.row_id)
    earlier = update(ImportChange).where(*same, ImportChange.row_version == change.row_version - 1)
    db.session.execute(earlier.values(row_version=change.row_version + 1))


def _restore_part(change: ImportChange, table: Table) -> bool:
    this = table.c.id == change.row_id
    if change.before is None:
        return _touched(delete(table).where(this))
    return _touched(update(table).where(this).values(**_revived(change.before, table)))


def _revived(before: dict[str, Any], table: Table) -> dict[str, Any]:
    """Return what was kept as text (`app.actions.incoming.handling.kept`) as the columns hold it."""
    return {
        name: date.fromisoformat(value) if value and isinstance(table.c[name].type, Date) else value
        for name, value in before.items()
    }


def _restore_member(change: ImportChange, import_: Import) -> bool:
    """A membership is one or is not: whoever added or removed it since has the last word."""
    here = (MEMBERS.c.organisation_id == import_.organisation_id, MEMBERS.c.employer_id == change.row_id)
    if change.before is None:
        return _touched(delete(MEMBERS).where(*here))
    if db.session.scalar(select(exists().where(*here))):
        return False
    return _touched(insert(MEMBERS).values(organisation_id=import_.organisation_id, employer_id=change.row_id))


def _touched(statement: Any) -> bool:
    done: CursorResult[Any] = db.session.execute(statement)  # type: ignore[assignment]
    return bool(done.rowcount)
