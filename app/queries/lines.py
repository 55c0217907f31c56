"""What organisations keep of an employer in sight, line by line: contracts (CPOM), objectives, aids."""

from datetime import date
from typing import TypeVar

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.extensions import db
from app.models import Aid, Case, Cpom, CpomObjective, CpomStructure, Employer, Import
from app.permissions import Act, Actor, Kind, Relation, line_convention, may, reads_line
from app.permissions.relations import is_own

One = TypeVar("One", Cpom, CpomObjective, Aid)
OWN = frozenset({Relation.AUTHOR})
"""What holds for one's own lines: the condition of reading keeps no other to who reads those alone."""


def list_contracts(actor: Actor, record: Employer | Case, viewer: Actor | None = None) -> list[Cpom]:
    """Return the contracts of the employer that the actor may read (and the viewer), the latest first."""
    covered = selectinload(Cpom.structure_links).joinedload(CpomStructure.structure)
    found = _list(Cpom, Kind.CPOM, actor, record, viewer, selectinload(Cpom.signatories), covered)
    return sorted(found, key=lambda one: (one.starts_on or one.over_on or date.min, one.id), reverse=True)


def list_objectives(actor: Actor, record: Employer | Case, viewer: Actor | None = None) -> list[CpomObjective]:
    """Return the objectives of the employer that the actor may read (and the viewer), by axis."""
    found = _list(CpomObjective, Kind.CPOM, actor, record, viewer, selectinload(CpomObjective.milestones))
    return sorted(found, key=lambda one: (one.axis, one.id))


def list_aids(actor: Actor, record: Employer | Case, viewer: Actor | None = None) -> list[Aid]:
    """Return the aids to the employer that the actor may read (and the viewer), the latest first."""
    found = _list(Aid, Kind.FINANCING, actor, record, viewer, joinedload(Aid.structure))
    return sorted(found, key=lambda one: (one.year or 0, one.id), reverse=True)


def _list(
    line: type[One], kind: Kind, actor: Actor, record: Employer | Case, viewer: Actor | None, *options: ORMOption
) -> list[One]:
    if not may(actor, Act.READ, kind, record, given=OWN):
        return []
    reader, employer_id = viewer or actor, record.employer_id if isinstance(record, Case) else record.id
    conditions = [reads_line(one, kind, line) for one in (actor, viewer) if one]
    own_file = and_(Import.id == line.import_id, is_own(Import.organisation_id, reader))
    statement = (
        select(line, line_convention(actor, kind, line), Import.file_name)
        .join(Employer, line.employer_id == Employer.id)
        .outerjoin(Import, own_file)
        .where(line.employer_id == employer_id, *conditions)
        .options(joinedload(line.organisation), *options)
    )
    return [_opened(one, number, name) for one, number, name in db.session.execute(statement)]


def _opened(line: One, convention_id: int | None, file_name: str | None) -> One:
    line.convention_id, line.file_name = convention_id, file_name
    return line
