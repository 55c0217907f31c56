"""PostgreSQL itself keeps each organisation to its rows: proved with psql, then row by row for everybody."""

import json
import re
from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.extensions import SAY_WHO_ACTS
from app.second_wall.rules import AGGREGATES, GUARDED, IMPORTER, ROLES, SCHEDULER
from figures.words import number_in_french
from tests.leaks.ground import MARK, Ground
from tests.leaks.people import PARTED, SUSPENDED
from tests.leaks.readers import EVERYBODY, may_read
from tests.second_wall.conftest import Psql, saying
from tests.second_wall.lets import lets_through

pytestmark = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)

LIVING = [name for name in EVERYBODY if name not in ("personne", PARTED, SUSPENDED, "fermee")]
FILLED = (
    "employers structures federation_members contacts cases case_structures case_officers case_partners case_events "
    "exchanges visits visit_observations visit_agreed_steps documents document_contents carsat_blocks"
).split()


def test_unset_means_no_row(psql: Psql) -> None:
    counts = "\n".join(f"SELECT count(*) FROM {table};" for table in GUARDED)
    assert psql(counts).lines == ["0"] * len(GUARDED)
    empty = psql(f"SET jalon.organisation = ''; SET jalon.user = ''; {counts}")
    assert empty.lines == ["0"] * len(GUARDED)
    filled = psql("\n".join(f"SELECT count(*) > 0 FROM {table};" for table in FILLED), role="jalon")
    assert filled.lines == ["t"] * len(FILLED)


def test_an_organisation_gets_its_rows_and_no_other(psql: Psql) -> None:
    names = "SELECT split_part(name, ' ', 2) FROM employers WHERE name LIKE 'Association %zq' ORDER BY 1;"
    assert psql(names, "departement86").lines == ["clain"]
    assert psql(names, "ailleurs").lines == ["frontiere", "garonne"]
    assert psql(names, "federation").lines == ["voisin"]
    assert psql(names, "directrice").lines == ["voisin"]
    assert psql(names, "dreets").lines == psql(names, "admin").lines == []
    only_the_organisation = f"SET jalon.organisation = '{saying('departement86')['organisation']}'; {names}"
    assert psql(only_the_organisation).lines == ["clain"]


FOREIGN = """
UPDATE cases SET due_label = 'x' WHERE id = {case};
UPDATE exchanges SET summary = 'x' WHERE id = {note};
DELETE FROM visits WHERE id = {visit};
UPDATE contacts SET phone = 'x' WHERE id = {contact};
UPDATE employers SET headcount = 1 WHERE id = {employer};
"""
NEW_NOTE = (
    "INSERT INTO exchanges (employer_id, case_id, kind, held_on, summary, visibility, author_id, organisation_id,"
    " created_at, version) VALUES"
)
REFUSED = {
    NEW_NOTE + " ({employer}, {case}, 'call', now(), 'x', 'partners', {user}, {organisation}, now(), 1)":
    "row-level security",
    "INSERT INTO case_events (case_id, episode, kind, effective_on, recorded_at, actor_id, organisation_id, summary,"
    " motive, facts, case_version) VALUES ({own_case}, 1, 'step', now(), now(), {user}, {other}, '', '', '{{}}', 1)":
    "row-level security",
    NEW_NOTE + " ({own_employer}, {own_case}, 'call', now(), 'x', 'partners', {user}, {other}, now(), 1)":
    "row-level security",
    "INSERT INTO case_partners (case_id, organisation_id, status, priority, comment, version)"
    " VALUES ({case}, {organisation}, 'informed', 'normal', '', 1)": "row-level security",
    "UPDATE exchanges SET organisation_id = {organisation}": "permission denied",
    "UPDATE cases SET employer_id = {own_employer}": "permission denied",
    "UPDATE case_events SET motive = 'x'": "permission denied",
    "DELETE FROM case_events": "permission denied",
    "DELETE FROM cases": "permission denied",
    "DELETE FROM journal_entries": "permission denied",
    "TRUNCATE cases": "permission denied",
    "ALTER TABLE cases DISABLE ROW LEVEL SECURITY": "must be owner",
    "SET SESSION AUTHORIZATION jalon": "permission denied",
    "SET ROLE jalon_scheduler": "permission denied",
}  # fmt: skip


def test_foreign_rows_are_neither_changed_nor_written(ground: Ground, psql: Psql) -> None:
    voisin, clain = ground.places["voisin"], ground.places["clain"]
    assert voisin.case and clain.case
    numbers: dict[str, Any] = saying("departement86") | {"other": saying("preventeur")["organisation"]}
    numbers |= {kind: ground.numbers[kind][0][0] for kind in ("note", "visit", "contact")}
    numbers |= {"case": voisin.case.id, "employer": voisin.employer.id}
    numbers |= {"own_case": clain.case.id, "own_employer": clain.employer.id}
    changed = re.sub(r";\n", " RETURNING 'changed';\n", FOREIGN.format(**numbers))
    assert psql(changed, "departement86").lines == []
    for statement, reason in REFUSED.items():
        assert reason in psql(statement.format(**numbers) + ";", "departement86").error, statement


NOTHING_SPECIAL = """
SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user;
SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole AND relpersistence <> 't';
SELECT count(*) FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(oid, 'member');
"""


def test_the_roles_own_nothing_and_bypass_nothing(psql: Psql) -> None:
    for role in ROLES:
        assert psql(NOTHING_SPECIAL, role=role).lines == ["f|f|f|f", "0", "0"]


def test_the_scheduler_reads_deadlines_and_no_text(psql: Psql) -> None:
    read = psql("SELECT count(*) > 0 FROM cases; SELECT count(*) >= 0 FROM case_deadlines;", role=SCHEDULER)
    assert (read.lines, read.error) == (["t", "t"], "")
    for table in ("exchanges", "visits", "documents", "document_contents", "case_events", "contacts", "carsat_blocks"):
        assert "permission denied" in psql(f"SELECT count(*) FROM {table};", role=SCHEDULER).error, table
    assert "permission denied" in psql("UPDATE cases SET due_label = 'x';", role=SCHEDULER).error


def test_the_role_of_imports_reads_no_text_and_is_the_scheduler_s_for_a_moment_only(psql: Psql) -> None:
    for table in ("document_contents", "case_events", "carsat_blocks"):
        assert "permission denied" in psql(f"SELECT count(*) FROM {table};", role=IMPORTER).error, table
    for table, column in (("exchanges", "summary"), ("visits", "author_id"), ("documents", "title")):
        assert "permission denied" in psql(f"SELECT {column} FROM {table};", role=IMPORTER).error, table
        assert "permission denied" in psql(f"SELECT id FROM {table};", role=IMPORTER).error, table
    assert "permission denied" in psql("SELECT family_name FROM contacts;", role=IMPORTER).error
    asked = "SELECT count(*) >= 0 FROM observations;"
    assert "permission denied" in psql(asked, role=SCHEDULER).error
    assert psql(f"BEGIN; SET LOCAL ROLE {IMPORTER}; {asked} COMMIT;", role=SCHEDULER).lines == ["t"]


def test_aggregates_are_counts_and_nothing_else(psql: Psql) -> None:
    counted = psql("SELECT sum(employers) > 3 FROM count_employers_by_state(NULL);", role=AGGREGATES)
    assert (counted.lines, counted.error) == (["t"], "")
    for table in (*GUARDED, "users"):
        assert "permission denied" in psql(f"SELECT 1 FROM {table};", role=AGGREGATES).error, table


def test_each_row_comes_out_for_those_it_is_for(ground: Ground, wall: Engine) -> None:
    """Every text of every table, for everybody: nothing foreign, and all that the judge lets them read."""
    leaks, missing = defaultdict(set), defaultdict(set)
    for name in LIVING:
        found = _marks(wall, saying(name))
        leaks[name] = {mark for mark in found if not lets_through(name, ground.secrets[mark])}
        missing[name] = {
            mark
            for mark, secret in ground.secrets.items()
            if may_read(name, secret) and secret.where.split(".")[0] in GUARDED and mark not in found
        }
    assert {name: [ground.secrets[mark] for mark in found] for name, found in leaks.items() if found} == {}
    assert {name: [ground.secrets[mark] for mark in found] for name, found in missing.items() if found} == {}


def _marks(wall: Engine, settings: dict[str, str]) -> set[str]:
    with wall.begin() as connection:
        connection.exec_driver_sql(SAY_WHO_ACTS, settings)
        rows = [
            json.dumps(row[0]) if table != "document_contents" else bytes(row[0]).decode(errors="replace")
            for table in GUARDED
            for row in connection.execute(text(_whole(table)))
        ]
    found = " ".join(rows)
    figures = {number_in_french(int(number)) for number in re.findall(r'"value": (77\d{5})000000\b', found)}
    return {*MARK.findall(found), *figures}


def _whole(table: str) -> str:
    return (
        "SELECT data FROM document_contents" if table == "document_contents" else f"SELECT to_jsonb(t) FROM {table} t"
    )


def test_the_next_transaction_of_the_connection_finds_nobody(wall: Engine) -> None:
    everybody = text("SELECT count(*) FROM employers")
    for end in ("commit", "rollback"):
        with wall.connect() as connection:
            connection.exec_driver_sql(SAY_WHO_ACTS, saying("referent"))
            seen = connection.scalar(everybody)
            with connection.begin_nested() as savepoint:
                connection.execute(text("SELECT 1"))
                savepoint.rollback()
            assert connection.scalar(everybody) == seen
            assert seen
            getattr(connection, end)()
            assert connection.scalar(everybody) == 0
        with wall.connect() as connection:  # the pool has one connection: it is the same
            assert connection.scalar(everybody) == 0
