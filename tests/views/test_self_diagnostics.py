"""The self-diagnostic as people meet it: managers of a house, an adviser with the pen, partners before and after."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask

from app.extensions import db
from app.models import SelfDiagnostic
from tests.blame import FOR_AN_EMPLOYER, words_in
from tests.pages import Browser, Page
from tests.self_diagnostics import make_manager
from tests.world import World
from workflows.self_diagnostic import Reply
from workflows.self_diagnostic_questions import Setting, questionnaire

Browse = Callable[[str], Browser]
ASKED = questionnaire().asked(Setting.ESTABLISHMENT)


def begun(browser: Browser) -> tuple[str, str]:
    """Start a round; return the address of its sheet and that of the round."""
    page = browser.fill("/auto-diagnostic", place="tout")
    assert page.status == 302 and page.location
    sheet = page.location.rsplit("/", 1)[0]
    found = browser.get("/auto-diagnostic").links(r"^/auto-diagnostic/\d+$")
    return sheet, found[0]


def fill_all(browser: Browser, sheet: str, reply: Reply = Reply.IN_PLACE, **others: str) -> Page:
    """Answer every theme by its form, without any script; return the last answer."""
    for theme in ASKED.themes:
        values = {f"reply_{one.code}": others.get(one.code, reply.value) for one in theme.statements}
        page = browser.fill(f"{sheet}/{theme.slug}", "", **values)
        assert page.status == 302, page.text
    return page


def send(browser: Browser, sheet: str, code: str, reply: str, ago: int = 0, seen: int = 0, **told: str) -> Page:
    words = {"evidence": "", "comment": "", "submission": str(uuid4()), **told}
    values = {"statement": code, "reply": reply, "ago": str(ago), "seen": str(seen), **words}
    return browser.send(f"{sheet}/reponses", values)


def test_a_manager_answers_reads_the_result_and_shares_it(app: Flask, world: World, browse: Browse) -> None:
    directrice, referent, preventeur = browse("directrice"), browse("referent"), browse("preventeur")
    sheet, home = begun(directrice)
    assert "Encore quelques réponses" in directrice.get(f"{home}/resultat").text
    last = fill_all(
        directrice, sheet, T3c=Reply.NOT_YET.value, T2a=Reply.DONT_KNOW.value, T7a=Reply.NOT_CONCERNED.value
    )
    assert last.location == home
    result = directrice.get(f"{home}/resultat")
    assert "Où vous en êtes" in result.title
    for told in (
        "À regarder en premier",
        "Analyser chaque accident",
        "Ce que personne ne sait",
        "67 sur 100",
        "Structuré",
    ):
        assert told in result.main, told
    assert "Aucun résultat n’ouvre ni ne ferme une aide" in result.main
    assert len(result.tree.xpath("//*[local-name()='svg'][contains(@class, 'jalon-chart')]")) == 2
    assert referent.get("/auto-diagnostic").main.count("Rien n’est partagé") == 1
    ars = str(world.organisation("ARS Poitou").id)
    assert directrice.fill(f"{home}/partage", "", recipients=[ars]).status == 302
    (link,) = referent.get("/auto-diagnostic").links(r"partages")
    shared = referent.get(link)
    assert "partagé par l’employeur le 24 novembre 2026" in shared.main
    assert "non partagé" in shared.main and "T3c" not in shared.main and "accident" not in shared.main
    assert preventeur.get(link).status == 404 and "Rien n’est partagé" in preventeur.get("/auto-diagnostic").main
    assert directrice.send(f"{home}/partage/{ars}/retrait").status == 302
    assert referent.get(link).status == 403
    assert "Rien n’est partagé" in referent.get("/auto-diagnostic").main
    assert "du 24 novembre 2026 au 24 novembre 2026" in directrice.get(f"{home}/partage").main


def test_who_does_not_decide_for_the_house_answers_and_shares_nothing(app: Flask, world: World, browse: Browse) -> None:
    make_manager(world, "rh")
    db.session.commit()
    directrice, other = browse("directrice"), browse("rh")
    sheet, home = begun(directrice)
    fill_all(directrice, sheet)
    assert directrice.get(home).links("/partage") and not other.get(home).links("/partage")
    assert other.send(f"{home}/participer").status == 302
    assert other.get(f"{home}/partage").status == 403
    ars = world.organisation("ARS Poitou").id
    directrice.fill(f"{home}/partage", "", recipients=[str(ars)])
    assert other.send(f"{home}/partage/{ars}/retrait").status == 403
    assert browse("referent").get("/auto-diagnostic").links(r"partages")


def test_the_case_tells_each_partner_whether_it_was_shared(app: Flask, world: World, browse: Browse) -> None:
    directrice, referent, aract = browse("directrice"), browse("referent"), browse("aract")
    case = f"/dossiers/{world.case('Tilleuls').id}"
    assert "Auto-diagnostic : non partagé" in referent.get(case).main
    sheet, home = begun(directrice)
    fill_all(directrice, sheet)
    directrice.fill(f"{home}/partage", "", recipients=[str(world.organisation("ARS Poitou").id)])
    assert "partagé par l’employeur le 24 novembre 2026" in referent.get(case).main
    assert "Auto-diagnostic : non partagé" in aract.get(case).main
    assert "Auto-diagnostic :" not in directrice.get(case).main


def test_two_managers_answer_apart_and_read_the_spread(app: Flask, world: World, browse: Browse) -> None:
    make_manager(world, "adjoint")
    db.session.commit()
    directrice, adjoint = browse("directrice"), browse("adjoint")
    sheet, home = begun(directrice)
    fill_all(directrice, sheet, Reply.FOLLOWED)
    other = adjoint.send(f"{home}/participer").location
    assert other and other.rsplit("/", 1)[0] != sheet
    assert "Encore quelques réponses" in adjoint.get(f"{home}/resultat").main  # nobody answers after another
    assert "Directrice Testeur" in adjoint.get(home).main
    assert adjoint.get(f"{sheet}/t1").status == 404  # one's own sheet alone
    fill_all(adjoint, other.rsplit("/", 1)[0], Reply.FOLLOWED, T1a="1")
    for browser in (directrice, adjoint):
        result = browser.get(f"{home}/resultat").main
        assert "Là où vous voyez les choses autrement" in result and "Chaque équipe se réunit" in result
        assert "de 83 à 100" in result


def test_two_devices_answer_the_same_statement(app: Flask, world: World, browse: Browse) -> None:
    desk, phone = browse("directrice"), browse("directrice")
    sheet, _ = begun(desk)
    first = send(desk, sheet, "T1a", "1", comment="Le jeudi.").response.json
    assert first and first["kept"] and first["count"] == 1 and not first["message"]
    late = send(phone, sheet, "T1a", "3", ago=600_000).response.json
    assert late and not late["kept"] and late["said"] == ["1", "", "Le jeudi."]
    assert "plus récente a été donnée ailleurs" in late["message"]
    page = desk.get(f"{sheet}/t1")
    assert "Réponses précédentes (1)" in page.main and "« En place et suivi »" in page.main
    # The page of the desk was open before the phone answered another statement: what it did not touch stays.
    stale = desk.get(f"{sheet}/t1")
    send(phone, sheet, "T1b", "2")
    desk._post(f"{sheet}/t1", {**stale.fields(), "reply_T1c": "3"})
    shown = desk.get(f"{sheet}/t1").fields()
    assert {code: shown.get(f"reply_{code}") for code in ("T1a", "T1b", "T1c")} == {"T1a": "1", "T1b": "2", "T1c": "3"}


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"reply": "9"}, 400),
        ({"ago": "hier"}, 400),
        ({"seen": "x"}, 400),
        ({"submission": "1"}, 400),
        ({"statement": "T9z"}, 409),
    ],
)
def test_what_no_page_sends_is_refused(
    app: Flask, world: World, browse: Browse, values: dict[str, str], status: int
) -> None:
    directrice = browse("directrice")
    sheet, _ = begun(directrice)
    sent = {"statement": "T1a", "reply": "1", "ago": "0", "seen": "0", "submission": str(uuid4())}
    assert directrice.send(f"{sheet}/reponses", {**sent, **values}).status == status


def test_an_adviser_holds_the_pen_as_long_as_it_is_lent(app: Flask, world: World, browse: Browse) -> None:
    directrice, aract = browse("directrice"), browse("aract")
    sheet, home = begun(directrice)
    assert aract.get(f"{sheet}/t1").status == 404
    directrice.fill(home, "plume", organisation=str(world.organisation("Aract Poitou").id))
    assert "Aract Poitou tient la plume" in directrice.get(home).main
    (link,) = aract.get("/auto-diagnostic").links("feuilles")
    assert "Vous tenez la plume pour Directrice Testeur" in aract.get(link).main
    assert aract.fill(link, "", reply_T1a="3").status == 302
    directrice.fill(f"{sheet}/t1", "", reply_T1a="2")
    assert "Aract Testeur" in directrice.get(f"{sheet}/t1").main  # an earlier answer keeps who entered it
    assert aract.get(home).status == 404 and aract.get(f"{home}/resultat").status == 404
    directrice.send(f"{home}/plume/reprise")
    assert aract.get(f"{sheet}/t1").status == 404 and not aract.get("/auto-diagnostic").links("feuilles")


def test_typed_text_that_is_too_long_is_given_back(app: Flask, world: World, browse: Browse) -> None:
    directrice = browse("directrice")
    sheet, _ = begun(directrice)
    page = directrice.fill(f"{sheet}/t1", "", reply_T1a="2", comment_T1a="a" * 2_001)
    assert page.status == 422 and page.errors() == ["2 000 caractères au plus."]
    assert page.fields()["reply_T1a"] == "2" and len(page.fields()["comment_T1a"]) >= 2_001


def test_it_is_compared_with_its_own_earlier_answers_alone(app: Flask, world: World, browse: Browse) -> None:
    directrice = browse("directrice")
    for reply in (Reply.BEGUN, Reply.FOLLOWED):
        sheet, home = begun(directrice)
        fill_all(directrice, sheet, reply)
        result = directrice.get(f"{home}/resultat")
        directrice.fill(f"{home}/partage", "")
    assert "Vos réponses du 24 novembre 2026" in result.main
    rows = [" ".join(row.text_content().split()) for row in result.tree.xpath("//table//tr")]
    assert "Rituels d’équipe 33 100 4" in rows
    assert db.session.query(SelfDiagnostic).count() == 2


def test_no_word_of_blame_whatever_is_answered(app: Flask, world: World, browse: Browse) -> None:
    make_manager(world, "adjoint")
    db.session.commit()
    found: dict[str, list[str]] = {}
    for name, reply in {"directrice": Reply.NOT_YET, "adjoint": Reply.FOLLOWED}.items():
        browser = browse(name)
        sheet, home = begun(browser)
        pages = ["/auto-diagnostic", home, f"{home}/resultat", *(f"{sheet}/{one.slug}" for one in ASKED.themes)]
        for moment in ("before", "after"):
            for page in (*pages, f"{home}/partage"):
                found[f"{name} {moment} {page}"] = words_in(browser.get(page), FOR_AN_EMPLOYER)
            if moment == "before":
                fill_all(browser, sheet, reply)
    assert {page: words for page, words in found.items() if words} == {}
