"""Who reads and writes the rows of self-diagnostics: the employer's own, a pen it lent, what it shared."""

from app.second_wall.conditions import Guard, within
from app.second_wall.functions import EMPLOYER, ORGANISATION, USER
from app.second_wall.shares import SHARED_COLUMNS, shares

_MINE = f"self_diagnostic_sheets.employer_id = {EMPLOYER} AND self_diagnostic_sheets.user_id = {USER}"
_HELD = (
    "EXISTS (SELECT FROM self_diagnostic_sheets s WHERE s.diagnostic_id = self_diagnostics.id "
    f"AND s.pen_organisation_id = {ORGANISATION})"
)
_AT_WORK = f"(self_diagnostics.employer_id = {EMPLOYER} OR {_HELD})"
_ON_SHEET = within("self_diagnostic_sheets", "sheet_id", "self_diagnostic_answers")
_OF_DIAGNOSTIC = within("self_diagnostics", "diagnostic_id", "{t}")

SELF_DIAGNOSTICS: dict[str, Guard] = {
    "self_diagnostics": Guard(
        reads=f"({_AT_WORK} OR self_diagnostics.started_by_id = {USER} OR self_diagnostics.submitted_by_id = {USER})",
        inserts=f"self_diagnostics.employer_id = {EMPLOYER} AND self_diagnostics.started_by_id = {USER}",
        updates=_AT_WORK,
        fixed=(
            "employer_id",
            "structure_id",
            "number",
            "questionnaire",
            "setting",
            "started_at",
            "started_by_id",
            "submission",
        ),
    ),
    "self_diagnostic_sheets": Guard(
        reads=f"(self_diagnostic_sheets.employer_id = {EMPLOYER} OR "
        f"self_diagnostic_sheets.pen_organisation_id = {ORGANISATION} OR self_diagnostic_sheets.user_id = {USER})",
        inserts=_MINE,
        updates=_MINE,
        fixed=("diagnostic_id", "employer_id", "user_id", "started_at"),
    ),
    # Added one after the other: nothing that was answered is ever rewritten.
    "self_diagnostic_answers": Guard(
        reads=f"({_ON_SHEET} OR self_diagnostic_answers.entered_by_id = {USER})",
        inserts=f"self_diagnostic_answers.entered_by_id = {USER} AND {_ON_SHEET}",
    ),
    "self_diagnostic_shares": shares(
        "self_diagnostic_shares",
        made_from=_OF_DIAGNOSTIC.format(t="self_diagnostic_shares"),
        fixed=(
            *SHARED_COLUMNS,
            "diagnostic_id",
            "depth",
            "has_risk_document",
            "has_psychosocial",
            "has_comments",
        ),
    ),
}
