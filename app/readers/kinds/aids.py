"""Aids asked for, granted and paid, as each payer keeps them."""

from dataclasses import dataclass
from datetime import date

from app.readers import cells
from app.readers.cells_dates import day
from app.readers.cells_numbers import cents
from app.readers.kinds.employer_key import FIELDS, NAMES, EmployerKey, employer_key
from app.readers.layouts import Field, Layout, Values
from app.readers.problems import Severity

AMOUNTS = ("requested_cents", "granted_cents", "paid_cents")


@dataclass(frozen=True, slots=True)
class AidRow:
    """One aid to one employer; amounts in whole cents, None when not given."""

    line: int
    employer: EmployerKey
    source: str
    payer: str | None
    requested_cents: int | None
    granted_cents: int | None
    paid_cents: int | None
    requested_on: date | None
    granted_on: date | None
    paid_on: date | None
    reference: str | None
    year: int | None


def _row(values: Values) -> AidRow:
    requested, granted, paid = (values[name] for name in AMOUNTS)
    if paid and granted is not None and paid > granted:
        values.say(
            Severity.REJECT, "paid_cents", "Le montant payé dépasse le montant accordé : corrigez l’un ou l’autre."
        )
    if requested is not None and granted is not None and granted > requested:
        values.say(Severity.WARNING, "granted_cents", "Le montant accordé dépasse le montant demandé : vérifiez-le.")
    dates = [values[name] for name in ("requested_on", "granted_on", "paid_on") if values[name]]
    if dates != sorted(dates):
        values.say(
            Severity.WARNING, None, "Demande, accord et paiement ne se suivent pas dans le temps : vérifiez les dates."
        )
    return AidRow(
        values.number, employer_key(values), values["source"], values["payer"], requested, granted, paid,
        values["requested_on"], values["granted_on"], values["paid_on"], values["reference"], _year(values),
    )  # fmt: skip


def _year(values: Values) -> int | None:
    """The budget year when it is given, else that of the decision, of the request, of the payment."""
    known = (values[name] for name in ("granted_on", "requested_on", "paid_on"))
    first = next((one for one in known if one), None)
    return values["year"] or (first.year if first else None)


AIDS = Layout(
    "aids",
    "Aides et financements",
    (
        *FIELDS,
        Field("source", "Dispositif", aliases=("Aide", "Source", "Type d'aide", "Nature de l'aide"), required=True),
        Field("payer", "Financeur", aliases=("Payeur", "Organisme payeur")),
        Field("requested_cents", "Montant demandé", cents, ("Demandé", "Montant sollicité")),
        Field("granted_cents", "Montant accordé", cents, ("Accordé", "Montant notifié", "Montant attribué")),
        Field("paid_cents", "Montant payé", cents, ("Payé", "Montant versé", "Versé")),
        Field("requested_on", "Demandé le", day, ("Date de demande",)),
        Field("granted_on", "Accordé le", day, ("Date de décision", "Date de notification", "Date d'accord")),
        Field("paid_on", "Payé le", day, ("Date de paiement", "Date de versement", "Versé le")),
        Field("year", "Année", cells.year, ("Exercice", "Année budgétaire", "Campagne")),
        Field("reference", "Référence", aliases=("Numéro d'acte", "Référence de la décision", "N° de dossier")),
    ),
    _row,
    key=(*NAMES, "source", "payer", "reference", "requested_on", "granted_on", "year"),
    needs_one_of=(NAMES,),
    needs_column_of=(AMOUNTS,),
    file_names=("aides", "subventions", "financements"),
    examples=(
        {"siren": "000100024", "source": "Contrat de prévention", "payer": "Carsat", "requested_cents": "40 000,00",
         "granted_cents": "32 500,50", "paid_cents": "10 000", "requested_on": "10/01/2026", "granted_on": "02/04/2026",
         "paid_on": "15/05/2026", "reference": "CP-2026-014"},
        {"legal_entity_finess": "799000013", "source": "FIR", "payer": "ARS", "requested_cents": "15 000",
         "requested_on": "20/02/2026"},
    ),
)  # fmt: skip
