"""What erasing does, table by table: set-based, a batch of numbers at a time. Nothing commits here."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import String, cast, delete, extract, insert, literal, select, update
from sqlalchemy import case as when
from sqlalchemy.orm import InstrumentedAttribute

from app.actions.guards import lifted
from app.extensions import db
from app.models import (
    Aid,
    AnonymousCase,
    BarometerEntry,
    BarometerShare,
    Capacity,
    CarsatBlock,
    Case,
    CaseDeadline,
    CaseEvent,
    CaseOfficer,
    CasePartner,
    CaseReminder,
    CaseStructure,
    Contact,
    Cpom,
    CpomMilestone,
    CpomObjective,
    CpomSignatory,
    CpomStructure,
    DataRequest,
    Document,
    DocumentContent,
    Employer,
    ExceptionalAccess,
    Exchange,
    MagicLink,
    Organisation,
    OutboxMail,
    RecoveryCode,
    SecondFactor,
    SelfDiagnostic,
    SelfDiagnosticAnswer,
    SelfDiagnosticShare,
    SelfDiagnosticSheet,
    Structure,
    TargetingAnswer,
    TargetingAppraisal,
    TargetingCampaign,
    TargetingDelegate,
    TargetingDepartement,
    TargetingDocument,
    TargetingDocumentContent,
    TargetingLine,
    TargetingNote,
    TargetingOpening,
    TargetingPart,
    TargetingProposal,
    TargetingScore,
    TargetingSignatory,
    TargetingVersion,
    User,
    UserIdentity,
    UserSession,
    Visit,
    VisitAgreedStep,
    VisitObservation,
)
from app.queries.outbox import DEADLINE
from app.queries.retention import ERASED_ADDRESS
from workflows.retention import SIZES, size_class

Ids = Sequence[int]


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))


def _delete(column: InstrumentedAttribute[Any], ids: Any) -> None:
    _run(delete(column.class_).where(column.in_(ids)))


def erase_cases(ids: Ids) -> None:
    """Leave an anonymous line for each case; take away what hangs on it, and what an employer now unfollowed had."""
    employers = list(db.session.scalars(select(Case.employer_id).where(Case.id.in_(ids))))
    _run(insert(AnonymousCase).from_select(KEPT, _what_is_kept(ids)))
    deadlines = select(CaseDeadline.id).where(CaseDeadline.case_id.in_(ids))
    _run(delete(OutboxMail).where(OutboxMail.object_kind == DEADLINE, OutboxMail.object_id.in_(deadlines)))
    _delete(CaseReminder.deadline_id, deadlines)
    for column in (CaseDeadline.case_id, CaseOfficer.case_id, CasePartner.case_id, CaseStructure.case_id):
        _delete(column, ids)
    _delete(ExceptionalAccess.case_id, ids)
    erase_visits(_of(Visit, ids))
    erase_exchanges(_of(Exchange, ids))
    erase_documents(_of(Document, ids))
    with lifted():
        _delete(CaseEvent.case_id, ids)
    _delete(TargetingAppraisal.case_id, ids)
    _run(update(TargetingOpening).where(TargetingOpening.case_id.in_(ids)).values(case_id=None))
    _delete(Case.id, ids)
    for model in (Contact, CarsatBlock):
        followed = select(Case.id).where(Case.employer_id == model.employer_id).exists()
        _run(delete(model).where(model.employer_id.in_(employers), ~followed))


def _of(model: Any, case_ids: Ids) -> list[int]:
    return list(db.session.scalars(select(model.id).where(model.case_id.in_(case_ids))))


KEPT = [
    "departement", "category", "size_class", "source", "state", "outcome", "lead_kind", "started_year", "ended_year",
]  # fmt: skip


def _what_is_kept(ids: Ids) -> Any:
    size = when(
        (Employer.headcount.is_(None), size_class(None)),
        *((Employer.headcount <= most, label) for most, label in SIZES),
        else_=size_class(SIZES[-1][0] + 1),
    )
    return (
        select(
            Structure.departement,
            Structure.category,
            size,
            Case.source,
            Case.state,
            Case.outcome,
            Organisation.kind,
            extract("year", Case.episode_started_on),
            extract("year", Case.entered_on),
        )
        .join(Structure, Structure.id == Case.main_structure_id)
        .join(Employer, Employer.id == Case.employer_id)
        .outerjoin(Organisation, Organisation.id == Case.lead_organisation_id)
        .where(Case.id.in_(ids))
    )


def erase_visits(ids: Ids) -> None:
    """Delete visits, their lines and their reports; a corrected version that stays no longer names what it replaced."""
    reports = [one for one in db.session.scalars(select(Visit.report_id).where(Visit.id.in_(ids))) if one]
    _run(update(Visit).where(Visit.corrects_id.in_(ids)).values(corrects_id=None))
    for column in (VisitObservation.visit_id, VisitAgreedStep.visit_id, Visit.id):
        _delete(column, ids)
    erase_documents(reports)


def erase_exchanges(ids: Ids) -> None:
    """Delete notes; a visit that grew from one stays."""
    _run(update(Visit).where(Visit.exchange_id.in_(ids)).values(exchange_id=None))
    _delete(Exchange.id, ids)


def erase_documents(ids: Ids) -> None:
    """Delete documents and their bytes."""
    _run(update(Visit).where(Visit.report_id.in_(ids)).values(report_id=None))
    _delete(DocumentContent.document_id, ids)
    _delete(Document.id, ids)


def erase_contacts(ids: Ids) -> None:
    """Delete the people of an employer."""
    _delete(Contact.id, ids)


def erase_contracts(ids: Ids) -> None:
    """Delete contracts, with who signed them and what they cover."""
    for column in (CpomSignatory.cpom_id, CpomStructure.cpom_id, Cpom.id):
        _delete(column, ids)


def erase_objectives(ids: Ids) -> None:
    """Delete objectives and their milestones."""
    for column in (CpomMilestone.objective_id, CpomObjective.id):
        _delete(column, ids)


def erase_aids(ids: Ids) -> None:
    """Delete lines of money."""
    _delete(Aid.id, ids)


def close_accounts(ids: Ids) -> None:
    """Let nobody in by these accounts any more."""
    _run(update(User).where(User.id.in_(ids)).values(is_enabled=False))


def erase_accounts(ids: Ids) -> None:
    """Take the name and address away; what the person wrote stays, without an author one could recognise."""
    address = literal("compte-") + cast(User.id, String) + literal(ERASED_ADDRESS)
    values = {"email": address, "given_name": "Compte", "family_name": "supprimé", "password_hash": None}
    _run(update(User).where(User.id.in_(ids)).values(**values, is_enabled=False))
    _run(update(Capacity).where(Capacity.user_id.in_(ids)).values(job_title=""))
    for column in (
        OutboxMail.user_id,
        MagicLink.user_id,
        RecoveryCode.user_id,
        SecondFactor.user_id,
        UserIdentity.user_id,
        UserSession.user_id,
    ):
        _delete(column, ids)


def erase_mails(ids: Ids) -> None:
    """Delete mails that left or were cancelled."""
    _delete(OutboxMail.id, ids)


def erase_requests(ids: Ids) -> None:
    """Delete requests answered long ago."""
    _delete(DataRequest.id, ids)


def erase_campaigns(ids: Ids) -> None:
    """Take away targeting lists with their figures, their notes and what was proposed of employers."""
    versions = select(TargetingVersion.id).where(TargetingVersion.campaign_id.in_(ids))
    documents = select(TargetingDocument.id).where(TargetingDocument.version_id.in_(versions))
    _delete(TargetingDocumentContent.document_id, documents)
    _delete(TargetingDocument.version_id, versions)
    _delete(TargetingPart.version_id, versions)
    seats = select(TargetingSignatory.id).where(TargetingSignatory.campaign_id.in_(ids))
    _delete(TargetingAnswer.signatory_id, seats)
    _delete(TargetingDelegate.signatory_id, seats)
    _run(update(TargetingAppraisal).where(TargetingAppraisal.campaign_id.in_(ids)).values(campaign_id=None))
    _run(update(TargetingCampaign).where(TargetingCampaign.predecessor_id.in_(ids)).values(predecessor_id=None))
    for model in (
        TargetingSignatory,
        TargetingVersion,
        TargetingOpening,
        TargetingProposal,
        TargetingNote,
        TargetingScore,
        TargetingLine,
        TargetingDepartement,
    ):
        _delete(model.campaign_id, ids)
    _delete(TargetingCampaign.id, ids)


def erase_self_diagnostics(ids: Ids) -> None:
    """Delete self-diagnostics, their answers and what was shared of them."""
    sheets = select(SelfDiagnosticSheet.id).where(SelfDiagnosticSheet.diagnostic_id.in_(ids))
    _delete(SelfDiagnosticAnswer.sheet_id, sheets)
    for column in (SelfDiagnosticSheet.diagnostic_id, SelfDiagnosticShare.diagnostic_id, SelfDiagnostic.id):
        _delete(column, ids)


def erase_barometer(ids: Ids) -> None:
    """Delete months of a barometer."""
    _delete(BarometerEntry.id, ids)


def erase_barometer_shares(ids: Ids) -> None:
    """Delete what was shared of a barometer."""
    _delete(BarometerShare.id, ids)


TREATMENTS: dict[str, Callable[[Ids], None]] = {
    "case_never_contacted": erase_cases,
    "case_refused": erase_cases,
    "case_closed": erase_cases,
    "visit_draft": erase_visits,
    "exchange_alone": erase_exchanges,
    "visit_alone": erase_visits,
    "document_alone": erase_documents,
    "contact_left": erase_contacts,
    "cpom_over": erase_contracts,
    "objective": erase_objectives,
    "aid": erase_aids,
    "targeting_ended": erase_campaigns,
    "self_diagnostic_draft": erase_self_diagnostics,
    "self_diagnostic": erase_self_diagnostics,
    "barometer": erase_barometer,
    "barometer_share": erase_barometer_shares,
    "account_departed": close_accounts,
    "account_forgotten": erase_accounts,
    "mail": erase_mails,
    "data_request": erase_requests,
}
"""What each rule of `workflows.retention` does to a batch."""
