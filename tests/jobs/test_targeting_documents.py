"""The documents of a signed list: sealed once each, whatever stops or doubles the work; to each its own employers."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from flask import Flask
from sqlalchemy import select

from app.actions import targeting_documents as actions
from app.actions.erasure import erase_campaigns
from app.actions.targeting_documents import claim, prepare_documents
from app.extensions import db
from app.jobs import targeting_documents as jobs
from app.jobs.targeting_documents import seal_lists
from app.models import (
    WHOLE_LIST,
    Organisation,
    SealCertificate,
    SealedFile,
    TargetingCampaign,
    TargetingDocument,
    TargetingDocumentContent,
    TargetingLine,
    TargetingVersion,
)
from app.queries.targeting_documents import get_sealed_file, known_certificates
from app.seal.checking import Verdict, check
from app.views.targeting_sheets import Signed
from reports.targeting_list import SignatureRow
from tests.reports.conftest import failures
from tests.reports.test_visit_report_pdf import text_of
from tests.targeting import NOW, freeze_again, frozen_whole
from tests.world import World
from workflows.targeting_list import ListState
from workflows.targeting_proposals import Decision


@pytest.fixture(autouse=True)
def seal(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A seal made at its first use, as a development machine has it."""
    for name, value in {"SEAL_P12": str(tmp_path / "cachet.p12"), "SEAL_PASSPHRASE": "essai"}.items():
        monkeypatch.setitem(app.config, name, value)
    monkeypatch.setitem(app.config, "MAKES_ITS_SEAL", True)
    yield


@pytest.fixture
def version(world: World) -> TargetingVersion:
    """A signed version of three employers: one of the federation, two of nobody."""
    return frozen_whole(world, state=ListState.SIGNED)


def sheet(campaign: TargetingCampaign, version: TargetingVersion) -> list[Signed]:
    names = ("ARS Poitou", "Fédération A", "Fédération B")
    numbers = {one.short_name: one.id for one in db.session.scalars(select(Organisation))}
    return [
        Signed(numbers.get(name, 999), name == "ARS Poitou", True, SignatureRow(
            name, f"Signataire de {name}", "directrice", "", "Signée avec réserve", f"Réserve de {name}", NOW, "compte",
            version.root))
        for name in names
    ]  # fmt: skip


EVERY = 3
"""The whole list, what a département reads of it, what a federation does."""


def documents() -> dict[str, TargetingDocument]:
    db.session.expire_all()
    return {one.part: one for one in db.session.scalars(select(TargetingDocument).order_by(TargetingDocument.id))}


def bytes_of(document: TargetingDocument) -> bytes:
    return db.session.get_one(TargetingDocumentContent, document.id).data


def test_each_reader_has_its_document_sealed_with_its_own_employers(world: World, version: TargetingVersion) -> None:
    root, federation = version.root, f"federation-{world.organisation('Fédération A').id}"
    local = f"departement-{world.organisation('Département 79').id}"
    assert seal_lists(sheet=sheet) == EVERY
    found = documents()
    assert found.keys() == {WHOLE_LIST, local, federation}
    texts = {}
    for part, document in found.items():
        data = bytes_of(document)
        checked = check(data, known_certificates())
        assert checked.verdict is Verdict.INTACT and root in checked.words and "version 1" in checked.words
        assert document.sha256 == hashlib.sha256(data).hexdigest() and document.size == len(data)
        assert failures(data) == []
        texts[part] = text_of(data)
    for name in ("Association Les Tilleuls", "CCAS de Niort", "Mutuelle du Clain", "Réserve de Fédération B"):
        assert name in texts[WHOLE_LIST]
    assert "CCAS de Niort" in texts[local] and "Mutuelle du Clain" not in texts[local]
    assert "Association Les Tilleuls" in texts[federation] and "Réserve de Fédération A" in texts[federation]
    for hidden in ("CCAS", "Clain", "Fédération B", "Réserve de ARS", "par le terrain"):
        assert hidden not in texts[federation], hidden
    assert "moins de 3 autres employeurs" in texts[federation]


def test_what_is_sealed_stays_byte_for_byte(version: TargetingVersion) -> None:
    assert seal_lists() == EVERY
    kept = {part: bytes_of(one) for part, one in documents().items()}
    assert seal_lists(sheet=sheet) == 0
    assert {part: bytes_of(one) for part, one in documents().items()} == kept
    assert db.session.query(SealedFile).count() == EVERY and db.session.query(SealCertificate).count() == 1


def test_nothing_is_made_of_a_list_that_is_not_signed(world: World) -> None:
    frozen_whole(world, state=ListState.SIGNING)
    assert seal_lists() == 0 and documents() == {}


def test_a_work_that_was_killed_goes_on_where_it_stopped(
    version: TargetingVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> bool:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "keep_sealed", die)
        with pytest.raises(Killed):
            seal_lists()
    found = documents()
    assert len(found) == EVERY and not any(one.sealed_at for one in found.values())
    assert [one.claimed_at is not None for one in found.values()] == [True, False, False]
    assert seal_lists() == EVERY - 1  # those that nobody had taken; the other waits until its claim is old
    later = datetime.now(NOW.tzinfo) + actions.STALE + timedelta(minutes=1)
    assert seal_lists(now=lambda: later) == 1
    assert all(one.sealed_at for one in documents().values())


def test_two_schedulers_seal_each_document_once(version: TargetingVersion) -> None:
    prepare_documents()
    db.session.commit()
    first = claim(now=NOW)
    assert first
    number = first.id
    db.session.commit()
    assert seal_lists(now=lambda: NOW) == EVERY - 1  # the other scheduler leaves alone what is taken
    late = NOW + actions.STALE + timedelta(seconds=1)
    assert seal_lists(now=lambda: late) == 1  # taken over; then the first one comes back with its own file
    kept = bytes_of(db.session.get_one(TargetingDocument, number))
    seal = db.session.query(SealCertificate).one()
    told = actions.Seal(seal.fingerprint, seal.subject, seal.pem, seal.valid_from, seal.valid_until)
    assert not actions.keep_sealed(number, b"un autre fichier", told, now=late)
    db.session.rollback()
    assert bytes_of(db.session.get_one(TargetingDocument, number)) == kept
    assert prepare_documents() == 0


def test_a_seal_that_is_missing_or_out_of_date_is_told_then_tried_again(
    app: Flask, version: TargetingVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(app.config, "SEAL_P12", "")
        assert seal_lists(now=lambda: NOW) == 0
    found = documents()
    assert all("JALON_SEAL_P12" in one.failure and one.sealed_at is None for one in found.values())
    later = NOW + actions.STALE + timedelta(minutes=1)
    assert seal_lists(now=lambda: later) == EVERY
    assert not any(one.failure for one in documents().values())


def test_an_altered_text_is_not_sealed(version: TargetingVersion) -> None:
    part = next(one for one in version.parts if one.key == "sans-federation")
    part.text = part.text.replace("CCAS de Niort", "CCAS de Nior")
    db.session.commit()
    assert seal_lists() == 0
    assert all("ne sont plus ceux" in one.failure for one in documents().values())


def test_the_command_does_the_same_and_says_what_waits(app: Flask, version: TargetingVersion) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["seal", "documents"])
    assert done.exit_code == 0 and f"{EVERY}\N{NO-BREAK SPACE}documents scellés, 0 en attente." in done.output
    again = runner.invoke(args=["seal", "documents"])
    assert again.exit_code == 0 and "0\N{NO-BREAK SPACE}document scellé, 0 en attente." in again.output
    shown = runner.invoke(args=["seal", "show"])
    assert shown.exit_code == 0 and "Cachet de développement" in shown.output


def test_the_command_tries_again_at_once_what_failed(
    app: Flask, version: TargetingVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = app.test_cli_runner()
    with monkeypatch.context() as patch:
        patch.setitem(app.config, "SEAL_P12", "")
        failed = runner.invoke(args=["seal", "documents"])
    assert failed.exit_code == 1 and f"0\N{NO-BREAK SPACE}document scellé, {EVERY} en attente." in failed.output
    assert runner.invoke(args=["seal", "documents"]).exit_code == 0


def test_a_file_is_checked_by_command(app: Flask, version: TargetingVersion, tmp_path: Path) -> None:
    seal_lists()
    path = tmp_path / "liste.pdf"
    path.write_bytes(data := bytes_of(documents()[WHOLE_LIST]))
    runner = app.test_cli_runner()
    assert "Intact" in runner.invoke(args=["seal", "check", str(path)]).output
    path.write_bytes(data[:-1] + b" ")
    assert runner.invoke(args=["seal", "check", str(path)]).exit_code == 1
    assert len(pypdf.PdfReader(BytesIO(data)).pages) >= 2


def test_a_certificate_for_development_is_made_once(app: Flask, tmp_path: Path) -> None:
    runner, path = app.test_cli_runner(), tmp_path / "essai.p12"
    line = ["seal", "certificate", str(path), "--passphrase", "un essai"]
    made = runner.invoke(args=line)
    assert made.exit_code == 0 and path.stat().st_mode & 0o077 == 0
    assert runner.invoke(args=line).exit_code == 1


def test_the_last_version_alone_is_sealed_and_tells_what_changed(world: World, version: TargetingVersion) -> None:
    campaign = db.session.get_one(TargetingCampaign, version.campaign_id)
    campaign.state = ListState.CONSULTATION
    line = db.session.scalars(select(TargetingLine).where(TargetingLine.employer_id == world.employer("CCAS").id)).one()
    line.decided = Decision.WITHDRAWN
    freeze_again(world, campaign)
    assert seal_lists() == EVERY
    texts = [text_of(bytes_of(one)) for one in documents().values()]
    assert all("version 2" in text and "Depuis la version précédente" in text for text in texts)
    assert "Sortent CCAS de Niort" in texts[0] and "CCAS" not in texts[-1]


def test_a_list_that_is_erased_leaves_the_digests_of_its_files(version: TargetingVersion) -> None:
    """Whoever kept a file can still have it checked: the platform knows its digest, and nothing of its content."""
    campaign = version.campaign_id
    seal_lists()
    data = bytes_of(documents()[WHOLE_LIST])
    erase_campaigns([campaign])
    db.session.commit()
    assert documents() == {} and db.session.query(TargetingDocumentContent).count() == 0
    assert get_sealed_file(hashlib.sha256(data).hexdigest())
    assert check(data, known_certificates()).verdict is Verdict.INTACT
