"""Names of synthetic employers: they sound right and are nobody's."""

import unicodedata
from collections.abc import Iterator
from itertools import count
from random import Random

NOUNS = """
les genêts|les bleuets|la marelle|le verger|les glycines|le cerf-volant|la lanterne|les hirondelles
|le banc vert|la roseraie|les noisetiers|le colombier|les peupliers|la margelle|le belvédère
|les capucines|la charmille|le pigeonnier|les sureaux|la treille|les églantiers|le préau
|les lavandes|la clairière
""".replace("\n", "").split("|")
COMPLEMENTS = """
du moulin|des sources|de l'écluse|du vieux pont|des quatre vents|du pré|de la combe|des aulnes
|du lavoir|de l'étang|des vignes|du halage|de la gare|des remparts|du puits|de la lande
|des châtaigniers|du marais|de la butte|du gué
""".replace("\n", "").split("|")
TOWNS = """
Saint-Aubin|Villeneuve|Saint-Fort|La Chapelle|Saint-Luc|Beauval|Saint-Clair|Montfleuri|Saint-Éloi
|Courbeval|Sainte-Aurore|Fontbelle
""".replace("\n", "").split("|")
TOWN_ENDINGS = """
le-Lavoir|les-Genêts|aux-Oies|sous-Futaie|la-Margelle|des-Aulnes|le-Gué|sur-Ruisselle|en-Plaine
|les-Tourelles
""".replace("\n", "").split("|")
COUNTRIES = """
du pays|du val|de la plaine|du bocage|des coteaux|de la vallée|des collines|de la forêt
""".replace("\n", "").split("|")
COUNTRY_ENDINGS = """
des trois moulins|des bleuets|de la Ruisselle|du grand chêne|des sept fontaines|des aulnes
|du martin-pêcheur|de la pierre levée|des peupliers|du vieux chemin|de l'alouette|des hautes herbes
|du héron|de la Claironne|des mille étangs|du chat sauvage|de la Belle-Eau|des genêts d'or
|du tilleul creux|de la loutre|des bruyères|du pont cassé|de l'écureuil|des deux clochers
""".replace("\n", "").split("|")
STREETS = """
R|des Jardins;R|du Lavoir;AV|de la Gare;PL|de l'Église;R|des Écoles;CHE|du Moulin
;ALL|des Marronniers;RTE|de la Plaine;R|du Stade;BD|des Tilleuls;IMP|des Noyers;R|de la Fontaine
""".replace("\n", "").split(";")


class NamePool:
    """Gives each name once, in an order drawn from the seed; then again, numbered."""

    def __init__(self, rng: Random, starts: list[str], ends: list[str], joint: str = " ") -> None:
        names = [f"{start}{joint}{end}" for start in starts for end in ends]
        rng.shuffle(names)
        self._names = _numbered(names)

    def draw(self) -> str:
        """The next name, in ordinary French capitals and accents."""
        return next(self._names)


def plain_capitals(text: str) -> str:
    """The text as the directory prints short names: capitals without accents."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).upper()


def delivery_city(name: str) -> str:
    """The name of a commune as the post prints it: « ST MAIXENT L ECOLE »."""
    words = plain_capitals(name).replace("-", " ").replace("'", " ").split()
    return " ".join({"SAINT": "ST", "SAINTE": "STE"}.get(word, word) for word in words)


def _numbered(names: list[str]) -> Iterator[str]:
    for turn in count(1):
        yield from names if turn == 1 else (f"{name} {turn}" for name in names)
