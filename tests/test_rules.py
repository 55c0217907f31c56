"""What the judge says of somebody alone, whatever the record."""

from collections.abc import Callable

import pytest
from sqlalchemy import false

from app.models import JournalEntry
from app.permissions import (
    Actor,
    administers,
    counts_everywhere,
    may_lead,
    reads_blocks,
    reads_every_journal,
    reads_journal,
    reads_memberships,
    reads_steps,
    sees_data_request,
    sees_journal_entry,
)
from tests.test_permissions import actor
from workflows.roles import LEADS, Role


@pytest.mark.parametrize(
    ("rule", "roles"),
    [
        (may_lead, set(LEADS)),
        (reads_blocks, {Role.CARSAT}),
        (counts_everywhere, {Role.NATIONAL}),
        (reads_every_journal, {Role.PLATFORM}),
        (reads_steps, set(Role) - {Role.EMPLOYER}),
        (reads_memberships, set(Role) - {Role.PROVIDER}),
    ],
)
def test_what_a_role_alone_opens(rule: Callable[[Actor], bool], roles: set[Role]) -> None:
    assert {role for role in Role if rule(actor(role))} == roles


def test_whoever_administers_no_organisation_sees_no_request_and_no_journal() -> None:
    for shut in (actor(Role.ARS), actor(Role.EMPLOYER, is_administrator=True)):
        assert not administers(shut) and not reads_journal(shut)
        assert sees_data_request(shut).compare(false())
        assert sees_journal_entry(shut, JournalEntry.organisation_id, JournalEntry.actor_id).compare(false())
    assert sees_data_request(actor(Role.PLATFORM)).compare(false()), "its agents do not treat requests"
