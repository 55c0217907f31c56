"""One file, two promises: archive (PDF/A-3a, ISO 19005-3) and accessible (PDF/UA-1, ISO 14289-1).

WeasyPrint writes the metadata of one standard at a time. PDF/A also refuses, in the XMP packet, any property
that it does not know, unless the packet describes it: hence the second block (ISO 19005-3, 6.6.2.3.3).
"""

from typing import Any

VARIANT = "pdf/a-3a"

PDF_UA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
  <pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
END = b"</rdf:RDF>"
NOTHING, WORD_JOINER = b"> <>", b"> <2060>"
_AMBIGUOUS = b"\r\nendstream"
_STREAM = b">>\nstream\n"


def conform(pdf: Any) -> None:
    """Completes a `pydyf.PDF` that is about to be written."""
    declare_pdf_ua(pdf)
    give_every_glyph_a_text(pdf)
    leave_images_as_they_are(pdf)


def declare_pdf_ua(pdf: Any) -> None:
    """Adds the PDF/UA-1 identifier to the metadata."""
    number = int(pdf.catalog["Metadata"].split()[0])
    metadata = pdf.objects[number]
    packet = b"".join(metadata.stream)
    if packet.count(END) != 1:
        raise ValueError("XMP packet without a single rdf:RDF")
    metadata.stream = [packet.replace(END, PDF_UA + END)]
    metadata.compress = False  # an archive must stay readable by a tool that knows nothing of PDF


def give_every_glyph_a_text(pdf: Any) -> None:
    """Where one letter is drawn by several glyphs, WeasyPrint gives the whole text to the first and none to the rest.

    An empty text is refused (ISO 19005-3, 6.2.11.7.2); the rest stand for a word joiner, that nobody sees or hears.
    """
    for item in pdf.objects:
        lines = getattr(item, "stream", ())
        if b"begincmap" in lines:
            item.stream = [_with_text(line) if isinstance(line, bytes) else line for line in lines]


def _with_text(line: bytes) -> bytes:
    return line.replace(NOTHING, WORD_JOINER) if line.endswith(NOTHING) else line


def leave_images_as_they_are(pdf: Any) -> None:
    """A reader may not smooth the images of an archive (ISO 19005-3, 6.2.8.1)."""
    for item in pdf.objects:
        extra = getattr(item, "extra", {})
        if extra.get("Subtype") == "/Image":
            extra["Interpolate"] = "false"


def mark_stream_ends(content: bytes) -> bytes:
    """The same file with a certain end for the streams whose last byte is a carriage return.

    Before `endstream` such a byte reads as half of a line end, so that the announced length looks one too long
    (ISO 19005-3, 6.1.7.1). A full CR LF there settles it; the byte is taken from before `stream`, so that no
    address in the file moves.
    """
    end = content.find(_AMBIGUOUS)
    while end != -1:
        start = content.rindex(_STREAM, 0, end)
        data = content[start + len(_STREAM) : end + 1]
        content = b"".join((content[:start], b">>stream\n", data, b"\r\n", content[end + 2 :]))
        end = content.find(_AMBIGUOUS, end + 3)
    return content
