"""The one page of a delegate without account: the link and the code, its organisation's part, its answer, once.

A pass in a cookie of this page alone says that the code was given lately. It opens nothing else, and is worth nothing
once the link is dead; whoever else is signed in in the same browser does not count here.
"""

from typing import Any

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from app import auth, clock
from app.actions import magic_links
from app.actions import targeting_delegates as actions
from app.actions.errors import Unacceptable
from app.actions.targeting_signatures import OVER, AnswerTerms
from app.extensions import act_for, db
from app.models import CODE_TRIES, MagicLink, TargetingDelegate
from app.permissions import Actor
from app.queries.targeting_delegates import Place, get_delegate_link, get_delegate_of, get_place, hold_place
from app.views import signature_words, targeting_words
from forms.links import FollowForm
from forms.targeting import AnswerForm
from workflows.core import Refused
from workflows.targeting_list import Answer, parts_of

bp = Blueprint("delegate_signing", __name__, url_prefix="/signer/<reference>")

PASS, PASS_SECONDS = "jalon-signature", 2 * 3600
ANSWER_FIELDS = ("answer", "reason", "confirmed", "number", "root", "submission")
"""What is kept of an answer under way while the code is asked again."""


@bp.route("", methods=["GET", "POST"])
@auth.public
def enter(reference: str) -> ResponseReturnValue:
    link = _link(reference)
    if link is None:
        return render_template("links/dead.html"), 404
    if request.method == "GET" and _pass_of(link) == "fresh":
        return redirect(url_for("delegate_signing.sign", reference=reference))
    delegate = get_delegate_of(link)
    why = actions.link_refusal(link, delegate, clock.now())
    if why or delegate is None:
        return _closed(why or "")
    form = _code_form(link)
    if form.validate_on_submit() and _unlocked(link, delegate, form):
        return _let_in(reference)
    if why := actions.link_refusal(link, delegate, clock.now()):
        return _closed(why)
    return _ask(form), 422 if form.errors else 200


@bp.route("/liste", methods=["GET", "POST"])
@auth.public
def sign(reference: str) -> ResponseReturnValue:
    link = _link(reference)
    if link is None:
        return render_template("links/dead.html"), 404
    delegate, standing = get_delegate_of(link), _pass_of(link)
    if standing != "fresh" and not link.used_at:
        return _ask_again(link, delegate)
    if standing == "fresh" and link.used_at and delegate:
        return redirect(request.path) if request.method == "POST" else _thanks(delegate)
    if (why := actions.link_refusal(link, delegate, clock.now())) or delegate is None:
        return _closed(why or "")
    is_answer = request.method == "POST"
    place = hold_place(_actor(delegate), delegate, link) if is_answer else get_place(_actor(delegate), delegate)
    if place is None:
        return _closed(actions.OUT_OF_SIGHT)
    form = _answer_form(place)
    if not is_answer:
        return _part_page(place, form)
    return redirect(request.path) if link.used_at else _answer(link, place, form)


# --- Getting in ---------------------------------------------------------------------------------------------


def _link(reference: str) -> MagicLink | None:
    """Return a link of a delegate, and act from now on for its organisation, as nobody's account."""
    g.actor = None  # whoever is signed in here has nothing to do with this page
    link = get_delegate_link(reference)
    if link:
        act_for(0, link.organisation_id, None)
    return link


def _actor(delegate: TargetingDelegate) -> Actor:
    return auth.actor_for(delegate.signatory.organisation)


def _code_form(link: MagicLink) -> FollowForm:
    form = FollowForm()
    if _pass_of(link):
        del form.secret  # this browser has shown it already
    return form


def _unlocked(link: MagicLink, delegate: TargetingDelegate, form: FollowForm) -> bool:
    secret = form.secret.data if form.secret else magic_links.make_secret(link.reference, _key())
    try:
        actions.unlock(link, delegate, secret or "", form.code.data, secret_key=_key(), now=clock.now())
    except magic_links.WrongSecret:
        form.refuse("Ce n’est pas le code de ce lien : recopiez celui du courriel en entier.", "secret")
        return False
    except magic_links.LinkDead:
        return False
    except magic_links.WrongCode:
        db.session.commit()  # the try counts
        left = CODE_TRIES - link.code_tries
        tries = "il reste un essai" if left == 1 else f"il reste {left} essais"
        form.refuse(f"Ce n’est pas le code que l’on vous a donné : {tries}, puis le lien se ferme.", "code")
        return False
    db.session.commit()
    return True


def _let_in(reference: str) -> ResponseReturnValue:
    """Give the pass; an answer under way is sent on by the browser itself (307)."""
    target = url_for("delegate_signing.sign", reference=reference)
    response = make_response(redirect(target, 307 if "answer" in request.form else 302))
    response.set_cookie(
        PASS,
        _signer(reference).dumps(reference),
        max_age=PASS_SECONDS * 4,
        path=url_for("delegate_signing.enter", reference=reference),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _pass_of(link: MagicLink) -> str:
    """Return « fresh », « old » for a pass that has lapsed, or nothing."""
    try:
        told = _signer(link.reference).loads(request.cookies.get(PASS, ""), max_age=PASS_SECONDS)
    except SignatureExpired:
        return "old"
    except BadSignature:
        return ""
    return "fresh" if told == link.reference else ""


def _ask_again(link: MagicLink, delegate: TargetingDelegate | None) -> ResponseReturnValue:
    """Ask for the code, around what was typed when there is something."""
    if why := actions.link_refusal(link, delegate, clock.now()):
        return _closed(why)
    if request.method == "GET":
        return redirect(url_for("delegate_signing.enter", reference=link.reference))
    form = FollowForm(formdata=None)
    if _pass_of(link):
        del form.secret
    return _ask(form, kept=[(name, value) for name in ANSWER_FIELDS for value in request.form.getlist(name)]), 401


def _ask(form: FollowForm, kept: list[tuple[str, str]] | None = None) -> str:
    if kept is None:
        kept = [(name, value) for name in ANSWER_FIELDS for value in request.form.getlist(name)]
    reference = (request.view_args or {})["reference"]
    action = url_for("delegate_signing.enter", reference=reference)
    return render_template("targeting/delegate_code.html", form=form, kept=kept, action=action)


# --- Reading and answering ----------------------------------------------------------------------------------


def _answer_form(place: Place, **told: Any) -> AnswerForm:
    version = place.found.version
    form = AnswerForm(data={"number": str(version.number), "root": version.root, **told})
    form.answer.choices = [(one.value, label) for one, label in signature_words.OFFERED.items()]
    return form


def _answer(link: MagicLink, place: Place, form: AnswerForm) -> ResponseReturnValue:
    reference = link.reference
    if actions.answering_refusal(place, today=clock.today(), now=clock.now()) or not form.validate():
        return _part_page(place, form)
    try:
        _sign(link, place, form)
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return _part_page(place, form)
    except Refused as error:
        return _refused(reference, form, str(error))
    db.session.commit()
    return redirect(url_for("delegate_signing.sign", reference=reference))


def _sign(link: MagicLink, place: Place, form: AnswerForm) -> None:
    terms = AnswerTerms(
        number=form.seen_number,
        root=form.root.data or "",
        answer=Answer(form.answer.data),
        reason=(form.reason.data or "").strip(),
        is_confirmed=bool(form.confirmed.data),
    )
    actions.sign_as_delegate(
        place,
        link,
        terms,
        actor=_actor(place.delegate),
        today=clock.today(),
        now=clock.now(),
        address=request.remote_addr or "",
        submission=form.submission.data,
    )


def _refused(reference: str, form: AnswerForm, why: str) -> ResponseReturnValue:
    """Show the list as it is now, with what was typed: another version is to be read and confirmed anew."""
    db.session.rollback()
    link = _link(reference)
    delegate = get_delegate_of(link) if link else None
    place = get_place(_actor(delegate), delegate) if delegate else None
    if place is None:
        return _closed(actions.OUT_OF_SIGHT)
    form.number.data, form.root.data = str(place.found.version.number), place.found.version.root
    form.confirmed.data = False
    form.refuse(why)
    page, status = _part_page(place, form)
    return page, 409 if status == 422 else status


def _part_page(place: Place, form: AnswerForm) -> tuple[str, int]:
    found, seat = place.found, place.seat
    refusal = actions.answering_refusal(place, today=clock.today(), now=clock.now())
    keys = parts_of(found.version.as_frozen(), seat.organisation.kind, seat.part)
    parts = [part for part in found.parts if part.key in keys]
    page = render_template(
        "targeting/delegate_part.html",
        campaign=place.campaign,
        signatory=seat,
        delegate=place.delegate,
        found=found,
        texts=[(part, [] if part.key in found.altered else targeting_words.employers_of(part)) for part in parts],
        form=form,
        refusal=refusal,
        hints=signature_words.HINTS,
        short_root=signature_words.short(found.version.root),
        words=targeting_words,
    )
    if refusal:
        return page, 410 if refusal in (OVER, actions.GIVER_LEFT) else 409
    return page, 422 if form.errors else 200


def _thanks(delegate: TargetingDelegate) -> str:
    """What was answered with this link, for who has just answered or presses twice."""
    place = get_place(_actor(delegate), delegate)
    own = place.answer if place and place.answer and place.answer.delegate_id == delegate.id else None
    return render_template(
        "targeting/delegate_done.html",
        title=place.campaign.title if place else "",
        given=signature_words.given(own) if own else "",
        short_root=signature_words.short(own.root) if own else "",
    )


def _closed(why: str) -> ResponseReturnValue:
    return render_template("targeting/delegate_closed.html", why=why), 410


def _signer(reference: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_key(), salt=f"signature {reference}")


def _key() -> str:
    key: str = current_app.config["SECRET_KEY"]
    return key
