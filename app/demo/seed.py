"""Filling an empty database with the demonstration region."""

from datetime import UTC, date, datetime, time
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from app.demo.accounts import is_demonstration, make_password
from app.demo.cases import play_case
from app.demo.cast import create_cast
from app.demo.casting import cast_journeys, synthetic_region
from app.demo.commitments import bring_commitments
from app.demo.figures import bring_figures
from app.demo.register import complete_sizes, import_register, join_federations
from app.demo.replay import Render
from app.demo.story import give_houses, play_story
from app.demo.surroundings import add_contacts, add_notes_without_case, mark_past_mails
from app.demo.targeting import open_consultation, sign_earlier_list
from app.extensions import db
from app.models import Organisation


class NotADemonstration(Exception):
    """Invented data would enter a real database."""


def seed(app: Flask, *, today: date, render: Render | None = None) -> bool:
    """Fill an empty database; return False, and change nothing, when it already holds an organisation.

    `render` makes the PDF of the visit reports that are Jalon's own; without it they are attached reports.
    The register is imported first, batch by batch; all the rest is one transaction, so that a seed that was
    interrupted can be run again. Raises NotADemonstration outside the demonstration and the tests.
    """
    if not is_demonstration(app):
        raise NotADemonstration("Les données inventées n’entrent que dans la démonstration : JALON_ENV=demo.")
    if db.session.scalar(select(Organisation.id).limit(1)) is not None:
        db.session.rollback()
        return False
    import_register(Path(app.instance_path), today=today)
    complete_sizes()
    morning = datetime.combine(today, time(5), UTC)
    cast = create_cast(make_password(app), PasswordHasher(**app.config["ARGON2"]), now=morning)
    join_federations(cast.bodies)
    employers = synthetic_region()
    give_houses(employers, cast)
    story = play_story(employers, cast, today=today)
    plays = [play_case(part, cast, render) for part in cast_journeys(employers, today=today)]
    add_contacts(plays)
    followed = {story.employer_id, *(play.case.employer_id for play in plays)}
    add_notes_without_case(employers, followed, cast, today=today)
    bring_figures(employers, cast, today=today)
    bring_commitments(employers, cast, today=today)
    sign_earlier_list(cast, today=today)
    open_consultation(cast, today=today)
    mark_past_mails(today)
    db.session.commit()
    return True
