"""A house records that it listened to its teams, shares it or not, takes it away."""

from dataclasses import dataclass
from datetime import date, datetime

from app.actions.errors import Difference, Forbidden, Stale, Unacceptable
from app.extensions import db
from app.models import Employer, TeamVoice
from app.permissions import Actor, binds_the_house, speaks_for
from workflows.team_voice import VoiceTheme, VoiceTool

NOT_YOURS = "Les responsables de l’établissement le notent."
NOT_ALONE = "La direction ou la présidence décide de ce qui est partagé : parlez-en avec elle."


@dataclass(frozen=True)
class Heard:
    """What is recorded: never an answer, never a name."""

    tool: VoiceTool
    tool_name: str
    held_on: date
    asked: int | None
    respondents: int | None
    themes: tuple[VoiceTheme, ...]
    words: str
    is_shared: bool


def note(
    employer: Employer, heard: Heard, *, actor: Actor, today: date, now: datetime, submission: str | None = None
) -> TeamVoice:
    """Record a new one; raises Forbidden or Unacceptable."""
    _refuse(employer, heard, actor, today, was_shared=False)
    voice = TeamVoice(employer_id=employer.id, author_id=actor.user_id, written_at=now, submission=submission)
    _write(voice, heard)
    db.session.add(voice)
    return voice


def change(voice: TeamVoice, employer: Employer, heard: Heard, *, version: int, actor: Actor, today: date) -> None:
    """Change one that the house recorded; raises Forbidden, Unacceptable or Stale."""
    _refuse(employer, heard, actor, today, was_shared=voice.is_shared)
    if voice.version != version:
        raise Stale(voice, _differences(heard, voice))
    _write(voice, heard)


def remove(voice: TeamVoice, employer: Employer, *, actor: Actor) -> None:
    """Take one away for good."""
    if not speaks_for(actor, employer) or voice.employer_id != employer.id:
        raise Forbidden(NOT_YOURS)
    db.session.delete(voice)


def _refuse(employer: Employer, heard: Heard, actor: Actor, today: date, *, was_shared: bool) -> None:
    if not speaks_for(actor, employer):
        raise Forbidden(NOT_YOURS)
    if heard.is_shared != was_shared and not binds_the_house(actor, employer):
        raise Forbidden(NOT_ALONE)
    if heard.held_on > today:
        raise Unacceptable("Cette date est à venir : notez-le une fois l’écoute faite.", field="held_on")
    if heard.asked is not None and heard.respondents is not None and heard.respondents > heard.asked:
        raise Unacceptable("Plus de personnes se sont exprimées qu’il n’y en avait d’invitées.", field="respondents")


def _differences(heard: Heard, voice: TeamVoice) -> list[Difference]:
    labels = dict(VoiceTheme.choices())
    told = (
        ("Outil", heard.tool.label, voice.tool.label),
        ("Son nom", heard.tool_name, voice.tool_name),
        ("Quand", f"{heard.held_on:%d/%m/%Y}", f"{voice.held_on:%d/%m/%Y}"),
        ("Personnes invitées", str(heard.asked or ""), str(voice.asked or "")),
        ("Personnes qui se sont exprimées", str(heard.respondents or ""), str(voice.respondents or "")),
        ("Sur quoi", ", ".join(one.label for one in heard.themes), ", ".join(labels[one] for one in voice.themes)),
        ("Ce que vous en retenez", heard.words, voice.words),
        ("Partagé", "oui" if heard.is_shared else "non", "oui" if voice.is_shared else "non"),
    )
    return [Difference(*one) for one in told]


def _write(voice: TeamVoice, heard: Heard) -> None:
    voice.tool, voice.tool_name, voice.held_on = heard.tool, heard.tool_name, heard.held_on
    voice.asked, voice.respondents = heard.asked, heard.respondents
    voice.themes, voice.words = [one.value for one in heard.themes], heard.words.strip()
    voice.is_shared = heard.is_shared
