"""What concerns a person, read from one declaration: which tables, which columns, and how the person is found there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, String, Table, cast, false, func, or_, select

from app.extensions import db
from app.models import User
from app.queries.personal_holdings import OF_HOUSES, Holding

HOLDINGS = (
    Holding("users", "Mon compte", "id email given_name family_name is_enabled", by_user="id"),
    Holding("second_factors", "Mon second facteur", "created_at confirmed_at", by_user="user_id"),
    Holding("recovery_codes", "Mes codes de secours", "used_at", by_user="user_id"),
    Holding("user_identities", "Mes identités ProConnect", "issuer sub linked_at", by_user="user_id"),
    Holding(
        "user_sessions",
        "Mes connexions",
        "how browser address created_at seen_at expires_at ended_at",
        by_user="user_id",
    ),
    Holding(
        "magic_links",
        "Liens qui m’ont été envoyés",
        "purpose email created_at expires_at used_at",
        by_user="user_id",
        by_email="email",
    ),
    Holding(
        "access_entries",
        "Ce que j’ai consulté",
        "recorded_at action request status object_kind object_id is_out_of_territory filters rows",
        by_user="user_id",
    ),
    Holding(
        "journal_entries",
        "Ce que le journal dit de moi",
        "chain number recorded_at action object_kind object_id",
        by_user="actor_id",
    ),
    Holding(
        "capacities",
        "Mes fonctions",
        "organisation_id employer_id manager_function job_title is_coordinator is_administrator own_departements"
        " invited_at confirmed_on suspended_on departs_on ends_on",
        by_user="user_id",
    ),
    Holding("absences", "Mes absences", "organisation_id starts_on ends_on withdrawn_on", by_user="user_id"),
    Holding("absences", "Mes suppléances", "organisation_id starts_on ends_on", by_user="stand_in_id"),
    *(
        Holding(
            "delegations",
            title,
            "organisation_id starts_on ends_on departements is_coordinator is_administrator revoked_on",
            by_user=person,
        )
        for title, person in (("Ce que je délègue", "giver_id"), ("Ce qui m’est délégué", "receiver_id"))
    ),
    Holding(
        "contacts",
        "Fiches de contact à mon adresse",
        "employer_id given_name family_name function email phone visibility left_on objected_on",
        by_email="email",
    ),
    Holding("conventions", "Conventions que j’ai saisies", "id reference recorded_at", by_user="recorded_by_id"),
    Holding(
        "convention_parties",
        "Conventions que j’ai confirmées",
        "convention_id organisation_id confirmed_on",
        by_user="confirmed_by_id",
    ),
    Holding(
        "carsat_blocks",
        "Empêchements de signer que j’ai notés",
        "employer_id since reason written_at",
        by_user="author_id",
        mentions="note",
    ),
    Holding("case_officers", "Dossiers dont je suis référent", "case_id since", by_user="user_id"),
    Holding(
        "cases", "Dossiers dont j’ai pris la dernière étape", "id last_step last_step_on", by_user="last_step_by_id"
    ),
    Holding(
        "case_events",
        "Ce que j’ai fait dans les dossiers",
        "case_id kind step effective_on recorded_at",
        by_user="actor_id",
        mentions="summary motive",
    ),
    Holding(
        "exceptional_accesses",
        "Mes accès exceptionnels",
        "case_id reason opened_at expires_at closed_at",
        by_user="user_id",
        mentions="explanation",
    ),
    Holding(
        "exchanges",
        "Notes que j’ai écrites",
        "id employer_id case_id kind held_on created_at visibility",
        by_user="author_id",
        mentions="summary",
    ),
    Holding(
        "visits",
        "Visites que j’ai consignées",
        "id employer_id case_id status visited_on created_at visibility",
        by_user="author_id",
        mentions="subject people_met units_seen documents_seen good_practices employer_remarks correction_reason",
    ),
    Holding("visit_observations", "Observations de visite", "visit_id", mentions="wording"),
    Holding("visit_agreed_steps", "Suites de visite", "visit_id", mentions="wording owner"),
    Holding(
        "documents",
        "Documents que j’ai déposés",
        "id employer_id case_id title file_name size created_at visibility",
        by_user="author_id",
        mentions="title",
    ),
    Holding(
        "employers", "Secteurs que j’ai confirmés", "id sector sector_confirmed_on", by_user="sector_confirmed_by_id"
    ),
    Holding("imports", "Fichiers que j’ai importés", "id kind file_name size created_at", by_user="author_id"),
    Holding(
        "targeting_campaigns",
        "Listes d’employeurs que j’ai préparées",
        "id field created_at",
        by_user="author_id",
        mentions="title meeting motive",
    ),
    Holding(
        "targeting_versions",
        "Listes d’employeurs que j’ai figées",
        "campaign_id number frozen_at",
        by_user="author_id",
    ),
    Holding(
        "targeting_signatories",
        "Listes d’employeurs que je suis chargé de signer",
        "campaign_id organisation_id function delegation named_at",
        by_user="user_id",
        mentions="delegation",
    ),
    Holding(
        "targeting_answers",
        "Ce que j’ai répondu d’une liste d’employeurs",
        "signatory_id number answer answered_at function delegation address voided_at",
        by_user="author_id",
        mentions="reason",
    ),
    Holding(
        "targeting_delegates",
        "Délégations de signature que j’ai données",
        "signatory_id organisation_id appointed_at withdrawn_at",
        by_user="appointed_by_id",
    ),
    Holding(
        "targeting_delegates",
        "Délégations de signature que j’ai reçues, sans compte",
        "signatory_id organisation_id given_name family_name function email appointed_at sent_at withdrawn_at",
        by_email="email",
    ),
    Holding(
        "targeting_answers",
        "Ce que j’ai répondu d’une liste d’employeurs, par délégation",
        "signatory_id number answer answered_at function delegation address voided_at reason",
        by_parent=("delegate_id", "targeting_delegates", "email"),
    ),
    Holding(
        "targeting_appraisals",
        "Ce que j’ai dit d’un repérage",
        "case_id verdict reason created_at",
        by_user="author_id",
        mentions="wording",
    ),
    Holding(
        "targeting_openings",
        "Employeurs d’une liste dont le suivi m’est proposé",
        "campaign_id employer_id opened_at",
        by_user="officer_id",
    ),
    Holding(
        "targeting_notes",
        "Notes que j’ai écrites sur une liste",
        "campaign_id employer_id nature noted_on created_at visibility",
        by_user="author_id",
        mentions="wording",
    ),
    Holding(
        "targeting_proposals",
        "Ce que j’ai proposé sur une liste",
        "campaign_id employer_id kind reason state created_at",
        by_user="author_id",
        mentions="wording answer",
    ),
    Holding(
        "figure_remarks",
        "Ce que j’ai dit d’un chiffre de mon établissement",
        "employer_id indicator year written_at",
        by_user="author_id",
        mentions="wording",
    ),
    *OF_HOUSES,
    Holding(
        "self_diagnostics",
        "Auto-diagnostics que j’ai commencés",
        "id employer_id structure_id started_at",
        by_user="started_by_id",
    ),
    Holding(
        "self_diagnostics",
        "Auto-diagnostics que j’ai terminés",
        "id employer_id submitted_at",
        by_user="submitted_by_id",
    ),
    Holding(
        "self_diagnostic_sheets",
        "Auto-diagnostics où j’ai répondu",
        "diagnostic_id employer_id started_at pen_organisation_id pen_given_at",
        by_user="user_id",
    ),
    Holding(
        "self_diagnostic_answers",
        "Réponses que j’ai saisies dans un auto-diagnostic",
        "sheet_id statement reply answered_at",
        by_user="entered_by_id",
        mentions="evidence comment",
    ),
    Holding(
        "self_diagnostic_shares",
        "Auto-diagnostics que j’ai partagés",
        "diagnostic_id organisation_id depth shared_at",
        by_user="shared_by_id",
    ),
    Holding(
        "self_diagnostic_shares",
        "Partages d’auto-diagnostic auxquels j’ai mis fin",
        "diagnostic_id organisation_id withdrawn_at",
        by_user="withdrawn_by_id",
    ),
    Holding(
        "barometer_entries",
        "Mois du baromètre que j’ai notés",
        "employer_id structure_id month entered_at",
        by_user="entered_by_id",
        mentions="remark",
    ),
    Holding("barometer_prices", "Coûts que j’ai réglés", "employer_id changed_at", by_user="changed_by_id"),
    Holding("barometer_reminders", "Rappels que j’ai demandés", "employer_id asked_at", by_user="user_id"),
    Holding(
        "barometer_shares",
        "Baromètres que j’ai partagés",
        "organisation_id first_month last_month shared_at",
        by_user="shared_by_id",
    ),
    Holding(
        "barometer_shares",
        "Partages du baromètre auxquels j’ai mis fin",
        "organisation_id withdrawn_at",
        by_user="withdrawn_by_id",
    ),
    Holding(
        "outbox_mails", "Courriels qui m’ont été envoyés", "template subject body created_at sent_at", by_user="user_id"
    ),
    Holding(
        "data_requests",
        "Mes demandes",
        "id kind full_name email message received_on due_on state answer answered_on",
        by_user="user_id",
        by_email="email",
    ),
)
"""Every column that refers to a person is here; `tests/queries/test_personal_data.py` fails on one that is not."""

ALSO = {
    "data_requests": ("answered_by_id",),
    "exceptional_accesses": ("closed_by_id", "seen_by_id"),
    "figure_remarks": ("answered_by_id",),
    "imports": ("undone_by_id",),
    "targeting_openings": ("chosen_by_id",),
    "targeting_proposals": ("decided_by_id",),
    "targeting_signatories": ("named_by_id",),
}
"""References to whoever treated somebody else's request, access, remark or file: told to neither as the other's."""


@dataclass(frozen=True)
class Section:
    """What one table holds about the person."""

    title: str
    table: str
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class PersonalData:
    """All that concerns one person."""

    email: str
    sections: list[Section]
    mentions: list[Section] = field(default_factory=list)

    def as_values(self, made_at: datetime) -> dict[str, Any]:
        """Return what is written as JSON."""
        return {
            "adresse": self.email,
            "établi le": made_at.isoformat(),
            "données": [vars(section) for section in self.sections],
            "textes qui citent la personne, à relire": [vars(section) for section in self.mentions],
        }


def export_person(email: str, *, with_mentions: bool = False) -> PersonalData | None:
    """Return what concerns the person of an address, with an account or not; None when nothing does."""
    address = email.strip().lower()
    user = db.session.scalar(select(User).where(User.email == address))
    sections = [_section(holding, _own(holding, user, address)) for holding in HOLDINGS]
    found = PersonalData(address, [section for section in sections if section.rows])
    if not found.sections:
        return None
    if with_mentions:
        names = {
            (row["given_name"], row["family_name"]) for s in found.sections for row in s.rows if "family_name" in row
        }
        cited = [_section(holding, _mentioned(holding, names), holding.mentions) for holding in HOLDINGS]
        found.mentions.extend(section for section in cited if section.rows)
    return found


def _own(holding: Holding, user: User | None, address: str) -> ColumnElement[bool]:
    table = db.metadata.tables[holding.table]
    conditions = []
    if holding.by_user and user:
        conditions.append(table.c[holding.by_user] == user.id)
    if holding.by_email:
        conditions.append(func.lower(table.c[holding.by_email]) == address)
    column, parent, email = holding.by_parent
    if column:
        above = db.metadata.tables[parent]
        conditions.append(table.c[column].in_(select(above.c.id).where(func.lower(above.c[email]) == address)))
    return or_(false(), *conditions)


def _mentioned(holding: Holding, names: set[tuple[str, str]]) -> ColumnElement[bool]:
    """Look for the family name; a given name alone would bring everybody's."""
    table = db.metadata.tables[holding.table]
    texts = [cast(table.c[name], String) for name in holding.mentions.split()]
    family_names = [family for _, family in sorted(names) if len(family) > 1]
    return or_(false(), *(text.icontains(name, autoescape=True) for text in texts for name in family_names))


def _section(holding: Holding, condition: ColumnElement[bool], more: str = "") -> Section:
    table: Table = db.metadata.tables[holding.table]
    columns = [table.c[name] for name in dict.fromkeys(f"{holding.columns} {more}".split())]
    rows = db.session.execute(select(*columns).where(condition).order_by(*table.primary_key.columns))
    return Section(holding.title, holding.table, [_plain(row._mapping) for row in rows])


def _plain(row: Any) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items() if value not in (None, "", [])}


def _value(value: Any) -> Any:
    if isinstance(value, Enum):
        return getattr(value, "label", value.value)
    if isinstance(value, date):  # instants too
        return value.isoformat()
    return value


def list_person_columns(tables: Sequence[Table]) -> set[tuple[str, str]]:
    """Return (table, column) of every reference to an account."""
    return {
        (table.name, key.parent.name)
        for table in tables
        for key in table.foreign_keys
        if key.column.table.name == "users"
    }
