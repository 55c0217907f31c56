"""What machines ask of a site: whom to tell of a flaw, and that nothing here is to be indexed."""

from datetime import date

from flask import Blueprint, Response, abort, current_app
from flask.typing import ResponseReturnValue

from app import auth

bp = Blueprint("well_known", __name__)


@bp.get("/.well-known/security.txt")
@auth.public
def security() -> ResponseReturnValue:
    """The contact and its expiry, both from the configuration (RFC 9116); 404 while nobody has set them."""
    settings = current_app.config
    if not settings["SECURITY_CONTACT"] or not settings["SECURITY_EXPIRES"]:
        abort(404)
    lines = (
        f"Contact: {settings['SECURITY_CONTACT']}",
        f"Expires: {date.fromisoformat(settings['SECURITY_EXPIRES']).isoformat()}T00:00:00Z",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings['PUBLIC_URL'].rstrip('/')}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@bp.get("/robots.txt")
@auth.public
def robots() -> ResponseReturnValue:
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")
