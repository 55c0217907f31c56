"""What two houses ask, and what their teams said: one thing kept at home, another shared."""

from app.extensions import db
from app.models import HouseWish, TeamVoice, User
from tests.factories import NOW
from tests.leaks.diagnostics import MANAGERS
from tests.leaks.ground import Ground, Secret, Topic
from workflows.employer_wish import WishKind, quiet_until
from workflows.team_voice import VoiceTool


def plant_houses(ground: Ground, people: dict[str, User]) -> None:
    """Write a wish, a voice kept and a voice shared for each house, each text a mark."""
    for name, manager in MANAGERS.items():
        user, employer_id = people[manager], ground.employer_ids[name]
        wish = HouseWish(employer_id=employer_id, kind=WishKind.NO_FOLLOW_UP, until=quiet_until(NOW.date()))
        wish.told_at, wish.told_by_id = NOW, user.id
        ground.plant(wish, Secret(Topic.WISH, name))
        db.session.add(wish)
        for topic, is_shared in ((Topic.VOICE, False), (Topic.TOLD_VOICE, True)):
            voice = TeamVoice(employer_id=employer_id, author_id=user.id, written_at=NOW, held_on=NOW.date())
            voice.tool, voice.is_shared = VoiceTool.OTHER, is_shared
            secret = Secret(topic, name, manager)
            ground.plant(voice, secret)
            db.session.add(voice)
            db.session.flush()
            if not is_shared:
                ground.name("voice", voice.id, secret)
    db.session.flush()
