"""What has been kept long enough is announced, then erased, once, by batches, and leaves figures without a name."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.actions import retention
from app.actions.guards import lifted
from app.extensions import db
from app.models import (
    Aid,
    AnonymousCase,
    Case,
    CaseDeadline,
    CaseEvent,
    CaseReminder,
    Contact,
    Cpom,
    CpomMilestone,
    CpomObjective,
    CpomSignatory,
    CpomStructure,
    Document,
    Employer,
    EventKind,
    Exchange,
    OutboxMail,
    RetentionNotice,
    SignatoryBody,
    Structure,
    User,
    Visit,
)  # fmt: skip
from app.queries.journal_check import check_journal
from app.queries.retention import list_groups
from tests.factories import make_case, make_exchange, make_visit
from tests.views.scene import add_contact, final_visit
from tests.world import World
from workflows.calendar import add_months, days, months
from workflows.retention import NOTICE, Rule, Treatment, size_class
from workflows.roles import Role
from workflows.support_case import Outcome, State

TODAY = date(2026, 11, 24)
OLD = date(2020, 1, 15)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def announce(day: date) -> list[str]:
    found = [group.rule.slug for group in retention.announce(today=day, now=at(day))]
    db.session.commit()
    return found


def apply(day: date) -> int:
    treated = 0
    for notice in db.session.scalars(select(RetentionNotice).where(RetentionNotice.applied_at.is_(None))).all():
        while number := retention.apply_batch(notice, today=day, now=at(day)):
            treated += number
            db.session.commit()
        db.session.commit()
    return treated


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def close_long_ago(world: World) -> Case:
    """The case of Les Tilleuls as it was closed in 2020, with something in every table that hangs on it."""
    case, author = world.case("Tilleuls"), world.user("preventeur")
    note = make_exchange(case.employer, author, case)
    db.session.flush()
    make_visit(case.employer, author, case, exchange_id=note.id)
    final_visit(world, case, "preventeur")
    add_contact(world, case.employer, "preventeur")
    deadline = CaseDeadline(case_id=case.id, rule="check", label="x", started_on=OLD, due_on=OLD, original_due_on=OLD)
    deadline.reminders = [CaseReminder(offset=0, cycle=1, remind_on=OLD, queued_on=OLD)]
    event = CaseEvent(
        case_id=case.id, episode=1, kind=EventKind.OPENED, effective_on=OLD, recorded_at=at(OLD), case_version=1
    )
    later = CaseEvent(
        case_id=world.case("CCAS").id, episode=1, kind=EventKind.OPENED, effective_on=OLD, recorded_at=at(OLD),
        case_version=1,
    )  # fmt: skip
    db.session.add_all([deadline, event])
    db.session.flush()
    db.session.add(later)
    case.state, case.entered_on, case.outcome = State.CLOSED, OLD, Outcome.ACHIEVED
    case.episode_started_on = date(2018, 3, 1)
    db.session.commit()
    return case


def test_a_closed_case_is_announced_then_leaves_a_line_without_a_name(world: World) -> None:
    case = close_long_ago(world)
    employer, others = case.employer_id, count(Case) - 1
    carsat = world.user("preventeur").capacities[0]
    carsat.is_administrator = True
    db.session.commit()
    assert announce(TODAY) == ["case_closed"]
    assert announce(TODAY) == announce(TODAY + timedelta(days=1)) == []  # told once
    notice = db.session.scalars(select(RetentionNotice)).one()
    assert (notice.found, notice.applies_on, notice.organisation_id) == (1, NOTICE.after(TODAY), carsat.organisation_id)
    told = db.session.scalars(select(OutboxMail.user_id).where(OutboxMail.template == retention.NOTICE_MAIL)).all()
    assert told == [world.user("preventeur").id]
    assert apply(TODAY + timedelta(days=13)) == 0 and count(Case) == others + 1
    assert apply(NOTICE.after(TODAY)) == 1
    assert apply(NOTICE.after(TODAY)) == 0
    assert db.session.scalars(select(CaseEvent.case_id)).all() == [world.case("CCAS").id]
    for emptied in (CaseDeadline, CaseReminder, Exchange, Visit, Document, Contact):
        assert count(emptied) == 0, emptied
    assert count(Case) == others and db.session.get_one(Employer, employer).id == employer
    kept = db.session.scalars(select(AnonymousCase)).one()
    assert (kept.departement, kept.category, kept.size_class) == ("79", "500", "50 à 199")
    assert (kept.state, kept.outcome, kept.lead_kind) == (State.CLOSED, Outcome.ACHIEVED, Role.CARSAT)
    assert (kept.started_year, kept.ended_year) == (2018, 2020)
    db.session.expire_all()
    done = db.session.scalars(select(RetentionNotice)).one()
    assert done.done == 1 and done.applied_at == at(NOTICE.after(TODAY))


def test_without_an_administrator_the_platform_is_told(world: World) -> None:
    close_long_ago(world)
    announce(TODAY)
    assert db.session.scalars(select(OutboxMail.user_id)).all() == [world.user("admin").id]


def test_a_case_reopened_after_the_notice_stays(world: World) -> None:
    case = close_long_ago(world)
    announce(TODAY)
    case.state = State.IDENTIFIED
    db.session.commit()
    assert apply(NOTICE.after(TODAY)) == 0
    assert count(AnonymousCase) == 0 and db.session.get_one(Case, case.id).state is State.IDENTIFIED


def test_what_grew_old_after_the_notice_waits_for_its_own(world: World) -> None:
    author, employer = world.user("preventeur"), world.employer("Tilleuls")
    make_exchange(employer, author, held_on=OLD)
    late = make_exchange(employer, author, held_on=add_months(TODAY, -60) + timedelta(days=3))
    db.session.commit()
    assert announce(TODAY) == ["exchange_alone"]
    assert apply(NOTICE.after(TODAY)) == 1
    assert db.session.scalars(select(Exchange.id)).all() == [late.id]
    assert announce(NOTICE.after(TODAY)) == ["exchange_alone"]


def test_an_interrupted_erasure_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        make_exchange(world.employer("Tilleuls"), world.user("preventeur"), held_on=OLD)
    db.session.commit()
    announce(TODAY)
    notice, day = db.session.scalars(select(RetentionNotice)).one(), NOTICE.after(TODAY)
    assert retention.apply_batch(notice, today=day, now=at(day)) == 2
    db.session.commit()
    assert retention.apply_batch(notice, today=day, now=at(day)) == 2
    db.session.rollback()  # cut off in the middle of a batch: nothing of it happened
    assert count(Exchange) == 3
    assert apply(day) == 3
    assert db.session.scalars(select(RetentionNotice.done)).one() == 5


def departed(world: World) -> User:
    user = world.user("prestataire")
    user.capacities[0].ends_on = add_months(TODAY, -25)
    return user


def left(world: World) -> Contact:
    contact = add_contact(world, world.employer("Tilleuls"), "preventeur")
    contact.left_on = OLD
    return contact


def refused(world: World) -> Case:
    case = world.case("CCAS")
    case.state, case.entered_on = State.REFUSED, OLD
    return case


RULES: dict[str, Callable[[World], object]] = {
    "case_never_contacted": lambda world: setattr(world.case("CCAS"), "last_activity_on", OLD),
    "case_refused": refused,
    "visit_draft": lambda world: make_visit(world.employer("Tilleuls"), world.user("preventeur"), visited_on=OLD),
    "contact_left": left,
    "account_departed": departed,
    "account_forgotten": departed,
    "mail": lambda world: db.session.add(
        OutboxMail(
            object_kind="user", object_id=1, rule="x", user_id=world.user("admin").id, template="password_reset",
            created_at=at(OLD), send_after=at(OLD), sent_at=at(OLD),
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("slug", RULES)
def test_each_rule_finds_its_own_and_leaves_the_young(world: World, slug: str) -> None:
    assert list_groups(TODAY) == []
    RULES[slug](world)
    db.session.commit()
    assert slug in [group.rule.slug for group in list_groups(TODAY)]
    announce(TODAY)
    apply(NOTICE.after(TODAY))
    assert slug not in [group.rule.slug for group in list_groups(TODAY)]


def test_a_forgotten_account_loses_its_name_and_what_it_wrote_stays(world: World) -> None:
    user = departed(world)
    note = make_exchange(world.employer("Tilleuls"), user, held_on=TODAY)
    db.session.commit()
    announce(TODAY)
    apply(NOTICE.after(TODAY))
    db.session.expire_all()
    assert (user.full_name, user.password_hash, user.is_enabled) == ("Compte supprimé", None, False)
    assert user.email == f"compte-{user.id}@efface.invalid" and note.author_id == user.id
    assert "Prestataire" not in str([vars(group) for group in list_groups(TODAY)])


def test_a_federation_keeps_its_notes_two_years_and_a_public_body_five(world: World) -> None:
    day = add_months(TODAY, -30)
    make_exchange(world.employer("Tilleuls"), world.user("federation"), held_on=day)
    make_exchange(world.employer("Tilleuls"), world.user("preventeur"), held_on=day)
    db.session.commit()
    assert [group.organisation_name for group in list_groups(TODAY)] == ["Fédération A"]


def test_the_journal_misses_nothing_and_its_numbers_are_not_given_again(world: World) -> None:
    """The last case and the last event stay until another comes: SQLite would give their numbers to the next."""
    close_long_ago(world)
    last = world.case("Garonne")
    last.state, last.entered_on = State.CLOSED, OLD
    db.session.commit()
    announce(TODAY)
    assert apply(NOTICE.after(TODAY)) == 1
    assert db.session.get_one(Case, last.id) and check_journal().findings == []
    structure = Structure(
        employer_id=last.employer_id, finess="330099999", name="Antenne", category="500", departement="33"
    )
    db.session.add(structure)
    db.session.flush()
    make_case(last.employer, structure)
    db.session.commit()
    assert [group.rule.slug for group in list_groups(TODAY)] == ["case_closed"]


def test_nothing_hangs_on_a_case_that_erasing_forgets() -> None:
    """A table that refers to a case, a visit, a note, a document or a deadline must be emptied with it."""
    parents = {"cases", "visits", "exchanges", "documents", "case_deadlines"}
    known = {
        "case_structures", "case_officers", "case_partners", "case_events", "case_deadlines", "case_reminders",
        "exchanges", "visits", "documents", "document_contents", "visit_observations", "visit_agreed_steps",
        "exceptional_accesses", "targeting_appraisals", "targeting_openings",
    }  # fmt: skip
    hanging = {t.name for t in db.metadata.sorted_tables for k in t.foreign_keys if k.column.table.name in parents}
    assert hanging == known


# --- The guard of what is append-only ---------------------------------------------------------------------


def test_the_guard_lets_rows_go_only_where_it_is_lifted(world: World) -> None:
    close_long_ago(world)
    for rewriting in ("UPDATE case_events SET motive = 'x'", "DELETE FROM case_events"):
        with pytest.raises(DBAPIError, match="ne se modifie pas"):
            db.session.execute(text(rewriting))
        db.session.rollback()
    with pytest.raises(DBAPIError, match="ne se modifie pas"), lifted():
        db.session.execute(text("UPDATE case_events SET motive = 'x'"))
    db.session.rollback()
    with lifted():
        db.session.execute(text("DELETE FROM case_events WHERE id < 0"))
    with pytest.raises(DBAPIError, match="ne se modifie pas"):  # lifted once is not lifted for good
        db.session.execute(text("DELETE FROM case_events"))
    db.session.rollback()
    with lifted():
        db.session.execute(text("DELETE FROM case_events"))
    db.session.commit()
    assert count(CaseEvent) == 0


def test_a_transaction_that_forgets_to_put_the_guard_back_cannot_be_committed(world: World) -> None:
    close_long_ago(world)
    db.session.execute(text("INSERT INTO guard_lifts (id, release_id) VALUES (1, 2)"))
    db.session.execute(text("DELETE FROM case_events"))
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()
    assert count(CaseEvent) == 2


# --- Days ---------------------------------------------------------------------------------------------------


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 80), st.booleans())
def test_what_is_kept_until_a_day_is_not_erased_before_it(today: date, number: int, in_months: bool) -> None:
    delay = months(number) if in_months else days(number)
    rule = Rule("x", "", "", Treatment.DELETE, "", delay)
    last = rule.kept_until_before(today)
    assert last and delay.after(last) <= today < delay.after(last + timedelta(days=4))


def test_sizes() -> None:
    sizes = [size_class(n) for n in (None, 1, 10, 11, 49, 50, 199, 200)]
    assert sizes == [
        "inconnu",
        "moins de 11",
        "moins de 11",
        "11 à 49",
        "11 à 49",
        "50 à 199",
        "50 à 199",
        "200 et plus",
    ]


def test_an_employer_followed_again_keeps_its_contacts(world: World) -> None:
    case = close_long_ago(world)
    other = Structure(
        employer_id=case.employer_id, finess="790099999", name="Antenne", category="500", departement="79"
    )
    db.session.add(other)
    db.session.flush()
    make_case(case.employer, other)
    announce(TODAY)
    apply(NOTICE.after(TODAY))
    assert count(Contact) == 1


def test_contracts_objectives_and_aids_go_each_in_its_time(world: World) -> None:
    employer, ars = world.employer("Tilleuls"), world.organisation("ARS Poitou")
    own = {"employer_id": employer.id, "organisation_id": ars.id, "noted_on": date(2018, 1, 15)}
    over, extended = (
        Cpom(in_force_on=date(2013, 1, 1), ends_on=date(2017, 12, 31), extended_until=until, **own)
        for until in (None, date(2026, 12, 31))
    )
    over.signatories = [CpomSignatory(body=SignatoryBody.ARS)]
    over.structure_links = [CpomStructure(structure_id=employer.structures[0].id)]
    objective = CpomObjective(wording="Réduire", **own)
    objective.milestones = [CpomMilestone(year=2017, value=1)]
    paid, recent = (Aid(source="FIR", paid_on=day, **own) for day in (date(2016, 3, 1), date(2018, 3, 1)))
    db.session.add_all([over, extended, objective, paid, recent])
    db.session.commit()
    kept = extended.id, recent.id
    assert sorted(announce(TODAY)) == ["aid", "cpom_over", "objective"]
    assert apply(NOTICE.after(TODAY)) == 3
    assert [count(model) for model in (CpomSignatory, CpomStructure, CpomObjective, CpomMilestone)] == [0] * 4
    assert (db.session.scalars(select(Cpom.id)).one(), db.session.scalars(select(Aid.id)).one()) == kept
