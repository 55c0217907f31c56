"""Opening a case, and who leads it, who is in charge, who is invited, what each partner says."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.opening import invite_partner, name_lead, name_officers, open_case, tell_status
from app.extensions import db
from app.models import Case, CasePartner, EventKind, PartnerStatus, Priority, Sector, Source
from app.permissions import Actor
from app.queries.cases import get_case
from app.queries.employers import get_employer
from tests.actions.moves import LONG_AGO, TODAY, case_in, events, everything, morning, open_links, opened, take
from tests.factories import make_case, make_employer, make_organisation, make_structure, make_user
from tests.world import World
from workflows.core import Refused
from workflows.roles import Role
from workflows.support_case import State

WHEN: dict[str, Any] = {"today": TODAY, "now": morning(TODAY)}
COLUMNS = [column.key for column in Case.__table__.columns if not column.key.startswith("journal_")]
FOLLOWED = "{} est déjà suivi dans un dossier ouvert (chef de file : {}). Rapprochez-vous de cet organisme."


def seen(actor: Actor, case_id: int) -> Case:
    case = get_case(actor, case_id, lock=True)
    assert case, "out of sight"
    return case


# --- Opening ------------------------------------------------------------------------------------------


def test_an_open_case_has_a_lead_an_officer_a_deadline_and_a_first_line(world: World) -> None:
    actor, clain = world.actor("preventeur"), world.employer("Clain")
    make_structure(clain, "Accueil de jour")
    db.session.commit()
    case = opened(actor, clain.id, motive=" Courrier de la directrice ", submission="a" * 36)
    assert (case.state, case.episode, case.entered_on) == (State.IDENTIFIED, 1, TODAY)
    assert (case.lead_organisation_id, [o.user_id for o in case.officers]) == (actor.organisation_id, [actor.user_id])
    assert (case.due_on, case.due_label) == (date(2027, 1, 23), "Prendre contact")
    assert open_links(case.id) == [True, True]
    [event] = events(case.id)
    assert (event.kind, event.summary, event.motive) == (
        EventKind.OPENED,
        "Demande de l’employeur",
        "Courrier de la directrice",
    )
    assert (event.actor_id, event.organisation_id, event.case_version) == (
        actor.user_id,
        actor.organisation_id,
        case.version,
    )


def test_a_case_may_be_opened_without_a_lead_and_since_an_earlier_day(world: World) -> None:
    case = opened(world.actor("referent"), world.employer("Clain").id, leads=False, opened_on=LONG_AGO)
    assert (case.lead_organisation_id, case.officers) == (None, [])
    assert (case.entered_on, case.due_on) == (LONG_AGO, date(2026, 3, 6))
    assert case.last_step_on == TODAY


OPENINGS = (
    ("preventeur", "CCAS", True, Forbidden),
    ("preventeur", "CCAS", False, Forbidden),
    ("aract", "Tilleuls", True, Forbidden),
    ("prestataire", "Tilleuls", True, Forbidden),
    ("federation", "Tilleuls", True, Forbidden),
    ("directrice", "Tilleuls", False, Forbidden),
    ("preventeur", "Marais", True, Refused),
    ("referent", "CCAS", True, Refused),
    ("referent", "Tilleuls", False, Refused),
    ("preventeur", "Marais", False, None),
    ("referent", "Marais", True, None),
    ("departement", "Marais", True, None),
    ("preventeur", "Clain", True, None),
    ("referent", "Clain", True, None),
)
"""Who, on whom, as the lead: what comes of it. Les Tilleuls and the CCAS are followed; the Marais is to confirm."""


def test_who_may_open_a_case_on_whom(world: World, subtests: pytest.Subtests) -> None:
    before = everything()
    for name, employer, leads, expected in OPENINGS:
        with subtests.test(f"{name}, {employer}, {leads}"):
            actor, employer_id = world.actor(name), world.employer(employer).id
            if expected is None:
                take(actor, opened(actor, employer_id, leads=leads).id, "declare_out_of_scope")
                continue
            with pytest.raises(expected):
                opened(actor, employer_id, leads=leads)
            assert not db.session.new and not db.session.dirty
            assert everything() == before
        db.session.rollback()


def test_a_public_employer_is_never_led_by_the_carsat_nor_one_to_confirm(world: World) -> None:
    with pytest.raises(Refused) as refused:
        opened(world.actor("preventeur"), world.employer("Marais").id)
    assert [(reason.at, reason.why) for reason in refused.value.reasons] == [
        ("sector", "Le secteur de l’employeur reste à confirmer : public ou privé ?")
    ]
    world.employer("Marais").sector = Sector.PRIVATE
    db.session.commit()
    opened(world.actor("preventeur"), world.employer("Marais").id)


def test_a_structure_already_followed_is_refused_naming_the_lead_and_nothing_else(world: World) -> None:
    with pytest.raises(Refused) as refused:
        opened(world.actor("referent"), world.employer("Tilleuls").id)
    [reason] = refused.value.reasons
    assert (reason.at, reason.why) == ("structures", FOLLOWED.format("EHPAD Les Tilleuls", "Carsat Poitou"))
    take(world.actor("referent"), world.case("CCAS").id, "declare_out_of_scope")
    make_case(world.employer("CCAS"))
    db.session.commit()
    with pytest.raises(Refused, match="chef de file : à désigner"):
        opened(world.actor("referent"), world.employer("CCAS").id)


def test_each_structure_followed_elsewhere_is_named(world: World) -> None:
    clain = world.employer("Clain")
    free = make_structure(clain, "Accueil de jour")
    make_structure(clain, "SSIAD du Clain")
    db.session.commit()
    first = opened(world.actor("referent"), clain.id, [s for s in clain.structures if s is not free])
    with pytest.raises(Refused) as refused:
        opened(world.actor("preventeur"), clain.id)
    assert sorted(reason.why for reason in refused.value.reasons) == [
        FOLLOWED.format("EHPAD du Clain", "ARS Poitou"),
        FOLLOWED.format("SSIAD du Clain", "ARS Poitou"),
    ]
    db.session.rollback()
    second = opened(world.actor("preventeur"), clain.id, [free])
    assert {first.employer_id, second.employer_id} == {clain.id}, "disjoint scopes may both be open"


def test_a_case_needs_a_structure(world: World) -> None:
    actor = world.actor("referent")
    employer = get_employer(actor, world.employer("Clain").id)
    assert employer
    with pytest.raises(Unacceptable, match="au moins un établissement") as error:
        open_case(
            employer,
            [],
            source=Source.ALERT,
            motive="",
            leads=True,
            actor=actor,
            settings={},
            today=TODAY,
            now=morning(TODAY),
        )
    assert error.value.field == "structures"


# --- Lead and officers --------------------------------------------------------------------------------


def test_naming_another_lead_keeps_its_own_officers_only(world: World) -> None:
    case = world.case("Tilleuls")
    ars = world.organisation("ARS Poitou")
    case = seen(world.actor("coordinatrice"), case.id)
    version = case.version
    name_lead(case, ars, version=version, actor=world.actor("coordinatrice"), **WHEN)
    db.session.commit()
    assert (case.lead_organisation_id, case.officers, case.version) == (ars.id, [], version + 1)
    event = events(case.id)[-1]
    assert (event.kind, event.summary, event.case_version) == (EventKind.LEAD, "ARS Poitou", version + 1)


LEADS = (
    ("referent", "Tilleuls", "ARS Poitou", Forbidden),
    ("departement", "Tilleuls", "Département 79", Forbidden),
    ("directrice", "Tilleuls", "ARS Poitou", Forbidden),
    ("aract", "Tilleuls", "Aract Poitou", Forbidden),
    ("preventeur", "CCAS", "Carsat Poitou", Forbidden),
    ("coordinatrice", "Tilleuls", "Aract Poitou", Unacceptable),
    ("coordinatrice", "Tilleuls", "Fédération A", Unacceptable),
    ("coordinatrice", "CCAS", "Carsat Poitou", Refused),
    ("referent", "CCAS", "Carsat Poitou", Refused),
    ("preventeur", "Tilleuls", "ARS Poitou", None),
    ("coordinatrice", "Tilleuls", "Département 79", None),
    ("referent", "CCAS", "Département 79", None),
)
"""Who names whom as the lead of whose case: what comes of it. The Carsat leads for Les Tilleuls, the ARS the CCAS."""


def test_who_may_name_which_lead(world: World, subtests: pytest.Subtests) -> None:
    before = everything()
    for name, employer, organisation, expected in LEADS:
        with subtests.test(f"{name}, {employer}, {organisation}"):
            actor, body = world.actor(name), world.organisation(organisation)
            case = seen(actor, world.case(employer).id)
            if expected is None:
                name_lead(case, body, version=case.version, actor=actor, **WHEN)
                assert case.lead_organisation is body
            else:
                with pytest.raises(expected):
                    name_lead(case, body, version=case.version, actor=actor, **WHEN)
                assert not db.session.dirty
                assert everything() == before
        db.session.rollback()


def test_a_body_that_no_longer_exists_does_not_lead(world: World) -> None:
    case = seen(world.actor("coordinatrice"), world.case("CCAS").id)
    world.organisation("Département 79").is_active = False
    with pytest.raises(Unacceptable):
        name_lead(case, world.organisation("Département 79"), version=1, actor=world.actor("coordinatrice"), **WHEN)


def test_any_of_the_three_bodies_takes_the_lead_that_nobody_has(world: World) -> None:
    case_id = opened(world.actor("referent"), world.employer("Clain").id, leads=False).id
    actor = world.actor("preventeur")
    case = seen(actor, case_id)
    name_lead(case, world.organisation("Carsat Poitou"), version=case.version, actor=actor, **WHEN)
    db.session.commit()
    assert case.lead_kind is Role.CARSAT


def test_officers_are_agents_of_the_lead(world: World) -> None:
    colleague = make_user("collegue", world.organisation("Carsat Poitou"))
    gone = make_user("parti", world.organisation("Carsat Poitou"), job_title="contrôleur")
    gone.is_enabled = False
    db.session.commit()
    actor = world.actor("preventeur")
    case = seen(actor, world.case("Tilleuls").id)
    since = case.officers[0].since
    name_officers(case, {colleague.id, actor.user_id}, version=case.version, actor=actor, **WHEN)
    db.session.commit()
    assert {officer.user_id: officer.since for officer in case.officers} == {actor.user_id: since, colleague.id: TODAY}
    assert (case.version, events(case.id)[-1].summary) == (2, "Preventeur Testeur, Collegue Testeur")
    for stranger in (world.user("referent").id, gone.id):
        before = everything()
        with pytest.raises(Unacceptable, match="agent de l’organisme chef de file"):
            name_officers(case, {stranger}, version=case.version, actor=actor, **WHEN)
        assert everything() == before
    name_officers(case, set(), version=case.version, actor=actor, **WHEN)
    db.session.commit()
    assert (case.officers, events(case.id)[-1].summary) == ([], "personne")


def test_officers_come_after_the_lead(world: World) -> None:
    actor = world.actor("referent")
    case = opened(actor, world.employer("Clain").id, leads=False)
    with pytest.raises(Unacceptable, match="Désignez d’abord"):
        name_officers(seen(actor, case.id), {actor.user_id}, version=case.version, actor=actor, **WHEN)


@pytest.mark.parametrize("change", ["lead", "officers"])
def test_two_who_name_at_once_are_told_apart(world: World, change: str) -> None:
    actor = world.actor("coordinatrice")
    case = seen(actor, world.case("Tilleuls").id)
    shown = case.version
    acts: dict[str, Callable[[], Any]] = {
        "lead": lambda: name_lead(case, world.organisation("ARS Poitou"), version=shown, actor=actor, **WHEN),
        "officers": lambda: name_officers(case, set(), version=shown, actor=actor, **WHEN),
    }
    acts[change]()
    db.session.commit()
    assert case.version == shown + 1
    for again in acts.values():
        with pytest.raises(Stale):
            again()


# --- Partners -----------------------------------------------------------------------------------------


def test_an_invitation_gives_sight_of_the_case_once(world: World) -> None:
    funder = make_organisation(Role.FUNDER, "OPCO Santé", "79")
    make_user("opco", funder)
    db.session.commit()
    case_id, actor = world.case("Tilleuls").id, world.actor("preventeur")
    assert get_case(world.actor("opco"), case_id) is None
    for _ in range(2):
        partner = invite_partner(seen(actor, case_id), funder, actor=actor, **WHEN)
        db.session.commit()
    assert (partner.status, partner.priority) == (PartnerStatus.INFORMED, Priority.NORMAL)
    assert get_case(world.actor("opco"), case_id)
    assert [event.summary for event in events(case_id)] == ["OPCO Santé invité"]


def test_only_the_lead_or_the_coordinator_invites(world: World) -> None:
    for name in ("referent", "departement", "aract", "prestataire", "federation", "directrice"):
        case = seen(world.actor(name), world.case("Tilleuls").id)
        with pytest.raises(Forbidden, match="Les invitations reviennent"):
            invite_partner(case, world.organisation("ARS Poitou"), actor=world.actor(name), **WHEN)


def tell(world: World, name: str, employer: str, version: int, comment: str = " Visite prévue ") -> CasePartner:
    actor = world.actor(name)
    partner = tell_status(
        seen(actor, world.case(employer).id),
        PartnerStatus.ACTING,
        Priority.HIGH,
        comment,
        version=version,
        actor=actor,
        **WHEN,
    )
    db.session.commit()
    return partner


def test_a_status_is_information_that_never_moves_the_case(world: World) -> None:
    case = world.case("Tilleuls")
    before = {column: getattr(case, column) for column in COLUMNS}
    for name, shown in (("referent", 0), ("departement", 0), ("preventeur", 0), ("aract", 1), ("prestataire", 1)):
        actor = world.actor(name)
        partner = tell(world, name, "Tilleuls", shown)
        assert (partner.status, partner.priority) == (PartnerStatus.ACTING, Priority.HIGH)
        assert (partner.comment, partner.organisation_id) == ("Visite prévue", actor.organisation_id)
        event = events(case.id)[-1]
        assert event.summary == f"{actor.organisation_name} : intervient"
        assert (event.kind, event.to_state) == (EventKind.PARTNER, None)
    db.session.refresh(case)
    assert {column: getattr(case, column) for column in COLUMNS} == before


def test_two_colleagues_who_tell_at_once_are_told_apart(world: World) -> None:
    shown = tell(world, "aract", "Tilleuls", 1, "Première").version
    with pytest.raises(Stale) as stale:
        tell(world, "aract", "Tilleuls", 1, "Seconde")
    assert (stale.value.record.comment, stale.value.record.version) == ("Première", shown)
    db.session.rollback()
    with pytest.raises(Stale):
        tell(world, "aract", "Tilleuls", 0, "Seconde")
    db.session.rollback()
    assert tell(world, "aract", "Tilleuls", shown, "Seconde").comment == "Seconde"


def test_who_has_no_status_to_tell(world: World) -> None:
    before = everything()
    for name, employer in (("directrice", "Tilleuls"), ("federation", "Tilleuls"), ("preventeur", "CCAS")):
        with pytest.raises(Forbidden, match="Seuls les organismes présents"):
            tell(world, name, employer, 0)
        assert everything() == before


def test_a_former_lead_still_sees_the_case_of_its_territory_only(world: World) -> None:
    """A body elsewhere that led the case loses sight of it with the lead."""
    case = world.case("Garonne")
    case.lead_organisation = world.organisation("Carsat Poitou")
    db.session.commit()
    assert get_case(world.actor("preventeur"), case.id)
    case.lead_organisation = world.organisation("Carsat Gironde")
    db.session.commit()
    assert get_case(world.actor("preventeur"), case.id) is None


def test_a_case_on_several_employers_is_not_possible(world: World) -> None:
    actor = world.actor("referent")
    other = make_employer("Autre association", departement="86")
    stranger = make_structure(other, "EHPAD d’un autre")
    db.session.commit()
    with pytest.raises(Unacceptable, match="n’appartient pas"):
        opened(actor, world.employer("Clain").id, [stranger])


def test_closing_leaves_the_lead_and_the_officers(world: World) -> None:
    case = case_in(world, State.CLOSED)
    assert case.lead_organisation and case.lead_organisation.short_name == "ARS Poitou"
    assert [officer.user_id for officer in case.officers] == [world.user("referent").id]
