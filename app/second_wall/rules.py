"""Who reads and writes the rows of each table, command by command: the whole wall, read from top to bottom.

A little wider than the judge (`app.permissions`), never narrower: conventions between organisations, roles within an
organisation and public employers are the judge's business. A convention could be said here, in the conditions of
reading, if one day it had to open what a case in sight does not.
"""

from app.second_wall.barometer import BAROMETER
from app.second_wall.conditions import Guard, at_employer, in_own_name, own, within
from app.second_wall.functions import (
    EMPLOYER,
    EMPLOYER_IN_SIGHT,
    KIND,
    LEADS_ONLY,
    ORGANISATION,
    TERRITORY,
    USER,
    case_in_sight,
)
from app.second_wall.houses import HOUSES
from app.second_wall.lists import LISTS
from app.second_wall.self_diagnostics import SELF_DIAGNOSTICS

APP, SCHEDULER, AGGREGATES, IMPORTER = "jalon_app", "jalon_scheduler", "jalon_aggregates", "jalon_importer"
ROLES = {
    APP: "les pages : chaque organisation n’y trouve que ses lignes",
    SCHEDULER: "rappels et courriels : les échéances de tous les dossiers, aucun texte",
    AGGREGATES: "les comptages sans nom, et rien d’autre",
    IMPORTER: "les fichiers repris et les listes : registre, indicateurs, CPOM, listes figées ; aucune note",
}
"""Beside the owner of the tables, who migrates, imports and runs the commands."""


def _on_case(table: str) -> str:
    """For the few rows of a page; a table that lists go through asks the view, which is planned with the list."""
    return f"case_is_in_sight({table}.case_id)"


def _in_lists(table: str) -> str:
    return f"EXISTS (SELECT FROM cases_in_sight c WHERE c.id = {table}.case_id)"


def _around(table: str) -> str:
    """An entry is read on its case when it has one, else at its employer's."""
    return f"CASE WHEN {table}.case_id IS NULL THEN {at_employer(table)} ELSE {_on_case(table)} END"


def _shared(table: str) -> str:
    """« Mon organisme » stays there; a manager reads what is open to the employer."""
    return f"{table}.visibility <> 'organisation' AND ({EMPLOYER} IS NULL OR {table}.visibility = 'employer')"


def _line(table: str, readers: str, writers: str) -> Guard:
    """What an organisation keeps of an employer: read by these bodies and by the employer, written by its own."""
    there = f"({readers} OR {own(table)}) AND {at_employer(table)}"
    mine = f"{own(table)} AND {writers} AND {at_employer(table)}" if writers else ""
    return Guard(
        reads=f"({table}.employer_id = {EMPLOYER} OR {there})",
        inserts=mine,
        updates=mine,
        fixed=("employer_id", "organisation_id"),
    )


PLEA = ("case_id", "user_id", "organisation_id", "reason", "explanation", "opened_at", "expires_at", "submission")
AUTHORSHIP = ("employer_id", "organisation_id", "author_id", "created_at", "submission")


def _entry(table: str, *, shared_if: str = "true", deletes: str = "") -> Guard:
    return Guard(
        reads=f"({own(table)} OR {_shared(table)} AND {shared_if}) AND {_around(table)} OR {table}.author_id = {USER}",
        inserts=f"{in_own_name(table, 'author_id')} AND {_around(table)}",
        updates=f"{own(table)} AND {_around(table)}",
        deletes=deletes or own(table),
        fixed=AUTHORSHIP,
    )


def _lines_of_visit(table: str) -> Guard:
    mine = f"EXISTS (SELECT FROM visits parent WHERE parent.id = {table}.visit_id AND {own('parent')})"
    return Guard(
        reads=within("visits", "visit_id", table), inserts=mine, updates=mine, deletes=mine, fixed=("visit_id",)
    )


_CASE = case_in_sight("cases")
_CONTACT_BY = f"({LEADS_ONLY} OR contacts.employer_id = {EMPLOYER}) AND {at_employer('contacts')}"
_CONTENT_OWN = (
    f"EXISTS (SELECT FROM documents parent WHERE parent.id = document_contents.document_id AND {own('parent')})"
)
_MILESTONE_OWN = (
    f"EXISTS (SELECT FROM cpom_objectives parent WHERE parent.id = cpom_milestones.objective_id AND {own('parent')})"
)
_NO_ACCIDENT = "left(observations.indicator, 3) <> 'at_'"
_FIGURED = (
    f"(EXISTS (SELECT FROM structures_here s WHERE s.id = observations.structure_id) OR {at_employer('observations')})"
)
_READS_BANDS = f"({LEADS_ONLY} OR {KIND} = 'aract' OR {KIND} = 'provider')"
_READS_CONTRACTS = f"({LEADS_ONLY} OR {KIND} = 'aract')"
_WRITES_CONTRACTS = f"{KIND} IN ('ars', 'dept')"
_READS_MONEY = f"({LEADS_ONLY} OR {KIND} IN ('funder', 'public_prevention', 'spst', 'msa', 'region'))"
_OF_IMPORT = "EXISTS (SELECT FROM imports parent WHERE parent.id = {t}.import_id)"
_REMINDER = within("case_deadlines", "deadline_id", "case_reminders")

GUARDED: dict[str, Guard] = {
    "employers": Guard(
        reads=EMPLOYER_IN_SIGHT.format(e="employers"),
        updates=f"{LEADS_ONLY} AND {EMPLOYER_IN_SIGHT.format(e='employers')}",
        fixed=("finess", "siren"),
    ),
    "structures": Guard(
        reads=f"(structures.departement = ANY ({TERRITORY}) OR structures.employer_id = {EMPLOYER} "
        "OR EXISTS (SELECT FROM employers_in_sight e WHERE e.id = structures.employer_id))",
        updates=f"structures.departement = ANY ({TERRITORY})",
        fixed=("finess", "employer_id", "departement"),
    ),
    "federation_members": Guard(
        reads=f"({own('federation_members')} OR {at_employer('federation_members')})",
    ),
    "contacts": Guard(
        reads=f"({own('contacts')} OR {_shared('contacts')}) AND {at_employer('contacts')} "
        "OR lower(contacts.email) = (SELECT address_of_the_person())",
        inserts=f"contacts.organisation_id IS NOT DISTINCT FROM {ORGANISATION} AND {_CONTACT_BY}",
        updates=_CONTACT_BY,
        fixed=("employer_id", "organisation_id", "submission"),
    ),
    "cases": Guard(
        reads=_CASE,
        inserts=f"{LEADS_ONLY} AND {_CASE}",
        updates=_CASE,
        fixed=("employer_id", "submission", "alert", "alerted_on"),
    ),
    "case_structures": Guard(
        reads="(EXISTS (SELECT FROM structures_here s WHERE s.id = case_structures.structure_id) "
        f"OR {_on_case('case_structures')})",
        inserts=f"{LEADS_ONLY} AND {_on_case('case_structures')}",
        updates=f"{LEADS_ONLY} AND {_on_case('case_structures')}",
        fixed=("case_id", "structure_id"),
    ),
    "case_officers": Guard(
        reads=f"({_in_lists('case_officers')} OR case_officers.user_id = {USER})",
        inserts=f"{LEADS_ONLY} AND {_on_case('case_officers')}",
        deletes=f"{LEADS_ONLY} AND {_on_case('case_officers')}",
    ),
    "case_partners": Guard(
        reads=f"({own('case_partners')} OR {_on_case('case_partners')})",
        inserts=f"({own('case_partners')} OR {LEADS_ONLY}) AND {_on_case('case_partners')}",
        updates=own("case_partners"),
        fixed=("case_id", "organisation_id"),
    ),
    "case_events": Guard(
        reads=f"({_on_case('case_events')} OR case_events.actor_id = {USER})",
        inserts=f"{in_own_name('case_events', 'actor_id')} AND {_on_case('case_events')}",
    ),
    "case_deadlines": Guard(
        reads=_on_case("case_deadlines"),
        inserts=_on_case("case_deadlines"),
        updates=_on_case("case_deadlines"),
        fixed=("case_id", "rule", "started_on", "original_due_on"),
    ),
    "case_reminders": Guard(reads=_REMINDER, inserts=_REMINDER, deletes=_REMINDER),
    "exchanges": _entry("exchanges"),
    "visits": _entry(
        "visits", shared_if="visits.status = 'final'", deletes=f"{own('visits')} AND visits.status = 'draft'"
    ),
    "visit_observations": _lines_of_visit("visit_observations"),
    "visit_agreed_steps": _lines_of_visit("visit_agreed_steps"),
    # A yearly return and a letter hold the employer's own figures: for it, and for the body that made them.
    "documents": _entry(
        "documents",
        shared_if=f"(documents.kind NOT IN ('yearly_return', 'employer_letter') OR {EMPLOYER} IS NOT NULL)",
    ),
    "document_contents": Guard(
        reads=within("documents", "document_id", "document_contents"), inserts=_CONTENT_OWN, deletes=_CONTENT_OWN
    ),
    # Nobody but the caisse that wrote it.
    "carsat_blocks": Guard(
        reads=own("carsat_blocks"),
        inserts=f"{in_own_name('carsat_blocks', 'author_id')} AND {at_employer('carsat_blocks')}",
        updates=own("carsat_blocks"),
        fixed=("employer_id", "organisation_id"),
    ),
    # What an organisation reads, its own people alone open exceptionally; it alone knows of it.
    "exceptional_accesses": Guard(
        reads=f"({own('exceptional_accesses')} OR exceptional_accesses.user_id = {USER})",
        inserts=f"{LEADS_ONLY} AND {in_own_name('exceptional_accesses', 'user_id')} "
        f"AND {_on_case('exceptional_accesses')}",
        updates=own("exceptional_accesses"),
        fixed=PLEA,
    ),
    # Accidents are the caisse's and the employer's; whose figures flow to whom is the judge's business.
    "observations": Guard(
        reads=f"({_NO_ACCIDENT} OR {KIND} = 'carsat' OR observations.employer_id = {EMPLOYER}) AND {_FIGURED}",
    ),
    "claim_evidence": Guard(
        reads=f"(claim_evidence.employer_id = {EMPLOYER} OR {_READS_BANDS} AND {at_employer('claim_evidence')})",
    ),
    "figure_remarks": Guard(
        reads=f"({at_employer('figure_remarks')} OR figure_remarks.author_id = {USER})",
        inserts=f"figure_remarks.employer_id = {EMPLOYER} AND figure_remarks.author_id = {USER}",
        updates=at_employer("figure_remarks"),
        fixed=(
            "employer_id",
            "structure_id",
            "indicator",
            "year",
            "author_id",
            "written_at",
            "submission",
            "due_on",
            "organisation_id",
        ),
    ),
    # Contracts come by files, and the role of imports writes them; each row of the others is an act of its author.
    "cpoms": _line("cpoms", _READS_CONTRACTS, ""),
    "cpom_signatories": Guard(reads=within("cpoms", "cpom_id", "cpom_signatories")),
    "cpom_structures": Guard(reads=within("cpoms", "cpom_id", "cpom_structures")),
    "cpom_objectives": _line("cpom_objectives", _READS_CONTRACTS, _WRITES_CONTRACTS),
    "cpom_milestones": Guard(
        reads=within("cpom_objectives", "objective_id", "cpom_milestones"),
        inserts=_MILESTONE_OWN,
        updates=_MILESTONE_OWN,
        fixed=("objective_id", "year"),
    ),
    "aids": _line("aids", _READS_MONEY, LEADS_ONLY),
    **LISTS,
    **SELF_DIAGNOSTICS,
    **BAROMETER,
    **HOUSES,
    "imports": Guard(
        reads=f"({own('imports')} OR imports.author_id = {USER})",
        inserts=in_own_name("imports", "author_id"),
        updates=own("imports"),
        fixed=("kind", "organisation_id", "author_id", "created_at", "file_name", "size", "sha256", "submission"),
    ),
    "import_chunks": Guard(reads=_OF_IMPORT.format(t="import_chunks"), inserts=_OF_IMPORT.format(t="import_chunks")),
    "import_problems": Guard(reads=_OF_IMPORT.format(t="import_problems")),
    "import_changes": Guard(reads=_OF_IMPORT.format(t="import_changes")),
    "import_mappings": Guard(
        reads=own("import_mappings"),
        inserts=own("import_mappings"),
        updates=own("import_mappings"),
        fixed=("organisation_id", "kind", "year"),
    ),
    # Their texts speak of cases: a person finds those it was sent, and anybody may queue one.
    "outbox_mails": Guard(reads=f"outbox_mails.user_id = {USER}", inserts="true"),
}

UNGUARDED = {
    **dict.fromkeys(
        ("users", "capacities", "organisations", "organisation_departements", "user_identities", "user_sessions"),
        "lue avant de savoir qui agit",
    ),
    "delegations": "lue avant de savoir ce que peut qui agit",
    **dict.fromkeys(("second_factors", "recovery_codes", "magic_links", "throttles"), "lue avant de savoir qui agit"),
    **dict.fromkeys(
        ("journal_entries", "journal_heads", "access_entries"),
        "des numéros et des empreintes, aucun texte ; les pages ajoutent sans pouvoir réécrire",
    ),
    **dict.fromkeys(
        ("journal_seals", "journal_seal_heads", "journal_drops", "guard_lifts", "retention_notices"),
        "tenue par le planificateur et les commandes",
    ),
    **dict.fromkeys(
        ("conventions", "convention_parties", "convention_families", "convention_departements"),
        "accords entre organismes, lus pour savoir ce qui s’ouvre à qui agit",
    ),
    "absences": "des jours sans motif, à côté du nom de la personne",
    "anonymous_cases": "plus rien n’y mène à un employeur ni à une personne",
    "data_requests": "une demande vient de quelqu’un qui n’a pas toujours de compte",
    **dict.fromkeys(("peer_bands", "claim_references", "claim_territories"), "des chiffres sans nom"),
    "sealed_files": "des empreintes, qui ne disent rien d’un contenu",
    "seal_certificates": "des certificats publics",
    "targeting_departements": "des codes de départements, lus pour savoir à qui une liste s’ouvre",
    "rule_settings": "réglages de la région : aucun employeur, aucun dossier",
}
"""The other tables, each with the reason why its rows need no rule."""

_PLACE = (
    "job_title, is_coordinator, is_administrator, own_departements, invited_at, confirmed_on, departs_on, ends_on, "
    "suspended_on, manager_function, version"
)
_WHOLE = "SELECT, INSERT, UPDATE, DELETE"

RIGHTS: dict[str, dict[str, str]] = {
    APP: {
        **dict.fromkeys(("organisation_departements", "rule_settings"), "SELECT"),
        # Whose function it is never changes; the review's date also lets an act hold its organisation's row.
        "capacities": f"SELECT, INSERT, UPDATE ({_PLACE})",
        "delegations": "SELECT, INSERT, UPDATE (revoked_on)",
        "organisations": "SELECT, UPDATE (review_due_on)",
        **dict.fromkeys(("open_follow_ups", "case_places", "import_days"), "SELECT"),
        **dict.fromkeys(("running_imports", "alembic_version"), "SELECT"),
        **dict.fromkeys(("peer_bands", "claim_references", "claim_territories"), "SELECT"),
        **dict.fromkeys(("seal_certificates", "sealed_files"), "SELECT"),
        **dict.fromkeys(("conventions", "convention_parties"), "SELECT, INSERT, UPDATE"),
        **dict.fromkeys(("convention_families", "convention_departements"), _WHOLE),
        **dict.fromkeys(("user_identities", "second_factors", "recovery_codes", "throttles"), _WHOLE),
        "targeting_departements": "SELECT, INSERT, DELETE",
        **dict.fromkeys(("user_sessions", "magic_links", "data_requests", "absences"), "SELECT, INSERT, UPDATE"),
        **dict.fromkeys(("journal_entries", "access_entries"), "SELECT, INSERT"),
        "users": "SELECT, INSERT, UPDATE (password_hash)",
        "journal_heads": "SELECT, UPDATE",
    },
    SCHEDULER: {
        **dict.fromkeys(("users", "organisation_departements", "delegations"), "SELECT"),
        "capacities": "SELECT, UPDATE (suspended_on, version)",
        "organisations": "SELECT, UPDATE (review_due_on)",
        **dict.fromkeys(("employers", "structures", "federation_members", "cases", "case_structures"), "SELECT"),
        **dict.fromkeys(("case_officers", "case_partners", "case_deadlines", "rule_settings"), "SELECT"),
        **dict.fromkeys(("conventions", "convention_parties"), "SELECT"),
        **dict.fromkeys(("convention_families", "convention_departements"), "SELECT"),
        **dict.fromkeys(("case_places", "alembic_version"), "SELECT"),
        **dict.fromkeys(("data_requests", "retention_notices"), "SELECT"),
        **dict.fromkeys(("access_entries", "journal_drops"), "SELECT"),
        # A signatory is called, reminded and told what changed in the text that it reads.
        **dict.fromkeys(("targeting_campaigns", "targeting_departements", "targeting_signatories"), "SELECT"),
        **dict.fromkeys(("targeting_answers", "targeting_versions", "targeting_parts"), "SELECT"),
        "targeting_delegates": "SELECT, UPDATE (reminded)",
        "journal_entries": "SELECT, INSERT",
        **dict.fromkeys(("journal_seals", "journal_seal_heads"), "SELECT, INSERT"),
        **dict.fromkeys(("user_sessions", "throttles", "magic_links"), "SELECT, DELETE"),
        "journal_heads": "SELECT, UPDATE",
        "imports": "SELECT",
        # Whom a remark still waits for, and what an employer asked not to receive; none of their words.
        "figure_remarks": "SELECT (id, employer_id, indicator, year, due_on, organisation_id, answered_at)",
        "house_wishes": "SELECT (id, employer_id, kind, until, withdrawn_at)",
        # Which date a house gave its self-diagnostic, and whether one was ended since: never an answer.
        "self_diagnostic_dates": "SELECT",
        "self_diagnostics": "SELECT (employer_id, submitted_at)",
        "case_reminders": "SELECT, UPDATE (queued_on), DELETE",
        "outbox_mails": "SELECT, INSERT, UPDATE",
        "absences": "SELECT, DELETE",
        "exceptional_accesses": "SELECT (id, case_id, user_id, organisation_id, opened_at, expires_at)",
        # Who asked to be reminded of a month, and whether it is noted: never its figures.
        "barometer_reminders": "SELECT",
        "barometer_entries": "SELECT (employer_id, month)",
        # The mail that tells of cases opened counts them.
        "targeting_openings": "SELECT",
    },
    AGGREGATES: {},
    # Taken by the scheduler for one transaction at a time (`app.extensions.take_role`).
    IMPORTER: {
        **dict.fromkeys(("users", "capacities", "organisations", "organisation_departements"), "SELECT"),
        **dict.fromkeys(("employers", "structures"), _WHOLE),
        "cases": "SELECT, UPDATE (departement)",
        "case_structures": "SELECT",
        "federation_members": "SELECT, INSERT, DELETE",
        "observations": "SELECT, INSERT, DELETE",
        **dict.fromkeys(("claim_references", "claim_territories", "claim_evidence", "peer_bands"), _WHOLE),
        "imports": "SELECT, UPDATE",
        # Lists are computed beside the imports, from the same figures.
        "targeting_campaigns": "SELECT, UPDATE",
        "targeting_departements": "SELECT",
        "targeting_lines": "SELECT, INSERT, DELETE",
        "targeting_scores": "SELECT, INSERT, DELETE",
        "targeting_proposals": "SELECT (id, campaign_id, employer_id, state, decided)",
        # The documents of those that are signed are sealed there too.
        **dict.fromkeys(
            ("targeting_versions", "targeting_parts", "targeting_signatories", "targeting_delegates"), "SELECT"
        ),
        "targeting_answers": "SELECT",
        "targeting_documents": "SELECT, INSERT, UPDATE",
        "targeting_document_contents": "INSERT",
        **dict.fromkeys(("seal_certificates", "sealed_files"), "SELECT, INSERT"),
        "import_chunks": "SELECT, DELETE",
        "cpoms": _WHOLE,
        **dict.fromkeys(("cpom_signatories", "cpom_structures"), "SELECT, INSERT, DELETE"),
        **dict.fromkeys(("contacts", "cpom_objectives", "aids"), "SELECT (id, version), UPDATE, DELETE"),
        "cpom_milestones": "SELECT (id), UPDATE, DELETE",
        "import_problems": "SELECT, INSERT, DELETE",
        "import_changes": _WHOLE,
        # Whether somebody wrote on a case that a file opened; never what.
        **dict.fromkeys(("exchanges", "visits", "documents"), "SELECT (case_id)"),
        "journal_entries": "SELECT, INSERT",
        "journal_heads": "SELECT, UPDATE",
    },
}
"""What each role may do, besides what the rules of the guarded tables give to the pages."""
