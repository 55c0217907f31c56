"""What is stored: typed tables, short properties in the words of the pages. No query, no request, no clock."""

from app.models.absences import Absence
from app.models.aids import Aid, AidStage
from app.models.barometer import BarometerEntry, BarometerPrices, BarometerReminder, BarometerShare
from app.models.blocks import BlockReason, CarsatBlock
from app.models.cases import (
    Alert,
    Case,
    CaseDeadline,
    CaseEvent,
    CaseOfficer,
    CasePartner,
    CaseReminder,
    CaseStructure,
    EventKind,
    PartnerStatus,
    Priority,
    Source,
)
from app.models.conventions import Convention, ConventionDepartement, ConventionFamily, ConventionParty
from app.models.cpoms import (
    Cpom,
    CpomMilestone,
    CpomObjective,
    CpomSignatory,
    CpomStructure,
    ObjectiveState,
    SignatoryBody,
)
from app.models.delegations import Delegation
from app.models.documents import HOLDS_OWN_FIGURES, Document, DocumentContent, DocumentKind
from app.models.employers import (
    CivilServiceBranch,
    Contact,
    Employer,
    FederationMember,
    Scheme,
    Sector,
    Structure,
)
from app.models.exceptional_accesses import ExceptionalAccess, ExceptionReason
from app.models.exchanges import Exchange, ExchangeKind, Visit, VisitAgreedStep, VisitObservation
from app.models.houses import HelpLine, HouseWish, TeamVoice
from app.models.identities import UserIdentity
from app.models.imports import Import, ImportChange, ImportChunk, ImportMapping, ImportProblem
from app.models.journal import (
    AccessAction,
    AccessEntry,
    JournalAction,
    JournalDrop,
    JournalEntry,
    JournalHead,
    JournalSeal,
    JournalSealHead,
    ObjectKind,
)
from app.models.magic_links import CODE_TRIES, LinkPurpose, MagicLink
from app.models.observations import (
    MILLION,
    ClaimEvidence,
    ClaimReference,
    ClaimTerritory,
    FigureRemark,
    FigureSource,
    Observation,
    PeerBand,
    Quality,
)
from app.models.organisations import Organisation, OrganisationDepartement
from app.models.outbox import OutboxMail, RuleSetting
from app.models.privacy import AnonymousCase, DataRequest, GuardLift, RetentionNotice
from app.models.second_factors import RecoveryCode, SecondFactor
from app.models.self_diagnostic_dates import SelfDiagnosticDate
from app.models.self_diagnostics import (
    SelfDiagnostic,
    SelfDiagnosticAnswer,
    SelfDiagnosticShare,
    SelfDiagnosticSheet,
)
from app.models.sessions import SignInWay, UserSession
from app.models.targeting import TargetingCampaign, TargetingDepartement, TargetingLine, TargetingScore
from app.models.targeting_appraisals import TargetingAppraisal
from app.models.targeting_documents import (
    WHOLE_LIST,
    SealCertificate,
    SealedFile,
    TargetingDocument,
    TargetingDocumentContent,
)
from app.models.targeting_notes import TargetingNote, TargetingProposal
from app.models.targeting_openings import TargetingOpening
from app.models.targeting_signatures import TargetingAnswer, TargetingDelegate, TargetingSignatory
from app.models.targeting_versions import TargetingPart, TargetingVersion
from app.models.tellings import CASE_PLACES, IMPORT_DAYS, OPEN_FOLLOW_UPS, RUNNING_IMPORTS
from app.models.throttles import Throttle
from app.models.users import Capacity, ManagerFunction, PersonState, User
from app.models.visibility import Visibility

__all__ = [
    "CASE_PLACES",
    "CODE_TRIES",
    "HOLDS_OWN_FIGURES",
    "IMPORT_DAYS",
    "MILLION",
    "OPEN_FOLLOW_UPS",
    "RUNNING_IMPORTS",
    "WHOLE_LIST",
    "Absence",
    "AccessAction",
    "AccessEntry",
    "Aid",
    "AidStage",
    "Alert",
    "AnonymousCase",
    "BarometerEntry",
    "BarometerPrices",
    "BarometerReminder",
    "BarometerShare",
    "BlockReason",
    "Capacity",
    "CarsatBlock",
    "Case",
    "CaseDeadline",
    "CaseEvent",
    "CaseOfficer",
    "CasePartner",
    "CaseReminder",
    "CaseStructure",
    "CivilServiceBranch",
    "ClaimEvidence",
    "ClaimReference",
    "ClaimTerritory",
    "Contact",
    "Convention",
    "ConventionDepartement",
    "ConventionFamily",
    "ConventionParty",
    "Cpom",
    "CpomMilestone",
    "CpomObjective",
    "CpomSignatory",
    "CpomStructure",
    "DataRequest",
    "Delegation",
    "Document",
    "DocumentContent",
    "DocumentKind",
    "Employer",
    "EventKind",
    "ExceptionReason",
    "ExceptionalAccess",
    "Exchange",
    "ExchangeKind",
    "FederationMember",
    "FigureRemark",
    "FigureSource",
    "GuardLift",
    "HelpLine",
    "HouseWish",
    "Import",
    "ImportChange",
    "ImportChunk",
    "ImportMapping",
    "ImportProblem",
    "JournalAction",
    "JournalDrop",
    "JournalEntry",
    "JournalHead",
    "JournalSeal",
    "JournalSealHead",
    "LinkPurpose",
    "MagicLink",
    "ManagerFunction",
    "ObjectKind",
    "ObjectiveState",
    "Observation",
    "Organisation",
    "OrganisationDepartement",
    "OutboxMail",
    "PartnerStatus",
    "PeerBand",
    "PersonState",
    "Priority",
    "Quality",
    "RecoveryCode",
    "RetentionNotice",
    "RuleSetting",
    "Scheme",
    "SealCertificate",
    "SealedFile",
    "SecondFactor",
    "Sector",
    "SelfDiagnostic",
    "SelfDiagnosticAnswer",
    "SelfDiagnosticDate",
    "SelfDiagnosticShare",
    "SelfDiagnosticSheet",
    "SignInWay",
    "SignatoryBody",
    "Source",
    "Structure",
    "TargetingAnswer",
    "TargetingAppraisal",
    "TargetingCampaign",
    "TargetingDelegate",
    "TargetingDepartement",
    "TargetingDocument",
    "TargetingDocumentContent",
    "TargetingLine",
    "TargetingNote",
    "TargetingOpening",
    "TargetingPart",
    "TargetingProposal",
    "TargetingScore",
    "TargetingSignatory",
    "TargetingVersion",
    "TeamVoice",
    "Throttle",
    "User",
    "UserIdentity",
    "UserSession",
    "Visibility",
    "Visit",
    "VisitAgreedStep",
    "VisitObservation",
]
