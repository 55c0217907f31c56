"""The seal of the platform: what it leaves of a document, what it says of it, what becomes of an altered byte."""

import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from app.seal.certificate import Sealer, Unusable, make_development_p12, open_sealer, read_sealer
from app.seal.checking import Checked, Verdict, check
from app.seal.stamping import stamp
from reports import visit_report
from tests.reports.conftest import failures
from tests.reports.examples import USUAL

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORDS = "Liste de ciblage « EHPAD du Poitou », version 3, liste complète"


@cache
def sealer(name: str = "Cachet d’essai") -> Sealer:
    return open_sealer(make_development_p12(name, b"essai", now=NOW), b"essai")


@cache
def document() -> bytes:
    return visit_report.pdf(USUAL)


@cache
def sealed() -> bytes:
    return stamp(document(), sealer(), words=WORDS, now=NOW)


def checked(data: bytes) -> Checked:
    return check(data, {sealer().fingerprint: sealer().pem})


def pdfsig(data: bytes, folder: Path) -> str:
    """What the checker of Poppler says of a file."""
    assert shutil.which("pdfsig"), "poppler-utils"
    path = folder / "scelle.pdf"
    path.write_bytes(data)
    return subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout


def test_a_seal_leaves_the_document_as_it_was_archivable_and_accessible() -> None:
    assert sealed().startswith(document()) and len(sealed()) - len(document()) < 12_000
    assert failures(sealed()) == []
    with pikepdf.open(BytesIO(document())) as before, pikepdf.open(BytesIO(sealed())) as after:
        assert before.Root.Metadata.read_bytes() == after.Root.Metadata.read_bytes()
        assert len(before.pages) == len(after.pages)


def test_a_seal_says_who_when_and_what(tmp_path: Path) -> None:
    found = checked(sealed())
    assert (found.verdict, found.fingerprint, found.words) == (Verdict.INTACT, sealer().fingerprint, WORDS)
    assert found.sealed_at == NOW and "Cachet d’essai" in found.subject
    told = pdfsig(sealed(), tmp_path)
    for words in ("Signature is Valid", "Total document signed", "ETSI.CAdES.detached", "Cachet d’essai"):
        assert words in told, told


def test_any_altered_byte_shows(tmp_path: Path) -> None:
    chance, whole = random.Random(20261124), sealed()
    start, end = whole.rindex(b"/Contents <"), whole.rindex(b"/ByteRange")  # the writing of the seal covers itself not
    places = [place for place in (chance.randrange(len(whole)) for _ in range(200)) if not start <= place <= end]
    assert len(places) > 100
    for place in places:
        altered = bytearray(whole)
        altered[place] ^= 1
        assert checked(bytes(altered)).verdict is not Verdict.INTACT, place
    page = bytearray(whole)
    page[whole.index(b"stream\n") + 40] ^= 1
    assert checked(bytes(page)).verdict is Verdict.ALTERED
    assert "Signature is Valid" not in pdfsig(bytes(page), tmp_path)


@pytest.mark.parametrize(
    "addition", [b"\n", b"% de plus\n", b"\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"], ids=["line", "remark", "object"]
)
def test_what_is_added_after_the_seal_shows(addition: bytes, tmp_path: Path) -> None:
    assert checked(sealed() + addition).verdict is Verdict.ALTERED
    assert "Total document signed" not in pdfsig(sealed() + addition, tmp_path)


def test_a_file_cut_short_or_sealed_again_shows() -> None:
    assert checked(sealed()[:-2000]).verdict in (Verdict.ALTERED, Verdict.UNSEALED)
    with pikepdf.open(BytesIO(sealed())) as pdf:
        out = BytesIO()
        pdf.save(out)
    assert checked(out.getvalue()).verdict is not Verdict.INTACT


def test_another_s_seal_is_not_ours() -> None:
    other = stamp(document(), sealer("Un autre"), words=WORDS, now=NOW)
    assert checked(other) == Checked(Verdict.FOREIGN)
    assert check(sealed(), {}).verdict is Verdict.FOREIGN


def locked() -> bytes:
    with pikepdf.open(BytesIO(document())) as pdf:
        out = BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="secret", user="secret"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (b"", Verdict.NOT_A_PDF),
        (b"PK\x03\x04 un classeur", Verdict.NOT_A_PDF),
        (b"%PDF-1.7\nrien du tout", Verdict.UNSEALED),
        (b"%PDF-1.7\n/ETSI.CAdES.detached\n" + b"\x00" * 5000, Verdict.ALTERED),
        (b"%PDF-1.7 /ETSI.CAdES.detached " + b"<<" * 100_000, Verdict.ALTERED),
        (b"%PDF-1.7 " + b"x" * (10 * 1024 * 1024), Verdict.UNSEALED),
    ],
    ids=["empty", "workbook", "nothing", "broken", "deep", "huge"],
)
def test_any_other_file_is_told_what_it_is(data: bytes, verdict: Verdict) -> None:
    assert checked(data).verdict is verdict


def test_a_document_without_seal_or_locked_is_told_so() -> None:
    assert checked(document()).verdict is Verdict.UNSEALED
    assert checked(locked()).verdict is Verdict.LOCKED


def test_a_certificate_that_may_not_serve_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="JALON_SEAL_P12"):
        read_sealer("", "")
    with pytest.raises(Unusable, match="illisible"):
        read_sealer(str(tmp_path / "absent.p12"), "")
    with pytest.raises(Unusable, match="ne s’ouvre pas"):
        open_sealer(sealer().data, b"autre chose")
    with pytest.raises(Unusable, match="ne s’ouvre pas"):
        open_sealer(b"autre chose", b"essai")
    for instant, words in ((NOW - timedelta(days=1), "à partir du"), (NOW + timedelta(days=3650), "échu depuis")):
        with pytest.raises(Unusable, match=words):
            stamp(document(), sealer(), words=WORDS, now=instant)


def test_what_was_sealed_stays_good_after_the_certificate_ends() -> None:
    """The seal is checked at the instant that it tells: nothing in the check reads a clock."""
    late = stamp(document(), sealer(), words=WORDS, now=sealer().valid_until - timedelta(hours=1))
    assert checked(late).verdict is Verdict.INTACT
