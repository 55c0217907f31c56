"""The journal: chained entries, rows of access, daily seals. Identifiers and digests alone, and no foreign key:
a person or a text can be erased elsewhere without breaking it. The database refuses to change or delete a row."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.models.columns import digest as digest_text
from app.models.columns import key, short
from app.models.digests import digest
from workflows.labels import LabelledEnum

ACCOUNTS = 0
"""The chain of accounts, rights and exports; the other chains bear the number of their case."""

ACCESS = -1
"""In place of a chain, where a drop is about the rows of access."""


class JournalAction(LabelledEnum):
    """What was done. Those that begin with « case_ » follow the kinds of events of a case."""

    CASE_OPENED = "case_opened", "Dossier ouvert"
    CASE_STEP = "case_step", "Étape d’un dossier"
    CASE_CORRECTION = "case_correction", "Étape corrigée"
    CASE_LEAD = "case_lead", "Chef de file désigné"
    CASE_OFFICERS = "case_officers", "Référents désignés"
    CASE_PARTNER = "case_partner", "Partenaire d’un dossier"
    CASE_ADOPTION = "case_adoption", "Notes rattachées à un dossier"
    CASE_TAKEN_UP = "case_taken_up", "Dossier repris d’un fichier"
    CASE_WISH = "case_wish", "Demande de l’employeur sur un dossier"
    CONTENT_ERASED = "content_erased", "Dossier effacé à l’échéance de conservation"
    ORGANISATION_CREATED = "organisation_created", "Organisme créé"
    ACCOUNT_CREATED = "account_created", "Compte créé"
    CAPACITY_GIVEN = "capacity_given", "Fonction donnée"
    CAPACITY_CHANGED = "capacity_changed", "Fonction modifiée"
    CAPACITY_WITHDRAWN = "capacity_withdrawn", "Invitation retirée"
    INVITATION_SENT = "invitation_sent", "Invitation envoyée de nouveau"
    DEPARTURE_RECORDED = "departure_recorded", "Départ enregistré"
    DEPARTURE_CANCELLED = "departure_cancelled", "Départ annulé"
    ACCESS_SUSPENDED = "access_suspended", "Accès suspendu"
    ACCESS_RESTORED = "access_restored", "Accès rétabli"
    CONVENTION_RECORDED = "convention_recorded", "Convention enregistrée"
    CONVENTION_CHANGED = "convention_changed", "Convention modifiée avant confirmation"
    CONVENTION_CONFIRMED = "convention_confirmed", "Convention confirmée"
    CONVENTION_ENDED = "convention_ended", "Convention close ou quittée"
    EXCEPTION_OPENED = "exception_opened", "Accès exceptionnel ouvert"
    EXCEPTION_CLOSED = "exception_closed", "Accès exceptionnel refermé"
    EXCEPTION_SEEN = "exception_seen", "Accès exceptionnel vu par l’organisme"
    DELEGATION_GIVEN = "delegation_given", "Délégation donnée"
    DELEGATION_REVOKED = "delegation_revoked", "Délégation retirée"
    HABILITATIONS_REVIEWED = "habilitations_reviewed", "Habilitations revues"
    PASSWORD_CHANGED = "password_changed", "Mot de passe changé"
    SIGNED_IN = "signed_in", "Connexion"
    SECOND_FACTOR_ADDED = "second_factor_added", "Second facteur ajouté"
    SECOND_FACTOR_REMOVED = "second_factor_removed", "Second facteur retiré"
    LINK_FOLLOWED = "link_followed", "Lien reçu par courriel suivi"
    IDENTITY_TIED = "identity_tied", "Compte rattaché à ProConnect"
    DOWNLOADED = "downloaded", "Téléchargement"
    EXPORTED = "exported", "Export d’une liste"
    IMPORT_CONFIRMED = "import_confirmed", "Import confirmé"
    IMPORT_FINISHED = "import_finished", "Import terminé"
    IMPORT_UNDONE = "import_undone", "Import annulé"
    TARGETING_CREATED = "targeting_created", "Liste de ciblage créée"
    TARGETING_CHANGED = "targeting_changed", "Liste de ciblage modifiée"
    TARGETING_COMPUTED = "targeting_computed", "Liste de ciblage calculée"
    TARGETING_STEP = "targeting_step", "Étape d’une liste de ciblage"
    TARGETING_PROPOSED = "targeting_proposed", "Proposition sur une liste de ciblage"
    TARGETING_DECIDED = "targeting_decided", "Proposition décidée"
    TARGETING_FROZEN = "targeting_frozen", "Liste de ciblage figée"
    TARGETING_SEALED = "targeting_sealed", "Document d’une liste de ciblage scellé"
    TARGETING_SIGNATORY = "targeting_signatory", "Signataire d’une liste désigné"
    TARGETING_DELEGATED = "targeting_delegated", "Signature d’une liste déléguée"
    TARGETING_UNDELEGATED = "targeting_undelegated", "Délégation de signature d’une liste retirée"
    TARGETING_UNLOCKED = "targeting_unlocked", "Liste ouverte par un délégataire"
    TARGETING_ANSWERED = "targeting_answered", "Réponse d’un signataire"
    TARGETING_VOIDED = "targeting_voided", "Réponse devenue caduque"
    TARGETING_PREPARED = "targeting_prepared", "Ouverture des dossiers d’une liste préparée"
    TARGETING_OPENED = "targeting_opened", "Dossiers d’une liste ouverts"
    TARGETING_APPRAISED = "targeting_appraised", "Justesse d’un repérage dite"
    DIAGNOSTIC_STARTED = "diagnostic_started", "Auto-diagnostic commencé"
    DIAGNOSTIC_DATED = "diagnostic_dated", "Date d’un auto-diagnostic fixée, ou rappels arrêtés"
    DIAGNOSTIC_SUBMITTED = "diagnostic_submitted", "Auto-diagnostic terminé"
    DIAGNOSTIC_SHARED = "diagnostic_shared", "Auto-diagnostic partagé par l’employeur"
    DIAGNOSTIC_WITHDRAWN = "diagnostic_withdrawn", "Partage d’un auto-diagnostic retiré"
    BAROMETER_SHARED = "barometer_shared", "Baromètre partagé par l’employeur"
    BAROMETER_WITHDRAWN = "barometer_withdrawn", "Partage du baromètre retiré"
    PEN_GIVEN = "pen_given", "Plume confiée pour un auto-diagnostic"
    PEN_ENDED = "pen_ended", "Plume reprise pour un auto-diagnostic"
    JOURNAL_DROPPED = "journal_dropped", "Période close retirée du journal"


class AccessAction(LabelledEnum):
    """How something was reached."""

    READ = "read", "Consultation"
    DOWNLOAD = "download", "Téléchargement"
    EXPORT = "export", "Export"
    REFUSED = "refused", "Accès refusé"


class ObjectKind(LabelledEnum):
    """What an entry is about, beside its number."""

    CASE = "case", "Dossier"
    CASE_EVENT = "case_event", "Événement"
    EMPLOYER = "employer", "Employeur"
    STRUCTURE = "structure", "Établissement"
    VISIT = "visit", "Visite"
    EXCHANGE = "exchange", "Note"
    DOCUMENT = "document", "Document"
    CONTACT = "contact", "Contact"
    LIST = "list", "Liste"
    USER = "user", "Compte"
    CAPACITY = "capacity", "Fonction"
    ORGANISATION = "organisation", "Organisme"
    CONVENTION = "convention", "Convention"
    EXCEPTIONAL_ACCESS = "exceptional_access", "Accès exceptionnel"
    DELEGATION = "delegation", "Délégation"
    IMPORT = "import", "Import"
    TARGETING = "targeting", "Liste de ciblage"
    SELF_DIAGNOSTIC = "self_diagnostic", "Auto-diagnostic"
    BAROMETER = "barometer", "Baromètre de l’employeur"
    JOURNAL = "journal", "Journal"


class JournalEntry(Model):
    """One link of a chain: what was done, by whom, and the digests of what happened and of the link before."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        UniqueConstraint("chain", "number"),
        Index("ix_journal_entries_object", "object_kind", "object_id"),
        Index("ix_journal_entries_organisation", "organisation_id", "id"),
    )

    id: Mapped[key]
    chain: Mapped[int]
    number: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    capacity_id: Mapped[int | None]
    organisation_id: Mapped[int | None]
    action: Mapped[JournalAction]
    object_kind: Mapped[ObjectKind]
    object_id: Mapped[int | None]
    content: Mapped[digest_text]
    previous: Mapped[digest_text]
    digest: Mapped[digest_text]


class JournalHead(Model):
    """The last link of a chain that is not a case's; a case keeps its own, on the row that its steps lock."""

    __tablename__ = "journal_heads"

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[digest_text]


class AccessEntry(Model):
    """Somebody reached something, or was refused it. `object_id` is what the address said, known or not."""

    __tablename__ = "access_entries"
    __table_args__ = (
        Index("ix_access_entries_organisation", "organisation_id", "id"),
        Index("ix_access_entries_object", "object_kind", "object_id"),
    )

    id: Mapped[key]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int]
    capacity_id: Mapped[int | None]
    organisation_id: Mapped[int | None]
    action: Mapped[AccessAction]
    request: Mapped[short]  # method and name of the page: « GET cases.show »
    status: Mapped[int]
    object_kind: Mapped[ObjectKind | None]
    object_id: Mapped[str | None] = mapped_column(String(20))
    is_out_of_territory: Mapped[bool]
    filters: Mapped[dict[str, str] | None] = mapped_column(JSON)
    rows: Mapped[int | None]


class JournalSeal(Model):
    """What the journal was on one day: the heads that had moved, the rows of access since the seal before."""

    __tablename__ = "journal_seals"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(unique=True)
    sealed_at: Mapped[datetime]
    head_count: Mapped[int]
    heads: Mapped[digest_text]
    access_until: Mapped[datetime]
    access_count: Mapped[int]
    access: Mapped[digest_text]
    previous: Mapped[digest_text]
    digest: Mapped[digest_text]


class JournalSealHead(Model):
    """The head of one chain in one seal; a chain that had not moved is in an earlier seal."""

    __tablename__ = "journal_seal_heads"
    __table_args__ = (Index("ix_journal_seal_heads_chain", "chain", "number"),)

    seal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[digest_text]


class JournalDrop(Model):
    """Up to where a chain was dropped: a sealed head, from which verification goes on.

    The database lets rows be deleted only up to there, and takes no drop that names another head than a sealed
    one. `told` is the number of the entry of the accounts' chain that tells of the drop.
    """

    __tablename__ = "journal_drops"
    __table_args__ = (UniqueConstraint("chain", "number"),)

    id: Mapped[key]
    chain: Mapped[int]
    number: Mapped[int]
    digest: Mapped[digest_text]
    dropped_at: Mapped[datetime]
    told: Mapped[int]


LINKED = (
    "chain", "number", "recorded_at", "actor_id", "capacity_id", "organisation_id", "action", "object_kind",
    "object_id", "content", "previous",
)  # fmt: skip
SEALED = (
    "number", "day", "sealed_at", "head_count", "heads", "access_until", "access_count", "access", "previous",
)  # fmt: skip
ACCESSED = (
    "id", "recorded_at", "user_id", "capacity_id", "organisation_id", "action", "request", "status", "object_kind",
    "object_id", "is_out_of_territory", "filters", "rows",
)  # fmt: skip
HAPPENED = (
    "case_id", "episode", "kind", "step", "from_state", "to_state", "effective_on", "recorded_at", "actor_id",
    "organisation_id", "summary", "motive", "facts", "case_version",
)  # fmt: skip
"""The columns that each digest covers, in this order: a column added later changes no digest already written."""


def digest_of(columns: tuple[str, ...], row: Mapping[str, Any]) -> str:
    """Return the digest of these columns of a row, in this order."""
    return digest([row[column] for column in columns])


def digest_heads(heads: Iterable[Sequence[Any]]) -> tuple[int, str]:
    """Return how many heads (chain, number, digest, in the order of the chains) there are, and their digest."""
    count, whole = 0, sha256()
    for head in heads:
        whole.update(digest(list(head)).encode())
        count += 1
    return count, whole.hexdigest()


def chain_label(chain: int) -> str:
    """Return the name of a chain for people."""
    names = {ACCOUNTS: "Comptes, droits et exports", ACCESS: "Consultations"}
    return names.get(chain) or f"Dossier D-{chain:05d}"
