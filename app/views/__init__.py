"""Pages: load, act, commit, answer. Each file is one blueprint, named by its noun."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from app.views import (
    absences,
    accounts,
    adoption,
    barometer,
    barometer_files,
    barometer_sharing,
    blocks,
    cases,
    contacts,
    conventions,
    data,
    delegate_signing,
    delegations,
    demo,
    desk,
    directory,
    documents,
    employer_letters,
    employer_people,
    employers,
    exceptional_accesses,
    exchanges,
    habilitations,
    health,
    help,
    house,
    imports,
    indicators,
    journal,
    links,
    listing,
    openid,
    people,
    privacy,
    returns,
    second_factors,
    self_diagnostic_dates,
    self_diagnostic_results,
    self_diagnostic_sharing,
    self_diagnostics,
    sessions,
    steps,
    structures,
    targeting,
    targeting_appraisals,
    targeting_delegates,
    targeting_documents,
    targeting_lines,
    targeting_openings,
    targeting_signatures,
    targeting_succession,
    teams,
    verification,
    view_as,
    visits,
    voices,
    well_known,
    wishes,
)

PAGES = (
    absences,
    accounts,
    adoption,
    blocks,
    cases,
    contacts,
    conventions,
    delegations,
    data,
    delegate_signing,
    desk,
    directory,
    documents,
    employer_letters,
    employer_people,
    employers,
    exceptional_accesses,
    exchanges,
    habilitations,
    health,
    help,
    house,
    imports,
    indicators,
    journal,
    links,
    openid,
    people,
    privacy,
    returns,
    second_factors,
    barometer,
    barometer_files,
    barometer_sharing,
    self_diagnostic_dates,
    self_diagnostic_results,
    self_diagnostic_sharing,
    self_diagnostics,
    sessions,
    steps,
    structures,
    targeting,
    targeting_delegates,
    targeting_documents,
    targeting_lines,
    targeting_signatures,
    targeting_succession,
    targeting_appraisals,
    targeting_openings,
    teams,
    verification,
    view_as,
    visits,
    voices,
    well_known,
    wishes,
)


class RowNumber(IntegerConverter):
    """A number that the database can look for; a greater one is an address that does not exist."""

    def __init__(self, map: Map, *args: Any, **values: Any) -> None:
        super().__init__(map, *args, **{"max": listing.LARGEST, **values})


def init_app(app: Flask) -> None:
    """Register the pages; those of the demonstration exist in the demonstration only."""
    app.url_map.converters["int"] = RowNumber
    for page in PAGES:
        app.register_blueprint(page.bp)
    if app.config["DEMO"]:
        app.register_blueprint(demo.bp)
