"""The mails of the demonstration, readable by anybody who tries it; these pages exist in no other environment."""

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from app import auth
from app.demo.mail_folder import KeptMail, get_mail, list_mails
from app.views.headers import MAIL_POLICY

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("/courriels")
@auth.public
def mails() -> ResponseReturnValue:
    return render_template("demo/mails.html", mails=list_mails(folder()))


@bp.get("/courriels/<name>")
@auth.public
def mail(name: str) -> ResponseReturnValue:
    return render_template("demo/mail.html", mail=mail_or_404(name))


@bp.get("/courriels/<name>/mise-en-forme")
@auth.public
def mail_html(name: str) -> ResponseReturnValue:
    """The mail as a mail program shows it, on a page where nothing but its own style may run."""
    return Response(mail_or_404(name).html, headers={"Content-Security-Policy": MAIL_POLICY})


def folder() -> Path:
    """Return the folder of the mail sink; 404 outside the demonstration."""
    path = current_app.config["MAIL_FOLDER"]
    if not current_app.config["DEMO"] or path is None:
        abort(404)
    return Path(path)


def mail_or_404(name: str) -> KeptMail:
    """Return a mail of the folder, or 404."""
    found = get_mail(folder(), name)
    if found is None:
        abort(404)
    return found
