"""Signing a list: who has a place, who is named, what is answered and by whom, what a new version voids, the quorum."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.actions import targeting as lists
from app.actions import targeting_signatures as actions
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.targeting_signatures import AnswerTerms, SignatoryTerms
from app.actions.targeting_versions import freeze_list
from app.extensions import db
from app.models import (
    ConventionParty,
    JournalAction,
    JournalEntry,
    OutboxMail,
    TargetingAnswer,
    TargetingCampaign,
    TargetingLine,
    TargetingPart,
    User,
)
from app.queries import targeting_signatures as queries
from app.queries.targeting_signatures import Seat
from tests.targeting import NOW, make_frozen
from tests.world import World
from workflows.core import Refused
from workflows.roles import Role
from workflows.targeting_list import Answer, ListState, quorum_awaits
from workflows.targeting_proposals import Decision

AFTER, LATER = date(2026, 12, 16), NOW + timedelta(days=22)
SIGNERS = {
    "coordinatrice": "ARS Poitou", "preventeur": "Carsat Poitou", "departement": "Département 79",
    "federation": "Fédération A",
}  # fmt: skip


@pytest.fixture
def campaign(world: World) -> TargetingCampaign:
    """A frozen list: 027 and 029 lie in the Deux-Sèvres, 028 in the Vienne; 028 is of the federation."""
    return make_frozen(world, today=AFTER, now=LATER)


@pytest.fixture
def called(world: World, campaign: TargetingCampaign) -> TargetingCampaign:
    """The same, everybody named and called to sign."""
    for who in SIGNERS:
        name(world, campaign, who)
    take(world, campaign, "call")
    return campaign


def run(world: World) -> dict[str, Any]:
    return {"actor": world.actor("coordinatrice"), "today": AFTER, "now": LATER}


def refreeze(world: World, campaign: TargetingCampaign) -> None:
    freeze_list(campaign, version=campaign.version, **run(world))
    db.session.commit()


def take(world: World, campaign: TargetingCampaign, slug: str) -> None:
    actions.take_signing_step(campaign, slug, version=campaign.version, **run(world))
    db.session.commit()


def seat_of(campaign: TargetingCampaign, organisation: str) -> Seat:
    found = queries.list_seats(campaign, today=AFTER)
    return next(seat for seat in found if seat.signatory.organisation.name == organisation)


def name(world: World, campaign: TargetingCampaign, who: str, **given: Any) -> None:
    seat = seat_of(campaign, SIGNERS[who])
    terms = SignatoryTerms(world.user(who).id, "Direction", "Délégation du 2 mars")
    facts = {**run(world), "version": seat.signatory.version, **given}
    actions.name_signatory(campaign, seat, terms, **facts)
    db.session.commit()


def answer(world: World, campaign: TargetingCampaign, who: str, **given: Any) -> TargetingAnswer:
    last = queries.last_version(campaign)
    assert last
    told = {"answer": Answer.SIGNED, "reason": "", "is_confirmed": True, "number": last.number, "root": last.root}
    terms = AnswerTerms(**{**told, **{key: value for key, value in given.items() if key in told}})
    rest = {key: value for key, value in given.items() if key not in told}
    facts = {"actor": world.actor(who), "now": LATER, "address": "192.0.2.7", **rest}
    found = actions.sign(campaign, terms, **facts)
    db.session.commit()
    return found


def decide(world: World, campaign: TargetingCampaign, employer: str, decided: Decision) -> None:
    concerned = (TargetingLine.campaign_id == campaign.id, TargetingLine.employer_id == world.employer(employer).id)
    db.session.execute(update(TargetingLine).where(*concerned).values(decided=decided))


def amend(world: World, campaign: TargetingCampaign, change: Callable[[], None]) -> None:
    lists.take_step(campaign, "amend", "Une fermeture", version=campaign.version, **run(world))
    change()
    db.session.commit()
    refreeze(world, campaign)


def mails(rule: str) -> set[str]:
    """To whom mails of this rule are queued, by the first part of the address."""
    found = db.session.scalars(select(OutboxMail).where(OutboxMail.object_kind == actions.ABOUT)).all()
    return {
        db.session.get_one(User, mail.user_id).email.partition("@")[0]
        for mail in found
        if mail.rule.startswith(f"{rule} ")
    }


def standing(campaign: TargetingCampaign) -> dict[str, Answer]:
    return {row.organisation: row.answer for row in queries.signature_sheet(campaign, queries.last_version(campaign))}  # type: ignore[arg-type]


# --- Places and people --------------------------------------------------------------------------------------


def test_freezing_gives_a_place_to_the_bodies_of_the_territory_and_to_the_federations(
    world: World, campaign: TargetingCampaign
) -> None:
    seats = queries.list_seats(campaign, today=AFTER)
    department, federation = world.organisation("Département 79"), world.organisation("Fédération A")
    assert [(seat.signatory.organisation.name, seat.signatory.part, seat.is_open) for seat in seats] == [
        ("ARS Poitou", "", True),
        ("Carsat Poitou", "", True),
        ("Département 79", f"departement-{department.id}", True),
        ("Fédération A", f"federation-{federation.id}", True),
    ]
    with pytest.raises(Refused, match="Il manque un signataire"):
        take(world, campaign, "call")


def test_the_coordination_names_for_all_and_others_for_themselves_when_they_commit_it(
    world: World, campaign: TargetingCampaign
) -> None:
    name(world, campaign, "preventeur")
    assert seat_of(campaign, "Carsat Poitou").signatory.delegation == "Délégation du 2 mars"
    with pytest.raises(Forbidden):
        name(world, campaign, "federation", actor=world.actor("federation"))
    world.user("federation").capacities[0].is_administrator = True
    db.session.flush()
    name(world, campaign, "federation", actor=world.actor("federation"))
    with pytest.raises(Forbidden):
        name(world, campaign, "departement", actor=world.actor("federation"))
    with pytest.raises(Stale):
        name(world, campaign, "federation", version=1)
    stranger = SignatoryTerms(world.user("preventeur").id, "Direction", "")
    seat = seat_of(campaign, "ARS Poitou")
    with pytest.raises(Unacceptable, match="en poste dans cet organisme"):
        actions.name_signatory(campaign, seat, stranger, version=seat.signatory.version, **run(world))


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ({"suspended_on": AFTER}, "est suspendu"),
        ({"departs_on": AFTER}, "a quitté son poste"),
        ({"ends_on": AFTER - timedelta(days=1)}, "n’a plus accès"),
    ],
)
def test_a_signatory_who_left_is_said_and_keeps_the_list_from_being_called(
    world: World, campaign: TargetingCampaign, left: dict[str, date], said: str
) -> None:
    for who in ("coordinatrice", "preventeur", "federation"):
        name(world, campaign, who)
    for column, value in left.items():
        setattr(world.user("federation").capacities[0], column, value)
    db.session.commit()
    assert said in seat_of(campaign, "Fédération A").trouble
    with pytest.raises(Refused, match="Nommez une autre personne"):
        take(world, campaign, "call")
    assert campaign.state is ListState.FROZEN


# --- Answers ------------------------------------------------------------------------------------------------


def test_each_answers_for_its_part_and_the_sheet_tells_it(world: World, called: TargetingCampaign) -> None:
    assert mails("call 1") == set(SIGNERS)
    answer(world, called, "coordinatrice")
    answer(world, called, "departement", answer=Answer.RESERVED, reason=" Le calendrier est court. ")
    answer(world, called, "federation", answer=Answer.REFUSED, reason="Deux employeurs sont en crise.")
    version = queries.last_version(called)
    assert version
    rows = {row.organisation: row for row in queries.signature_sheet(called, version)}
    department = rows["Département 79"]
    assert (department.kind, department.person, department.function) == (
        Role.DEPT,
        "Departement Test",
        "Direction",
    ) or (department.function == "Direction")
    assert (department.answer, department.reason) == (Answer.RESERVED, "Le calendrier est court.")
    assert (department.answered_at, department.address) == (LATER, "192.0.2.7")
    assert (department.number, department.root) == (1, version.root)
    texts = {part.key: part.digest for part in version.parts}
    own = f"departement-{world.organisation('Département 79').id}"
    assert dict(department.read) == {key: texts[key] for key in ("methode", own)}
    assert dict(rows["ARS Poitou"].read) == texts
    assert (rows["Carsat Poitou"].answer, rows["Carsat Poitou"].answered_at) == (Answer.AWAITED, None)
    actions_told = [entry.action for entry in db.session.scalars(select(JournalEntry))]
    assert actions_told.count(JournalAction.TARGETING_ANSWERED) == 3


def test_a_double_click_and_two_tabs_are_one_answer_and_a_change_of_mind_another(
    world: World, called: TargetingCampaign
) -> None:
    first = answer(world, called, "federation", submission="a")
    assert answer(world, called, "federation", submission="a").id == first.id
    assert answer(world, called, "federation", submission="b").id == first.id
    again = answer(world, called, "federation", submission="c", answer=Answer.REFUSED, reason="Après réflexion.")
    assert again.id != first.id and (first.voided_at, first.voided_parts) == (LATER, [])
    assert standing(called)["Fédération A"] is Answer.REFUSED
    assert answer(world, called, "federation", submission="a").id == first.id
    assert standing(called)["Fédération A"] is Answer.REFUSED


@pytest.mark.parametrize(
    ("given", "error", "why"),
    [
        ({"number": 9}, Refused, "a remplacé celle que vous lisiez"),
        ({"root": "0" * 64}, Refused, "a remplacé celle que vous lisiez"),
        ({"now": NOW}, Refused, "L’horloge du serveur"),
        ({"answer": Answer.REFUSED}, Unacceptable, "la raison de votre refus"),
        ({"answer": Answer.RESERVED, "reason": " "}, Unacceptable, "la raison de votre réserve"),
        ({"answer": Answer.AWAITED}, Unacceptable, "Choisissez une réponse"),
        ({"is_confirmed": False}, Unacceptable, "Cochez la case"),
    ],
)
def test_what_keeps_from_signing_is_said_and_nothing_is_kept(
    world: World, called: TargetingCampaign, given: dict[str, Any], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        answer(world, called, "preventeur", **given)
    assert db.session.scalars(select(TargetingAnswer)).all() == []


def test_nobody_signs_for_another_nor_what_is_not_called_nor_an_altered_text(
    world: World, called: TargetingCampaign
) -> None:
    with pytest.raises(Forbidden):
        answer(world, called, "referent")  # of the ARS, and not the one who is named
    with pytest.raises(Forbidden):
        answer(world, called, "ailleurs")
    own = f"federation-{world.organisation('Fédération A').id}"
    db.session.execute(update(TargetingPart).where(TargetingPart.key == own).values(text="{}"))
    db.session.expire_all()
    for who in ("federation", "coordinatrice"):
        with pytest.raises(Refused, match="ne sont plus ceux"):
            answer(world, called, who)
    answer(world, called, "departement")  # whose own texts are whole
    lists.take_step(called, "amend", "Une fermeture", version=called.version, **run(world))
    with pytest.raises(Refused, match="rouverte"):
        answer(world, called, "preventeur")


# --- The next version ---------------------------------------------------------------------------------------


def signed_by_all(world: World, called: TargetingCampaign) -> None:
    for who in SIGNERS:
        answer(world, called, who)


@pytest.mark.parametrize(
    ("employer", "decided", "voided"),
    [
        ("Association 029", Decision.WITHDRAWN, {"coordinatrice", "preventeur", "departement"}),
        ("Association 026", Decision.FIRST, {"coordinatrice", "preventeur"}),
        ("Association 002", Decision.FIRST, {"coordinatrice", "preventeur", "federation"}),
    ],
    ids=["one of the Deux-Sèvres", "one of the Vienne", "a member"],
)
def test_a_change_voids_the_answers_whose_own_text_changed_and_the_others_hold(
    world: World, called: TargetingCampaign, employer: str, decided: Decision, voided: set[str]
) -> None:
    signed_by_all(world, called)
    amend(world, called, lambda: decide(world, called, employer, decided))
    found = {who for who in SIGNERS if standing(called)[SIGNERS[who]] is Answer.AWAITED}
    assert found == voided == mails("voided 2")
    kept = db.session.scalars(select(TargetingAnswer).where(TargetingAnswer.voided_at.is_not(None))).all()
    assert len(kept) == len(voided) and all(one.voided_parts for one in kept)
    take(world, called, "call")
    assert mails("call 2") == voided
    for who in voided:
        answer(world, called, who)
    take(world, called, "conclude")
    assert called.state is ListState.SIGNED


def test_the_method_changed_everybody_signs_again(world: World, called: TargetingCampaign) -> None:
    signed_by_all(world, called)
    amend(world, called, lambda: setattr(called, "meeting", "ARS, Carsat, département 86"))
    assert set(standing(called).values()) == {Answer.AWAITED}
    found = db.session.scalars(select(TargetingAnswer)).all()
    assert {tuple(one.voided_parts) for one in found} == {("methode",)}


def test_a_federation_without_members_on_the_next_version_is_not_awaited_any_more(
    world: World, called: TargetingCampaign
) -> None:
    signed_by_all(world, called)
    amend(world, called, lambda: decide(world, called, "Association 028", Decision.WITHDRAWN))
    assert "Fédération A" not in standing(called) and mails("voided 2") >= {"federation"}
    amend(world, called, lambda: decide(world, called, "Association 028", Decision.FIRST))
    assert standing(called)["Fédération A"] is Answer.AWAITED


# --- The quorum ---------------------------------------------------------------------------------------------


def test_the_list_is_signed_at_quorum_and_not_before(world: World, called: TargetingCampaign) -> None:
    for who in ("coordinatrice", "preventeur", "departement"):
        with pytest.raises(Refused, match="Le quorum n’est pas atteint"):
            take(world, called, "conclude")
        answer(world, called, who)
    awaited = queries.signatures_awaited(queries.list_seats(called, today=AFTER))
    assert quorum_awaits(called.quorum, awaited) == ["encore 1 fédération"]
    answer(world, called, "federation", answer=Answer.RESERVED, reason="Sous réserve.")
    take(world, called, "conclude")
    assert called.state is ListState.SIGNED
    with pytest.raises(Refused, match="closes"):
        answer(world, called, "federation", answer=Answer.REFUSED, reason="Trop tard.")


def test_who_reads_no_list_is_not_awaited_and_says_why_it_cannot_be_named(
    world: World, campaign: TargetingCampaign
) -> None:
    federation = world.organisation("Fédération A").id
    party = (ConventionParty.organisation_id == federation,)
    db.session.execute(update(ConventionParty).where(*party).values(left_on=AFTER))
    db.session.expire_all()
    assert not seat_of(campaign, "Fédération A").is_open
    with pytest.raises(Refused, match="Aucune convention en vigueur"):
        name(world, campaign, "federation")
    assert len(queries.signatures_awaited(queries.list_seats(campaign, today=AFTER))) == 3


def test_the_desk_knows_whose_part_is_to_be_signed(world: World, called: TargetingCampaign) -> None:
    assert [one.id for one in queries.list_to_sign(world.actor("federation"))] == [called.id]
    assert list(queries.list_to_sign(world.actor("referent"))) == []
    answer(world, called, "federation")
    assert list(queries.list_to_sign(world.actor("federation"))) == []
