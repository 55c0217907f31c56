"""Which rule each column of each table follows: a new one that is not written here is a red test.

A rule is one of `workflows.retention`, or one of WAYS. The first name of each table’s mapping need not be alone: what
a row holds may follow several rules.
"""

WAYS = {
    "case": "with the case it belongs to: case_never_contacted, case_refused, case_closed",
    "entry": "with its case, or by its own rule when it has none: exchange_alone, visit_alone, document_alone",
    "parent": "with the row that it completes",
    "account": "emptied by account_forgotten",
    "house": "settings and records of an employer’s own space: as long as it is there; its managers withdraw them",
    "directory": "public directory of employers: no person in it, refreshed by each file",
    "organisation": "bodies that take part, as long as they do",
    "setting": "settings of the region: no person in them",
    "figure": "statistics without a name: kept",
    "record": "proof that an erasure was announced and done: kept, no person in it",
    "journal": "twelve months, then `flask journal drop`: identifiers and digests, no name",
    "seal": "a line a day, or one a file, kept: digests only",
    "swept": "forgotten by the scheduler: `app/jobs/identity.py`",
    "certificate": "public certificates of the platform: kept, so that old files can be checked; no person in them",
    "import": "the bytes, the rows refused and what to undo: forgotten by the scheduler once the import has ended",
    "transient": "never outlives its own transaction",
}

REGISTER: dict[str, dict[str, str]] = {
    "absences": {"swept": "id user_id organisation_id starts_on ends_on stand_in_id withdrawn_on version submission"},
    "access_entries": {
        "journal": "id recorded_at user_id capacity_id organisation_id action request status object_kind object_id"
        " is_out_of_territory filters rows"
    },
    "aids": {
        "aid": "id employer_id structure_id organisation_id source reference year requested_cents granted_cents"
        " paid_cents requested_on granted_on paid_on noted_on import_id version"
    },
    "anonymous_cases": {
        "figure": "id departement category size_class source state outcome lead_kind started_year ended_year"
    },
    "barometer_entries": {
        "barometer": "id employer_id structure_id month number figures remark file_name entered_at entered_by_id"
        " submission"
    },
    "barometer_prices": {
        "house": "id employer_id day_cents day_source departure_cents departure_source changed_at changed_by_id version"
    },
    "barometer_reminders": {"house": "id user_id employer_id asked_at"},
    "barometer_shares": {
        "barometer_share": "id employer_id organisation_id about shared_at shared_by_id withdrawn_at withdrawn_by_id"
        " content structure_id first_month last_month measures"
    },
    "capacities": {
        "account": "id user_id organisation_id employer_id manager_function job_title is_coordinator is_administrator"
        " ends_on departs_on suspended_on confirmed_on invited_at own_departements version"
    },
    "carsat_blocks": {
        "case": "id employer_id since lifted_on reason note organisation_id author_id written_at version"
    },
    "case_deadlines": {
        "case": "id case_id rule label started_on due_on original_due_on cycle paused_on ended_on was_answered"
    },
    "case_events": {
        "case": "id case_id episode kind step from_state to_state effective_on recorded_at actor_id organisation_id"
        " summary motive facts case_version"
    },
    "case_officers": {"case": "case_id user_id since"},
    "case_partners": {"case": "id case_id organisation_id status priority comment version"},
    "case_reminders": {"case": "id deadline_id offset cycle remind_on queued_on"},
    "case_structures": {"case": "case_id structure_id is_open"},
    "cases": {
        "case": "id employer_id main_structure_id departement episode episode_started_on source alert alerted_on state"
        " entered_on previous_state previous_entered_on suspended_from last_step last_step_on last_step_by_id"
        " lead_organisation_id due_on due_label last_activity_on employer_informed_on employer_agreed_on"
        " cse_informed_on cse_opinion_on cse_absence_on risk_document_on cpom_ends_on support_agreed_on"
        " employer_asked_on outcome opening_organisation_id journal_number journal_digest version submission"
    },
    "claim_territories": {"figure": "region first_year last_year differs inflation sites"},
    "contacts": {
        "contact_left": "id employer_id given_name family_name function email phone visibility organisation_id left_on"
        " objected_on version submission"
    },
    "convention_departements": {"organisation": "convention_id departement"},
    "convention_families": {"organisation": "convention_id family"},
    "convention_parties": {
        "organisation": "convention_id organisation_id confirmed_on confirmed_by_id left_on leaving_motive"
    },
    "conventions": {
        "organisation": "id reference title legal_basis valid_from valid_until closed_on closing_motive amends_id"
        " organisation_id recorded_by_id recorded_at version submission"
    },
    "cpom_milestones": {"parent": "id objective_id year value"},
    "cpom_objectives": {
        "objective": "id employer_id organisation_id axis wording indicator is_rate baseline baseline_year target"
        " target_year state noted_on import_id version"
    },
    "cpom_signatories": {"parent": "id cpom_id body"},
    "cpom_structures": {"parent": "id cpom_id structure_id"},
    "cpoms": {
        "cpom_over": "id employer_id organisation_id signed_on in_force_on ends_on extended_until noted_on import_id"
        " version"
    },
    "data_requests": {
        "data_request": "id kind full_name email message user_id organisation_id received_on due_on state answer"
        " answered_on answered_by_id version submission"
    },
    "delegations": {
        "account": "id organisation_id giver_id receiver_id starts_on ends_on departements is_coordinator"
        " is_administrator revoked_on submission"
    },
    "document_contents": {"parent": "document_id data"},
    "claim_evidence": {
        "figure": "id structure_id siret employer_id organisation_id first_year last_year years accidents expected"
        " exceedance band low high weight zone"
    },
    "claim_references": {"figure": "year naf staff hours accidents days_off frequency import_id"},
    "documents": {
        "entry": "id employer_id case_id kind title file_name media_type size sha256 visibility author_id"
        " organisation_id created_at submission"
    },
    "employers": {
        "directory": "id finess siren name long_name legal_status sector sector_confirmed_on sector_confirmed_by_id"
        " civil_service_branch scheme naf idcc headcount address postcode city departement phone is_closed search_key"
        " version"
    },
    "exceptional_accesses": {
        "case": "id case_id user_id organisation_id reason explanation opened_at expires_at closed_at closed_by_id"
        " seen_at seen_by_id submission"
    },
    "exchanges": {
        "entry": "id employer_id case_id kind held_on summary visibility author_id organisation_id created_at version"
        " submission"
    },
    "figure_remarks": {
        "parent": "id employer_id structure_id indicator year wording author_id written_at answer answered_by_id"
        " answered_at due_on organisation_id version submission"
    },
    "federation_members": {"organisation": "organisation_id employer_id"},
    "guard_lifts": {"transient": "id release_id"},
    "help_lines": {"organisation": "organisation_id phone email hours words written_on written_by_id version"},
    "house_wishes": {
        "house": "id employer_id kind until words told_at told_by_id withdrawn_at withdrawn_by_id submission"
    },
    "import_changes": {"import": "id import_id table_name row_id row_version before"},
    "import_chunks": {"import": "import_id number data"},
    "import_mappings": {"setting": "organisation_id kind year columns saved_on"},
    "import_problems": {"import": "id import_id line column_name severity message reason cells"},
    "imports": {
        "import": "preview",
        "record": "id kind state organisation_id author_id created_at file_name size sha256 format head mapping options"
        " is_strict records read created updated unchanged rejected remarks at_line confirmed_at started_at claimed_at"
        " ended_at failure undone_at undone_by_id version submission",
    },
    "journal_drops": {"seal": "id chain number digest dropped_at told"},
    "journal_entries": {
        "journal": "id chain number recorded_at actor_id capacity_id organisation_id action object_kind object_id"
        " content previous digest"
    },
    "journal_heads": {"seal": "chain number digest"},
    "journal_seal_heads": {"seal": "seal chain number digest"},
    "journal_seals": {"seal": "number day sealed_at head_count heads access_until access_count access previous digest"},
    "magic_links": {
        "swept": "id reference digest purpose email user_id organisation_id object_kind object_id target created_at"
        " expires_at used_at needs_second_factor code_digest code_tries"
    },
    "observations": {
        "figure": "id employer_id structure_id siret indicator year value quality source import_id organisation_id"
        " supersedes_id"
    },
    "organisation_departements": {"organisation": "organisation_id departement"},
    "organisations": {"organisation": "id kind name short_name siret is_active review_due_on"},
    "outbox_mails": {
        "mail": "id object_kind object_id rule cycle user_id template created_at send_after claimed_at sent_at"
        " cancelled_at attempts subject body last_error"
    },
    "peer_bands": {
        "figure": "id region category sector size indicator year count deciles first_quartile median third_quartile"
    },
    "recovery_codes": {"account_forgotten": "id user_id digest used_at"},
    "retention_notices": {"record": "id slot rule organisation_id noticed_on applies_on found done applied_at"},
    "rule_settings": {"setting": "id workflow deadline count unit remind version"},
    "seal_certificates": {"certificate": "fingerprint subject pem valid_from valid_until first_used_at"},
    "sealed_files": {"seal": "sha256 fingerprint sealed_at"},
    "second_factors": {"account_forgotten": "user_id secret created_at confirmed_at last_step"},
    "self_diagnostics": {
        "self_diagnostic_draft": "submitted_at",
        "self_diagnostic": "id employer_id structure_id number questionnaire setting started_at started_by_id"
        " answered_at submitted_by_id submission",
    },
    "self_diagnostic_answers": {
        "parent": "id sheet_id statement reply evidence comment answered_at received_at entered_by_id organisation_id"
        " submission"
    },
    "self_diagnostic_dates": {"house": "employer_id organisation_id due_on set_at set_by_id stopped_at version"},
    "self_diagnostic_shares": {
        "parent": "id diagnostic_id employer_id organisation_id about depth has_risk_document has_psychosocial"
        " has_comments shared_at shared_by_id withdrawn_at withdrawn_by_id content"
    },
    "self_diagnostic_sheets": {
        "parent": "id diagnostic_id employer_id user_id started_at pen_organisation_id pen_given_at"
    },
    "structures": {
        "directory": "id finess employer_id siret name long_name category address postcode city commune departement"
        " phone naf capacity headcount hours_served opened_on is_closed search_key version"
    },
    "targeting_answers": {
        "targeting_ended": "id signatory_id number answer reason answered_at author_id delegate_id function delegation"
        " address root read voided_at voided_parts submission"
    },
    "targeting_appraisals": {
        "case": "id case_id employer_id campaign_id verdict reason wording author_id organisation_id created_at version"
    },
    "targeting_campaigns": {
        "targeting_ended": "id title field predecessor_id organisation_id author_id created_at first_year last_year"
        " weights first following coverage method_version valid_from valid_until consulted_until speak_from meeting"
        " quorum membership state entered_on motive run run_stage claimed_at failure computed_at computed_method"
        " code_version owners claim_owners summary version submission"
    },
    "targeting_delegates": {
        "targeting_ended": "id signatory_id organisation_id given_name family_name function email appointed_by_id"
        " appointed_as appointed_at sent_at withdrawn_at reminded version submission"
    },
    "targeting_departements": {"targeting_ended": "campaign_id departement"},
    "targeting_document_contents": {"parent": "document_id data"},
    "targeting_documents": {
        "targeting_ended": "id version_id part organisation_id claimed_at failure sealed_at sha256 size"
    },
    "targeting_lines": {
        "targeting_ended": "id campaign_id employer_id structures first_count next_count computed is_steady motives"
        " decided"
    },
    "targeting_notes": {
        "targeting_ended": "id campaign_id employer_id nature noted_on is_fact wording visibility author_id"
        " organisation_id created_at submission"
    },
    "targeting_openings": {
        "targeting_ended": "id campaign_id employer_id lead_organisation_id officer_id choice chosen_by_id round"
        " opened_at case_id version"
    },
    "targeting_parts": {"targeting_ended": "version_id key position label organisation_id employers text digest"},
    "targeting_signatories": {
        "targeting_ended": "id campaign_id organisation_id part is_concerned user_id function delegation named_at"
        " named_by_id version"
    },
    "targeting_versions": {"targeting_ended": "id campaign_id number root frozen_at author_id"},
    "targeting_proposals": {
        "targeting_ended": "id campaign_id employer_id kind reason wording consent postponed_until state decided answer"
        " decided_by_id decided_at author_id organisation_id created_at version submission"
    },
    "targeting_scores": {
        "targeting_ended": "id campaign_id employer_id structure_id departement computed total coverage is_steady"
        " figures"
    },
    "team_voices": {
        "house": "id employer_id tool tool_name held_on asked respondents themes words is_shared author_id written_at"
        " version submission"
    },
    "throttles": {"swept": "kind digest count last_at blocked_until"},
    "user_identities": {"account_forgotten": "id user_id issuer sub linked_at"},
    "user_sessions": {
        "swept": "id digest user_id capacity_id how device browser address created_at seen_at expires_at"
        " second_factor_at ended_at"
    },
    "users": {
        "account_forgotten": "email given_name family_name password_hash",
        "account": "id is_enabled",
    },
    "visit_agreed_steps": {"parent": "id visit_id position wording owner due_on"},
    "visit_observations": {"parent": "id visit_id position kind unit wording"},
    "visits": {
        "visit_draft": "status",
        "entry": "id employer_id case_id exchange_id structure_id mode visited_on subject people_met units_seen"
        " documents_seen good_practices employer_remarks next_visit_on visibility revision corrects_id"
        " correction_reason finalised_at report_id author_id organisation_id created_at version submission",
    },
}
