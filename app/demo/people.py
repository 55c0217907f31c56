"""The people of the demonstration, all invented: those who sign in, and their colleagues in the histories."""

from dataclasses import dataclass

from app.demo.organisations import DEPARTEMENTS

PREVENTEUR = "preventeur@carsat.demo.example"
REFERENT = "referent@ars.demo.example"
COORDINATRICE = "coordinatrice@ars.demo.example"
DEPARTEMENT = "charge@departement.demo.example"
CONSEILLER = "conseiller@aract.demo.example"
PRST = "charge-prst@dreets.demo.example"
DELEGUE = "delegue@federation.demo.example"
UNA = "didier.poncet@federation.demo.example"
DIRECTRICE = "directrice@employeur.demo.example"
CONSULTANT = "consultant@prestataire.demo.example"
OBSERVATEUR = "observateur@national.demo.example"
ADMIN = "admin@demo.example"
EMPLOYER_SIDE = ""
"""In place of an organisation: the person manages an employer."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to create: `body` is the key of an organisation."""

    email: str
    given_name: str
    family_name: str
    body: str
    job_title: str
    is_coordinator: bool = False
    is_administrator: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"


ACCOUNTS = (
    Person(PREVENTEUR, "Claire", "Morin", "carsat-co", "Préventrice"),
    Person(REFERENT, "Julien", "Faure", "ars", "Référent QVT"),
    Person(
        COORDINATRICE, "Nadia", "Belkacem", "ars", "Coordinatrice régionale", is_coordinator=True, is_administrator=True
    ),
    Person(DEPARTEMENT, "Hugo", "Renaud", "dept-79", "Chargé de mission autonomie"),
    Person(CONSEILLER, "Thomas", "Lemoine", "aract", "Conseiller qualité de vie au travail"),
    Person(PRST, "Inès", "Carpentier", "dreets", "Chargée du plan régional santé au travail"),
    Person(DELEGUE, "Marc", "Vasseur", "fehap", "Délégué régional"),
    Person(DIRECTRICE, "Sophie", "Delmas", EMPLOYER_SIDE, "Directrice"),
    Person(CONSULTANT, "Yann", "Le Goff", "horizon", "Consultant"),
    Person(OBSERVATEUR, "Agnès", "Roche", "cnsa", "Chargée d’études"),
    Person(ADMIN, "Paul", "Mercier", "platform", "Administrateur", is_administrator=True),
)
"""Those who sign in, in the order of the sign-in page."""


def _colleague(name: str, body: str, job_title: str, domain: str) -> Person:
    given_name, family_name = name.split(" ", 1)
    address = f"{given_name}.{family_name}@{domain}.demo.example".lower().replace(" ", "-")
    plain = address.translate(str.maketrans("éèêëïîôçâà", "eeeeiiocaa"))
    return Person(plain, given_name, family_name, body, job_title)


_OFFICERS = (
    "Luc Barreau",
    "Anne Pelletier",
    "Rémi Fontaine",
    "Céline Dubreuil",
    "Gilles Marty",
    "Laure Castaing",
    "Iban Sarrade",
    "Odile Vergne",
    "Peio Lahargue",
    "Samuel Gaillard",
    "Fanny Descamps",
)
COLLEAGUES = (
    _colleague("Bruno Texier", "carsat-co", "Ingénieur-conseil", "carsat"),
    _colleague("Sandrine Pouget", "carsat-co", "Contrôleuse de sécurité", "carsat"),
    _colleague("Maïté Etcheverry", "carsat-aq", "Contrôleuse de sécurité", "carsat"),
    _colleague("Xavier Lanusse", "carsat-aq", "Contrôleur de sécurité", "carsat"),
    _colleague("Karine Chauvet", "ars", "Chargée de CPOM", "ars"),
    *(
        _colleague(name, f"dept-{code}", "Chargé de mission autonomie", "departement")
        for name, code in zip(_OFFICERS, [code for code in DEPARTEMENTS if code != "79"], strict=True)
    ),
    _colleague("Denis Aubry", "fnp", "Chargé de prévention", "fnp"),
    _colleague("Lucie Marchand", "cdg", "Conseillère en prévention", "cdg"),
    _colleague("Estelle Noël", "opco", "Conseillère formation", "opco"),
    _colleague("Régis Guérin", "msa", "Conseiller en prévention", "msa"),
    _colleague("Hélène Rivaud", "spst", "Médecin du travail", "sante-travail"),
    _colleague("Sonia Ferrand", "nexem", "Déléguée régionale", "federation"),
    _colleague("Didier Poncet", "una", "Délégué régional", "federation"),
    _colleague("Valérie Aubin", "synerpa", "Déléguée régionale", "federation"),
    _colleague("Mathilde Serres", "atelier", "Consultante", "prestataire"),
)
"""Those who appear in the histories and have no password."""
