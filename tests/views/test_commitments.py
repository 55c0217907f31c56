"""CPOM, objectives and aids on the pages: from her file to the employer's page, who reads them, what is not told."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import (
    Aid,
    Convention,
    Cpom,
    CpomMilestone,
    CpomObjective,
    CpomSignatory,
    CpomStructure,
    Import,
    ObjectiveState,
    SignatoryBody,
    Structure,
)
from tests.factories import make_import
from tests.incoming import csv_file, plant, work
from tests.pages import Browser
from tests.views.test_imports import latest, upload
from tests.world import POITOU, World
from workflows.import_run import ImportKind, ImportState

Browse = Callable[[str], Browser]
DAY = date(2026, 11, 24)


def commit_to(world: World, name: str, owner: str = "ARS Poitou", payer: str = "Carsat Poitou") -> int:
    """Give an employer a contract, an objective and an aid; return its number."""
    employer, own = world.employer(name), world.organisation(owner)
    brought = make_import(own, ImportKind.CPOM, file_name="suivi des cpom.xlsx")
    common: dict[str, Any] = {"employer_id": employer.id, "noted_on": DAY}
    dates = {"in_force_on": date(2023, 1, 1), "ends_on": date(2027, 12, 31), "extended_until": date(2028, 12, 31)}
    cpom = Cpom(organisation_id=own.id, import_id=brought.id, **dates, **common)
    cpom.signatories = [CpomSignatory(body=SignatoryBody.ARS), CpomSignatory(body=SignatoryBody.DEPT)]
    cpom.structure_links = [CpomStructure(structure_id=employer.structures[0].id)]
    old = Cpom(organisation_id=own.id, in_force_on=date(2015, 1, 1), ends_on=date(2019, 12, 31), **common)
    objective = CpomObjective(
        organisation_id=own.id, axis="Qualité de vie", wording="Réduire l’absentéisme", indicator="Taux", is_rate=True,
        baseline=114_000, baseline_year=2023, target=95_000, target_year=2027, state=ObjectiveState.UNDER_WAY, **common,
    )  # fmt: skip
    objective.milestones = [CpomMilestone(year=2025, value=105_000)]
    aid = Aid(
        organisation_id=world.organisation(payer).id, source="Contrat de prévention", reference="CP-14", year=2026,
        requested_cents=4_000_000, granted_cents=3_250_050, paid_cents=1_000_000, **common,
    )  # fmt: skip
    db.session.add_all([cpom, old, objective, aid])
    db.session.commit()
    return employer.id


TOLD = {
    "contract": ("CPOM 2023-2028", "en vigueur", "31 décembre 2028", "ARS et Département", "EHPAD Les Tilleuls"),
    "objective": ("Réduire l’absentéisme", "11,4 % en 2023", "10,5 % en 2025", "9,5 % en 2027", "En cours"),
    "aid": ("Contrat de prévention (CP-14)", "32 500,50 €", "Payée en partie"),
}
READS = {
    "referent": ("contract", "objective", "aid"),
    "departement": ("contract", "objective", "aid"),
    "preventeur": ("contract", "objective", "aid"),
    "directrice": ("contract", "objective", "aid"),
    "aract": ("contract", "objective"),
    "prestataire": (),
    "federation": (),
}


def test_who_reads_what_on_both_pages(app: Flask, world: World, browse: Browse) -> None:
    employer, case = commit_to(world, "Tilleuls"), world.case("Tilleuls").id
    for who, families in READS.items():
        for address in (f"/employeurs/{employer}", f"/dossiers/{case}"):
            page = browse(who).get(address)
            assert page.status == 200, (who, address)
            for family, words in TOLD.items():
                found = [word in page.main for word in words]
                assert all(found) if family in families else not any(found[:1]), (who, address, family, found)


def test_a_convention_that_ends_closes_what_another_organisation_keeps(
    app: Flask, world: World, browse: Browse
) -> None:
    employer = commit_to(world, "Tilleuls")
    page = browse("preventeur").get(f"/employeurs/{employer}").main
    assert POITOU in page and "CPOM et objectifs des autres organismes" in page and "suivi des cpom.xlsx" not in page
    own = browse("referent").get(f"/employeurs/{employer}").main
    assert "suivi des cpom.xlsx" in own and "Repris par ARS Poitou le 24 novembre 2026" in own
    agreement = db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one()
    agreement.closed_on = date(2026, 11, 1)
    db.session.commit()
    closed = browse("preventeur").get(f"/employeurs/{employer}").main
    assert "CPOM 2023-2028" not in closed and "Réduire l’absentéisme" not in closed and "CP-14" in closed
    assert "CP-14" not in browse("referent").get(f"/employeurs/{employer}").main
    assert "CP-14" in browse("directrice").get(f"/employeurs/{employer}").main  # what is about it needs none


def test_two_organisations_that_say_the_same_are_told_once(app: Flask, world: World, browse: Browse) -> None:
    employer = commit_to(world, "Tilleuls")
    commit_to(world, "Tilleuls", owner="Département 79")
    page = browse("referent").get(f"/employeurs/{employer}").main
    assert page.count("CPOM 2023-2028") == 1
    assert "Repris par ARS Poitou" in page and "Repris par Département 79" in page
    assert "CPOM terminés (1)" in page


def test_whoever_keeps_a_family_is_shown_where_to_bring_it_in(app: Flask, world: World, browse: Browse) -> None:
    quiet = world.employer("Clain").id
    page = browse("referent").get(f"/employeurs/{quiet}")
    assert "Aucun CPOM n’est connu" in page.main and "/imports/nouveau?nature=objectives" in links(page)
    carsat = browse("preventeur").get(f"/employeurs/{quiet}")
    assert "Aucune aide n’est connue" in carsat.main and "CPOM" not in carsat.main
    public = world.employer("CCAS").id
    assert "/imports/nouveau?nature=aids" not in links(browse("preventeur").get(f"/employeurs/{public}"))
    assert "/imports/nouveau?nature=cpom" in links(browse("referent").get(f"/employeurs/{public}"))


def links(page: Any) -> list[str]:
    return list(page.tree.xpath("//a/@href"))


HEAD = ("FINESS EJ", "En vigueur le", "Échéance", "Signataires", "Établissements")


def test_from_her_file_to_the_page_of_the_employer(app: Flask, world: World, browse: Browse) -> None:
    (here,), browser = plant(1), browse("referent")
    found = db.session.scalars(select(Structure).where(Structure.finess == here.finess)).one().employer
    employer, number = found.id, found.finess
    content = csv_file(HEAD, [(number, "01/01/2024", "31/12/2028", "ARS et CD 79", here.finess)])
    page = upload(browser, content, "cpom.csv")
    assert "Contrats pluriannuels" in browser.get(page).main
    browser.fill(page, "/verifier")
    work(latest())
    seen = browser.get(page).main
    assert "CPOM du 01/01/2024 au 31/12/2028, ARS et Département, 1 établissement" in seen
    browser.fill(page, "/confirmer")
    assert work(latest()).state is ImportState.DONE
    shown = browser.get(f"/employeurs/{employer}").main
    assert "CPOM 2024-2028" in shown and "cpom.csv" in shown
    again = upload(browser, content, "cpom.csv")
    browser.fill(again, "/verifier")
    work(latest())
    assert "Rien ne changerait" in browser.get(again).main


ATIH = (
    "finess géographique", "Niveau de validation", "CPOM médico-social en cours", "Date d'entrée en vigueur du CPOM",
    "Date d'échéance du CPOM", "Partenaires signataires du CPOM", "Taux d'absentéisme (hors formation)",
    "Taux d'ETP vacants",
)  # fmt: skip


def test_the_result_of_a_tableau_de_bord_offers_its_contracts(app: Flask, world: World, browse: Browse) -> None:
    first, second = plant(2)
    rows = [
        (one.finess, "Validé", "Oui", "01/01/2023", "31/12/2027", "ARS", rate, "2")
        for one, rate in ((first, "10"), (second, "11"))
    ]
    browser = browse("referent")
    page = upload(browser, csv_file(ATIH, rows), "export-tdbesms-2023-region-75.csv")
    browser.fill(page, "/verifier")
    work(latest())
    assert "CPOM dans ce fichier" not in browser.get(page).main  # nothing is in yet
    browser.fill(page, "/confirmer")
    work(latest())
    done = browser.get(page)
    assert "le CPOM de 2 établissements" in done.main and "signataires" in done.main
    asked = done.fields("/cpom")
    taken = browser.send(f"{page}/cpom", asked)
    assert taken.status == 302 and taken.location
    assert browser.send(f"{page}/cpom", asked).location == taken.location  # a double click
    work(latest())
    assert "Rien n’est encore écrit" in browser.get(taken.location).main
    assert "Voir la reprise de ces CPOM" in browser.get(page).main
    browser.fill(taken.location, "/confirmer")
    assert work(latest()).created == 2
    db.session.expire_all()
    assert [one.kind for one in db.session.scalars(select(Import).order_by(Import.id))][-2:] == [
        ImportKind.TDB, ImportKind.CPOM,
    ]  # fmt: skip
