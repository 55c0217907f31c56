"""The report as a file: pages, tags, text, and the two standards that it claims."""

import re
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pypdf
import pytest
from lxml import etree

from reports.digest import content_digest
from tests.reports.conftest import failures
from tests.reports.examples import EXAMPLES, USUAL

Drawn = Callable[[str], bytes]

XMP = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
}


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def tags_of(content: bytes) -> list[str]:
    with pikepdf.open(BytesIO(content)) as pdf:
        elements = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/P" in item]
        return [str(element.S)[1:] for element in elements if element.get("/Type") == "/StructElem"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_report_is_archivable_and_accessible(drawn: Drawn, name: str) -> None:
    assert failures(drawn(name)) == []


def test_the_checker_would_see_a_broken_promise(drawn: Drawn) -> None:
    content = drawn("usual")
    assert failures(content.replace(b"<pdfuaid:part>1<", b"<pdfuaid:part>9<")) != []
    assert failures(content.replace(b"pdfaExtension:schemas", b"pdfaExtension:schemaz")) != []


@pytest.mark.parametrize(
    ("name", "fewest", "most"),
    [("usual", 2, 2), ("corrected", 2, 2), ("empty", 1, 2), ("wordy", 10, 20), ("many", 7, 12)],
)
def test_the_length_is_reasonable(drawn: Drawn, name: str, fewest: int, most: int) -> None:
    pages = pypdf.PdfReader(BytesIO(drawn(name))).pages
    assert fewest <= len(pages) <= most
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} / {len(pages)}" in page.extract_text()
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)


def test_title_language_and_dates(drawn: Drawn) -> None:
    reader = pypdf.PdfReader(BytesIO(drawn("usual")))
    assert reader.metadata is not None
    assert reader.metadata.title == "Compte rendu de visite – Association Les Tilleuls – 21\u00a0octobre\u00a02026"
    assert reader.metadata.author == "Claire Morin"
    assert reader.metadata.creation_date == reader.metadata.modification_date == USUAL.finalised_at
    assert str(reader.root_object["/Lang"]) == "fr"
    with pikepdf.open(BytesIO(drawn("usual"))) as pdf:
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert bool(pdf.Root.MarkInfo.Marked)


def test_the_metadata_name_both_standards_and_describe_the_second(drawn: Drawn) -> None:
    with pikepdf.open(BytesIO(drawn("usual"))) as pdf:
        packet = etree.fromstring(pdf.Root.Metadata.read_bytes())
    assert packet.xpath("count(//rdf:RDF)", namespaces=XMP) == 1
    assert packet.xpath("string(//@pdfaid:part)", namespaces=XMP) == "3"
    assert packet.xpath("string(//@pdfaid:conformance)", namespaces=XMP) == "A"
    assert packet.xpath("string(//pdfuaid:part)", namespaces=XMP) == "1"
    assert packet.xpath("string(//pdfaSchema:namespaceURI)", namespaces=XMP) == XMP["pdfuaid"]
    assert packet.xpath("string(//xmp:CreateDate)", namespaces=XMP) == "2026-10-23T08:05:00Z"


def test_the_structure_is_tagged(drawn: Drawn) -> None:
    tags = tags_of(drawn("usual"))
    assert tags.count("H1") == 1
    assert tags.count("H2") == 7
    assert tags.count("H3") == 3
    assert tags.count("Table") == 4
    assert tags.count("LI") == tags.count("LBody") > 10
    assert {"Document", "Sect", "P", "TR", "TH", "TD", "L"} <= set(tags)


def test_headings_are_bookmarks(drawn: Drawn) -> None:
    outline = pypdf.PdfReader(BytesIO(drawn("usual"))).outline
    assert outline[0].title == "Compte rendu de visite"  # type: ignore[union-attr]
    assert outline[1][0].title == "Déroulé de la visite"  # type: ignore[union-attr]


def test_the_text_can_be_read_back(drawn: Drawn) -> None:
    text = text_of(drawn("usual"))
    for words in (
        "ce n’est pas un contrôle",
        "les autres sont faits seul, faute de batterie chargée.",
        "troubles musculo-squelettiques",
        "Claire Morin",
        content_digest(USUAL)[:16],
    ):
        assert words in text


def test_characters_without_a_drawing_are_named_and_the_others_kept(drawn: Drawn) -> None:
    text = text_of(drawn("odd"))
    assert "[symbole]" in text
    assert "<script>alert('x')</script>" in text
    assert "漢" not in text


def test_a_long_text_is_whole(drawn: Drawn) -> None:
    assert text_of(drawn("wordy")).count("décrivent") >= 3 * 105


def test_fonts_are_embedded(drawn: Drawn) -> None:
    with pikepdf.open(BytesIO(drawn("usual"))) as pdf:
        descriptors = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/FontName" in item]
    assert descriptors
    assert all("/FontFile2" in item or "/FontFile3" in item for item in descriptors)
