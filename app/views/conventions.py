"""Conventions between organisations: who lets whom read what, where, until when."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import auth, clock
from app.actions import conventions as actions
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import Convention
from app.permissions import (
    BY_CONVENTION,
    Act,
    Kind,
    commits_its_organisation,
    may_change_convention,
    may_record_conventions,
    party_of,
)
from app.queries import conventions as queries
from app.queries.threads import find_submission
from app.views.convention_words import party_rows, standing, summary
from app.views.listing import departement_choices, record_number
from app.views.workbooks import list_response
from forms.conventions import ConventionForm, EndForm

bp = Blueprint("conventions", __name__, url_prefix="/conventions")


@bp.get("")
@auth.requires(Kind.CONVENTION)
def index() -> ResponseReturnValue:
    actor, today = auth.acting(), clock.today()
    return render_template(
        "conventions/index.html",
        conventions=queries.list_conventions(actor),
        standing=lambda convention: standing(convention, party_of(actor, convention), today),
        records=may_record_conventions(actor),
    )


@bp.get("/liste.xlsx")
@auth.requires(Kind.CONVENTION)
@auth.second_factor(back="conventions.index")
def export() -> Response:
    actor, today = auth.acting(), clock.today()
    rows = [
        (
            one.reference,
            one.title,
            standing(one, party_of(actor, one), today)[0],
            one.valid_from,
            one.valid_until,
            ", ".join(row.departement for row in one.departements),
            ", ".join(Kind(row.family).label for row in one.families),
            ", ".join(party.organisation.short_name for party in one.parties),
        )
        for one in queries.list_conventions(actor)
    ]
    head = ("Convention", "Titre", "Où elle en est", "Du", "Au", "Départements", "Données", "Parties")
    return list_response("conventions", head, rows)


def convention_or_404(convention_id: int) -> Convention:
    """Return a convention to which the actor's organisation is a party; 404 otherwise."""
    convention = queries.get_convention(auth.acting(), convention_id)
    if convention is None:
        abort(404)
    return convention


@bp.get("/<int:convention_id>")
@auth.requires(Kind.CONVENTION)
def show(convention_id: int) -> ResponseReturnValue:
    actor, today = auth.acting(), clock.today()
    convention = convention_or_404(convention_id)
    own = party_of(actor, convention)
    assert own  # or it would not have been found
    commits, is_over = commits_its_organisation(actor), bool(convention.closed_on or own.left_on)
    return render_template(
        "conventions/show.html",
        convention=convention,
        rows=summary(convention),
        parties=party_rows(convention),
        standing=standing(convention, own, today),
        may_change=may_change_convention(actor, convention) and not is_over,
        may_confirm=commits and own.confirmed_on is None and not is_over,
        may_end=commits and own.confirmed_on is not None and not is_over,
        may_amend=may_record_conventions(actor) and convention.is_confirmed_by_others,
        is_recorder=convention.organisation_id == actor.organisation_id,
    )


@bp.route("/nouvelle", methods=["GET", "POST"])
@auth.requires(Kind.CONVENTION, Act.WRITE)
@auth.second_factor()
def new() -> ResponseReturnValue:
    if not may_record_conventions(auth.acting()):
        abort(403)
    amended = _amended()
    form = _form(_start(amended, clock.today()))
    if form.validate_on_submit():
        known = find_submission(Convention, form.submission.data, auth.acting())
        if saved := known or _record(form, amended):
            flash("La convention est enregistrée. Elle s’ouvre avec chaque organisme dès qu’il la confirme.", "success")
            return redirect(url_for("conventions.show", convention_id=saved.id))
    page = render_template("conventions/form.html", form=form, convention=None, amended=amended)
    return page, 422 if form.errors else 200


def _amended() -> Convention | None:
    number = request.args.get("avenant", type=record_number)
    return convention_or_404(number) if number is not None else None


def _start(convention: Convention | None, today: date) -> dict[str, Any]:
    if convention is None:
        return {"valid_from": today, "departements": sorted(auth.acting().territory)}
    parties = [party.organisation_id for party in convention.parties if not party.left_on]
    return {
        "title": convention.title,
        "legal_basis": convention.legal_basis,
        "parties": [*parties, convention.organisation_id],
        "families": [row.family for row in convention.families],
        "departements": [row.departement for row in convention.departements],
        "valid_from": today,
        "valid_until": convention.valid_until,
    }


def _form(start: dict[str, Any]) -> ConventionForm:
    form, actor = ConventionForm(data=start), auth.acting()
    form.parties.choices = [(o.id, o.short_name) for o in queries.list_possible_parties(actor)]
    form.families.choices = [(kind.value, kind.label) for kind in Kind if kind in BY_CONVENTION]
    form.departements.choices = departement_choices(sorted(actor.territory))
    return form


def _terms(form: ConventionForm) -> actions.Terms:
    assert form.valid_from.data and form.valid_until.data  # required, and checked by then
    return actions.Terms(
        reference=form.reference.data,
        title=form.title.data,
        legal_basis=(form.legal_basis.data or "").strip(),
        parties=frozenset(form.parties.data or ()),
        families=frozenset(form.families.data or ()),
        departements=frozenset(form.departements.data or ()),
        valid_from=form.valid_from.data,
        valid_until=form.valid_until.data,
    )


def _record(form: ConventionForm, amended: Convention | None) -> Convention | None:
    try:
        convention = actions.record_convention(
            _terms(form),
            actor=auth.acting(),
            today=clock.today(),
            now=clock.now(),
            amends=amended,
            submission=form.submission.data,
        )
    except Unacceptable as error:
        form.refuse(str(error), error.field)
        return None
    db.session.commit()
    return convention


@bp.route("/<int:convention_id>/modifier", methods=["GET", "POST"])
@auth.requires(Kind.CONVENTION, Act.WRITE)
@auth.second_factor()
def edit(convention_id: int) -> ResponseReturnValue:
    convention = convention_or_404(convention_id)
    if not may_change_convention(auth.acting(), convention):
        abort(403)
    start = _start(convention, convention.valid_from)
    form = _form({**start, "reference": convention.reference, "version": convention.version})
    if form.validate_on_submit():
        try:
            actions.amend_convention(
                convention, _terms(form), version=form.version.number, actor=auth.acting(), now=clock.now()
            )
            db.session.commit()
            flash("La convention est à jour.", "success")
            return redirect(url_for("conventions.show", convention_id=convention_id))
        except Unacceptable as error:
            form.refuse(str(error), error.field)
            db.session.rollback()
            convention = convention_or_404(convention_id)
    page = render_template("conventions/form.html", form=form, convention=convention, amended=None)
    return page, 422 if form.errors else 200


@bp.post("/<int:convention_id>/confirmer")
@auth.requires(Kind.CONVENTION)
@auth.second_factor()
def confirm(convention_id: int) -> ResponseReturnValue:
    convention = convention_or_404(convention_id)
    version = request.form.get("version", -1, type=int)
    actions.confirm_convention(convention, version=version, actor=auth.acting(), today=clock.today(), now=clock.now())
    db.session.commit()
    flash("Votre organisme a confirmé la convention.", "success")
    return redirect(url_for("conventions.show", convention_id=convention_id))


@bp.route("/<int:convention_id>/fin", methods=["GET", "POST"])
@auth.requires(Kind.CONVENTION)
@auth.second_factor()
def end(convention_id: int) -> ResponseReturnValue:
    convention, actor = convention_or_404(convention_id), auth.acting()
    if not commits_its_organisation(actor):
        abort(403)
    form = EndForm(data={"version": convention.version})
    if form.validate_on_submit():
        motive = form.motive.data or ""
        actions.end_convention(
            convention, motive, version=form.version.number, actor=actor, today=clock.today(), now=clock.now()
        )
        db.session.commit()
        flash("C’est fait : ce que cette convention ouvrait se ferme dès maintenant.", "success")
        return redirect(url_for("conventions.show", convention_id=convention_id))
    is_recorder = convention.organisation_id == actor.organisation_id
    page = render_template("conventions/end.html", form=form, convention=convention, is_recorder=is_recorder)
    return page, 422 if form.errors else 200
