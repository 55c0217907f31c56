"""Files as people send them, made here: a PDF, images, office documents, and those that are refused."""

import io
import zipfile
from collections.abc import Mapping

from PIL import Image

PDF = b"""%PDF-1.7
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
xref
0 4
0000000000 65535 f\x20
0000000009 00000 n\x20
0000000052 00000 n\x20
0000000101 00000 n\x20
trailer<</Size 4/Root 1 0 R>>
startxref
164
%%EOF
"""


def image(kind: str = "PNG", size: tuple[int, int] = (3, 2), **values: object) -> bytes:
    """A small picture; `values` go to Pillow (exif, comment, pnginfo)."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 60, 30)).save(buffer, kind, **values)
    return buffer.getvalue()


PNG, JPEG = image(), image("JPEG")


def archive(parts: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these parts, in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return buffer.getvalue()


WORD = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"}
SHEET = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}
TEXT = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<office:document-content/>"}
TABLE = {**TEXT, "mimetype": "application/vnd.oasis.opendocument.spreadsheet"}
DOCX, XLSX, ODT, ODS, ZIP = (archive(parts) for parts in (WORD, SHEET, TEXT, TABLE, {"lisez-moi.txt": "bonjour"}))
