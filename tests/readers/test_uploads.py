"""What is taken of the files that people send, and what is made of it."""

import io
import struct
import time
import zlib
from collections.abc import Mapping
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from app.readers import uploads
from app.readers.upload_images import MOST_PIXELS
from app.readers.upload_office import OFFICE
from app.readers.uploads import CleanFile, RefusedFile, clean, safe_name
from tests.files import DOCX, JPEG, ODS, ODT, PDF, PNG, SHEET, TEXT, WORD, XLSX, archive, image

ORIENTATION, GPS = 0x0112, 0x8825


def photograph(orientation: int = 6) -> bytes:
    """A picture three points wide and two high, taken upright by a telephone that says where it was."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[0x010F], exif[GPS] = orientation, "Marque", {1: "N", 2: (46.0, 19.0, 24.0)}
    return image("JPEG", exif=exif.tobytes(), comment=b"chambre 12", icc_profile=b"profil" * 40)


def test_a_photograph_loses_what_it_told_and_stays_upright() -> None:
    sent = photograph()
    assert b"Exif" in sent and b"chambre 12" in sent
    kept = clean("Chambre 12.JPG", sent)
    assert kept.media_type == "image/jpeg" and kept.name == "Chambre 12.jpg"
    for trace in (b"Exif", b"chambre", b"Marque", b"profil", b"ICC_PROFILE"):
        assert trace not in kept.data
    with Image.open(io.BytesIO(kept.data)) as found:
        assert found.size == (2, 3)  # turned as the telephone said
        assert not found.getexif() and "icc_profile" not in found.info


def test_a_drawing_loses_its_texts_and_keeps_its_transparency() -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", "Claire Moreau")
    buffer = io.BytesIO()
    Image.new("RGBA", (4, 4), (10, 20, 30, 0)).save(buffer, "PNG", pnginfo=said)
    kept = clean("plan.png", buffer.getvalue() + b"suite cachee")
    assert b"Moreau" not in kept.data and b"cachee" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as found:
        assert found.convert("RGBA").getpixel((0, 0)) == (10, 20, 30, 0)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says it is this large."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [int(MOST_PIXELS**0.5) + 1, 30_000, 2**31 - 1])
def test_an_image_that_would_fill_the_memory_is_refused_before_it_is_drawn(side: int) -> None:
    start = time.monotonic()
    with pytest.raises(RefusedFile, match=r"trop grande|illisible"):
        clean("petite.png", bomb(side, side))
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("data", [PNG[:30], JPEG[:40], b"\xff\xd8\xff image", b"\x89PNG\r\n\x1a\n image"])
def test_a_broken_image_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedFile, match="illisible"):
        clean("photo", data)


def pdf(**root: Any) -> bytes:
    """A PDF of one page whose catalogue holds these besides."""
    with pikepdf.new() as made:
        made.add_blank_page()
        for name, value in root.items():
            made.Root[f"/{name}"] = value
        buffer = io.BytesIO()
        made.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return buffer.getvalue()


def action(kind: str, **values: Any) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name(f"/{kind}"), **values)


def with_attachment() -> bytes:
    with pikepdf.open(io.BytesIO(PDF)) as made:
        made.attachments["dedans.exe"] = b"MZ"
        buffer = io.BytesIO()
        made.save(buffer)
    return buffer.getvalue()


def locked() -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as made:
        made.save(buffer, encryption=pikepdf.Encryption(owner="x", user=""))
    return buffer.getvalue()


def test_a_pdf_is_kept_byte_for_byte() -> None:
    link = pikepdf.Array([pikepdf.Dictionary(A=action("URI", URI="https://exemple.fr/%28JavaScript%29"))])
    for data in (PDF, pdf(), pdf(Annots=link), pdf(Lang="fr-FR", Title="un /JavaScript dans un texte")):
        assert clean("duerp.pdf", data) == CleanFile("duerp.pdf", "application/pdf", data)


ACTIVE = {
    "programme": (lambda: pdf(OpenAction=action("JavaScript", JS="app.alert(1)")), "un programme"),
    "programme nommé": (lambda: pdf(Names=pikepdf.Dictionary(JavaScript=pikepdf.Array([]), JS="x")), "un programme"),
    "dans une action": (lambda: pdf(AA=pikepdf.Dictionary(WC=action("Launch", F="cmd.exe"))), "une action automatique"),
    "envoi": (lambda: pdf(OpenAction=action("SubmitForm", F="https://ailleurs.example")), "une action automatique"),
    "import": (lambda: pdf(OpenAction=action("ImportData", F="x")), "une action automatique"),
    "pièce jointe": (with_attachment, "des fichiers joints"),
    "XFA": (lambda: pdf(AcroForm=pikepdf.Dictionary(XFA=pikepdf.Array([]))), "un formulaire dynamique"),
    "3D": (lambda: pdf(Extra=pikepdf.Dictionary(Subtype=pikepdf.Name("/3D"))), "multimédia"),
    "verrouillé": (locked, "protégé"),
    "illisible": (lambda: b"%PDF-1.7\n% essai\n", "illisible"),
}


@pytest.mark.parametrize("name", ACTIVE)
def test_a_pdf_that_would_act_is_refused_with_the_way_out(name: str) -> None:
    """Compressed object streams do not hide it."""
    make, why = ACTIVE[name]
    with pytest.raises(RefusedFile, match=why) as refused:
        clean("duerp.pdf", make())
    assert "puis joignez" in str(refused.value)


@pytest.mark.parametrize(
    ("data", "name", "kept"),
    [(DOCX, "a.docx", "a.docx"), (XLSX, "a.zip", "a.xlsx"), (ODT, "a", "a.odt"), (ODS, "a.docx", "a.ods")],
)
def test_an_office_document_is_what_its_parts_say(data: bytes, name: str, kept: str) -> None:
    found = clean(name, data)
    assert (found.name, found.data) == (kept, data)
    assert found.media_type == OFFICE[kept[1:]]


OUTSIDE = '<Relationships><Relationship Type="x/attachedTemplate" Target="https://a.b/x.dotm" TargetMode="External"/>'
LINK = '<Relationships><Relationship Type="x/hyperlink" Target="https://a.b/" TargetMode="External"/></Relationships>'
UNFIT: dict[str, tuple[Mapping[str, str | bytes], str]] = {
    "macro": ({**WORD, "word/vbaProject.bin": "x"}, "des macros"),
    "macro d’un tableur": ({**SHEET, "xl/macrosheets/sheet1.xml": "x"}, "des macros"),
    "type à macros": (
        {**WORD, "[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled.main"},
        "des macros",
    ),
    "ActiveX": ({**WORD, "word/activeX/activeX1.xml": "x"}, "des macros"),
    "Basic": ({**TEXT, "Basic/Standard/Module1.xml": "x"}, "des macros"),
    "script": ({**TEXT, "Scripts/python/a.py": "x"}, "des macros"),
    "programme": ({**WORD, "word/media/a.exe": "x"}, "des macros"),
    "objet": ({**WORD, "word/embeddings/oleObject1.bin": "x"}, "objets d’un autre logiciel"),
    "modèle lointain": ({**WORD, "word/_rels/settings.xml.rels": OUTSIDE}, "ailleurs"),
    "chiffré": ({**TEXT, "META-INF/manifest.xml": "<manifest:encryption-data/>"}, "protégé"),
    "chemin": ({**WORD, "../../etc/passwd": "x"}, "anormalement"),
    "bombe": ({**WORD, "word/media/a.xml": b"\0" * 40_000_000}, "anormalement"),
    "trop de parts": ({**WORD, **{f"word/{n}.xml": "" for n in range(5_001)}}, "anormalement"),
    "archive": ({"a.txt": "x"}, "archives ne sont pas acceptées"),
    "présentation": ({"[Content_Types].xml": "", "ppt/presentation.xml": ""}, "archives ne sont pas acceptées"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_an_office_document_that_is_not_kept(name: str) -> None:
    parts, why = UNFIT[name]
    with pytest.raises(RefusedFile, match=why):
        clean("plan.docx", archive(parts))


def test_an_ordinary_link_in_a_document_is_no_obstacle() -> None:
    data = archive({**WORD, "word/_rels/document.xml.rels": LINK, "word/media/image1.png": PNG})
    assert clean("plan.docx", data).data == data


NAMES = {
    "../../etc/passwd.pdf": "passwd.pdf",
    "C:\\fichiers\\Évaluation n° 1.PDF": "Évaluation n° 1.pdf",
    "facture\u202efdp.exe": "facture fdp.pdf",
    "duerp.docx": "duerp.pdf",
    "a.pdf.exe": "a.pdf.pdf",
    "Compte rendu du 12. novembre 2026": "Compte rendu du 12. novembre 2026.pdf",
    ".htaccess": "htaccess.pdf",
    "": "document.pdf",
    " . ": "document.pdf",
    "a\r\nSet-Cookie: x=1.pdf": "a Set-Cookie_ x=1.pdf",
    'a"b<c>.pdf': "a_b_c_.pdf",
    "é" * 300 + ".pdf": "é" * 116 + ".pdf",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_made_harmless(name: str) -> None:
    assert safe_name(name, "application/pdf") == NAMES[name]


@given(st.text(max_size=200), st.sampled_from(sorted(uploads.EXTENSIONS)))
def test_any_name_is_one_line_in_one_place_with_the_right_extension(name: str, kind: str) -> None:
    kept = safe_name(name, kind)
    assert kept.endswith(uploads.EXTENSIONS[kind]) and len(kept) <= 120
    assert not set(kept) & set('/\\\r\n\0"<>:|?*') and not kept.startswith(".")
    assert safe_name(kept, kind) == kept


@given(st.sampled_from([PDF, PNG, JPEG, DOCX, ODT]), st.data())
def test_a_damaged_file_is_kept_or_refused_never_a_breakdown(whole: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:place] + data.draw(st.binary(max_size=8)) + whole[place + data.draw(st.integers(0, 8)) :]
    try:
        assert clean("a.pdf", damaged).data
    except RefusedFile as refused:
        assert str(refused)
