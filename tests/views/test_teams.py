"""Opening a case, naming who leads and who is in charge, inviting, saying where one stands."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import func, select

from app.extensions import db
from app.models import Case, CaseStructure, Sector
from tests.factories import make_case, make_employer, make_structure, make_user
from tests.pages import Browser
from tests.views.test_steps import versions
from tests.views.together import at_once
from tests.world import World

Browse = Callable[[str], Browser]
WHY = {"source": "request", "motive": "La direction appelle."}


def cases() -> int:
    return db.session.scalar(select(func.count()).select_from(Case)) or 0


def home(world: World, name: str = "Tilleuls") -> str:
    return f"/dossiers/{world.case(name).id}"


def add_colleague(world: World) -> int:
    colleague = make_user("collegue", world.organisation("Carsat Poitou"))
    db.session.commit()
    return colleague.id


def test_what_opening_a_case_needs_is_named(world: World, browse: Browse) -> None:
    preventeur, clain = browse("preventeur"), world.employer("Clain")
    address = f"/employeurs/{clain.id}/dossiers/nouveau"
    assert preventeur.fill(address).errors() == ["Indiquez l’origine du dossier.", "Écrivez pourquoi maintenant."]
    page = preventeur.fill(address, **WHY)
    assert (page.status, page.errors()) == (422, ["Choisissez au moins un établissement ou service."])
    assert page.links("^#structures$")
    assert page.fields("")["motive"].strip() == WHY["motive"]
    far = str(world.case("Garonne").main_structure_id)
    assert preventeur.fill(address, **WHY, structures=far).status == 422
    assert preventeur.fill(address, **WHY, structures="x").status == 422
    assert cases() == 3


def test_two_clicks_open_one_case(world: World, browse: Browse) -> None:
    tabs, clain = [browse("preventeur"), browse("preventeur")], world.employer("Clain")
    address = f"/employeurs/{clain.id}/dossiers/nouveau"
    shown = {**tabs[0].get(address).fields(""), **WHY, "structures": str(clain.structures[0].id)}
    pages = at_once(tabs, address, shown)
    pages.append(tabs[0].send(address, shown))
    assert len({page.location for page in pages}) == 1
    assert cases() == 4


def test_a_structure_is_in_one_open_case_and_its_lead_alone_is_told(world: World, browse: Browse) -> None:
    referent, tilleuls = browse("referent"), world.employer("Tilleuls")
    followed = world.case("Tilleuls").main_structure_id
    new = make_structure(tilleuls, "Foyer Les Tilleuls")
    db.session.commit()
    other = new.id
    address = f"/employeurs/{tilleuls.id}/dossiers/nouveau"
    page = referent.get(address)
    assert "EHPAD Les Tilleuls. Chef de file : Carsat Poitou. Voir ce dossier" in page.text
    assert page.tree.xpath("//input[@name='structures']/@value") == [str(other)]
    assert "Contacté" not in page.main
    page = referent.fill(address, **WHY, structures=str(followed), aware="oui")
    assert page.errors() == [
        "EHPAD Les Tilleuls est déjà suivi dans un dossier ouvert (chef de file : Carsat Poitou). "
        "Rapprochez-vous de cet organisme."
    ]
    page = referent.fill(address, **WHY, structures=str(other))
    assert page.errors() == ["Rapprochez-vous de l’autre organisme avant d’ouvrir un second dossier."]
    assert referent.fill(address, **WHY, structures=str(other), aware="oui").status == 302
    assert cases() == 4


def test_one_s_own_open_case_is_called_one_s_own(world: World, browse: Browse) -> None:
    preventeur, tilleuls = browse("preventeur"), world.employer("Tilleuls")
    address = f"/employeurs/{tilleuls.id}/dossiers/nouveau"
    page = preventeur.get(address)
    assert "Tous les établissements sont déjà suivis" in page.main
    assert page.links(f"^{home(world)}$")
    new = make_structure(tilleuls, "Foyer Les Tilleuls")
    db.session.commit()
    page = preventeur.fill(address, **WHY, structures=str(new.id))
    assert page.errors() == ["Votre organisme suit déjà cet employeur : dites si un second dossier est voulu."]
    assert "votre organisme, Carsat Poitou" in page.main and "autre organisme" not in page.main
    assert preventeur.fill(address, **WHY, structures=str(new.id), aware="oui").status == 302


def test_a_case_out_of_sight_is_not_told_and_refused_in_words_that_name_nobody(world: World, browse: Browse) -> None:
    """Carsat Gironde follows a structure of the 79, and no convention joins it to the Poitou."""
    both = make_employer("Association du Seuil", departement="79")
    taken = make_structure(both, "Site de Niort")
    make_structure(both, "Site de Parthenay")
    case = make_case(both, taken, lead=world.organisation("Carsat Gironde"))
    db.session.commit()
    departement, address = browse("departement"), f"/employeurs/{both.id}/dossiers/nouveau"
    page = departement.get(address)
    assert "déjà en cours" not in page.main
    assert page.links(f"^/dossiers/{case.id}$") == []
    page = departement.fill(address, **WHY, structures=[str(taken.id)])
    assert page.status == 422
    assert page.errors() == [
        "Site de Niort ne peut pas entrer dans un dossier pour le moment. "
        "La coordination du territoire peut vous renseigner."
    ]
    for secret in ("Gironde", "Carsat", case.reference):
        assert secret not in page.main


def test_two_bodies_at_the_same_instant_open_one_case_and_the_other_is_told_who_leads(
    world: World, browse: Browse
) -> None:
    clain, tabs = world.employer("Clain"), [browse("preventeur"), browse("referent")]
    address = f"/employeurs/{clain.id}/dossiers/nouveau"
    shown = {**tabs[0].get(address).fields(""), **WHY, "structures": str(clain.structures[0].id), "submission": ""}
    statuses = sorted(page.status for page in at_once(tabs, address, shown))
    assert statuses == [302, 422]
    open_links = select(func.count()).where(CaseStructure.structure_id == clain.structures[0].id, CaseStructure.is_open)
    assert (cases(), db.session.scalar(open_links)) == (4, 1)


def test_the_carsat_leads_for_the_private_sector_only(world: World, browse: Browse) -> None:
    grouping = world.employer("Marais")
    address = f"/employeurs/{grouping.id}/dossiers/nouveau"
    given = {**WHY, "structures": str(grouping.structures[0].id)}
    page = browse("preventeur").fill(address, **given)
    assert page.errors() == ["Le secteur de l’employeur reste à confirmer : public ou privé ?"]
    assert browse("preventeur").fill(address, **given, leads="non").status == 302


def test_the_lead_names_its_people_and_gives_the_case_to_another(world: World, browse: Browse) -> None:
    colleague = add_colleague(world)
    ars, carsat = world.organisation("ARS Poitou").id, world.organisation("Carsat Poitou").id
    preventeur, address = browse("preventeur"), f"{home(world)}/equipe"
    page = preventeur.fill(address, officers=[str(colleague), str(world.user("preventeur").id)])
    assert page.location == home(world)
    assert "Collegue Testeur" in preventeur.get(home(world)).text
    for wrong in (str(world.user("referent").id), "x", "-1", "99999999999999999999"):
        assert preventeur.fill(address, officers=wrong).status == 422
    for wrong in (str(world.organisation("Aract Poitou").id), "", "abc"):
        assert preventeur.fill(address, lead=wrong).status == 422
    assert preventeur.fill(address, lead=str(ars)).location == home(world)
    page = preventeur.get(home(world))
    assert "ARS Poitou chef de file" in page.text
    assert "Collegue" not in page.main.split("Équipe")[1].split("Partenaires")[0]
    assert preventeur.get(address).status == 403
    assert browse("coordinatrice").fill(address, lead=str(carsat)).status == 302


def test_a_public_employer_is_not_given_to_the_carsat(world: World, browse: Browse) -> None:
    carsat = world.organisation("Carsat Poitou").id
    address = f"{home(world, 'CCAS')}/equipe"
    offered = browse("referent").get(address).tree.xpath("//select[@name='lead']/option/text()")
    assert offered == ["ARS Poitou", "Département 79"]
    assert browse("referent").fill(address, lead=str(carsat)).status == 422
    assert browse("preventeur").get(home(world, "CCAS")).status == 200
    assert world.case("CCAS").employer.sector is Sector.PUBLIC


def test_two_who_name_a_team_see_both(world: World, browse: Browse) -> None:
    colleague = add_colleague(world)
    first, second, address = browse("preventeur"), browse("coordinatrice"), f"{home(world)}/equipe"
    late = second.get(address).fields("")
    assert first.fill(address, officers=str(colleague)).status == 302
    page = second.send(address, {**late, "lead": str(world.organisation("ARS Poitou").id)})
    assert page.status == 409
    assert versions(page) == {
        "Chef de file": ("ARS Poitou", "Carsat Poitou"),
        "Référents": ("Preventeur Testeur", "Collegue Testeur"),
    }
    assert home(world) in page.links()


def test_a_partner_says_where_it_stands_and_the_case_does_not_move(world: World, browse: Browse) -> None:
    aract, address = browse("aract"), f"{home(world)}/partenaires"
    version = world.case("Tilleuls").version
    late = aract.get(address).fields("")
    given = {"status": "acting", "priority": "high", "comment": "Deux jours sur place"}
    page = aract.fill(address, **given)
    assert page.location == home(world)
    assert "intervient" in aract.get(home(world)).text
    assert (world.case("Tilleuls").version, world.case("Tilleuls").state.value) == (version, "contacted")
    assert aract.send(address, {**late, **given}).location == home(world)
    page = aract.send(address, {**late, "status": "done", "priority": "low", "comment": "Fini"})
    assert versions(page) == {
        "Où en est votre organisme": ("intervention faite", "intervient"),
        "Priorité": ("basse", "haute"),
        "Précision": ("Fini", "Deux jours sur place"),
    }
    for wrong in ({"status": "gone"}, {"priority": ""}, {"comment": "x" * 256}):
        page = aract.fill(address, **{**given, **wrong})
        assert (page.status, len(page.errors())) == (422, 1)


def test_an_invited_body_sees_the_case_and_twice_is_once(world: World, browse: Browse) -> None:
    preventeur, address = browse("preventeur"), f"{home(world)}/invitations"
    for wrong in (
        "",
        "x",
        "999999",
        str(world.organisation("Fédération A").id),
        str(world.organisation("DREETS Poitou").id),
    ):
        assert preventeur.send(address, organisation=wrong).status == 400
    body = str(world.organisation("Département 79").id)
    tabs = [preventeur, browse("coordinatrice")]
    assert [page.location for page in at_once(tabs, address, {"organisation": body})] == [home(world)] * 2
    assert [p.organisation.name for p in world.case("Tilleuls").partners].count("Département 79") == 1


def test_one_invites_neither_oneself_nor_who_is_there(world: World, browse: Browse) -> None:
    address = f"{home(world)}/partenaires"
    for name, others in {"preventeur": ["ARS Poitou", "Département 79"], "coordinatrice": ["Département 79"]}.items():
        assert browse(name).get(address).tree.xpath("//select[@name='organisation']/option/text()") == others
    for name, body in {"preventeur": "Carsat Poitou", "coordinatrice": "ARS Poitou"}.items():
        number = str(world.organisation(body).id)
        assert browse(name).send(f"{home(world)}/invitations", organisation=number).status == 400
    assert (
        browse("coordinatrice")
        .send(f"{home(world)}/invitations", organisation=str(world.organisation("Carsat Poitou").id))
        .status
        == 400
    )


def test_the_thread_tells_when_things_happened(world: World, browse: Browse) -> None:
    clain = world.employer("Clain")
    given = {**WHY, "structures": str(clain.structures[0].id)}
    address = browse("preventeur").fill(f"/employeurs/{clain.id}/dossiers/nouveau", **given).location
    assert address
    page = browse("preventeur").get(address)
    assert "Dossier ouvert : Demande de l’employeur" in page.text
    assert "La direction appelle." in page.text
    assert page.tree.xpath("//time/@datetime")[0] == date(2026, 11, 24).isoformat()
