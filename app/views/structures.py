"""Establishments and services, by their FINESS number."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app import access_log, auth, clock
from app.actions import employers as actions
from app.extensions import db
from app.filters import day, finess, number, plural, siren
from app.models import Structure
from app.permissions import Act, Kind, may, may_follow
from app.queries import employers as queries
from app.queries.case_list import list_cases_of_employer
from app.readers.nomenclatures import category_label
from app.views import case_page
from app.views.audiences import others_by_convention
from app.views.employers import completion_link, described, phone_link
from app.views.indicator_pages import figures_of
from app.views.listing import short_category
from forms.employers import StructureForm

bp = Blueprint("structures", __name__)


@bp.get("/etablissements/<finess_number>")
@auth.requires(Kind.EMPLOYER)
def show(finess_number: str) -> ResponseReturnValue:
    structure = structure_or_404(finess_number)
    actor = auth.acting()
    cases = list_cases_of_employer(actor, structure.employer, structure)
    return render_template(
        "structures/show.html",
        structure=structure,
        employer=structure.employer,
        category=short_category(structure.category),
        cases=cases,
        cases_by=others_by_convention(cases, actor),
        identity=_identity(structure),
        figures=figures_of(actor, structure, clock.today()),
        edit_action=_completion(structure),
        state_label=lambda state: case_page.state_label(actor, state),
    )


def _completion(structure: Structure) -> Markup:
    if not may_follow(auth.acting(), structure):
        return Markup("")
    return completion_link(url_for("structures.edit", finess_number=structure.finess), structure.employer)


def _identity(structure: Structure) -> list[dict[str, str]]:
    return described(
        ("FINESS", finess(structure.finess)),
        ("SIRET", siren(structure.siret) if structure.siret else ""),
        ("Catégorie", f"{category_label(structure.category)} ({structure.category})"),
        ("Capacité", plural(structure.capacity, "place") if structure.capacity is not None else "à préciser"),
        ("Effectif sur place", number(structure.headcount) if structure.headcount is not None else "à préciser"),
        ("Heures servies par an", number(structure.hours_served) if structure.hours_served is not None else ""),
        (
            "Adresse",
            ", ".join(part for part in (structure.address, f"{structure.postcode} {structure.city}".strip()) if part),
        ),
        ("Téléphone", phone_link(structure.phone)),
        ("Ouvert le", day(structure.opened_on)),
    )


def structure_or_404(finess_number: str) -> Structure:
    structure = queries.get_structure(auth.acting(), finess_number)
    if structure is None:
        abort(404)
    access_log.note_relations(structure.employer.relations)
    return structure


@bp.route("/etablissements/<finess_number>/modifier", methods=["GET", "POST"])
@auth.requires(Kind.EMPLOYER, Act.WRITE)
def edit(finess_number: str) -> ResponseReturnValue:
    structure = structure_or_404(finess_number)
    if not may(auth.acting(), Act.WRITE, Kind.EMPLOYER, structure.employer) or not may_follow(auth.acting(), structure):
        abort(403)
    form = StructureForm(obj=structure)
    if form.validate_on_submit():
        actions.describe_structure(
            structure,
            capacity=form.capacity.data,
            headcount=form.headcount.data,
            hours_served=form.hours_served.data,
            version=form.version.number,
            actor=auth.acting(),
        )
        db.session.commit()
        flash("L’établissement est à jour.", "success")
        return redirect(url_for("structures.show", finess_number=finess_number))
    return render_template("structures/form.html", structure=structure, form=form), 422 if form.errors else 200
