"""The outbox meets a real mail server: what is said, to whom, once, and what happens when it is not there."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.actions import magic_links, notices, sessions
from app.actions.cases import StepTaken, advance
from app.actions.deadlines import answer_deadlines, plan_deadlines
from app.extensions import db
from app.jobs.mails import Fate, Round, queue_due_reminders, send_waiting_mails
from app.models import LinkPurpose, MagicLink, OutboxMail, SignInWay, User
from app.queries.cases import get_case
from tests.conftest import NOW, TODAY
from tests.factories import make_user
from tests.mail_server import MailServer, mail_server
from tests.outbox import list_mails, make_deadline, make_mails, recipients
from tests.world import World

DUE = TODAY + timedelta(days=15)


def hours_later(hours: int) -> Callable[[], datetime]:
    return lambda: NOW + timedelta(hours=hours)


def queue_reminder(world: World) -> OutboxMail:
    make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY))
    db.session.commit()
    assert queue_due_reminders() == 1
    (mail,) = list_mails()
    return mail


def fates(done: Round) -> dict[str, int]:
    return {fate.name: count for fate, count in done.fates.items()}


def test_a_reminder_arrives(world: World, post: MailServer) -> None:
    queue_reminder(world)
    assert fates(send_waiting_mails()) == {"SENT": 1}
    (received,) = post.received
    case = world.case("Tilleuls")
    assert received["To"] == "Preventeur Testeur <preventeur@test.example>"
    subject = "EHPAD Les Tilleuls : obtenir une réponse de l’employeur, échéance le 9\u00a0décembre\u00a02026"
    assert received["Subject"] == subject
    for part in ("plain", "html"):
        body = received.get_body((part,))
        assert body
        words = body.get_content()
        for expected in (
            "Bonjour Preventeur,",
            "EHPAD Les Tilleuls (Niort)",
            f"{case.reference}, Association Les Tilleuls",
            "9\u00a0décembre\u00a02026, dans 15\u00a0jours",
            f"http://127.0.0.1:8000/dossiers/{case.id}",
            "parce que vous suivez ce dossier",
        ):
            assert expected in words
        assert "précédent" not in words
    (mail,) = list_mails()
    assert mail.sent_at and mail.subject == subject and mail.body and "Bonjour Preventeur" in mail.body
    assert (mail.attempts, mail.last_error) == (1, None)
    assert fates(send_waiting_mails()) == {}
    assert len(post.received) == 1


def test_the_second_reminder_recalls_the_first(world: World, post: MailServer) -> None:
    make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY), (0, DUE))
    db.session.commit()
    queue_due_reminders()
    send_waiting_mails()
    queue_due_reminders(now=hours_later(15 * 24))
    send_waiting_mails(now=hours_later(15 * 24))
    text = post.received[1].get_body(("plain",))
    assert text and "précédent vous a été envoyé le 24\u00a0novembre\u00a02026" in text.get_content()
    assert "c’est aujourd’hui" in text.get_content()
    assert len(set(post.identifiers)) == 2


def test_a_coordinator_reads_why(world: World, post: MailServer) -> None:
    world.user("preventeur").is_enabled = False
    queue_reminder(world)
    send_waiting_mails()
    text = post.received[0].get_body(("plain",))
    assert post.recipients == ["coordinatrice@test.example"]
    assert text and "parce que vous coordonnez le territoire" in text.get_content()


def _ended(world: World) -> None:
    world.case("Tilleuls").deadlines[0].ended_on = TODAY


def _step(world: World, step: str, **facts: date) -> None:
    actor = world.actor("preventeur")
    case = get_case(actor, world.case("Tilleuls").id, lock=True)
    assert case
    taken = StepTaken(motive="Travaux dans l’établissement.", facts=facts)
    advance(case, step, taken, version=case.version, actor=actor, today=TODAY, now=NOW, settings={})


def _moved(world: World) -> None:
    _step(world, "start_diagnostic", employer_agreed_on=TODAY, cse_informed_on=TODAY)


def _suspended(world: World) -> None:
    _step(world, "suspend")


def _suspended_and_resumed(world: World) -> None:
    _step(world, "suspend")
    db.session.flush()
    _step(world, "resume")


def _closed(world: World) -> None:
    _step(world, "refuse")


@pytest.mark.parametrize("happens", [_ended, _moved, _suspended, _suspended_and_resumed, _closed])
def test_a_mail_without_reason_any_more_never_leaves(
    world: World, post: MailServer, happens: Callable[[World], None]
) -> None:
    queue_reminder(world)
    happens(world)
    db.session.commit()
    assert fates(send_waiting_mails()) == {"CANCELLED": 1}
    assert post.received == []
    mail = list_mails()[0]
    assert mail.cancelled_at and mail.last_error == "l’échéance ne court plus"


def test_whoever_has_done_it_is_not_reminded(world: World, post: MailServer) -> None:
    case = world.case("Garonne")
    plan_deadlines(case, TODAY - timedelta(days=45), today=TODAY - timedelta(days=45), settings={})
    db.session.commit()
    assert queue_due_reminders() == 1
    answer_deadlines(case, ("exchange",), TODAY, today=TODAY, settings={})
    db.session.commit()
    assert fates(send_waiting_mails()) == {"CANCELLED": 1}
    assert queue_due_reminders(now=hours_later(24 * 20)) == 0
    assert post.received == []


def _disabled(world: World) -> None:
    world.user("preventeur").is_enabled = False


def _gone(world: World) -> None:
    world.user("preventeur").capacities[0].ends_on = TODAY - timedelta(days=1)


def _replaced(world: World) -> None:
    world.case("Tilleuls").officers = []


@pytest.mark.parametrize("happens", [_disabled, _gone, _replaced])
def test_a_mail_for_somebody_gone_is_for_another(
    world: World, post: MailServer, happens: Callable[[World], None]
) -> None:
    queue_reminder(world)
    happens(world)
    db.session.commit()
    assert fates(send_waiting_mails()) == {"CANCELLED": 1}
    assert queue_due_reminders(now=hours_later(1)) == 1
    assert fates(send_waiting_mails(now=hours_later(1))) == {"SENT": 1}
    assert post.recipients == ["coordinatrice@test.example"]
    assert recipients() == [("reply-15", "Coordinatrice"), ("reply-15", "Preventeur")]


def test_the_server_is_down_then_up(world: World, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    user, case = world.user("preventeur"), world.case("Tilleuls")
    make_mails(12, user, case, DUE)
    db.session.commit()
    with mail_server() as server:
        port = int(server.url.rpartition(":")[2])
    monkeypatch.setitem(app.config, "SMTP_URL", server.url)
    for _ in range(5):
        done = send_waiting_mails()
        assert "ConnectionRefusedError" in done.server_error and not done.fates
    assert {(mail.attempts, mail.claimed_at, mail.sent_at) for mail in list_mails()} == {(0, None, None)}
    with mail_server(port) as server:
        assert fates(send_waiting_mails()) == {"SENT": 12}
        assert len(set(server.identifiers)) == len(server.identifiers) == 12


def test_the_server_goes_away_in_the_middle(world: World, post: MailServer) -> None:
    make_mails(6, world.user("preventeur"), world.case("Tilleuls"), DUE)
    db.session.commit()
    post.answer = lambda address: "421 maintenance" if len(post.received) == 2 else "250 ok"
    done = send_waiting_mails()
    assert fates(done) == {"SENT": 2} and "421" in done.server_error
    mails = list_mails()
    assert [mail.attempts for mail in mails] == [1, 1, 1, 0, 0, 0]
    assert mails[2].last_error and mails[2].claimed_at is None
    post.answer = lambda address: "250 ok"
    assert fates(send_waiting_mails(now=hours_later(1))) == {"SENT": 4}
    assert len(set(post.identifiers)) == len(post.identifiers) == 6


def test_a_refused_address_is_given_up_and_harms_nobody_else(world: World, post: MailServer) -> None:
    case = world.case("Tilleuls")
    make_mails(1, world.user("preventeur"), case, DUE)
    make_mails(1, world.user("coordinatrice"), case, DUE)
    db.session.commit()
    post.answer = lambda address: "550 inconnu" if address.startswith("preventeur") else "250 ok"
    assert fates(send_waiting_mails()) == {"PUT_OFF": 1, "SENT": 1}
    outcomes = [fates(send_waiting_mails(now=hours_later(hour))) for hour in range(1, 6)]
    assert outcomes == [{"PUT_OFF": 1}] * 3 + [{"GIVEN_UP": 1}, {}]
    refused = list_mails()[0]
    assert refused.cancelled_at and refused.last_error == "550 inconnu" and refused.attempts == 5


def test_a_busy_server_is_asked_again_without_end(world: World, post: MailServer) -> None:
    make_mails(1, world.user("preventeur"), world.case("Tilleuls"), DUE)
    db.session.commit()
    post.answer = lambda address: "450 occupé"
    assert [fates(send_waiting_mails(now=hours_later(7 * n))) for n in range(10)] == [{"PUT_OFF": 1}] * 10
    post.answer = lambda address: "250 ok"
    assert fates(send_waiting_mails(now=hours_later(80))) == {"SENT": 1}


def test_a_mail_that_cannot_be_written_holds_nobody_back(world: World, post: MailServer) -> None:
    broken, _ = make_mails(2, world.user("preventeur"), world.case("Tilleuls"), DUE)
    broken.template = "absent"
    db.session.commit()
    assert fates(send_waiting_mails()) == {"PUT_OFF": 1, "SENT": 1}
    assert list_mails()[0].last_error == "écriture impossible (KeyError)"


@pytest.mark.parametrize("url", ["", "http://relais", "smtp://jalon:secret@relais:port"])
def test_a_wrong_address_of_the_server_loses_nothing(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setitem(app.config, "SMTP_URL", url)
    make_mails(1, world.user("preventeur"), world.case("Tilleuls"), DUE)
    db.session.commit()
    error = send_waiting_mails().server_error
    assert "smtp://hôte:port" in error and "secret" not in error
    assert list_mails()[0].attempts == 0


def test_the_database_is_free_while_the_server_is_spoken_to(world: World, post: MailServer) -> None:
    make_mails(3, world.user("preventeur"), world.case("Tilleuls"), DUE)
    db.session.commit()
    engine, written = db.engine, []

    def write() -> None:
        with engine.begin() as connection:
            connection.execute(update(User).values(given_name="Camille"))
            written.append(len(post.received))

    post.on_mail = write
    assert fates(send_waiting_mails()) == {"SENT": 3}
    assert written == [1, 2, 3]


def test_an_idle_round_writes_nothing(world: World, post: MailServer, statements: list[str]) -> None:
    send_waiting_mails()
    assert len(statements) == 1 and statements[0].startswith("SELECT")


def test_a_round_stops_when_asked(world: World, post: MailServer) -> None:
    make_mails(5, world.user("preventeur"), world.case("Tilleuls"), DUE)
    db.session.commit()
    send_waiting_mails(should_stop=lambda: len(post.received) == 2)
    assert [mail.claimed_at is None for mail in list_mails()] == [False, False, True, True, True]


def ask_for_a_link(app: Flask, purpose: LinkPurpose = LinkPurpose.PASSWORD) -> None:
    magic_links.ask("referent@test.example", purpose, secret_key=app.config["SECRET_KEY"], now=clock.now())
    db.session.commit()


def test_a_link_mail_holds_a_secret_that_is_kept_nowhere(world: World, app: Flask, post: MailServer) -> None:
    ask_for_a_link(app)
    assert fates(send_waiting_mails()) == {"SENT": 1}
    assert post.received[0]["Subject"] == "Choisir un nouveau mot de passe"
    text = plain_text(post.received[0])
    (address,) = (word for word in text.split() if word.startswith("http"))
    reference, _, secret = address.removeprefix("http://127.0.0.1:8000/lien/").partition("#")
    assert app.url_map.bind("127.0.0.1:8000").match(f"/lien/{reference}")[0] == "links.follow"
    assert text.count(secret) == 2 and len(secret) > 30  # in the link, and to be copied
    assert magic_links.redeem(reference, secret, secret_key="", now=NOW).user == world.user("referent")
    (mail,) = list_mails()
    assert (mail.subject, mail.body) == ("Choisir un nouveau mot de passe", None)
    stored = " ".join(str(value) for row in db.session.execute(select(MagicLink.__table__)) for value in row)
    assert secret not in stored and secret.replace("-", "") not in stored


def test_a_link_mail_sent_twice_holds_the_same_link(world: World, app: Flask, post: MailServer) -> None:
    ask_for_a_link(app)
    send_waiting_mails()
    db.session.execute(update(OutboxMail).values(sent_at=None))  # the process died before it noted the sending
    db.session.commit()
    assert fates(send_waiting_mails(now=lambda: NOW + timedelta(minutes=20))) == {"SENT": 1}
    assert plain_text(post.received[0]) == plain_text(post.received[1])
    assert len(set(post.identifiers)) == 1


def test_the_mail_of_a_link_that_opens_nothing_any_more_is_dropped(world: World, app: Flask, post: MailServer) -> None:
    ask_for_a_link(app)
    ask_for_a_link(app)  # replaces the first
    assert fates(send_waiting_mails()) == {"CANCELLED": 1, "SENT": 1}
    ask_for_a_link(app)
    assert fates(send_waiting_mails(now=hours_later(2))) == {"CANCELLED": 1}
    ask_for_a_link(app, LinkPurpose.SIGN_IN)
    world.user("referent").email = "autre@test.example"
    db.session.commit()
    assert fates(send_waiting_mails()) == {"CANCELLED": 1}
    assert len(post.received) == 1


def test_each_link_says_what_it_is_for(world: World, app: Flask, post: MailServer) -> None:
    subjects = {
        LinkPurpose.SIGN_IN: "Votre lien de connexion",
        LinkPurpose.PASSWORD: "Choisir un nouveau mot de passe",
        LinkPurpose.INVITATION: "Votre compte Jalon est prêt",
    }
    for purpose in subjects:
        ask_for_a_link(app, purpose)
    assert fates(send_waiting_mails()) == {"SENT": 3}
    assert {str(mail["Subject"]) for mail in post.received} == set(subjects.values())
    for received in post.received:
        html = received.get_body(("html",))
        assert html and "/lien/" in html.get_content() and "Bonjour Referent," in html.get_content()
        assert "une seule fois, jusqu’au" in plain_text(received) and "Bonjour Referent," in plain_text(received)


def test_somebody_without_an_account_receives_a_link_too(world: World, app: Flask, post: MailServer) -> None:
    sent = magic_links.send(
        "Deleguee@test.example", LinkPurpose.INVITATION, secret_key=app.config["SECRET_KEY"], now=clock.now(),
        needs_second_factor=True,
    )  # fmt: skip
    db.session.commit()
    assert fates(send_waiting_mails()) == {"SENT": 1}
    assert post.recipients == ["deleguee@test.example"]
    text = plain_text(post.received[0])
    assert text.startswith("Bonjour,") and "code à six chiffres" in text
    assert sent.code and sent.code not in text  # it goes by another channel


def plain_text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content())


def test_the_links_of_the_mails_lead_somewhere(app: Flask) -> None:
    routes = app.url_map.bind("127.0.0.1:8000")
    assert routes.match("/dossiers/12")[1] == {"case_id": 12}


def test_a_name_is_no_markup(world: World, post: MailServer) -> None:
    world.case("Tilleuls").main_structure.name = "EHPAD <b>A & B</b>\r\nBcc: x@y.example"
    queue_reminder(world)
    send_waiting_mails()
    html = post.received[0].get_body(("html",))
    assert html and "EHPAD &lt;b&gt;A &amp; B&lt;/b&gt;" in html.get_content()
    assert str(post.received[0]["Subject"]).startswith("EHPAD <b>A & B</b>")
    assert post.received[0]["Bcc"] is None


def test_several_people_get_a_mail_each(world: World, post: MailServer) -> None:
    world.user("preventeur").is_enabled = False
    make_user("cheffe", world.organisation("ARS Poitou"), is_coordinator=True)
    make_deadline(world.case("CCAS"), DUE, (-15, TODAY))
    db.session.commit()
    assert queue_due_reminders() == 2
    assert send_waiting_mails().fates[Fate.SENT] == 2
    assert sorted(post.recipients) == ["cheffe@test.example", "coordinatrice@test.example"]


@pytest.mark.parametrize("notice", notices.Notice)
def test_what_changes_in_an_account_is_told_to_its_owner(
    world: World, post: MailServer, notice: notices.Notice
) -> None:
    user = world.user("preventeur")
    device = sessions.Device("d" * 64, "Firefox sur Windows", "192.0.2.x")
    lifetime = timedelta(hours=8)
    values: dict[str, Any] = {"capacity_id": None, "second_factor": False, "lifetime": lifetime, "now": NOW}
    session = sessions.open_session(user, SignInWay.PASSWORD, "s" * 64, device, **values)
    notices.tell(user.id, notice, now=NOW, session_id=session.id if notice is notices.Notice.NEW_DEVICE else None)
    db.session.commit()
    assert fates(send_waiting_mails()) == {"SENT": 1}
    (received,) = post.received
    for part in ("plain", "html"):
        body = received.get_body((part,))
        assert body
        words = body.get_content()
        assert "Bonjour Preventeur," in words and "http://127.0.0.1:8000/compte" in words
        assert "le 24\u00a0novembre\u00a02026 à 10\u00a0h\u00a000." in words
        is_device = notice is notices.Notice.NEW_DEVICE
        assert ("Firefox sur Windows, depuis le réseau 192.0.2.x" in words) is is_device
