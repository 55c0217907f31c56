"""The demonstration as a newcomer finds it: bodies, accounts, cases over all states, coherent histories."""

import stat
from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from app.actions.accounts import check_credentials
from app.auth import actor_of
from app.demo import people
from app.demo.accounts import PASSWORD_FILE, demo_accounts, demo_password, describe_accounts
from app.demo.finess_files import TO_CONFIRM_EMPLOYER_FINESS, synthetic_employers
from app.demo.seed import NotADemonstration, seed
from app.extensions import db
from app.models import (
    Capacity,
    Case,
    CaseDeadline,
    CaseEvent,
    CaseOfficer,
    CasePartner,
    CaseReminder,
    Contact,
    Document,
    DocumentContent,
    Employer,
    EventKind,
    Exchange,
    FederationMember,
    Import,
    ImportProblem,
    Organisation,
    OutboxMail,
    Sector,
    Structure,
    TargetingAnswer,
    TargetingCampaign,
    TargetingLine,
    TargetingNote,
    TargetingOpening,
    TargetingProposal,
    User,
    Visit,
)
from app.models.columns import NO_DUE_DATE
from app.permissions import Actor
from app.queries.case_filters import CaseFilters
from app.queries.case_list import count_baskets, count_cases
from config import Demo, Production
from figures.targeting import TargetClass
from tests.conftest import TODAY
from workflows.import_run import ImportKind, ImportState
from workflows.roles import Role
from workflows.support_case import WORKFLOW, Outcome, State
from workflows.targeting_list import Answer, ListState
from workflows.targeting_proposals import Decision, ProposalState
from workflows.visit_report import VisitStatus

CASES = range(115, 131)
TABLES = (
    Capacity,
    Case,
    CaseEvent,
    CasePartner,
    Contact,
    Document,
    Employer,
    Exchange,
    FederationMember,
    Organisation,
    Structure,
    User,
    Visit,
)


def all_cases() -> list[Case]:
    return list(db.session.scalars(select(Case).order_by(Case.id)))


def actor(email: str) -> Actor:
    user = db.session.scalars(select(User).where(User.email == email)).one()
    return actor_of(user, user.capacities[0])


def sizes() -> dict[str, int]:
    return {model.__name__: db.session.scalar(select(func.count()).select_from(model)) or 0 for model in TABLES}


def test_every_kind_of_body_is_there(region: Flask) -> None:
    kinds = Counter(db.session.scalars(select(Organisation.kind)))
    assert set(Role) - set(kinds) == {Role.EMPLOYER, Role.COORDINATOR, Role.REGION}
    assert (kinds[Role.CARSAT], kinds[Role.FEDERATION], kinds[Role.PROVIDER], kinds[Role.DEPT]) == (2, 4, 2, 12)
    ars = db.session.scalars(select(Organisation).where(Organisation.kind == Role.ARS)).one()
    caisses = db.session.scalars(select(Organisation).where(Organisation.kind == Role.CARSAT)).all()
    assert frozenset.union(*(caisse.territory for caisse in caisses)) == ars.territory
    assert sum(len(caisse.territory) for caisse in caisses) == 12


def test_the_accounts_of_the_demonstration_sign_in(region: Flask) -> None:
    password, hasher = demo_password(region), PasswordHasher(**region.config["ARGON2"])
    assert password
    assert len(password) >= 12
    accounts = demo_accounts(region)
    assert len({account.email for account in accounts}) == 11
    for account in accounts:
        user = check_credentials(account.email, password, hasher)
        assert user
        assert user.full_name == account.name
        assert user.capacities
        assert check_credentials(account.email, "un autre mot de passe", hasher) is None


def test_nobody_else_has_a_password(region: Flask) -> None:
    able = set(db.session.scalars(select(User.email).where(User.password_hash.is_not(None))))
    assert able == {account.email for account in demo_accounts(region)}


def test_the_password_is_for_its_owner_and_printed_with_the_addresses(region: Flask) -> None:
    path = Path(region.instance_path) / PASSWORD_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = describe_accounts(region)
    assert path.read_text() in text
    assert all(account.email in text for account in demo_accounts(region))


def test_one_person_manages_two_houses(region: Flask) -> None:
    director = db.session.scalars(select(User).where(User.email == people.DIRECTRICE)).one()
    first, second = director.capacities
    assert first.employer and first.employer.name == "Association Les Tilleuls"
    assert (first.label, second.employer_id != first.employer_id) == ("Direction, Association Les Tilleuls", True)


def test_the_synthetic_region_and_the_real_extracts_came_through_the_importer(region: Flask) -> None:
    numbers = set(db.session.scalars(select(Employer.finess)))
    assert {employer.finess for employer in synthetic_employers()} <= numbers
    assert {"010008407", "590000741", "010000164"} <= numbers
    structures = {s.finess for employer in synthetic_employers() for s in employer.structures}
    assert structures | {"970102018", "010000024"} <= set(db.session.scalars(select(Structure.finess)))
    rejects = Path(region.instance_path) / "demo-finess-et.csv.rejets.csv"
    assert len(rejects.read_text(encoding="utf-8-sig").splitlines()) == 5


def test_sizes_are_known_for_every_invented_structure(region: Flask) -> None:
    numbers = [s.finess for employer in synthetic_employers() for s in employer.structures]
    without = select(func.count()).where(Structure.finess.in_(numbers), Structure.headcount.is_(None))
    assert db.session.scalar(without) == 0
    employer = db.session.scalars(select(Employer).where(Employer.finess == synthetic_employers()[10].finess)).one()
    assert employer.headcount == sum(structure.headcount or 0 for structure in employer.structures) > 0


def test_federations_have_private_members_only_some_in_two_some_in_none(region: Flask) -> None:
    rows = db.session.execute(
        select(Employer.id, Employer.sector).join(FederationMember, FederationMember.employer_id == Employer.id)
    ).all()
    assert {sector for _, sector in rows} == {Sector.PRIVATE}
    times = Counter(employer_id for employer_id, _ in rows)
    private = db.session.scalar(select(func.count()).where(Employer.sector == Sector.PRIVATE)) or 0
    assert set(times.values()) == {1, 2}
    assert 0.6 < len(times) / private < 0.95


def test_about_120_cases_over_all_states(region: Flask) -> None:
    states = Counter(case.state for case in all_cases())
    assert states.total() in CASES
    assert set(states) == set(State)
    assert min(states[state] for state in State) >= 2


def test_every_way_of_leading_is_met_and_no_carsat_leads_a_public_employer(region: Flask) -> None:
    led = Counter((case.lead_kind, case.employer.sector) for case in all_cases())
    assert not [kind for kind, sector in led if kind is Role.CARSAT and sector is not Sector.PRIVATE]
    kinds = {kind for kind, _ in led}
    assert kinds == {Role.CARSAT, Role.ARS, Role.DEPT, None}
    assert led[Role.CARSAT, Sector.PRIVATE] > 40
    assert led[Role.ARS, Sector.PUBLIC] > 10
    assert led[Role.ARS, Sector.PRIVATE] > 3
    assert led[None, Sector.TO_CONFIRM] >= 2


def test_the_story_of_each_case_is_coherent(region: Flask) -> None:
    for case in all_cases():
        events = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)).all()
        assert events[0].kind is EventKind.OPENED
        days = [event.effective_on for event in events]
        assert days == sorted(days)
        assert days[-1] < TODAY
        assert all(event.recorded_at.date() == event.effective_on for event in events)
        moves = [event for event in events if event.kind in (EventKind.STEP, EventKind.CORRECTION)]
        assert [m.from_state for m in moves] == [State.IDENTIFIED, *(m.to_state for m in moves[:-1])][: len(moves)]
        assert (moves[-1].to_state if moves else State.IDENTIFIED) is case.state
        assert case.entered_on == (moves[-1].effective_on if moves else case.episode_started_on) or (
            moves[-1].kind is EventKind.CORRECTION
        )
        assert case.episode == 1 + sum(move.step == "reopen" for move in moves)


def test_deadlines_and_reminders_follow_from_the_histories(region: Flask) -> None:
    waiting = db.session.scalars(
        select(CaseDeadline).where(CaseDeadline.ended_on.is_(None), CaseDeadline.paused_on.is_(None))
    ).all()
    soonest: dict[int, date] = {}
    for deadline in waiting:
        soonest[deadline.case_id] = min(deadline.due_on, soonest.get(deadline.case_id, NO_DUE_DATE))
    assert {case.id: case.due_on for case in all_cases() if case.due_on != NO_DUE_DATE} == soonest


def test_only_today_s_reminders_are_still_to_be_sent(region: Flask) -> None:
    unsent = select(func.count()).where(CaseReminder.queued_on.is_(None), CaseReminder.remind_on < TODAY)
    assert db.session.scalar(unsent) == 0
    due_today = db.session.scalars(
        select(User.email)
        .join(CaseOfficer, CaseOfficer.user_id == User.id)
        .join(CaseDeadline, CaseDeadline.case_id == CaseOfficer.case_id)
        .join(CaseReminder, CaseReminder.deadline_id == CaseDeadline.id)
        .where(CaseReminder.remind_on == TODAY, CaseDeadline.ended_on.is_(None), CaseDeadline.paused_on.is_(None))
    ).all()
    assert Counter(due_today)[people.PREVENTEUR] >= 3
    assert db.session.scalar(select(func.count()).where(OutboxMail.sent_at.is_(None))) == 0


def test_every_desk_finds_something_late_due_stalled_and_without_lead(region: Flask) -> None:
    baskets = [CaseFilters(timing=timing) for timing in ("retard", "bientot", "sans-nouvelles", "sans-pilote")]
    late, soon, stalled, without_lead = count_baskets(actor(people.COORDINATRICE), baskets, today=TODAY)
    assert late >= 10
    assert soon >= 3
    assert stalled >= 5
    assert without_lead >= 5
    for email in (people.PREVENTEUR, people.REFERENT, people.DEPARTEMENT):
        mine, ours = count_baskets(
            actor(email), [CaseFilters(scope="moi"), CaseFilters(scope="organisme")], today=TODAY
        )
        assert 5 <= mine <= ours
    for email in (people.CONSEILLER, people.CONSULTANT, people.DELEGUE, people.DIRECTRICE):
        assert count_cases(actor(email), CaseFilters(), today=TODAY) >= 1


def test_refused_suspended_resumed_corrected_and_reopened_cases_are_met(region: Flask) -> None:
    steps = set(db.session.scalars(select(CaseEvent.step).where(CaseEvent.step.is_not(None))))
    assert steps == {step.slug for step in WORKFLOW.steps} - {"resume_accompaniment", "reinstate"}
    outcomes = set(db.session.scalars(select(Case.outcome).where(Case.state == State.CLOSED)))
    assert {Outcome.ACHIEVED, Outcome.PARTIAL, Outcome.REDIRECTED} <= outcomes
    assert max(case.episode for case in all_cases()) == 2


def test_some_employers_have_two_open_cases_on_different_structures(region: Flask) -> None:
    open_cases = [case for case in all_cases() if not case.is_ended]
    doubled = [employer for employer, count in Counter(c.employer_id for c in open_cases).items() if count == 2]
    assert doubled
    for employer_id in doubled:
        links = [{link.structure_id for link in c.structure_links} for c in open_cases if c.employer_id == employer_id]
        assert not set.intersection(*links)


def test_partners_say_where_they_stand(region: Flask) -> None:
    statuses = Counter(db.session.scalars(select(CasePartner.status)))
    assert len(statuses) >= 5
    kinds = set(
        db.session.scalars(select(Organisation.kind).join(CasePartner, CasePartner.organisation_id == Organisation.id))
    )
    assert kinds >= {Role.ARS, Role.DEPT, Role.ARACT, Role.PROVIDER, Role.FUNDER, Role.SPST, Role.PUBLIC_PREVENTION}


def test_visits_are_drafts_or_final_with_a_document_that_opens(region: Flask) -> None:
    visits = db.session.scalars(select(Visit)).all()
    assert Counter(visit.status for visit in visits)[VisitStatus.DRAFT] >= 3
    final = [visit for visit in visits if visit.is_final]
    assert len(final) > 30
    for visit in final[:10]:
        assert visit.report
        content = db.session.get_one(DocumentContent, visit.report_id).data
        text = pypdf.PdfReader(BytesIO(content)).pages[0].extract_text()
        assert "Compte rendu de visite" in " ".join(text.split())
        assert len(content) == visit.report.size


def test_a_few_reports_are_jalon_s_own(sqlite_region: Flask) -> None:
    with sqlite_region.app_context():
        large = select(func.count()).where(Document.size > 10_000)
        assert 3 <= (db.session.scalar(large) or 0) <= 5


def test_notes_are_also_kept_on_employers_without_case(region: Flask) -> None:
    alone = select(func.count()).where(Exchange.case_id.is_(None))
    assert (db.session.scalar(alone) or 0) >= 10


def test_names_and_numbers_belong_to_nobody(region: Flask) -> None:
    contacts = db.session.scalars(select(Contact)).all()
    assert len(contacts) > 100
    assert all(contact.email.endswith(".demo.example") for contact in contacts)
    assert all(contact.phone.startswith("053649") for contact in contacts if contact.phone)
    assert all(email.endswith("demo.example") for email in db.session.scalars(select(User.email)))


def test_the_employer_to_confirm_waits_for_a_person(region: Flask) -> None:
    found = db.session.scalars(select(Employer).where(Employer.finess == TO_CONFIRM_EMPLOYER_FINESS)).one()
    assert (found.sector, found.scheme, found.sector_confirmed_on) == (Sector.TO_CONFIRM, None, None)


def test_a_second_seed_changes_nothing(region: Flask) -> None:
    before, password = sizes(), demo_password(region)
    assert seed(region, today=TODAY) is False
    assert (sizes(), demo_password(region)) == (before, password)


def test_both_engines_tell_the_same_histories(sqlite_region: Flask, postgresql_region: Flask) -> None:
    def history(app: Flask) -> list[tuple[Any, ...]]:
        with app.app_context():
            rows = db.session.execute(
                select(Employer.finess, CaseEvent.kind, CaseEvent.step, CaseEvent.effective_on, CaseEvent.motive)
                .join(Case, CaseEvent.case_id == Case.id)
                .join(Employer, Case.employer_id == Employer.id)
                .order_by(CaseEvent.id)
            )
            return [tuple(row) for row in rows]

    assert history(sqlite_region) == history(postgresql_region)


@pytest.mark.parametrize("kind", [Production, Demo])
def test_real_data_never_receive_invented_ones(
    sqlite_region: Flask, monkeypatch: pytest.MonkeyPatch, kind: type[Production | Demo]
) -> None:
    monkeypatch.setitem(sqlite_region.config, "TESTING", kind.TESTING)
    monkeypatch.setitem(sqlite_region.config, "DEMO", kind.DEMO)
    with sqlite_region.app_context():
        if kind is Demo:
            assert seed(sqlite_region, today=TODAY) is False
            return
        with pytest.raises(NotADemonstration, match="JALON_ENV=demo"):
            seed(sqlite_region, today=TODAY)
        assert demo_accounts(sqlite_region) == []


FIGURES = (ImportKind.TDB, ImportKind.REFERENCES, ImportKind.HOME_CARE, ImportKind.ATMP)


def test_its_figures_came_in_by_files_that_the_page_shows(region: Flask) -> None:
    imports = db.session.scalars(select(Import).where(Import.kind.in_(FIGURES)).order_by(Import.id)).all()
    assert Counter(one.kind for one in imports) == {
        ImportKind.TDB: 4, ImportKind.REFERENCES: 4, ImportKind.HOME_CARE: 1, ImportKind.ATMP: 2,
    }  # fmt: skip
    for one in imports:
        assert one.state is ImportState.DONE and one.size and one.records == one.read > 0
        assert one.read == one.created + one.updated + one.unchanged + one.rejected
    assert sum(one.rejected for one in imports) and sum(one.remarks for one in imports)
    told = select(func.count()).select_from(ImportProblem).where(ImportProblem.severity == "reject")
    assert db.session.scalar(told) == sum(one.rejected for one in imports)


def test_a_list_is_consulted_on_by_those_who_know(region: Flask) -> None:
    campaign = db.session.scalars(select(TargetingCampaign).order_by(TargetingCampaign.id.desc())).first()
    assert campaign and campaign.state is ListState.CONSULTATION and len(campaign.codes) == 12
    counts = campaign.summary["classes"]
    assert counts["first"] >= 10 and counts["to_qualify"] and counts["silent"]
    decided = db.session.scalars(select(TargetingLine).where(TargetingLine.decided.is_not(None))).one()
    assert (decided.computed, decided.decided) == (TargetClass.FIRST, Decision.NEXT)
    states = db.session.scalars(select(TargetingProposal.state).order_by(TargetingProposal.id)).all()
    assert states == [ProposalState.ACCEPTED, ProposalState.PENDING, ProposalState.PENDING]
    assert db.session.scalar(select(func.count()).select_from(TargetingNote)) == 3


def test_an_earlier_list_is_signed_and_its_cases_wait(region: Flask) -> None:
    campaign = db.session.scalars(select(TargetingCampaign).order_by(TargetingCampaign.id)).first()
    assert campaign and campaign.state is ListState.SIGNED and campaign.codes == ["79"]
    answers = db.session.scalars(select(TargetingAnswer.answer).order_by(TargetingAnswer.id)).all()
    assert answers == [Answer.SIGNED, Answer.SIGNED, Answer.SIGNED, Answer.RESERVED]
    assert db.session.scalar(select(func.count()).select_from(TargetingOpening)) == 0
