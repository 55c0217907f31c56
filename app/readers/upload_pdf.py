"""PDFs sent by people: read through, kept as they are, refused when something in them would act or hide."""

import io
from typing import Any

from app.readers.upload_refusal import RefusedFile

MOST_OBJECTS = 200_000
ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/Movie", "/Sound"}
"""Types of action (/S) that run, call out or open another file; a link to a web page (/URI) only shows an address."""
KEYS = {
    "/JS": "un programme (JavaScript)",
    "/XFA": "un formulaire dynamique (XFA)",
    "/EmbeddedFiles": "des fichiers joints",
    "/EF": "des fichiers joints",
    "/RichMedia": "du contenu multimédia",
    "/RichMediaContent": "du contenu multimédia",
}
SUBTYPES = {"/RichMedia", "/3D", "/Movie", "/Sound", "/Screen", "/FileAttachment"}
INSTEAD = "Imprimez-le en PDF (« Enregistrer au format PDF »), puis joignez le résultat."


def refuse_active_pdf(data: bytes) -> None:
    """Raise RefusedFile for a PDF that is broken, locked, or holds anything but pages to read."""
    import pikepdf  # loaded at the first PDF

    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise RefusedFile("Ce PDF est protégé : enregistrez-en une copie sans protection, puis joignez-la.")
            if len(pdf.objects) > MOST_OBJECTS:
                raise RefusedFile(f"Ce PDF est trop complexe. {INSTEAD}")
            _ = len(pdf.pages)
            for one in (pdf.trailer, *pdf.objects):
                _refuse_active(one)
    except pikepdf.PasswordError:
        raise RefusedFile("Ce PDF est protégé : enregistrez-en une copie sans protection, puis joignez-la.") from None
    except (pikepdf.PdfError, ValueError, RuntimeError):
        raise RefusedFile(f"Ce PDF est illisible. {INSTEAD}") from None


def _refuse_active(root: Any) -> None:
    """Look into one object and what is written inside it; what it refers to comes by itself."""
    from pikepdf import Array, Dictionary, Stream

    waiting = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Array):
            waiting += [item for item in one if not getattr(item, "is_indirect", False)]
        if not isinstance(one, Dictionary | Stream):
            continue
        for key, value in one.items():
            what = KEYS.get(key) or (_act(key, value))
            if what:
                raise RefusedFile(f"Ce PDF contient {what}. {INSTEAD}")
            if not getattr(value, "is_indirect", False):
                waiting.append(value)


def _act(key: str, value: Any) -> str:
    if key not in ("/S", "/Subtype"):
        return ""
    name = str(value)
    if key == "/S" and name in ACTIONS:
        return "un programme (JavaScript)" if name == "/JavaScript" else "une action automatique"
    return "du contenu multimédia ou des fichiers joints" if key == "/Subtype" and name in SUBTYPES else ""
