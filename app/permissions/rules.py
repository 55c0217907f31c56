"""What may be done on a record in sight."""

from app.models import Case, Convention, ConventionParty, Employer, Exchange, Sector, Structure, Visibility, Visit
from app.permissions.actor import Actor
from app.permissions.administration import administers
from app.permissions.matrix import Act, Kind, Relation, opens, relations_needed, right_of
from app.permissions.sight import SHARED_READERS, reads_calendars
from app.statistics.disclosure import may_tell_absence_motives
from workflows.core import Step
from workflows.import_run import OWNERS, ImportKind
from workflows.roles import LEADS, Role

READ_ONLY = (
    "Votre départ est enregistré : vous lisez encore pendant trente jours, sans rien modifier. "
    "La personne qui gère les accès dans votre organisme peut revenir dessus."
)

EXCEPTION_ONLY = (
    "Un accès exceptionnel permet de lire ce dossier et d’y laisser une note. "
    "Le faire avancer revient à ceux qui le suivent."
)


def may(
    actor: Actor, act: Act, kind: Kind, record: Employer | Case, *, given: frozenset[Relation] = frozenset()
) -> bool:
    """Tell whether the actor may do this with a family of data, on an employer or a case it sees.

    `record.relations` is set by the query that loaded the record; without it everything is closed. `given` adds
    what holds for the very object in question: consent, sharing, authorship.
    """
    if read_only_refusal(actor, act) or not opens(actor.role, kind, act, record.relations | given):
        return False
    employer = record.employer if isinstance(record, Case) else record
    return is_open_for_the_sector(actor.role, act, kind, is_public=employer.is_public)


def read_only_refusal(actor: Actor, act: Act) -> str | None:
    """Return why somebody who has left its post may not do this, or None: it reads for thirty days, and no more."""
    return READ_ONLY if actor.is_read_only and act not in (Act.READ, Act.COUNT) else None


def acts_for_organisation(actor: Actor) -> bool:
    """Tell whether somebody is in post in an organisation: neither an employer nor on the way out."""
    return actor.organisation_id is not None and not actor.is_read_only


def may_open_exceptionally(actor: Actor) -> bool:
    """The three bodies' agents reach, in an emergency, what their organisation reads outside their own départements."""
    return actor.role in LEADS and not actor.is_read_only


def reads_exceptionally(record: Employer | Case) -> bool:
    """Tell whether nothing but an exceptional access opens this record: it is read, and a note is left."""
    held = record.relations & {Relation.TERRITORY, Relation.CASE, Relation.EXCEPTION}
    return held == {Relation.EXCEPTION}


def may_reassign(actor: Actor, case: Case) -> bool:
    """Whoever manages the people of the lead replaces an officer who leaves."""
    return administers(actor) and case.lead_organisation_id == actor.organisation_id


def is_open_for_the_sector(role: Role, act: Act, kind: Kind, *, is_public: bool) -> bool:
    """Tell whether the sector of the employer leaves this open.

    The branch AT-MP does not act for public agents: of a public employer the Carsat reads who it is, where the
    case stands, and that it is on a list that the Carsat signs with the others.
    """
    told = (Kind.EMPLOYER, Kind.CASE, Kind.TARGETING_LIST)
    return role is not Role.CARSAT or not is_public or (act is Act.READ and kind in told)


def may_lead(actor: Actor) -> bool:
    """Tell whether the actor's body is one of those that lead cases."""
    return actor.role in LEADS


def kinds_brought_in(actor: Actor) -> tuple[ImportKind, ...]:
    """Return the kinds of files that are the actor's organisation's own: nobody else brings them in."""
    if actor.organisation_id is None or actor.is_read_only:
        return ()
    return tuple(kind for kind in ImportKind if actor.role in OWNERS[kind])


def may_follow(actor: Actor, structure: Structure) -> bool:
    """Tell whether the actor's body acts where the structure is: another département's belongs to its neighbours."""
    return may_lead(actor) and not actor.is_read_only and structure.departement in actor.territory


def is_out_of_territory(actor: Actor, relations: frozenset[str]) -> bool:
    """Tell whether a record loaded with these relations lies outside the actor's départements: it was let in there."""
    return actor.role not in (Role.EMPLOYER, Role.FEDERATION) and Relation.LOCATED not in relations


def places_of(record: Employer | Case) -> frozenset[str]:
    """Return the départements where a case, or an employer and its structures, lie."""
    if isinstance(record, Case):
        if record.departement is not None:
            return frozenset({record.departement})
        return frozenset(link.structure.departement for link in record.structure_links)
    seat = {record.departement} if record.departement else set()
    return frozenset(seat | {structure.departement for structure in record.structures})


def may_write_entry(actor: Actor, entry: Exchange | Visit) -> bool:
    """An entry is completed by the organisation that wrote it; a final visit by nobody."""
    if read_only_refusal(actor, Act.WRITE):
        return False
    is_final = isinstance(entry, Visit) and entry.is_final
    return entry.organisation_id == actor.organisation_id and actor.organisation_id is not None and not is_final


def may_correct(actor: Actor, visit: Visit) -> bool:
    """A final report has a corrected version by the organisation that wrote it, and by no other."""
    is_its_own = actor.organisation_id is not None and visit.organisation_id == actor.organisation_id
    return visit.is_final and is_its_own and not actor.is_read_only


def may_coordinate(actor: Actor, case: Case) -> bool:
    """Naming the lead and the officers: the lead's agents, any lead body while there is none, the coordinator."""
    if not may(actor, Act.WRITE, Kind.CASE, case):
        return False
    return actor.is_coordinator or case.lead_organisation_id in (None, actor.organisation_id)


def may_invite_managers(actor: Actor, case: Case) -> bool:
    """The lead's agents invite the people of an employer that they accompany, in post and not by exception."""
    is_lead = case.lead_organisation_id is not None and case.lead_organisation_id == actor.organisation_id
    return is_lead and may_coordinate(actor, case)


def step_refusal(actor: Actor, case: Case, step: Step) -> str | None:
    """Return why this actor may not take this step on a case it sees, in French, or None."""
    if why := read_only_refusal(actor, Act.WRITE):
        return why
    if reads_exceptionally(case):
        return EXCEPTION_ONLY
    if actor.role is Role.CARSAT and case.employer.is_public:
        return "Employeur public : les étapes reviennent à l’ARS et au département, non à la branche AT-MP."
    if step.lead_only and case.lead_organisation and case.lead_organisation_id != actor.organisation_id:
        return f"Cette étape revient à l’organisme chef de file : {case.lead_organisation.short_name}."
    if not actor.roles & frozenset(step.by) or not may(actor, Act.WRITE, Kind.CASE, case):
        bodies = ", ".join(role.label for role in step.by)
        return f"Cette étape revient à : {bodies}."
    return None


def reads_whole_case(actor: Actor, case: Case) -> bool:
    """Tell whether the partners, deadlines and internal motives of a case are open to the actor.

    A federation, the employer, and the Carsat on a public employer read its state and its lead only.
    """
    return reads_calendars(actor) and may(actor, Act.READ, Kind.EXCHANGE, case)


def reads_officers(actor: Actor, case: Case) -> bool:
    """Tell whether the people in charge of a case are named to the actor: an employer knows whom to call."""
    return reads_whole_case(actor, case) or actor.role is Role.EMPLOYER


def reads_steps(actor: Actor) -> bool:
    """Tell whether the steps of the procedure, and what each lacks, are shown: an employer takes none of them."""
    return actor.role is not Role.EMPLOYER


def reads_motives(actor: Actor, case: Case) -> bool:
    """Motives of steps are written between ARS, Carsat and département."""
    return actor.role in SHARED_READERS and reads_whole_case(actor, case)


def writes_notes_on(actor: Actor, sector: Sector) -> bool:
    """`may` write a note on a case of a list, known from the sector of the employer.

    Whoever may write a note at all may do so by the relations that put the case in its sight.
    """
    is_open = bool(relations_needed(actor.role, Kind.EXCHANGE, Act.WRITE)) and not actor.is_read_only
    return is_open and is_open_for_the_sector(actor.role, Act.WRITE, Kind.EXCHANGE, is_public=sector is Sector.PUBLIC)


def reads_memberships(actor: Actor) -> bool:
    """Which federations an employer belongs to is told to all but to those who sell it their help."""
    return actor.role is not Role.PROVIDER


def reads_blocks(actor: Actor) -> bool:
    """Tell whether what keeps a caisse from signing is ever open to the actor's body: to caisses, each its own."""
    return bool(relations_needed(actor.role, Kind.CARSAT_BLOCK, Act.READ))


def counts_everywhere(actor: Actor) -> bool:
    """Tell whether figures without names are open to the actor beyond its own départements."""
    return Relation.ANYWHERE in relations_needed(actor.role, Kind.CASE, Act.COUNT)


def audiences_offered(actor: Actor) -> tuple[Visibility, ...]:
    """Return the audiences an author may choose; what an employer writes is always open to itself."""
    return (Visibility.EMPLOYER,) if actor.role is Role.EMPLOYER else tuple(Visibility)


def may_record_conventions(actor: Actor) -> bool:
    """One of the three bodies writes conventions down, by its coordination or its administration.

    They carry the mission that the data serve; what this writes binds nobody else until each has confirmed.
    """
    is_open = bool(relations_needed(actor.role, Kind.CONVENTION, Act.WRITE))
    return is_open and commits_its_organisation(actor)


def commits_its_organisation(actor: Actor) -> bool:
    """Tell whether a person may confirm a convention for its organisation, or take it out of one."""
    return actor.organisation_id is not None and (actor.is_coordinator or actor.is_administrator)


def may_change_convention(actor: Actor, convention: Convention) -> bool:
    """The organisation that wrote it down changes it, until another has confirmed the very text it read."""
    is_its_own = convention.organisation_id == actor.organisation_id and convention.closed_on is None
    return is_its_own and may_record_conventions(actor) and not convention.is_confirmed_by_others


def party_of(actor: Actor, convention: Convention) -> ConventionParty | None:
    """Return the place of the actor's organisation in a convention, or None."""
    return next((party for party in convention.parties if party.organisation_id == actor.organisation_id), None)


def reads_absence_motives(actor: Actor, structure: Structure, organisation_id: int | None) -> bool:
    """Tell whether the motives of absence of a structure are told to the actor.

    In a small service they point at somebody: they are for the employer itself and for the organisation that
    brought them in. A service of unknown size is a small one.
    """
    if actor.role is Role.EMPLOYER or (organisation_id is not None and organisation_id == actor.organisation_id):
        return True
    return may_tell_absence_motives(structure.headcount)


def reads_counts_alone(actor: Actor) -> bool:
    """DREETS and the national bodies read how many employers are at each step, and no name."""
    return actor.role in (Role.DREETS, Role.NATIONAL)


def makes_returns(actor: Actor) -> bool:
    """Tell whether the actor prepares the yearly returns of a territory: its coordination, where figures are read."""
    return actor.is_coordinator and reads_completeness(actor)


def may_make_return(actor: Actor, employer: Employer) -> bool:
    """Tell whether the actor may leave its yearly return with an employer loaded for it."""
    return makes_returns(actor) and may(actor, Act.WRITE, Kind.DOCUMENT, employer)


def reads_completeness(actor: Actor) -> bool:
    """Tell whether the actor follows who has given its figures: the bodies that read them over a territory."""
    return Relation.TERRITORY in relations_needed(actor.role, Kind.INDICATOR, Act.READ)


def waits_for_diagnosis(actor: Actor, kind: Kind) -> bool:
    """Tell whether the actor's body reads this family once the diagnosis is done, and not before."""
    return Relation.DIAGNOSED in right_of(actor.role, kind, Act.READ).given


def reads_place_among_peers(actor: Actor) -> bool:
    """Tell whether a figure is placed among its peers, and sites beside one another: nobody ranks an employer to
    itself, nor shows it its neighbours."""
    return actor.role is not Role.EMPLOYER
