"""Where the typeface of the reports comes from.

Inter (SIL Open Font License) as it comes from the npm packages of Fontsource: the static files are best
(nothing to cut for each document), the variable ones do. Without them the page falls back on a font of the
system; on Debian, Pango always brings one (fonts-dejavu-core, through fontconfig-config).
"""

from pathlib import Path

# One family per file: WeasyPrint takes two files of the same family and weight for one font, and mixes their glyphs.
FAMILIES = {"latin": "Jalon Inter", "latin-ext": "Jalon Inter Ext"}
WEIGHTS = (400, 600)
STATIC_NAME = "inter-{subset}-{weight}-normal.woff2"
VARIABLE_NAMES = ("inter-{subset}-wght-normal.woff2", "inter-{subset}.woff2")
ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    ROOT / "node_modules/@fontsource/inter/files",
    ROOT / "app/static/build/fonts",
    ROOT / "node_modules/@fontsource-variable/inter/files",
)


def font_faces(folder: Path | None = None) -> str:
    """The @font-face rules for the first folder that holds Inter; empty when none does.

    `folder`, when given, is looked at alone.
    """
    for candidate in (folder,) if folder else FOLDERS:
        if rules := _static_faces(candidate) or _variable_faces(candidate):
            return rules
    return ""


def _static_faces(folder: Path) -> str:
    faces = [
        (family, weight, folder / STATIC_NAME.format(subset=subset, weight=weight))
        for subset, family in FAMILIES.items()
        for weight in WEIGHTS
    ]
    if not all(path.is_file() for _, _, path in faces):
        return ""
    return "\n".join(_face(family, path, f"font-weight: {weight}; ") for family, weight, path in faces)


def _variable_faces(folder: Path) -> str:
    for name in VARIABLE_NAMES:
        faces = [(family, folder / name.format(subset=subset)) for subset, family in FAMILIES.items()]
        if all(path.is_file() for _, path in faces):
            return "\n".join(_face(family, path) for family, path in faces)
    return ""


def _face(family: str, path: Path, weight: str = "") -> str:
    return f'@font-face {{ font-family: "{family}"; {weight}src: url("{path.resolve().as_uri()}") }}'
