"""The sheet of signatures that a document prints: whose answers its reader reads, in which words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.models import TargetingCampaign, TargetingVersion
from app.queries.targeting_signatures import SheetRow, signature_sheet
from app.statistics.disclosure import SMALLEST_CELL
from reports.targeting_list import SignatureRow
from workflows.roles import LEADS
from workflows.targeting_list import AGREED


@dataclass(frozen=True)
class Signed:
    """A row of the sheet of signatures, and whose it is; `is_lead`: one of the three bodies that run the list."""

    organisation_id: int
    is_lead: bool
    has_agreed: bool
    row: SignatureRow


def signed_sheet(campaign: TargetingCampaign, version: TargetingVersion) -> Sequence[Signed]:
    """Return what each organisation answered of a version, as the documents print it."""
    return [
        Signed(one.organisation_id, one.kind in LEADS, one.answer in AGREED, _printed(one))
        for one in signature_sheet(campaign, version)
    ]


def _printed(one: SheetRow) -> SignatureRow:
    return SignatureRow(
        organisation=one.organisation,
        person=one.person,
        function=one.function,
        delegation=one.delegation,
        answer=one.answer.label,
        reason=one.reason,
        signed_at=one.answered_at,
        way=("lien" if one.is_delegate else "compte") if one.answered_at else "",
        digest=one.root,
    )


def rows_for(signed: Sequence[Signed], reader: int | None) -> tuple[tuple[SignatureRow, ...], str]:
    """Return the rows that a reader has of a sheet (None: who reads the whole list), and a word of the others.

    Its own row, those of the bodies that run the list without their reasons, which may name somebody's employer, and
    the rest as a count.
    """
    if reader is None:
        return tuple(one.row for one in signed), ""
    shown = [one for one in signed if one.is_lead or one.organisation_id == reader]
    rows = tuple(one.row if one.organisation_id == reader else _without_reason(one.row) for one in shown)
    others = [one for one in signed if one not in shown]
    if not others:
        return rows, ""
    if len(others) < SMALLEST_CELL:
        return rows, "D’autres organismes sont consultés sur leur part ; leurs réponses sont gardées avec la liste."
    agreed = sum(one.has_agreed for one in others)
    return rows, f"{len(others)} autres organismes consultés sur leur part, dont {agreed} d’accord à ce jour."


def _without_reason(row: SignatureRow) -> SignatureRow:
    return replace(row, reason="Motif gardé avec la liste complète." if row.reason else "")
