"""The ongoing cases that a partner follows today in a spreadsheet of its own."""

from dataclasses import dataclass
from datetime import date

from app.readers import cells
from app.readers.cells_dates import day
from app.readers.kinds.employer_key import FIELDS, NAMES, EmployerKey, employer_key
from app.readers.layouts import Field, Layout, Values
from app.readers.problems import Severity

STATES = {
    "identified": ("Repéré", "Identifié", "À contacter", "Ciblé", "Appui proposé", "Nouveau"),
    "contacted": ("Contacté", "Premier contact", "Premier échange", "Pris contact", "Contact pris", "Courrier envoyé"),
    "diagnostic": ("Diagnostic", "En diagnostic", "Diagnostic en cours", "État des lieux", "État des lieux partagé"),
    "contract": ("Contrat de prévention", "Contrat", "Contrat signé", "Sous contrat", "Contrat de prévention signé"),
    "cpom_objective": ("Objectif CPOM", "Objectif du CPOM", "CPOM", "CPOM signé", "Objectif signé"),
    "accompaniment": (
        "Accompagnement",
        "En accompagnement",
        "Accompagné",
        "Accompagnement en cours",
        "En cours",
        "Suivi",
    ),
    "evaluation": ("Évaluation", "En évaluation", "Bilan", "Bilan en cours", "Bilan des effets"),
    "closed": ("Clos", "Clôturé", "Terminé", "Fini", "Achevé", "Fermé", "Appui terminé"),
    "refused": ("Refus", "Refusé", "Refus de l'employeur", "Décliné", "Sans suite", "Pas de suite pour le moment"),
    "out_of_scope": ("Hors champ", "Hors périmètre", "Non concerné", "Hors du dispositif"),
    "suspended": ("Suspendu", "En pause", "En attente", "Suspension", "Gelé"),
}
"""State of a case → the words met for it, the usual one first. The slugs are those of the procedure."""


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """One case under way. Lead and officer are as written: the importer finds the organisation and the person."""

    line: int
    employer: EmployerKey
    name: str | None
    state: str
    since: date | None
    lead: str | None
    officer: str | None
    next_on: date | None
    origin: str | None
    comment: str | None


def _row(values: Values) -> PortfolioRow:
    since, next_on = values["since"], values["next_on"]
    if since is None:
        values.say(Severity.WARNING, None, "Sans date d’entrée dans cet état : celle de l’import sera prise.")
    if since and next_on and next_on < since:
        values.say(Severity.WARNING, "next_on", "La prochaine échéance précède l’entrée dans l’état : vérifiez-les.")
    return PortfolioRow(
        values.number, employer_key(values), values["name"], values["state"], since, values["lead"], values["officer"],
        next_on, values["origin"], values["comment"],
    )  # fmt: skip


PORTFOLIO = Layout(
    "portfolio",
    "Dossiers en cours",
    (
        *FIELDS,
        Field("name", "Employeur", aliases=("Raison sociale", "Nom de l'employeur", "Organisme", "Association")),
        Field("state", "État", cells.choice(STATES), required=True, hint=f"{', '.join(w[0] for w in STATES.values())}",
              aliases=("Statut", "Étape", "Avancement", "Phase", "État du dossier", "Situation")),
        Field("since", "Depuis le", day,
              ("Depuis", "Date", "Date de l'état", "Date du statut", "Date d'entrée", "Date d'ouverture", "Ouvert le")),
        Field("lead", "Chef de file", hint="Nom court de l’organisme, comme il est écrit dans Jalon",
              aliases=("Pilote", "Organisme pilote", "Organisme chef de file", "Partenaire pilote")),
        Field("officer", "Référent", hint="Courriel, ou prénom et nom",
              aliases=("Suivi par", "Préventeur", "Agent", "Chargé de suivi", "Référent du dossier",
                       "Courriel du référent")),
        Field("next_on", "Prochaine échéance", day,
              ("Prochaine date", "Échéance", "Prochain rendez-vous", "Prochain RDV", "Relance")),
        Field("origin", "Origine", aliases=("Source", "Origine du repérage", "Provenance")),
        Field("comment", "Commentaire", aliases=("Commentaires", "Observations", "Remarques", "Notes")),
    ),
    _row,
    key=NAMES,
    needs_one_of=(NAMES,),
    file_names=("portefeuille", "suivi", "dossiers"),
    examples=(
        {"siren": "000100024", "name": "Association Les Tonnelles", "state": "Diagnostic", "since": "12/03/2026",
         "lead": "Carsat", "officer": "prenom.nom@exemple.fr", "next_on": "15/12/2026", "origin": "Liste de 2025",
         "comment": "Visite faite en avril."},
        {"legal_entity_finess": "799000013", "name": "EHPAD du Moulin", "state": "Contacté", "since": "02/09/2026",
         "lead": "ARS", "officer": "Prénom Nom", "origin": "Demande de l’employeur"},
    ),
)  # fmt: skip
