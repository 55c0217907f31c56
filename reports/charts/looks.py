"""How the marks of the charts look: one class and its presentation attributes each.

The attributes serve where there is no style sheet (a document, a file saved alone); a page may restyle the classes. No
`style` attribute: the security policy of the pages refuses it. Marks that mean different things differ by their shape
as well as by their colour, and by their lightness, so that a black and white print keeps them apart.
"""

CLASS = "jalon-chart"
FONT = "Inter Variable, Jalon Inter, Inter, system-ui, DejaVu Sans, sans-serif"

INK, MUTED, PAPER = "#15151f", "#565668", "#ffffff"
BRAND, ACCENT, ACCENT_INK = "#24318a", "#dc5230", "#9a3412"

SERIES = ("#24318a", "#8c9ae0", "#4f5fc0", "#c3cbf3", "#dc5230", "#f2b9a6")
"""Fills of bars, in order: neighbours differ in lightness."""

_TEXT = {"font-size": "12", "fill": MUTED}
_STRONG = {"font-size": "13", "font-weight": "600"}
_LINE = {"fill": "none", "stroke-linejoin": "round", "stroke-linecap": "round"}

_LOOKS: dict[str, dict[str, str]] = {
    "grid": {"stroke": "#e3e4ec", "stroke-width": "1"},
    "axis": {"stroke": "#83839a", "stroke-width": "1"},
    "tick": _TEXT,
    "note": {"font-size": "11.5", "fill": MUTED},
    "why": {"font-size": "11.5", "fill": MUTED, "font-style": "italic", "text-anchor": "middle"},
    "gap": {"fill": "#f3f3f6"},
    "halo": {"fill": PAPER, "stroke": PAPER, "stroke-width": "4", "stroke-linejoin": "round"},
    "band": {"fill": "#d9def4"},
    "median": {**_LINE, "stroke": "#4f5fc0", "stroke-width": "1.75", "stroke-dasharray": "5 4"},
    "peers-value": {**_STRONG, "fill": BRAND},
    "peers-label": {**_TEXT, "fill": BRAND},
    "mine": {**_LINE, "stroke": ACCENT, "stroke-width": "2.5"},
    "mine-dot": {"fill": ACCENT, "stroke": PAPER, "stroke-width": "1.5"},
    "mine-leader": {"stroke": ACCENT_INK, "stroke-width": "1"},
    "mine-value": {"font-size": "15", "font-weight": "600", "fill": ACCENT_INK},
    "mine-name": {"font-size": "13", "font-weight": "600", "fill": ACCENT_INK},
    "mine-label": {**_TEXT, "fill": ACCENT_INK},
    "site": {"fill": "#6b6b80", "fill-opacity": "0.55"},
    "expected": {"stroke": MUTED, "stroke-width": "1"},
    "inner": {"fill": "#e6e9f8"},
    "outer": {"fill": "#f4f5fc"},
    "limit": {**_LINE, "stroke": BRAND, "stroke-width": "1.25"},
    "far-limit": {**_LINE, "stroke": BRAND, "stroke-width": "1.25", "stroke-dasharray": "4 3"},
    "segment": {"stroke": PAPER, "stroke-width": "1.5"},
    "leader": {**_LINE, "stroke": "#a9a9ba", "stroke-width": "1"},
    "value": {**_STRONG, "fill": INK},
    "label": {"font-size": "12", "fill": INK},
}


def look(kind: str) -> dict[str, str]:
    """Return the class and the attributes of a kind of mark."""
    return {"class": f"{CLASS}__{kind}", **_LOOKS[kind]}
