"""What teams say: that they were listened to, with what, on what, as the managers of the house record it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import voices as actions
from app.actions.errors import Unacceptable
from app.actions.voices import Heard
from app.extensions import db
from app.filters import day
from app.models import Employer, TeamVoice
from app.permissions import Actor, binds_the_house
from app.queries import voices as queries
from app.queries.threads import find_submission
from app.views.house import own_house
from forms.houses import VoiceForm
from workflows.team_voice import VoiceTheme, VoiceTool

bp = Blueprint("voices", __name__)


@dataclass(frozen=True)
class Told:
    """One record, in words."""

    number: int
    title: str
    when: str
    who: str
    themes: list[str]
    words: str
    is_shared: bool


def told_of(actor: Actor, employer: Employer) -> list[Told]:
    """Return what the actor reads of what the teams of an employer said, in words."""
    return [_told(one) for one in queries.list_voices(actor, employer)]


def _told(voice: TeamVoice) -> Told:
    labels = dict(VoiceTheme.choices())
    title = voice.tool.label + (f" : {voice.tool_name}" if voice.tool_name else "")
    themes = [labels[one] for one in voice.themes if one in labels]
    return Told(voice.id, title, day(voice.held_on), _who(voice), themes, voice.words, voice.is_shared)


def _who(voice: TeamVoice) -> str:
    if voice.respondents is None:
        return ""
    among = f" sur {voice.asked} invitées" if voice.asked is not None else ""
    return f"{voice.respondents} personnes se sont exprimées{among}" if voice.respondents > 1 else ""


@bp.get("/mon-etablissement/equipes")
@auth.house_member
def index() -> ResponseReturnValue:
    employer = own_house()
    return render_template("house/voices.html", employer=employer, voices=told_of(auth.acting(), employer))


@bp.route("/mon-etablissement/equipes/nouvelle", methods=["GET", "POST"])
@auth.house_member
def new() -> ResponseReturnValue:
    employer = own_house()
    form = _form({"version": 0})
    if form.validate_on_submit() and _is_noted(employer, None, form):
        return redirect(url_for("voices.index"))
    page = render_template("house/voice.html", employer=employer, form=form, voice=None)
    return page, 422 if form.errors else 200


@bp.route("/mon-etablissement/equipes/<int:voice_id>", methods=["GET", "POST"])
@auth.house_member
def edit(voice_id: int) -> ResponseReturnValue:
    employer, voice = own_house(), _voice_or_404(voice_id)
    form = _form(_start(voice))
    if form.validate_on_submit() and _is_noted(employer, voice, form):
        return redirect(url_for("voices.index"))
    page = render_template("house/voice.html", employer=employer, form=form, voice=voice)
    return page, 422 if form.errors else 200


@bp.post("/mon-etablissement/equipes/<int:voice_id>/retrait")
@auth.house_member
def remove(voice_id: int) -> ResponseReturnValue:
    actions.remove(_voice_or_404(voice_id), own_house(), actor=auth.acting())
    db.session.commit()
    flash("C’est retiré.", "success")
    return redirect(url_for("voices.index"))


def _voice_or_404(voice_id: int) -> TeamVoice:
    return queries.get_voice(auth.acting(), voice_id) or abort(404)


def _form(start: dict[str, Any]) -> VoiceForm:
    form = VoiceForm(data=start)
    if not binds_the_house(auth.acting(), own_house()):
        del form.is_shared
    form.tool.choices, form.themes.choices = VoiceTool.choices(), VoiceTheme.choices()
    return form


def _start(voice: TeamVoice) -> dict[str, Any]:
    names = ("tool_name", "held_on", "asked", "respondents", "themes", "words", "is_shared", "version")
    return {"tool": voice.tool.value, **{name: getattr(voice, name) for name in names}}


def _is_noted(employer: Employer, voice: TeamVoice | None, form: VoiceForm) -> bool:
    actor, today, now = auth.acting(), clock.today(), clock.now()
    if voice is None and find_submission(TeamVoice, form.submission.data, actor):
        return True
    try:
        if voice is None:
            token = form.submission.data
            actions.note(employer, _heard(form, None), actor=actor, today=today, now=now, submission=token)
        else:
            actions.change(voice, employer, _heard(form, voice), version=form.version.number, actor=actor, today=today)
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return False
    db.session.commit()
    flash("C’est noté.", "success")
    return True


def _heard(form: VoiceForm, voice: TeamVoice | None) -> Heard:
    assert form.held_on.data  # required, and checked by then
    return Heard(
        tool=VoiceTool(form.tool.data),
        tool_name=form.tool_name.data,
        held_on=form.held_on.data,
        asked=form.asked.data,
        respondents=form.respondents.data,
        themes=tuple(VoiceTheme(one) for one in form.themes.data or []),
        words=form.words.data or "",
        is_shared=form.is_shared.data if form.is_shared else bool(voice and voice.is_shared),
    )
