"""The matrix of rights as data: family of data × act × role, and what ties a role to a record."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from workflows.labels import LabelledEnum
from workflows.roles import LEADS, Role


class Kind(LabelledEnum):
    """A family of data. Those that nothing stores yet stand here too: what is built later only asks the judge."""

    EMPLOYER = "employer", "Employeurs et établissements"
    CONTACT = "contact", "Contacts"
    CASE = "case", "Dossiers : état, chef de file, échéances"
    EXCHANGE = "exchange", "Notes de terrain"
    VISIT = "visit", "Comptes rendus de visite"
    DOCUMENT = "document", "Documents"
    INDICATOR = "indicator", "Tableau de bord : indicateurs"
    AT_COUNT = "at_count", "Accidents du travail : nombres"
    AT_BAND = "at_band", "Accidents du travail : classe"
    TARGETING_LIST = "targeting_list", "Listes de ciblage"
    TARGETING_STATUS = "targeting_status", "Appui proposé : ce qui concerne un seul employeur"
    SELF_DIAGNOSTIC = "self_diagnostic", "Auto-diagnostics"
    BAROMETER = "barometer", "Baromètre de l’employeur"
    CARSAT_BLOCK = "carsat_block", "Empêchement de signer noté par la Carsat"
    CONTRACT = "contract", "Contrats de prévention"
    CPOM = "cpom", "CPOM et leurs objectifs"
    ACTION = "action", "Actions et livrables"
    FINANCING = "financing", "Financements"
    EVALUATION = "evaluation", "Évaluations"
    REGIONAL_REPORT = "regional_report", "Bilan régional"
    CONVENTION = "convention", "Conventions entre organismes"
    AUDIT_LOG = "audit_log", "Journal des accès"


class Act(Enum):
    """What one does with a family of data. `COUNT`: reading figures without names, the smallest masked."""

    READ = "read"
    WRITE = "write"
    SIGN = "sign"
    COMMENT = "comment"
    COUNT = "count"


class Relation(LabelledEnum):
    """What ties an actor to a record: the query that loads it says which hold."""

    TERRITORY = "territory", "dans ses départements"
    CASE = "case", "sur les dossiers où il est chef de file ou partenaire"
    COLLECTIVE = "collective", "dans une action collective où il intervient"
    MEMBER = "member", "pour ses adhérents"
    OWN = "own", "pour son propre établissement"
    PARTY = "party", "quand son organisme y est partie"
    ANYWHERE = "anywhere", "partout"
    CONSENT = "consent", "avec l’accord de l’employeur"
    SHARED = "shared", "si l’employeur l’a partagé"
    DIAGNOSED = "diagnosed", "une fois le diagnostic fait"
    AUTHOR = "author", "pour ce que son organisme écrit"
    EXCEPTION = "exception", "lors d’un accès exceptionnel"
    LOCATED = "located", "situé dans ses départements"  # opens nothing by itself: only where a record lies


@dataclass(frozen=True)
class Right:
    """Any one of `ties` opens, provided that all of `given` hold besides."""

    ties: frozenset[Relation]
    given: frozenset[Relation] = frozenset()


CLOSED = Right(frozenset())


def right(*ties: Relation, given: tuple[Relation, ...] = ()) -> Right:
    return Right(frozenset(ties), frozenset(given))


ON_SITE = right(Relation.TERRITORY, Relation.CASE)
READING_ON_SITE = right(Relation.TERRITORY, Relation.CASE, Relation.EXCEPTION)
INVITED = right(Relation.CASE)
MEMBERS = right(Relation.MEMBER)
OWN = right(Relation.OWN)
HERE = right(Relation.TERRITORY)
EVERYWHERE = right(Relation.ANYWHERE)
PARTY = right(Relation.PARTY)
OWN_LINES_ON_SITE = right(Relation.TERRITORY, Relation.CASE, given=(Relation.AUTHOR,))
OWN_LINES = right(Relation.CASE, given=(Relation.AUTHOR,))
INVITED_BY_CONSENT = right(Relation.CASE, given=(Relation.CONSENT,))
ON_SITE_IF_SHARED = right(Relation.TERRITORY, Relation.CASE, given=(Relation.SHARED,))
INVITED_IF_SHARED = right(Relation.CASE, given=(Relation.SHARED,))

Row = Mapping[Role, Right]
OTHER_BODIES = (Role.FUNDER, Role.PUBLIC_PREVENTION, Role.SPST, Role.MSA, Role.REGION)
"""They are invited on a case, read where it stands and what is shared, and write their own lines and actions."""

_LEADS: Row = dict.fromkeys(LEADS, ON_SITE)
_READING_LEADS: Row = dict.fromkeys(LEADS, READING_ON_SITE)
_OTHERS: Row = dict.fromkeys(OTHER_BODIES, INVITED)
_OTHERS_OWN: Row = dict.fromkeys(OTHER_BODIES, OWN_LINES)
_INVITED: Row = {Role.ARACT: INVITED, Role.PROVIDER: INVITED, **_OTHERS}
_CONCERNED: Row = {**_READING_LEADS, **_INVITED, Role.FEDERATION: MEMBERS, Role.EMPLOYER: OWN}
_SHARED_READERS: Row = {
    **dict.fromkeys(LEADS, ON_SITE_IF_SHARED),
    Role.ARACT: INVITED_IF_SHARED,
    Role.PROVIDER: INVITED_IF_SHARED,
}
_NOTE_WRITERS: Row = {**_LEADS, Role.ARACT: INVITED, Role.PROVIDER: INVITED, Role.FEDERATION: MEMBERS}
_VISITORS: Row = {
    Role.CARSAT: ON_SITE,
    Role.ARACT: INVITED,
    Role.PROVIDER: INVITED,
    # The counterparts of the Carsat for public employers and for the régime agricole.
    Role.PUBLIC_PREVENTION: INVITED,
    Role.MSA: INVITED,
}
_NATIONAL: Row = {Role.NATIONAL: EVERYWHERE}
_FIGURES: Row = {Role.DREETS: HERE, **_NATIONAL}
_FIGURES_AND_MEMBERS: Row = {**_FIGURES, Role.FEDERATION: MEMBERS}
_BODIES = tuple(role for role in Role if role not in (Role.EMPLOYER, Role.PLATFORM, Role.COORDINATOR))

MATRIX: Mapping[Kind, Mapping[Act, Row]] = {
    Kind.EMPLOYER: {
        Act.READ: {**_CONCERNED, Role.ARACT: right(Relation.CASE, Relation.COLLECTIVE)},
        Act.WRITE: _LEADS,
        Act.COMMENT: {Role.EMPLOYER: OWN},
        Act.COUNT: _FIGURES,
    },
    Kind.CONTACT: {
        Act.READ: {
            **_READING_LEADS,
            Role.ARACT: INVITED,
            Role.PROVIDER: INVITED,
            Role.FEDERATION: MEMBERS,
            Role.EMPLOYER: OWN,
        },
        Act.WRITE: {**_LEADS, Role.EMPLOYER: OWN},
    },
    Kind.CASE: {Act.READ: _CONCERNED, Act.WRITE: _LEADS, Act.COUNT: _FIGURES},
    Kind.EXCHANGE: {Act.READ: _CONCERNED, Act.WRITE: {**_NOTE_WRITERS, **_READING_LEADS}},
    Kind.VISIT: {
        Act.READ: {**_VISITORS, **_READING_LEADS, Role.EMPLOYER: OWN},
        Act.WRITE: _VISITORS,
        Act.COMMENT: {Role.EMPLOYER: OWN},
    },
    Kind.DOCUMENT: {Act.READ: _CONCERNED, Act.WRITE: _NOTE_WRITERS},
    Kind.INDICATOR: {
        Act.READ: {
            **_LEADS,
            Role.ARACT: right(Relation.CASE, given=(Relation.DIAGNOSED,)),
            Role.PROVIDER: INVITED_BY_CONSENT,
            Role.EMPLOYER: OWN,
        },
        Act.WRITE: {Role.ARS: ON_SITE},
        Act.COMMENT: {Role.EMPLOYER: OWN},
        Act.COUNT: _FIGURES_AND_MEMBERS,
    },
    Kind.AT_COUNT: {
        Act.READ: {Role.CARSAT: ON_SITE, Role.EMPLOYER: OWN},
        Act.WRITE: {Role.CARSAT: ON_SITE},
        Act.COMMENT: {Role.EMPLOYER: OWN},
        Act.COUNT: _FIGURES,
    },
    Kind.AT_BAND: {
        Act.READ: {**_LEADS, Role.ARACT: INVITED, Role.PROVIDER: INVITED_BY_CONSENT, Role.EMPLOYER: OWN},
        Act.WRITE: {Role.CARSAT: ON_SITE},
        Act.COUNT: _FIGURES,
    },
    Kind.TARGETING_LIST: {
        Act.READ: {**dict.fromkeys(LEADS, HERE), Role.FEDERATION: MEMBERS},
        Act.WRITE: dict.fromkeys(LEADS, HERE),
        Act.SIGN: {**dict.fromkeys(LEADS, HERE), Role.FEDERATION: MEMBERS},
        # Notes and proposals: what each knows of an employer of the list.
        Act.COMMENT: {**dict.fromkeys(LEADS, HERE), Role.FEDERATION: MEMBERS},
        Act.COUNT: _FIGURES,
    },
    Kind.TARGETING_STATUS: {Act.READ: {**_LEADS, Role.FEDERATION: MEMBERS, Role.EMPLOYER: OWN}, Act.WRITE: _LEADS},
    Kind.SELF_DIAGNOSTIC: {
        Act.READ: {
            **_SHARED_READERS,
            Role.EMPLOYER: OWN,
        },
        # An adviser may hold the pen for a manager who lets them; never who controls, nor who pays.
        Act.WRITE: {
            Role.ARACT: INVITED_BY_CONSENT,
            Role.PROVIDER: INVITED_BY_CONSENT,
            Role.EMPLOYER: OWN,
        },
    },
    Kind.BAROMETER: {
        Act.READ: {**_SHARED_READERS, Role.EMPLOYER: OWN},
        Act.WRITE: {Role.EMPLOYER: OWN},
    },
    # An injunction or a surcharge belongs to control: it never enters what is shared for support.
    Kind.CARSAT_BLOCK: {Act.READ: {Role.CARSAT: ON_SITE}, Act.WRITE: {Role.CARSAT: ON_SITE}},
    Kind.CONTRACT: {
        Act.READ: {**_LEADS, Role.ARACT: INVITED, Role.EMPLOYER: OWN},
        Act.WRITE: {Role.CARSAT: ON_SITE},
        Act.SIGN: {Role.CARSAT: ON_SITE, Role.EMPLOYER: OWN},
        Act.COUNT: _NATIONAL,
    },
    Kind.CPOM: {
        Act.READ: {**_LEADS, Role.ARACT: INVITED, Role.EMPLOYER: OWN},
        Act.WRITE: {Role.ARS: ON_SITE, Role.DEPT: ON_SITE},
        Act.SIGN: {Role.ARS: ON_SITE, Role.DEPT: ON_SITE, Role.EMPLOYER: OWN},
        Act.COUNT: _NATIONAL,
    },
    Kind.ACTION: {
        Act.READ: {**_LEADS, Role.ARACT: INVITED, Role.EMPLOYER: OWN, Role.PROVIDER: OWN_LINES, **_OTHERS},
        Act.WRITE: {**_LEADS, Role.ARACT: INVITED, Role.EMPLOYER: OWN, Role.PROVIDER: OWN_LINES, **_OTHERS_OWN},
    },
    Kind.FINANCING: {
        Act.READ: {**_LEADS, Role.ARACT: OWN_LINES, Role.EMPLOYER: OWN, Role.PROVIDER: OWN_LINES, **_OTHERS},
        Act.WRITE: {**dict.fromkeys(LEADS, OWN_LINES_ON_SITE), **_OTHERS_OWN},
        Act.COUNT: _NATIONAL,
    },
    Kind.EVALUATION: {
        Act.READ: {**_LEADS, Role.ARACT: INVITED, Role.EMPLOYER: OWN, Role.PROVIDER: OWN_LINES},
        Act.WRITE: {**_LEADS, Role.ARACT: INVITED},
        Act.COMMENT: {Role.EMPLOYER: OWN},
        Act.COUNT: _FIGURES_AND_MEMBERS,
    },
    Kind.REGIONAL_REPORT: {
        Act.READ: {**dict.fromkeys((*LEADS, Role.DREETS, Role.ARACT, Role.FEDERATION), HERE), **_NATIONAL},
        Act.WRITE: dict.fromkeys(LEADS, HERE),
    },
    Kind.CONVENTION: {Act.READ: dict.fromkeys(_BODIES, PARTY), Act.WRITE: dict.fromkeys(LEADS, PARTY)},
    Kind.AUDIT_LOG: {Act.READ: {Role.PLATFORM: EVERYWHERE}},
}
"""Which ties open which family of data to which role. Absent: closed. DREETS and the national bodies read figures
without names, since the labour inspectorate belongs to the first (support is not control); the platform's
administration reads no business data at all."""

BY_CONVENTION = frozenset(
    set(Kind)
    - {
        Kind.EMPLOYER,  # the public register
        Kind.TARGETING_STATUS,
        Kind.BAROMETER,  # the employer’s own: its act alone shares it
        Kind.CARSAT_BLOCK,
        Kind.REGIONAL_REPORT,  # figures
        Kind.CONVENTION,
        Kind.AUDIT_LOG,
    }
)
"""The families that go from one organisation to another by a convention in force, and not otherwise."""


def right_of(role: Role, kind: Kind, act: Act) -> Right:
    """Return what opens this act to a role; CLOSED when nothing does."""
    return MATRIX[kind].get(act, {}).get(role, CLOSED)


def relations_needed(role: Role, kind: Kind, act: Act) -> frozenset[Relation]:
    """Return the ties any one of which opens this act; empty: closed to the role."""
    return right_of(role, kind, act).ties


def opens(role: Role, kind: Kind, act: Act, holding: frozenset[str]) -> bool:
    """Tell whether the relations that hold between a person of this role and a record open this act."""
    found = right_of(role, kind, act)
    return bool(found.ties & holding) and found.given <= holding
