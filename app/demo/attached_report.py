"""A report written elsewhere before Jalon, as a plain PDF of one page: what people attach to an old visit."""

LEADING = 16
FIRST_LINE = (56, 780)
"""Points from the left and the bottom of an A4 page."""


def attached_report(lines: list[str]) -> bytes:
    """Return a one-page PDF 1.4 of these lines (characters of Windows-1252, forty lines at most)."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        _stream(_page(lines)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    return _file(objects)


def _page(lines: list[str]) -> bytes:
    left, top = FIRST_LINE
    shown = b"".join(b"(%s) Tj T*\n" % _escaped(line) for line in lines)
    return b"BT /F1 11 Tf %d TL %d %d Td\n%sET" % (LEADING, left, top, shown)


def _escaped(line: str) -> bytes:
    text = line.encode("cp1252", "replace")
    return text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _file(objects: tuple[bytes, ...]) -> bytes:
    """Number the objects and write the table of their places, as PDF 1.4 wants (ISO 32000-1, § 7.5)."""
    body, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(body))
    )
