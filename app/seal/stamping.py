"""The seal put on a PDF: PAdES, invisible, in an increment that leaves every byte of the document where it was."""

from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from app.seal.apart import apart
from app.seal.certificate import Sealer

FIELD = "Cachet"
READABLE = "Cachet de la plateforme Jalon"


class _Untouched(IncrementalPdfFileWriter):
    """pyHanko would write the metadata again, and lose there what makes the file PDF/A and PDF/UA at once."""

    def _update_meta(self) -> None:
        pass


class _Dated(signers.PdfSigner):
    """Dates the seal with the instant that it is given, not with the clock of the machine."""

    instant: datetime

    def init_signing_session(self, *args: Any, **given: Any) -> Any:
        session = super().init_signing_session(*args, **given)
        session.system_time = self.instant
        return session


def stamp(pdf: bytes, sealer: Sealer, *, words: str, now: datetime) -> bytes:
    """Return the PDF with the platform's seal; raises Unusable when the certificate is not valid now.

    `words` are sealed with the rest: they say what the document is to whoever holds the file alone. After the seal no
    change is allowed (certification of level 1), hence no second seal either. The field has no place on the page: a
    visible one would break PDF/A and PDF/UA, and one on the page would have to be a form to be tagged.
    """
    sealer.refuse_out_of_date(now)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        reason=words,
        name=sealer.subject,
    )
    place = fields.SigFieldSpec(
        FIELD, readable_field_name=READABLE, invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True)
    )
    signer = signers.SimpleSigner.load_pkcs12_data(sealer.data, other_certs=[], passphrase=sealer.passphrase)
    dated = _Dated(metadata, signer=signer, new_field_spec=place)
    dated.instant = now
    sealed: bytes = apart(dated.sign_pdf, _Untouched(BytesIO(pdf), strict=True)).getvalue()
    return sealed
