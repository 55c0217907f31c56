"""« Vérifier un document »: whether a PDF is, byte for byte, one that the platform sealed."""

import hashlib
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import auth
from app.filters import moment
from app.queries.targeting_documents import find_document, get_sealed_file, known_certificates
from forms.verification import VerificationForm

bp = Blueprint("verification", __name__, url_prefix="/verifier")

AGAIN = "Téléchargez de nouveau le document depuis la page de sa liste."
WORDS = {
    "intact": ("success", "Ce document est intact", "Rien n’y a changé depuis que cette plateforme l’a scellé."),
    "altered": (
        "error",
        "Ce document n’est plus celui qui a été scellé",
        f"Il a été modifié ou abîmé depuis : ne vous y fiez pas. {AGAIN}",
    ),
    "foreign": (
        "warning",
        "Ce document porte le cachet de quelqu’un d’autre",
        "Son cachet n’est pas celui de cette plateforme : elle ne peut pas dire ce qu’il vaut.",
    ),
    "unsealed": (
        "warning",
        "Ce document ne porte pas de cachet",
        f"Une copie de lecture n’en a pas : elle cite l’empreinte du document qui fait foi. {AGAIN}",
    ),
    "locked": (
        "warning",
        "Ce document est protégé par un mot de passe",
        f"Rien ne peut y être vérifié, et Jalon n’en scelle aucun ainsi. {AGAIN}",
    ),
    "not_a_pdf": ("warning", "Ce fichier n’est pas un PDF", "Choisissez un document PDF téléchargé de Jalon."),
}
"""Tone, title and text, by verdict."""


@dataclass(frozen=True)
class Answer:
    """What is said of a file."""

    tone: str
    title: str
    text: str
    facts: list[dict[str, str]]
    url: str = ""


@bp.route("", methods=["GET", "POST"])
@auth.signed_in
def show() -> ResponseReturnValue:
    form, answer = VerificationForm(), None
    if form.validate_on_submit():
        file = form.file.data
        if file and file.filename:
            answer = _answer(file.read())
        else:
            form.refuse("Choisissez un fichier.", "file")
    return render_template("verification/show.html", form=form, answer=answer), 422 if form.errors else 200


def _answer(data: bytes) -> Answer:
    from app.seal.checking import check  # a second to load: for this alone

    digest = hashlib.sha256(data).hexdigest()
    found, kept = check(data, known_certificates()), get_sealed_file(digest)
    verdict = found.verdict.value
    if verdict == "intact" and kept is None:
        verdict = "altered"  # where a seal is written it does not cover itself: the digest that was kept does
    tone, title, text = WORDS[verdict]
    rows = [("Empreinte de ce fichier (SHA-256)", digest)]
    if verdict != "intact" or kept is None:
        return Answer(tone, title, text, _told(rows))
    rows = [
        ("Ce document", found.words),
        ("Scellé le", moment(kept.sealed_at)),
        ("Par", found.subject),
        *rows,
        ("Certificat (SHA-256)", kept.fingerprint),
    ]
    return Answer(tone, title, text, _told(rows), _url(digest))


def _told(rows: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in rows]


def _url(digest: str) -> str:
    """The page of the version, for who has it."""
    document = find_document(auth.acting(), digest)
    if document is None:
        return ""
    version = document.version
    return url_for("targeting_documents.index", campaign_id=version.campaign_id, number=version.number)
