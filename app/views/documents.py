"""Files kept with an employer or a case."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import access_log, auth, clock
from app.actions.documents import Upload, keep_document
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import Case, Document, DocumentKind, Employer, Visibility
from app.permissions import Act, Kind
from app.queries.threads import find_submission, get_content, get_document
from app.views.audiences import audience_choices
from app.views.downloads import attachment
from forms.documents import DocumentForm

bp = Blueprint("documents", __name__)


@bp.route("/dossiers/<int:case_id>/documents/nouveau", methods=["GET", "POST"])
@auth.requires(Kind.DOCUMENT, Act.WRITE)
def new_on_case(case_id: int) -> ResponseReturnValue:
    case = auth.case_or_404(case_id, kind=Kind.DOCUMENT, act=Act.WRITE)
    return _new(case.employer, case)


@bp.route("/employeurs/<int:employer_id>/documents/nouveau", methods=["GET", "POST"])
@auth.requires(Kind.DOCUMENT, Act.WRITE)
def new_on_employer(employer_id: int) -> ResponseReturnValue:
    return _new(auth.employer_or_404(employer_id, kind=Kind.DOCUMENT, act=Act.WRITE), None)


def _new(employer: Employer, case: Case | None) -> ResponseReturnValue:
    form = DocumentForm(data={"visibility": Visibility.ORGANISATION.value})
    form.visibility.choices = audience_choices(Kind.DOCUMENT, case or employer)
    if form.validate_on_submit() and _is_kept(employer, case, form):
        flash("Le document est gardé.", "success")
        home = url_for("cases.show", case_id=case.id) if case else url_for("employers.show", employer_id=employer.id)
        return redirect(home)
    page = render_template("documents/form.html", form=form, employer=employer, case=case)
    return page, 422 if form.errors else 200


def _is_kept(employer: Employer, case: Case | None, form: DocumentForm) -> bool:
    return bool(find_submission(Document, form.submission.data, auth.acting())) or _keep(employer, case, form)


def _keep(employer: Employer, case: Case | None, form: DocumentForm) -> bool:
    file = form.file.data
    if not file or not file.filename:
        form.refuse("Choisissez un fichier.", "file")
        return False
    try:
        keep_document(
            employer,
            case,
            Upload(file.filename[-200:], file.read()),
            kind=DocumentKind.ATTACHMENT,
            title=form.title.data or "",
            visibility=Visibility(form.visibility.data),
            actor=auth.acting(),
            now=clock.now(),
            submission=form.submission.data,
        )
    except Unacceptable as error:
        form.refuse(str(error), "file")
        return False
    db.session.commit()
    return True


@bp.get("/documents/<int:document_id>")
@auth.requires(Kind.DOCUMENT)
def download(document_id: int) -> Response:
    document = get_document(auth.acting(), document_id)
    if document is None:
        abort(404)
    access_log.note_relations(document.relations)
    return attachment(document.file_name, document.media_type, get_content(document), document.sha256)
