"""What people type against what an archive accepts: every character of the file must have a drawing."""

import re
import unicodedata

SYMBOL = "[symbole]"
TEXT = "[texte non imprimable]"

# PDF/A and PDF/UA refuse a glyph whose text is a control, private or non-character, or the byte order mark;
# a direction mark makes a line read otherwise than it was typed; Inter has no drawing for a variation selector.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069"
    "\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff9-\ufffc\ufffe\uffff"
    "\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000fffff\U00100000-\U0010ffff]"
)
_LINE_BREAKS = re.compile("\r\n|[\r\x0c\x85\u2028\u2029]")
# Letters disguised as mathematics: a voice spells them, and the bold fonts lack them.
_FANCY_LETTERS = re.compile("[\U0001d400-\U0001d7ff\U0001ee00-\U0001eeff]+")
_JOINERS = "\u200c\u200d"


def printable(text: str) -> str:
    """The same text composed (NFC), without the characters that no page can show."""
    text = _FORBIDDEN.sub("", _LINE_BREAKS.sub("\n", text))
    text = _FANCY_LETTERS.sub(lambda run: unicodedata.normalize("NFKC", run.group()), text)
    return unicodedata.normalize("NFC", text)


def name_undrawable(text: str, missing: set[int]) -> str:
    """Puts words in the place of each run of characters that no installed font can draw.

    `missing` holds code points, of the characters or of what they are made of. A run of symbols (emoji) reads
    « [symbole] », any other « [texte non imprimable] »; the joiners and the spaces inside a run go with it.
    """
    undrawable = {character for character in set(text) if _needs(character, missing)}
    if not undrawable:
        return text
    one = "[" + "".join(re.escape(character) for character in sorted(undrawable)) + "]"
    run = re.compile(f"{one}(?:[{_JOINERS}]|{one}|\\s(?={one}))*")
    return run.sub(_words_for, text)


def _needs(character: str, missing: set[int]) -> bool:
    parts = character + unicodedata.normalize("NFKD", character)  # fonts are asked for the parts of some letters
    return any(ord(part) in missing for part in parts)


def _words_for(run: re.Match[str]) -> str:
    letters = any(unicodedata.category(character)[0] in "LMN" for character in run.group())
    return TEXT if letters else SYMBOL
