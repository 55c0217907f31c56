"""The mix of employers of the synthetic region: status, weight, wording and sites.

Weights are numbers of employers in 300: about four in ten public, one in twenty-five to confirm, four in
ten private non-profit, the rest commercial. In a wording, {place} is an invented commune, {country} an
invented area, {name} an invented residence.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of employer: FINESS status, weight, short and long names, and the sites it may run.

    Each string of `sites` lists the categories of one possible employer, its main site first.
    """

    status: str
    weight: int
    short: str
    long: str
    sites: tuple[str, ...]


PROFILES = (
    Profile("17", 46, "CCAS de {place}", "Centre communal d'action sociale de {place}",
            ("202", "460", "202 460", "500", "460 354", "209", "202")),
    Profile("08", 14, "CIAS {country}", "Centre intercommunal d'action sociale {country}",
            ("460", "209", "460 500", "354", "460 202")),
    Profile("21", 32, "EHPAD {name}", "EHPAD public autonome {name}",
            ("500", "500", "500", "500 354", "500 207")),
    Profile("22", 8, "EHPAD intercommunal {name}", "Établissement public intercommunal {name}",
            ("500", "500 500", "500 202")),
    Profile("19", 6, "EPD {name}", "Établissement public départemental {name}",
            ("183 182", "255 449", "246 252", "448 449 446")),
    Profile("13", 9, "CH de {place}", "Centre hospitalier de {place}",
            ("355 500", "355 500 354", "355 500")),
    Profile("14", 4, "CH intercommunal {place}", "Centre hospitalier intercommunal de {place}",
            ("355 500", "355 500 500")),
    Profile("30", 7, "GCSMS {country}", "Groupement de coopération sociale et médico-sociale {country}",
            ("460 354", "500", "460")),
    Profile("28", 3, "GIP autonomie {country}", "Groupement d'intérêt public autonomie {country}",
            ("446", "445 446")),
    Profile("29", 2, "GCS {country}", "Groupement de coopération sanitaire {country}",
            ("354",)),
    Profile("60", 26, "Association {name}", "Association de gestion de la résidence {name}",
            ("500", "500", "500 202", "500", "500 500")),
    Profile("60", 34, "Aide à domicile {country}", "Association d'aide à domicile {country}",
            ("460", "460", "209", "354", "460 354")),
    Profile("60", 22, "Association {name}", "Association d'accompagnement {name}",
            ("246 252", "183 182", "255", "448", "255 449", "182", "246", "449", "446", "186 182", "448")),
    Profile("61", 12, "Entraide {name}", "Association reconnue d'utilité publique Entraide {name}",
            ("183 182 246 446", "255 448 449", "500 202", "246 247 252", "255 449")),
    Profile("63", 6, "Fondation {name}", "Fondation {name}",
            ("500", "500 448", "500 500")),
    Profile("47", 8, "Mutuelle {country}", "Mutuelle d'action sociale {country}",
            ("500", "354", "500", "500 354")),
    Profile("64", 3, "Congrégation {name}", "Congrégation {name}",
            ("500",)),
    Profile("66", 3, "GCSMS privé {country}", "Groupement de coopération privé {country}",
            ("460", "209")),
    Profile("95", 18, "SAS {name}", "Société d'exploitation {name}",
            ("500", "500", "500", "500 500")),
    Profile("72", 16, "SARL Domicile {country}", "Société de services à domicile {country}",
            ("460",)),
    Profile("73", 8, "SA {name}", "Société anonyme {name}",
            ("500", "500 500")),
    Profile("78", 9, "EURL Présence {country}", "Présence à domicile {country}",
            ("460",)),
    Profile("74", 4, "Société civile {name}", "Société civile {name}",
            ("500", "202")),
)  # fmt: skip

# How a site is named, by category. Services take the area of their employer, the others its residence.
SITE_NAMES = {
    "182": "SESSAD {name}",
    "183": "IME {name}",
    "186": "ITEP {name}",
    "202": "Résidence autonomie {name}",
    "207": "Centre de jour {name}",
    "209": "SAD Autonomie {country}",
    "246": "ESAT {name}",
    "247": "Entreprise adaptée {name}",
    "252": "Foyer d'hébergement {name}",
    "255": "MAS {name}",
    "354": "SSIAD {country}",
    "355": "Centre hospitalier {place}",
    "445": "SAMSAH {country}",
    "446": "SAVS {country}",
    "448": "EAM {name}",
    "449": "EANM {name}",
    "460": "SAD Autonomie {country}",
    "500": "EHPAD {name}",
}
NAF = {
    "182": "8891B",
    "183": "8710B",
    "186": "8710B",
    "202": "8730A",
    "207": "8810B",
    "246": "8810C",
    "247": "8810C",
    "252": "8720A",
    "255": "8710C",
    "354": "8690D",
    "355": "8610Z",
    "445": "8810B",
    "446": "8810B",
    "448": "8710C",
    "449": "8720A",
    "500": "8710A",
}
HOME_CARE_NAF = "8810A"
# Employers in 300 by département: Carsat Centre-Ouest first, then a few of Carsat Aquitaine.
DEPARTEMENTS = {
    "16": 36, "17": 42, "19": 32, "23": 22, "79": 40, "86": 38, "87": 38,
    "24": 10, "33": 14, "40": 9, "47": 9, "64": 12,
}  # fmt: skip
