"""Whom to call for which kind of help: the directory, and what an organisation tells of itself."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import help_lines as actions
from app.actions.errors import Unacceptable
from app.actions.help_lines import Told
from app.extensions import db
from app.models import CivilServiceBranch, Employer, HelpLine, Organisation, Scheme
from app.queries import help_lines as queries
from app.readers.directory_of_help import STATUSES, HelpEntry, help_entries, help_kinds
from app.readers.territories import departements
from app.views.house import own_house
from app.views.listing import chosen, departement_choices
from forms.houses import HelpFilterForm, HelpLineForm

bp = Blueprint("directory", __name__)


@dataclass(frozen=True)
class HelpCard:
    """A body of the directory, with the organisations that are it here and how to reach each."""

    entry: HelpEntry
    kinds: list[str]
    here: list[tuple[Organisation, HelpLine | None]]


@bp.get("/mon-etablissement/a-qui-s-adresser")
@auth.house_member
def index() -> ResponseReturnValue:
    employer = own_house()
    form = _form(employer)
    kind, status, place = (chosen(field) for field in (form.help, form.status, form.departement))
    rows = queries.list_reachable_in(place) if place else []
    return render_template(
        "house/directory.html",
        form=form,
        cards=[_card(one, rows) for one in help_entries() if _suits(one, kind, status)],
        place=departements()[place].name if place else "",
    )


def _form(employer: Employer) -> HelpFilterForm:
    """Until something is chosen, what suits this house."""
    form = HelpFilterForm(request.args if request.args else None, data={"status": status_of(employer)})
    form.help.choices = [("", "Toutes"), *help_kinds().items()]
    form.status.choices = [("", "Tous"), *STATUSES.items()]
    codes = {one.departement for one in employer.structures} | {employer.departement or ""}
    form.departement.choices = [("", "Tous"), *departement_choices(sorted(codes - {""}))]
    if not request.args:
        form.departement.data = employer.departement or next(iter(sorted(codes - {""})), "")
    return form


def status_of(employer: Employer) -> str:
    """Return the status of the directory that suits an employer; nothing while it is not known."""
    if employer.is_public:
        branch = employer.civil_service_branch
        is_hospital = branch is CivilServiceBranch.FPH
        return "public_hospital" if is_hospital else "public_territorial" if branch is CivilServiceBranch.FPT else ""
    if employer.scheme is Scheme.AGRICOLE:
        return "agricultural"
    return "private" if employer.scheme is Scheme.GENERAL else ""


def _suits(entry: HelpEntry, kind: str, status: str) -> bool:
    return (not kind or kind in entry.kinds) and (not status or status in entry.statuses)


def _card(entry: HelpEntry, rows: Any) -> HelpCard:
    here = [(body, line) for body, line in rows if entry.body and body.kind.value == entry.body and _is_it(entry, body)]
    return HelpCard(entry, [help_kinds()[kind] for kind in entry.kinds], here)


def _is_it(entry: HelpEntry, body: Organisation) -> bool:
    """Several bodies share the role of funder: each is told by its own name."""
    return entry.body != "funder" or entry.name.split(",")[0].lower() in body.name.lower()


@bp.route("/organisme/coordonnees", methods=["GET", "POST"])
@auth.people_administrator
def edit() -> ResponseReturnValue:
    actor = auth.acting()
    known = queries.get_help_line(actor.organisation_id or 0)
    form = HelpLineForm(data=_start(known))
    if form.validate_on_submit() and _is_told(form):
        flash("Les employeurs de vos départements liront ces coordonnées.", "success")
        return redirect(url_for("directory.edit"))
    page = render_template("house/help_line.html", form=form, organisation=actor.organisation_name, known=known)
    return page, 422 if form.errors else 200


def _start(known: HelpLine | None) -> dict[str, Any]:
    if known is None:
        return {"version": 0}
    return {name: getattr(known, name) for name in ("phone", "email", "hours", "words", "version")}


def _is_told(form: HelpLineForm) -> bool:
    told = Told(form.phone.data, form.email.data, form.hours.data, form.words.data)
    try:
        actions.tell(told, version=form.version.number, actor=auth.acting(), today=clock.today())
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return False
    db.session.commit()
    return True
