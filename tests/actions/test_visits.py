"""Visits: a draft, a final report that never changes, a corrected version that names it."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.actions.documents import Upload
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.visits import (
    VisitNotes,
    correct_visit,
    delete_draft,
    edit_visit,
    finalise_visit,
    log_visit,
    refuse_unfinished,
)
from app.extensions import db
from app.models import Document, DocumentKind, ExchangeKind, Visibility, Visit
from app.queries.cases import get_case
from app.queries.employers import get_employer
from app.queries.threads import get_content, get_document
from tests.actions.moves import TODAY, everything, morning
from tests.factories import make_exchange, make_user
from tests.files import PDF
from tests.world import World
from workflows.visit_report import ObservationKind, VisitMode, VisitStatus

NOW = morning(TODAY)
NOTES = VisitNotes(
    visited_on=date(2026, 11, 20),
    subject=" Transferts ",
    people_met=("Directrice", " ", "Cadre de santé "),
    observations=(
        (ObservationKind.RISK, " Glycines ", " Un seul lève-personne "),
        (ObservationKind.FACT, "", "  "),
        (ObservationKind.EXISTING_MEASURE, "", "Référente formée"),
    ),
    agreed_steps=(("Devis", " Directrice ", date(2026, 12, 15)), (" ", "Personne", None)),
    next_visit_on=date(2027, 1, 12),
)


def log(world: World, name: str, employer: str, notes: VisitNotes = NOTES, **values: Any) -> Visit:
    actor = world.actor(name)
    found = get_employer(actor, world.employer(employer).id)
    assert found, "out of sight"
    case = get_case(actor, world.case(employer).id) if values.pop("on_case", False) else None
    visit = log_visit(found, case, notes, actor=actor, today=TODAY, now=NOW, settings={}, **values)
    db.session.commit()
    return visit


def edit(world: World, name: str, visit: Visit, notes: VisitNotes, version: int | None = None) -> None:
    shown = visit.version if version is None else version
    edit_visit(visit, notes, version=shown, actor=world.actor(name), today=TODAY, now=NOW)
    db.session.commit()


def finalise(world: World, name: str, visit: Visit, pdf: bytes | None = PDF, version: int | None = None) -> Document:
    shown = visit.version if version is None else version
    document = finalise_visit(visit, pdf, version=shown, actor=world.actor(name), now=NOW)
    db.session.commit()
    return document


def test_a_visit_starts_as_a_draft_without_its_blank_lines(world: World) -> None:
    actor = world.actor("preventeur")
    note = make_exchange(world.employer("Tilleuls"), world.user("preventeur"), kind=ExchangeKind.MEETING)
    db.session.flush()
    visit = log(world, "preventeur", "Tilleuls", on_case=True, exchange=note, submission="b" * 36)
    assert (visit.status, visit.revision, visit.version, visit.finalised_at) == (VisitStatus.DRAFT, 1, 1, None)
    assert (visit.author_id, visit.organisation_id) == (actor.user_id, actor.organisation_id)
    assert (visit.case_id, visit.exchange_id) == (world.case("Tilleuls").id, note.id)
    assert (visit.subject, visit.people_met) == ("Transferts", ["Directrice", "Cadre de santé"])
    assert (visit.mode, visit.visibility) == (VisitMode.ON_SITE, Visibility.EMPLOYER)
    assert [(one.position, one.kind, one.unit, one.wording) for one in visit.observations] == [
        (0, ObservationKind.RISK, "Glycines", "Un seul lève-personne"),
        (1, ObservationKind.EXISTING_MEASURE, "", "Référente formée"),
    ]
    assert [(one.position, one.wording, one.owner, one.due_on) for one in visit.agreed_steps] == [
        (0, "Devis", "Directrice", date(2026, 12, 15))
    ]


def test_who_writes_a_visit_report_on_whom(world: World, subtests: pytest.Subtests) -> None:
    table = """
    preventeur   Tilleuls yes
    preventeur   Clain    yes
    aract        Tilleuls yes
    prestataire  Tilleuls yes
    preventeur   CCAS     no
    referent     Tilleuls no
    departement  Tilleuls no
    federation   Tilleuls no
    directrice   Tilleuls no
    """
    for line in table.strip().splitlines():
        name, employer, expected = line.split()
        with subtests.test(line.strip()):
            if expected == "yes":
                assert log(world, name, employer).id
                continue
            with pytest.raises(Forbidden, match="ne rédige pas de compte rendu"):
                log(world, name, employer)


FAULTS = (
    (replace(NOTES, visited_on=TODAY + timedelta(days=1)), "dans le futur", "visited_on"),
    (replace(NOTES, visited_on=date(2024, 11, 23)), "plus de deux ans", "visited_on"),
    (replace(NOTES, next_visit_on=date(2026, 11, 20)), "vient après la visite", "next_visit_on"),
    (replace(NOTES, report=Upload("cr.pdf", b"\xff\xd8\xff\xe0")), "doit être un PDF", "report"),
    (replace(NOTES, report=Upload("cr.pdf", b"<html>")), "Format non accepté", ""),
    (replace(NOTES, report=Upload("cr.pdf", b"")), "Format non accepté", ""),
)


def test_what_cannot_be_taken_leaves_nothing_behind(world: World, subtests: pytest.Subtests) -> None:
    visit = log(world, "preventeur", "Tilleuls")
    before = everything()
    for notes, why, field in FAULTS:
        with subtests.test(why):
            with pytest.raises(Unacceptable, match=why) as error:
                log(world, "preventeur", "Tilleuls", notes, on_case=True)
            assert error.value.field == field
            with pytest.raises(Unacceptable, match=why):
                edit(world, "preventeur", visit, notes)
            assert not db.session.new and not db.session.dirty
            assert everything() == before
    edit(world, "preventeur", visit, replace(NOTES, visited_on=TODAY))
    assert visit.visited_on == TODAY


def test_a_draft_is_completed_by_its_organisation(world: World) -> None:
    make_user("collegue", world.organisation("Carsat Poitou"))
    db.session.commit()
    visit = log(world, "preventeur", "Tilleuls")
    for name in ("referent", "aract", "directrice", "ailleurs"):
        with pytest.raises(Forbidden, match="a rédigé ce brouillon"):
            edit(world, name, visit, NOTES)
    edit(world, "collegue", visit, replace(NOTES, subject="Manutention", observations=(), mode=VisitMode.REMOTE))
    assert (visit.subject, visit.observations, visit.mode) == ("Manutention", [], VisitMode.REMOTE)
    assert (visit.version, visit.author_id) == (2, world.user("preventeur").id)


def test_saving_the_same_text_twice_writes_nothing_twice(world: World, statements: list[str]) -> None:
    visit = log(world, "preventeur", "Tilleuls")
    _ = visit.observations, visit.agreed_steps
    actor, version = world.actor("preventeur"), visit.version
    statements.clear()
    edit_visit(visit, NOTES, version=version, actor=actor, today=TODAY, now=NOW)
    db.session.flush()
    assert not [one for one in statements if one.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_second_of_two_writers_sees_both_texts(world: World) -> None:
    visit = log(world, "preventeur", "Tilleuls")
    edit(world, "preventeur", visit, replace(NOTES, subject="Premier", next_visit_on=None))
    before = everything()
    with pytest.raises(Stale) as stale:
        edit(world, "preventeur", visit, replace(NOTES, subject="Second", units_seen="Glycines"), version=1)
    told = {one.label: (one.yours, one.theirs) for one in stale.value.differences}
    assert told["Objet"] == ("Second", "Premier")
    assert told["Unités vues"] == ("Glycines", "")
    assert everything() == before


def test_a_report_says_what_it_lacks_before_it_is_final(world: World) -> None:
    actor = world.actor("preventeur")
    blank = log(world, "preventeur", "Tilleuls", replace(NOTES, subject=" ", observations=()))
    with pytest.raises(Unacceptable, match="l’objet de la visite"):
        finalise(world, "preventeur", blank)
    edit(world, "preventeur", blank, replace(NOTES, observations=()))
    with pytest.raises(Unacceptable, match="au moins une observation"):
        finalise(world, "preventeur", blank)
    edit(world, "preventeur", blank, NOTES)
    with pytest.raises(Stale):
        finalise(world, "preventeur", blank, version=blank.version - 1)
    with pytest.raises(Forbidden):
        finalise(world, "referent", blank)
    assert blank.status is VisitStatus.DRAFT and blank.report is None
    refuse_unfinished(blank, version=blank.version, actor=actor)


def test_a_final_report_is_kept_byte_for_byte_and_read_by_its_audience(world: World) -> None:
    visit = log(world, "preventeur", "Tilleuls", on_case=True)
    assert get_case(world.actor("preventeur"), world.case("Tilleuls").id).has_final_visit is False  # type: ignore[union-attr]
    document = finalise(world, "preventeur", visit)
    assert (visit.status, visit.finalised_at, visit.report) == (VisitStatus.FINAL, NOW, document)
    assert (document.kind, document.file_name) == (DocumentKind.VISIT_REPORT, "compte-rendu-2026-11-20-v1.pdf")
    assert (document.sha256, document.visibility) == (hashlib.sha256(PDF).hexdigest(), Visibility.EMPLOYER)
    for name in ("preventeur", "referent", "directrice"):
        found = get_document(world.actor(name), document.id)
        assert found and get_content(found) == PDF
    assert get_case(world.actor("preventeur"), world.case("Tilleuls").id).has_final_visit is True  # type: ignore[union-attr]


def test_a_final_report_never_changes(world: World) -> None:
    visit = log(world, "preventeur", "Tilleuls")
    finalise(world, "preventeur", visit)
    before = everything()
    with pytest.raises(Forbidden, match="ne change plus"):
        edit(world, "preventeur", visit, replace(NOTES, subject="Autre"))
    with pytest.raises(Forbidden):
        finalise(world, "preventeur", visit, b"%PDF-1.7 autre")
    assert everything() == before


def test_a_final_report_has_a_date_and_a_draft_has_none(world: World) -> None:
    visit = log(world, "preventeur", "Tilleuls")
    for values in ({"status": VisitStatus.FINAL}, {"finalised_at": NOW}):
        with pytest.raises(IntegrityError):
            db.session.execute(update(Visit).where(Visit.id == visit.id).values(values))
        db.session.rollback()


def test_a_report_written_elsewhere_is_attached_instead(world: World) -> None:
    visit = log(
        world, "preventeur", "Tilleuls", replace(NOTES, subject="", observations=(), report=Upload("cr.pdf", PDF))
    )
    assert visit.report and visit.report.visibility is Visibility.ORGANISATION
    assert get_document(world.actor("referent"), visit.report.id) is None, "a draft is read by its authors"
    document = finalise(world, "preventeur", visit, None)
    assert (document.file_name, document.sha256) == ("cr.pdf", hashlib.sha256(PDF).hexdigest())
    assert get_document(world.actor("referent"), document.id)


def test_an_attached_report_may_be_replaced_while_it_is_a_draft(world: World) -> None:
    visit = log(world, "preventeur", "Tilleuls", replace(NOTES, report=Upload("un.pdf", PDF)))
    edit(world, "preventeur", visit, replace(NOTES, report=Upload("deux.pdf", PDF + b"2")))
    assert visit.report and visit.report.file_name == "deux.pdf"
    edit(world, "preventeur", visit, NOTES)
    assert visit.report.file_name == "deux.pdf"


def test_a_corrected_version_names_what_it_replaces_and_why(world: World) -> None:
    actor = world.actor("preventeur")
    visit = log(world, "preventeur", "Tilleuls", on_case=True)
    finalise(world, "preventeur", visit)
    corrected = correct_visit(visit, " Date du devis ", actor=actor, now=NOW)
    db.session.commit()
    assert (corrected.status, corrected.revision, corrected.corrects) == (VisitStatus.DRAFT, 2, visit)
    assert (corrected.correction_reason, visit.corrected_by) == ("Date du devis", corrected)
    copied = ("employer_id", "case_id", "visited_on", "subject", "people_met", "next_visit_on", "visibility")
    assert [getattr(corrected, name) for name in copied] == [getattr(visit, name) for name in copied]
    assert [one.wording for one in corrected.observations] == [one.wording for one in visit.observations]
    assert [one.wording for one in corrected.agreed_steps] == ["Devis"]
    assert not {one.id for one in corrected.observations} & {one.id for one in visit.observations}
    edit(world, "preventeur", corrected, replace(NOTES, subject="Transferts, version revue"))
    finalise(world, "preventeur", corrected, PDF + b"2")
    assert corrected.report and corrected.report.file_name == "compte-rendu-2026-11-20-v2.pdf"
    assert (visit.subject, visit.report and get_content(visit.report)) == ("Transferts", PDF), (
        "the first stays as it was"
    )
    third = correct_visit(corrected, "Encore", actor=actor, now=NOW)
    assert third.revision == 3


def test_a_report_is_corrected_once_by_its_organisation_for_a_reason(world: World) -> None:
    actor = world.actor("preventeur")
    visit = log(world, "preventeur", "Tilleuls")
    with pytest.raises(Forbidden, match="compte rendu finalisé"):
        correct_visit(visit, "Erreur", actor=actor, now=NOW)
    finalise(world, "preventeur", visit)
    with pytest.raises(Forbidden):
        correct_visit(visit, "Erreur", actor=world.actor("referent"), now=NOW)
    with pytest.raises(Unacceptable, match="ce que la version rectificative corrige"):
        correct_visit(visit, "  ", actor=actor, now=NOW)
    assert db.session.scalars(select(Visit)).all() == [visit]
    correct_visit(visit, "Erreur", actor=actor, now=NOW)
    db.session.commit()
    with pytest.raises(Unacceptable, match="existe déjà"):
        correct_visit(visit, "Erreur", actor=actor, now=NOW)


def test_a_draft_is_deleted_by_its_organisation_alone_and_leaves_nothing(world: World) -> None:
    before = everything()
    visit = log(world, "preventeur", "Tilleuls", replace(NOTES, report=Upload("cr.pdf", PDF)))
    for name in ("referent", "aract", "directrice"):
        with pytest.raises(Forbidden, match="a rédigé ce brouillon"):
            delete_draft(visit, version=visit.version, actor=world.actor(name))
    with pytest.raises(Stale):
        delete_draft(visit, version=visit.version - 1, actor=world.actor("preventeur"))
    delete_draft(visit, version=visit.version, actor=world.actor("preventeur"))
    db.session.commit()
    assert everything() == before


def test_the_corrected_version_of_a_report_may_be_given_up(world: World) -> None:
    actor, visit = world.actor("preventeur"), log(world, "preventeur", "Tilleuls")
    finalise(world, "preventeur", visit)
    with pytest.raises(Forbidden, match="finalisé reste"):
        delete_draft(visit, version=visit.version, actor=actor)
    corrected = correct_visit(visit, "Erreur", actor=actor, now=NOW)
    db.session.commit()
    delete_draft(corrected, version=corrected.version, actor=actor)
    db.session.commit()
    assert db.session.scalars(select(Visit)).all() == [visit]
    assert visit.corrected_by is None and visit.observations
