"""`flask seal certificate`, `show`, `documents` and `check`: the seal of the platform on the documents it makes."""

import hashlib
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock
from app.filters import moment, plural, short_day
from app.jobs.sealers import sealer_of, write_p12
from app.jobs.targeting_documents import seal_lists
from app.queries.targeting_documents import count_waiting_documents, get_sealed_file, known_certificates
from app.seal.certificate import Unusable

seal_group = AppGroup("seal", help="Le cachet des documents : certificat, documents à sceller, vérification.")


@seal_group.command("certificate")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.password_option("--passphrase", envvar="JALON_SEAL_PASSPHRASE", prompt="Phrase secrète", help="Phrase secrète.")
def certificate(path: Path, passphrase: str) -> None:
    """Fait un certificat de développement, que personne ne garantit (PKCS#12)."""
    try:
        write_p12(path, passphrase, now=clock.now())
    except FileExistsError as error:
        raise click.ClickException(f"{path} existe déjà : donnez un autre nom.") from error
    click.echo(f"Certificat de développement : {path}\nPour de vrais documents, prenez celui d’une autorité reconnue.")


@seal_group.command("show")
def show() -> None:
    """Dit quel certificat scelle les documents, et jusqu’à quand."""
    try:
        sealer = sealer_of(current_app.config, now=clock.now())
        sealer.refuse_out_of_date(clock.now())
    except Unusable as why:
        raise click.ClickException(str(why)) from why
    click.echo(
        f"{sealer.subject}\nEmpreinte (SHA-256) : {sealer.fingerprint}\n"
        f"Valable du {short_day(sealer.valid_from.date())} au {short_day(sealer.valid_until.date())}."
    )


@seal_group.command("documents")
def documents() -> None:
    """Scelle les documents des listes signées qui attendent (le planificateur le fait de lui-même)."""
    done = seal_lists(on_sealed=lambda part: click.echo(f"Scellé : {part}"), is_asked=True)
    waiting = count_waiting_documents()
    click.echo(f"{plural(done, 'document scellé', 'documents scellés')}, {waiting} en attente.")
    if waiting:
        raise click.ClickException("des documents restent à sceller ; la page de leur liste dit pourquoi.")


@seal_group.command("check")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def check_file(path: Path) -> None:
    """Vérifie un fichier scellé par cette installation."""
    from app.seal.checking import Verdict, check

    data = path.read_bytes()
    found, kept = check(data, known_certificates()), get_sealed_file(hashlib.sha256(data).hexdigest())
    if found.verdict is not Verdict.INTACT or kept is None:
        raise click.ClickException("ce fichier n’est pas, octet pour octet, un document scellé par cette installation.")
    click.echo(f"Intact. {found.words}\nScellé le {moment(kept.sealed_at)}, certificat {kept.fingerprint}.")


COMMANDS = (seal_group,)
