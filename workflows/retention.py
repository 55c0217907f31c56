"""How long each thing is kept, from which day, and what becomes of it: the rules as data. No database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from workflows.calendar import Delay, add_months, days, months
from workflows.labels import LabelledEnum
from workflows.roles import Role

NOTICE = days(14)
"""How long before an erasure the administrators of the organisation are told."""


class Treatment(LabelledEnum):
    """What becomes of what has been kept long enough."""

    DELETE = "delete", "supprimé"
    ANONYMISE = "anonymise", "rendu anonyme"
    DISABLE = "disable", "désactivé"
    KEEP = "keep", "gardé"


@dataclass(frozen=True)
class Rule:
    """One kind of object: how long it is kept, counted from `since`, then what is done and why."""

    slug: str
    what: str
    since: str
    treatment: Treatment
    why: str
    delay: Delay | None = None
    own_delays: Mapping[Role, Delay] = field(default_factory=dict)

    def delay_of(self, kind: Role | None) -> Delay | None:
        """Return the delay for an organisation of this kind."""
        return self.own_delays.get(kind, self.delay) if kind else self.delay

    def kept_until_before(self, today: date, kind: Role | None = None) -> date | None:
        """Return the last starting day whose delay has run out by `today`, or None: kept for good."""
        delay = self.delay_of(kind)
        if delay is None:
            return None
        before = add_months(today, -delay.count) if delay.unit.value == "months" else delay.shift(today, -delay.count)
        while delay.after(before) > today:  # months have unequal ends: 31 August less six months is 28 February
            before = days(1).shift(before, -1)
        return before


PUBLIC_ARCHIVES = "Archives publiques : au-delà, tri ou destruction (SIAF), puis statistiques sans nom."
NOT_AN_ARCHIVE = {role: months(24) for role in (Role.FEDERATION, Role.PROVIDER, Role.FUNDER)}
"""Bodies that hold no public archives keep what they wrote two years."""

RULES = (
    Rule(
        "case_never_contacted",
        "Dossier dont l’employeur n’a jamais été contacté",
        "dernière activité",
        Treatment.ANONYMISE,
        "Un repérage sans suite ne justifie pas de garder une fiche.",
        months(24),
    ),
    Rule(
        "case_refused",
        "Dossier dont l’employeur n’a pas donné suite",
        "jour de sa réponse",
        Treatment.ANONYMISE,
        "Le temps de proposer à nouveau un appui, pas davantage.",
        months(24),
    ),
    Rule("case_closed", "Dossier clos", "jour de la clôture", Treatment.ANONYMISE, PUBLIC_ARCHIVES, months(60)),
    Rule(
        "visit_draft",
        "Brouillon de visite jamais finalisé",
        "jour de la visite",
        Treatment.DELETE,
        "Un brouillon abandonné n’engage personne.",
        months(12),
    ),
    Rule(
        "exchange_alone",
        "Note de terrain sans dossier",
        "jour de l’échange",
        Treatment.DELETE,
        PUBLIC_ARCHIVES,
        months(60),
        NOT_AN_ARCHIVE,
    ),
    Rule(
        "visit_alone",
        "Visite finalisée sans dossier",
        "jour de la visite",
        Treatment.DELETE,
        PUBLIC_ARCHIVES,
        months(60),
        NOT_AN_ARCHIVE,
    ),
    Rule(
        "document_alone",
        "Document sans dossier",
        "jour du dépôt",
        Treatment.DELETE,
        PUBLIC_ARCHIVES,
        months(60),
        NOT_AN_ARCHIVE,
    ),
    Rule(
        "contact_left",
        "Contact qui a quitté l’employeur",
        "jour du départ",
        Treatment.DELETE,
        "La personne n’est plus l’interlocutrice.",
        months(12),
    ),
    Rule(
        "cpom_over",
        "CPOM arrivé à son terme",
        "échéance, prorogation comprise ; à défaut, dernier fichier qui le dit",
        Treatment.DELETE,
        PUBLIC_ARCHIVES,
        months(60),
    ),
    Rule(
        "objective",
        "Objectif de CPOM que plus aucun fichier ne change",
        "dernier fichier qui le change",
        Treatment.DELETE,
        PUBLIC_ARCHIVES,
        months(84),
    ),
    Rule(
        "aid",
        "Aide versée ou demandée",
        "paiement, à défaut décision ou demande ; à défaut, dernier fichier qui la dit",
        Treatment.DELETE,
        "Pièce d’un paiement : dix ans, puis archives publiques.",
        months(120),
    ),
    Rule(
        "targeting_ended",
        "Liste d’employeurs à qui proposer un appui, une fois échue",
        "fin de validité",
        Treatment.DELETE,
        "Des chiffres anciens ne disent plus rien d’un employeur ; les dossiers ouverts ont leur propre durée.",
        months(24),
    ),
    Rule(
        "self_diagnostic_draft",
        "Auto-diagnostic commencé, jamais terminé",
        "dernière réponse",
        Treatment.DELETE,
        "Un brouillon abandonné n’engage personne.",
        months(12),
    ),
    Rule(
        "self_diagnostic",
        "Auto-diagnostic terminé",
        "jour où l’employeur l’a terminé",
        Treatment.DELETE,
        "La mémoire de l’employeur, pour se comparer à lui-même d’un tour à l’autre.",
        months(60),
    ),
    Rule(
        "barometer",
        "Mois du baromètre d’un employeur",
        "premier jour du mois",
        Treatment.DELETE,
        "La mémoire de l’employeur, pour se comparer à lui-même d’une année à l’autre.",
        months(60),
    ),
    Rule(
        "barometer_share",
        "Copie du baromètre qu’un employeur a partagée",
        "jour du partage",
        Treatment.DELETE,
        "Ce qui fut partagé n’est pas gardé plus longtemps que ce dont c’est la copie.",
        months(60),
    ),
    Rule(
        "account_departed",
        "Compte d’une personne partie",
        "fin de la dernière fonction",
        Treatment.DISABLE,
        "Plus de raison d’entrer.",
        days(90),
    ),
    Rule(
        "account_forgotten",
        "Compte d’une personne partie depuis longtemps",
        "fin de la dernière fonction",
        Treatment.ANONYMISE,
        "Le nom disparaît ; ce qui a été écrit reste, sans auteur.",
        months(24),
    ),
    Rule("mail", "Courriel envoyé ou annulé", "jour de l’envoi", Treatment.DELETE, "Journal technique.", months(12)),
    Rule(
        "data_request",
        "Demande relative aux données personnelles",
        "jour de la réponse",
        Treatment.DELETE,
        "Preuve de la réponse, le temps de la prescription.",
        months(60),
    ),
)
"""Delays of the domain reference §6, to be confirmed by each organisation’s own schedule of archives."""

BY_SLUG = {rule.slug: rule for rule in RULES}

SIZES = ((10, "moins de 11"), (49, "11 à 49"), (199, "50 à 199"))


def size_class(headcount: int | None) -> str:
    """Return the class of size that statistics keep."""
    if headcount is None:
        return "inconnu"
    return next((label for most, label in SIZES if headcount <= most), "200 et plus")
