"""Self-diagnostics of the houses of the ground: one shared with its ARS alone, one that its house keeps to itself."""

from app.actions.self_diagnostic_sharing import Chosen, share, submit
from app.actions.self_diagnostics import start, take_part
from app.auth import actor_of
from app.extensions import db
from app.models import Organisation, User
from app.permissions import Kind
from app.queries.employers import get_employer
from app.queries.recipients import list_recipients
from tests.factories import NOW
from tests.leaks.ground import Ground, Secret, Topic
from tests.self_diagnostics import all_of, give
from workflows.self_diagnostic_questions import Topic as Subject
from workflows.self_diagnostic_sharing import Depth, Terms

MANAGERS = {"voisin": "directrice", "clain": "directeur_clain"}
READER = "ars"
"""The body with which « voisin » shares all that it answers, comments included."""


def plant_diagnostics(ground: Ground, bodies: dict[str, Organisation], people: dict[str, User]) -> None:
    """Answer for two houses, each comment a mark; share a copy of one, whose text is another."""
    for name, manager in MANAGERS.items():
        user = people[manager]
        actor = actor_of(user, user.capacities[0])
        house = get_employer(actor, ground.employer_ids[name])
        assert house
        diagnostic = start(house, None, actor=actor, now=NOW)
        sheet = take_part(diagnostic, actor=actor, now=NOW)
        secret = Secret(Topic.DIAGNOSTIC, name, manager, where="self_diagnostic_answers.comment")
        give(sheet, house, actor, all_of(diagnostic), comment=ground.mark(secret))
        ground.name("diagnostic", diagnostic.id, secret)
        ground.name("sheet", sheet.id, secret)
        if name == "voisin":
            submit(diagnostic, [], [], actor=actor, now=NOW)
            terms = Terms(Depth.ANSWERS, frozenset(Subject), with_comments=True)
            among = list_recipients(house, Kind.SELF_DIAGNOSTIC, NOW.date())
            made = share(diagnostic, Chosen(bodies[READER].id, terms), among, actor=actor, now=NOW)
            told = Secret(Topic.SHARE, name, READER, where="self_diagnostic_shares.content")
            made.content = {**made.content, "comments": {"T1a": [ground.mark(told)]}}
            ground.name("share", made.id, told)
    db.session.flush()
