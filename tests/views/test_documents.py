"""Files kept with an employer or a case: what is taken, what is refused, who downloads it."""

import hashlib
import io
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Document
from tests.files import DOCX, JPEG, PDF, PNG, ZIP
from tests.pages import Browser
from tests.views.together import at_once
from tests.world import World

Browse = Callable[[str], Browser]


def home(world: World) -> str:
    return f"/dossiers/{world.case('Tilleuls').id}"


def documents() -> list[Document]:
    return list(db.session.scalars(select(Document).order_by(Document.id)))


def keep(browser: Browser, address: str, data: bytes, name: str, **values: str) -> str:
    """Join a file; return its address."""
    page = browser.fill(f"{address}/documents/nouveau", file=(io.BytesIO(data), name), **values)
    assert (page.status, page.errors(), page.location) == (302, [], address)
    return f"/documents/{documents()[-1].id}"


def test_a_file_comes_back_byte_for_byte(world: World, browse: Browse) -> None:
    preventeur, case = browse("preventeur"), world.case("Tilleuls")
    for place in (home(world), f"/employeurs/{case.employer_id}"):
        address = keep(preventeur, place, PDF, "Évaluation n° 1.pdf", title="Évaluation")
        assert "Document : Évaluation" in preventeur.get(place).text
        answer = preventeur.client.get(address)
        assert (answer.data, answer.mimetype) == (PDF, "application/pdf")
        assert answer.get_etag()[0] == hashlib.sha256(PDF).hexdigest() == documents()[-1].sha256
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="_valuation n')
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_kind_is_read_from_the_bytes_not_from_the_name(world: World, browse: Browse) -> None:
    preventeur = browse("preventeur")
    expected = {
        "photo.pdf": ("photo.png", PNG, "image/png"),
        "plan.docx": ("plan.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        "sans-titre": ("sans-titre.pdf", PDF, "application/pdf"),
        "photo.jpeg": ("photo.jpeg", JPEG, "image/jpeg"),
    }
    for name, (kept, data, media_type) in expected.items():
        address = keep(preventeur, home(world), data, name)
        assert preventeur.client.get(address).mimetype == media_type
        assert documents()[-1].title == documents()[-1].file_name == kept


TOO_BIG = "Ce fichier dépasse 10 Mo : choisissez-en un plus léger."
NOT_KEPT = "Format non accepté : joignez un PDF, une image PNG ou JPEG, ou un document bureautique."
REFUSED = {
    "rien": (b"", "", "Choisissez un fichier."),
    "vide": (b"", "vide.pdf", "Ce fichier est vide."),
    "page": (b"<html><script>alert(1)</script></html>", "page.pdf", NOT_KEPT),
    "dessin": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "dessin.svg", NOT_KEPT),
    "programme": (b"MZ\x90\x00", "facture.pdf.exe", NOT_KEPT),
    "archive": (ZIP, "tout.zip", "Les archives ne sont pas acceptées : joignez le document lui-même."),
    "lourd": (PDF + b"0" * (10 * 1024 * 1024), "lourd.pdf", TOO_BIG),
}


def test_what_is_not_kept_is_said_beside_the_file(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    preventeur = browse("preventeur")
    for title, (data, name, why) in REFUSED.items():
        with subtests.test(title):
            file = (io.BytesIO(data), name)
            page = preventeur.fill(f"{home(world)}/documents/nouveau", file=file, title="Mon titre")
            assert (page.status, page.errors()) == (422, [why])
            assert page.links("^#file$")
            assert page.fields("")["title"] == "Mon titre"
    assert documents() == []


def test_a_file_beyond_what_a_request_may_hold_has_its_page(world: World, browse: Browse) -> None:
    preventeur = browse("preventeur")
    file = (io.BytesIO(b"0" * 13 * 1024 * 1024), "lourd.pdf")
    page = preventeur.fill(f"{home(world)}/documents/nouveau", file=file)
    assert (page.status, page.title) == (413, "Ce fichier est trop lourd")
    assert "La taille permise est de 10 Mo." in page.text
    assert page.tree.xpath("//form[@action='/deconnexion']")


NAMES = (
    'a"b.pdf', "../../etc/passwd.pdf", "C:\\fichiers\\a.pdf", "é" * 300 + ".pdf", "🙂.pdf", "%2e%2e%2f.pdf",
    "'; DROP TABLE documents; --.pdf", ".pdf", " ", "=cmd().pdf",
)  # fmt: skip


def test_a_name_never_leaves_its_place(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    preventeur = browse("preventeur")
    for name in NAMES:
        with subtests.test(name[:40]):
            answer = preventeur.client.get(keep(preventeur, home(world), PDF, name))
            assert (answer.status_code, answer.data) == (200, PDF)
            assert "Set-Cookie" not in answer.headers or "x=1" not in answer.headers["Set-Cookie"]
            sent = answer.headers["Content-Disposition"].split("; ", 1)[1]
            assert sent.count('"') == 2
            assert not {"/", "\\", "\r", "\n"} & set(sent)
    with subtests.test("a name encoded to hold a line break, as no browser writes it"):
        fields = preventeur.get(f"{home(world)}/documents/nouveau").fields("")
        head = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{fields[key]}\r\n'
            for key in ("csrf_token", "submission", "visibility", "title")
        )
        name = "filename*=UTF-8''a%0d%0ab%00c.pdf"
        file = f'--x\r\nContent-Disposition: form-data; name="file"; {name}\r\n\r\n{PDF.decode()}\r\n--x--\r\n'
        answer = preventeur.client.post(
            f"{home(world)}/documents/nouveau",
            data=(head + file).encode(),
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code in (302, 400)
        assert preventeur.client.get(f"/documents/{documents()[-1].id}").status_code == 200


def test_two_clicks_keep_one_document(world: World, browse: Browse) -> None:
    tabs = [browse("preventeur"), browse("preventeur")]
    address = f"{home(world)}/documents/nouveau"
    shown = tabs[0].get(address).fields("")
    pages = [tab.send(address, shown | {"file": (io.BytesIO(PDF), "a.pdf")}) for tab in tabs]
    assert [page.location for page in pages] == [home(world)] * 2
    assert len(documents()) == 1


def test_two_clicks_at_the_same_instant_keep_one_document(world: World, browse: Browse) -> None:
    tabs = [browse("preventeur"), browse("preventeur")]
    address = f"{home(world)}/documents/nouveau"
    shown = tabs[0].get(address).fields("")
    pages = at_once(tabs, address, shown | {"file": (PDF, "a.pdf")})
    assert [page.location for page in pages] == [home(world)] * 2
    assert len(documents()) == 1


def test_each_downloads_what_is_open_to_it(world: World, browse: Browse) -> None:
    preventeur, addresses = browse("preventeur"), {}
    for visibility in ("organisation", "partners", "employer"):
        addresses[visibility] = keep(preventeur, home(world), PDF, f"{visibility}.pdf", visibility=visibility)
    expected = {
        "referent": {"partners", "employer"},
        "departement": {"partners", "employer"},
        "directrice": {"employer"},
        "aract": set(),
        "federation": set(),
        "ailleurs": set(),
    }
    for name, opened in expected.items():
        browser = browse(name)
        found = {key for key, one in addresses.items() if browser.client.get(one).status_code == 200}
        assert (name, found) == (name, opened)
