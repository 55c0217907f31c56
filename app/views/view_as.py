"""« Voir comme »: the page of a case or an employer as the employer, or another organisation of the case, gets it."""

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth
from app.models import Case, Employer, Organisation
from app.permissions import Act, Actor, Kind
from app.queries.cases import get_case, load_surroundings
from app.queries.employers import get_employer, list_bodies
from app.views import cases, employers

bp = Blueprint("view_as", __name__)


@bp.get("/dossiers/<int:case_id>/comme/employeur")
@auth.requires(Kind.CASE, Act.WRITE)
def cases_as_employer(case_id: int) -> ResponseReturnValue:
    case = _written_case(case_id)
    return _case_page(case, auth.actor_at(case.employer), "L’employeur ne voit ce dossier qu’une fois informé.")


@bp.get("/dossiers/<int:case_id>/comme/<int:organisation_id>")
@auth.requires(Kind.CASE, Act.WRITE)
def cases_as_body(case_id: int, organisation_id: int) -> ResponseReturnValue:
    case = _written_case(case_id)
    load_surroundings(case)
    body = _among(cases.bodies_of(case, auth.acting()), organisation_id)
    return _case_page(case, auth.actor_for(body), f"{body.short_name} ne voit pas ce dossier.")


def _written_case(case_id: int) -> Case:
    return auth.case_or_404(case_id, act=Act.WRITE)


def _among(bodies: list[Organisation], organisation_id: int) -> Organisation:
    return next((body for body in bodies if body.id == organisation_id), None) or abort(404)


def _case_page(case: Case, eyes: Actor, nothing: str) -> ResponseReturnValue:
    back, name = url_for("cases.show", case_id=case.id), case.main_structure.name
    seen = get_case(eyes, case.id)
    if seen is None:
        return render_template("view_as/nothing.html", looking_as=eyes, back=back, name=name, why=nothing)
    seen.carsat_block = None  # what a caisse keeps to itself stays there, whoever looks with its eyes
    return cases.page_of(seen, eyes, viewer=auth.acting())


@bp.get("/employeurs/<int:employer_id>/comme/employeur")
@auth.requires(Kind.CASE, Act.WRITE)
def employers_as_employer(employer_id: int) -> ResponseReturnValue:
    employer = _written_employer(employer_id)
    return _employer_page(employer, auth.actor_at(employer))


@bp.get("/employeurs/<int:employer_id>/comme/<int:organisation_id>")
@auth.requires(Kind.CASE, Act.WRITE)
def employers_as_body(employer_id: int, organisation_id: int) -> ResponseReturnValue:
    employer = _written_employer(employer_id)
    return _employer_page(employer, auth.actor_for(_among(list_bodies(auth.acting(), employer), organisation_id)))


def _written_employer(employer_id: int) -> Employer:
    return auth.employer_or_404(employer_id, kind=Kind.CASE, act=Act.WRITE)


def _employer_page(employer: Employer, eyes: Actor) -> ResponseReturnValue:
    back, name = url_for("employers.show", employer_id=employer.id), employer.name
    seen = get_employer(eyes, employer.id)
    if seen is None:
        why = f"{eyes.organisation_name} ne voit pas cet employeur."
        return render_template("view_as/nothing.html", looking_as=eyes, back=back, name=name, why=why)
    return employers.page_of(seen, eyes, viewer=auth.acting())
