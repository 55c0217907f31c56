"""Requests of people about data that concern them: kinds, answers, the month there is to answer."""

from datetime import date

from workflows.calendar import add_months
from workflows.labels import LabelledEnum

MONTHS = 1
"""One month from reception (RGPD, art. 12.3)."""
REMIND = (-7, 0)
"""Days around the due date on which the administrators are reminded."""


class RequestKind(LabelledEnum):
    """What is asked (RGPD, art. 15, 16, 17 and 21)."""

    ACCESS = "access", "Accès : recevoir une copie de mes données"
    CORRECTION = "correction", "Rectification : corriger ce qui est inexact"
    OBJECTION = "objection", "Opposition : ne plus figurer parmi les contacts"
    ERASURE = "erasure", "Effacement : supprimer mes données"


class RequestState(LabelledEnum):
    """Where a request stands."""

    RECEIVED = "received", "à traiter"
    ACCEPTED = "accepted", "acceptée"
    REFUSED = "refused", "refusée"


def due_on(received_on: date) -> date:
    """Return the last day on which to answer."""
    return add_months(received_on, MONTHS)
