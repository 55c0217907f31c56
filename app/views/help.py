"""Help: the procedure as it is declared, who reads what, how to begin."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app import auth, clock
from app.views import indicator_help, procedure_words, rights_words
from reports.charts.procedure import procedure_svg
from workflows.support_case import MAIN_PATH, WORKFLOW

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
        diagram=Markup(procedure_svg(WORKFLOW, MAIN_PATH)),
        steps=procedure_words.steps_in_words(WORKFLOW, clock.today()),
        deadlines=procedure_words.deadlines_in_words(WORKFLOW),
        states=procedure_words.states_in_words(WORKFLOW),
    )


@bp.get("/droits")
@auth.public
def rights() -> ResponseReturnValue:
    """The matrix of rights, drawn from the table that the judge reads."""
    return render_template(
        "help/rights.html",
        families=rights_words.matrix_in_words(),
        audiences=rights_words.audiences_in_words(),
    )


@bp.get("/indicateurs")
@auth.public
def indicators() -> ResponseReturnValue:
    """What each indicator is, drawn from its definition, and how to read it."""
    return render_template("help/indicators.html", **indicator_help.in_words())


@bp.get("/accessibilite")
@auth.public
def accessibility() -> ResponseReturnValue:
    return render_template("help/accessibility.html")


@bp.get("/securite")
@auth.public
def account_security() -> ResponseReturnValue:
    """What protects an account, with the delays of this environment."""
    return render_template(
        "help/account_security.html",
        lock_minutes=current_app.config["LOCK_MINUTES"],
        session_hours=current_app.config["SESSION_HOURS"],
    )
