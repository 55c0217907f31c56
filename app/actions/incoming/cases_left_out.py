"""The cases that a portfolio opened, when the import is undone: left out of the field, and their structures free."""

from collections.abc import Sequence

from sqlalchemy import select, union_all

from app.actions.cases import leave_out
from app.actions.incoming.handling import Change, Context, NotPossible
from app.extensions import db, switch_role
from app.models import Case, Document, Employer, Exchange, Visit
from app.queries.cases import get_case
from app.queries.settings import get_deadlines
from app.second_wall.rules import APP, IMPORTER
from workflows.support_case import WORKFLOW

SHOWN = 5
MOVED = (
    "Des dossiers ouverts par cet import ont vécu depuis ({names}) : étape, référent, partenaire, note, visite ou "
    "document. Classez plutôt hors champ, depuis leur page, ceux qui n’auraient pas dû être ouverts."
)
MOTIVE = "L’import qui avait ouvert ce dossier (n° {number}) a été annulé."


def leave_cases_out(changes: Sequence[Change], context: Context) -> None:
    """Put out of the field what nobody touched since; raises NotPossible, naming the cases on which work was done.

    A case has a thread and a journal that nobody rewrites: it is not deleted, it says that it was opened by mistake.
    """
    if moved := _moved(changes):
        raise NotPossible(MOVED.format(names=_names(moved)))
    assert context.actor  # such files have an author, and are undone by a person
    switch_role(APP)  # the rules of rows apply as on a page of that person's
    settings = get_deadlines(WORKFLOW)
    for change in changes:
        case = get_case(context.actor, change.row_id, lock=True)
        if case is None:
            switch_role(IMPORTER)
            raise NotPossible(MOVED.format(names=_names([change.row_id])))
        motive = MOTIVE.format(number=context.import_id)
        leave_out(case, motive=motive, actor=context.actor, today=context.today, now=context.now, settings=settings)
    db.session.flush()
    switch_role(IMPORTER)


def _moved(changes: Sequence[Change]) -> list[int]:
    """A case is as the import left it when nothing joined its chain, and nobody wrote anything on it."""
    left = {change.row_id: change.row_version for change in changes}
    entries = union_all(*(select(one.case_id).where(one.case_id.in_(left)) for one in (Exchange, Visit, Document)))
    written = set(db.session.scalars(entries))
    numbers = select(Case.id, Case.journal_number).where(Case.id.in_(left)).order_by(Case.id)
    found = {number: at for number, at in db.session.execute(numbers)}
    return [number for number in left if number in written or found.get(number) != left[number]]


def _names(numbers: Sequence[int]) -> str:
    some = select(Case.id, Employer.name).join(Employer, Case.employer_id == Employer.id)
    rows = db.session.execute(some.where(Case.id.in_([*numbers][:SHOWN])).order_by(Case.id))
    return ", ".join(f"D-{number:05d} {name}" for number, name in rows) + ("…" if len(numbers) > SHOWN else "")
