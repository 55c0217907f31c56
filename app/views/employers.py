"""Employers, their structures and the people one talks to there."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app import auth, clock
from app.actions import employers as actions
from app.extensions import db
from app.filters import finess, number, siren
from app.models import Contact, Employer, Scheme, Sector
from app.permissions import Act, Actor, Kind, answers_for_a_house, may, reads_contact, reads_memberships
from app.queries import employers as queries
from app.queries import threads
from app.queries.blocks import get_block
from app.queries.case_list import PAGE, list_cases_of_employer
from app.queries.choices import list_departements
from app.queries.employers import FOLLOWED, EmployerFilters
from app.queries.wishes import get_standing_wish
from app.readers.branches import branch_label, branches
from app.readers.nomenclatures import legal_statuses
from app.views import case_page
from app.views.audiences import opened_by, others_by_convention
from app.views.commitments import commitments_of
from app.views.indicator_pages import Summary, summaries_of, whole_claims_of
from app.views.listing import (
    active_filters,
    category_choices,
    chosen,
    cursor_of,
    departement_choices,
    is_fragment,
    next_cursor,
    short_category,
)
from app.views.threads import ThreadItem, entries
from app.views.voices import told_of
from app.views.wish_words import told_words
from app.views.workbooks import in_words, list_response
from forms.employers import EmployerFilterForm, EmployerForm

bp = Blueprint("employers", __name__)


@bp.get("/employeurs")
@auth.requires(Kind.EMPLOYER)
def index() -> ResponseReturnValue:
    actor = auth.acting()
    form, filters = _filters()
    after = cursor_of(request.args.get("apres"), dates=False)
    rows = queries.list_employers(actor, filters, after=after)
    shown = rows[:PAGE]
    more = len(rows) > PAGE
    last = next_cursor(shown[-1].name, shown[-1].id) if more else ""
    return render_template(
        "employers/_results.html" if is_fragment() else "employers/index.html",
        form=form,
        filters=filters,
        rows=shown,
        count=queries.count_employers(actor, filters),
        next_url=url_for("employers.index", **filters.arguments(), apres=last) if more else None,
        first_url=url_for("employers.index", **filters.arguments()) if after else None,
        export_url=url_for("employers.export", **filters.arguments()),
        active=active_filters(form, filters.arguments(), "employers.index"),
    )


def _filters() -> tuple[EmployerFilterForm, EmployerFilters]:
    form = EmployerFilterForm(request.args)
    form.departement.choices = [("", "Tous"), *departement_choices(list_departements(auth.acting()))]
    form.category.choices = {"": [("", "Toutes")], **category_choices()}
    form.sector.choices = [("", "Tous"), *Sector.choices()]
    form.followed.choices = [("", "Tous"), *FOLLOWED.items()]
    words = {name: chosen(form[name]) for name in ("departement", "category", "sector", "followed")}
    return form, EmployerFilters(q=(form.q.data or "").strip()[:100], **words)


@bp.get("/employeurs.xlsx")
@auth.requires(Kind.EMPLOYER)
@auth.second_factor(back="employers.index")
def export() -> Response:
    actor = auth.acting()
    form, filters = _filters()
    rows = [
        (
            row.name, row.siren, row.finess, row.sector.label, row.city, row.departement, row.structures,
            "oui" if row.is_followed else "non",
        )
        for row in queries.list_employers(actor, filters, limit=None)
    ]  # fmt: skip
    head = ("Employeur", "SIREN", "FINESS EJ", "Secteur", "Commune", "Département", "Structures", "Dossier ouvert")
    told = in_words(active_filters(form, filters.arguments(), "employers.index"), filters.q)
    return list_response("employeurs", head, rows, filters=filters.arguments(), told=told)


@bp.get("/employeurs/<int:employer_id>")
@auth.requires(Kind.EMPLOYER)
def show(employer_id: int) -> ResponseReturnValue:
    return page_of(auth.employer_or_404(employer_id), auth.acting())


def page_of(employer: Employer, actor: Actor, viewer: Actor | None = None) -> str:
    """Return the page of an employer as loaded for `actor`; with a `viewer`, as in `cases.page_of`."""
    reads_contacts = may(actor, Act.READ, Kind.CONTACT, employer)
    seen_too = [reads_contact(viewer)] if viewer else []
    contacts = queries.list_contacts(actor, employer, *seen_too) if reads_contacts else []
    completion = completion_link(url_for("employers.edit", employer_id=employer.id), employer)
    writes = {kind: not viewer and may(actor, Act.WRITE, kind, employer) for kind in Kind}
    cases = list_cases_of_employer(actor, employer, viewer=viewer)
    figures = summaries_of(actor, employer, employer.structures, clock.today(), viewer=viewer)
    return render_template(
        "employers/show.html",
        employer=employer,
        federations=queries.list_federations(employer) if reads_memberships(actor) else [],
        cases=cases,
        cases_by=others_by_convention(cases, viewer or actor),
        figures=figures,
        voices=[] if viewer or answers_for_a_house(actor) else told_of(actor, employer),
        commitments=commitments_of(actor, employer, clock.today(), viewer=viewer),
        claims=whole_claims_of(actor, employer, viewer=viewer),
        return_url=_return_url(employer, actor, figures) if not viewer else "",
        contacts=contacts,
        contacts_by=_conventions_used(contacts, viewer or actor),
        reads_contacts=reads_contacts,
        writes=writes,
        thread=_thread(employer, actor, viewer),
        state_label=lambda state: case_page.state_label(actor, state),
        short_category=short_category,
        identity=_identity(employer),
        identity_action=Markup("") if viewer else completion,
        block=None if viewer else get_block(actor, employer),
        today=clock.today(),
        wish=told_words(get_standing_wish(actor, employer)) if not (viewer or answers_for_a_house(actor)) else "",
        looking_as=actor if viewer else None,
        may_look_as=queries.list_bodies(actor, employer) if writes[Kind.CASE] else [],
    )


def _return_url(employer: Employer, actor: Actor, figures: list[Summary]) -> str:
    """The employer's own yearly return, when there is something to tell."""
    is_told = any(one.facts for one in figures) and may(actor, Act.COMMENT, Kind.INDICATOR, employer)
    return url_for("indicators.yearly_return", employer_id=employer.id) if is_told else ""


def _conventions_used(contacts: Sequence[Contact], reader: Actor) -> list[tuple[str, str]]:
    found = (opened_by(reader, number) for number in sorted({c.convention_id for c in contacts if c.convention_id}))
    return [convention for convention in found if convention]


def _identity(employer: Employer) -> list[dict[str, str]]:
    status = legal_statuses().get(employer.legal_status or "")
    return described(
        ("SIREN", siren(employer.siren)),
        ("FINESS (entité juridique)", finess(employer.finess)),
        ("Statut juridique", status.label if status else ""),
        ("Secteur", employer.sector.label),
        ("Versant", employer.civil_service_branch.label if employer.civil_service_branch else ""),
        ("Régime", employer.scheme.label if employer.scheme else "à préciser"),
        ("Convention collective", branch_label(employer.idcc)),
        ("Effectif national", number(employer.headcount) if employer.headcount is not None else "à préciser"),
        (
            "Adresse",
            ", ".join(part for part in (employer.address, f"{employer.postcode} {employer.city}".strip()) if part),
        ),
        ("Téléphone", phone_link(employer.phone)),
    )


def described(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """Return the rows of a summary list, empty values left out."""
    return [{"label": label, "value": value} for label, value in pairs if value]


def phone_link(number: str) -> Markup:
    """Return a telephone number as a link, as the pages draw it; nothing for none."""
    draw: Callable[[str], Markup] = get_template_attribute("ui/phone_link.html", "phone_link")
    return draw(number) if number else Markup("")


def completion_link(url: str, employer: Employer) -> Markup:
    """Return the link to complete a record, for who may; nothing otherwise."""
    if not may(auth.acting(), Act.WRITE, Kind.EMPLOYER, employer):
        return Markup("")
    return Markup('<a class="govuk-link" href="{}">Compléter</a>').format(url)


def _thread(employer: Employer, actor: Actor, viewer: Actor | None) -> list[ThreadItem]:
    return entries(
        viewer or actor,
        threads.list_exchanges(actor, employer, viewer),
        threads.list_visits(actor, employer, viewer),
        threads.list_documents(actor, employer, viewer),
    )


@bp.route("/employeurs/<int:employer_id>/modifier", methods=["GET", "POST"])
@auth.requires(Kind.EMPLOYER, Act.WRITE)
def edit(employer_id: int) -> ResponseReturnValue:
    employer = auth.employer_or_404(employer_id, act=Act.WRITE)
    form = EmployerForm(
        data={
            "sector": employer.sector.value,
            "scheme": employer.scheme.value if employer.scheme else "",
            "headcount": employer.headcount,
            "idcc": employer.idcc or "",
            "version": employer.version,
        }
    )
    form.sector.choices, form.scheme.choices = Sector.choices(), [("", "Inconnu"), *Scheme.choices()]
    form.idcc.choices = [("", "Inconnue, ou aucune"), *((code, branch_label(code)) for code in branches())]
    if form.validate_on_submit():
        actions.describe_employer(
            employer,
            sector=Sector(form.sector.data),
            scheme=Scheme(chosen(form.scheme)) if chosen(form.scheme) else None,
            headcount=form.headcount.data,
            idcc=chosen(form.idcc) or None,
            version=form.version.number,
            actor=auth.acting(),
            today=clock.today(),
        )
        db.session.commit()
        flash("L’employeur est à jour.", "success")
        return redirect(url_for("employers.show", employer_id=employer_id))
    return render_template("employers/form.html", employer=employer, form=form), 422 if form.errors else 200
