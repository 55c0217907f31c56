"""What somebody may do, lent for a time: never wider than what its giver holds on the day, and never further."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta
from types import SimpleNamespace as Someone
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.actions.outbox import Claimed
from app.auth import actor_of
from app.extensions import db
from app.jobs import letters
from app.models import Capacity, Delegation, JournalAction, JournalEntry, OutboxMail
from app.queries.people import list_administrators
from app.queries.users import get_user
from tests.conftest import NOW, TODAY
from tests.factories import make_case, make_user
from tests.pages import Browser, Page
from tests.views.together import at_once
from tests.world import World

Browse = Callable[[str], Browser]
NEW, PEOPLE = "/compte/delegations/nouvelle", "/organisme/personnes"
DAYS: dict[str, Any] = {"starts_on": "2026-11-24", "ends_on": "2026-12-04"}


@pytest.fixture
def carsat(world: World) -> Someone:
    """A head who holds everything, a colleague of one département, a case of the other one opened by an ARS."""
    organisation = world.organisation("Carsat Poitou")
    head = make_user("cheffe", organisation, is_coordinator=True, is_administrator=True)
    colleague = make_user("etroite", organisation, own_departements="79")
    case = make_case(world.employer("Clain"), lead=world.organisation("ARS Poitou"))
    db.session.commit()
    return Someone(
        id=organisation.id,
        head=head.capacities[0].id,
        head_user=head.id,
        colleague=colleague.capacities[0].id,
        colleague_user=colleague.id,
        other=world.user("preventeur").capacities[0].id,
        case=case.id,
    )


def post(number: int) -> Capacity:
    db.session.expire_all()
    return db.session.get_one(Capacity, number)


def lend(carsat: Someone, giver: str = "head", receiver: str = "colleague", **values: Any) -> Delegation:
    values = {"starts_on": TODAY, "ends_on": TODAY + timedelta(10), "departements": "86", **values}
    people = {"giver_id": post(getattr(carsat, giver)).user_id, "receiver_id": post(getattr(carsat, receiver)).user_id}
    lent = Delegation(organisation_id=carsat.id, **people, **values)
    db.session.add(lent)
    db.session.commit()
    return lent


def plain(page: Page) -> str:
    return page.main.replace("\u00a0", " ")


def mails(prefix: str) -> list[OutboxMail]:
    return list(
        db.session.scalars(select(OutboxMail).where(OutboxMail.rule.startswith(prefix)).order_by(OutboxMail.id))
    )


def words(mail: OutboxMail) -> str:
    claimed = Claimed(**{known.name: getattr(mail, known.name) for known in fields(Claimed)})
    return letters.write(claimed, now=NOW).letter.text.replace("\u00a0", " ").replace("\n", " ")


def test_lent_departements_open_and_close_by_their_dates(carsat: Someone, browse: Browse) -> None:
    head, colleague = browse("cheffe"), browse("etroite")
    assert colleague.get(f"/dossiers/{carsat.case}").status == 404
    sent = {**DAYS, "starts_on": "2026-11-25"}
    answer = head.fill(NEW, receiver=carsat.colleague, departements=["79", "86"], **sent)
    assert answer.location == "/compte#delegations"
    for page, other in ((head.get("/compte"), "À Etroite"), (colleague.get("/compte"), "De Cheffe")):
        assert f"{other} Testeur : 86 Vienne" in plain(page)
        assert "Du 25 novembre 2026 au 4 décembre 2026" in plain(page)
    found = {}
    for day in (0, 1, 10, 11):
        with time_machine.travel(NOW + timedelta(days=day, hours=1)):
            found[day] = browse("etroite").get(f"/dossiers/{carsat.case}").status
    assert found == {0: 404, 1: 200, 10: 200, 11: 404}
    told = {mail.user_id: words(mail) for mail in mails("delegation_given")}
    assert set(told) == {carsat.head_user, carsat.colleague_user}
    for text in told.values():
        assert "Cheffe Testeur à Etroite Testeur, du 25 novembre 2026 au 4 décembre 2026" in text and "/compte" in text
    entries = select(JournalEntry).where(JournalEntry.action == JournalAction.DELEGATION_GIVEN)
    assert len(db.session.scalars(entries).all()) == 1


def _suspend(giver: Capacity) -> None:
    giver.suspended_on = TODAY


def _depart(giver: Capacity) -> None:
    giver.departs_on = TODAY


def _end(giver: Capacity) -> None:
    giver.ends_on = TODAY - timedelta(1)


def _disable(giver: Capacity) -> None:
    giver.user.is_enabled = False


def _narrow(giver: Capacity) -> None:
    giver.own_departements = "79"
    giver.is_coordinator = giver.is_administrator = False


@pytest.mark.parametrize("loses", [_suspend, _depart, _end, _disable, _narrow])
def test_it_is_never_worth_more_than_what_its_giver_holds_now(
    carsat: Someone, browse: Browse, loses: Callable[[Capacity], None]
) -> None:
    lend(carsat, is_coordinator=True, is_administrator=True)
    colleague = browse("etroite")
    held = [colleague.get(page).status for page in (f"/dossiers/{carsat.case}", PEOPLE, "/conventions/nouvelle")]
    assert held == [200, 200, 200]
    loses(post(carsat.head))
    db.session.commit()
    held = [colleague.get(page).status for page in (f"/dossiers/{carsat.case}", PEOPLE, "/conventions/nouvelle")]
    assert held == [404, 403, 403]
    managers = list_administrators(carsat.id, today=TODAY)
    assert carsat.colleague_user not in [user.id for user in managers]


@pytest.mark.parametrize(
    ("lent", "held"),
    [
        ({}, ({"79", "86"}, False, False)),
        ({"departements": ""}, ({"79"}, False, False)),
        ({"departements": "33 86"}, ({"79", "86"}, False, False)),
        ({"starts_on": TODAY + timedelta(1)}, ({"79"}, False, False)),
        ({"starts_on": TODAY - timedelta(9), "ends_on": TODAY}, ({"79", "86"}, False, False)),
        ({"starts_on": TODAY - timedelta(9), "ends_on": TODAY - timedelta(1)}, ({"79"}, False, False)),
        ({"revoked_on": TODAY}, ({"79"}, False, False)),
        ({"departements": "", "is_coordinator": True}, ({"79"}, True, False)),
        ({"departements": "", "is_administrator": True}, ({"79"}, False, True)),
    ],
)
def test_what_the_actor_holds(carsat: Someone, lent: dict[str, Any], held: tuple[set[str], bool, bool]) -> None:
    lend(carsat, **lent)
    db.session.expire_all()
    user = get_user(carsat.colleague_user)
    assert user
    actor = actor_of(user, user.capacities[0])
    assert (set(actor.territory), actor.is_coordinator, actor.is_administrator) == held
    assert actor.lent == {
        name for name, is_held in zip(("is_coordinator", "is_administrator"), held[1:], strict=True) if is_held
    }
    assert (carsat.colleague_user in [one.id for one in list_administrators(carsat.id, today=TODAY)]) is held[2]


def test_whoever_is_on_the_way_out_holds_nothing_lent(carsat: Someone) -> None:
    lend(carsat, is_administrator=True)
    post(carsat.colleague).departs_on = TODAY
    db.session.commit()
    user = get_user(carsat.colleague_user)
    assert user
    actor = actor_of(user, user.capacities[0])
    assert (set(actor.territory), actor.is_administrator, actor.is_read_only) == ({"79"}, False, True)


def test_what_was_lent_is_not_lent_further(carsat: Someone, browse: Browse) -> None:
    lend(carsat, is_administrator=True, is_coordinator=True)
    third = make_user("tierce", post(carsat.head).organisation, own_departements="79")
    db.session.commit()
    number = third.capacities[0].id
    colleague = browse("etroite")
    form = colleague.get(NEW)
    assert form.tree.xpath("//input[@name='departements']/@value") == ["79"]
    assert form.tree.xpath("//input[@name='is_administrator']") == []
    refused = colleague.send(NEW, receiver=number, departements=["86"], **DAYS)
    assert refused.status == 422
    carsat.third = number
    lend(carsat, "colleague", "third", is_administrator=True)
    assert browse("tierce").get(f"/dossiers/{carsat.case}").status == 404
    assert browse("tierce").get(PEOPLE).status == 403


def test_a_lent_administration_does_not_make_itself_last(carsat: Someone, browse: Browse) -> None:
    lend(carsat, is_administrator=True)
    colleague = browse("etroite")
    own = colleague.fill(f"{PEOPLE}/{carsat.colleague}/modifier", is_administrator="y")
    assert own.status == 422 and "par délégation" in own.errors()[0]
    other = colleague.fill(f"{PEOPLE}/{carsat.other}/modifier", is_administrator="y")
    assert other.status == 422 and "par délégation" in other.errors()[0]
    new = {"email": "lou@carsat.example", "given_name": "Lou", "family_name": "Martin"}
    assert colleague.fill(f"{PEOPLE}/inviter", **new, is_coordinator="y").status == 422
    assert colleague.fill(f"{PEOPLE}/inviter", **new).status == 302
    given = colleague.fill(f"{PEOPLE}/{carsat.head}/delegations/nouvelle", receiver=carsat.other, **DAYS)
    assert given.status == 403
    assert colleague.fill(f"{PEOPLE}/{carsat.other}/modifier", job_title="ergonome").status == 302


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"ends_on": "2026-11-20"}, "La fin précède le début."),
        ({"starts_on": "2026-10-01", "ends_on": "2026-11-20"}, "déjà passées"),
        ({"ends_on": "2027-06-30"}, "Six mois au plus"),
        ({"ends_on": "31/02/2027"}, "Cette date n’existe pas"),
        ({"departements": []}, "au moins une chose"),
        ({"departements": ["79"]}, "au moins une chose"),
        ({"departements": ["33"]}, "choix"),
        ({"receiver": "999999"}, "choix"),
    ],
)
def test_what_cannot_be_is_said_and_stays_typed(
    carsat: Someone, browse: Browse, sent: dict[str, Any], error: str
) -> None:
    page = browse("cheffe").fill(NEW, **{"receiver": carsat.colleague, "departements": ["86"], **DAYS, **sent})
    assert page.status == 422 and any(error in line for line in page.errors()), page.errors()
    assert page.fields()["starts_on"] == sent.get("starts_on", DAYS["starts_on"])
    assert page.fields()["ends_on"] == sent.get("ends_on", DAYS["ends_on"])


def test_two_clicks_two_tabs_and_a_second_one(carsat: Someone, browse: Browse) -> None:
    tabs = [browse("cheffe"), browse("cheffe")]
    sent = {"receiver": carsat.colleague, "departements": "86", **DAYS}
    assert sorted(answer.status for answer in at_once(tabs, NEW, sent)) == [302, 422]
    again = tabs[0].fill(NEW, **sent)
    assert "court du 24/11/2026 au 04/12/2026 : mettez-y fin d’abord" in again.errors()[0]
    page = {**tabs[0].get(NEW).fields(), **sent, "starts_on": "2026-12-10", "ends_on": "2026-12-12"}
    assert [tabs[0].send(NEW, page).status for _ in range(2)] == [302, 302]
    assert len(db.session.scalars(select(Delegation)).all()) == 2


@pytest.mark.parametrize("who", ["cheffe", "etroite", "gestionnaire"])
def test_it_is_taken_back_at_any_time_and_both_are_told(carsat: Someone, browse: Browse, who: str) -> None:
    make_user("gestionnaire", post(carsat.head).organisation, is_administrator=True)
    lent = lend(carsat).id
    colleague = browse("etroite")
    assert colleague.get(f"/dossiers/{carsat.case}").status == 200
    own = f"/compte/delegations/{lent}/fin"
    address = own if who != "gestionnaire" else f"{PEOPLE}/{carsat.colleague}/delegations/{lent}/fin"
    assert browse("preventeur").send(own).status == 404
    assert [browse(who).send(address).status for _ in range(2)] == [302, 302]
    assert colleague.get(f"/dossiers/{carsat.case}").status == 404
    told = mails("delegation_revoked")
    assert {mail.user_id for mail in told} == {carsat.head_user, carsat.colleague_user} and len(told) == 2
    assert "a pris fin le 24 novembre 2026" in words(told[0])
    with pytest.raises(letters.NoReason):
        given = OutboxMail(**{one.name: getattr(told[0], one.name) for one in fields(Claimed)})
        given.rule = f"delegation_given {NOW.isoformat()}"
        words(given)


def test_both_pages_the_list_and_the_review_say_it(carsat: Someone, browse: Browse) -> None:
    lend(carsat, is_coordinator=True)
    head = browse("cheffe")
    said = "par délégation de Cheffe Testeur jusqu’au 04/12/2026 : 86 Vienne, coordination"
    assert said in head.get(PEOPLE).main
    assert said in head.get("/organisme/habilitations").main
    assert "À Etroite Testeur : 86 Vienne, coordination" in plain(head.get(f"{PEOPLE}/{carsat.head}"))
    assert "De Cheffe Testeur : 86 Vienne, coordination" in plain(head.get(f"{PEOPLE}/{carsat.colleague}"))
    make_user("gestionnaire", post(carsat.head).organisation, is_administrator=True)
    post(carsat.head).suspended_on = TODAY
    db.session.commit()
    boss = browse("gestionnaire")
    assert "sans effet" in boss.get(f"{PEOPLE}/{carsat.colleague}").main and said not in boss.get(PEOPLE).main


def test_whoever_manages_the_access_lends_for_somebody(carsat: Someone, browse: Browse) -> None:
    boss, home = browse("cheffe"), f"{PEOPLE}/{carsat.other}"
    answer = boss.fill(f"{home}/delegations/nouvelle", receiver=carsat.colleague, departements=["86"], **DAYS)
    assert answer.location == home
    assert browse("etroite").get(f"/dossiers/{carsat.case}").status == 200
    assert browse("etroite").get(f"{home}/delegations/nouvelle").status == 403


def test_it_costs_no_statement_more(carsat: Someone, browse: Browse, statements: list[str]) -> None:
    def cost() -> int:
        statements.clear()
        person.get("/aide")
        return len(statements)

    person = browse("preventeur")
    before = cost()
    for number in range(5):
        lend(carsat, receiver="other", starts_on=date(2026, 1, 1 + number), departements="86")
    assert cost() == before
