"""Names that FINESS writes in capitals, as people write them."""

import re

ACRONYMS = frozenset(
    """ADAPEI ADMR ADSEA AFM APAJH APF ARSEA ASSAD CAMSP CCAS CHRS CHS CHU CIAS CMP CMPP CMS CNSA CPOM EAM EANM EHPA
    EHPAD EPHAD EPMS EPSM ESA ESAT ESMS EURL FAM FEHAP FHF FHP FNAAFP GCS GCSMS GIE GIP IDEC IEM IME IMPRO ITEP MAPA
    MARPA MAS MDEP MGEN MSA PEP PMI PUV SA SAA SAAD SAAS SAD SAMSAH SARL SAS SASU SAVS SCIC SCOP SESSAD SIVOM SIVU
    SMTI SPASAD SSIAD SSR UDAF UDCCAS UEM UGECAM UNA USLD VYV""".split()
)
ARTICLES = frozenset("l la le les".split())
PREPOSITIONS = frozenset("a au aux d de des du en et lès lez par pour près s sous sur".split())
SAINT = frozenset("st sts".split())
ROMAN = re.compile(r"[IVX]{2,}")
# « VAL D OIRE », but neither the initials of « A D A P E I » nor « BATIMENT D ESCALIER 2 ».
LOST_APOSTROPHE = re.compile(r"(?<![\w.'’-])(?<!\b\w )(?<!\bBAT )(?<!\bBATIMENT )([DL]) (?=[AEIOUYHÀÂÉÈÊËÎÏÔÖÙÛÜŒÆ]\w)")
WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*\.?")


def in_small_letters(text: str) -> str:
    """Return a name all in capitals as people write it: « EHPAD Les Tilleuls », « CCAS de la Roche ».

    Known acronyms, initials with points, roman numbers and words without a vowel stay in capitals; prepositions
    lose theirs, and so do the articles that follow one. A lone D or L before a vowel or an H gets its apostrophe
    back. A text that already mixes capitals and small letters is returned as it is. Accents that FINESS left out
    are not guessed.
    """
    if any(letter.islower() for letter in text):
        return text
    text = LOST_APOSTROPHE.sub(r"\1'", text)
    before = ""
    pieces, end = [], 0
    for found in WORD.finditer(text):
        pieces += [text[end : found.start()], _word(found.group(), before)]
        before, end = found.group().lower(), found.end()
    return "".join(pieces) + text[end:]


def _word(word: str, before: str) -> str:
    plain = word.lower()
    if word in ACRONYMS or "." in word.strip(".") or ROMAN.fullmatch(word):
        return word
    if (before and plain in PREPOSITIONS) or (before in PREPOSITIONS and plain in ARTICLES):
        return plain
    if plain in SAINT:
        return word.capitalize()
    return word.capitalize() if re.search("[AEIOUYÀÂÉÈÊËÎÏÔÖÙÛÜŒÆ]", word) else word
