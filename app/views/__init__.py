"""Pages: load, act, commit, answer. Each file is one blueprint, named by its noun."""

from flask import Flask

from app.views import (
    accounts,
    cases,
    contacts,
    demo,
    desk,
    documents,
    employers,
    exchanges,
    health,
    help,
    steps,
    structures,
    teams,
    visits,
)

PAGES = (
    accounts,
    cases,
    contacts,
    desk,
    documents,
    employers,
    exchanges,
    health,
    help,
    steps,
    structures,
    teams,
    visits,
)


def init_app(app: Flask) -> None:
    """Register the pages; those of the demonstration exist in the demonstration only."""
    for page in PAGES:
        app.register_blueprint(page.bp)
    if app.config["DEMO"]:
        app.register_blueprint(demo.bp)
