"""What every template may call: addresses of assets, French filters, the words around the page."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, g, request, url_for
from jinja2 import StrictUndefined

from app import clock, filters
from app.auth import current_actor
from app.permissions import (
    Act,
    Actor,
    Kind,
    Opening,
    administers,
    is_of_a_house,
    kinds_brought_in,
    reads_completeness,
    reads_journal,
    relations_needed,
)
from app.sessions import current_user, valid_capacities
from app.views import headers

VERSION = "0.1.0"

DESK = ("Mon bureau", "", "desk.show", ("desk",), None)
HOUSE = ("", "Mon établissement", "house.show", ("house", "wishes", "directory", "voices"), None)
NAVIGATION = (
    ("Dossiers", "Mon accompagnement", "cases.index", ("cases", "steps", "teams", "visits"), Kind.CASE),
    (
        "Employeurs",
        "Renseignements et chiffres",
        "employers.index",
        ("employers", "structures", "contacts", "indicators"),
        Kind.EMPLOYER,
    ),
    (
        "Auto-diagnostics",
        "Auto-diagnostic",
        "self_diagnostics.index",
        ("self_diagnostics", "self_diagnostic_results", "self_diagnostic_sharing"),
        Kind.SELF_DIAGNOSTIC,
    ),
    (
        "",  # a partner comes by the page of a case
        "Baromètre",
        "barometer.index",
        ("barometer", "barometer_files", "barometer_sharing"),
        Kind.BAROMETER,
    ),
    (
        "Ciblage",
        "Ciblage",
        "targeting.index",
        (
            "targeting",
            "targeting_lines",
            "targeting_documents",
            "targeting_signatures",
            "targeting_delegates",
            "targeting_succession",
            "targeting_openings",
            "employer_letters",
        ),
        Kind.TARGETING_LIST,
    ),
    ("Conventions", "Conventions", "conventions.index", ("conventions",), Kind.CONVENTION),
    ("Aide", "Aide", "help.index", ("help",), None),
)
"""Label for agents, label for an employer, endpoint, blueprints, family of data without which it is not shown."""


def set_up_templates(app: Flask) -> None:
    """Give the templates their filters and context."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset"] = asset
    filters.init_app(app)
    app.context_processor(lambda: _surroundings(app))


def asset(name: str) -> str:
    """Return the address of a built file, marked with its content so that a browser may keep it for ever."""
    return url_for("static", filename=f"build/{name}", v=_digest(name))


@cache
def _digest(name: str) -> str:
    path = Path(__file__).parents[1] / "static" / "build" / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.exists() else "absent"


def _surroundings(app: Flask) -> dict[str, Any]:
    actor = current_actor()
    return {
        "csp_nonce": headers.nonce(),
        "version": VERSION,
        "demo_mode": app.config["DEMO"],
        "demo_mail_url": url_for("demo.mails") if app.config["DEMO"] and actor else None,
        "navigation": _navigation(actor) if actor else None,
        "account": _account(actor) if actor else None,
        "openings": _openings(actor) if actor else [],
        "lock": _lock(app) if actor and g.get("lock_needs") else None,
    }


def _openings(actor: Actor) -> list[dict[str, str]]:
    return [
        {
            "reference": f"D-{opening.case_id:05d}",
            "left": _hours_left(opening),
            "until": filters.hour(opening.until),
            "url": url_for("cases.show", case_id=opening.case_id),
            "end_url": url_for("exceptional_accesses.end", access_id=opening.access_id),
        }
        for opening in actor.openings
    ]


def _hours_left(opening: Opening) -> str:
    """Return « 3 h 20 », « 12 minutes »; never less than a minute."""
    minutes = max(1, int((opening.until - clock.now()).total_seconds()) // 60)
    if minutes < 60:
        return filters.plural(minutes, "minute")
    return f"{minutes // 60}{filters.NBSP}h{filters.NBSP}{minutes % 60:02d}"


def _lock(app: Flask) -> dict[str, Any]:
    return {
        "minutes": app.config["LOCK_MINUTES"],
        "url": url_for("sessions.unlock"),
        "sign_in_url": url_for("accounts.sign_in"),
        "needs": g.lock_needs,
    }


def _navigation(actor: Actor) -> list[dict[str, Any]]:
    shown = [
        {
            "label": own if actor.is_employer else label,
            "url": url_for(endpoint),
            "current": request.blueprint in blueprints,
        }
        for label, own, endpoint, blueprints, kind in (DESK, HOUSE, *NAVIGATION)
        if (own if actor.is_employer else label) and (kind is None or relations_needed(actor.role, kind, Act.READ))
    ]
    if reads_completeness(actor):
        shown.insert(-1, {"label": "Données", "url": url_for("data.show"), "current": request.blueprint == "data"})
    if kinds_brought_in(actor):
        current = request.blueprint == "imports"
        shown.insert(-1, {"label": "Imports", "url": url_for("imports.index"), "current": current})
    if administers(actor):
        current = request.blueprint in ("people", "habilitations", "exceptional_accesses")
        shown.insert(-1, {"label": "Personnes", "url": url_for("people.index"), "current": current})
    if is_of_a_house(actor):
        current = request.blueprint == "employer_people"
        shown.insert(-1, {"label": "Qui a accès", "url": url_for("employer_people.index"), "current": current})
    if reads_journal(actor):
        current = request.blueprint == "journal"
        shown.insert(-1, {"label": "Journal", "url": url_for("journal.index"), "current": current})
    return shown


def _account(actor: Actor) -> dict[str, Any]:
    user = current_user()
    several = user is not None and len(valid_capacities(user)) > 1
    return {
        "name": actor.name,
        "role": "coordination" if actor.is_coordinator else "",
        "organisation": actor.organisation_name or actor.role.label,
        "profile_url": url_for("sessions.show"),
        "switch_url": url_for("accounts.capacities") if several else None,
        "sign_out_url": url_for("accounts.sign_out"),
    }
