"""The schema goes up and down on both databases, with and without data, and is what the models say."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.script import Script, ScriptDirectory
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.extensions import db
from app.models import Case
from config import ROOT, Testing
from tests import postgresql
from tests.factories import make_visit
from tests.world import World, build_world

TODAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def revisions() -> list[Script]:
    """The revisions in the order in which they are applied."""
    return list(reversed(list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions())))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database where nothing was ever done."""
    config = Testing()
    if request.param == "sqlite":
        config.SQLALCHEMY_DATABASE_URI = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    else:
        server = request.getfixturevalue("postgresql_server")
        postgresql.drop_database(server, "empty")
        config.SQLALCHEMY_DATABASE_URI = postgresql.create_database(server, "empty")
    app = create_app(config)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def other_objects() -> list[str]:
    """The triggers and functions that are ours."""
    if db.engine.dialect.name == "sqlite":
        question = "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')"
    else:
        question = (
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace UNION "
            "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' UNION "
            "SELECT sequence_name FROM information_schema.sequences WHERE sequence_schema = 'public'"
        )
    with db.engine.connect() as connection:
        return sorted(connection.scalars(text(question)))


def counts() -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in db.metadata.sorted_tables
        }


def test_up_to_the_head_then_down_to_nothing_then_up_again(empty: Flask) -> None:
    for _ in range(2):
        upgrade()
        assert tables() == set(db.metadata.tables)
        check()  # exits when the models say anything else than the revisions
        downgrade(revision="base")
        assert tables() == set()
        assert other_objects() == []


def test_each_revision_goes_up_down_and_up_again(empty: Flask) -> None:
    for revision in revisions():
        before = tables(), other_objects()
        upgrade(revision=revision.revision)
        after = tables(), other_objects()
        downgrade(revision="-1")
        assert (tables(), other_objects()) == before, revision.revision
        upgrade(revision=revision.revision)
        assert (tables(), other_objects()) == after, revision.revision


def test_data_lives_through_every_later_revision(empty: Flask) -> None:
    first, *later = revisions()
    upgrade()
    build_world(TODAY, NOW)
    make_visit(World().employer("Tilleuls"), World().user("preventeur"))
    db.session.commit()
    db.session.remove()
    kept = _tables_of(first)
    before = {table: number for table, number in counts().items() if table in kept}
    assert before["cases"] and before["visits"] and before["users"]
    for revision in reversed(later):
        downgrade(revision=revision.down_revision)  # type: ignore[arg-type]
    for revision in later:
        upgrade(revision=revision.revision)
    assert {table: number for table, number in counts().items() if table in kept} == before
    check()
    assert db.session.scalars(select(Case.version).distinct()).all() == [1]
    openers = select(Case).where(Case.opening_organisation_id != Case.lead_organisation_id)
    assert db.session.scalars(openers).all() == [], "none was recorded: it is the lead"
    assert first.down_revision is None


def _tables_of(first: Script) -> set[str]:
    """What the first revision creates: a later one that goes down takes its own tables, and what they hold, along."""
    return set(re.findall(r'create_table\(\s*"(\w+)"', Path(first.path).read_text()))


def test_the_thread_of_a_case_is_guarded_after_the_trip(empty: Flask) -> None:
    upgrade()
    downgrade(revision="0001")
    upgrade()
    build_world(TODAY, NOW)
    db.session.execute(
        text(
            "INSERT INTO case_events (case_id, episode, kind, effective_on, recorded_at, summary, motive, facts,"
            " case_version) SELECT id, 1, 'opened', '2026-11-02', '2026-11-02 09:00:00', '', '', '{}', 1 FROM cases"
        )
    )
    db.session.commit()
    for rewriting in ("UPDATE case_events SET motive = 'x'", "DELETE FROM case_events"):
        with pytest.raises(DBAPIError, match="ne se modifie pas"):
            db.session.execute(text(rewriting))
        db.session.rollback()


def test_revisions_follow_one_another() -> None:
    found = revisions()
    assert [one.down_revision for one in found] == [None, *(one.revision for one in found[:-1])]
    assert [one.revision for one in found] == sorted(one.revision for one in found)


@pytest.mark.parametrize("revision", revisions(), ids=lambda one: one.revision)
def test_a_revision_stands_on_its_own(revision: Script) -> None:
    """It keeps working when the application has changed, and it can be undone."""
    source = Path(revision.path).read_text()
    assert not re.search(r"^\s*(from|import) (app|workflows|config)\b", source, re.MULTILINE)
    assert revision.doc
    assert not re.search(r"def downgrade\(\) -> None:\n    pass", source)


def test_every_constraint_has_a_name_by_which_a_revision_can_find_it(empty: Flask) -> None:
    upgrade()
    inspector = inspect(db.engine)
    for table in db.metadata.tables:
        found = [
            *inspector.get_foreign_keys(table),
            *inspector.get_unique_constraints(table),
            *inspector.get_check_constraints(table),
        ]
        assert all(one["name"] for one in found), table
        assert inspector.get_pk_constraint(table)["name"] == f"pk_{table}"
