"""The imports: one is claimed, checked or written batch by batch, each batch committed on its own, then ended."""

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError

from app import auth, clock
from app.actions import import_batches as batches
from app.actions.import_sweeping import sweep_imports
from app.actions.import_undoing import withdraw
from app.actions.incoming.handling import Context, NotPossible, Opened
from app.extensions import act_for, db, switch_role, take_role
from app.models import Import, Organisation, User
from app.permissions import Actor
from app.second_wall.rules import APP, IMPORTER
from app.sessions import valid_capacities
from workflows.import_run import WORKFLOW, ImportKind, ImportState

log = logging.getLogger("jalon.imports")
UNEXPECTED = (
    "L’import s’est arrêté sur une erreur inattendue après la ligne {line} : ce qui précède est entré, le reste non. "
    "Vérifiez le fichier à nouveau ; si cela se répète, prévenez l’exploitation."
)
GONE = "La personne qui l’a demandé n’agit plus pour l’organisme : quelqu’un d’autre doit reprendre cet import."
OF_FIGURES = frozenset({ImportKind.TDB, ImportKind.HOME_CARE, ImportKind.ATMP, ImportKind.REFERENCES})
Clock = Callable[[], datetime]


@dataclass
class Work:
    """One import under way: the record's number, for whom, until when."""

    import_id: int
    context: Context
    now: Clock
    should_stop: Callable[[], bool]
    on_batch: Callable[[int], None]


def work_on_imports(*, now: Clock = clock.now, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Take up what waits, one import after the other; return how many were dealt with."""
    take_role(IMPORTER)
    try:
        return _work(now, should_stop)
    finally:
        db.session.remove()  # the role and the person go with it


def forget_old_imports(*, now: Clock = clock.now) -> None:
    """Forget the bytes and the refused rows of imports that ended long ago; leave aside those nobody went on with."""
    take_role(IMPORTER)
    try:
        sweep_imports(now=now())
        db.session.commit()
    finally:
        db.session.remove()


def _work(now: Clock, should_stop: Callable[[], bool]) -> int:
    done = 0
    while not should_stop() and (import_ := batches.claim(now=now())):
        number = import_.id
        db.session.commit()
        try:
            deal_with(number, now=now, should_stop=should_stop)
        except (batches.TakenOver, OperationalError):
            db.session.rollback()
            log.warning("Import %d laissé à qui l’a repris, ou remis à plus tard.", number)
            return done
        except Exception:
            db.session.rollback()
            log.exception("L’import %d s’est arrêté.", number)
            _fail(number, now())
        done += 1
        compare_again(number)
    return done


def compare_again(import_id: int) -> None:
    """Make again what is computed from everybody's figures, when an import has changed some; else nothing."""
    import_ = _get(import_id)
    if import_.kind not in OF_FIGURES or import_.state not in (ImportState.DONE, ImportState.UNDONE):
        return
    from app.actions.comparisons import refresh_comparisons  # numpy and scipy: for this alone

    try:
        refresh_comparisons(batches.years_of(import_id) or None)
        db.session.commit()
    except Exception:
        db.session.rollback()
        log.exception("Les comparaisons n’ont pas été refaites : lancez « flask indicators refresh ».")


def deal_with(
    import_id: int,
    *,
    now: Clock = clock.now,
    should_stop: Callable[[], bool] = lambda: False,
    on_batch: Callable[[int], None] = lambda count: None,
) -> None:
    """Check, write or undo one claimed import, to its end or until it is time to stop."""
    import_ = _get(import_id)
    is_undoing = import_.state is ImportState.UNDOING
    person = import_.undone_by if is_undoing else import_.author
    actor = _actor(import_.organisation, person)
    if is_undoing:
        _undo(import_, GONE if person and actor is None else "", _context(import_, actor, now()))
        return
    if actor is None and person:
        batches.fail(import_, GONE, now=now())
        db.session.commit()
        return
    with closing(batches.spooled(import_id)) as stream:
        opened = batches.handler_of(import_).open(stream, import_)
        _pass_over(import_, opened, Work(import_id, _context(import_, actor, now()), now, should_stop, on_batch))


def _get(import_id: int) -> Import:
    found = db.session.get(Import, import_id, populate_existing=True)
    assert found
    return found


def _actor(organisation: Organisation | None, person: User | None) -> Actor | None:
    """Return the person in the capacity in which it acts for the organisation, if it still has it.

    A file that a command brings in for an organisation has no author. Who acts is found as the pages find it.
    """
    if organisation is None:
        return None
    act_for(person.id if person else 0, organisation.id, None)
    switch_role(APP)
    try:
        return _in_capacity(person, organisation) if person else auth.actor_for(organisation)
    finally:
        switch_role(IMPORTER)


def _in_capacity(person: User, organisation: Organisation) -> Actor | None:
    for capacity in valid_capacities(person):
        if capacity.organisation_id == organisation.id:
            return auth.actor_of(person, capacity)
    return None


def _context(import_: Import, actor: Actor | None, now: datetime) -> Context:
    return Context(
        import_.id,
        import_.organisation_id,
        actor.territory if actor else None,
        actor,
        now.astimezone(clock.PARIS).date(),
        now,
        dict(import_.options),
        is_dry_run=import_.state is ImportState.CHECKING,
    )


def _pass_over(import_: Import, opened: Opened, work: Work) -> None:
    at_line, is_whole = import_.at_line, import_.is_strict and not work.context.is_dry_run
    if opened.refusal:
        batches.fail(import_, opened.refusal.message, now=work.now())
        db.session.commit()
        return
    if at_line == 0:
        batches.begin(import_, opened, now=work.now())
        batches.note_remarks(import_, batches.remarks_of(import_, opened))
        db.session.commit()
    handler = batches.handler_of(import_)
    for batch in batches.batches(opened.results(at_line), handler):
        at_line = batches.treat(batch, at_line, work.context, handler, now=work.now())
        work.on_batch(len(batch))
        if is_whole:
            continue  # all or nothing: one transaction for the whole file
        db.session.commit()
        if work.should_stop():
            batches.release(work.import_id)
            db.session.commit()
            return
    _end(work, opened)


def _end(work: Work, opened: Opened) -> None:
    import_, context, now = _get(work.import_id), work.context, work.now()
    batches.finish(import_, opened, context)
    if context.is_dry_run:
        batches.end_check(import_, today=context.today, now=now)
    elif import_.is_strict and import_.rejected:
        db.session.rollback()
        batches.fail(_get(work.import_id), batches.CHANGED_MEANWHILE, now=now)
    else:
        batches.end_run(import_, actor=context.actor, today=context.today, now=now)
    db.session.commit()


def _undo(import_: Import, refusal: str, context: Context) -> None:
    try:
        if refusal:
            raise NotPossible(refusal)
        withdraw(import_, context)
    except NotPossible as why:
        db.session.rollback()
        import_ = _get(context.import_id)
        WORKFLOW.fire(import_, "keep", today=context.today, effective_on=None)
        import_.failure, import_.claimed_at, import_.undone_at, import_.undone_by_id = str(why), None, None, None
    db.session.commit()


def _fail(import_id: int, now: datetime) -> None:
    import_ = _get(import_id)
    if import_.state is ImportState.UNDOING:
        import_.claimed_at = now  # tried again once the claim has grown old
    else:
        batches.fail(import_, UNEXPECTED.format(line=import_.at_line), now=now)
    db.session.commit()
