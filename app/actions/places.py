"""Where a case lies: the département of its structures, kept on the case so that a territory is read from an index."""

from collections.abc import Collection, Iterable

from sqlalchemy import case as when
from sqlalchemy import func, select, update

from app.extensions import db
from app.models import Case, CaseStructure, Structure


def common_departement(structures: Iterable[Structure]) -> str | None:
    """Return the département of all these structures, or None when they lie in several: each is then asked."""
    codes = {structure.departement for structure in structures}
    return codes.pop() if len(codes) == 1 else None


def place_again(structure_ids: Collection[int]) -> None:
    """Say anew where the cases of these structures lie: a file has moved the structures."""
    if not structure_ids:
        return
    concerned = select(CaseStructure.case_id).where(CaseStructure.structure_id.in_(structure_ids))
    codes = (
        select(when((func.count(Structure.departement.distinct()) == 1, func.min(Structure.departement))))
        .join(CaseStructure, CaseStructure.structure_id == Structure.id)
        .where(CaseStructure.case_id == Case.id)
        .correlate(Case)
    )
    db.session.execute(
        update(Case)
        .where(Case.id.in_(concerned))
        .values(departement=codes.scalar_subquery())
        .execution_options(synchronize_session=False)
    )
