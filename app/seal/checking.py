"""What a PDF that comes back is worth: sealed by whom, when, intact or not. Its bytes are anybody’s."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from io import BytesIO
from typing import Any

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from app.seal.apart import apart

MARK = b"/ETSI.CAdES.detached"
"""What any PAdES seal writes out in clear: without it, the rest of the file is not even read."""
LARGEST = 10 * 1024 * 1024
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it tells at length of what others send


class Verdict(Enum):
    """What a file is worth."""

    INTACT = "intact"
    ALTERED = "altered"
    FOREIGN = "foreign"
    UNSEALED = "unsealed"
    LOCKED = "locked"
    NOT_A_PDF = "not_a_pdf"


@dataclass(frozen=True)
class Checked:
    """A verdict; the rest only of a file that is intact: its certificate, the instant told by the seal, its words."""

    verdict: Verdict
    fingerprint: str = ""
    subject: str = ""
    sealed_at: datetime | None = None
    words: str = ""


def check(data: bytes, known: Mapping[str, str]) -> Checked:
    """Return what a file is worth, given the certificates of the platform (PEM, by fingerprint). Never raises.

    A seal covers all but its own writing, of which a few bits say nothing: whoever kept the digest of the whole file
    compares it besides.
    """
    if b"%PDF-" not in data[:1024]:
        return Checked(Verdict.NOT_A_PDF)
    if len(data) > LARGEST or MARK not in data:
        return Checked(Verdict.LOCKED if b"/Encrypt" in data[-4096:] else Verdict.UNSEALED)
    try:
        return _check(data, known)
    except Exception:  # whatever a damaged or a crafted file makes a reader do, it is no longer what was sealed
        return Checked(Verdict.ALTERED)


def _check(data: bytes, known: Mapping[str, str]) -> Checked:
    reader = PdfFileReader(BytesIO(data), strict=False)
    if reader.encrypted:
        return Checked(Verdict.LOCKED)
    found = reader.embedded_signatures
    if not found:
        return Checked(Verdict.UNSEALED)
    seal = found[0]
    certificate = seal.signer_cert
    fingerprint = certificate.sha256.hex()
    if fingerprint not in known:
        return Checked(Verdict.FOREIGN)
    status = _validate(seal, known[fingerprint])
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    if len(found) > 1 or not (whole and status.intact and status.valid):
        return Checked(Verdict.ALTERED)
    words = str(seal.sig_object.get("/Reason", ""))
    return Checked(Verdict.INTACT, fingerprint, _name(certificate), seal.self_reported_timestamp, words)


def _name(certificate: Any) -> str:
    """« Cachet de la plateforme (Organisme) », as the certificate names them."""
    told = certificate.subject.native
    name, owner = told.get("common_name", ""), told.get("organization_name", "")
    return f"{name} ({owner})" if name and owner else str(name or owner)


def _validate(seal: Any, own: str) -> Any:
    """The certificate is ours, known beforehand: nobody else is asked, and its end undoes nothing that it sealed."""
    _, _, der = pem.unarmor(own.encode())
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(der)], allow_fetching=False, moment=seal.self_reported_timestamp
    )
    return apart(validate_pdf_signature, seal, context)
