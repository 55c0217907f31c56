"""A page for probes: is the application up, does its database answer, at which revision."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app import auth
from app.queries.health import get_schema_revision
from app.views.templating import VERSION

bp = Blueprint("health", __name__)


@bp.get("/sante")
@auth.public
def show() -> ResponseReturnValue:
    return jsonify(application="jalon", version=VERSION, schema=get_schema_revision())
