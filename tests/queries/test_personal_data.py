"""Nothing that refers to a person, and no column at all, is stored without somebody having said what becomes of it."""

from app.actions.erasure import TREATMENTS
from app.cli.retention import person_group
from app.extensions import db
from app.models import Visibility
from app.models.retention_register import REGISTER, WAYS
from app.queries.personal_data import ALSO, HOLDINGS, export_person, list_person_columns
from app.queries.retention import TARGETS
from app.views.privacy_words import COLUMNS
from tests.factories import make_exchange
from tests.views.scene import add_contact
from tests.world import World
from workflows.retention import BY_SLUG


def test_every_column_of_every_table_has_a_retention_rule() -> None:
    registered = {
        table: sorted(column for columns in rules.values() for column in columns.split())
        for table, rules in REGISTER.items()
    }
    stored = {table.name: sorted(table.columns.keys()) for table in db.metadata.sorted_tables}
    assert registered == stored
    named = {rule for rules in REGISTER.values() for rule in rules}
    assert named <= set(BY_SLUG) | set(WAYS)


def test_every_rule_knows_where_to_look_and_what_to_do() -> None:
    assert set(BY_SLUG) == set(TARGETS) == set(TREATMENTS)


def test_every_reference_to_a_person_is_in_the_declaration() -> None:
    declared = {(one.table, one.by_user) for one in HOLDINGS if one.by_user}
    declared |= {(table, column) for table, columns in ALSO.items() for column in columns}
    assert list_person_columns(db.metadata.sorted_tables) <= declared
    for holding in HOLDINGS:
        named = f"{holding.columns} {holding.by_user} {holding.by_email} {holding.mentions}".split()
        assert set(named) <= set(db.metadata.tables[holding.table].columns.keys()), holding.table
        assert set(holding.columns.split()) <= set(COLUMNS), holding.table


def test_an_export_holds_what_concerns_the_person_and_nothing_of_others(world: World) -> None:
    case, author = world.case("Tilleuls"), world.user("preventeur")
    make_exchange(case.employer, author, case, summary="CANARI rencontré")
    make_exchange(case.employer, world.user("referent"), case, summary="Vu avec Mme Moreau ce jour")
    contact = add_contact(world, case.employer, "preventeur")
    contact.email, contact.visibility = "Claire.Moreau@tilleuls.example", Visibility.ORGANISATION
    db.session.commit()
    found = export_person(" PREVENTEUR@test.example ")
    assert found
    rows = {section.table: section.rows for section in found.sections}
    assert rows["users"][0]["email"] == "preventeur@test.example"
    assert len(rows["exchanges"]) == 1 and "Moreau" not in str(rows)
    assert "password_hash" not in str(rows) and "argon2" not in str(rows)
    cited = export_person("claire.moreau@tilleuls.example", with_mentions=True)
    assert cited
    assert [section.table for section in cited.sections] == ["contacts"]
    assert [row["summary"] for one in cited.mentions for row in one.rows if "summary" in row] == [
        "Vu avec Mme Moreau ce jour"
    ]
    assert export_person("personne@test.example") is None


def test_the_command_writes_it_as_json(world: World) -> None:
    from flask import current_app

    run = current_app.test_cli_runner()
    assert '"preventeur@test.example"' in run.invoke(person_group, ["export", "preventeur@test.example"]).output
    assert run.invoke(person_group, ["export", "inconnu@test.example"]).exit_code == 1
