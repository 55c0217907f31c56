"""Who may what, as tables: the matrix, the steps, the entries. What is in sight is in queries/test_sight.py."""

from dataclasses import replace

import pytest

from app.models import Case, Employer, Exchange, Organisation, Sector, Visibility, Visit
from app.permissions import (
    BY_CONVENTION,
    MATRIX,
    Act,
    Actor,
    Kind,
    Relation,
    audiences_offered,
    audiences_read_by,
    is_out_of_territory,
    may,
    may_coordinate,
    may_write_entry,
    reads_motives,
    reads_whole_case,
    relations_needed,
    right_of,
    step_refusal,
)
from workflows.roles import LEADS, Role
from workflows.support_case import WORKFLOW, State
from workflows.visit_report import VisitStatus

RIGHTS = """
                 ars         carsat      dept        dreets aract fed  emp  prov   nat plat other     msa
employer         rw:TC       rw:TC       rw:TC       n:T    r:CK  r:M  rk:O r:C    n:A .    r:C       r:C
contact          rw:TC       rw:TC       rw:TC       .      r:C   r:M  rw:O r:C    .   .    .         .
case             rw:TC       rw:TC       rw:TC       n:T    r:C   r:M  r:O  r:C    n:A .    r:C       r:C
exchange         rw:TC       rw:TC       rw:TC       .      rw:C  rw:M r:O  rw:C   .   .    r:C       r:C
visit            r:TC        rw:TC       r:TC        .      rw:C  .    rk:O rw:C   .   .    .         rw:C
document         rw:TC       rw:TC       rw:TC       .      rw:C  rw:M r:O  rw:C   .   .    r:C       r:C
indicator        rw:TC       r:TC        r:TC        n:T    r:C+d n:M  rk:O r:C+c  n:A .    .         .
at_count         .           rw:TC       .           n:T    .     .    rk:O .      n:A .    .         .
at_band          r:TC        rw:TC       r:TC        n:T    r:C   .    r:O  r:C+c  n:A .    .         .
targeting_list   rwsk:T      rwsk:T      rwsk:T      n:T    .     rsk:M .   .      n:A .    .         .
targeting_status rw:TC       rw:TC       rw:TC       .      .     r:M  r:O  .      .   .    .         .
self_diagnostic  r:TC+s      r:TC+s      r:TC+s      .      r:C+s,w:C+c . rw:O r:C+s,w:C+c . . .      .
barometer        r:TC+s      r:TC+s      r:TC+s      .      r:C+s .    rw:O r:C+s  .   .    .         .
carsat_block     .           rw:TC       .           .      .     .    .    .      .   .    .         .
contract         r:TC        rws:TC      r:TC        .      r:C   .    rs:O .      n:A .    .         .
cpom             rws:TC      r:TC        rws:TC      .      r:C   .    rs:O .      n:A .    .         .
action           rw:TC       rw:TC       rw:TC       .      rw:C  .    rw:O rw:C+a .   .    r:C,w:C+a r:C,w:C+a
financing        r:TC,w:TC+a r:TC,w:TC+a r:TC,w:TC+a .      r:C+a .    r:O  r:C+a  n:A .    r:C,w:C+a r:C,w:C+a
evaluation       rw:TC       rw:TC       rw:TC       n:T    rw:C  n:M  rk:O r:C+a  n:A .    .         .
regional_report  rw:T        rw:T        rw:T        r:T    r:T   r:T  .    .      r:A .    .         .
convention       rw:P        rw:P        rw:P        r:P    r:P   r:P  .    r:P    r:P .    r:P       r:P
audit_log        .           .           .           .      .     .    .    .      .   r:A  .         .
"""
"""What each role may do with each family of data: Read, Write, Sign, Komment, readiNg figures only; then the ties, any
one of which is enough: in the Territory, on a Case where one leads or is a partner, in a Kollective action, for
Members, for one’s Own, for a Party, Anywhere; after the +, what must hold besides: consent, sharing, diagnosis,
authorship. « other »: funder, spst, region; « msa »: the public prevention too."""

COLUMNS: dict[str, tuple[Role, ...]] = {
    "ars": (Role.ARS,),
    "carsat": (Role.CARSAT,),
    "dept": (Role.DEPT,),
    "dreets": (Role.DREETS,),
    "aract": (Role.ARACT,),
    "fed": (Role.FEDERATION,),
    "emp": (Role.EMPLOYER,),
    "prov": (Role.PROVIDER,),
    "nat": (Role.NATIONAL,),
    "plat": (Role.PLATFORM,),
    "other": (Role.FUNDER, Role.SPST, Role.REGION),
    "msa": (Role.MSA, Role.PUBLIC_PREVENTION),
}
ACTS = {Act.READ: "r", Act.WRITE: "w", Act.SIGN: "s", Act.COMMENT: "k", Act.COUNT: "n"}
TIES = {
    Relation.TERRITORY: "T",
    Relation.CASE: "C",
    Relation.COLLECTIVE: "K",
    Relation.MEMBER: "M",
    Relation.OWN: "O",
    Relation.PARTY: "P",
    Relation.ANYWHERE: "A",
}
GIVEN = {Relation.CONSENT: "c", Relation.SHARED: "s", Relation.DIAGNOSED: "d", Relation.AUTHOR: "a"}
ALL = frozenset(Relation)

STEPS = """
                      ars   carsat dept  coordinator
contact               lead  lead   lead  lead
start_diagnostic      lead  lead   lead  lead
sign_contract         no    yes    no    no
sign_cpom_objective   yes   no     yes   yes
start_accompaniment   lead  lead   lead  lead
evaluate              lead  lead   lead  lead
close                 lead  lead   lead  lead
resume_accompaniment  lead  lead   lead  lead
refuse                lead  lead   lead  lead
suspend               lead  lead   lead  lead
resume                lead  lead   lead  lead
declare_out_of_scope  lead  lead   lead  lead
reopen                lead  lead   lead  lead
reinstate             no    no     no    yes
correct               yes   yes    yes   yes
"""
"""Who takes which step: its lead alone, or whichever body of that kind. The coordinator is an agent of the ARS.
No other role takes any."""

WORDS = {
    "the three bodies": "Cette étape revient à : Agence régionale de santé, Carsat, Cramif ou CGSS, "
    "Conseil départemental.",
    "sign_contract": "Cette étape revient à : Carsat, Cramif ou CGSS.",
    "sign_cpom_objective": "Cette étape revient à : Agence régionale de santé, Conseil départemental.",
    "reinstate": "Cette étape revient à : Coordination du territoire.",
    "correct": "Cette étape revient à : Agence régionale de santé, Carsat, Cramif ou CGSS, Conseil départemental, "
    "Coordination du territoire.",
    "public": "Employeur public : les étapes reviennent à l’ARS et au département, non à la branche AT-MP.",
    "another lead": "Cette étape revient à l’organisme chef de file : Autre organisme.",
}

OURS, OTHERS = 1, 2


def actor(role: Role, **changes: object) -> Actor:
    """Somebody who acts for organisation 1 (or, for an employer, for employer 1)."""
    body = None if role is Role.EMPLOYER else OURS
    base = Actor(10, "Camille", role, organisation_id=body, organisation_name="Nous", employer_id=None if body else 1)
    return replace(base, **changes)  # type: ignore[arg-type]


def employer(sector: Sector = Sector.PRIVATE, relations: frozenset[Relation] = ALL) -> Employer:
    found = Employer(id=1, name="Association", sector=sector)
    found.relations = relations
    return found


def case(
    lead: int | None = OURS,
    state: State = State.CONTACTED,
    sector: Sector = Sector.PRIVATE,
    relations: frozenset[Relation] = ALL,
) -> Case:
    found = Case(id=1, employer=employer(sector), state=state, lead_organisation_id=lead)
    if lead:
        found.lead_organisation = Organisation(id=lead, kind=Role.ARS, name="…", short_name="Autre organisme")
    found.relations = relations
    return found


def rows(table: str) -> dict[str, list[str]]:
    """The cells of each line by its first word."""
    return {words[0]: words[1:] for line in table.strip().splitlines()[1:] if (words := line.split())}


def drawn(role: Role, kind: Kind) -> str:
    """A cell of the table, as the matrix has it."""
    cells: dict[str, str] = {}
    for act, letter in ACTS.items():
        right = right_of(role, kind, act)
        ties, given = (
            "".join(known[one] for one in Relation if one in held and one in known)
            for known, held in ((TIES, right.ties), (GIVEN, right.given))
        )
        if ties:
            key = f"{ties}+{given}" if given else ties
            cells[key] = cells.get(key, "") + letter
    return ",".join(f"{letters}:{key}" for key, letters in cells.items()) or "."


def test_the_matrix_of_rights() -> None:
    head, *lines = [line.split() for line in RIGHTS.strip().splitlines()]
    assert head == list(COLUMNS)
    assert {role for roles in COLUMNS.values() for role in roles} == set(Role) - {Role.COORDINATOR}
    assert [line[0] for line in lines] == [kind.value for kind in Kind] == [kind.value for kind in MATRIX]
    for slug, *cells in lines:
        for roles, cell in zip(COLUMNS.values(), cells, strict=True):
            assert [drawn(role, Kind(slug)) for role in roles] == [cell] * len(roles), (slug, roles)
        assert drawn(Role.COORDINATOR, Kind(slug)) == "."


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("kind", Kind)
def test_one_tie_among_those_of_the_matrix_opens_and_no_other(kind: Kind, act: Act) -> None:
    for role in Role:
        right = right_of(role, kind, act)
        for relation in Relation:
            held = frozenset({relation}) | right.given
            for record in (employer(relations=held), case(relations=held)):
                assert may(actor(role), act, kind, record) == bool(held & right.ties), (role, relation)
        assert not may(actor(role), act, kind, employer(relations=frozenset())), role


def test_what_is_asked_besides_may_come_with_the_object_or_with_the_record() -> None:
    for kind in Kind:
        for act in Act:
            for role in Role:
                right = right_of(role, kind, act)
                if right.given:
                    record = employer(relations=right.ties)
                    assert not may(actor(role), act, kind, record), (role, kind)
                    assert may(actor(role), act, kind, record, given=right.given), (role, kind)


def test_writing_supposes_reading() -> None:
    for role in Role:
        for kind in Kind:
            for act in (Act.WRITE, Act.SIGN, Act.COMMENT):
                assert relations_needed(role, kind, act) <= relations_needed(role, kind, Act.READ), (role, kind)


def test_dreets_and_national_bodies_read_figures_and_the_platform_no_business_data() -> None:
    named = {
        (role, kind)
        for role in (Role.DREETS, Role.NATIONAL, Role.PLATFORM)
        for kind in Kind
        for act in set(Act) - {Act.COUNT}
        if relations_needed(role, kind, act)
    }
    assert named == {
        *((role, kind) for role in (Role.DREETS, Role.NATIONAL) for kind in (Kind.REGIONAL_REPORT, Kind.CONVENTION)),
        (Role.PLATFORM, Kind.AUDIT_LOG),
    }


def test_what_belongs_to_control_never_goes_by_convention() -> None:
    assert Kind.CARSAT_BLOCK not in BY_CONVENTION
    assert set(Kind) - BY_CONVENTION == {
        Kind.EMPLOYER,
        Kind.TARGETING_STATUS,
        Kind.BAROMETER,
        Kind.CARSAT_BLOCK,
        Kind.REGIONAL_REPORT,
        Kind.CONVENTION,
        Kind.AUDIT_LOG,
    }


def test_the_carsat_reads_who_a_public_employer_is_and_where_its_case_stands() -> None:
    for record in (employer(Sector.PUBLIC), case(sector=Sector.PUBLIC)):
        opened = {(act, kind) for act in Act for kind in Kind if may(actor(Role.CARSAT), act, kind, record)}
        # That it is on a list: the Carsat signs it with the others.
        assert opened == {(Act.READ, kind) for kind in (Kind.EMPLOYER, Kind.CASE, Kind.TARGETING_LIST)}
    for sector in (Sector.PRIVATE, Sector.TO_CONFIRM):
        for act, kind in ((act, kind) for act in Act for kind in Kind):
            is_open = bool(relations_needed(Role.CARSAT, kind, act))
            assert may(actor(Role.CARSAT), act, kind, employer(sector)) == is_open
    assert may(actor(Role.ARS), Act.WRITE, Kind.CASE, case(sector=Sector.PUBLIC))


def test_a_public_employer_out_of_sight_is_closed_to_the_carsat_too() -> None:
    unrelated = employer(Sector.PUBLIC, frozenset())
    assert not [kind for kind in Kind for act in Act if may(actor(Role.CARSAT), act, kind, unrelated)]


# --- Steps --------------------------------------------------------------------------------------------


def expected_words(slug: str, cell: str, lead: int | None) -> str | None:
    if cell == "no":
        return WORDS.get(slug, WORDS["the three bodies"])
    return WORDS["another lead"] if cell == "lead" and lead == OTHERS else None


def test_who_takes_which_step_in_every_state() -> None:
    table = rows(STEPS)
    assert list(table) == [step.slug for step in WORKFLOW.steps]
    people = [*(actor(role) for role in LEADS), actor(Role.ARS, is_coordinator=True)]
    for step in WORKFLOW.steps:
        for person, cell in zip(people, table[step.slug], strict=True):
            for state in State:
                for lead in (None, OURS, OTHERS):
                    why = step_refusal(person, case(lead, state), step)
                    told = f"{step.slug}, {person.role}, {state}, lead {lead}"
                    assert why == expected_words(step.slug, cell, lead), told


def test_no_other_role_takes_a_step_however_close_it_is() -> None:
    for role in set(Role) - set(LEADS):
        for step in WORKFLOW.steps:
            for state in State:
                why = step_refusal(actor(role), case(OURS, state), step)
                is_led_elsewhere = step.lead_only and actor(role).organisation_id != OURS
                told = WORDS["another lead"] if is_led_elsewhere else WORDS.get(step.slug, WORDS["the three bodies"])
                assert why == told, (role, step.slug)


def test_a_body_takes_no_step_on_a_case_it_is_not_related_to() -> None:
    for role in LEADS:
        for step in WORKFLOW.steps:
            assert step_refusal(actor(role), case(relations=frozenset()), step), (role, step.slug)


def test_the_carsat_takes_no_step_for_a_public_employer() -> None:
    for step in WORKFLOW.steps:
        assert step_refusal(actor(Role.CARSAT), case(OURS, sector=Sector.PUBLIC), step) == WORDS["public"]


def test_who_names_the_lead_and_the_officers() -> None:
    for role in Role:
        for lead in (None, OURS, OTHERS):
            is_open = role in LEADS and lead != OTHERS
            assert may_coordinate(actor(role), case(lead)) == is_open, (role, lead)
    assert may_coordinate(actor(Role.ARS, is_coordinator=True), case(OTHERS))
    assert not may_coordinate(actor(Role.ARACT, is_coordinator=True), case(OTHERS))
    assert not may_coordinate(actor(Role.ARS), case(OURS, relations=frozenset()))


def test_whoever_has_left_reads_as_before_and_does_nothing_more() -> None:
    for role in Role:
        here, gone = actor(role), actor(role, is_read_only=True)
        for kind in Kind:
            for act in Act:
                reads = act in (Act.READ, Act.COUNT)
                assert may(gone, act, kind, case()) == (may(here, act, kind, case()) and reads), (role, kind, act)
        assert not may_coordinate(gone, case())
        assert not may_write_entry(gone, Exchange(organisation_id=OURS))
        for step in WORKFLOW.steps:
            why = step_refusal(gone, case(), step)
            assert why and why.startswith("Votre départ est enregistré"), (role, step.slug)


# --- Entries ------------------------------------------------------------------------------------------


def test_whose_entries_one_reads() -> None:
    shared, own_case = (Visibility.PARTNERS, Visibility.EMPLOYER), (Visibility.EMPLOYER,)
    expected = dict.fromkeys(Role, ()) | dict.fromkeys(LEADS, shared) | {Role.EMPLOYER: own_case}
    assert {role: audiences_read_by(role) for role in Role} == expected


@pytest.mark.parametrize(
    ("entry", "writer", "is_open"),
    [
        (Exchange(organisation_id=OURS), Role.ARS, True),
        (Exchange(organisation_id=OTHERS), Role.ARS, False),
        (Exchange(organisation_id=None), Role.EMPLOYER, False),
        (Visit(organisation_id=OURS, status=VisitStatus.DRAFT), Role.CARSAT, True),
        (Visit(organisation_id=OURS, status=VisitStatus.FINAL), Role.CARSAT, False),
        (Visit(organisation_id=OTHERS, status=VisitStatus.DRAFT), Role.CARSAT, False),
    ],
)
def test_an_entry_is_completed_by_its_organisation_until_it_is_final(
    entry: Exchange | Visit, writer: Role, is_open: bool
) -> None:
    assert may_write_entry(actor(writer), entry) is is_open


def test_who_reads_more_of_a_case_than_its_state() -> None:
    partners = {role for role in Role if relations_needed(role, Kind.CASE, Act.READ)} - {Role.FEDERATION, Role.EMPLOYER}
    assert {role for role in Role if reads_whole_case(actor(role), case())} == partners
    assert {role for role in Role if reads_motives(actor(role), case())} == set(LEADS)
    assert not reads_whole_case(actor(Role.CARSAT), case(sector=Sector.PUBLIC))
    assert not reads_whole_case(actor(Role.ARS), case(relations=frozenset()))


def test_out_of_territory_is_told_by_where_the_record_lies() -> None:
    for role in set(Role) - {Role.EMPLOYER, Role.FEDERATION}:
        assert is_out_of_territory(actor(role), ALL - {Relation.LOCATED}), role
        assert not is_out_of_territory(actor(role), frozenset({Relation.CASE, Relation.LOCATED})), role
    for role in (Role.EMPLOYER, Role.FEDERATION):
        assert not is_out_of_territory(actor(role), frozenset()), role


def test_what_an_employer_writes_is_open_to_itself() -> None:
    assert audiences_offered(actor(Role.EMPLOYER)) == (Visibility.EMPLOYER,)
    assert audiences_offered(actor(Role.ARS)) == tuple(Visibility)
