"""Answers of several managers and devices, the pen, ending a round, copies shared and withdrawn."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.actions.errors import Forbidden, Unacceptable
from app.actions.self_diagnostic_sharing import Chosen, open_shares, share, submit, withdraw
from app.actions.self_diagnostics import CLOSED, Given, answer, lend_pen, setting_of, start, take_part, take_pen_back
from app.auth import actor_of
from app.extensions import db
from app.models import JournalAction, JournalEntry, SelfDiagnostic, SelfDiagnosticAnswer
from app.permissions import Kind, may_read_share
from app.queries.employers import get_employer
from app.queries.recipients import list_recipients
from app.queries.self_diagnostics import (
    fill,
    get_self_diagnostic,
    get_sheet,
    list_earlier,
    list_pens,
    list_received,
    list_shares,
)
from tests.factories import NOW, make_case, make_structure
from tests.self_diagnostics import all_of, also_manages, begin, finish, give, make_manager
from tests.world import World
from workflows.self_diagnostic import Reply
from workflows.self_diagnostic_questions import Setting, Topic
from workflows.self_diagnostic_sharing import Depth, Terms

DAY = NOW.date()
MINUTE = timedelta(minutes=1)


def given(code: str, reply: Reply, after: timedelta = timedelta(0), seen: int = 0, **told: str) -> Given:
    words = {"evidence": "", "comment": "", **told}
    return Given(code, reply, **words, answered_at=NOW + after, seen=seen, submission=str(uuid4()))


def test_one_round_runs_at_a_time_wherever_it_was_started_from(world: World) -> None:
    employer, actor = world.employer("Tilleuls"), world.actor("directrice")
    make_manager(world, "adjoint")
    first, sheet = begin(employer, actor)
    second, other = begin(employer, world.actor("adjoint"))
    assert (first.id, first.number, first.setting) == (second.id, 1, Setting.ESTABLISHMENT)
    assert sheet.id != other.id and take_part(first, actor=actor, now=NOW).id == sheet.id
    house = get_employer(actor, employer.id)
    assert house
    one_structure = start(house, house.structures[0], actor=actor, now=NOW)
    assert (one_structure.number, one_structure.about) == (2, "EHPAD Les Tilleuls")
    with pytest.raises(Forbidden):
        start(employer, None, actor=world.actor("preventeur"), now=NOW)
    with pytest.raises(Forbidden):
        start(world.employer("Clain"), None, actor=actor, now=NOW)


def test_where_the_work_is_done_follows_the_structures(world: World) -> None:
    home, both = world.employer("Marais"), world.employer("Tilleuls")
    assert setting_of(home, None) is Setting.HOME
    service = make_structure(both, "SAD Les Tilleuls", category="460")
    db.session.flush()
    db.session.refresh(both)
    assert setting_of(both, None) is Setting.BOTH
    assert setting_of(both, service) is Setting.HOME


def test_the_answer_given_last_stands_and_none_is_lost(world: World) -> None:
    employer, actor = world.employer("Tilleuls"), world.actor("directrice")
    _, sheet = begin(employer, actor)
    later = NOW + 30 * MINUTE

    def send(one: Given) -> tuple[Reply | None, bool, str]:
        outcome = answer(sheet, one, employer=employer, actor=actor, now=later)
        other = outcome.other
        return outcome.standing.reply, outcome.is_kept, other.reply.label if other and other.reply else ""

    desk = given("T1a", Reply.BEGUN, comment="Le jeudi.")
    assert send(desk) == (Reply.BEGUN, True, "")
    assert send(desk) == (Reply.BEGUN, True, "")  # sent twice, through a bad network
    # The phone was cut off: it answers later, without having seen the first answer.
    assert send(given("T1a", Reply.FOLLOWED, 5 * MINUTE)) == (Reply.FOLLOWED, True, "Commencé, ou irrégulier")
    # The desk had changed its mind in between, and its answer comes in last.
    assert send(given("T1a", Reply.IN_PLACE, 2 * MINUTE)) == (Reply.FOLLOWED, False, "En place et suivi")
    seen = fill([sheet])[0].standing["T1a"].id
    assert send(given("T1a", Reply.NOT_YET, 9 * MINUTE, seen=seen)) == (Reply.NOT_YET, True, "")
    told = [(one.reply, one.comment) for one in list_earlier(sheet, ["T1a"])["T1a"]]
    assert told == [(Reply.FOLLOWED, ""), (Reply.IN_PLACE, ""), (Reply.BEGUN, "Le jeudi.")]
    assert db.session.scalar(select(func.count()).select_from(SelfDiagnosticAnswer)) == 4


def test_answers_of_one_device_keep_their_order_whatever_the_network(world: World) -> None:
    employer, actor = world.employer("Tilleuls"), world.actor("directrice")
    _, sheet = begin(employer, actor)
    who: dict[str, Any] = {"employer": employer, "actor": actor, "now": NOW + MINUTE}
    first = answer(sheet, given("T1a", Reply.NOT_CONCERNED, timedelta(milliseconds=80)), **who).standing
    after = answer(sheet, given("T1a", Reply.FOLLOWED, timedelta(milliseconds=50), seen=first.id), **who)
    assert (after.standing.reply, after.is_kept, after.other) == (Reply.FOLLOWED, True, None)


def test_a_clock_that_runs_fast_wins_nothing(world: World) -> None:
    employer, actor = world.employer("Tilleuls"), world.actor("directrice")
    _, sheet = begin(employer, actor)
    answer(sheet, given("T1a", Reply.BEGUN, timedelta(days=300)), employer=employer, actor=actor, now=NOW)
    after = given("T1a", Reply.IN_PLACE, MINUTE)
    assert answer(sheet, after, employer=employer, actor=actor, now=NOW + MINUTE).is_kept


def test_what_is_not_asked_is_refused(world: World) -> None:
    employer, actor = world.employer("Tilleuls"), world.actor("directrice")
    _, sheet = begin(employer, actor)
    for code in ("T3d-D", "T9z", ""):
        with pytest.raises(Unacceptable):
            answer(sheet, given(code, Reply.BEGUN), employer=employer, actor=actor, now=NOW)


def test_nothing_changes_once_it_is_ended(world: World) -> None:
    employer, actor = world.employer("Tilleuls"), world.actor("directrice")
    make_manager(world, "adjoint")
    db.session.commit()
    diagnostic, sheet = begin(employer, actor)
    with pytest.raises(Unacceptable, match="quatre cinquièmes"):
        submit(diagnostic, [], [], actor=actor, now=NOW)
    db.session.rollback()
    diagnostic, sheet = begin(employer, world.actor("directrice"))
    give(sheet, employer, actor, all_of(diagnostic))
    submit(diagnostic, [], [], actor=actor, now=NOW)
    submit(diagnostic, [], [], actor=actor, now=NOW + MINUTE)  # a second click
    assert diagnostic.submitted_at == NOW
    with pytest.raises(Unacceptable) as refused:
        answer(sheet, given("T1a", Reply.BEGUN), employer=employer, actor=actor, now=NOW)
    assert str(refused.value) == CLOSED
    with pytest.raises(Unacceptable):
        take_part(diagnostic, actor=world.actor("adjoint"), now=NOW)
    again, _ = begin(employer, actor)
    assert again.number == 2
    told = select(JournalEntry.action).where(JournalEntry.action == JournalAction.DIAGNOSTIC_SUBMITTED)
    assert len(db.session.scalars(told).all()) == 1


def test_the_pen_is_lent_taken_back_and_traced(world: World) -> None:
    employer, actor, adviser = world.employer("Tilleuls"), world.actor("directrice"), world.actor("aract")
    _, sheet = begin(employer, actor)
    pens = list_pens(employer, DAY)
    assert {one.organisation_name for one in pens} == {"Aract Poitou", "Cabinet Ergo"}
    assert get_sheet(adviser, sheet.id) is None
    seen = get_employer(adviser, employer.id)
    assert seen
    with pytest.raises(Forbidden):
        answer(sheet, given("T1a", Reply.BEGUN), employer=seen, actor=adviser, now=NOW)
    with pytest.raises(Unacceptable):
        lend_pen(sheet, world.organisation("DREETS Poitou").id, pens, actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        lend_pen(sheet, world.organisation("Aract Poitou").id, pens, actor=adviser, now=NOW)
    lend_pen(sheet, world.organisation("Aract Poitou").id, pens, actor=actor, now=NOW)
    assert get_sheet(adviser, sheet.id) and get_sheet(world.actor("preventeur"), sheet.id) is None
    kept = answer(sheet, given("T1a", Reply.BEGUN), employer=seen, actor=adviser, now=NOW).standing
    assert (kept.entered_by_id, kept.organisation_id) == (adviser.user_id, adviser.organisation_id)
    take_pen_back(sheet, actor=actor, now=NOW)
    assert get_sheet(adviser, sheet.id) is None
    with pytest.raises(Forbidden):
        answer(sheet, given("T1a", Reply.FOLLOWED, MINUTE), employer=seen, actor=adviser, now=NOW + MINUTE)
    assert fill([sheet])[0].standing["T1a"].reply is Reply.BEGUN


def test_the_bodies_around_a_house_that_it_may_share_with(world: World) -> None:
    tilleuls, hospital = world.employer("Tilleuls"), world.employer("CCAS")
    names = {one.organisation_name for one in list_recipients(tilleuls, Kind.SELF_DIAGNOSTIC, DAY)}
    assert names == {"ARS Poitou", "Carsat Poitou", "Département 79", "Aract Poitou", "Cabinet Ergo"}
    # The branch AT-MP does not act for public agents.
    assert "Carsat Poitou" not in {
        one.organisation_name for one in list_recipients(hospital, Kind.SELF_DIAGNOSTIC, DAY)
    }
    far = world.organisation("Carsat Gironde")
    quiet = world.employer("Clain")
    make_case(quiet, lead=far)  # of which the employer has not been told
    assert far.short_name not in {one.organisation_name for one in list_recipients(quiet, Kind.SELF_DIAGNOSTIC, DAY)}


def test_a_copy_holds_what_was_chosen_and_nothing_more(world: World) -> None:
    employer, actor = world.employer("Tilleuls"), world.actor("directrice")
    diagnostic, sheet = begin(employer, actor)
    give(sheet, employer, actor, all_of(diagnostic, T4b=Reply.NOT_YET, T8d=Reply.NOT_YET), comment="CANARI")
    finish(diagnostic, ["ARS Poitou"], world, Terms(), actor)
    content = list_shares(diagnostic)[0].content
    by_title = {one["title"]: one for one in content["themes"]}
    assert "answers" not in content and "CANARI" not in str(content) and content["closed"] == 5
    assert by_title["Émotions, tensions et violences"]["value"] is None  # all its statements stay closed
    assert by_title["Appuis, équipement et pilotage"]["value"] == 67  # without the one about the DUERP, which is 0
    among, number = list_recipients(employer, Kind.SELF_DIAGNOSTIC, DAY), world.organisation("ARS Poitou").id
    deep = Chosen(number, Terms(Depth.ANSWERS, frozenset({Topic.RISK_DOCUMENT})))
    share(diagnostic, deep, among, actor=actor, now=NOW + MINUTE)
    share(diagnostic, deep, among, actor=actor, now=NOW + 2 * MINUTE)  # the same again
    latest, first = list_shares(diagnostic)
    assert (first.content, first.withdrawn_at) == (None, NOW + MINUTE)
    texts = str(latest.content["answers"])
    assert (
        "document unique a été mis à jour" in texts and "agression" not in texts and "CANARI" not in str(latest.content)
    )
    # « Le document unique décrit les risques psychosociaux » is about both: one tick does not open it.
    assert "risques psychosociaux" not in texts
    whole = Terms(Depth.ANSWERS, frozenset(Topic), with_comments=True)
    share(diagnostic, Chosen(number, whole), among, actor=actor, now=NOW + 3 * MINUTE)
    told = open_shares(diagnostic)[number].content
    assert told["closed"] == 0 and "CANARI" in str(told["comments"]) and len(told["answers"]) == 32


def test_a_share_is_read_by_its_recipient_until_it_is_withdrawn(world: World) -> None:
    employer, actor = world.employer("Tilleuls"), world.actor("directrice")
    diagnostic, sheet = begin(employer, actor)
    give(sheet, employer, actor, all_of(diagnostic))
    referent, preventeur = world.actor("referent"), world.actor("preventeur")
    assert get_self_diagnostic(referent, diagnostic.id) is None and list_received(referent) == []
    finish(diagnostic, ["ARS Poitou"], world, Terms(), actor)
    (received,) = list_received(referent)
    seen = get_employer(referent, employer.id)
    assert seen and may_read_share(referent, received, seen)
    assert list_received(preventeur) == [] and get_self_diagnostic(referent, diagnostic.id) is None
    with pytest.raises(Forbidden):
        withdraw(diagnostic, received.organisation_id, actor=referent, now=NOW)
    withdraw(diagnostic, received.organisation_id, actor=actor, now=NOW + MINUTE)
    withdraw(diagnostic, received.organisation_id, actor=actor, now=NOW + 2 * MINUTE)
    assert not may_read_share(referent, received, seen)
    assert (received.content, received.withdrawn_at) == (None, NOW + MINUTE)
    kinds = {JournalAction.DIAGNOSTIC_SHARED, JournalAction.DIAGNOSTIC_WITHDRAWN}
    told = db.session.scalars(select(JournalEntry.action).where(JournalEntry.action.in_(kinds))).all()
    assert sorted(told) == ["diagnostic_shared", "diagnostic_withdrawn"]


def test_a_manager_of_two_houses_reads_one_at_a_time(world: World) -> None:
    user, quiet = world.user("directrice"), world.employer("Clain")
    also_manages(user, quiet)
    here = world.actor("directrice")
    diagnostic, sheet = begin(world.employer("Tilleuls"), here)
    db.session.refresh(user)
    there = actor_of(user, user.capacities[1])
    assert there.employer_id == quiet.id
    assert get_self_diagnostic(here, diagnostic.id) and get_self_diagnostic(there, diagnostic.id) is None
    assert get_sheet(here, sheet.id) and get_sheet(there, sheet.id) is None
    assert db.session.scalar(select(func.count()).select_from(SelfDiagnostic)) == 1
