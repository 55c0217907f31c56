"""From a signed list to its cases: who is proposed, what stays closed, opened once, with all that one case has."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.actions import targeting_openings as actions
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.opening import open_case
from app.extensions import db
from app.models import (
    Aid,
    Case,
    CaseDeadline,
    CaseEvent,
    CaseOfficer,
    CasePartner,
    CaseReminder,
    CaseStructure,
    Scheme,
    Source,
    TargetingCampaign,
)
from app.queries.employers import get_employer
from app.queries.settings import get_deadlines
from app.queries.targeting import get_campaign
from app.queries.targeting_openings import OpeningRow, get_opening, list_openings
from app.queries.targeting_recipients import opened_for
from tests.actions.invariants import faults
from tests.actions.test_concurrency import at_once
from tests.factories import make_case, make_employer, make_organisation, make_structure, make_user
from tests.journal import check
from tests.outbox import list_mails
from tests.targeting import NOW, TODAY, make_public, signed
from tests.world import World
from workflows.core import Refused
from workflows.roles import Role
from workflows.support_case import WORKFLOW, State
from workflows.targeting_list import ListState
from workflows.targeting_opening import OpeningChoice, OpeningStanding

WHEN: dict[str, Any] = {"today": TODAY, "now": NOW}
NAMES = ("Association Les Tilleuls", "CCAS de Niort", "Mutuelle du Clain", "Ferme du Lac", "Association Libre")


@pytest.fixture
def campaign(world: World) -> TargetingCampaign:
    """A signed list: two employers are followed already, one is public, one of the agricole scheme, one quite free."""
    farm = make_employer("Ferme du Lac", scheme=Scheme.AGRICOLE)
    make_structure(farm, "EHPAD du Lac")
    free = make_employer("Association Libre")
    make_structure(free, "EHPAD Libre")
    make_structure(free, "EHPAD Libre, site 2", departement="86")
    msa = make_organisation(Role.MSA, "MSA Poitou")
    make_user("msa", msa)
    db.session.flush()
    found = signed(world, "coordinatrice", *NAMES)
    db.session.commit()
    return found


def rows(world: World, campaign: TargetingCampaign, who: str = "coordinatrice") -> dict[str, OpeningRow]:
    scope = actions.scope_categories(campaign)
    return {row.name: row for row in list_openings(world.actor(who), campaign, scope, today=TODAY)}


def prepared(world: World, campaign: TargetingCampaign, who: str = "coordinatrice") -> dict[str, OpeningRow]:
    actions.prepare(campaign, actor=world.actor(who), **WHEN)
    db.session.commit()
    return rows(world, campaign, who)


def choose(world: World, campaign: TargetingCampaign, name: str, **changed: Any) -> None:
    actor = world.actor("coordinatrice")
    row = rows(world, campaign)[name]
    opening = get_opening(actor, campaign, row.employer_id)
    assert opening
    values = {"lead_id": row.lead_id, "officer_id": row.officer_id, "choice": row.choice, **changed}
    version = values.pop("version", row.version)
    actions.change(campaign, opening, row, actions.Chosen(**values), version=version, actor=actor, today=TODAY)
    db.session.commit()


def press(world: World, campaign_id: int, who: str = "coordinatrice") -> int:
    actor = world.actor(who)
    found = get_campaign(actor, campaign_id, lock=True)
    assert found
    count = actions.open_cases(found, actor=actor, settings=get_deadlines(WORKFLOW), **WHEN)
    db.session.commit()
    return count


def test_who_may_lead_is_proposed_and_what_is_under_way_waits(world: World, campaign: TargetingCampaign) -> None:
    found = prepared(world, campaign)
    assert {name: (row.standing, row.lead, row.officer) for name, row in found.items()} == {
        # Before, the ARS leads one case for two people, the caisse one for one, the département none.
        "Association Les Tilleuls": (OpeningStanding.FOLLOWED, "Département 79", "Departement Testeur"),
        "Association Libre": (OpeningStanding.READY, "ARS Poitou", "Referent Testeur"),
        "CCAS de Niort": (OpeningStanding.FOLLOWED, "ARS Poitou", "Coordinatrice Testeur"),
        "Ferme du Lac": (OpeningStanding.READY, "Département 79", "Departement Testeur"),
        "Mutuelle du Clain": (OpeningStanding.READY, "Carsat Poitou", "Preventeur Testeur"),
    }


def test_what_people_chose_stays_when_the_work_is_shared_out_again(world: World, campaign: TargetingCampaign) -> None:
    prepared(world, campaign)
    carsat = world.organisation("Carsat Poitou")
    officer = world.user("preventeur").id
    choose(world, campaign, "Mutuelle du Clain", lead_id=carsat.id, officer_id=officer)
    again = prepared(world, campaign)["Mutuelle du Clain"]
    assert (again.lead, again.officer, again.is_chosen) == ("Carsat Poitou", "Preventeur Testeur", True)


@pytest.mark.parametrize(
    ("name", "changed", "why"),
    [
        ("Ferme du Lac", {"lead": "Carsat Poitou"}, actions.WRONG_LEAD),
        ("Mutuelle du Clain", {"lead": "Département 79"}, actions.ELSEWHERE),
        ("Mutuelle du Clain", {"lead": "Carsat Gironde"}, actions.WRONG_LEAD),
        ("Mutuelle du Clain", {"lead": "Aract Poitou"}, actions.WRONG_LEAD),
        ("Mutuelle du Clain", {"lead": "Carsat Poitou", "officer": "referent"}, actions.NOT_THEIRS),
    ],
)
def test_a_lead_that_may_not_is_refused(
    world: World, campaign: TargetingCampaign, name: str, changed: dict[str, str], why: str
) -> None:
    prepared(world, campaign)
    officer = world.user(changed["officer"]).id if "officer" in changed else None
    with pytest.raises(Unacceptable, match=why):
        choose(world, campaign, name, lead_id=world.organisation(changed["lead"]).id, officer_id=officer)


def test_two_coordinators_who_change_one_line(world: World, campaign: TargetingCampaign) -> None:
    found = prepared(world, campaign)
    choose(world, campaign, "Mutuelle du Clain", choice=OpeningChoice.LEAVE)
    with pytest.raises(Stale):
        choose(world, campaign, "Mutuelle du Clain", version=found["Mutuelle du Clain"].version)


def test_a_whole_departement_is_given_to_one_body(world: World, campaign: TargetingCampaign) -> None:
    prepared(world, campaign)
    carsat = world.organisation("Carsat Poitou")
    given = actions.change_departement(campaign, "79", carsat.id, actor=world.actor("coordinatrice"), today=TODAY)
    db.session.commit()
    assert given == (2, 2)  # neither the public employer nor that of the MSA
    found = rows(world, campaign)
    assert {name for name, row in found.items() if row.lead == "Carsat Poitou"} == {
        "Association Les Tilleuls", "Association Libre", "Mutuelle du Clain",
    }  # fmt: skip
    with pytest.raises(Unacceptable, match=actions.ELSEWHERE):
        actions.change_departement(campaign, "33", carsat.id, actor=world.actor("coordinatrice"), today=TODAY)


def _wait_until_next_year(world: World, employer: Any) -> None:
    make_case(employer, state=State.REFUSED, lead=world.organisation("ARS Poitou"), entered_on=date(2026, 6, 1))


def _aid_under_way(world: World, employer: Any) -> None:
    carsat = world.organisation("Carsat Poitou")
    money = {"granted_cents": 100_000, "granted_on": date(2026, 2, 1), "noted_on": date(2026, 2, 1)}
    db.session.add(Aid(employer_id=employer.id, organisation_id=carsat.id, source="FIPU", **money))


def _followed_in_part(world: World, employer: Any) -> None:
    make_case(employer, employer.structures[0], lead=world.organisation("Carsat Poitou"))


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (_wait_until_next_year, "N’a pas donné suite le 01/06/2026"),
        (_aid_under_way, "Aide en cours : FIPU, Carsat Poitou"),
        (_followed_in_part, "Dossier ouvert à l’étape « Repéré », Carsat Poitou"),
    ],
)
def test_what_is_under_way_is_said_and_not_opened_unless_decided(
    world: World, campaign: TargetingCampaign, happens: Callable[[World, Any], None], words: str
) -> None:
    prepared(world, campaign)
    happens(world, world.employer("Association Libre"))
    db.session.commit()
    row = rows(world, campaign)["Association Libre"]
    assert (row.standing, [one.words for one in row.collisions]) == (OpeningStanding.TO_DECIDE, [words])
    press(world, campaign.id)
    assert not rows(world, campaign)["Association Libre"].opened
    choose(world, campaign, "Association Libre", choice=OpeningChoice.OPEN)
    assert press(world, campaign.id) == 1
    assert rows(world, campaign)["Association Libre"].opened and faults() == []


def test_cases_are_opened_as_one_is_and_once(world: World, campaign: TargetingCampaign) -> None:
    prepared(world, campaign)
    choose(world, campaign, "Ferme du Lac", choice=OpeningChoice.LEAVE)
    before = db.session.scalar(select(func.max(Case.id)))
    assert press(world, campaign.id) == 2
    assert press(world, campaign.id) == 0
    assert press(world, campaign.id) == 0
    opened = {case.employer.name: case for case in db.session.scalars(select(Case).where(Case.id > before))}
    assert opened.keys() == {"Mutuelle du Clain", "Association Libre"}
    assert faults() == [] and check().findings == []
    actor, twin = world.actor("referent"), make_employer("Association Jumelle", departement="86")
    make_structure(twin, "EHPAD Jumeau")
    db.session.flush()
    whose = get_employer(actor, twin.id)
    assert whose
    alone = open_case(
        whose,
        whose.structures,
        source=Source.TARGETING_LIST,
        motive="",
        leads=True,
        actor=actor,
        settings=get_deadlines(WORKFLOW),
        **WHEN,
    )
    db.session.commit()
    assert _facts(opened["Mutuelle du Clain"]) == _facts(alone)
    both = opened["Association Libre"]
    assert both.departement is None and len(both.structure_links) == 2


def _facts(case: Case) -> dict[str, Any]:
    """What is stored of a case, apart from who and what it is about."""
    own = {"id", "employer_id", "main_structure_id", "submission", "journal_digest", "lead_organisation_id", "version"}
    found: dict[str, Any] = {c.key: getattr(case, c.key) for c in Case.__table__.columns if c.key not in own}
    deadlines = db.session.scalars(select(CaseDeadline).where(CaseDeadline.case_id == case.id)).all()
    found["deadlines"] = [(one.rule, one.label, one.started_on, one.due_on, one.cycle) for one in deadlines]
    reminders = select(CaseReminder).where(CaseReminder.deadline_id.in_([one.id for one in deadlines]))
    found["reminders"] = sorted((one.offset, one.remind_on, one.cycle) for one in db.session.scalars(reminders))
    event = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id)).one()
    found["event"] = (event.kind, event.step, event.effective_on, event.facts, event.episode)
    found["officers"] = db.session.scalar(select(func.count()).where(CaseOfficer.case_id == case.id))
    found["links"] = [one.is_open for one in case.structure_links]
    return found


def test_two_coordinators_press_at_once(app: Flask, world: World, campaign: TargetingCampaign) -> None:
    prepared(world, campaign)
    make_user("autre", world.organisation("ARS Poitou"), is_coordinator=True)
    db.session.commit()
    number = campaign.id
    came = at_once(app, *(lambda who=who: press(World(), number, who) for who in ("coordinatrice", "autre")))
    assert sorted(came) == [0, 3], came
    assert faults() == [] and check().findings == []
    assert db.session.scalar(select(func.count()).where(Case.submission.like("ciblage-%"))) == 3


def test_an_opening_that_dies_leaves_nothing_and_is_done_again(world: World, campaign: TargetingCampaign) -> None:
    prepared(world, campaign)
    actor, number = world.actor("coordinatrice"), campaign.id
    found = get_campaign(actor, number, lock=True)
    assert found and actions.open_cases(found, actor=actor, settings={}, **WHEN) == 3
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(Case.submission.like("ciblage-%"))) == 0
    assert press(world, number) == 3


def test_everybody_concerned_has_one_mail_with_counts(world: World, campaign: TargetingCampaign) -> None:
    prepared(world, campaign)
    press(world, campaign.id)
    mails = [mail for mail in list_mails() if mail.template == "cases_opened"]
    told = {mail.user.email.partition("@")[0]: mail for mail in mails if mail.user}
    assert len(mails) == len(told)
    partner = db.session.scalars(select(CasePartner).join(Case).where(Case.submission.like("ciblage-%"))).one()
    assert partner.organisation.name == "MSA Poitou" and "msa" in told
    for name, mail in told.items():
        words = opened_for(world.user(name), mail.object_id, mail.cycle, today=TODAY)
        assert words and words.title == campaign.title and words.due_on == date(2027, 1, 23)
    assert opened_for(world.user("ailleurs"), campaign.id, 1, today=TODAY) is None


def test_nobody_else_opens_and_nothing_before_the_signatures(world: World, campaign: TargetingCampaign) -> None:
    for who in ("referent", "preventeur", "departement"):
        with pytest.raises(Forbidden):
            actions.prepare(campaign, actor=world.actor(who), **WHEN)
    for state in ListState:
        campaign.state = state
        if state is not ListState.SIGNED:
            with pytest.raises(Refused):
                actions.prepare(campaign, actor=world.actor("coordinatrice"), **WHEN)
    campaign.state, campaign.valid_until = ListState.SIGNED, date(2026, 12, 1)
    with pytest.raises(Refused):
        actor, late = world.actor("coordinatrice"), date(2026, 12, 2)
        actions.open_cases(campaign, actor=actor, settings={}, today=late, now=NOW)


def test_an_employer_found_to_be_public_is_not_led_by_the_carsat(world: World, campaign: TargetingCampaign) -> None:
    prepared(world, campaign)
    carsat = world.organisation("Carsat Poitou")
    choose(world, campaign, "Mutuelle du Clain", lead_id=carsat.id, officer_id=None)
    make_public(world.employer("Mutuelle du Clain"))
    db.session.commit()
    assert rows(world, campaign)["Mutuelle du Clain"].standing is OpeningStanding.NO_LEAD
    press(world, campaign.id)
    assert not db.session.scalar(
        select(func.count())
        .select_from(Case)
        .where(
            Case.source == Source.TARGETING_LIST, Case.lead_organisation_id == carsat.id, Case.submission.is_not(None)
        )
    )


def test_a_coordinator_of_the_caisse_opens_nothing_for_public_agents(world: World, campaign: TargetingCampaign) -> None:
    make_user("caisse", world.organisation("Carsat Poitou"), is_coordinator=True)
    db.session.commit()
    assert "CCAS de Niort" not in prepared(world, campaign, "caisse")


@pytest.mark.parametrize("size", [0, 60])
def test_opening_takes_as_many_statements_whatever_the_number(
    world: World, campaign: TargetingCampaign, statements: list[str], size: int
) -> None:
    from tests.targeting import add_lines

    add_lines(campaign, size * 5)  # a fifth of them are to be examined first
    db.session.commit()
    prepared(world, campaign)
    statements.clear()
    assert press(world, campaign.id) == 3 + size
    assert len(statements) == 31
    assert len(db.session.scalars(select(CaseStructure.structure_id)).all()) >= size
