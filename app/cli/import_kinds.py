"""`flask import NATURE FICHIER`: the same reading and writing as the pages, in the foreground."""

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from app import auth, clock
from app.actions import import_batches as batches
from app.actions import imports as actions
from app.actions.errors import Unacceptable
from app.actions.imports import Received, Terms
from app.actions.incoming import HANDLERS
from app.actions.incoming.handling import Context
from app.cli.imports import Stop, import_group, opened_file, spaced, writing_allowed
from app.extensions import act_for, db
from app.jobs.imports import compare_again, deal_with
from app.models import Import, Organisation, User
from app.permissions import Actor
from app.queries.imports import list_rejects
from app.sessions import valid_capacities
from workflows.import_run import OWNERS, ImportKind, ImportState

COUNTS = {
    "read": "lues",
    "created": "créées",
    "updated": "modifiées",
    "unchanged": "inchangées",
    "rejected": "rejetées",
}
NEEDS_ORGANISATION = (
    ImportKind.MEMBERS,
    ImportKind.CONTACTS,
    ImportKind.PORTFOLIO,
    ImportKind.CPOM,
    ImportKind.OBJECTIVES,
    ImportKind.AIDS,
)
NEEDS_PERSON = (ImportKind.PORTFOLIO,)


def _command(kind: ImportKind) -> click.Command:
    def run(
        file: Path,
        dry_run: bool,
        strict: bool,
        organisation: str | None,
        person: str | None,
        year: str | None,
        rejects_path: Path | None,
    ) -> None:
        rejects = rejects_path or file.with_name(f"{file.name}.rejets.csv")
        if rejects.resolve() == file.resolve():
            raise Stop("Le fichier des rejets ne peut pas être le fichier lu : donnez un autre nom à --rejects.")
        actor = _actor(kind, organisation, person)
        with opened_file(file) as stream, writing_allowed(not dry_run):
            import_file(kind, stream, file.name, actor, rejects, is_dry_run=dry_run, is_strict=strict, year=year)

    run.__doc__ = f"Reprend un fichier : {kind.label}."
    for decorate in reversed(OPTIONS):
        run = decorate(run)
    return import_group.command(kind.value.replace("_", "-"))(run)


OPTIONS = (
    click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path)),
    click.option("--dry-run", is_flag=True, help="Compte ce qui serait fait, n’écrit rien."),
    click.option("--strict", is_flag=True, help="Tout ou rien : une seule ligne refusée, et rien n’est écrit."),
    click.option(
        "--organisation", help="Pour quel organisme : son SIRET ou son nom court. Ses départements seulement."
    ),
    click.option("--person", help="Au nom de qui : son adresse (dossiers)."),
    click.option("--year", help="L’année des données, quand le fichier ne la dit pas."),
    click.option("--rejects", "rejects_path", type=click.Path(path_type=Path), help="Où écrire les lignes rejetées."),
)


def _actor(kind: ImportKind, organisation: str | None, person: str | None) -> Actor | None:
    """Return for whom the file is brought in; None: for the whole register, by who runs the server."""
    if person:
        return _person(kind, person)
    if kind in NEEDS_PERSON:
        raise Stop("Ces dossiers s’ouvrent au nom de quelqu’un : donnez --person avec son adresse.")
    if organisation:
        found = _organisation(organisation)
        _refuse_foreign(kind, found)
        actor = auth.actor_for(found)
        act_for(0, found.id, None)
        return actor
    if kind in NEEDS_ORGANISATION:
        raise Stop("Ces fichiers appartiennent à un organisme : donnez --organisation avec son nom court ou son SIRET.")
    return None


def _person(kind: ImportKind, address: str) -> Actor:
    user = db.session.scalars(select(User).where(func.lower(User.email) == address.lower())).first()
    for capacity in valid_capacities(user) if user else ():
        if user and capacity.organisation:
            _refuse_foreign(kind, capacity.organisation)
            act_for(user.id, capacity.organisation_id, None)
            return auth.actor_of(user, capacity)
    raise Stop(f"Personne à l’adresse {address} n’agit pour un organisme.")


def _organisation(wanted: str) -> Organisation:
    same = or_(Organisation.siret == wanted, func.lower(Organisation.short_name) == wanted.lower())
    found = db.session.scalars(select(Organisation).where(same)).all()
    if len(found) != 1:
        several = "plusieurs organismes s’appellent ainsi" if found else "aucun organisme ne s’appelle ainsi"
        raise Stop(f"--organisation {wanted} : {several}. Donnez son SIRET ou son nom court.")
    return found[0]


def _refuse_foreign(kind: ImportKind, organisation: Organisation) -> None:
    if organisation.kind not in OWNERS[kind]:
        owners = ", ".join(sorted(role.label for role in OWNERS[kind]))
        raise Stop(f"« {kind.label} » n’est pas repris par {organisation.short_name}, mais par : {owners}.")


def import_file(
    kind: ImportKind,
    stream: IO[bytes],
    name: str,
    actor: Actor | None,
    rejects: Path,
    *,
    is_dry_run: bool = False,
    is_strict: bool = False,
    year: str | None = None,
) -> None:
    """Bring a file in and say what became of it; raises Stop, with a sentence, when it cannot be."""
    now = clock.now()
    try:
        import_, mapping = actions.prepare(Received(stream, name), kind, (kind,), actor=actor, now=now)
    except Unacceptable as why:
        raise Stop(str(why)) from why
    answers = {one: str(value) for one, value in import_.options.items() if one != "layout"}
    terms = Terms(mapping, {**answers, **({"year": year} if year else {})}, is_strict)
    if is_dry_run:
        import_.mapping, import_.options = dict(terms.mapping), {**import_.options, **terms.options}
        _simulate(import_, stream, actor, rejects)
        return
    actions.keep(import_, stream)
    import_.mapping = mapping
    try:
        actions.check(import_, terms, version=import_.version, actor=actor, today=clock.today())
    except Unacceptable as why:
        db.session.rollback()
        raise Stop(str(why)) from why
    _run(import_, actor, rejects)


def _simulate(import_: Import, stream: IO[bytes], actor: Actor | None, path: Path) -> None:
    handler, now = HANDLERS[import_.kind], clock.now()
    opened = handler.open(stream, import_)
    if opened.refusal:
        raise Stop(opened.refusal.message)
    territory = actor.territory if actor else None
    organisation = actor.organisation_id if actor else None
    context = Context(0, organisation, territory, actor, clock.today(), now, dict(import_.options), is_dry_run=True)
    tally: Counter[str] = Counter()
    rows: list[tuple[int, str, list[str]]] = []
    with _progress(opened.records) as bar:
        for batch in batches.batches(opened.results(), handler):
            verdicts = batches.judge(batch, context, handler)
            db.session.rollback()
            tally.update(batches.COUNTED[verdict.effect] for verdict in verdicts)
            tally["read"] += len(batch)
            cells = {one.number: list(one.cells) or [one.raw] for one in batch}
            rows += [(one.line, one.reason, cells[one.line]) for one in verdicts if one.effect.is_lost]
            bar.update(len(batch))
    click.echo("\n".join(["Simulation : rien n’a été écrit.", *_told(tally)]))
    _write_rejects(path, import_.head, rows)


def _run(import_: Import, actor: Actor | None, path: Path) -> None:
    _work(import_)
    if import_.state is ImportState.CHECKED:
        actions.confirm(import_, version=import_.version, actor=actor, today=clock.today(), now=clock.now())
        db.session.commit()
        _take(import_)
        _work(import_)
        compare_again(import_.id)
    click.echo("\n".join(_told({name: getattr(import_, name) for name in COUNTS})))
    _write_rejects(path, import_.head, [tuple(row) for row in list_rejects(import_)])
    if import_.state is not ImportState.DONE:
        raise Stop(import_.failure)


def _take(import_: Import) -> None:
    try:
        batches.take(import_, now=clock.now())
    except IntegrityError as error:
        db.session.rollback()
        raise Stop(
            "Un autre import de même nature est en cours : celui-ci est confirmé, le planificateur le fera ensuite."
        ) from error


def _work(import_: Import) -> None:
    import_.claimed_at = clock.now()
    db.session.commit()
    with _progress(import_.records) as bar:
        deal_with(import_.id, on_batch=bar.update)
    db.session.refresh(import_)


def _told(counts: Any) -> list[str]:
    return [f"  {label:<11}{spaced(counts[name]):>9}" for name, label in COUNTS.items()]


@contextmanager
def _progress(length: int) -> Iterator[Any]:
    with click.progressbar(
        length=max(length, 1), label="Import", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield bar


def _write_rejects(path: Path, head: list[str], rows: list[Any]) -> None:
    if not rows:
        return
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow([*(head or ["Ligne du fichier"]), "Ligne", "Motif du rejet"])
            writer.writerows([*(cells or []), line, reason] for line, reason, cells in rows)
    except OSError as error:
        raise Stop(f"Impossible d’écrire {path} : indiquez un autre --rejects.") from error
    click.echo(f"Lignes rejetées, avec leur motif : {path}")


KINDS = [_command(kind) for kind in HANDLERS if kind is not ImportKind.FINESS]
"""FINESS has its own command (`app.cli.imports`), over the same writing."""
