"""Chains that never fork, seals made once, and what each action leaves."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from pyotp import TOTP
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.actions.accounts import create_organisation, create_user, give_capacity, set_password
from app.actions.magic_links import make_secret, redeem, send
from app.actions.openid import recognise
from app.actions.opening import invite_partner
from app.actions.seals import seal_day
from app.actions.second_factors import begin_enrolment, confirm_enrolment, enrolment_of, remove_second_factor
from app.extensions import db
from app.models import EventKind, JournalAction, JournalEntry, JournalHead, JournalSeal, LinkPurpose, ObjectKind
from app.models.journal import ACCOUNTS
from app.queries.cases import get_case
from app.sessions import valid_capacities
from tests.actions.moves import TODAY, case_in, morning, opened, take
from tests.actions.test_concurrency import at_once, step
from tests.factories import PASSWORD
from tests.journal import check, entries, fill, findings
from tests.pages import Browser
from tests.world import World
from workflows.core import Refused
from workflows.roles import Role
from workflows.support_case import State

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_each_kind_of_event_has_its_action() -> None:
    assert {f"case_{kind.value}" for kind in EventKind} == {a.value for a in JournalAction if a.value[:5] == "case_"}


def test_a_life_is_one_chain(app: Flask, world: World) -> None:
    actor = world.actor("referent")
    case = opened(actor, world.employer("Clain").id, today=date(2026, 11, 2))
    take(actor, case.id, "contact", today=date(2026, 11, 4))
    take(actor, case.id, "correct", today=date(2026, 11, 5))
    found = entries(case.id)
    assert [entry.action for entry in found] == ["case_opened", "case_step", "case_correction"]
    assert {(entry.actor_id, entry.capacity_id, entry.organisation_id) for entry in found} == {
        (actor.user_id, actor.capacity_id, actor.organisation_id)
    }
    assert {entry.object_kind for entry in found} == {ObjectKind.CASE_EVENT}
    assert [entry.recorded_at for entry in found] == [morning(date(2026, 11, day)) for day in (2, 4, 5)]
    assert (case.journal_number, case.journal_digest) == (3, found[-1].digest)
    assert findings() == []


def test_an_event_beside_the_steps_moves_the_chain_and_not_the_version(app: Flask, world: World) -> None:
    case, actor = case_in(world, State.CONTACTED), world.actor("referent")
    version, number = case.version, case.journal_number
    for name in ("Carsat Poitou", "Cabinet Ergo"):
        invite_partner(case, world.organisation(name), actor=actor, today=TODAY, now=NOW)
    db.session.commit()
    db.session.refresh(case)
    assert (case.version, case.journal_number) == (version, number + 2)
    take(actor, case.id, "suspend")
    assert [entry.number for entry in entries(case.id)] == list(range(1, number + 4))
    assert findings() == []


def test_accounts_rights_and_passwords_join_their_chain(app: Flask, world: World) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    actor = world.actor("admin")
    caisse = create_organisation(Role.CARSAT, "Carsat Corse", "Carsat Corse", ["2A", "2B"], now=NOW, actor=actor)
    user = create_user("anne@exemple.fr", "Anne", "Petit", "une phrase assez longue", hasher, now=NOW, actor=actor)
    capacity = give_capacity(user, caisse, is_coordinator=True, now=NOW, actor=actor)
    set_password(user, "une autre phrase longue", hasher, now=NOW)
    db.session.commit()
    begin_enrolment(user, "k" * 40, now=NOW)
    enrolment = enrolment_of(user, "k" * 40)
    assert enrolment and confirm_enrolment(user, TOTP(enrolment.secret).at(NOW), "k" * 40, now=NOW)
    remove_second_factor(user, now=NOW, by=None)
    db.session.commit()
    page = Browser(app, "preventeur", second_factor=False)
    assert page.send("/connexion", email="preventeur@test.example", password="faux").status == 422
    db.session.expire_all()
    preventeur = world.user("preventeur").id
    told = [(entry.action.value, entry.object_id, entry.actor_id) for entry in entries(ACCOUNTS)]
    assert told == [
        ("organisation_created", caisse.id, actor.user_id),
        ("account_created", user.id, actor.user_id),
        ("capacity_given", capacity.id, actor.user_id),
        ("password_changed", user.id, user.id),
        ("second_factor_added", user.id, user.id),
        ("second_factor_removed", user.id, None),
        ("signed_in", preventeur, preventeur),
    ]
    assert findings() == []


def test_a_refused_act_leaves_nothing_in_the_chain(app: Flask, world: World) -> None:
    case = case_in(world, State.CONTACTED)
    before = case.journal_number
    with pytest.raises(Refused):
        take(world.actor("referent"), case.id, "start_diagnostic", employer_agreed_on=None, cse_informed_on=None)
    db.session.rollback()
    db.session.refresh(case)
    assert (case.journal_number, len(entries(case.id))) == (before, before)


# --- Several at once --------------------------------------------------------------------------------------


def test_ten_who_change_their_password_at_once_make_one_chain(app: Flask, world: World) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

    def change() -> str:
        set_password(world.user("preventeur"), PASSWORD, hasher, now=NOW)
        db.session.commit()
        return "changed"

    assert at_once(app, *[change] * 10) == ["changed"] * 10
    assert [entry.number for entry in entries(ACCOUNTS)] == list(range(1, 11))
    assert findings() == []


def test_a_step_and_invitations_at_once_on_one_case_make_one_chain(app: Flask, world: World) -> None:
    case = case_in(world, State.CONTACTED)
    case_id, number, actor = case.id, case.journal_number, world.actor("referent")

    def invite(name: str) -> str:
        seen = get_case(actor, case_id)
        assert seen
        invite_partner(seen, world.organisation(name), actor=actor, today=TODAY, now=NOW)
        db.session.commit()
        return "invited"

    names = ("Carsat Poitou", "Cabinet Ergo", "Département 79", "Aract Poitou")
    acts = [lambda name=name: invite(name) for name in names]
    came = at_once(app, step(actor, case_id, "suspend", case.version), *acts)
    assert sorted(came) == ["done", *["invited"] * 4], came
    assert [entry.number for entry in entries(case_id)] == list(range(1, number + 6))
    assert findings() == []


def test_four_who_seal_at_once_make_one_seal(app: Flask, world: World) -> None:
    fill(world, datetime(2026, 11, 24, 6, tzinfo=UTC))

    def seal() -> bool:
        made = seal_day(TODAY, now=NOW) is not None
        db.session.commit()
        return made

    assert sorted(at_once(app, *[seal] * 4)) == [False, False, False, True]
    assert len(db.session.scalars(select(JournalSeal)).all()) == 1
    assert (check().seals, findings()) == (1, [])


def test_a_seal_tells_only_of_what_moved(app: Flask, world: World) -> None:
    fill(world, datetime(2026, 11, 24, 6, tzinfo=UTC))
    first = seal_day(TODAY, now=NOW)
    assert first and (first.head_count, first.access_count) == (3, 3)
    case = case_in(world, State.CONTACTED, by="preventeur")
    assert seal_day(TODAY, now=NOW) is None
    second = seal_day(date(2026, 11, 25), now=datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    assert second and (second.number, second.head_count, second.access_count) == (2, 1, 0)
    assert second.previous == first.digest
    db.session.commit()
    assert case.journal_number and findings() == []


def test_a_fork_is_refused_by_the_database_itself(app: Flask, world: World) -> None:
    fill(world, NOW)
    db.session.get_one(JournalHead, ACCOUNTS).number = 0
    db.session.flush()
    with pytest.raises(IntegrityError):
        set_password(world.user("aract"), PASSWORD, PasswordHasher(1, 8, 1), now=NOW)
    db.session.rollback()
    assert len(db.session.scalars(select(JournalEntry).where(JournalEntry.chain == ACCOUNTS)).all()) == 2


def test_entering_by_a_link_or_by_the_provider_joins_the_accounts(app: Flask, world: World) -> None:
    user, body = world.user("referent"), world.organisation("ARS Poitou")
    body.siret = "12345678900011"
    link = send(user.email, LinkPurpose.SIGN_IN, user=user, secret_key="k", now=NOW).link
    assert redeem(link.reference, make_secret(link.reference, "k"), secret_key="k", now=NOW)
    for _ in range(2):
        who: dict[str, Any] = {
            "email": user.email,
            "siret": body.siret,
            "open_capacities": valid_capacities,
            "now": NOW,
        }
        recognise("https://issuer", "sub", **who)
    db.session.commit()
    told = [(entry.action.value, entry.object_id, entry.actor_id) for entry in entries(ACCOUNTS)]
    actions = ("link_followed", "identity_tied")  # and that a session opened is told with the session
    assert told == [(action, user.id, user.id) for action in actions]
    assert findings() == []
