"""The files that bodies of the ground brought in, with their refused rows."""

from dataclasses import replace

from app.extensions import db
from app.models import Import, ImportProblem, Organisation, User
from tests.factories import NOW
from tests.leaks.ground import Ground, Secret, Topic
from tests.leaks.people import PEOPLE
from workflows.import_run import ImportKind, ImportState

IMPORTERS = ("preventeur", "referent", "departement86", "ailleurs", "federation_b")


def bring_files_in(ground: Ground, bodies: dict[str, Organisation], people: dict[str, User]) -> None:
    """A file of each of these bodies, with a refused row."""
    for name in IMPORTERS:
        owner = PEOPLE[name]
        secret = Secret(Topic.IMPORT, "", owner=owner)
        import_ = Import(
            kind=ImportKind.CONTACTS,
            state=ImportState.DONE,
            organisation=bodies[owner],
            author=people[name],
            created_at=NOW,
            size=1_000,
            sha256="0" * 64,
            head=["Nom"],
            read=1,
            rejected=1,
        )
        ground.plant(import_, secret)
        db.session.add(import_)
        db.session.flush()
        problem = ImportProblem(import_id=import_.id, line=2, severity="reject")
        problem.message = ground.mark(replace(secret, where="import_problems.message"))
        problem.cells = [ground.mark(replace(secret, where="import_problems.cells"))]
        db.session.add(problem)
        ground.name("import", import_.id, secret)
