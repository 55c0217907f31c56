"""Help: the procedure as it is declared, who reads what, how to begin."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from reports.charts.procedure import procedure_svg

from app import auth
from app.permissions import MATRIX, Act, Kind
from workflows.roles import Role
from workflows.support_case import EMPLOYER_LABELS, MAIN_PATH, WORKFLOW, State

bp = Blueprint("help", __name__, url_prefix="/aide")


@bp.get("")
@auth.public
def index() -> ResponseReturnValue:
    return render_template("help/index.html")


@bp.get("/procedure")
@auth.public
def procedure() -> ResponseReturnValue:
    """The diagram and the tables, drawn from the declaration itself."""
    return render_template(
        "help/procedure.html",
        diagram=procedure_svg(WORKFLOW, MAIN_PATH),
        workflow=WORKFLOW,
        states=list(State),
        employer_labels=EMPLOYER_LABELS,
    )


@bp.get("/droits")
@auth.public
def rights() -> ResponseReturnValue:
    """The matrix of rights, drawn from the table that the judge reads."""
    roles = [role for role in Role if role is not Role.COORDINATOR]
    return render_template("help/rights.html", matrix=MATRIX, roles=roles, kinds=list(Kind), acts=Act)


@bp.get("/accessibilite")
@auth.public
def accessibility() -> ResponseReturnValue:
    return render_template("help/accessibility.html")
