"""Opening a case; who leads it, who is in charge, who is invited, where each partner stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import opening
from app.actions.errors import Difference, Stale, Unacceptable
from app.extensions import db
from app.models import Alert, Case, CasePartner, Employer, Organisation, PartnerStatus, Priority, Source
from app.permissions import (
    Act,
    Kind,
    Relation,
    may_coordinate,
    may_follow,
    reads_exceptionally,
    reads_whole_case,
    relations_needed,
)
from app.queries.cases import load_surroundings
from app.queries.choices import organisations_around
from app.queries.followed import list_open_cases
from app.queries.settings import get_deadlines
from app.queries.threads import find_submission
from forms.cases import InvitationForm, OpenCaseForm, PartnerStatusForm, TeamForm
from workflows.core import Refused
from workflows.roles import LEADS
from workflows.support_case import WORKFLOW
from workflows.support_case_guards import lead_refusal

bp = Blueprint("teams", __name__)

ORIGINS = [*Alert.choices(), (Source.TARGETING_LIST.value, Source.TARGETING_LIST.label)]
"""Why a case is opened by hand: an alert of some kind, or a list that was decided elsewhere."""


@bp.route("/employeurs/<int:employer_id>/dossiers/nouveau", methods=["GET", "POST"])
@auth.requires(Kind.CASE, Act.WRITE)
def open_case(employer_id: int) -> ResponseReturnValue:
    employer = auth.employer_or_404(employer_id, kind=Kind.CASE, act=Act.WRITE)
    form = OpenCaseForm()
    places = [(s.id, f"{s.name}, {s.city}") for s in employer.structures if may_follow(auth.acting(), s)]
    others = _others(list_open_cases(auth.acting(), employer.id))
    form.offer(places, ORIGINS, auth.acting().organisation_name)
    if not form.is_submitted():
        form.alerted_on.data = clock.today()
    if others and all(other.is_own for other in others):
        form.offer_own_second_case()
    if form.validate_on_submit() and (known := find_submission(Case, form.submission.data, auth.acting())):
        return redirect(url_for("cases.show", case_id=known.id))
    if form.is_submitted() and not form.errors and _is_agreed(form, others):
        try:
            case = _open(employer, form)
            db.session.commit()
            flash("Le dossier est ouvert.", "success")
            return redirect(url_for("cases.show", case_id=case.id))
        except (Refused, Unacceptable) as refused:
            _explain(form, refused)
            db.session.rollback()
            if known := find_submission(
                Case, form.submission.data, auth.acting()
            ):  # the first of two clicks was quicker
                return redirect(url_for("cases.show", case_id=known.id))
            employer = auth.employer_or_404(employer_id, kind=Kind.CASE, act=Act.WRITE)
            others = _others(list_open_cases(auth.acting(), employer.id))
    # All are known when the form is read, so that a structure taken meanwhile is explained; the free ones are shown.
    taken = {number for other in others for number in other.structures}
    form.structures.choices = [place for place in places if place[0] not in taken]
    status = 422 if form.errors else 200
    page = render_template("cases/new.html", employer=employer, form=form, others=others, has_places=bool(places))
    return page, status


@dataclass(frozen=True)
class OtherCase:
    """An open case of the same employer: who leads it, the structures it follows and its page."""

    lead: str
    is_own: bool
    url: str
    structures: dict[int, str]


def _others(followed: Sequence[Any]) -> list[OtherCase]:
    found: dict[int, OtherCase] = {}
    for row in followed:
        url = url_for("cases.show", case_id=row.id)
        other = found.setdefault(row.id, OtherCase(row.lead or "", bool(row.is_own), url, {}))
        other.structures[row.structure_id] = row.structure
    return list(found.values())


def _is_agreed(form: OpenCaseForm, others: Sequence[OtherCase]) -> bool:
    if not others or form.aware.data == "oui":
        return True
    if all(other.is_own for other in others):
        form.refuse("Votre organisme suit déjà cet employeur : dites si un second dossier est voulu.", "aware")
    else:
        form.refuse("Rapprochez-vous de l’autre organisme avant d’ouvrir un second dossier.", "aware")
    return False


def _open(employer: Employer, form: OpenCaseForm) -> Case:
    chosen = [s for s in employer.structures if s.id in (form.structures.data or [])]
    alert = None if form.source.data == Source.TARGETING_LIST else Alert(form.source.data)
    return opening.open_case(
        employer,
        chosen,
        source=alert.source if alert else Source.TARGETING_LIST,
        alert=alert,
        alerted_on=form.alerted_on.data,
        motive=form.motive.data or "",
        leads=form.leads.data == "oui",
        actor=auth.acting(),
        today=clock.today(),
        now=clock.now(),
        settings=get_deadlines(WORKFLOW),
        submission=form.submission.data,
    )


def _explain(form: OpenCaseForm | TeamForm, refused: Refused | Unacceptable) -> None:
    if isinstance(refused, Unacceptable):
        form.refuse(str(refused), refused.field)
        return
    for reason in refused.reasons:
        form.refuse(reason.why, {"lead": "leads"}.get(reason.at, reason.at))


@bp.route("/dossiers/<int:case_id>/equipe", methods=["GET", "POST"])
@auth.requires(Kind.CASE, Act.WRITE)
def edit(case_id: int) -> ResponseReturnValue:
    case = _coordinated(case_id)
    form = TeamForm(
        data={
            "lead": case.lead_organisation_id,
            "officers": [o.user_id for o in case.officers],
            "version": case.version,
        }
    )
    _offer(form, case)
    if form.validate_on_submit():
        try:
            _name(case, form)
            db.session.commit()
            flash("L’équipe du dossier est enregistrée.", "success")
            return redirect(url_for("cases.show", case_id=case_id))
        except (Refused, Unacceptable) as refused:
            for why in refused.reasons if isinstance(refused, Refused) else [refused]:
                form.refuse(getattr(why, "why", str(why)), "lead")
            db.session.rollback()
            case = _coordinated(case_id)
        except Stale as stale:
            raise Stale(case, _differences(case, form)) from stale
    return render_template("cases/team.html", case=case, form=form), 422 if form.errors else 200


def _differences(case: Case, form: TeamForm) -> list[Difference]:
    leads, agents = (
        {value: str(label) for value, label, *_ in field.iter_choices()} for field in (form.lead, form.officers)
    )
    chosen = sorted(agents.get(number, "") for number in form.officers.data or ())
    present = sorted(officer.user.full_name for officer in case.officers)
    lead = case.lead_organisation.short_name if case.lead_organisation else leads.get(0, "")
    return [
        Difference("Chef de file", leads.get(form.lead.data, ""), lead),
        Difference("Référents", ", ".join(chosen), ", ".join(present)),
    ]


def _coordinated(case_id: int) -> Case:
    case = auth.case_or_404(case_id, lock=request.method == "POST")
    if not may_coordinate(auth.acting(), case):
        abort(403)
    load_surroundings(case)
    return case


def _offer(form: TeamForm, case: Case) -> None:
    leads = [(body.id, body.short_name) for body in _leads(case)]
    form.lead.choices = leads if case.lead_organisation_id else [(0, "À désigner"), *leads]
    agents = opening.list_agents([case.lead_organisation_id], clock.today()) if case.lead_organisation_id else []
    form.officers.choices = [(user.id, user.full_name) for user in agents]


def _leads(case: Case) -> list[Organisation]:
    """Those that may lead a case, and the one that does."""
    around = organisations_around(_territory(case), LEADS)
    return [o for o in around if o.id == case.lead_organisation_id or lead_refusal(o.kind, case.employer) is None]


def _territory(case: Case) -> set[str]:
    return {link.structure.departement for link in case.structure_links}


def _name(case: Case, form: TeamForm) -> None:
    values: dict[str, Any] = {"actor": auth.acting(), "today": clock.today(), "now": clock.now()}
    if form.lead.data and form.lead.data != case.lead_organisation_id:
        organisation = next(body for body in _leads(case) if body.id == form.lead.data)
        opening.name_lead(case, organisation, version=form.version.number, **values)
        return
    opening.name_officers(case, form.officers.data or [], version=form.version.number, **values)


@bp.route("/dossiers/<int:case_id>/partenaires", methods=["GET", "POST"])
@auth.requires(Kind.CASE)
def partners(case_id: int) -> ResponseReturnValue:
    """Where one's own organisation stands; and, for who coordinates, the organisations to invite."""
    case = auth.case_or_404(case_id)
    actor = auth.acting()
    if not reads_whole_case(actor, case) or reads_exceptionally(case):
        abort(403)
    load_surroundings(case)
    own = next((p for p in case.partners if p.organisation_id == actor.organisation_id), None)
    form = PartnerStatusForm(obj=own, version=own.version if own else 0)
    form.status.choices, form.priority.choices = PartnerStatus.choices(), Priority.choices()
    if request.method == "GET" and own:
        form.status.data, form.priority.data = own.status.value, own.priority.value
    if form.validate_on_submit():
        _tell(case, form, own)
        db.session.commit()
        flash("La position de votre organisme est à jour.", "success")
        return redirect(url_for("cases.show", case_id=case_id))
    invitation = _invitation(case) if may_coordinate(actor, case) else None
    return render_template(
        "cases/partners.html", case=case, form=form, invitation=invitation
    ), 422 if form.errors else 200


def _tell(case: Case, form: PartnerStatusForm, own: CasePartner | None) -> None:
    status, priority = PartnerStatus(form.status.data), Priority(form.priority.data)
    values: dict[str, Any] = {"actor": auth.acting(), "today": clock.today(), "now": clock.now()}
    try:
        opening.tell_status(case, status, priority, form.comment.data, version=form.version.number, **values)
    except Stale as stale:
        kept = (own.status.label, own.priority.label, own.comment) if own else ("", "", "")
        labels = ("Où en est votre organisme", "Priorité", "Précision")
        typed = (status.label, priority.label, form.comment.data)
        raise Stale(own, list(map(Difference, labels, typed, kept))) from stale


def _invitation(case: Case) -> InvitationForm:
    present = {p.organisation_id for p in case.partners} | {case.lead_organisation_id}
    form = InvitationForm(formdata=None)
    form.organisation.choices = [(o.id, o.short_name) for o in _invitable(case) if o.id not in present]
    return form


def _invitable(case: Case) -> list[Organisation]:
    around = organisations_around(_territory(case))
    return [o for o in around if _may_join(o) and o.id != auth.acting().organisation_id]


def _may_join(organisation: Organisation) -> bool:
    return Relation.CASE in relations_needed(organisation.kind, Kind.CASE, Act.READ)


@bp.post("/dossiers/<int:case_id>/invitations")
@auth.requires(Kind.CASE, Act.WRITE)
def invite(case_id: int) -> ResponseReturnValue:
    case = _coordinated(case_id)
    offered = {o.id: o for o in _invitable(case) if o.id != case.lead_organisation_id}
    organisation = offered.get(request.form.get("organisation", 0, type=int))
    if organisation is None:
        raise Unacceptable("Choisissez un organisme de la liste.")
    opening.invite_partner(case, organisation, actor=auth.acting(), today=clock.today(), now=clock.now())
    db.session.commit()
    flash(f"{organisation.short_name} voit désormais ce dossier.", "success")
    return redirect(url_for("cases.show", case_id=case_id))
