"""Who reads and writes the rows of targeting lists: a part of the wall, with a file of its own."""

from app.second_wall.conditions import Guard, at_employer, in_own_name, own, within
from app.second_wall.functions import KIND, LEADS_ONLY, TERRITORY, USER

_LIST_READERS = f"({LEADS_ONLY} OR {KIND} = 'federation')"
_LIST_HERE = (
    f"{LEADS_ONLY} AND EXISTS (SELECT FROM targeting_departements d "
    f"WHERE d.campaign_id = targeting_campaigns.id AND d.departement = ANY ({TERRITORY}))"
)

_WHOLE_HERE = (
    f"{LEADS_ONLY} AND NOT EXISTS (SELECT FROM targeting_versions v "
    "JOIN targeting_departements d ON d.campaign_id = v.campaign_id "
    f"WHERE v.id = targeting_documents.version_id AND d.departement <> ALL ({TERRITORY}))"
)


def _of_list(table: str) -> str:
    """Asked once for a statement, whatever the number of lines."""
    return f"{table}.campaign_id IN (SELECT parent.id FROM targeting_campaigns parent)"


LISTS: dict[str, Guard] = {
    # A federation reads its own members of a list, once it is consulted; figures are the three bodies'.
    "targeting_campaigns": Guard(
        reads=f"({own('targeting_campaigns')} OR {_LIST_HERE} "
        f"OR {KIND} = 'federation' AND targeting_campaigns.state <> 'draft' "
        f"OR targeting_campaigns.author_id = {USER})",
        inserts=f"{LEADS_ONLY} AND {in_own_name('targeting_campaigns', 'author_id')}",
        updates=f"{LEADS_ONLY} AND ({own('targeting_campaigns')} OR {_LIST_HERE})",
        fixed=("predecessor_id", "organisation_id", "author_id", "created_at", "submission"),
    ),
    "targeting_lines": Guard(
        reads=f"{_LIST_READERS} AND {_of_list('targeting_lines')} "
        "AND EXISTS (SELECT FROM employers_in_sight e WHERE e.id = targeting_lines.employer_id)",
        inserts=f"{LEADS_ONLY} AND {at_employer('targeting_lines')}",
        updates=f"{LEADS_ONLY} AND {at_employer('targeting_lines')}",
        fixed=(
            "campaign_id",
            "employer_id",
            "structures",
            "first_count",
            "next_count",
            "computed",
            "is_steady",
            "motives",
        ),
    ),
    "targeting_scores": Guard(
        reads=f"{LEADS_ONLY} AND {_of_list('targeting_scores')} AND targeting_scores.departement = ANY ({TERRITORY})",
    ),
    "targeting_versions": Guard(
        reads=f"{_LIST_READERS} AND {_of_list('targeting_versions')}",
        inserts=f"{LEADS_ONLY} AND targeting_versions.author_id = {USER} AND {_of_list('targeting_versions')}",
    ),
    "targeting_parts": Guard(
        reads=f"({LEADS_ONLY} OR {own('targeting_parts')} OR targeting_parts.key = 'methode') "
        f"AND {within('targeting_versions', 'version_id', 'targeting_parts')}",
        inserts=f"{LEADS_ONLY} AND {within('targeting_versions', 'version_id', 'targeting_parts')}",
    ),
    # For the organisation that it is made for, and for who reads all the départements of the list.
    "targeting_documents": Guard(
        reads=f"{within('targeting_versions', 'version_id', 'targeting_documents')} "
        f"AND ({own('targeting_documents')} OR {_WHOLE_HERE})",
    ),
    "targeting_document_contents": Guard(
        reads=within("targeting_documents", "document_id", "targeting_document_contents"),
    ),
    # Who signs and who has answered what is read by all who read the list; of a page, never an address.
    "targeting_signatories": Guard(
        reads=f"{_LIST_READERS} AND {_of_list('targeting_signatories')}",
        inserts=f"{LEADS_ONLY} AND {_of_list('targeting_signatories')}",
        updates=f"({LEADS_ONLY} OR {own('targeting_signatories')}) AND {_of_list('targeting_signatories')}",
        fixed=("campaign_id", "organisation_id"),
    ),
    # Somebody without an account, to whom who signs there has left it; nobody’s account acts then.
    "targeting_delegates": Guard(
        reads=f"({LEADS_ONLY} OR {own('targeting_delegates')}) "
        f"AND {within('targeting_signatories', 'signatory_id', 'targeting_delegates')} "
        f"OR targeting_delegates.appointed_by_id = {USER}",
        inserts=f"{in_own_name('targeting_delegates', 'appointed_by_id')} "
        f"AND {within('targeting_signatories', 'signatory_id', 'targeting_delegates')}",
        updates=f"({LEADS_ONLY} OR {own('targeting_delegates')}) "
        f"AND {within('targeting_signatories', 'signatory_id', 'targeting_delegates')}",
        fixed=(
            "signatory_id",
            "organisation_id",
            "given_name",
            "family_name",
            "function",
            "email",
            "appointed_by_id",
            "appointed_as",
            "appointed_at",
            "submission",
        ),
    ),
    "targeting_answers": Guard(
        reads=f"{_LIST_READERS} AND {within('targeting_signatories', 'signatory_id', 'targeting_answers')}",
        inserts=f"(targeting_answers.author_id = {USER} AND EXISTS (SELECT FROM targeting_signatories parent "
        f"WHERE parent.id = targeting_answers.signatory_id AND parent.user_id = {USER} AND {own('parent')}) "
        f"OR {USER} = 0 AND EXISTS (SELECT FROM targeting_delegates parent WHERE parent.withdrawn_at IS NULL "
        "AND parent.id = targeting_answers.delegate_id AND parent.signatory_id = targeting_answers.signatory_id "
        f"AND {own('parent')}))",
        updates=f"{_LIST_READERS} AND EXISTS (SELECT FROM targeting_signatories parent "
        f"WHERE parent.id = targeting_answers.signatory_id AND ({LEADS_ONLY} OR {own('parent')}))",
        fixed=(
            "signatory_id",
            "number",
            "answer",
            "reason",
            "answered_at",
            "author_id",
            "delegate_id",
            "function",
            "delegation",
            "address",
            "root",
            "read",
            "submission",
        ),
    ),
    # Counted by the three bodies; the page of the answer is the lead's.
    "targeting_appraisals": Guard(
        reads=f"({own('targeting_appraisals')} OR targeting_appraisals.author_id = {USER} "
        f"OR {LEADS_ONLY} AND {at_employer('targeting_appraisals')})",
        inserts=f"{LEADS_ONLY} AND {in_own_name('targeting_appraisals', 'author_id')} "
        f"AND case_is_in_sight(targeting_appraisals.case_id)",
        updates=f"{LEADS_ONLY} AND case_is_in_sight(targeting_appraisals.case_id)",
        fixed=("case_id", "employer_id", "campaign_id"),
    ),
    "targeting_openings": Guard(
        reads=f"({LEADS_ONLY} AND {at_employer('targeting_openings')} OR targeting_openings.officer_id = {USER})",
        inserts=f"{LEADS_ONLY} AND {at_employer('targeting_openings')} AND {_of_list('targeting_openings')}",
        updates=f"{LEADS_ONLY} AND {at_employer('targeting_openings')}",
        fixed=("campaign_id", "employer_id"),
    ),
    "targeting_notes": Guard(
        reads=f"({own('targeting_notes')} OR targeting_notes.author_id = {USER} OR {LEADS_ONLY} "
        f"AND targeting_notes.visibility <> 'organisation' AND {at_employer('targeting_notes')})",
        inserts=f"{_LIST_READERS} AND {in_own_name('targeting_notes', 'author_id')} "
        f"AND {at_employer('targeting_notes')}",
    ),
    "targeting_proposals": Guard(
        reads=f"({own('targeting_proposals')} OR targeting_proposals.author_id = {USER} "
        f"OR {LEADS_ONLY} AND {at_employer('targeting_proposals')})",
        inserts=f"{_LIST_READERS} AND {in_own_name('targeting_proposals', 'author_id')} "
        f"AND {at_employer('targeting_proposals')}",
        updates=f"{LEADS_ONLY} AND {at_employer('targeting_proposals')}",
        fixed=(
            "campaign_id",
            "employer_id",
            "kind",
            "reason",
            "wording",
            "consent",
            "postponed_until",
            "author_id",
            "organisation_id",
            "created_at",
            "submission",
        ),
    ),
}
