"""Files are what their bytes say, whatever their name."""

import hashlib
from typing import Any

import pytest

from app.actions.documents import Upload, keep_document
from app.actions.errors import Forbidden, Unacceptable
from app.extensions import db
from app.models import Document, DocumentContent, DocumentKind, Visibility
from app.queries.employers import get_employer
from app.queries.threads import get_content, get_document, list_documents
from tests.actions.moves import TODAY, everything, morning
from tests.files import DOCX, JPEG, ODS, ODT, PDF, PNG, XLSX, ZIP
from tests.world import World

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "application/vnd.oasis.opendocument.text"
TABLE = "application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("duerp.pdf", PDF, "application/pdf"),
        ("duerp.docx", PDF, "application/pdf"),
        ("sans-extension", PDF, "application/pdf"),
        ("image.gif", PNG, "image/png"),
        ("photo.pdf", JPEG, "image/jpeg"),
        ("plan.docx", DOCX, WORD),
        ("plan.DOCX", DOCX, WORD),
        ("plan.v2.xlsx", XLSX, SHEET),
        ("plan.odt", ODT, TEXT),
        ("plan.ods", ODS, TABLE),
    ],
)
def test_the_type_is_read_from_the_bytes(name: str, data: bytes, media_type: str) -> None:
    assert Upload(name, data).media_type == media_type


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("archive.zip", ZIP, "Les archives ne sont pas acceptées"),
        ("archive", ZIP, "Les archives ne sont pas acceptées"),
        ("duerp.pdf", ZIP, "Les archives ne sont pas acceptées"),
        ("duerp.pdf", b"<html><script>", "Format non accepté"),
        ("duerp.pdf", b"MZ\x90\0", "Format non accepté"),
        ("duerp.pdf", b" %PDF-1.7", "Format non accepté"),
        ("image.svg", b"<svg onload='x'/>", "Format non accepté"),
        ("duerp.pdf", b"", "Format non accepté"),
    ],
)
def test_what_is_not_kept_here(name: str, data: bytes, why: str) -> None:
    with pytest.raises(Unacceptable, match=why):
        _ = Upload(name, data).media_type


def attach(world: World, name: str, employer: str, upload: Upload, **changes: Any) -> Document:
    actor = world.actor(name)
    found = get_employer(actor, world.employer(employer).id)
    assert found, "out of sight"
    values = {"title": " DUERP 2026 ", "visibility": Visibility.PARTNERS, **changes}
    document = keep_document(
        found, None, upload, kind=DocumentKind.ATTACHMENT, actor=actor, now=morning(TODAY), **values
    )
    db.session.commit()
    return document


def test_a_file_is_kept_byte_for_byte_with_its_digest(world: World) -> None:
    data = PDF + bytes(range(256)) * 1_000
    document = attach(world, "preventeur", "Tilleuls", Upload("duerp.pdf", data))
    assert (document.title, document.file_name, document.media_type) == ("DUERP 2026", "duerp.pdf", "application/pdf")
    assert (document.size, document.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (document.author_id, document.organisation_id) == (
        world.user("preventeur").id,
        world.organisation("Carsat Poitou").id,
    )
    db.session.expunge_all()
    found = get_document(world.actor("preventeur"), document.id)
    assert found and get_content(found) == data


def test_a_file_without_title_takes_its_name(world: World) -> None:
    assert attach(world, "preventeur", "Tilleuls", Upload("duerp.pdf", PDF), title="  ").title == "duerp.pdf"


def test_who_attaches_a_file_to_whom(world: World, subtests: pytest.Subtests) -> None:
    before = everything()
    for name, employer in (("directrice", "Tilleuls"), ("preventeur", "CCAS")):
        with subtests.test(name), pytest.raises(Forbidden, match="ne dépose pas de document"):
            attach(world, name, employer, Upload("duerp.pdf", PDF))
    with pytest.raises(Unacceptable, match="Ce fichier est vide") as error:
        attach(world, "referent", "Tilleuls", Upload("duerp.pdf", b""))
    assert error.value.field == "file"
    with pytest.raises(Unacceptable):
        attach(world, "referent", "Tilleuls", Upload("duerp.pdf", b"GIF89a"))
    assert not db.session.new
    assert everything() == before
    for name, employer in (
        ("referent", "CCAS"),
        ("departement", "CCAS"),
        ("aract", "Tilleuls"),
        ("federation", "Tilleuls"),
    ):
        with subtests.test(name):
            assert attach(world, name, employer, Upload("duerp.pdf", PDF)).id


def test_reading_the_list_of_files_does_not_read_their_bytes(world: World, statements: list[str]) -> None:
    attach(world, "preventeur", "Tilleuls", Upload("duerp.pdf", PDF))
    actor = world.actor("preventeur")
    employer = get_employer(actor, world.employer("Tilleuls").id)
    assert employer
    statements.clear()
    assert [document.title for document in list_documents(actor, employer)] == ["DUERP 2026"]
    assert len(statements) == 1
    assert DocumentContent.__tablename__ not in statements[0]
